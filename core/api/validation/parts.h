// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/api/field_error.h"
#include "core/api/names.h"
#include "core/doc/value.h"

// The parts that validators of several kinds share; for core/api/validation only. Each adds its
// findings in upstream's order. The functions model those of the same name in
// pkg/apis/core/validation unless said otherwise.
namespace rockpool::api::validation {

using namespace doc::literals;
using doc::Value;

/// Judges a name; one of names.h.
using NameCheck = Problems (*)(std::string_view);
/// Names taken so far.
using Names = std::set<std::string, std::less<>>;

inline constexpr std::string_view kImmutable = "field is immutable";
inline constexpr std::string_view kNotNegative = "must be greater than or equal to 0";
inline constexpr std::string_view kNotPositive = "must be greater than zero";

// --- metadata.cpp ---

/// ValidateObjectMeta: what must hold for an object that is about to be created.
void validate_object_meta(const Value& object, bool namespaced, NameCheck check,
                          FieldErrors& errors) noexcept;
/// ValidateObjectMetaUpdate.
void validate_object_meta_update(const Value& object, const Value& old_object,
                                 FieldErrors& errors) noexcept;
void validate_labels(const Value& labels, const FieldPath& path, FieldErrors& errors) noexcept;
void validate_label_name(std::string_view name, const FieldPath& path,
                         FieldErrors& errors) noexcept;
void validate_annotations(const Value& annotations, const FieldPath& path,
                          FieldErrors& errors) noexcept;
void validate_label_selector(const Value& selector, const FieldPath& path,
                             FieldErrors& errors) noexcept;
/// `name is neither a standard finalizer name nor is it fully qualified` and the like.
void validate_finalizer_name(std::string_view name, const FieldPath& path,
                             FieldErrors& errors) noexcept;
void validate_immutable(const Value& now, const Value& before, const FieldPath& path,
                        FieldErrors& errors) noexcept;
/// An absent number counts as 0.
void validate_not_negative(const Value& number, const FieldPath& path,
                           FieldErrors& errors) noexcept;
/// A text that must be an address.
void validate_ip(const Value& text, const FieldPath& path, FieldErrors& errors) noexcept;
void validate_cidr(const Value& text, const FieldPath& path, FieldErrors& errors) noexcept;
/// ValidateNonSpecialIP: not loopback, link-local or unspecified.
void validate_non_special_ip(const Value& text, const FieldPath& path,
                             FieldErrors& errors) noexcept;
/// ValidatePortNumOrName.
void validate_port_number_or_name(const Value& port, const FieldPath& path,
                                  FieldErrors& errors) noexcept;
/// Required, and one of TCP, UDP and SCTP.
void validate_protocol(const Value& protocol, const FieldPath& path, FieldErrors& errors) noexcept;
/// True if both addresses are readable and of different families.
bool is_dual_stack(const Value& addresses, bool items_are_objects) noexcept;

// --- resources.cpp ---

/// ValidateContainerResourceRequirements. `claims` are the names in spec.resourceClaims.
void validate_container_resources(const Value& requirements, const Names& claims,
                                  const FieldPath& path, FieldErrors& errors) noexcept;
/// The same for the Pod as a whole.
void validate_pod_resources(const Value& requirements, const FieldPath& path,
                            FieldErrors& errors) noexcept;
/// ValidateResourceQuantityValue.
void validate_resource_quantity(std::string_view resource_name, const Value& quantity,
                                const FieldPath& path, FieldErrors& errors) noexcept;

// --- volumes.cpp ---

/// The volumes of a Pod that are valid, by name.
using Volumes = std::map<std::string, Value, std::less<>>;
/// ValidateVolumes. `pod_name` is empty for templates.
Volumes validate_volumes(const Value& volumes, std::string_view pod_name, const FieldPath& path,
                         FieldErrors& errors) noexcept;
/// ValidateReadOnlyPersistentDisks: what more than one Pod would write to.
void validate_read_only_disks(const Value& volumes, const FieldPath& path,
                              FieldErrors& errors) noexcept;
/// A relative path without "..".
void validate_local_descending_path(const Value& text, const FieldPath& path,
                                    FieldErrors& errors) noexcept;
void validate_path_no_backsteps(const Value& text, const FieldPath& path,
                                FieldErrors& errors) noexcept;
/// Which fields a downward API reference may name.
enum class FieldRefUse { environment, volume };
void validate_field_ref(const Value& ref, FieldRefUse use, const FieldPath& path,
                        FieldErrors& errors) noexcept;
void validate_resource_field_ref(const Value& ref, FieldRefUse use, const FieldPath& path,
                                 FieldErrors& errors) noexcept;

// --- containers.cpp ---

/// What the validators of containers must know of their Pod.
struct PodContext {
  const Volumes& volumes;
  /// The names in spec.resourceClaims.
  const Names& claims;
  /// The PodSpec.
  const Value& spec;
  /// False if spec.hostUsers is.
  bool host_users;
};
void validate_containers(const PodContext& pod, const FieldPath& path,
                         FieldErrors& errors) noexcept;
void validate_init_containers(const PodContext& pod, const FieldPath& path,
                              FieldErrors& errors) noexcept;
void validate_ephemeral_containers(const PodContext& pod, const FieldPath& path,
                                   FieldErrors& errors) noexcept;
/// What holds for containers of Pods, but not of templates.
void validate_containers_only_for_pod(const Value& containers, const FieldPath& path,
                                      FieldErrors& errors) noexcept;
void validate_pull_policy(const Value& policy, const FieldPath& path, FieldErrors& errors) noexcept;

// --- security.cpp ---

/// ValidateSecurityContext of a container; null is fine.
void validate_security_context(const Value& context, bool host_users, const FieldPath& path,
                               FieldErrors& errors) noexcept;
/// The Pod's own security context and what depends on its host namespaces.
void validate_pod_security_context(const Value& spec, const FieldPath& path,
                                   FieldErrors& errors) noexcept;
void validate_host_users(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept;
void validate_windows_host_process(const Value& spec, const FieldPath& path,
                                   FieldErrors& errors) noexcept;
/// spec.os and what it excludes.
void validate_os(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept;
/// The old seccomp and AppArmor annotations.
void validate_security_annotations(const Value& annotations, const Value& spec,
                                   const FieldPath& path, FieldErrors& errors) noexcept;
/// Annotations and fields that speak of the same thing must agree.
void validate_annotations_match_fields(const Value& annotations, const Value& spec,
                                       const FieldPath& spec_path, FieldErrors& errors) noexcept;

// --- scheduling.cpp ---

/// spec.affinity of a Pod.
void validate_affinity(const Value& affinity, const FieldPath& path, FieldErrors& errors) noexcept;
/// ValidateTolerations.
void validate_tolerations(const Value& tolerations, const FieldPath& path,
                          FieldErrors& errors) noexcept;
/// validateTopologySpreadConstraints.
void validate_topology_spread(const Value& constraints, const FieldPath& path,
                              FieldErrors& errors) noexcept;
/// validateNodeTaints.
void validate_taints(const Value& taints, const FieldPath& path, FieldErrors& errors) noexcept;
/// What may change of a gated Pod's node affinity.
void validate_node_affinity_mutation(const Value& now, const Value& before, const FieldPath& path,
                                     FieldErrors& errors) noexcept;

// --- pod_spec.cpp ---

/// ValidatePodSpec. `pod_name` is empty for templates; `is_pod` tells a Pod from a template.
void validate_pod_spec(const Value& spec, std::string_view pod_name, bool is_pod,
                       const FieldPath& path, FieldErrors& errors) noexcept;
void validate_pod_template_spec(const Value& pod_template, const FieldPath& path,
                                FieldErrors& errors) noexcept;
/// ValidatePodSpecificAnnotations.
void validate_pod_annotations(const Value& annotations, const Value& spec, const FieldPath& path,
                              FieldErrors& errors) noexcept;

// --- one per kind ---

/// ValidatePodCreate.
void validate_pod_create(const Value& pod, FieldErrors& errors) noexcept;
/// ValidatePodUpdate.
void validate_pod_update(const Value& pod, const Value& old_pod, FieldErrors& errors) noexcept;
/// ValidatePodStatusUpdate.
void validate_pod_status_update(const Value& pod, const Value& old_pod,
                                FieldErrors& errors) noexcept;

/// ValidateService.
void validate_service(const Value& service, FieldErrors& errors) noexcept;
/// ValidateServiceUpdate.
void validate_service_update(const Value& service, const Value& old_service,
                             FieldErrors& errors) noexcept;
/// ValidateServiceStatusUpdate.
void validate_service_status_update(const Value& service, const Value& old_service,
                                    FieldErrors& errors) noexcept;

/// ValidateEndpoints.
void validate_endpoints(const Value& endpoints, FieldErrors& errors) noexcept;
/// ValidateEndpointSlice.
void validate_endpoint_slice(const Value& slice, FieldErrors& errors) noexcept;
/// ValidateEndpointSliceUpdate.
void validate_endpoint_slice_update(const Value& slice, const Value& old_slice,
                                    FieldErrors& errors) noexcept;

/// ValidateDeployment.
void validate_deployment(const Value& deployment, FieldErrors& errors) noexcept;
/// ValidateDeploymentUpdate.
void validate_deployment_update(const Value& deployment, const Value& old_deployment,
                                FieldErrors& errors) noexcept;
/// ValidateDeploymentStatusUpdate.
void validate_deployment_status_update(const Value& deployment, const Value& old_deployment,
                                       FieldErrors& errors) noexcept;
/// ValidateReplicaSet.
void validate_replica_set(const Value& replica_set, FieldErrors& errors) noexcept;
/// ValidateReplicaSetUpdate.
void validate_replica_set_update(const Value& replica_set, const Value& old_replica_set,
                                 FieldErrors& errors) noexcept;
/// ValidateReplicaSetStatusUpdate.
void validate_replica_set_status_update(const Value& replica_set, const Value& old_replica_set,
                                        FieldErrors& errors) noexcept;

/// ValidateConfigMap.
void validate_config_map(const Value& config_map, FieldErrors& errors) noexcept;
/// ValidateConfigMapUpdate.
void validate_config_map_update(const Value& config_map, const Value& old_config_map,
                                FieldErrors& errors) noexcept;
/// ValidateSecret.
void validate_secret(const Value& secret, FieldErrors& errors) noexcept;
/// ValidateSecretUpdate.
void validate_secret_update(const Value& secret, const Value& old_secret,
                            FieldErrors& errors) noexcept;

/// ValidateNamespace.
void validate_namespace(const Value& object, FieldErrors& errors) noexcept;
/// ValidateNamespaceStatusUpdate.
void validate_namespace_status_update(const Value& object, const Value& old_object,
                                      FieldErrors& errors) noexcept;
/// ValidateNode.
void validate_node(const Value& node, FieldErrors& errors) noexcept;
/// ValidateNodeUpdate.
void validate_node_update(const Value& node, const Value& old_node, FieldErrors& errors) noexcept;
/// legacyValidateEvent.
void validate_event(const Value& event, FieldErrors& errors) noexcept;
/// ValidateLease.
void validate_lease(const Value& lease, FieldErrors& errors) noexcept;

}  // namespace rockpool::api::validation
