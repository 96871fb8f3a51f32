# SPDX-License-Identifier: Apache-2.0
# CMake toolchain file: finds Emscripten as tools/setup left it (emcc on PATH when new enough, else the one
# unpacked in the cache folder) and hands over to Emscripten's own toolchain file.
set(rockpool_emscripten_least 3.1.69)

if(DEFINED ROCKPOOL_CACHE)
  set(rockpool_emscripten "${ROCKPOOL_CACHE}")
elseif(DEFINED ENV{ROCKPOOL_CACHE})
  set(rockpool_emscripten "$ENV{ROCKPOOL_CACHE}")
else()
  set(rockpool_emscripten "${CMAKE_CURRENT_LIST_DIR}/../../.cache")
endif()
string(APPEND rockpool_emscripten "/emscripten/root/usr/share/emscripten")

find_program(ROCKPOOL_EMCC emcc NO_CMAKE_FIND_ROOT_PATH)
if(ROCKPOOL_EMCC)
  execute_process(COMMAND "${ROCKPOOL_EMCC}" --version OUTPUT_VARIABLE rockpool_emcc_version ERROR_QUIET)
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" rockpool_emcc_version "${rockpool_emcc_version}")
  if(rockpool_emcc_version VERSION_GREATER_EQUAL rockpool_emscripten_least)
    file(REAL_PATH "${ROCKPOOL_EMCC}" rockpool_emscripten)
    get_filename_component(rockpool_emscripten "${rockpool_emscripten}" DIRECTORY)
  endif()
endif()

set(rockpool_emscripten_toolchain "${rockpool_emscripten}/cmake/Modules/Platform/Emscripten.cmake")
if(NOT EXISTS "${rockpool_emscripten_toolchain}")
  message(FATAL_ERROR "Emscripten ${rockpool_emscripten_least} or newer is missing. Run ./tools/setup wasm first.")
endif()
include("${rockpool_emscripten_toolchain}")
