// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/managed/managers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "core/apiserver/state.h"
#include "core/apiserver/strategy.h"

namespace rockpool::apiserver::managed {
namespace {

// Where the oldest managers go.
constexpr std::string_view kAncientChanges = "ancient-changes";

std::string_view operation_name(Operation operation) {
  return operation == Operation::apply ? "Apply" : "Update";
}

// As messages call a manager (internal.printManager).
std::string describe(const Writer& writer) {
  std::string text = fmt::format("\"{}\"", writer.name);
  if (!writer.subresource.empty()) {
    text += fmt::format(" with subresource \"{}\"", writer.subresource);
  }
  if (writer.operation == Operation::update) text += fmt::format(" using {}", writer.api_version);
  return text;
}

// A field that somebody else manages.
struct Conflict {
  std::string manager;
  std::string path;
};

std::string conflict_message(const std::vector<Conflict>& conflicts) {
  if (conflicts.size() == 1) {
    return fmt::format("Apply failed with 1 conflict: conflict with {}: {}", conflicts[0].manager,
                       conflicts[0].path);
  }
  std::map<std::string, std::vector<std::string>> by_manager;
  for (const Conflict& each : conflicts) by_manager[each.manager].push_back(each.path);
  std::string text;
  for (const auto& [manager, paths] : by_manager) {
    if (!text.empty()) text += '\n';
    text += fmt::format("conflicts with {}:", manager);
    for (const std::string& path : paths) text += fmt::format("\n- {}", path);
  }
  return fmt::format("Apply failed with {} conflicts: {}", conflicts.size(), text);
}

api::Status conflict_status(const std::vector<Conflict>& conflicts) {
  std::vector<api::StatusCause> causes;
  for (const Conflict& each : conflicts) {
    causes.push_back(
        {"FieldManagerConflict", fmt::format("conflict with {}", each.manager), each.path});
  }
  return api::apply_conflict(std::move(causes), conflict_message(conflicts));
}

Manager read_manager(const doc::Value& entry) {
  Manager manager;
  manager.writer.name = entry["manager"_key].to_string();
  manager.writer.operation =
      entry["operation"_key].as_string() == "Apply" ? Operation::apply : Operation::update;
  manager.writer.api_version = entry["apiVersion"_key].to_string();
  manager.writer.subresource = entry["subresource"_key].to_string();
  manager.time = entry["time"_key];
  manager.fields = FieldSet::from_value(entry["fieldsV1"_key]);
  manager.fields.member = false;
  return manager;
}

doc::Value write_manager(const Manager& manager) {
  doc::Value entry =
      doc::Value::object({{"manager"_key, manager.writer.name},
                          {"operation"_key, operation_name(manager.writer.operation)},
                          {"apiVersion"_key, manager.writer.api_version},
                          {"fieldsType"_key, "FieldsV1"},
                          {"fieldsV1"_key, manager.fields.to_value()}});
  if (!manager.time.is_null()) entry.set("time"_key, manager.time);
  if (!manager.writer.subresource.empty()) {
    entry.set("subresource"_key, manager.writer.subresource);
  }
  return entry;
}

// What identifies objects, and what only the server sets.
FieldSet system_fields() {
  FieldSet leaf;
  leaf.member = true;
  FieldSet metadata = leaf;
  for (const std::string_view name :
       {"name", "namespace", "creationTimestamp", "deletionTimestamp", "selfLink", "uid",
        "generation", "managedFields", "resourceVersion", "deletionGracePeriodSeconds"}) {
    metadata.attach(field_element(name), leaf);
  }
  FieldSet fields;
  fields.attach("f:metadata", metadata);
  fields.attach("f:apiVersion", leaf);
  fields.attach("f:kind", leaf);
  return fields;
}

auto order_of(const Manager& manager) {
  const Writer& writer = manager.writer;
  return std::tuple{operation_name(writer.operation), manager.time.to_string(), writer.name,
                    writer.api_version, writer.subresource};
}

}  // namespace

Managers::Managers(const doc::Value& managed_fields) {
  for (const doc::Value& entry : managed_fields.items()) {
    if (entry["manager"_key].is_string()) managers_.push_back(read_manager(entry));
  }
}

Manager* Managers::find(const Writer& writer) {
  for (Manager& manager : managers_) {
    if (manager.writer == writer) return &manager;
  }
  return nullptr;
}

// The time tells when the fields changed last, so it stays if they do.
void Managers::set_fields(const Writer& writer, FieldSet fields, const doc::Value& now) {
  if (Manager* manager = find(writer)) {
    if (manager->fields == fields) return;
    manager->fields = std::move(fields);
    manager->time = now;
    return;
  }
  managers_.push_back({writer, now, std::move(fields)});
}

void Managers::update(const Writer& writer, const Comparison& change, const doc::Value& now) {
  const FieldSet own =
      subtract(unite(fields_of(writer), unite(change.added, change.modified)), change.removed);
  // Taking fields by force cannot fail.
  (void)settle(writer, change, true);
  set_fields(writer, own, now);
  drop_empty();
  merge_oldest(now);
}

FieldSet Managers::fields_of(const Writer& writer) const {
  for (const Manager& manager : managers_) {
    if (manager.writer == writer) return manager.fields;
  }
  return {};
}

void Managers::set_applied(const Writer& writer, FieldSet fields, const doc::Value& now) {
  set_fields(writer, std::move(fields), now);
  drop_empty();
}

FieldSet Managers::all_fields() const {
  FieldSet all;
  for (const Manager& manager : managers_) all = unite(all, manager.fields);
  return all;
}

api::Result<void> Managers::settle(const Writer& writer, const Comparison& change, bool force) {
  const FieldSet changed = unite(change.added, change.modified);
  std::vector<Conflict> conflicts;
  for (const Manager& manager : managers_) {
    if (manager.writer == writer) continue;
    for (std::string& path : intersect(manager.fields, changed).paths()) {
      conflicts.push_back({describe(manager.writer), std::move(path)});
    }
  }
  if (!conflicts.empty() && !force) return std::unexpected{conflict_status(conflicts)};
  for (Manager& manager : managers_) {
    if (!(manager.writer == writer)) manager.fields = subtract(manager.fields, changed);
    manager.fields = subtract(manager.fields, change.removed);
  }
  drop_empty();
  return {};
}

void Managers::drop_empty() {
  std::erase_if(managers_, [](const Manager& manager) { return manager.fields.empty(); });
}

// As internal.capManagersManager.
void Managers::merge_oldest(const doc::Value& now) {
  std::vector<std::size_t> updaters;
  for (std::size_t index = 0; index < managers_.size(); ++index) {
    if (managers_[index].writer.operation == Operation::update) updaters.push_back(index);
  }
  if (updaters.size() <= kMaxUpdateManagers) return;
  std::ranges::stable_sort(updaters, {},
                           [this](std::size_t index) { return managers_[index].time.to_string(); });
  updaters.resize(updaters.size() - kMaxUpdateManagers + 1);
  Writer ancient;
  ancient.name = kAncientChanges;
  ancient.api_version = managers_[updaters.front()].writer.api_version;
  FieldSet fields;
  for (const std::size_t index : updaters) {
    fields = unite(fields, std::exchange(managers_[index].fields, {}));
  }
  drop_empty();
  set_fields(ancient, unite(fields_of(ancient), fields), now);
}

void Managers::write_to(doc::Value& object) const {
  doc::Value fields = to_value();
  if (fields == metadata_of(object)["managedFields"_key]) return;
  if (fields.is_null()) {
    object.edit("metadata"_key).erase("managedFields"_key);
  } else {
    object.edit("metadata"_key).set("managedFields"_key, std::move(fields));
  }
}

doc::Value Managers::to_value() const {
  if (managers_.empty()) return {};
  std::vector<Manager> sorted = managers_;
  std::ranges::stable_sort(sorted, {}, order_of);
  std::vector<doc::Value> entries;
  for (const Manager& manager : sorted) entries.push_back(write_manager(manager));
  return doc::Value::array(std::move(entries));
}

FieldSet strip(FieldSet fields, api::ResourceId resource, Part part) {
  FieldSet result = subtract(fields, system_fields());
  if (part == Part::main && strategy_of(resource).separate_status)
    result.children.erase("f:status");
  if (part == Part::status) {
    FieldSet status = std::move(result.children["f:status"]);
    result = {};
    result.attach("f:status", std::move(status));
  }
  return result;
}

}  // namespace rockpool::apiserver::managed
