// SPDX-License-Identifier: Apache-2.0
#include "core/doc/ascii.h"

#include <doctest/doctest.h>

namespace rockpool::doc {
namespace {

TEST_CASE("only the letters of ASCII have another size") {
  CHECK(to_lower("Content-TYPE: Ä9[@") == "content-type: Ä9[@");
  CHECK(equal_ignoring_case("Accept", "aCCEPT"));
  CHECK_FALSE(equal_ignoring_case("Accept", "Accepts"));
  CHECK_FALSE(equal_ignoring_case("a[", "a{"));
}

}  // namespace
}  // namespace rockpool::doc
