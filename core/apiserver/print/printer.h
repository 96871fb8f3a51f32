// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/doc/value.h"
#include "core/sim/time.h"

// How the server prints objects as rows, for `kubectl get` (pkg/printers/internalversion).
namespace rockpool::apiserver {

/// What a column holds.
enum class ColumnType : std::uint8_t { string, integer, boolean, date };

/// One column of a table.
struct Column {
  std::string_view name;
  ColumnType type = ColumnType::string;
  /// Shown with `-o wide` only.
  bool wide = false;
  /// What it means, for `includeObject`-less clients that explain their tables.
  std::string_view description = {};
};

/// The cells of one row, in the order of the columns.
using Cells = std::vector<doc::Value>;

/// How the objects of a resource are printed.
struct Printer {
  std::span<const Column> columns;
  /// One cell for each column. `now` is for ages.
  Cells (*cells)(const doc::Value& object, sim::Time now);
  /// What the row says of itself beside its cells (`Completed`), as an array; null for nothing.
  doc::Value (*conditions)(const doc::Value& object) = nullptr;
};

/// The printer of a resource; one with name and creation time if it has none of its own.
const Printer& printer_of(api::ResourceId resource);

/// The column that every table begins with.
inline constexpr Column kNameColumn{"Name", ColumnType::string, false,
                                    "The name, unique within the namespace."};
/// How long ago the object was made.
inline constexpr Column kAgeColumn{"Age", ColumnType::string, false,
                                   "How long ago the object was created."};
/// What a template of Pods holds, shown with `-o wide`.
inline constexpr Column kContainersColumn{"Containers", ColumnType::string, true,
                                          "The names of the containers in the Pod template."};
inline constexpr Column kImagesColumn{"Images", ColumnType::string, true,
                                      "The images of the containers in the Pod template."};
inline constexpr Column kSelectorColumn{"Selector", ColumnType::string, true,
                                        "Which Pods belong to the object."};

}  // namespace rockpool::apiserver
