// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace rockpool::node {

/// The value of a shell's `$((…))`: whole numbers, names, parentheses, + - * / % and comparisons.
/// What cannot be read counts as 0, and so does a division by zero.
std::int64_t evaluate_arithmetic(std::string_view text,
                                 const std::function<std::string(std::string_view name)>& value);

}  // namespace rockpool::node
