# SPDX-License-Identifier: Apache-2.0
# Third-party code, compiled from the pinned sources that tools/setup unpacked. Native and Wasm builds use
# the very same sources, so that both print numbers and read documents identically.

set(rockpool_cache_default "${PROJECT_SOURCE_DIR}/.cache")
if(DEFINED ENV{ROCKPOOL_CACHE})
  set(rockpool_cache_default "$ENV{ROCKPOOL_CACHE}")
endif()
set(ROCKPOOL_CACHE "${rockpool_cache_default}" CACHE PATH "Where tools/setup puts what it fetched")
set(rockpool_third_party "${ROCKPOOL_CACHE}/third_party")

set(rockpool_fmt "${rockpool_third_party}/fmt-10.1.1")
set(rockpool_imgui "${rockpool_third_party}/imgui-1.90.1")
set(rockpool_doctest "${rockpool_third_party}/doctest-2.4.11/usr/include")
set(rockpool_cli11 "${rockpool_third_party}/CLI11-2.4.1/usr/include")

foreach(folder fmt imgui doctest cli11)
  if(NOT EXISTS "${rockpool_${folder}}")
    message(FATAL_ERROR "${rockpool_${folder}} is missing. Run ./tools/setup native first.")
  endif()
endforeach()

# rockpool_vendor_library(NAME SOURCES… ): a static library of third-party sources, without our warnings.
function(rockpool_vendor_library name)
  add_library(${name} STATIC ${ARGN})
  target_compile_options(${name} PRIVATE -w)
  target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:rockpool_common_flags>)
endfunction()

# Includes from these folders are system includes: their warnings are not ours to fix.
rockpool_vendor_library(rockpool_fmt "${rockpool_fmt}/src/format.cc")
target_include_directories(rockpool_fmt SYSTEM PUBLIC
  "$<BUILD_INTERFACE:${rockpool_fmt}/include>" "$<INSTALL_INTERFACE:include/rockpool>")
