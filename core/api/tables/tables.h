// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/api/type_table.h"

// The generated constants behind type_table.h, for type_table.cpp only.
namespace rockpool::api::tables {

/// A default that a type declares for a field.
struct Default {
  /// The type's place in `types()`.
  std::uint16_t type;
  doc::KnownKeyIndex key;
  /// A JSON scalar.
  std::string_view json;
};

/// All types, sorted by name, then package.
std::span<const TypeTable> types();
/// The fields of all types, those of one type next to each other.
std::span<const Field> fields();
/// The distinct traits; the first says nothing special.
std::span<const FieldTraits> traits();
std::span<const StringType> string_types();
std::span<const Default> defaults();

}  // namespace rockpool::api::tables
