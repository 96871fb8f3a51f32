// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/shell_pattern.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

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

// The braces that a word's first list stands between; empty if it has none.
std::optional<std::pair<std::size_t, std::size_t>> find_list(std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if (c == '\\' || (c == '$' && i + 1 < word.size() && word[i + 1] == '{')) {
      ++i;
    } else if (c == '\'' || c == '"') {
      i = std::min(word.find(c, i + 1), word.size() - 1);
    } else if (c == '{') {
      const std::size_t end = word.find_first_of("{}$'\"`\\", i + 1);
      if (end == std::string_view::npos || word[end] != '}') continue;
      const std::string_view inner = word.substr(i + 1, end - i - 1);
      const bool is_list =
          inner.find(',') != std::string_view::npos || inner.find("..") != std::string_view::npos;
      if (is_list) return std::pair{i, end};
    }
  }
  return {};
}

// `1..3` → 1 2 3, `a,b` → a b; empty if it is neither.
std::vector<std::string> list_items(std::string_view inner) {
  std::vector<std::string> items;
  const std::size_t dots = inner.find("..");
  if (inner.find(',') == std::string_view::npos) {
    const auto number = [](std::string_view text) -> std::optional<std::int64_t> {
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      const bool is_whole = error == std::errc{} && end == text.data() + text.size();
      return is_whole ? std::optional{value} : std::nullopt;
    };
    const auto first = number(inner.substr(0, dots));
    const auto last = number(inner.substr(dots + 2));
    if (!first || !last) return {};
    const std::int64_t step = *first <= *last ? 1 : -1;
    for (std::int64_t i = *first; items.size() <= kMaxBraceWords; i += step) {
      items.push_back(std::to_string(i));
      if (i == *last) break;
    }
    return items;
  }
  for (;;) {
    const std::size_t end = std::min(inner.find(','), inner.size());
    items.emplace_back(inner.substr(0, end));
    if (end == inner.size()) return items;
    inner.remove_prefix(end + 1);
  }
}

}  // namespace

std::vector<std::string> expand_brace_lists(std::string_view word) {
  std::vector<std::string> done;
  std::vector<std::string> open{std::string{word}};
  while (!open.empty()) {
    const std::string next = std::move(open.back());
    open.pop_back();
    const auto list = find_list(next);
    std::vector<std::string> items;
    if (list)
      items = list_items(
          std::string_view{next}.substr(list->first + 1, list->second - list->first - 1));
    if (done.size() + open.size() + items.size() > kMaxBraceWords) return {std::string{word}};
    if (items.empty()) {
      done.push_back(next);
      continue;
    }
    // The last one first, as the first is taken next.
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
      open.push_back(next.substr(0, list->first) + *item + next.substr(list->second + 1));
    }
  }
  return done;
}

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
