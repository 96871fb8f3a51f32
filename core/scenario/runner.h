// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/cluster/cluster_options.h"
#include "core/net/proxy/mode.h"
#include "core/scenario/result.h"
#include "core/scenario/test_file.h"

namespace rockpool::scenario {

/// How tests are run.
struct RunOptions {
  /// The seed of each test's cluster.
  std::uint64_t seed = 1;
  /// The worker nodes of each test's cluster; from 0 to kMaxNodes.
  int nodes = 3;
  /// The IP families of each test's cluster; see ClusterOptions.
  std::vector<net::Family> ip_families = {net::Family::ipv4};
  /// The networks of each test's cluster, likewise.
  std::string service_cidr = {};
  std::string pod_cidr = {};
  /// The mode in which each cluster's proxies start.
  net::proxy::ModeKind proxy_mode = net::proxy::ModeKind::userspace;
};

/// What each test's cluster is made of; the networks are to be checked first.
ClusterOptions cluster_options(const RunOptions& options);

/// Runs one test in a cluster of its own.
TestResult run_test(const TestFile& test, const RunOptions& options);

}  // namespace rockpool::scenario
