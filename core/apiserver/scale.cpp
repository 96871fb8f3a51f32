// SPDX-License-Identifier: Apache-2.0
#include "core/api/field_error.h"
#include "core/api/selector.h"
#include "core/api/validation/validation.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/state.h"
#include "core/apiserver/writes.h"

namespace rockpool::apiserver {

doc::Value make_scale(const doc::Value& object) {
  const doc::Value& metadata = metadata_of(object);
  doc::Value own = doc::Value::object();
  for (const auto key :
       {"name"_key, "namespace"_key, "uid"_key, "resourceVersion"_key, "creationTimestamp"_key}) {
    if (!metadata[key].is_null()) own.set(key, metadata[key]);
  }
  doc::Value spec = doc::Value::object();
  // Go leaves out a zero.
  if (const std::int64_t replicas = object["spec"_key]["replicas"_key].as_int(); replicas != 0) {
    spec.set("replicas"_key, replicas);
  }
  doc::Value status =
      doc::Value::object({{"replicas"_key, object["status"_key]["replicas"_key].as_int()}});
  if (const auto selector = api::LabelSelector::from_value(object["spec"_key]["selector"_key])) {
    status.set("selector"_key, selector->to_string());
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
  updated.edit("spec"_key).set("replicas"_key, scale["spec"_key]["replicas"_key].as_int());
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
  const api::Resource& resource = api::resource(id);
  if (!resource.subresources.contains(api::Subresource::scale)) {
    return std::unexpected{api::resource_not_found()};
  }
  auto object = find_object(*state_, resource, ns, name);
  if (!object) return object;
  return make_scale(*object);
}

}  // namespace rockpool::apiserver
