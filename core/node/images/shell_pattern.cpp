// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/shell_pattern.h"

#include <optional>

namespace rockpool::node {
namespace {

// A set such as `[a-z]` at the start of a pattern: how long it is, and whether `c` is in it. Empty
// if it has no end, so that the bracket stands for itself.
struct Set {
  std::size_t length = 0;
  bool has = false;
};
std::optional<Set> read_set(std::string_view pattern, char c) {
  std::size_t at = 1;
  const bool is_inverted = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (is_inverted) ++at;
  bool has = false;
  for (bool is_first = true; at < pattern.size(); is_first = false) {
    if (pattern[at] == ']' && !is_first) return Set{at + 1, has != is_inverted};
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    const char from = pattern[at++];
    char to = from;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      to = pattern[at + 1];
      at += 2;
    }
    has = has || (from <= c && c <= to);
  }
  return {};
}

// What one place of a pattern takes: how much of the pattern it is, and whether it is `c`.
Set read_place(std::string_view pattern, char c) {
  if (pattern.front() == '?') return {1, true};
  if (pattern.front() == '[') {
    if (const auto set = read_set(pattern, c)) return *set;
  }
  if (pattern.front() == '\\' && pattern.size() > 1) return {2, pattern[1] == c};
  return {1, pattern.front() == c};
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // Where to go on after the last star, if what follows does not fit here.
  std::optional<std::string_view> after_star;
  std::string_view retry;
  while (!text.empty() || !pattern.empty()) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      after_star = pattern;
      retry = text;
      continue;
    }
    if (!pattern.empty() && !text.empty()) {
      const Set place = read_place(pattern, text.front());
      if (place.has) {
        pattern.remove_prefix(place.length);
        text.remove_prefix(1);
        continue;
      }
    }
    if (!after_star || retry.empty()) return false;
    retry.remove_prefix(1);
    text = retry;
    pattern = *after_star;
  }
  return true;
}

std::string quote_pattern(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (std::string_view{"*?[]\\!-"}.find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

bool is_pattern(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '*' || text[i] == '?' ||
               (text[i] == '[' && text.find(']', i) != std::string_view::npos)) {
      return true;
    }
  }
  return false;
}

std::size_t matching_length(std::string_view pattern, std::string_view text, bool from_end,
                            bool longest) {
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const std::size_t length = longest ? text.size() - i : i;
    const std::string_view part =
        from_end ? text.substr(text.size() - length) : text.substr(0, length);
    if (matches_pattern(pattern, part)) return length;
  }
  return std::string_view::npos;
}

}  // namespace rockpool::node
