// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"

namespace rockpool::apiserver::managed {

/// A set of fields of an object: a tree whose edges are path elements in the notation of FieldsV1:
/// `f:spec` a field, `k:{"name":"web"}` an item of a list by its keys, `v:"x"` an item of a set.
///
/// Structures that only lead to members are no members themselves; a list item or a map that is
/// owned as such is (`.` in FieldsV1). Follows structured-merge-diff's fieldpath.Set.
struct FieldSet {
  bool member = false;
  std::map<std::string, FieldSet, std::less<>> children;

  bool empty() const { return !member && children.empty(); }
  bool operator==(const FieldSet&) const = default;
  /// The part below an element, or nullptr.
  const FieldSet* find(std::string_view element) const;
  /// Puts a part below an element, unless it is empty.
  void attach(std::string element, FieldSet part);

  /// The metav1.FieldsV1 document of the set.
  doc::Value to_value() const;
  /// Reads what `to_value` writes; members of the document that are no path elements are dropped.
  static FieldSet from_value(const doc::Value& fields);
  /// The paths of all members in order, as messages write them:
  /// `.spec.template.spec.containers[name="web"].image`.
  std::vector<std::string> paths() const;
};

/// Members of either set.
FieldSet unite(const FieldSet& left, const FieldSet& right);
/// Members of both sets.
FieldSet intersect(const FieldSet& left, const FieldSet& right);
/// Members of `left` that are none of `right`.
FieldSet subtract(const FieldSet& left, const FieldSet& right);

/// The element of a field: `f:spec`.
std::string field_element(std::string_view name);

}  // namespace rockpool::apiserver::managed
