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
set(rockpool_yaml "${rockpool_third_party}/yaml-cpp-0.8.0")
set(rockpool_imgui "${rockpool_third_party}/imgui-1.90.1")
set(rockpool_json "${rockpool_third_party}/json-3.11.3/usr/include")
set(rockpool_doctest "${rockpool_third_party}/doctest-2.4.11/usr/include")
set(rockpool_cli11 "${rockpool_third_party}/CLI11-2.4.1/usr/include")

foreach(folder fmt yaml imgui json doctest cli11)
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
if(EMSCRIPTEN)
  # Nobody prints a long double, nor digits grouped as the user's locale has them.
  target_compile_definitions(rockpool_fmt PUBLIC
    FMT_USE_LONG_DOUBLE=0 FMT_STATIC_THOUSANDS_SEPARATOR=',')
endif()

file(GLOB rockpool_yaml_sources "${rockpool_yaml}/src/*.cpp")
rockpool_vendor_library(rockpool_yaml_cpp ${rockpool_yaml_sources})
target_include_directories(rockpool_yaml_cpp SYSTEM PUBLIC
  "$<BUILD_INTERFACE:${rockpool_yaml}/include>")
# yaml-cpp 0.8.0 relies on <cstdint> arriving by way of other headers; newer standard libraries do not.
target_compile_options(rockpool_yaml_cpp PRIVATE -include cstdint)
target_compile_definitions(rockpool_yaml_cpp PUBLIC YAML_CPP_STATIC_DEFINE)

# rockpool_use_sockets(TARGET): Boost's Asio and Beast (headers only), zlib and OpenSSL, from the system.
function(rockpool_use_sockets target)
  find_path(rockpool_boost boost/beast.hpp)
  if(NOT rockpool_boost)
    message(FATAL_ERROR "Boost.Beast is missing. Run ./tools/setup native first.")
  endif()
  find_package(ZLIB REQUIRED)
  find_package(OpenSSL REQUIRED)
  find_package(Threads REQUIRED)
  # One thread: Asio needs no locks.
  target_compile_definitions(${target} PRIVATE BOOST_ASIO_DISABLE_THREADS BOOST_ASIO_NO_DEPRECATED)
  target_link_libraries(${target} PRIVATE ZLIB::ZLIB OpenSSL::SSL Threads::Threads)
endfunction()
