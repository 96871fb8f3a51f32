// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/core/conformance/world.h"

namespace rockpool::conformance {

/// What test/e2e/framework/network sets up: a server on every node behind a NodePort Service, a Pod
/// to ask from and one on a node's network. In a dual-stack cluster the Service has both families.
class Granular : public World {
 public:
  /// `protocol` is "http", "udp" or "sctp".
  explicit Granular(std::string_view protocol, const ClusterOptions& options = {});

  using Place = std::pair<std::string, std::int64_t>;

  /// Where the Service is reached: its address of that family ("IPv4", "IPv6"), and node-2's.
  Place at_cluster_ip(std::string_view family = "IPv4") const;
  Place at_node(std::string_view family = "IPv4");

  /// What a Pod's /dial gets for so many requests; fewer if some come to nothing. `request` is as
  /// it stands in a URL.
  std::vector<std::string> dial(const std::string& pod, const Place& place,
                                std::string_view request, int tries);
  /// Whether the /dial of that Pod comes to find exactly these servers.
  bool dial_finds(const std::string& pod, const Place& place,
                  const std::set<std::string>& expected);
  /// The same from node-1's own network. Not for SCTP, which its tools do not speak.
  bool node_finds(const Place& place, const std::set<std::string>& expected);
  /// The Service as it was made.
  const doc::Value& service() const { return service_; }

  std::set<std::string> servers;

 private:
  std::string protocol_;
  doc::Value service_;
};

}  // namespace rockpool::conformance
