// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_text.h"

#include <algorithm>
#include <charconv>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/node/images/userland_options.h"

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;

// What a filter works on.
struct Filter {
  LetterOptions options;
  std::string text;
};

// Reads both; empty if one of them cannot be read, which has been told then.
sim::Task<std::optional<Filter>> read_filter(ProcessContext& context, std::string_view known,
                                             std::string_view with_value) {
  auto options = read_letter_options(context, known, with_value);
  if (!options) {
    context.print_error(options.error());
    co_return std::nullopt;
  }
  sim::Task<std::expected<std::string, std::string>> reading = read_inputs(context, options->rest);
  std::expected<std::string, std::string> text = co_await reading;
  if (!text) {
    context.print_error(text.error());
    co_return std::nullopt;
  }
  co_return Filter{std::move(*options), std::move(*text)};
}

std::int64_t number_of(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : text) {
    if (!is_blank(c) && !inside) ++words;
    inside = !is_blank(c);
  }
  return words;
}

// What of a line is compared: from its field `field` on, counted from 1; 0: all of it.
std::string_view sort_key(std::string_view line, std::size_t field, char separator) {
  std::size_t at = 0;
  for (std::size_t i = 1; i < field && at < line.size(); ++i) {
    if (separator != '\0') {
      const std::size_t end = line.find(separator, at);
      at = end == std::string_view::npos ? line.size() : end + 1;
      continue;
    }
    at = std::min(line.find_first_not_of(" \t", at), line.size());
    at = std::min(line.find_first_of(" \t", at), line.size());
  }
  return line.substr(at);
}

// Which places a list such as `1,3-5,7-` names, counted from 1; empty if it is none.
using Places = std::vector<std::pair<std::size_t, std::size_t>>;
Places parse_places(std::string_view list) {
  Places places;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(','));
    list.remove_prefix(std::min(part.size() + 1, list.size()));
    const std::size_t dash = part.find('-');
    std::size_t first = 1;
    std::size_t last = std::numeric_limits<std::size_t>::max();
    const auto read = [](std::string_view text, std::size_t& number) {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      return error == std::errc{} && end == text.data() + text.size() && number > 0;
    };
    const std::string_view left = part.substr(0, dash);
    if (!left.empty() && !read(left, first)) return {};
    if (dash == std::string_view::npos) last = first;
    const std::string_view right = dash == std::string_view::npos ? "" : part.substr(dash + 1);
    if (!right.empty() && !read(right, last)) return {};
    if (left.empty() && right.empty()) return {};
    places.emplace_back(first, last);
  }
  return places;
}

bool contains(const Places& places, std::size_t place) {
  return std::ranges::any_of(
      places, [place](const auto& range) { return range.first <= place && place <= range.second; });
}

// What `cut` leaves of a line; empty if it leaves the line out.
std::optional<std::string> cut_line(std::string_view line, const Places& places, bool by_bytes,
                                    char separator, bool only_separated) {
  std::string kept;
  if (by_bytes) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (contains(places, i + 1)) kept += line[i];
    }
    return kept;
  }
  if (line.find(separator) == std::string_view::npos) {
    if (only_separated) return std::nullopt;
    return std::string{line};
  }
  bool is_first = true;
  for (std::size_t place = 1;; ++place) {
    const std::size_t end = line.find(separator);
    if (contains(places, place)) {
      if (!is_first) kept += separator;
      kept += line.substr(0, end);
      is_first = false;
    }
    if (end == std::string_view::npos) return kept;
    line.remove_prefix(end + 1);
  }
}

// The bytes of a set such as `a-z`, in order.
std::string expand_set(std::string_view set) {
  std::string bytes;
  const auto add_range = [&bytes](char first, char last) {
    for (int c = static_cast<unsigned char>(first); c <= static_cast<unsigned char>(last); ++c) {
      bytes += static_cast<char>(c);
    }
  };
  while (!set.empty()) {
    const bool is_lower = set.starts_with("[:lower:]");
    if (is_lower || set.starts_with("[:upper:]")) {
      add_range(is_lower ? 'a' : 'A', is_lower ? 'z' : 'Z');
      set.remove_prefix(9);
      continue;
    }
    char c = set.front();
    set.remove_prefix(1);
    if (c == '\\' && !set.empty()) {
      c = set.front() == 'n' ? '\n' : set.front() == 't' ? '\t' : set.front();
      set.remove_prefix(1);
    }
    const bool is_range = set.size() > 1 && set.front() == '-';
    if (is_range) {
      add_range(c, set[1]);
      set.remove_prefix(2);
    } else {
      bytes += c;
    }
  }
  return bytes;
}

std::string translate(std::string_view text, const std::string& from, const std::string& to,
                      bool deletes, bool squeezes) {
  const std::string& squeezed = to.empty() ? from : to;
  std::string result;
  for (char c : text) {
    const std::size_t at = from.find(c);
    if (at != std::string::npos) {
      if (deletes) continue;
      if (!to.empty()) c = to[std::min(at, to.size() - 1)];
    }
    const bool repeats = !result.empty() && result.back() == c;
    if (squeezes && repeats && squeezed.find(c) != std::string::npos) continue;
    result += c;
  }
  return result;
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Code run_wc(ProcessContext& context) {
  sim::Task<std::optional<Filter>> reading = read_filter(context, "lwc", "");
  const std::optional<Filter> filter = co_await reading;
  if (!filter) co_return 1;
  const auto& [options, text] = *filter;
  const std::string flags = options.flags.empty() ? "lwc" : options.flags;
  const std::pair<char, std::size_t> counts[] = {
      {'l', static_cast<std::size_t>(std::ranges::count(text, '\n'))},
      {'w', count_words(text)},
      {'c', text.size()}};
  std::string line;
  for (const auto& [flag, count] : counts) {
    if (flags.find(flag) == std::string::npos) continue;
    line += flags.size() == 1 ? fmt::format("{}", count)
                              : fmt::format("{}{:9}", line.empty() ? "" : " ", count);
  }
  if (options.rest.size() == 1) line += " " + options.rest.front();
  if (options.rest.size() > 1) line += " total";
  context.print(line + "\n");
  co_return 0;
}

Code run_sort(ProcessContext& context) {
  sim::Task<std::optional<Filter>> reading = read_filter(context, "nru", "kt");
  const std::optional<Filter> filter = co_await reading;
  if (!filter) co_return 2;
  const auto& [options, text] = *filter;
  const std::string* key = options.value('k');
  const std::string* separator = options.value('t');
  const auto field = static_cast<std::size_t>(key == nullptr ? 0 : number_of(*key));
  const char by = separator == nullptr || separator->empty() ? '\0' : separator->front();
  const bool numeric = options.has('n');
  const auto compare_keys = [&](std::string_view left, std::string_view right) {
    const std::string_view a = sort_key(left, field, by);
    const std::string_view b = sort_key(right, field, by);
    if (numeric) return number_of(a) <=> number_of(b);
    return a.compare(b) <=> 0;
  };
  std::vector<std::string_view> lines = lines_of(text);
  const bool unique = options.has('u');
  const bool reversed = options.has('r');
  // Lines whose keys are equal are compared as a whole, unless only one of them is kept.
  std::ranges::stable_sort(lines, [&](std::string_view left, std::string_view right) {
    auto order = compare_keys(left, right);
    if (order == 0 && !unique) order = left.compare(right) <=> 0;
    return reversed ? order > 0 : order < 0;
  });
  if (unique) {
    const auto same =
        std::ranges::unique(lines, [&](std::string_view left, std::string_view right) {
          return compare_keys(left, right) == 0;
        });
    lines.erase(same.begin(), same.end());
  }
  std::string sorted;
  for (const std::string_view line : lines) sorted.append(line).append("\n");
  context.print(sorted);
  co_return 0;
}

Code run_uniq(ProcessContext& context) {
  sim::Task<std::optional<Filter>> reading = read_filter(context, "cdu", "");
  const std::optional<Filter> filter = co_await reading;
  if (!filter) co_return 1;
  const auto& [options, text] = *filter;
  const std::vector<std::string_view> lines = lines_of(text);
  std::string kept;
  for (std::size_t i = 0; i < lines.size();) {
    std::size_t next = i + 1;
    while (next < lines.size() && lines[next] == lines[i]) ++next;
    const std::size_t count = next - i;
    const bool is_left_out = (options.has('d') && count == 1) || (options.has('u') && count > 1);
    if (!is_left_out && options.has('c')) kept += fmt::format("{:7} ", count);
    if (!is_left_out) kept.append(lines[i]).append("\n");
    i = next;
  }
  context.print(kept);
  co_return 0;
}

Code run_cut(ProcessContext& context) {
  const auto options = read_letter_options(context, "s", "fcd");
  if (!options) {
    context.print_error(options.error());
    co_return 1;
  }
  const std::string* fields = options->value('f');
  const std::string* bytes = options->value('c');
  const std::string* separator = options->value('d');
  const std::string* list = fields != nullptr ? fields : bytes;
  const Places places = list == nullptr ? Places{} : parse_places(*list);
  if (places.empty()) {
    context.print_error(list == nullptr ? "cut: expected a list of bytes, characters, or fields\n"
                                        : fmt::format("cut: invalid range '{}'\n", *list));
    co_return 1;
  }
  sim::Task<std::expected<std::string, std::string>> reading = read_inputs(context, options->rest);
  const std::expected<std::string, std::string> text = co_await reading;
  if (!text) {
    context.print_error(text.error());
    co_return 1;
  }
  const char by = separator == nullptr || separator->empty() ? '\t' : separator->front();
  std::string kept;
  for (const std::string_view line : lines_of(*text)) {
    const auto part = cut_line(line, places, fields == nullptr, by, options->has('s'));
    if (part) kept.append(*part).append("\n");
  }
  context.print(kept);
  co_return 0;
}

Code run_tr(ProcessContext& context) {
  const auto options = read_letter_options(context, "ds", "");
  if (!options) {
    context.print_error(options.error());
    co_return 1;
  }
  const std::vector<std::string>& sets = options->rest;
  const bool deletes = options->has('d');
  const bool squeezes = options->has('s');
  const std::size_t least = deletes || squeezes ? 1 : 2;
  if (sets.size() < least || sets.size() > 2) {
    context.print_error("Usage: tr [-ds] STRING1 [STRING2]\n");
    co_return 1;
  }
  sim::Task<std::string> reading = context.read_input();
  const std::string text = co_await reading;
  const std::string to = sets.size() > 1 ? expand_set(sets[1]) : std::string{};
  context.print(translate(text, expand_set(sets[0]), to, deletes, squeezes));
  co_return 0;
}

}  // namespace rockpool::node
