// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "core/doc/value.h"

// The defaults of kinds, one function for each, in files by group; for core/api only. They model
// pkg/apis/*/v1/defaults.go.
namespace rockpool::api::defaults {

using namespace doc::literals;
using doc::KnownKeyIndex;
using doc::Value;

/// Sets a member that is absent or empty text.
inline void set_default(Value& object, KnownKeyIndex key, Value value) {
  const Value& now = object[key];
  if (now.is_null() || (now.is_string() && now.is_empty())) object.set(key, std::move(value));
}

/// Applies `change` to a member that is there. An unchanged member stays shared with other
/// documents.
template <typename Change>
void update(Value& object, KnownKeyIndex key, Change change) {
  if (object[key].is_null()) return;
  Value member = object[key];
  change(member);
  if (!member.identical(object[key])) object.set(key, std::move(member));
}

/// The same for every item of an array.
template <typename Change>
void update_each(Value& object, KnownKeyIndex key, Change change) {
  for (std::size_t i = 0; i < object[key].size(); ++i) {
    Value item = object[key].at(i);
    change(item);
    if (!item.identical(object[key].at(i))) object.edit(key).edit_at(i) = std::move(item);
  }
}

/// Resources are kept in thousandths, rounded up.
void round_resources(Value& resources);

// --- workloads.cpp ---

/// What runs Pods for ever, and what they are made from.
void apply_to_deployment(Value& deployment);
void apply_to_replica_set(Value& replica_set);
void apply_to_stateful_set(Value& stateful_set);
void apply_to_daemon_set(Value& daemon_set);
void apply_to_replication_controller(Value& replication_controller);
void apply_to_pod_template(Value& pod_template);

// --- batch.cpp ---

/// What runs Pods to their end.
void apply_to_job(Value& job);
void apply_to_cron_job(Value& cron_job);

// --- autoscaling.cpp ---

/// HorizontalPodAutoscalers of autoscaling/v2.
void apply_to_autoscaler(Value& autoscaler);

// --- storage.cpp ---

/// The volume types that few use, as part of a Pod's volume or of a PersistentVolumeSpec.
void apply_to_rare_volumes(Value& volume);
void apply_to_claim_spec(Value& spec);
void apply_to_volume(Value& persistent_volume);
void apply_to_claim(Value& claim);
void apply_to_storage_class(Value& storage_class);
void apply_to_csi_driver(Value& driver);
void apply_to_volume_attachment(Value& attachment);

// --- policy.cpp ---

/// What limits others.
void apply_to_network_policy(Value& policy);
void apply_to_ingress_class(Value& ingress_class);
void apply_to_resource_quota(Value& quota);
void apply_to_limit_range(Value& limit_range);
void apply_to_priority_class(Value& priority_class);
/// RoleBindings and ClusterRoleBindings.
void apply_to_role_binding(Value& binding);

// --- admission.cpp ---

/// The kinds of admissionregistration.k8s.io/v1.
void apply_to_validating_webhooks(Value& configuration);
void apply_to_mutating_webhooks(Value& configuration);
void apply_to_admission_policy(Value& policy);
void apply_to_admission_policy_binding(Value& binding);

}  // namespace rockpool::api::defaults
