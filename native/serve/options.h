// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/net/address.h"

namespace rockpool::native {

/// What `rockpool serve` was asked for.
struct ServeOptions {
  /// kubectl proxy's usual port.
  std::uint16_t port = 8001;
  std::string address = "127.0.0.1";
  /// Empty: not given, so that a saved state may decide.
  std::optional<int> nodes;
  std::optional<std::uint64_t> seed;
  /// The IP families of the cluster; empty: not given.
  std::vector<net::Family> ip_families;
  /// As in ClusterOptions; empty: the saved state's, or the usual ones.
  std::string service_cidr;
  std::string pod_cidr;
  /// Enforce RBAC.
  bool rbac = false;
  /// How the nodes' proxies treat connections, and how ipvs chooses; empty: not given.
  std::string proxy_mode;
  std::string ipvs_scheduler;
  /// Where virtual time starts: `now`, or an RFC 3339 time.
  std::string start = "now";
  /// Seconds of virtual time in a second of the wall clock.
  double speed = 1;
  std::vector<std::string> manifests;
  /// Empty: none.
  std::string kubeconfig_file;
  std::string state_file;
  bool node_ports = false;
  /// `127.0.0.1:5353` or a port alone; empty: no DNS server.
  std::string dns;
  /// Encrypt connections; with the certificate and key of these files, or with new ones.
  bool tls = false;
  std::string certificate_file;
  std::string key_file;
  /// Holds the bearer token that opens everything; empty: with TLS one is made.
  std::string token_file;
};

inline constexpr int kDefaultNodes = 3;
inline constexpr std::uint64_t kDefaultSeed = 1;
inline constexpr double kMinSpeed = 0.001;
inline constexpr double kMaxSpeed = 100'000;

}  // namespace rockpool::native
