// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "core/api/defaults.h"
#include "core/api/field_error.h"
#include "core/api/names.h"
#include "core/api/validation/validation.h"
#include "core/apiserver/admission/admission.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/custom/definition_object.h"
#include "core/apiserver/custom/objects.h"
#include "core/apiserver/managed/tracking.h"
#include "core/apiserver/prepare.h"
#include "core/apiserver/service_allocation.h"
#include "core/apiserver/state.h"
#include "core/apiserver/strategy.h"
#include "core/apiserver/writes.h"

namespace rockpool::apiserver {
namespace {

// How often a generated name that is taken is replaced by another (registry's
// maxNameGenerationCreateAttempts).
constexpr int kNameAttempts = 8;

// The namespace that an object is to be created in, agreed upon by request and object.
api::Result<void> agree_on_namespace(const api::Resource& resource, std::string_view ns,
                                     doc::Value& object) {
  const std::string_view own = namespace_name_of(object);
  if (!resource.namespaced) {
    if (!own.empty()) object.edit("metadata"_key).erase("namespace"_key);
    return {};
  }
  if (own == ns && !ns.empty()) return {};
  if (ns.empty()) {
    if (!own.empty()) return {};
    return std::unexpected{api::bad_request("an empty namespace may not be set during creation")};
  }
  if (!own.empty()) {
    return std::unexpected{api::bad_request(
        "the namespace of the provided object does not match the namespace sent on the request")};
  }
  object.edit("metadata"_key).set("namespace"_key, ns);
  return {};
}

// What only the server may say (rest.WipeObjectMetaSystemFields, FillObjectMetaSystemFields).
void fill_system_metadata(ServerState& state, doc::Value& object, const WriteOptions& options) {
  doc::Value& metadata = object.edit("metadata"_key);
  for (const auto key :
       {"deletionTimestamp"_key, "deletionGracePeriodSeconds"_key, "selfLink"_key}) {
    metadata.erase(key);
  }
  if (!options.managers_are_set) metadata.erase("managedFields"_key);
  metadata.set("uid"_key, state.uids.uuid());
  metadata.set("creationTimestamp"_key, state.now_text());
}

void generate_name(ServerState& state, doc::Value& object) {
  const doc::Value base = metadata_of(object)["generateName"_key];
  object.edit("metadata"_key)
      .set("name"_key, api::generate_name_from(base.as_string(), state.names));
}

// The label by which selectors find a namespace by its name.
void label_namespace(doc::Value& object) {
  const doc::Value name = metadata_of(object)["name"_key];
  object.edit("metadata"_key).edit("labels"_key).set("kubernetes.io/metadata.name", name);
}

api::Result<doc::Value> store_new_object(ServerState& state, const api::Resource& resource,
                                         doc::Value object, const WriteOptions& options) {
  const doc::Value name = metadata_of(object)["name"_key];
  if (options.dry_run) {
    if (state.store.find(resource.id, namespace_name_of(object), name.as_string()) == nullptr) {
      return object;
    }
    return std::unexpected{api::already_exists(resource.group_resource(), name.as_string())};
  }
  state.recent_parts.share(resource.id, object, {});
  auto created = state.store.create(resource.id, std::move(object));
  if (!created) return std::unexpected{to_status(created.error(), resource, name.as_string())};
  state.note_written(resource, *created);
  return *created;
}

api::FieldErrors validate(const api::Resource& resource, const doc::Value& object) {
  api::FieldErrors errors = api::validate_create(resource, object);
  if (resource.id == api::ResourceId::customresourcedefinitions) {
    errors.add(custom::validate_definition(object));
  }
  errors.add(custom::validate(resource, object));
  return errors;
}

}  // namespace

api::Result<doc::Value> create_object(ServerState& state, const api::Resource& resource,
                                      std::string_view ns, doc::Value object,
                                      const WriteOptions& options) {
  api::apply_defaults(resource, object);
  const bool is_definition = resource.id == api::ResourceId::customresourcedefinitions;
  if (is_definition) custom::apply_definition_defaults(object);
  if (auto admitted = admit_create(state, resource, ns, object); !admitted) {
    return std::unexpected{std::move(admitted.error())};
  }
  if (!metadata_of(object)["resourceVersion"_key].is_empty()) {
    api::Status status;
    status.code = 500;
    status.message = "resourceVersion should not be set on objects to be created";
    return std::unexpected{std::move(status)};
  }
  fill_system_metadata(state, object, options);
  managed::track_create(state, resource, object, options);
  const bool generates =
      name_of(object).empty() && !metadata_of(object)["generateName"_key].is_empty();
  if (generates) {
    for (int attempt = 0; attempt < kNameAttempts; ++attempt) {
      generate_name(state, object);
      if (state.store.find(resource.id, ns, name_of(object)) == nullptr) break;
    }
  }
  prepare_for_create(resource, object);
  if (resource.id == api::ResourceId::namespaces) label_namespace(object);
  if (is_definition) custom::establish(object, state.now_text());
  std::optional<ServiceAllocation> allocation;
  if (resource.id == api::ResourceId::services) {
    allocation.emplace(state, options.dry_run);
    if (auto done = allocation->create(object); !done) {
      return std::unexpected{std::move(done.error())};
    }
  }
  if (const api::FieldErrors errors = validate(resource, object); !errors.empty()) {
    return std::unexpected{api::invalid(resource.group_kind(), name_of(object), errors)};
  }
  if (options.warnings != nullptr) add_create_warnings(resource, object, *options.warnings);
  const doc::Value name = metadata_of(object)["name"_key];
  if (allocation && state.store.find(resource.id, ns, name.as_string()) == nullptr) {
    if (auto done = allocation->write_ip_addresses(object); !done) {
      return std::unexpected{std::move(done.error())};
    }
  }
  auto created = store_new_object(state, resource, std::move(object), options);
  if (!created && generates && created.error().reason == api::reason::kAlreadyExists) {
    return std::unexpected{
        api::generate_name_conflict(resource.group_resource(), name.as_string())};
  }
  if (created && allocation) allocation->commit();
  return created;
}

api::Result<doc::Value> ApiServer::create(api::ResourceId id, std::string_view ns,
                                          doc::Value object, const CreateOptions& options) {
  const api::Resource& resource = state_->resource(id);
  auto decoded = decode_object(resource, std::move(object), options);
  if (!decoded) return decoded;
  if (auto agreed = agree_on_namespace(resource, ns, *decoded); !agreed) {
    return std::unexpected{std::move(agreed.error())};
  }
  const doc::Value place = metadata_of(*decoded)["namespace"_key];
  return create_object(*state_, resource, place.as_string(), std::move(*decoded), options);
}

}  // namespace rockpool::apiserver
