// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rockpool::doc {

/// HTTP header fields in the order in which they were added. Names compare without regard to case
/// and keep the spelling they were given.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_{fields} {}

  /// The value of the first field of that name, or nullptr; valid until the fields change.
  const std::string* find(std::string_view name) const;
  /// The value of the first field of that name, or `fallback`; valid until the fields change.
  std::string_view get(std::string_view name, std::string_view fallback = {}) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string_view value);
  /// Adds a field, keeping others of that name.
  void add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }
  /// Removes every field of that name.
  void remove(std::string_view name);
  std::span<const Field> fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

}  // namespace rockpool::doc
