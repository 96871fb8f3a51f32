// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/pod.h"
#include "core/doc/value.h"
#include "core/node/container_state.h"
#include "core/sim/time.h"

// A Pod's status, computed from what its node knows. Follows pkg/kubelet/kubelet_pods.go (getPhase,
// convertStatusToAPIStatus) and pkg/kubelet/status/generate.go.
namespace rockpool::node {

/// What the status says about the node.
struct HostInfo {
  /// Its addresses, as `hostIP` and `hostIPs` have them; shared by the statuses of all its Pods.
  doc::Value ip;
  doc::Value ips;

  /// From the addresses' texts, the primary one first. Requires at least one.
  static HostInfo of(const std::vector<std::string>& ips);
};

/// "Pending", "Running", "Succeeded" or "Failed".
std::string_view pod_phase(const api::PodSpec& spec, const PodState& state);

/// The whole status. Conditions that somebody else set (readiness gates and such) are kept from
/// `pod.status`, and those that keep their status keep their lastTransitionTime.
doc::Value make_pod_status(const api::Pod& pod, const PodState& state, const HostInfo& host,
                           sim::Time now);

/// A status about to be written, with the conditions that others own as they are now in `present`.
doc::Value merge_pod_status(const doc::Value& present, doc::Value status);

/// The entry of `containerStatuses` for one container. `has_init_containers` decides the default
/// reason for waiting.
doc::Value make_container_status(const api::Container& container, const ContainerState& state,
                                 bool has_init_containers);

/// True if a container that ended with that exit code is to be started again.
bool should_restart(std::string_view restart_policy, std::int32_t exit_code);

}  // namespace rockpool::node
