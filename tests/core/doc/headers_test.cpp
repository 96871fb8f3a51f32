// SPDX-License-Identifier: Apache-2.0
#include "core/doc/headers.h"

#include <doctest/doctest.h>

namespace rockpool::doc {
namespace {

TEST_CASE("header fields are found whatever their case") {
  Headers headers{{"Content-Type", "text/plain"}, {"X-One", "1"}};
  headers.add("x-one", "2");
  CHECK(headers.get("CONTENT-TYPE") == "text/plain");
  CHECK(headers.get("X-One") == "1");
  CHECK(headers.get("absent", "fallback") == "fallback");
  CHECK(headers.get("absent").empty());
  REQUIRE(headers.find("content-type") != nullptr);
  CHECK(*headers.find("content-type") == "text/plain");
  CHECK(headers.find("Content-Typ") == nullptr);
}

TEST_CASE("header fields are replaced and removed whatever their case, and keep their order") {
  Headers headers{{"X-One", "1"}, {"Content-Type", "text/plain"}, {"x-one", "2"}};
  headers.set("x-ONE", "3");
  REQUIRE(headers.fields().size() == 2);
  CHECK(headers.fields()[0] == Headers::Field{"X-One", "3"});
  headers.set("Accept", "a");
  CHECK(headers.fields().back() == Headers::Field{"Accept", "a"});
  headers.remove("content-type");
  CHECK_FALSE(headers.contains("Content-Type"));
  CHECK(headers.contains("accept"));
}

}  // namespace
}  // namespace rockpool::doc
