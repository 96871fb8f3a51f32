// SPDX-License-Identifier: Apache-2.0
#include "core/doc/number_text.h"

#include <doctest/doctest.h>

namespace rockpool::doc {
namespace {

std::string general(double number) {
  std::string text;
  append_general(text, shortest_decimal(number));
  return text;
}

std::string fixed(double number) {
  std::string text;
  append_fixed(text, shortest_decimal(number));
  return text;
}

TEST_CASE("the shortest digits and where the point is") {
  const Decimal tenth = shortest_decimal(0.1);
  CHECK(tenth.digits == "1");
  CHECK(tenth.point == 0);
  const Decimal large = shortest_decimal(-1234500.0);
  CHECK(large.digits == "12345");
  CHECK(large.point == 7);
  CHECK(large.negative);
  CHECK(shortest_decimal(0.0).digits == "0");
  CHECK(shortest_decimal(5e-324).digits == "5");
  CHECK(shortest_decimal(5e-324).point == -323);
  CHECK(shortest_decimal(0.1F).digits == "1");
  CHECK(shortest_decimal(16777216.0F).digits == "16777216");
}

// The right sides are what Go's strconv.FormatFloat(x, 'g', -1, 64) gives.
TEST_CASE("the general format is Go's") {
  CHECK(general(0) == "0");
  CHECK(general(1.5) == "1.5");
  CHECK(general(100000) == "100000");
  CHECK(general(123456.5) == "123456.5");
  CHECK(general(1000000) == "1e+06");
  CHECK(general(1234567.5) == "1.2345675e+06");
  CHECK(general(0.0001) == "0.0001");
  CHECK(general(0.00001) == "1e-05");
  CHECK(general(-1.25e100) == "-1.25e+100");
}

TEST_CASE("the fixed format writes all zeros") {
  CHECK(fixed(1e20) == "100000000000000000000");
  CHECK(fixed(1.5e-7) == "0.00000015");
  CHECK(fixed(-12.25) == "-12.25");
}

}  // namespace
}  // namespace rockpool::doc
