// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>

#include "core/api/defaults.h"
#include "core/api/field_error.h"
#include "core/api/validation/validation.h"
#include "core/apiserver/admission/admission.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/custom/definition_object.h"
#include "core/apiserver/custom/objects.h"
#include "core/apiserver/managed/tracking.h"
#include "core/apiserver/service_allocation.h"
#include "core/apiserver/service_warnings.h"
#include "core/apiserver/set_or_erase.h"
#include "core/apiserver/state.h"
#include "core/apiserver/strategy.h"
#include "core/apiserver/writes.h"

namespace rockpool::apiserver {
namespace {

// The client's resourceVersion and uid, if it gives them, must be those of the present object.
api::Result<void> check_versions(const api::Resource& resource, const doc::Value& old_object,
                                 const doc::Value& object, Part part) {
  const doc::Value& metadata = metadata_of(object);
  const doc::Value& old_metadata = metadata_of(old_object);
  const std::string_view name = old_metadata["name"_key].as_string();
  const std::string_view uid = metadata["uid"_key].as_string();
  if (!uid.empty() && uid != old_metadata["uid"_key].as_string()) {
    return std::unexpected{api::conflict(
        resource.group_resource(), name,
        fmt::format("StorageError: invalid object, Code: 4, Key: /registry/{}/{}{}{}, "
                    "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in "
                    "precondition: {}, UID in object meta: {}",
                    resource.plural, old_metadata["namespace"_key].as_string(),
                    resource.namespaced ? "/" : "", name, uid,
                    old_metadata["uid"_key].as_string()))};
  }
  const std::string_view version = metadata["resourceVersion"_key].as_string();
  if (version.empty()) {
    if (strategy_of(resource.id).unconditional_update || part != Part::main) return {};
    api::FieldErrors errors;
    errors.invalid(doc::Path{"metadata"}.child("resourceVersion"), 0,
                   "must be specified for an update");
    return std::unexpected{api::invalid(resource.group_kind(), name, errors)};
  }
  if (version == old_metadata["resourceVersion"_key].as_string()) return {};
  return std::unexpected{
      api::conflict(resource.group_resource(), name, api::kOptimisticLockMessage)};
}

// Clients may replace the list of managers, or reset it by one empty entry, but saying nothing
// leaves it (fieldmanager.Update). Subresources do not touch it.
void keep_managers(doc::Value& metadata, const doc::Value& old_metadata, Part part) {
  const doc::Value& given = metadata["managedFields"_key];
  if (part != Part::main || given.size() == 0) {
    set_or_erase(metadata, "managedFields"_key, old_metadata["managedFields"_key]);
  } else if (given.size() == 1 && given.at(0)["manager"_key].is_null()) {
    metadata.erase("managedFields"_key);
  }
}

// What no update changes (rest.BeforeUpdate).
void keep_system_metadata(doc::Value& object, const doc::Value& old_object, Part part) {
  const doc::Value& old_metadata = metadata_of(old_object);
  if (metadata_of(object).identical(old_metadata)) return;
  doc::Value& metadata = object.edit("metadata"_key);
  for (const auto key :
       {"uid"_key, "resourceVersion"_key, "creationTimestamp"_key, "generation"_key}) {
    set_or_erase(metadata, key, old_metadata[key]);
  }
  keep_managers(metadata, old_metadata, part);
  metadata.erase("selfLink"_key);
  // Only deletions set these, and nothing takes them back.
  set_or_erase(metadata, "deletionTimestamp"_key, old_metadata["deletionTimestamp"_key]);
  set_or_erase(metadata, "deletionGracePeriodSeconds"_key,
               old_metadata["deletionGracePeriodSeconds"_key]);
}

// True if nothing but metadata and status can have changed, as in most writes of controllers.
bool only_metadata_or_status_differ(const doc::Value& object, const doc::Value& old_object) {
  const auto members = object.members();
  const auto old_members = old_object.members();
  std::size_t index = 0;
  for (const doc::Member& member : members) {
    if (member.key == doc::Key{"metadata"_key} || member.key == doc::Key{"status"_key}) continue;
    const doc::Value* old_value = old_object.find(member.key);
    if (old_value == nullptr || !(*old_value == member.value)) return false;
    ++index;
  }
  for (const doc::Member& member : old_members) {
    if (member.key == doc::Key{"metadata"_key} || member.key == doc::Key{"status"_key}) continue;
    --index;
  }
  return index == 0;
}

// What its definition says of a custom object, or of a definition itself.
api::FieldErrors validate_custom(const api::Resource& resource, const doc::Value& object,
                                 const doc::Value& old_object) {
  if (resource.id == api::ResourceId::customresourcedefinitions) {
    return custom::validate_definition_update(object, old_object);
  }
  return custom::validate(resource, object);
}

api::FieldErrors validate_part(const api::Resource& resource, const doc::Value& object,
                               const doc::Value& old_object, Part part) {
  switch (part) {
    case Part::main:
    case Part::scale:
      return api::validate_update(resource, object, old_object);
    case Part::status:
    case Part::approval:
      return api::validate_status_update(resource, object, old_object);
    case Part::ephemeral_containers:
      return api::validate_ephemeral_containers_update(object, old_object);
    case Part::finalize:
      return api::validate_namespace_finalize_update(object, old_object);
  }
  return {};
}

api::FieldErrors validate(const api::Resource& resource, const doc::Value& object,
                          const doc::Value& old_object, Part part) {
  api::FieldErrors errors = validate_part(resource, object, old_object, part);
  errors.add(validate_custom(resource, object, old_object));
  return errors;
}

// A deletion has only been waiting for the finalizers that this update removes
// (registry.ShouldDeleteDuringUpdate).
bool completes_deletion(const api::Resource& resource, const doc::Value& object,
                        const doc::Value& old_object) {
  const doc::Value& old_metadata = metadata_of(old_object);
  if (old_metadata["deletionTimestamp"_key].is_null()) return false;
  if (metadata_of(object)["finalizers"_key].size() != 0) return false;
  if (old_metadata["deletionGracePeriodSeconds"_key].as_int() > 0) return false;
  return resource.id != api::ResourceId::namespaces ||
         object["spec"_key]["finalizers"_key].size() == 0;
}

// Brings a new state into the form in which it may be stored.
api::Result<void> prepare_update(ServerState& state, const api::Resource& resource,
                                 const doc::Value& old_object, doc::Value& object, Part part) {
  keep_system_metadata(object, old_object, part);
  // Defaults of the main part change nothing that was stored before.
  const bool same_content = only_metadata_or_status_differ(object, old_object);
  if (!same_content) {
    api::apply_defaults(resource, object);
  } else if (part == Part::status) {
    api::apply_status_defaults(resource, object);
  }
  const bool redefines = resource.id == api::ResourceId::customresourcedefinitions &&
                         part == Part::main && !same_content;
  if (redefines) custom::apply_definition_defaults(object);
  // First, because what admission puts back has not changed: it makes no new generation.
  if (part == Part::main && !same_content) {
    if (auto admitted = admit_update(state, resource, object, old_object); !admitted) {
      return admitted;
    }
  }
  prepare_for_update(resource, object, old_object, part);
  if (redefines) custom::establish(object, state.now_text());
  if (resource.id == api::ResourceId::namespaces) {
    object.edit("metadata"_key)
        .edit("labels"_key)
        .set("kubernetes.io/metadata.name", doc::Value{metadata_of(object)["name"_key]});
  }
  return {};
}

}  // namespace

api::Result<doc::Value> update_object(ServerState& state, const api::Resource& resource,
                                      const doc::Value& old_object, doc::Value object, Part part,
                                      const WriteOptions& options) {
  if (auto checked = check_versions(resource, old_object, object, part); !checked) {
    return std::unexpected{std::move(checked.error())};
  }
  if (auto done = prepare_update(state, resource, old_object, object, part); !done) {
    return std::unexpected{std::move(done.error())};
  }
  if (object == old_object) return old_object;
  managed::track_update(state, resource, old_object, object, part, options);
  std::optional<ServiceAllocation> allocation;
  if (resource.id == api::ResourceId::services && part == Part::main) {
    allocation.emplace(state, options.dry_run);
    if (auto done = allocation->update(object, old_object); !done) {
      return std::unexpected{std::move(done.error())};
    }
    if (object == old_object) return old_object;
  }
  if (api::FieldErrors errors = validate(resource, object, old_object, part); !errors.empty()) {
    return std::unexpected{api::invalid(resource.group_kind(), name_of(old_object), errors)};
  }
  if (options.warnings != nullptr && allocation) add_service_warnings(object, *options.warnings);
  if (options.dry_run) return object;
  if (allocation) {
    if (auto done = allocation->write_ip_addresses(object); !done) {
      return std::unexpected{std::move(done.error())};
    }
  }
  if (completes_deletion(resource, object, old_object)) {
    if (allocation) allocation->commit();
    return remove_object(state, resource, object);
  }
  state.recent_parts.share(resource.id, object, old_object);
  auto written = state.store.update(resource.id, std::move(object));
  if (!written) return std::unexpected{to_status(written.error(), resource, name_of(old_object))};
  if (allocation) allocation->commit();
  state.note_written(resource, *written);
  return *written;
}

api::Result<doc::Value> ApiServer::update(api::ResourceId id, doc::Value object,
                                          const UpdateOptions& options) {
  const api::Resource& resource = state_->resource(id);
  if (options.part == Part::scale) {
    auto old_object = find_object(*state_, resource, namespace_name_of(object), name_of(object));
    if (!old_object) return old_object;
    auto updated = update_scale(*state_, resource, *old_object, object, options);
    if (!updated) return updated;
    return make_scale(resource, *updated);
  }
  auto decoded = decode_object(resource, std::move(object), options);
  if (!decoded) return decoded;
  if (!resource.namespaced && !namespace_name_of(*decoded).empty()) {
    decoded->edit("metadata"_key).erase("namespace"_key);
  }
  const doc::Value* present =
      state_->store.find(id, namespace_name_of(*decoded), name_of(*decoded));
  if (present == nullptr) {
    const std::string_view name = name_of(*decoded);
    const bool creates = options.part == Part::main && strategy_of(id).creates_on_update &&
                         !name.empty() && metadata_of(*decoded)["uid"_key].is_empty() &&
                         metadata_of(*decoded)["resourceVersion"_key].is_empty();
    if (!creates) return std::unexpected{api::not_found(resource.group_resource(), name)};
    CreateOptions create_options;
    static_cast<WriteOptions&>(create_options) = options;
    create_options.field_validation = FieldValidation::trusted;
    return create(id, namespace_name_of(*decoded), std::move(*decoded), create_options);
  }
  const doc::Value old_object = *present;
  return update_object(*state_, resource, old_object, std::move(*decoded), options.part, options);
}

}  // namespace rockpool::apiserver
