// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/api/status.h"
#include "core/apiserver/managed/compare.h"
#include "core/apiserver/managed/field_set.h"
#include "core/apiserver/options.h"
#include "core/doc/value.h"

// Who manages which fields of an object (metadata.managedFields), after structured-merge-diff and
// apimachinery's util/managedfields.
namespace rockpool::apiserver::managed {

/// How many managers that update an object are kept apart before the oldest are put together.
inline constexpr std::size_t kMaxUpdateManagers = 10;

/// How a manager came to its fields: by server-side apply, or by any other write.
enum class Operation : std::uint8_t { apply, update };

/// Who writes: a manager is told apart by all of these.
struct Writer {
  std::string name;
  Operation operation = Operation::update;
  std::string api_version;
  /// "status", "scale"; empty for the object itself.
  std::string subresource = {};

  bool operator==(const Writer&) const = default;
};

/// A writer and its fields.
struct Manager {
  Writer writer;
  /// When the fields last changed, as a metav1.Time; null if nobody knows.
  doc::Value time;
  FieldSet fields;
};

/// All managers of an object.
class Managers {
 public:
  Managers() = default;
  /// Reads metadata.managedFields; entries that cannot be read are dropped.
  explicit Managers(const doc::Value& managed_fields);

  bool empty() const { return managers_.empty(); }
  /// Notes an update: what `writer` added or changed is its own from now on.
  void update(const Writer& writer, const Comparison& change, const doc::Value& now);
  /// The fields that `writer` applied before.
  FieldSet fields_of(const Writer& writer) const;
  /// Notes that `writer` applies exactly these fields.
  void set_applied(const Writer& writer, FieldSet fields, const doc::Value& now);
  /// The fields of all.
  FieldSet all_fields() const;
  /// Takes what `writer` changed from the others, and from all what is gone. Without `force`
  /// changing others' fields is a Conflict that names them.
  api::Result<void> settle(const Writer& writer, const Comparison& change, bool force);
  /// Makes the object's metadata.managedFields say this.
  void write_to(doc::Value& object) const;

 private:
  // The document of metadata.managedFields; null if there are none.
  doc::Value to_value() const;
  Manager* find(const Writer& writer);
  void set_fields(const Writer& writer, FieldSet fields, const doc::Value& now);
  void merge_oldest(const doc::Value& now);
  void drop_empty();

  std::vector<Manager> managers_;
};

/// Removes what nobody manages: names, versions and what only the server sets; and of an update or
/// application of one part the fields of the others.
FieldSet strip(FieldSet fields, api::ResourceId resource, Part part);

}  // namespace rockpool::apiserver::managed
