// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/doc/value.h"

// The facts about Kubernetes' types that decoding, patching, apply, explain, OpenAPI and editors
// share. The tables are in core/api/tables, written by tools/generate_tables.
namespace rockpool::api {

/// How a field's value looks.
enum class FieldType : std::uint8_t {
  string,
  boolean,
  int32,
  int64,
  number,
  /// A 32-bit integer or a string (intstr.IntOrString).
  int_or_string,
  /// `100m`, `1Gi`, or a number (resource.Quantity).
  quantity,
  /// RFC 3339 to the second (metav1.Time).
  time,
  /// RFC 3339 with microseconds (metav1.MicroTime).
  micro_time,
  /// base64 text ([]byte).
  bytes,
  /// An object with a table of its own.
  object,
  array,
  /// An object with arbitrary names.
  map,
  /// Any JSON (FieldsV1, RawExtension).
  any,
};

/// How server-side apply sees an array (+listType).
enum class ListType : std::uint8_t { atomic, set, map };

class TypeTable;

/// The rarer facts about a field, shared by fields that agree.
struct FieldTraits {
  /// Field of the items by which strategic merge patch pairs them; empty if the list is replaced.
  std::string_view merge_key;
  /// Up to two fields of the items that identify them to server-side apply, separated by a comma.
  std::string_view list_map_keys;
  ListType list_type = ListType::atomic;
  /// Strategic merge patch merges the list or map instead of replacing it.
  bool patch_merge = false;
  /// Strategic merge patch honours `$retainKeys`.
  bool patch_retain_keys = false;
  /// Server-side apply treats the map or object as one value (+mapType, +structType=atomic).
  bool atomic = false;
};

/// A named string type with the values that Kubernetes defines for it.
struct StringType {
  /// As Go writes it, `v1.PullPolicy`: messages about wrong types quote it.
  std::string_view go_name;
  /// The known values, separated by NUL; empty if there are none.
  std::string_view joined_values;
  /// True if no other value is valid.
  bool closed = false;
};

/// One field of a type.
class Field {
 public:
  constexpr Field(doc::KnownKeyIndex key, FieldType type, FieldType element,
                  std::uint16_t type_index, std::uint8_t traits, std::uint8_t flags)
      : key_{key},
        type_index_{type_index},
        type_{type},
        element_{element},
        traits_{traits},
        flags_{flags} {}

  doc::Key key() const { return doc::Key{key_}; }
  constexpr doc::KnownKeyIndex key_index() const { return key_; }
  std::string_view name() const { return doc::kKnownKeys[key_.value]; }
  constexpr FieldType type() const { return type_; }
  /// The type of an array's items or of a map's values; `type()` for other fields.
  constexpr FieldType element_type() const { return element_; }
  /// The table of an object field, or of an array's items or a map's values if those are objects;
  /// nullptr otherwise.
  const TypeTable* object_type() const;
  /// The named string type of a string field, or of its items or values; nullptr if it is plain.
  const StringType* string_type() const;
  /// The documentation says that it must be there (Go: no `omitempty`).
  constexpr bool required() const { return (flags_ & kRequired) != 0; }
  /// Go holds it by pointer: an empty value that was given stays, instead of counting as absent.
  constexpr bool pointer() const { return (flags_ & kPointer) != 0; }
  const FieldTraits& traits() const;
  /// The fixed default that the type itself declares, or null (core/api/defaults.h does the rest).
  doc::Value default_value() const;
  /// Its type as Go writes it: `int32`, `[]v1.Container`, `map[string]string`, `v1.Protocol`.
  std::string go_type() const;

  static constexpr std::uint8_t kRequired = 1;
  static constexpr std::uint8_t kPointer = 2;
  /// The type index is that of a StringType.
  static constexpr std::uint8_t kStringType = 4;
  /// The type index is that of a TypeTable.
  static constexpr std::uint8_t kObjectType = 8;
  static constexpr std::uint8_t kHasDefault = 16;

 private:
  doc::KnownKeyIndex key_;
  std::uint16_t type_index_;
  FieldType type_;
  FieldType element_;
  std::uint8_t traits_;
  std::uint8_t flags_;
};

/// The fields of one type. All tables are constants; pointers to them are valid for ever.
class TypeTable {
 public:
  constexpr TypeTable(std::string_view package, std::string_view name, std::uint16_t first,
                      std::uint16_t count)
      : package_{package}, name_{name}, first_{first}, count_{count} {}

  /// The Go type's name: `DeploymentSpec`.
  constexpr std::string_view name() const { return name_; }
  /// Where it comes from: `apps/v1`, `/v1`, `meta/v1`.
  constexpr std::string_view package() const { return package_; }
  /// As Go prints it: `v1.DeploymentSpec`.
  std::string go_name() const;
  /// The fields, those of embedded types included, in order of their names.
  std::span<const Field> fields() const;
  /// The field of that name, or nullptr.
  const Field* find(const doc::Key& key) const;
  const Field* find(std::string_view name) const { return find(doc::Key{name}); }
  bool operator==(const TypeTable& other) const { return this == &other; }

 private:
  std::string_view package_;
  std::string_view name_;
  std::uint16_t first_;
  std::uint16_t count_;
};

/// The table of a type by its package and name (`"/v1", "PodSpec"`), or nullptr.
const TypeTable* find_type(std::string_view package, std::string_view name);

}  // namespace rockpool::api
