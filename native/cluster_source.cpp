// SPDX-License-Identifier: Apache-2.0
#include "native/cluster_source.h"

#include <fmt/format.h>

#include <utility>

#include "core/cluster/cluster_networks.h"
#include "core/sim/time.h"
#include "native/files.h"
#include "native/ip_families.h"

namespace rockpool::native {

void ClusterSource::add_options(CLI::App& command) {
  command.add_option("FILE", files,
                     "Manifests that are applied to a new cluster, or to that of --state");
  command.add_option("--after", after, "How long after the manifests the cluster is looked at")
      ->capture_default_str();
  command.add_option("--state", state_file, "A cluster as `rockpool serve --state` keeps it")
      ->type_name("FILE");
  command.add_option("--nodes", cluster.nodes, "Worker nodes of a new cluster")
      ->check(CLI::Range(0, kMaxNodes))
      ->capture_default_str();
  add_ip_family_options(command, cluster.ip_families);
  add_network_options(command, cluster.service_cidr, cluster.pod_cidr);
  command.add_option("--seed", cluster.seed, "Decides every random choice")->capture_default_str();
}

std::expected<std::unique_ptr<Cluster>, std::string> ClusterSource::open() const {
  const auto span = sim::parse_duration(after);
  if (!span) {
    return std::unexpected{fmt::format("--after: expected a duration, not \"{}\"", after)};
  }
  std::unique_ptr<Cluster> opened;
  if (state_file.empty()) {
    if (const auto checked = check_networks(cluster); !checked) {
      return std::unexpected{checked.error()};
    }
    opened = std::make_unique<Cluster>(cluster);
  } else {
    const auto text = read_file(state_file);
    if (!text) return std::unexpected{fmt::format("--state: {}", text.error())};
    auto restored = Cluster::restore(*text);
    if (!restored) return std::unexpected{fmt::format("--state: {}", restored.error().message)};
    opened = std::move(*restored);
  }
  for (const std::string& path : files) {
    const auto text = read_file(path);
    if (!text) return std::unexpected{text.error()};
    const auto applied = opened->apply(*text);
    if (!applied) {
      return std::unexpected{fmt::format("{}: {}", path, applied.error().status.message)};
    }
  }
  if (!files.empty()) opened->run_for(*span);
  return opened;
}

}  // namespace rockpool::native
