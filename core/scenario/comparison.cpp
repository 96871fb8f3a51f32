// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/comparison.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "core/doc/json.h"
#include "core/sim/time.h"

namespace rockpool::scenario {
namespace {

// Shares and rates are computed, so equality means equality to nine digits.
constexpr double kTolerance = 1e-9;

// JSON's notation; the standard library's own reader of such numbers is not everywhere.
std::optional<double> read_number(std::string_view text) {
  const auto number = doc::parse_json(text);
  if (!number || !number->is_number()) return {};
  return number->as_double();
}

}  // namespace

std::expected<Comparison, std::string> Comparison::parse(const doc::Value& value) {
  Comparison result;
  if (value.is_number()) {
    result.bound_ = value.as_double();
    result.text_ = "== " + doc::to_json(value);
    return result;
  }
  const auto wrong = [&] {
    return std::unexpected{
        fmt::format("expected a comparison such as \">= 0.99\", \"== 0\" or \"< 250ms\", not {}",
                    doc::to_json(value))};
  };
  if (!value.is_string()) return wrong();
  result.text_ = value.as_string();
  std::string_view rest = result.text_;
  // Longer operators first, so that ">=" is not read as ">".
  constexpr std::pair<std::string_view, Operator> kOperators[] = {
      {"==", Operator::equal},    {"!=", Operator::not_equal}, {"<=", Operator::at_most},
      {">=", Operator::at_least}, {"<", Operator::less},       {">", Operator::greater},
  };
  for (const auto& [text, meaning] : kOperators) {
    if (!rest.starts_with(text)) continue;
    result.operator_ = meaning;
    rest.remove_prefix(text.size());
    break;
  }
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (const auto number = read_number(rest)) {
    result.bound_ = *number;
  } else if (const auto span = sim::parse_duration(rest)) {
    result.bound_ = std::chrono::duration<double>{*span}.count();
    result.is_duration_ = true;
  } else {
    return wrong();
  }
  return result;
}

bool Comparison::holds(double number) const {
  const bool equal = std::abs(number - bound_) <= kTolerance;
  switch (operator_) {
    case Operator::equal:
      return equal;
    case Operator::not_equal:
      return !equal;
    case Operator::less:
      return number < bound_ && !equal;
    case Operator::at_most:
      return number < bound_ || equal;
    case Operator::greater:
      return number > bound_ && !equal;
    case Operator::at_least:
      return number > bound_ || equal;
  }
  return false;
}

}  // namespace rockpool::scenario
