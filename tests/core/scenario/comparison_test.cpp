// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/comparison.h"

#include <doctest/doctest.h>

namespace rockpool::scenario {
namespace {

bool holds(const doc::Value& condition, double number) {
  const auto comparison = Comparison::parse(condition);
  REQUIRE(comparison.has_value());
  return comparison->holds(number);
}

TEST_CASE("a comparison holds on its own side of the bound") {
  struct Row {
    const char* condition;
    bool below, at, above;
  };
  for (const Row& row : {
           Row{"== 3", false, true, false},
           Row{"3", false, true, false},
           Row{"!= 3", true, false, true},
           Row{"< 3", true, false, false},
           Row{"<= 3", true, true, false},
           Row{"> 3", false, false, true},
           Row{">= 3", false, true, true},
           Row{">=3", false, true, true},
           Row{"<3s", true, false, false},
           Row{">= 3000ms", false, true, true},
       }) {
    CAPTURE(row.condition);
    CHECK(holds(row.condition, 2.5) == row.below);
    CHECK(holds(row.condition, 3) == row.at);
    CHECK(holds(row.condition, 3.5) == row.above);
  }
  CHECK(holds(3, 3));
  CHECK_FALSE(holds(3, 2));
  CHECK(holds(0.25, 0.25));
}

TEST_CASE("a computed share equals the share that is meant") {
  CHECK(holds("== 0.3", 0.1 + 0.2));
  CHECK(holds(">= 0.3", 0.3 - 1e-12));
  CHECK_FALSE(holds("< 0.3", 0.3 - 1e-12));
  CHECK_FALSE(holds("== 0.3", 0.3001));
}

TEST_CASE("durations are told from numbers, and shown as they were written") {
  CHECK(Comparison::parse("< 250ms")->is_duration());
  CHECK(Comparison::parse("< 250ms")->text() == "< 250ms");
  CHECK(holds("< 250ms", 0.249));
  CHECK_FALSE(holds("< 250ms", 0.25));
  CHECK_FALSE(Comparison::parse("< 0.25")->is_duration());
  CHECK(Comparison::parse(3)->text() == "== 3");
}

TEST_CASE("what is no comparison is refused with an example") {
  for (const char* text :
       {"", ">", "=", "= 3", "=> 3", "about 3", "3 ms", ">= ", "nan", "inf", ">> 3", "3 apples"}) {
    CAPTURE(text);
    const auto comparison = Comparison::parse(text);
    REQUIRE_FALSE(comparison.has_value());
    CHECK(comparison.error().find(">= 0.99") != std::string::npos);
  }
  CHECK_FALSE(Comparison::parse(true).has_value());
  CHECK_FALSE(Comparison::parse({}).has_value());
  CHECK_FALSE(Comparison::parse(doc::Value::array({1, 2})).has_value());
}

}  // namespace
}  // namespace rockpool::scenario
