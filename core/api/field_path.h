// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rockpool::api {

/// The way from an object's root to one of its fields, as upstream's field.Path. Each step lives on
/// the stack and points at the step before it, so a path costs nothing until an error prints it.
///
/// Because of those pointers a step must not outlive the one it was made from: steps are made from
/// named paths only (`path.child("a", "b")`, never `path.child("a").child("b")`).
class FieldPath {
 public:
  /// A path of one or more names from the root. The names must outlive the path.
  explicit FieldPath(std::string_view first, std::string_view second = {},
                     std::string_view third = {})
      : names_{first, second, third} {}

  /// The member of that name, or the member of the member.
  FieldPath child(std::string_view first, std::string_view second = {},
                  std::string_view third = {}) const& {
    return FieldPath{this, Step::name, 0, first, second, third};
  }
  FieldPath child(std::string_view, std::string_view = {}, std::string_view = {}) const&& = delete;
  /// The item of an array.
  FieldPath index(std::size_t index) const& {
    return FieldPath{this, Step::index, index, {}, {}, {}};
  }
  FieldPath index(std::size_t) const&& = delete;
  /// The entry of a map.
  FieldPath key(std::string_view key) const& {
    return FieldPath{this, Step::key, 0, key, {}, {}};
  }
  FieldPath key(std::string_view) const&& = delete;

  /// `spec.containers[0].env`, `metadata.labels[a.b/c]`: as the server writes it. The path before
  /// the first name is "" (see `root`), which leaves no dot.
  std::string to_string() const;

 private:
  enum class Step : unsigned char { name, index, key };
  FieldPath(const FieldPath* parent, Step step, std::size_t index, std::string_view first,
            std::string_view second, std::string_view third)
      : parent_{parent}, index_{index}, names_{first, second, third}, step_{step} {}

  void append_to(std::string& out) const;

  const FieldPath* parent_ = nullptr;
  std::size_t index_ = 0;
  std::string_view names_[3];
  Step step_ = Step::name;
};

}  // namespace rockpool::api
