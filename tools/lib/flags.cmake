# SPDX-License-Identifier: Apache-2.0
# Compiler flags. Everything the project writes compiles without a warning; third-party code is left alone.

add_library(rockpool_warnings INTERFACE)
target_compile_options(rockpool_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # Clang's -Wconversion means more than g++'s: it also objects to every signed index and to every 64-bit
  # number that becomes a size on a 32-bit target. The g++ build is the reference.
  target_compile_options(rockpool_warnings INTERFACE -Wno-sign-conversion -Wno-shorten-64-to-32)
endif()

# Flags that must be equal for every object of a build, third-party code included.
add_library(rockpool_common_flags INTERFACE)

# A fused multiply-add rounds once instead of twice: the same program would compute other numbers on
# machines that have one.
target_compile_options(rockpool_common_flags INTERFACE -ffp-contract=off)

if(EMSCRIPTEN)
  # Wasm exceptions are smaller and faster than the JavaScript ones, and every current engine has them.
  target_compile_options(rockpool_common_flags INTERFACE -fwasm-exceptions)
  target_link_options(rockpool_common_flags INTERFACE -fwasm-exceptions)

  # One thread, no code made from strings (a page's content security policy may forbid it); memory
  # grows up to what 32 bits can address, and the stack is as deep as nested documents need.
  set(rockpool_wasm_link_options
    -sMODULARIZE=1 -sEXPORT_ES6=1 -sDYNAMIC_EXECUTION=0 -sALLOW_MEMORY_GROWTH=1
    -sMAXIMUM_MEMORY=4GB -sSTACK_SIZE=1MB)
else()
  # Line tables are enough for a backtrace and keep linking quick.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
endif()

if(ROCKPOOL_SANITIZE)
  set(rockpool_sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all
                          -fno-omit-frame-pointer)
  target_compile_options(rockpool_common_flags INTERFACE ${rockpool_sanitizers})
  target_link_options(rockpool_common_flags INTERFACE ${rockpool_sanitizers})
endif()
if(ROCKPOOL_FUZZ)
  # Every object tells libFuzzer which ways it goes. Clang on libstdc++ counts more steps for the tables of
  # kinds than it takes by default, and objects to what libstdc++ deprecates but sorts with.
  target_compile_options(rockpool_common_flags INTERFACE -fsanitize=fuzzer-no-link
                         -fconstexpr-steps=100000000 -Wno-deprecated-declarations)
endif()

# rockpool_without_unwinding(VARIABLE EXCEPTION…): in Wasm, the sources in that variable, but for those whose
# paths match an EXCEPTION, are compiled without exceptions and without the names of types. Failures are values
# and cross rooms as such; only what talks to a library that throws, or that asks for types, differs. The code
# that would unwind is a seventh of the module, the names of the types two fifths of its data.
function(rockpool_without_unwinding variable)
  if(NOT EMSCRIPTEN)
    return()
  endif()
  set(sources ${${variable}})
  foreach(exception ${ARGN})
    list(FILTER sources EXCLUDE REGEX "${exception}")
  endforeach()
  set_property(SOURCE ${sources} APPEND PROPERTY COMPILE_OPTIONS -fno-exceptions -fno-rtti)
endfunction()
