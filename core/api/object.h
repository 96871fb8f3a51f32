// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/doc/value.h"
#include "core/sim/time.h"

// What all objects have in common. All text returned as a string_view is valid as long as the
// document it was read from lives unchanged.
namespace rockpool::api {

/// The name of an object within its resource. Ordered by namespace, then name.
struct ObjectKey {
  /// Empty for cluster-scoped objects.
  std::string namespace_;
  std::string name;

  auto operator<=>(const ObjectKey&) const = default;
  bool operator==(const ObjectKey&) const = default;
  /// `default/web`; the bare name if there is no namespace.
  std::string to_string() const;
  /// Reads what `to_string` writes.
  static ObjectKey parse(std::string_view text);
};

/// An entry of metadata.ownerReferences.
struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  bool controller = false;
  bool block_owner_deletion = false;

  bool operator==(const OwnerReference&) const = default;
  doc::Value to_value() const;
  /// Reads what `to_value` writes.
  static OwnerReference from_value(const doc::Value& value);
};

/// The members that every object has, by their names; empty or null if the object lacks them.
std::string_view api_version(const doc::Value& object);
std::string_view kind(const doc::Value& object);
const doc::Value& metadata(const doc::Value& object);
std::string_view name(const doc::Value& object);
std::string_view generate_name(const doc::Value& object);
/// Empty for cluster-scoped objects.
std::string_view namespace_of(const doc::Value& object);
std::string_view uid(const doc::Value& object);
ObjectKey key_of(const doc::Value& object);
/// The labels as an object; null if there are none.
const doc::Value& labels(const doc::Value& object);
/// The label's value, or empty.
std::string_view label(const doc::Value& object, std::string_view key);
const doc::Value& annotations(const doc::Value& object);
std::string_view annotation(const doc::Value& object, std::string_view key);
/// The revision of the object, or 0 if it has none or it is no number.
std::uint64_t resource_version(const doc::Value& object);
/// 0 if it has none.
std::int64_t generation(const doc::Value& object);
std::optional<sim::Time> creation_timestamp(const doc::Value& object);
/// When the object is or was to be gone; empty unless its deletion has begun.
std::optional<sim::Time> deletion_timestamp(const doc::Value& object);
bool is_being_deleted(const doc::Value& object);
std::vector<OwnerReference> owner_references(const doc::Value& object);
/// The owner that manages the object (metav1.GetControllerOf).
std::optional<OwnerReference> controller_of(const doc::Value& object);
/// The uid of the managing owner, or empty; without copying.
std::string_view controller_uid(const doc::Value& object);
/// True if the owner with that uid manages the object (metav1.IsControlledBy).
bool is_controlled_by(const doc::Value& object, std::string_view owner_uid);
/// A reference from a dependant to `owner`, its controller, that blocks the owner's foreground
/// deletion (metav1.NewControllerRef).
OwnerReference new_controller_reference(const doc::Value& owner);
bool has_finalizer(const doc::Value& object, std::string_view finalizer);

/// Sets the label or annotation, making the map if there is none.
void set_label(doc::Value& object, std::string_view key, std::string_view value);
void set_annotation(doc::Value& object, std::string_view key, std::string_view value);
/// Removes the label; leaves no empty map behind.
void remove_label(doc::Value& object, std::string_view key);
/// Removes the annotation; leaves no empty map behind.
void remove_annotation(doc::Value& object, std::string_view key);
/// Adds the finalizer unless it is there; returns whether it changed anything.
bool add_finalizer(doc::Value& object, std::string_view finalizer);
/// Removes the finalizer; leaves no empty list behind; returns whether it changed anything.
bool remove_finalizer(doc::Value& object, std::string_view finalizer);

/// A metav1.Time as documents hold it: whole seconds.
doc::Value time_value(sim::Time time);
/// A metav1.MicroTime as documents hold it.
doc::Value micro_time_value(sim::Time time);
/// The time a document holds; empty if it is none.
std::optional<sim::Time> read_time(const doc::Value& value);

/// The condition of that type in `status.conditions`, or null.
const doc::Value& find_condition(const doc::Value& object, std::string_view type);
/// The condition's status ("True", "False", "Unknown"), or empty if there is none.
std::string_view condition_status(const doc::Value& object, std::string_view type);
bool is_condition_true(const doc::Value& object, std::string_view type);

/// A condition to be set.
struct Condition {
  std::string_view type;
  /// "True", "False" or "Unknown".
  std::string_view status;
  std::string_view reason = {};
  std::string_view message = {};
  /// Members that only some conditions have (`lastProbeTime`, `lastHeartbeatTime`,
  /// `lastUpdateTime`, `observedGeneration`); null or an object.
  doc::Value extra = {};
};

/// Puts a condition into `object.status.conditions`: in the place of the one of the same type, or
/// at the end. `lastTransitionTime` becomes `now` if the status is another than before, and else
/// stays. Returns whether anything changed.
bool set_condition(doc::Value& object, const Condition& condition, sim::Time now);
/// Removes the condition of that type; returns whether there was one.
bool remove_condition(doc::Value& object, std::string_view type);

/// An ObjectReference to the object, as events and endpoints carry it: apiVersion and kind as
/// given, namespace, name, uid, resourceVersion.
doc::Value object_reference(const doc::Value& object, std::string_view api_version,
                            std::string_view kind);

/// An IntOrString resolved against a total: a plain number as it is, a percentage of `total`
/// rounded up or down (intstr.GetScaledValueFromIntOrPercent). Empty if it is neither.
enum class Rounding { down, up };
std::optional<std::int64_t> scaled_value(const doc::Value& int_or_percent, std::int64_t total,
                                         Rounding rounding);

}  // namespace rockpool::api

template <>
struct std::hash<rockpool::api::ObjectKey> {
  std::size_t operator()(const rockpool::api::ObjectKey& key) const noexcept {
    const std::size_t first = std::hash<std::string_view>{}(key.namespace_);
    const std::size_t second = std::hash<std::string_view>{}(key.name);
    return first ^ (second + 0x9e3779b9 + (first << 6) + (first >> 2));
  }
};
