// SPDX-License-Identifier: Apache-2.0
#include "core/api/validation/validation.h"

#include "core/api/validation/parts.h"

namespace rockpool::api {

using namespace doc::literals;

namespace {

// A kind that has no rules beyond its metadata.
void validate_plain(const Resource& resource, const doc::Value& object,
                    FieldErrors& errors) noexcept {
  validation::validate_object_meta(object, resource.namespaced, check_dns1123_subdomain, errors);
}

using Judge = void (*)(const doc::Value& object, FieldErrors& errors) noexcept;
using Compare = void (*)(const doc::Value& object, const doc::Value& old_object,
                         FieldErrors& errors) noexcept;

// A kind of which a new version is judged as a new object is.
struct Row {
  ResourceId id;
  Judge create;
  // What may not change beside that, and what `/status` may say; null for nothing.
  Compare update = nullptr;
  Compare status = nullptr;
};

using namespace validation;
using enum ResourceId;

constexpr Row kRows[] = {
    {statefulsets, validate_stateful_set, validate_stateful_set_update,
     validate_stateful_set_status},
    {daemonsets, validate_daemon_set, validate_selector_update, validate_daemon_set_status},
    {controllerrevisions, validate_controller_revision, validate_controller_revision_update},
    {replicationcontrollers, validate_replication_controller, nullptr,
     validate_replication_controller_status},
    {podtemplates, validate_pod_template},
    {jobs, validate_job, validate_job_update, validate_job_status},
    {cronjobs, validate_cron_job},
    {horizontalpodautoscalers, validate_autoscaler, nullptr, validate_autoscaler_status},
    {ingresses, validate_ingress, nullptr, validate_ingress_status},
    {ingressclasses, validate_ingress_class, validate_ingress_class_update},
    {networkpolicies, validate_network_policy},
    {ipaddresses, validate_ip_address, validate_ip_address_update},
    {servicecidrs, validate_service_cidr, validate_service_cidr_update},
    {persistentvolumes, validate_persistent_volume, validate_persistent_volume_update},
    {persistentvolumeclaims, validate_claim, validate_claim_update},
    {storageclasses, validate_storage_class, validate_storage_class_update},
    {csidrivers, validate_csi_driver, validate_csi_driver_update},
    {csinodes, validate_csi_node},
    {volumeattachments, validate_volume_attachment, validate_volume_attachment_update},
    {csistoragecapacities, validate_storage_capacity, validate_storage_capacity_update},
    {poddisruptionbudgets, validate_disruption_budget, nullptr, validate_disruption_budget_status},
    {resourcequotas, validate_resource_quota, validate_resource_quota_update},
    {limitranges, validate_limit_range},
    {priorityclasses, validate_priority_class, validate_priority_class_update},
    {runtimeclasses, validate_runtime_class, validate_runtime_class_update},
    {roles, validate_role},
    {clusterroles, validate_cluster_role},
    {rolebindings, validate_role_binding, validate_binding_update},
    {clusterrolebindings, validate_cluster_role_binding, validate_binding_update},
    {certificatesigningrequests, validate_signing_request},
    {validatingwebhookconfigurations, validate_webhooks},
    {mutatingwebhookconfigurations, validate_webhooks},
    {validatingadmissionpolicies, validate_admission_policy},
    {validatingadmissionpolicybindings, validate_admission_policy_binding},
};

const Row* find_row(ResourceId id) noexcept {
  for (const Row& row : kRows) {
    if (row.id == id) return &row;
  }
  return nullptr;
}

}  // namespace

FieldErrors validate_create(const Resource& resource, const doc::Value& object) {
  FieldErrors errors;
  switch (resource.id) {
    case ResourceId::namespaces:
      validation::validate_namespace(object, errors);
      break;
    case ResourceId::nodes:
      validation::validate_node(object, errors);
      break;
    case ResourceId::pods:
      validation::validate_pod_create(object, errors);
      break;
    case ResourceId::services:
      validation::validate_service(object, errors);
      break;
    case ResourceId::endpoints:
      validation::validate_endpoints(object, {}, errors);
      break;
    case ResourceId::endpointslices:
      validation::validate_endpoint_slice(object, {}, errors);
      break;
    case ResourceId::replicasets:
      validation::validate_replica_set(object, errors);
      break;
    case ResourceId::deployments:
      validation::validate_deployment(object, errors);
      break;
    case ResourceId::configmaps:
      validation::validate_config_map(object, errors);
      break;
    case ResourceId::secrets:
      validation::validate_secret(object, errors);
      break;
    case ResourceId::events:
      validation::validate_event(object, errors);
      break;
    case ResourceId::leases:
      validation::validate_lease(object, errors);
      break;
    default:
      if (const Row* row = find_row(resource.id)) {
        row->create(object, errors);
      } else {
        validate_plain(resource, object, errors);
      }
      break;
  }
  return errors;
}

FieldErrors validate_update(const Resource& resource, const doc::Value& object,
                            const doc::Value& old_object) {
  FieldErrors errors;
  switch (resource.id) {
    case ResourceId::namespaces:
      validation::validate_object_meta_update(object, old_object, errors);
      break;
    case ResourceId::nodes:
      validation::validate_node_update(object, old_object, errors);
      break;
    case ResourceId::pods:
      validation::validate_pod_update(object, old_object, errors);
      break;
    case ResourceId::services:
      validation::validate_service_update(object, old_object, errors);
      break;
    case ResourceId::endpoints:
      validation::validate_object_meta_update(object, old_object, errors);
      validation::validate_endpoints(object, old_object, errors);
      break;
    case ResourceId::endpointslices:
      validation::validate_endpoint_slice_update(object, old_object, errors);
      break;
    case ResourceId::replicasets:
      validation::validate_replica_set_update(object, old_object, errors);
      break;
    case ResourceId::deployments:
      validation::validate_deployment_update(object, old_object, errors);
      break;
    case ResourceId::configmaps:
      validation::validate_config_map_update(object, old_object, errors);
      break;
    case ResourceId::secrets:
      validation::validate_secret_update(object, old_object, errors);
      break;
    default:
      validation::validate_object_meta_update(object, old_object, errors);
      errors.add(validate_create(resource, object));
      if (const Row* row = find_row(resource.id); row != nullptr && row->update != nullptr) {
        row->update(object, old_object, errors);
      }
      break;
  }
  return errors;
}

FieldErrors validate_status_update(const Resource& resource, const doc::Value& object,
                                   const doc::Value& old_object) {
  FieldErrors errors;
  switch (resource.id) {
    case ResourceId::namespaces:
      validation::validate_namespace_status_update(object, old_object, errors);
      break;
    case ResourceId::nodes:
      validation::validate_node_update(object, old_object, errors);
      break;
    case ResourceId::pods:
      validation::validate_pod_status_update(object, old_object, errors);
      break;
    case ResourceId::services:
      validation::validate_service_status_update(object, old_object, errors);
      break;
    case ResourceId::replicasets:
      validation::validate_replica_set_status_update(object, old_object, errors);
      break;
    case ResourceId::deployments:
      validation::validate_deployment_status_update(object, old_object, errors);
      break;
    default:
      validation::validate_object_meta_update(object, old_object, errors);
      if (const Row* row = find_row(resource.id); row != nullptr && row->status != nullptr) {
        row->status(object, old_object, errors);
      }
      break;
  }
  return errors;
}

FieldErrors validate_delete_options(const doc::Value& options) {
  FieldErrors errors;
  const doc::Value& policy = options["propagationPolicy"_key];
  if (!options["orphanDependents"_key].is_null() && !policy.is_null()) {
    errors.invalid(FieldPath{"propagationPolicy"}, policy,
                   "orphanDependents and deletionPropagation cannot be both set");
  }
  if (!policy.is_null()) {
    const std::string_view text = policy.as_string();
    if (text != "Foreground" && text != "Background" && text != "Orphan") {
      errors.not_supported(FieldPath{"propagationPolicy"}, policy,
                           {"Foreground", "Background", "Orphan", "nil"});
    }
  }
  for (const doc::Value& value : options["dryRun"_key].items()) {
    if (value.as_string() != "All") {
      errors.not_supported(FieldPath{"dryRun"}, options["dryRun"_key], {"All"});
      break;
    }
  }
  return errors;
}

}  // namespace rockpool::api
