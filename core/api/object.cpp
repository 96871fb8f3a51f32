// SPDX-License-Identifier: Apache-2.0
#include "core/api/object.h"

#include <charconv>

#include "core/api/names.h"

namespace rockpool::api {

using namespace doc::literals;

std::string ObjectKey::to_string() const {
  if (namespace_.empty()) return name;
  return namespace_ + "/" + name;
}

ObjectKey ObjectKey::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {{}, std::string{text}};
  return {std::string{text.substr(0, slash)}, std::string{text.substr(slash + 1)}};
}

doc::Value OwnerReference::to_value() const {
  doc::Value value = doc::Value::object(
      {{"apiVersion"_key, api_version}, {"kind"_key, kind}, {"name"_key, name}, {"uid"_key, uid}});
  if (controller) value.set("controller"_key, true);
  if (block_owner_deletion) value.set("blockOwnerDeletion"_key, true);
  return value;
}

OwnerReference OwnerReference::from_value(const doc::Value& value) {
  return {value["apiVersion"_key].to_string(), value["kind"_key].to_string(),
          value["name"_key].to_string(),       value["uid"_key].to_string(),
          value["controller"_key].as_bool(),   value["blockOwnerDeletion"_key].as_bool()};
}

std::string_view api_version(const doc::Value& object) {
  return object["apiVersion"_key].as_string();
}

std::string_view kind(const doc::Value& object) {
  return object["kind"_key].as_string();
}

const doc::Value& metadata(const doc::Value& object) {
  return object["metadata"_key];
}

std::string_view name(const doc::Value& object) {
  return metadata(object)["name"_key].as_string();
}

std::string_view generate_name(const doc::Value& object) {
  return metadata(object)["generateName"_key].as_string();
}

std::string_view namespace_of(const doc::Value& object) {
  return metadata(object)["namespace"_key].as_string();
}

std::string_view uid(const doc::Value& object) {
  return metadata(object)["uid"_key].as_string();
}

ObjectKey key_of(const doc::Value& object) {
  return {std::string{namespace_of(object)}, std::string{name(object)}};
}

const doc::Value& labels(const doc::Value& object) {
  return metadata(object)["labels"_key];
}

std::string_view label(const doc::Value& object, std::string_view key) {
  return labels(object)[key].as_string();
}

const doc::Value& annotations(const doc::Value& object) {
  return metadata(object)["annotations"_key];
}

std::string_view annotation(const doc::Value& object, std::string_view key) {
  return annotations(object)[key].as_string();
}

std::uint64_t resource_version(const doc::Value& object) {
  const std::string_view text = metadata(object)["resourceVersion"_key].as_string();
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size()) return 0;
  return version;
}

std::int64_t generation(const doc::Value& object) {
  return metadata(object)["generation"_key].as_int();
}

std::optional<sim::Time> creation_timestamp(const doc::Value& object) {
  return read_time(metadata(object)["creationTimestamp"_key]);
}

std::optional<sim::Time> deletion_timestamp(const doc::Value& object) {
  return read_time(metadata(object)["deletionTimestamp"_key]);
}

bool is_being_deleted(const doc::Value& object) {
  return !metadata(object)["deletionTimestamp"_key].is_null();
}

std::vector<OwnerReference> owner_references(const doc::Value& object) {
  std::vector<OwnerReference> references;
  for (const doc::Value& entry : metadata(object)["ownerReferences"_key].items()) {
    references.push_back(OwnerReference::from_value(entry));
  }
  return references;
}

namespace {

const doc::Value* controller_entry(const doc::Value& object) {
  for (const doc::Value& entry : metadata(object)["ownerReferences"_key].items()) {
    if (entry["controller"_key].as_bool()) return &entry;
  }
  return nullptr;
}

}  // namespace

std::optional<OwnerReference> controller_of(const doc::Value& object) {
  const doc::Value* entry = controller_entry(object);
  if (entry == nullptr) return std::nullopt;
  return OwnerReference::from_value(*entry);
}

std::string_view controller_uid(const doc::Value& object) {
  const doc::Value* entry = controller_entry(object);
  if (entry == nullptr) return {};
  return (*entry)["uid"_key].as_string();
}

bool is_controlled_by(const doc::Value& object, std::string_view owner_uid) {
  const doc::Value* entry = controller_entry(object);
  return entry != nullptr && (*entry)["uid"_key].as_string() == owner_uid;
}

OwnerReference new_controller_reference(const doc::Value& owner) {
  return {std::string{api_version(owner)},
          std::string{kind(owner)},
          std::string{name(owner)},
          std::string{uid(owner)},
          true,
          true};
}

bool has_finalizer(const doc::Value& object, std::string_view finalizer) {
  for (const doc::Value& entry : metadata(object)["finalizers"_key].items()) {
    if (entry.as_string() == finalizer) return true;
  }
  return false;
}

void set_label(doc::Value& object, std::string_view key, std::string_view value) {
  object.edit("metadata"_key).edit("labels"_key).set(key, value);
}

void set_annotation(doc::Value& object, std::string_view key, std::string_view value) {
  object.edit("metadata"_key).edit("annotations"_key).set(key, value);
}

namespace {

void remove_entry(doc::Value& object, doc::KnownKeyIndex map, std::string_view key) {
  if (!metadata(object)[map].contains(key)) return;
  doc::Value& meta = object.edit("metadata"_key);
  meta.edit(map).erase(key);
  if (meta[map].size() == 0) meta.erase(map);
}

}  // namespace

void remove_label(doc::Value& object, std::string_view key) {
  remove_entry(object, "labels"_key, key);
}

void remove_annotation(doc::Value& object, std::string_view key) {
  remove_entry(object, "annotations"_key, key);
}

bool add_finalizer(doc::Value& object, std::string_view finalizer) {
  if (has_finalizer(object, finalizer)) return false;
  object.edit("metadata"_key).edit("finalizers"_key).push_back(finalizer);
  return true;
}

bool remove_finalizer(doc::Value& object, std::string_view finalizer) {
  if (!has_finalizer(object, finalizer)) return false;
  doc::Value& meta = object.edit("metadata"_key);
  doc::Value& list = meta.edit("finalizers"_key);
  for (std::size_t i = list.size(); i-- > 0;) {
    if (list.at(i).as_string() == finalizer) list.erase_at(i);
  }
  if (list.size() == 0) meta.erase("finalizers"_key);
  return true;
}

doc::Value time_value(sim::Time time) {
  return doc::Value{sim::format_rfc3339(time)};
}

doc::Value micro_time_value(sim::Time time) {
  return doc::Value{sim::format_rfc3339_micro(time)};
}

std::optional<sim::Time> read_time(const doc::Value& value) {
  if (!value.is_string()) return std::nullopt;
  return sim::parse_rfc3339(value.as_string());
}

const doc::Value& find_condition(const doc::Value& object, std::string_view type) {
  const doc::Value& conditions = object["status"_key]["conditions"_key];
  for (const doc::Value& condition : conditions.items()) {
    if (condition["type"_key].as_string() == type) return condition;
  }
  // An index out of range reads as null.
  return conditions.at(conditions.size());
}

std::string_view condition_status(const doc::Value& object, std::string_view type) {
  return find_condition(object, type)["status"_key].as_string();
}

bool is_condition_true(const doc::Value& object, std::string_view type) {
  return condition_status(object, type) == "True";
}

namespace {

doc::Value condition_value(const Condition& condition, const doc::Value& before, sim::Time now) {
  doc::Value value = condition.extra.is_null() ? doc::Value::object() : condition.extra;
  value.set("type"_key, condition.type);
  value.set("status"_key, condition.status);
  const doc::Value& since = before["lastTransitionTime"_key];
  const bool same = before["status"_key].as_string() == condition.status && !since.is_null();
  value.set("lastTransitionTime"_key, same ? since : time_value(now));
  if (!condition.reason.empty()) value.set("reason"_key, condition.reason);
  if (!condition.message.empty()) value.set("message"_key, condition.message);
  return value;
}

}  // namespace

bool set_condition(doc::Value& object, const Condition& condition, sim::Time now) {
  const doc::Value& before = find_condition(object, condition.type);
  doc::Value after = condition_value(condition, before, now);
  if (after == before) return false;
  doc::Value& list = object.edit("status"_key).edit("conditions"_key);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list.at(i)["type"_key].as_string() == condition.type) {
      list.edit_at(i) = std::move(after);
      return true;
    }
  }
  list.push_back(std::move(after));
  return true;
}

bool remove_condition(doc::Value& object, std::string_view type) {
  if (find_condition(object, type).is_null()) return false;
  doc::Value& status = object.edit("status"_key);
  doc::Value& list = status.edit("conditions"_key);
  for (std::size_t i = list.size(); i-- > 0;) {
    if (list.at(i)["type"_key].as_string() == type) list.erase_at(i);
  }
  if (list.size() == 0) status.erase("conditions"_key);
  return true;
}

doc::Value object_reference(const doc::Value& object, std::string_view api_version,
                            std::string_view kind) {
  doc::Value reference = doc::Value::object({{"apiVersion"_key, api_version}, {"kind"_key, kind}});
  const doc::Value& meta = metadata(object);
  for (const doc::KnownKeyIndex key :
       {"namespace"_key, "name"_key, "uid"_key, "resourceVersion"_key}) {
    if (!meta[key].is_empty()) reference.set(key, meta[key]);
  }
  return reference;
}

std::optional<std::int64_t> scaled_value(const doc::Value& int_or_percent, std::int64_t total,
                                         Rounding rounding) {
  if (int_or_percent.is_integer()) return int_or_percent.as_int();
  if (!int_or_percent.is_string()) return std::nullopt;
  const std::string_view text = int_or_percent.as_string();
  if (!check_percent(text).empty()) return std::nullopt;
  std::int64_t percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size() - 1, percent);
  if (error != std::errc{}) return std::nullopt;
  const std::int64_t scaled = percent * total;
  return rounding == Rounding::up ? (scaled + 99) / 100 : scaled / 100;
}

}  // namespace rockpool::api
