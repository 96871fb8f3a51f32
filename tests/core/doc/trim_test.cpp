// SPDX-License-Identifier: Apache-2.0
#include "core/doc/trim.h"

#include <doctest/doctest.h>

namespace rockpool::doc {
namespace {

TEST_CASE("white space goes at the ends only") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim("a") == "a");
  CHECK(trim(" \n\t ").empty());
  CHECK(trim("").empty());
}

TEST_CASE("what counts as white space can be said") {
  CHECK(trim("\ta\n", kBlanks) == "a\n");
  CHECK(trim("--a-b--", "-") == "a-b");
}

}  // namespace
}  // namespace rockpool::doc
