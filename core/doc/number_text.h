// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace rockpool::doc {

/// The shortest decimal digits that read back as the same number: the value is
/// 0.digits × 10^point, negative or not. Zero is "0" with point 1.
struct Decimal {
  std::string digits;
  int point = 0;
  bool negative = false;
};

/// Requires a finite number.
Decimal shortest_decimal(double number);
/// The digits that tell the number from other float32 numbers.
Decimal shortest_decimal(float number);

/// Appends as Go's strconv 'f' format with the shortest precision: "0.001", "1000000".
void append_fixed(std::string& out, const Decimal& decimal);
/// Appends as Go's strconv 'e' format with the shortest precision, with at least that many digits
/// in the exponent: "1.5e+21".
void append_scientific(std::string& out, const Decimal& decimal, int exponent_digits);
/// Appends as Go's strconv 'g' format with the shortest precision: scientific below 1e-4 and from
/// 1e6 on.
void append_general(std::string& out, const Decimal& decimal);

}  // namespace rockpool::doc
