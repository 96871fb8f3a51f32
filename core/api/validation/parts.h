// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
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
/// Nothing, or one of `supported`, which messages list in this order.
void validate_one_of(const Value& text, const FieldPath& path, FieldErrors& errors,
                     std::initializer_list<std::string_view> supported) noexcept;
/// `acme.io/foo` (IsDomainPrefixedPath).
void validate_domain_prefixed_path(const Value& text, const FieldPath& path,
                                   FieldErrors& errors) noexcept;
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
/// ValidateResourceQuotaResourceName.
void validate_quota_resource_name(std::string_view name, const FieldPath& path,
                                  FieldErrors& errors) noexcept;
/// ValidateLimitRangeResourceName of a limit's type.
void validate_limit_resource_name(std::string_view type, std::string_view name,
                                  const FieldPath& path, FieldErrors& errors) noexcept;

// --- workloads.cpp ---

/// ValidatePositiveIntOrPercent.
void validate_int_or_percent(const Value& value, const FieldPath& path,
                             FieldErrors& errors) noexcept;
/// IsNotMoreThan100Percent; a plain number is fine.
void validate_at_most_100_percent(const Value& value, const FieldPath& path,
                                  FieldErrors& errors) noexcept;
/// 0, `0%`, or absent.
bool is_zero_int_or_percent(const Value& value) noexcept;
/// A member that must not be negative, if it is there.
void validate_not_negative_member(const Value& object, doc::KnownKeyIndex key,
                                  const FieldPath& path, FieldErrors& errors) noexcept;
/// The members of a status that count something.
void validate_counts(const Value& status, std::initializer_list<doc::KnownKeyIndex> keys,
                     FieldErrors& errors) noexcept;
/// A number of a status that another one bounds.
void validate_at_most(const Value& status, doc::KnownKeyIndex key, doc::KnownKeyIndex bound,
                      std::string_view message, const FieldPath& path,
                      FieldErrors& errors) noexcept;
/// Pods of the template run for ever: restartPolicy is Always, and there is no deadline. `kind` is
/// for the message.
void validate_runs_for_ever(const Value& pod_spec, std::string_view kind, const FieldPath& path,
                            FieldErrors& errors) noexcept;
/// What a selector that must match its template's labels says if it does not.
void validate_selects_template(const Value& pod_template, const FieldPath& path,
                               FieldErrors& errors) noexcept;

// --- claim_spec.cpp ---

/// ValidatePersistentVolumeClaimSpec.
void validate_claim_spec(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept;
/// The access modes of a claim or volume; `absent` says that there must be one.
void validate_access_modes(const Value& modes, std::string_view absent, const FieldPath& path,
                           FieldErrors& errors) noexcept;

// --- volumes.cpp ---

/// The volumes of a Pod that are valid, by name.
using Volumes = std::map<std::string, Value, std::less<>>;
/// ValidateVolumes. `pod_name` is empty for templates.
Volumes validate_volumes(const Value& volumes, std::string_view pod_name, const FieldPath& path,
                         FieldErrors& errors) noexcept;
/// ValidateReadOnlyPersistentDisks: what more than one Pod would write to.
void validate_read_only_disks(const Value& volumes, const FieldPath& path,
                              FieldErrors& errors) noexcept;
/// The one source that a PersistentVolumeSpec has.
void validate_persistent_source(const Value& spec, const FieldPath& path,
                                FieldErrors& errors) noexcept;

// --- volume_disks.cpp ---

/// ValidateCSIDriverName.
void validate_csi_driver_name(const Value& name, const FieldPath& path,
                              FieldErrors& errors) noexcept;

// --- volume_projections.cpp ---

/// A relative path without "..".
void validate_local_descending_path(const Value& text, const FieldPath& path,
                                    FieldErrors& errors) noexcept;
void validate_path_no_backsteps(const Value& text, const FieldPath& path,
                                FieldErrors& errors) noexcept;

// --- field_refs.cpp ---

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
/// ValidateNodeSelector.
void validate_node_selector(const Value& selector, const FieldPath& path,
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

/// ValidateEndpoints. `old_endpoints` is the stored version, or null for a new object.
void validate_endpoints(const Value& endpoints, const Value& old_endpoints,
                        FieldErrors& errors) noexcept;
/// ValidateEndpointSlice. `old_slice` is the stored version, or null for a new object.
void validate_endpoint_slice(const Value& slice, const Value& old_slice,
                             FieldErrors& errors) noexcept;
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

// --- the kinds of validation.cpp's table; an update is validated as a new object is, and by the
// function for updates beside that ---

/// ValidateStatefulSet and its siblings.
void validate_stateful_set(const Value& stateful_set, FieldErrors& errors) noexcept;
void validate_stateful_set_update(const Value& stateful_set, const Value& old_stateful_set,
                                  FieldErrors& errors) noexcept;
void validate_stateful_set_status(const Value& stateful_set, const Value& old_stateful_set,
                                  FieldErrors& errors) noexcept;
void validate_daemon_set(const Value& daemon_set, FieldErrors& errors) noexcept;
void validate_daemon_set_status(const Value& daemon_set, const Value& old_daemon_set,
                                FieldErrors& errors) noexcept;
void validate_selector_update(const Value& object, const Value& old_object,
                              FieldErrors& errors) noexcept;
void validate_controller_revision(const Value& revision, FieldErrors& errors) noexcept;
void validate_controller_revision_update(const Value& revision, const Value& old_revision,
                                         FieldErrors& errors) noexcept;
void validate_replication_controller(const Value& controller, FieldErrors& errors) noexcept;
void validate_replication_controller_status(const Value& controller, const Value& old_controller,
                                            FieldErrors& errors) noexcept;
void validate_pod_template(const Value& pod_template, FieldErrors& errors) noexcept;

/// ValidateJob and its siblings.
void validate_job(const Value& job, FieldErrors& errors) noexcept;
void validate_job_update(const Value& job, const Value& old_job, FieldErrors& errors) noexcept;
void validate_job_status(const Value& job, const Value& old_job, FieldErrors& errors) noexcept;
void validate_cron_job(const Value& cron_job, FieldErrors& errors) noexcept;
/// What is wrong with a schedule in cron's format, as robfig/cron says it; empty if nothing is.
std::string check_schedule(std::string_view schedule);

/// ValidateHorizontalPodAutoscaler.
void validate_autoscaler(const Value& autoscaler, FieldErrors& errors) noexcept;
void validate_autoscaler_status(const Value& autoscaler, const Value& old_autoscaler,
                                FieldErrors& errors) noexcept;

/// The kinds of networking.k8s.io/v1.
void validate_ingress(const Value& ingress, FieldErrors& errors) noexcept;
void validate_ingress_status(const Value& ingress, const Value& old_ingress,
                             FieldErrors& errors) noexcept;
void validate_ingress_class(const Value& ingress_class, FieldErrors& errors) noexcept;
void validate_ingress_class_update(const Value& ingress_class, const Value& old_ingress_class,
                                   FieldErrors& errors) noexcept;
void validate_network_policy(const Value& policy, FieldErrors& errors) noexcept;
void validate_ip_address(const Value& address, FieldErrors& errors) noexcept;
void validate_ip_address_update(const Value& address, const Value& old_address,
                                FieldErrors& errors) noexcept;
void validate_service_cidr(const Value& service_cidr, FieldErrors& errors) noexcept;
void validate_service_cidr_update(const Value& service_cidr, const Value& old_service_cidr,
                                  FieldErrors& errors) noexcept;

/// Volumes, claims and the kinds of storage.k8s.io/v1.
void validate_persistent_volume(const Value& volume, FieldErrors& errors) noexcept;
void validate_persistent_volume_update(const Value& volume, const Value& old_volume,
                                       FieldErrors& errors) noexcept;
void validate_claim(const Value& claim, FieldErrors& errors) noexcept;
void validate_claim_update(const Value& claim, const Value& old_claim,
                           FieldErrors& errors) noexcept;
void validate_storage_class(const Value& storage_class, FieldErrors& errors) noexcept;
void validate_storage_class_update(const Value& storage_class, const Value& old_storage_class,
                                   FieldErrors& errors) noexcept;
void validate_csi_driver(const Value& driver, FieldErrors& errors) noexcept;
void validate_csi_driver_update(const Value& driver, const Value& old_driver,
                                FieldErrors& errors) noexcept;
void validate_csi_node(const Value& node, FieldErrors& errors) noexcept;
void validate_volume_attachment(const Value& attachment, FieldErrors& errors) noexcept;
void validate_volume_attachment_update(const Value& attachment, const Value& old_attachment,
                                       FieldErrors& errors) noexcept;
void validate_storage_capacity(const Value& capacity, FieldErrors& errors) noexcept;
void validate_storage_capacity_update(const Value& capacity, const Value& old_capacity,
                                      FieldErrors& errors) noexcept;

/// What limits others.
void validate_disruption_budget(const Value& budget, FieldErrors& errors) noexcept;
void validate_disruption_budget_status(const Value& budget, const Value& old_budget,
                                       FieldErrors& errors) noexcept;
void validate_resource_quota(const Value& quota, FieldErrors& errors) noexcept;
void validate_resource_quota_update(const Value& quota, const Value& old_quota,
                                    FieldErrors& errors) noexcept;
void validate_limit_range(const Value& limit_range, FieldErrors& errors) noexcept;
void validate_priority_class(const Value& priority_class, FieldErrors& errors) noexcept;
void validate_priority_class_update(const Value& priority_class, const Value& old_priority_class,
                                    FieldErrors& errors) noexcept;
void validate_runtime_class(const Value& runtime_class, FieldErrors& errors) noexcept;
void validate_runtime_class_update(const Value& runtime_class, const Value& old_runtime_class,
                                   FieldErrors& errors) noexcept;

/// Who may do what.
void validate_role(const Value& role, FieldErrors& errors) noexcept;
void validate_cluster_role(const Value& role, FieldErrors& errors) noexcept;
void validate_role_binding(const Value& binding, FieldErrors& errors) noexcept;
void validate_cluster_role_binding(const Value& binding, FieldErrors& errors) noexcept;
void validate_binding_update(const Value& binding, const Value& old_binding,
                             FieldErrors& errors) noexcept;
void validate_signing_request(const Value& request, FieldErrors& errors) noexcept;

/// The kinds of admissionregistration.k8s.io/v1.
void validate_webhooks(const Value& configuration, FieldErrors& errors) noexcept;
void validate_admission_policy(const Value& policy, FieldErrors& errors) noexcept;
void validate_admission_policy_binding(const Value& binding, FieldErrors& errors) noexcept;

}  // namespace rockpool::api::validation
