// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/json_path.h"

#include <charconv>

#include "core/doc/json.h"

namespace rockpool::scenario {

std::optional<doc::Value> read_json_path(const doc::Value& object, std::string_view path) {
  if (path.starts_with('{') && path.ends_with('}')) path = path.substr(1, path.size() - 2);
  if (path.starts_with('$')) path.remove_prefix(1);
  doc::Value current = object;
  while (!path.empty()) {
    const doc::Value* next = nullptr;
    if (path.front() == '[') {
      const std::size_t end = path.find(']');
      if (end == std::string_view::npos) return {};
      std::size_t index = 0;
      const auto [stop, error] = std::from_chars(path.data() + 1, path.data() + end, index);
      if (error != std::errc{} || stop != path.data() + end || index >= current.size()) return {};
      if (!current.is_array()) return {};
      next = &current.items()[index];
      path.remove_prefix(end + 1);
    } else {
      if (path.front() == '.') path.remove_prefix(1);
      const std::size_t end = std::min(path.find_first_of(".["), path.size());
      next = current.find(path.substr(0, end));
      path.remove_prefix(end);
    }
    if (next == nullptr) return {};
    // The copy keeps the value alive while its parent goes.
    const doc::Value kept = *next;
    current = kept;
  }
  return current;
}

std::string plain_text(const doc::Value& value) {
  return value.is_string() ? value.to_string() : doc::to_json(value);
}

}  // namespace rockpool::scenario
