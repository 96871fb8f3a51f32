// SPDX-License-Identifier: Apache-2.0
#include "core/doc/hash.h"

#include <doctest/doctest.h>

namespace rockpool::doc {
namespace {

// From the tests of Go's hash/fnv.
TEST_CASE("FNV-1a is Go's") {
  CHECK(fnv32a("") == 0x811c9dc5);
  CHECK(fnv32a("a") == 0xe40c292c);
  CHECK(fnv32a("ab") == 0x4d2505ca);
  CHECK(fnv32a("abc") == 0x1a47e90b);
  CHECK(fnv32a("bc", fnv32a("a")) == fnv32a("abc"));
  CHECK(fnv64a("") == 0xcbf29ce484222325);
  CHECK(fnv64a("a") == 0xaf63dc4c8601ec8c);
  CHECK(fnv64a("ab") == 0x089c4407b545986a);
  CHECK(fnv64a("abc") == 0xe71fa2190541574b);
}

}  // namespace
}  // namespace rockpool::doc
