// SPDX-License-Identifier: Apache-2.0
#include "core/doc/percent.h"

#include <doctest/doctest.h>

namespace rockpool::doc {
namespace {

TEST_CASE("escapes become bytes, plus signs spaces where forms are read") {
  CHECK(percent_decode("%41+%c3%A9", false) == "A+\xc3\xa9");
  CHECK(percent_decode("a+b%2B", true) == "a b+");
  CHECK(percent_decode("", true).empty());
}

TEST_CASE("broken escapes stay as they are") {
  for (const std::string_view text : {"%", "100%", "%4", "%zz%4", "%%", "%g1", "%1g"}) {
    CHECK(percent_decode(text, false) == text);
  }
  CHECK(percent_decode("%%41", false) == "%A");
}

}  // namespace
}  // namespace rockpool::doc
