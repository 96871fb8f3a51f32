// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rockpool::node {

/// True if the whole text is as a shell's pattern says: `*`, `?`, `[a-z]`, `[!a-z]`, and `\` before
/// what stands for itself.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// The pattern that matches a text and nothing else.
std::string quote_pattern(std::string_view text);

/// True if anything in it is special.
bool is_pattern(std::string_view text);

/// What bash makes of a word with braces outside quotes: `a{1..3}` or `a{x,y}`, one after the
/// other. A word without any is itself; so is what would become more than `kMaxBraceWords`.
std::vector<std::string> expand_brace_lists(std::string_view word);
inline constexpr std::size_t kMaxBraceWords = 10'000;

/// How much of the text's beginning (`from_end`: its end) matches the pattern, the least or, with
/// `longest`, the most; npos if nothing does. What `${x#pattern}` and `${x%pattern}` take away.
std::size_t matching_length(std::string_view pattern, std::string_view text, bool from_end,
                            bool longest);

}  // namespace rockpool::node
