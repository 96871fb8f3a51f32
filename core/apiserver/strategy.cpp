// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/strategy.h"

#include <array>
#include <string_view>

#include "core/api/object.h"
#include "core/api/type_table.h"
#include "core/api/views/pod.h"
#include "core/apiserver/prepare.h"
#include "core/apiserver/service_allocation.h"
#include "core/apiserver/set_or_erase.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {
namespace {

using enum api::ResourceId;

constexpr auto make_strategies() {
  std::array<Strategy, api::index_of(builtin_count)> all{};
  const auto at = [&](api::ResourceId id) -> Strategy& { return all[api::index_of(id)]; };
  at(namespaces) = {.separate_status = true};
  at(nodes) = {};
  at(pods) = {.returns_deleted_object = true, .separate_status = true, .has_generation = true};
  at(services) = {
      .creates_on_update = true, .returns_deleted_object = true, .separate_status = true};
  at(endpoints) = {.creates_on_update = true};
  at(endpointslices) = {.has_generation = true};
  at(replicasets) = {.separate_status = true, .has_generation = true};
  at(deployments) = {.separate_status = true, .has_generation = true};
  at(serviceaccounts) = {.unconditional_update = false, .returns_deleted_object = true};
  at(events) = {.creates_on_update = true};
  at(leases) = {.creates_on_update = true, .unconditional_update = false};
  at(persistentvolumes) = {.returns_deleted_object = true, .separate_status = true};
  at(persistentvolumeclaims) = {.returns_deleted_object = true, .separate_status = true};
  at(resourcequotas) = {.returns_deleted_object = true, .separate_status = true};
  at(limitranges) = {.creates_on_update = true};
  at(podtemplates) = {.returns_deleted_object = true, .has_generation = true};
  for (const api::ResourceId id : {replicationcontrollers, statefulsets, daemonsets, jobs, cronjobs,
                                   ingresses, validatingadmissionpolicies}) {
    at(id) = {.separate_status = true, .has_generation = true};
  }
  at(validatingadmissionpolicies).unconditional_update = false;
  at(poddisruptionbudgets) = {
      .unconditional_update = false, .separate_status = true, .has_generation = true};
  for (const api::ResourceId id :
       {horizontalpodautoscalers, servicecidrs, certificatesigningrequests}) {
    at(id) = {.separate_status = true};
  }
  for (const api::ResourceId id : {networkpolicies, ingressclasses, priorityclasses}) {
    at(id) = {.has_generation = true};
  }
  at(customresourcedefinitions) = {
      .unconditional_update = false, .separate_status = true, .has_generation = true};
  at(volumeattachments) = {.unconditional_update = false, .separate_status = true};
  for (const api::ResourceId id : {csinodes, csistoragecapacities, runtimeclasses}) {
    at(id) = {.unconditional_update = false};
  }
  for (const api::ResourceId id :
       {csidrivers, validatingwebhookconfigurations, mutatingwebhookconfigurations,
        validatingadmissionpolicybindings}) {
    at(id) = {.unconditional_update = false, .has_generation = true};
  }
  for (const api::ResourceId id : {roles, clusterroles, rolebindings, clusterrolebindings}) {
    at(id) = {.creates_on_update = true};
  }
  return all;
}

constexpr auto kStrategies = make_strategies();
// Custom resources; whether their status is separate is for their definition to say.
constexpr Strategy kCustomStrategy{.unconditional_update = false, .has_generation = true};

void prepare_new_pod(doc::Value& pod) {
  const api::PodSpec spec{pod["spec"_key]};
  doc::Value status =
      doc::Value::object({{"phase"_key, "Pending"}, {"qosClass"_key, api::pod_qos_class(spec)}});
  if (spec.scheduling_gates().size() != 0) {
    status.set("conditions"_key,
               doc::Value::array({doc::Value::object(
                   {{"type"_key, "PodScheduled"},
                    {"status"_key, "False"},
                    {"lastProbeTime"_key, nullptr},
                    {"lastTransitionTime"_key, nullptr},
                    {"reason"_key, "SchedulingGated"},
                    {"message"_key, "Scheduling is blocked due to non-empty scheduling gates"}})}));
  }
  pod.set("status"_key, std::move(status));
}

void prepare_new_namespace(doc::Value& object) {
  object.set("status"_key, doc::Value::object({{"phase"_key, "Active"}}));
  bool has_finalizer = false;
  for (const doc::Value& each : object["spec"_key]["finalizers"_key].items()) {
    has_finalizer = has_finalizer || each.as_string() == "kubernetes";
  }
  if (!has_finalizer) object.edit("spec"_key).edit("finalizers"_key).push_back("kubernetes");
}

// The spec of EndpointSlices is everything but their metadata; labels count too.
bool slice_changed(const doc::Value& object, const doc::Value& old_object) {
  return object["endpoints"_key] != old_object["endpoints"_key] ||
         object["ports"_key] != old_object["ports"_key] ||
         api::labels(object) != api::labels(old_object);
}

// True if anything differs beside what all kinds have.
bool content_changed(const doc::Value& object, const doc::Value& old_object) {
  const auto without_common = [](doc::Value value) {
    for (const auto key : {"metadata"_key, "status"_key, "apiVersion"_key, "kind"_key}) {
      value.erase(key);
    }
    return value;
  };
  return without_common(object) != without_common(old_object);
}

bool counts_as_new_generation(const api::Resource& resource, const doc::Value& object,
                              const doc::Value& old_object) {
  if (resource.id == endpointslices) return slice_changed(object, old_object);
  if (resource.id == priorityclasses) return false;
  if (resource.type == nullptr || resource.type->find(doc::Key{"spec"_key}) == nullptr)
    return content_changed(object, old_object);
  if (object["spec"_key] != old_object["spec"_key]) return true;
  return resource.id == deployments && api::annotations(object) != api::annotations(old_object);
}

void prepare_main_update(const api::Resource& resource, doc::Value& object,
                         const doc::Value& old_object) {
  const Strategy& strategy = strategy_of(resource.id);
  if (strategy.separate_status || resource.subresources.contains(api::Subresource::status)) {
    set_or_erase(object, "status"_key, old_object["status"_key]);
  }
  if (resource.id == namespaces) {
    set_or_erase(object, "spec"_key, old_object["spec"_key]);
  } else if (resource.id == services) {
    prepare_service_update(object, old_object);
  } else if (resource.id == daemonsets) {
    prepare_daemon_set_update(object, old_object);
  } else if (resource.id == certificatesigningrequests) {
    // What was signed, or is to be, cannot be another.
    set_or_erase(object, "spec"_key, old_object["spec"_key]);
  }
  if (strategy.has_generation && counts_as_new_generation(resource, object, old_object)) {
    object.edit("metadata"_key).set("generation"_key, api::generation(old_object) + 1);
  }
}

void prepare_status_update(const api::Resource& resource, doc::Value& object,
                           const doc::Value& old_object) {
  // All but metadata and status is as it was.
  doc::Value result = old_object;
  set_or_erase(result, "metadata"_key, object["metadata"_key]);
  set_or_erase(result, "status"_key, object["status"_key]);
  object = std::move(result);
  const doc::Value& old_metadata = old_object["metadata"_key];
  if (object["metadata"_key].identical(old_metadata)) return;
  if (resource.id == pods) {
    set_or_erase(object.edit("metadata"_key), "ownerReferences"_key,
                 old_metadata["ownerReferences"_key]);
  } else if (resource.id == deployments) {
    set_or_erase(object.edit("metadata"_key), "labels"_key, old_metadata["labels"_key]);
  }
}

// Nothing but the ephemeral containers is taken over (dropNonEphemeralContainerUpdates).
void prepare_ephemeral_containers(doc::Value& object, const doc::Value& old_object) {
  const doc::Value wanted = object["spec"_key]["ephemeralContainers"_key];
  const doc::Value version = object["metadata"_key]["resourceVersion"_key];
  object = old_object;
  set_or_erase(object.edit("metadata"_key), "resourceVersion"_key, version);
  if (wanted == old_object["spec"_key]["ephemeralContainers"_key]) return;
  set_or_erase(object.edit("spec"_key), "ephemeralContainers"_key, wanted);
  object.edit("metadata"_key).set("generation"_key, api::generation(old_object) + 1);
}

}  // namespace

const Strategy& strategy_of(api::ResourceId resource) {
  const std::size_t index = api::index_of(resource);
  return index < kStrategies.size() ? kStrategies[index] : kCustomStrategy;
}

void prepare_for_create(const api::Resource& resource, doc::Value& object) {
  const Strategy& strategy = strategy_of(resource.id);
  if (strategy.has_generation) {
    object.edit("metadata"_key).set("generation"_key, 1);
  } else {
    object.edit("metadata"_key).erase("generation"_key);
  }
  if (resource.id == pods) return prepare_new_pod(object);
  if (resource.id == namespaces) return prepare_new_namespace(object);
  if (resource.id == services) prepare_service_create(object);
  if (resource.id == jobs) prepare_new_job(object);
  if (resource.id == daemonsets) prepare_new_daemon_set(object);
  if (resource.id == certificatesigningrequests) prepare_new_signing_request(object);
  if (resource.definition != nullptr && resource.subresources.contains(api::Subresource::status)) {
    object.erase("status"_key);
  }
  if (!strategy.separate_status) return;
  object.set("status"_key, first_status(resource, object));
}

void prepare_for_update(const api::Resource& resource, doc::Value& object,
                        const doc::Value& old_object, Part part) {
  switch (part) {
    case Part::approval:
      return prepare_approval(object, old_object);
    case Part::main:
    case Part::scale:
      return prepare_main_update(resource, object, old_object);
    case Part::status: {
      prepare_status_update(resource, object, old_object);
      if (resource.id == certificatesigningrequests) keep_verdict(object, old_object);
      const doc::Value& old_qos = old_object["status"_key]["qosClass"_key];
      if (resource.id == pods && object["status"_key]["qosClass"_key].is_empty() &&
          !old_qos.is_empty()) {
        object.edit("status"_key).set("qosClass"_key, old_qos);
      }
      return;
    }
    case Part::ephemeral_containers:
      return prepare_ephemeral_containers(object, old_object);
    case Part::finalize:
      set_or_erase(object, "status"_key, old_object["status"_key]);
      return;
  }
}

}  // namespace rockpool::apiserver
