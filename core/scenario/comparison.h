// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/doc/value.h"

namespace rockpool::scenario {

/// A condition on a number: `>= 0.99`, `== 0`, `< 250ms`, `3`. Durations count in seconds.
class Comparison {
 public:
  /// Reads a number (which must be equalled) or a text of an operator (==, !=, <, <=, >, >=) and a
  /// number or a duration. The error is a sentence.
  static std::expected<Comparison, std::string> parse(const doc::Value& value);

  /// Whether the condition is true of a number.
  bool holds(double number) const;
  /// As the test wrote it.
  const std::string& text() const { return text_; }
  /// True if it was written as a duration, so that what was found is best shown as one too.
  bool is_duration() const { return is_duration_; }

 private:
  enum class Operator { equal, not_equal, less, at_most, greater, at_least };

  Operator operator_ = Operator::equal;
  double bound_ = 0;
  bool is_duration_ = false;
  std::string text_;
};

}  // namespace rockpool::scenario
