// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "core/cluster/cluster.h"

namespace rockpool::native {

/// Where a command that looks at a cluster has it from: a new one or a state that was kept, and
/// manifests that are applied to it.
struct ClusterSource {
  std::vector<std::string> files;
  std::string state_file;
  std::string after = "60s";
  ClusterOptions cluster;

  /// Adds the options for all of it to a command; this must outlive the parsing.
  void add_options(CLI::App& command);
  /// Makes the cluster and lets the time pass. Errors: a message for the user.
  std::expected<std::unique_ptr<Cluster>, std::string> open() const;
};

}  // namespace rockpool::native
