// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "core/api/field_error.h"
#include "core/api/selector.h"
#include "core/api/validation/validation.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/state.h"
#include "core/apiserver/writes.h"
#include "core/doc/json_path.h"

namespace rockpool::apiserver {

namespace {

// Where the numbers are: a custom resource's definition says so.
struct ScalePaths {
  std::string replicas = ".spec.replicas";
  std::string status_replicas = ".status.replicas";
  // Of the selector as text; empty for kinds that have a LabelSelector in their spec.
  std::string selector = {};
};

ScalePaths paths_of(const api::Resource& resource) {
  if (resource.definition == nullptr) return {};
  const doc::Value& scale = (*resource.definition)["subresources"]["scale"];
  return {scale["specReplicasPath"].to_string(), scale["statusReplicasPath"].to_string(),
          scale["labelSelectorPath"].to_string()};
}

std::int64_t number_at(const doc::Value& object, const std::string& path) {
  return doc::read_json_path(object, path).value_or(doc::Value{}).as_int();
}

// The path is of members only (validation of definitions in upstream, and `.` separates them).
void set_number(doc::Value& object, std::string_view path, std::int64_t number) {
  path.remove_prefix(path.starts_with('.') ? 1 : 0);
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return object.set(path, number);
  set_number(object.edit(path.substr(0, dot)), path.substr(dot + 1), number);
}

std::string selector_text(const doc::Value& object, const ScalePaths& paths) {
  if (!paths.selector.empty()) {
    return doc::read_json_path(object, paths.selector).value_or(doc::Value{}).to_string();
  }
  const doc::Value& selects = object["spec"_key]["selector"_key];
  // ReplicationControllers select by a plain map.
  if (object["kind"_key].as_string() == "ReplicationController" && selects.is_object()) {
    return api::LabelSelector::from_labels(selects).to_string();
  }
  const auto selector = api::LabelSelector::from_value(selects);
  return selector ? selector->to_string() : std::string{};
}

}  // namespace

doc::Value make_scale(const api::Resource& resource, const doc::Value& object) {
  const ScalePaths paths = paths_of(resource);
  const doc::Value& metadata = metadata_of(object);
  doc::Value own = doc::Value::object();
  for (const auto key :
       {"name"_key, "namespace"_key, "uid"_key, "resourceVersion"_key, "creationTimestamp"_key}) {
    if (!metadata[key].is_null()) own.set(key, metadata[key]);
  }
  doc::Value spec = doc::Value::object();
  // Go leaves out a zero.
  if (const std::int64_t replicas = number_at(object, paths.replicas); replicas != 0) {
    spec.set("replicas"_key, replicas);
  }
  doc::Value status =
      doc::Value::object({{"replicas"_key, number_at(object, paths.status_replicas)}});
  if (const std::string selector = selector_text(object, paths); !selector.empty()) {
    status.set("selector"_key, selector);
  }
  return doc::Value::object({{"kind"_key, "Scale"},
                             {"apiVersion"_key, "autoscaling/v1"},
                             {"metadata"_key, own},
                             {"spec"_key, spec},
                             {"status"_key, status}});
}

api::Result<doc::Value> update_scale(ServerState& state, const api::Resource& resource,
                                     const doc::Value& object, const doc::Value& scale,
                                     const WriteOptions& options) {
  if (api::FieldErrors errors = api::validate_scale(scale); !errors.empty()) {
    return std::unexpected{api::invalid({"autoscaling", "Scale"}, name_of(scale), errors)};
  }
  doc::Value updated = object;
  set_number(updated, paths_of(resource).replicas, scale["spec"_key]["replicas"_key].as_int());
  for (const auto key : {"resourceVersion"_key, "uid"_key}) {
    const doc::Value& given = metadata_of(scale)[key];
    if (given.is_empty()) {
      updated.edit("metadata"_key).erase(key);
    } else {
      updated.edit("metadata"_key).set(key, given);
    }
  }
  return update_object(state, resource, object, std::move(updated), Part::scale, options);
}

api::Result<doc::Value> ApiServer::get_scale(api::ResourceId id, std::string_view ns,
                                             std::string_view name) const {
  const api::Resource& resource = state_->resource(id);
  if (!resource.subresources.contains(api::Subresource::scale)) {
    return std::unexpected{api::resource_not_found()};
  }
  auto object = find_object(*state_, resource, ns, name);
  if (!object) return object;
  return make_scale(resource, *object);
}

}  // namespace rockpool::apiserver
