// SPDX-License-Identifier: Apache-2.0
#include "core/doc/json_path.h"

#include <algorithm>
#include <charconv>

#include "core/doc/json.h"

namespace rockpool::doc {
namespace {

std::optional<Value> member_of(const Value& object, std::string_view name) {
  const Value* found = object.find(name);
  if (found == nullptr) return std::nullopt;
  return *found;
}

std::optional<Value> item_of(const Value& array, std::string_view text) {
  std::int64_t index = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, index);
  if (error != std::errc{} || stop != end || !array.is_array()) return std::nullopt;
  const auto size = static_cast<std::int64_t>(array.size());
  if (index < 0) index += size;
  if (index < 0 || index >= size) return std::nullopt;
  return array.at(static_cast<std::size_t>(index));
}

std::string_view without_quotes(std::string_view text) {
  const bool quoted = text.size() >= 2 && (text.front() == '\'' || text.front() == '"') &&
                      text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// `?(@.type=="Ready")`: the first item of which that is true.
std::optional<Value> filtered(const Value& array, std::string_view filter) {
  if (!filter.starts_with("?(@") || !filter.ends_with(')')) return std::nullopt;
  const std::string_view condition = filter.substr(3, filter.size() - 4);
  const std::size_t equals = condition.find("==");
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view path =
      condition.substr(0, condition.find_last_not_of(' ', equals - 1) + 1);
  std::string_view wanted = condition.substr(equals + 2);
  while (wanted.starts_with(' ')) wanted.remove_prefix(1);
  for (const Value& item : array.items()) {
    const auto value = read_json_path(item, path);
    if (value && plain_text(*value) == without_quotes(wanted)) return item;
  }
  return std::nullopt;
}

std::optional<Value> bracketed(const Value& value, std::string_view inside) {
  if (inside.starts_with('?')) return filtered(value, inside);
  if (inside.starts_with('\'') || inside.starts_with('"')) {
    return member_of(value, without_quotes(inside));
  }
  return item_of(value, inside);
}

// Where the bracket that opens the text closes, past quotes.
std::size_t closing_bracket(std::string_view text) {
  char quote = 0;
  for (std::size_t index = 1; index < text.size(); ++index) {
    const char c = text[index];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == ']') {
      return index;
    }
  }
  return std::string_view::npos;
}

// Takes a member's name off the path; a backslash keeps a dot in it.
std::string take_name(std::string_view& path) {
  std::string name;
  while (!path.empty() && path.front() != '.' && path.front() != '[') {
    if (path.front() == '\\' && path.size() > 1) path.remove_prefix(1);
    name += path.front();
    path.remove_prefix(1);
  }
  return name;
}

}  // namespace

std::optional<Value> read_json_path(const Value& object, std::string_view path) {
  if (path.starts_with('{') && path.ends_with('}')) path = path.substr(1, path.size() - 2);
  if (path.starts_with('$')) path.remove_prefix(1);
  std::optional<Value> current = object;
  while (!path.empty() && current) {
    if (path.front() == '[') {
      const std::size_t end = closing_bracket(path);
      if (end == std::string_view::npos) return std::nullopt;
      current = bracketed(*current, path.substr(1, end - 1));
      path.remove_prefix(end + 1);
    } else {
      if (path.front() == '.') path.remove_prefix(1);
      if (path.empty()) return std::nullopt;
      current = member_of(*current, take_name(path));
    }
  }
  return current;
}

std::string plain_text(const Value& value) {
  return value.is_string() ? value.to_string() : to_json(value);
}

}  // namespace rockpool::doc
