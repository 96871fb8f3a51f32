# SPDX-License-Identifier: Apache-2.0
# The project's own targets. Sources are found by folder: adding a file needs no change here.

# rockpool_sources(VARIABLE PATTERN…): the files that match, watched, so that a new file is picked up by the
# next build. Paths are relative to the repository root.
function(rockpool_sources variable)
  list(TRANSFORM ARGN PREPEND "${PROJECT_SOURCE_DIR}/" OUTPUT_VARIABLE patterns)
  file(GLOB_RECURSE found CONFIGURE_DEPENDS ${patterns})
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

# rockpool_own_code(TARGET): our warnings, our flags, includes written from the repository root.
function(rockpool_own_code target)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:rockpool_warnings>
                                          $<BUILD_INTERFACE:rockpool_common_flags>)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
endfunction()

# The library: all of core/.
function(rockpool_add_library)
  rockpool_sources(sources "core/*.cpp")
  if(NOT sources)
    file(WRITE "${PROJECT_BINARY_DIR}/empty.cpp" "")
    set(sources "${PROJECT_BINARY_DIR}/empty.cpp")
  endif()
  add_library(rockpool_core STATIC ${sources})
  add_library(rockpool::rockpool ALIAS rockpool_core)
  rockpool_own_code(rockpool_core)
  # yaml-cpp tells of mistakes by throwing.
  rockpool_without_unwinding(sources "/core/doc/yaml\\.cpp$")
  if(EMSCRIPTEN)
    # The page is compiled for size (CMakePresets.json), but for what nearly every event runs through.
    rockpool_sources(hot "core/doc/value.cpp" "core/doc/key.cpp" "core/doc/json.cpp" "core/doc/json_writer.cpp"
                     "core/doc/utf8.cpp" "core/sim/loop.cpp")
    set_property(SOURCE ${hot} APPEND PROPERTY COMPILE_OPTIONS -O2)
  endif()
  target_compile_features(rockpool_core PUBLIC cxx_std_23)
  target_include_directories(rockpool_core INTERFACE
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>" "$<INSTALL_INTERFACE:include/rockpool>")
  # Only core/doc knows yaml-cpp and nlohmann/json: neither shows in a header.
  target_include_directories(rockpool_core SYSTEM PRIVATE "${rockpool_json}")
  target_link_libraries(rockpool_core PUBLIC rockpool_fmt PRIVATE rockpool_yaml_cpp)
endfunction()

# The core's test program; under Emscripten an ES module for Node.
function(rockpool_add_tests)
  rockpool_sources(sources "tests/core/*_test.cpp")
  list(FILTER sources INCLUDE REGEX "${ROCKPOOL_TESTS}")
  # What tests share belongs to all of them.
  rockpool_sources(shared "tests/core/*.cpp")
  list(FILTER shared EXCLUDE REGEX "_test\\.cpp$")
  list(APPEND sources ${shared})
  # What has been fuzzed is tested again, with the inputs that are kept.
  rockpool_sources(fuzz_targets "tests/fuzz/*.cpp")
  list(FILTER fuzz_targets EXCLUDE REGEX "/fuzzer\\.cpp$")
  list(APPEND sources ${fuzz_targets})
  add_executable(rockpool_tests "${PROJECT_SOURCE_DIR}/tests/main.cpp" ${sources})
  rockpool_own_code(rockpool_tests)
  target_include_directories(rockpool_tests SYSTEM PRIVATE "${rockpool_doctest}")
  target_link_libraries(rockpool_tests PRIVATE rockpool_core)
  # Shorter code for each assertion: the tests compile in half the time.
  target_compile_definitions(rockpool_tests PRIVATE DOCTEST_CONFIG_SUPER_FAST_ASSERTS
    ROCKPOOL_FUZZ_CORPUS="${PROJECT_SOURCE_DIR}/tests/fuzz/corpus")
  set_source_files_properties(tests/core/net/proxy/print/print_test.cpp PROPERTIES
    COMPILE_DEFINITIONS ROCKPOOL_GOLDEN="${PROJECT_SOURCE_DIR}/tests/core/net/proxy/print/golden")
  rockpool_output(rockpool_tests -O1 -sASSERTIONS=1)
endfunction()

# The fuzz targets in one program, run by tools/fuzz.
function(rockpool_add_fuzzer)
  rockpool_sources(sources "tests/fuzz/*.cpp")
  add_executable(rockpool_fuzz ${sources})
  rockpool_own_code(rockpool_fuzz)
  target_link_libraries(rockpool_fuzz PRIVATE rockpool_core)
  target_link_options(rockpool_fuzz PRIVATE -fsanitize=fuzzer)
  rockpool_output(rockpool_fuzz)
endfunction()

# The benchmarks, run by tools/bench.
function(rockpool_add_bench)
  rockpool_sources(sources "tools/bench.d/*.cpp")
  if(EMSCRIPTEN)
    list(FILTER sources EXCLUDE REGEX "_posix\\.cpp$")
  endif()
  if(NOT sources)
    return()
  endif()
  add_executable(rockpool_bench ${sources})
  rockpool_own_code(rockpool_bench)
  target_link_libraries(rockpool_bench PRIVATE rockpool_core)
  if(TARGET rockpool_app_native)
    target_link_libraries(rockpool_bench PRIVATE rockpool_app_native)
  endif()
  rockpool_output(rockpool_bench -O2)
endfunction()

# The program `rockpool`. A file of native/ that ends in _posix.cpp (processes, the window) and the folder
# native/serve/ (sockets) belong to the native program only, a file that ends in _wasm.cpp to the one for Node
# only, which has the commands that need nothing but files: `rockpool test` runs the same scenarios on both.
function(rockpool_add_program)
  rockpool_sources(sources "native/*.cpp")
  if(EMSCRIPTEN)
    list(FILTER sources EXCLUDE REGEX "_posix\\.cpp$|/native/serve/")
  else()
    list(FILTER sources EXCLUDE REGEX "_wasm\\.cpp$")
  endif()
  if(NOT sources)
    return()
  endif()
  add_executable(rockpool ${sources})
  rockpool_own_code(rockpool)
  target_include_directories(rockpool SYSTEM PRIVATE "${rockpool_cli11}")
  target_compile_definitions(rockpool PRIVATE ROCKPOOL_VERSION="${PROJECT_VERSION}")
  target_link_libraries(rockpool PRIVATE rockpool_core)
  if(NOT EMSCRIPTEN)
    rockpool_use_sockets(rockpool)
  endif()
  if(ROCKPOOL_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With sanitizers g++ takes the deletion of Asio's coroutine frames for a mistake.
    target_compile_options(rockpool PRIVATE -Wno-mismatched-new-delete)
  endif()
  rockpool_output(rockpool -O1)
  if(TARGET rockpool_app_native)
    target_link_libraries(rockpool PRIVATE rockpool_app_native)
  endif()
endfunction()

# rockpool_output(TARGET OPTION…): the program lies in the build folder; for Wasm it is an ES module, which
# tools/lib/run_wasm.mjs starts under Node, linked with these options.
function(rockpool_output target)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
  if(EMSCRIPTEN)
    set_target_properties(${target} PROPERTIES SUFFIX ".mjs")
    # Optimising the linked module once more (-O2) takes longer than running it: only benchmarks want that.
    target_link_options(${target} PRIVATE ${rockpool_wasm_link_options} -sENVIRONMENT=node
      -sNODERAWFS=1 -sEXIT_RUNTIME=1 -sINVOKE_RUN=0 -sEXPORTED_RUNTIME_METHODS=callMain ${ARGN})
  endif()
endfunction()

# `cmake --install`: the library, its headers and a package file for find_package(rockpool).
function(rockpool_install)
  include(GNUInstallDirs)
  include(CMakePackageConfigHelpers)
  set(package "${CMAKE_INSTALL_LIBDIR}/cmake/rockpool")
  set_target_properties(rockpool_core PROPERTIES EXPORT_NAME rockpool)
  install(TARGETS rockpool_core rockpool_fmt rockpool_yaml_cpp EXPORT rockpoolTargets
          ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/core" DESTINATION "include/rockpool"
          FILES_MATCHING PATTERN "*.h")
  install(DIRECTORY "${rockpool_fmt}/include/fmt" DESTINATION "include/rockpool")
  install(EXPORT rockpoolTargets NAMESPACE rockpool:: DESTINATION "${package}"
          FILE rockpoolConfig.cmake)
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/rockpoolConfigVersion.cmake"
                                   COMPATIBILITY SameMinorVersion)
  install(FILES "${PROJECT_BINARY_DIR}/rockpoolConfigVersion.cmake" DESTINATION "${package}")
  if(TARGET rockpool)
    install(TARGETS rockpool RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  endif()
endfunction()
