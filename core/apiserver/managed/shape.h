// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/api/resource.h"
#include "core/api/type_table.h"
#include "core/doc/value.h"

namespace rockpool::apiserver::managed {

/// How server-side apply sees a value: as one whole, or as parts with owners of their own.
class Shape {
 public:
  /// What a value is to owners.
  enum class Kind : std::uint8_t {
    /// A scalar, or something that is always replaced as a whole.
    leaf,
    /// Fields of a type.
    structure,
    /// Entries with arbitrary names.
    map,
    /// A list whose items are told apart by keys.
    keyed_list,
    /// A list of different scalars.
    set_list,
  };

  /// A leaf.
  Shape() = default;
  /// An object of that type.
  explicit Shape(const api::TypeTable& type) : kind_{Kind::structure}, type_{&type} {}
  /// The value of a field.
  static Shape of(const api::Field& field);
  /// The objects of a resource. Custom ones have their definition's shape; what it leaves open is
  /// owned as a whole.
  static Shape of(const api::Resource& resource);

  Kind kind() const { return kind_; }
  bool is_list() const { return kind_ == Kind::keyed_list || kind_ == Kind::set_list; }
  /// The shape of a member of a structure or map; members that the type does not know are leaves.
  Shape member(const doc::Key& key) const;
  /// The shape of a list's items.
  Shape item() const;
  /// The path element of a list's item: `k:{"containerPort":80,"protocol":"TCP"}`, `v:"x"`.
  std::string element_of(const doc::Value& item) const;
  /// True if the member is owned as such while it has parts. Go writes a structure that is no
  /// pointer, and a list without omitempty, always, so that nobody ever adds it.
  bool member_counts(const doc::Key& key) const;

 private:
  static Shape of_schema(const doc::Value& schema);
  Shape custom_member(const doc::Key& key) const;

  Kind kind_ = Kind::leaf;
  // Of a structure, or of the items of a list and the values of a map if those are objects.
  const api::TypeTable* type_ = nullptr;
  const api::Field* field_ = nullptr;
  // Of a custom object or a part of it; null for what has a type.
  doc::Value schema_;
  // The custom object itself, whose header every object has.
  bool is_root_ = false;
};

}  // namespace rockpool::apiserver::managed
