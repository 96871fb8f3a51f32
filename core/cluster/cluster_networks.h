// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "core/cluster/cluster_options.h"

namespace rockpool {

/// Checks the networks that options ask for, of Services and of Pods: one of each of the cluster's
/// IP families in their order, large enough, not larger than Kubernetes takes, and clear of each
/// other and of the networks that a cluster has anyway. A cluster is only to be made of options
/// that pass. The error names the option as `service CIDR` or `Pod CIDR`.
std::expected<void, std::string> check_networks(const ClusterOptions& options);

}  // namespace rockpool
