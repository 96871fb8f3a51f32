// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/api/selector.h"
#include "core/net/address.h"

namespace rockpool::net::dns {

/// Which names of Pods exist: `10-244-1-7.default.pod.cluster.local.`
enum class PodMode : std::uint8_t {
  /// None.
  disabled,
  /// Whatever looks like an address, in any namespace that exists.
  insecure,
  /// Those of Pods that run in that namespace.
  verified,
};

/// What the Corefile says in its `kubernetes` stanza.
struct ZoneOptions {
  /// The zones that are answered for, in lower case with a final dot. The first that is no reverse
  /// one is the cluster domain.
  std::vector<std::string> zones = {"cluster.local.", "in-addr.arpa.", "ip6.arpa."};
  /// The TTL of records, in seconds; kubeadm's Corefile says 30.
  std::uint32_t ttl = 30;
  PodMode pods = PodMode::insecure;
  /// Endpoints without a host name are named after their Pods instead of their addresses.
  bool endpoint_pod_names = false;
  /// False: no endpoint is known (`noendpoints`).
  bool has_endpoints = true;
  /// A Service without a ready endpoint does not exist (`ignore empty_service`).
  bool ignores_empty_services = false;
  /// If not empty, only these namespaces exist.
  std::set<std::string, std::less<>> namespaces = {};
  /// Only Services with these labels exist, and only namespaces with those.
  std::optional<api::LabelSelector> labels = {};
  std::optional<api::LabelSelector> namespace_labels = {};
  /// Those of the machine that serves the zone. The Services that have an endpoint there are the
  /// zone's name servers.
  std::vector<IpAddress> own_addresses = {};
};

}  // namespace rockpool::net::dns
