// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/apply.h"

#include <fmt/format.h>

#include <utility>

#include "core/api/object.h"
#include "core/api/other_versions.h"
#include "core/apiserver/state.h"
#include "core/apiserver/three_way_merge.h"
#include "core/apiserver/writes.h"
#include "core/doc/json.h"

namespace rockpool::apiserver {
namespace {

// The resource of an object, or kubectl's error for kinds that nobody serves.
api::Result<const api::Resource*> find_resource_of(const ApiServer& server,
                                                   const doc::Value& object) {
  const std::string_view version = api::api_version(object);
  const std::string_view kind = api::kind(object);
  if (const api::Resource* resource = server.find_kind(version, kind)) return resource;
  api::Status status = api::resource_not_found();
  status.message = fmt::format("no matches for kind \"{}\" in version \"{}\"", kind, version);
  return std::unexpected{std::move(status)};
}

doc::Value read_last_applied(const doc::Value& current) {
  const std::string_view text = api::annotation(current, kLastAppliedAnnotation);
  const auto parsed = doc::parse_json(text);
  return parsed && parsed->is_object() ? *parsed : doc::Value::object();
}

api::Result<ApplyResult> create_new(ApiServer& server, const api::Resource& resource,
                                    doc::Value object, std::string_view ns,
                                    const WriteOptions& options) {
  CreateOptions create_options;
  static_cast<WriteOptions&>(create_options) = options;
  auto created = server.create(resource.id, ns, std::move(object), create_options);
  if (!created) return std::unexpected{std::move(created.error())};
  return ApplyResult{ApplyOutcome::created, resource.id, std::move(*created)};
}

}  // namespace

std::string_view apply_outcome_name(ApplyOutcome outcome) {
  switch (outcome) {
    case ApplyOutcome::created:
      return "created";
    case ApplyOutcome::configured:
      return "configured";
    case ApplyOutcome::unchanged:
      return "unchanged";
  }
  return "";
}

std::string last_applied_configuration(const doc::Value& object) {
  doc::Value configuration = object;
  doc::Value& annotations = configuration.edit("metadata"_key).edit("annotations"_key);
  if (!annotations.is_object()) annotations = doc::Value::object();
  annotations.erase(kLastAppliedAnnotation);
  return doc::to_json(configuration) + "\n";
}

api::Result<ApplyResult> apply(ApiServer& server, doc::Value object,
                               std::string_view default_namespace, const WriteOptions& options) {
  const auto found = find_resource_of(server, object);
  if (!found) return std::unexpected{found.error()};
  const bool is_other = api::find_other_version(**found) != nullptr;
  if (is_other) {
    auto stored = decode_object(**found, std::move(object), options);
    if (!stored) return std::unexpected{std::move(stored.error())};
    object = std::move(*stored);
  }
  const api::Resource& resource = is_other ? api::resource((*found)->id) : **found;
  const doc::Value& metadata = metadata_of(object);
  if (!metadata["name"_key].is_string() || metadata["name"_key].is_empty()) {
    return std::unexpected{api::bad_request("resource name may not be empty")};
  }
  if (resource.namespaced && metadata["namespace"_key].is_empty()) {
    object.edit("metadata"_key).set("namespace"_key, default_namespace);
  }
  if (!metadata_of(object)["annotations"_key].is_null() &&
      !metadata_of(object)["annotations"_key].is_object()) {
    // Decoding says what is wrong.
    return create_new(server, resource, std::move(object), {}, options);
  }
  const std::string configuration = last_applied_configuration(object);
  object.edit("metadata"_key).edit("annotations"_key).set(kLastAppliedAnnotation, configuration);
  const doc::Value name = metadata_of(object)["name"_key];
  const std::string ns{resource.namespaced ? namespace_name_of(object) : std::string_view{}};
  const auto current = server.get(resource.id, ns, name.as_string());
  if (!current) return create_new(server, resource, std::move(object), ns, options);
  Patch patch{.type = PatchType::strategic, .body = {}};
  if (resource.type != nullptr) {
    auto body =
        three_way_strategic_patch(read_last_applied(*current), object, *current, *resource.type);
    if (!body) return std::unexpected{std::move(body.error())};
    patch.body = std::move(*body);
  } else {
    patch.type = PatchType::merge;
    patch.body = three_way_json_merge_patch(read_last_applied(*current), object, *current);
  }
  if (patch.body.size() == 0) {
    return ApplyResult{ApplyOutcome::unchanged, resource.id, *current};
  }
  PatchOptions patch_options;
  static_cast<WriteOptions&>(patch_options) = options;
  auto patched = server.patch(resource.id, ns, name.as_string(), patch, patch_options);
  if (!patched) return std::unexpected{std::move(patched.error())};
  return ApplyResult{ApplyOutcome::configured, resource.id, std::move(*patched)};
}

}  // namespace rockpool::apiserver
