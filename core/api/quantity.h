// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/doc/value.h"

namespace rockpool::api {

/// An exact amount of a resource, as apimachinery's resource.Quantity: `100m`, `1.5`, `64Mi`,
/// `1e3`.
///
/// Amounts are kept in billionths. As upstream, anything finer is rounded away from zero when read,
/// and amounts beyond 2^63-1 are cut to that.
class Quantity {
 public:
  /// In which family of suffixes the amount is printed.
  enum class Format : std::uint8_t { decimal_si, binary_si, decimal_exponent };

  constexpr Quantity() = default;
  /// A whole number.
  static Quantity of(std::int64_t value, Format format = Format::decimal_si);
  /// A number of thousandths.
  static Quantity of_milli(std::int64_t milli_value, Format format = Format::decimal_si);
  /// Reads the text form; the error is upstream's message.
  static std::expected<Quantity, std::string> parse(std::string_view text);
  /// Reads a member of a document, a string or a number; 0 if it is absent or unreadable.
  static Quantity from_value(const doc::Value& value);
  /// The canonical text, as `to_string`, for a document.
  doc::Value to_value() const { return doc::Value{to_string()}; }

  /// Canonical: no more digits than needed, the largest suffix that leaves no fraction.
  std::string to_string() const;
  /// The amount in whole units, rounded away from zero (Go's Value()).
  std::int64_t value() const;
  /// The amount in thousandths, rounded away from zero (Go's MilliValue()).
  std::int64_t milli_value() const;
  double as_double() const;
  Format format() const { return format_; }
  bool is_zero() const { return nano_ == 0; }
  /// -1, 0 or 1.
  int sign() const { return nano_ < 0 ? -1 : nano_ > 0 ? 1 : 0; }
  /// True if the amount is a whole number of units.
  bool is_integer() const;
  /// True if the amount is a whole number of thousandths.
  bool is_milli_integer() const;

  /// A sum takes the format of the left side, unless that is zero (as upstream).
  Quantity& operator+=(const Quantity& other);
  Quantity& operator-=(const Quantity& other);
  friend Quantity operator+(Quantity left, const Quantity& right) { return left += right; }
  friend Quantity operator-(Quantity left, const Quantity& right) { return left -= right; }
  /// By amount; formats do not matter.
  friend bool operator==(const Quantity& left, const Quantity& right) {
    return left.nano_ == right.nano_;
  }
  friend std::strong_ordering operator<=>(const Quantity& left, const Quantity& right) {
    return left.nano_ < right.nano_   ? std::strong_ordering::less
           : left.nano_ > right.nano_ ? std::strong_ordering::greater
                                      : std::strong_ordering::equal;
  }

 private:
  __extension__ using Nano = __int128;
  Nano nano_ = 0;
  Format format_ = Format::decimal_si;
};

}  // namespace rockpool::api
