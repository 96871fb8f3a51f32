// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/admission/admission.h"
#include "core/apiserver/writes.h"

#include "core/api/object.h"

namespace rockpool::apiserver {
namespace {

using enum api::ResourceId;

// TaintNodesByCondition: a node takes no Pods before the node life cycle controller has seen it
// ready.
void taint_new_node(doc::Value& node) {
  constexpr std::string_view kNotReady = "node.kubernetes.io/not-ready";
  for (const doc::Value& taint : node["spec"_key]["taints"_key].items()) {
    if (taint["key"_key].as_string() == kNotReady &&
        taint["effect"_key].as_string() == "NoSchedule") {
      return;
    }
  }
  node.edit("spec"_key)
      .edit("taints"_key)
      .push_back(doc::Value::object({{"key"_key, kNotReady}, {"effect"_key, "NoSchedule"}}));
}

}  // namespace

api::Result<void> admit_create(ServerState& state, const api::Resource& resource,
                               std::string_view ns, doc::Value& object) {
  if (resource.namespaced) {
    if (auto allowed = check_namespace(state, resource, ns, display_name_of(object)); !allowed) {
      return allowed;
    }
  }
  if (resource.id == nodes) taint_new_node(object);
  if (resource.id == priorityclasses) return admit_priority_class(state, object);
  if (resource.id == ingresses) admit_ingress(state, object);
  if (resource.id != pods) return {};
  if (auto admitted = admit_service_account(state, ns, object); !admitted) return admitted;
  if (auto admitted = admit_priority(state, object); !admitted) return admitted;
  admit_default_tolerations(state, object);
  return admit_runtime_class(state, object);
}

api::Result<void> admit_update(ServerState& state, const api::Resource& resource,
                               doc::Value& object, const doc::Value& old_object) {
  if (resource.id == priorityclasses) return admit_priority_class(state, object);
  if (resource.id != pods || object["spec"_key].identical(old_object["spec"_key])) return {};
  // Priority and service account are given once and for all: a client that leaves them out, as one
  // does who replaces a Pod by its own manifest, means what is there.
  const doc::Value& old_spec = old_object["spec"_key];
  for (const auto key :
       {"priority"_key, "preemptionPolicy"_key, "serviceAccountName"_key, "serviceAccount"_key}) {
    if (object["spec"_key][key].is_null() && !old_spec[key].is_null()) {
      object.edit("spec"_key).set(key, old_spec[key]);
    }
  }
  admit_default_tolerations(state, object);
  return {};
}

api::Result<void> admit_delete(const api::Resource& resource, std::string_view name) {
  const bool immortal = name == "default" || name == "kube-system" || name == "kube-public";
  if (resource.id != namespaces || !immortal) return {};
  return std::unexpected{
      api::forbidden(resource.group_resource(), name, "this namespace may not be deleted")};
}

}  // namespace rockpool::apiserver
