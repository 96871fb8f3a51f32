# SPDX-License-Identifier: Apache-2.0
# Writes a C++ file that holds files as bytes: cmake -DROOT=folder -DOUTPUT=file.cpp -P embed.cmake FILE…
# Each FILE is relative to ROOT. web/app/assets.h declares what is written here.
set(files "")
set(after_script FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(index RANGE ${last})
  if(after_script)
    list(APPEND files "${CMAKE_ARGV${index}}")
  elseif(CMAKE_ARGV${index} MATCHES "embed\\.cmake$")
    set(after_script TRUE)
  endif()
endforeach()
list(SORT files)

set(arrays "")
set(entries "")
set(number 0)
foreach(file ${files})
  file(READ "${ROOT}/${file}" bytes HEX)
  file(SIZE "${ROOT}/${file}" size)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "constexpr unsigned char kBytes${number}[] = {${bytes}};\n")
  string(APPEND entries
    "    {\"${file}\", {reinterpret_cast<const char*>(kBytes${number}), ${size}}},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE "${OUTPUT}.new" "// Written by tools/lib/embed.cmake.
#include \"web/app/assets.h\"

namespace rockpool::app {
namespace {

${arrays}
}  // namespace

std::span<const Asset> assets() {
  static const Asset kAssets[] = {
${entries}  };
  return kAssets;
}

}  // namespace rockpool::app
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
