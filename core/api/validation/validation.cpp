// SPDX-License-Identifier: Apache-2.0
#include "core/api/validation/validation.h"

#include "core/api/validation/parts.h"

namespace rockpool::api {

using namespace doc::literals;

namespace {

// A kind that has no rules beyond its metadata.
void validate_plain(const Resource& resource, const doc::Value& object,
                    FieldErrors& errors) noexcept {
  const bool is_rbac = resource.group == "rbac.authorization.k8s.io";
  validation::validate_object_meta(object, resource.namespaced,
                                   is_rbac ? check_path_segment : check_dns1123_subdomain, errors);
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
      validation::validate_endpoints(object, errors);
      break;
    case ResourceId::endpointslices:
      validation::validate_endpoint_slice(object, errors);
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
      validate_plain(resource, object, errors);
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
