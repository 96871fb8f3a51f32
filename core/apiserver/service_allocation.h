// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "core/api/field_error.h"
#include "core/api/ip.h"
#include "core/api/status.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

struct ServerState;

/// The addresses and ports that one write of a Service takes and gives back: all or none. What is
/// taken is taken at once, and returned unless the write commits; what is released stays taken
/// until then (pkg/registry/core/service/storage's transactions). An address is taken by making the
/// IPAddress of its name, which is left until everything else is in order, so that a Service that
/// is refused changes nothing. A dry run takes nothing: it is answered with numbers that stand for
/// those that it would get, as upstream does.
class ServiceAllocation {
 public:
  explicit ServiceAllocation(ServerState& state, bool dry_run = false)
      : state_{state}, dry_run_{dry_run} {}
  ServiceAllocation(const ServiceAllocation&) = delete;
  ServiceAllocation& operator=(const ServiceAllocation&) = delete;
  /// Reverts unless committed.
  ~ServiceAllocation();

  /// Fills in what a new Service has to be given: IP families, cluster IPs, node ports, health
  /// check node port. Requires a decoded, defaulted Service, which need not be valid: it is
  /// validated with what it has been given, so that what cannot be allocated is what a client is
  /// told of first.
  api::Result<void> create(doc::Value& service);
  /// The same for a Service that replaces `old_service`; what it no longer uses is released.
  api::Result<void> update(doc::Value& service, const doc::Value& old_service);
  /// Releases all that the Service has.
  void release_all(const doc::Value& service);
  /// Takes the ports that a stored Service has, if they are free.
  void adopt(const doc::Value& service);
  /// Makes the IPAddresses of the addresses that the Service is given; to be called right before it
  /// is written. Error: one of them cannot be made.
  api::Result<void> write_ip_addresses(const doc::Value& service);
  /// Makes it so.
  void commit();

 private:
  api::Result<void> init_ip_families(doc::Value& service, const doc::Value& old_service) const;
  void infer_families(doc::Value& service, api::FieldErrors& errors) const;
  void check_families(const doc::Value& service, api::FieldErrors& errors) const;
  api::Result<void> allocate_cluster_ips(doc::Value& service);
  api::Result<void> allocate_cluster_ip(doc::Value& service, std::size_t index);
  api::Result<void> update_cluster_ips(doc::Value& service, const doc::Value& old_service);
  api::Result<void> init_node_ports(doc::Value& service);
  api::Result<void> update_node_ports(doc::Value& service, const doc::Value& old_service);
  api::Result<void> allocate_health_check_port(doc::Value& service);
  api::Result<void> update_health_check_port(doc::Value& service, const doc::Value& old_service);
  std::expected<api::IpAddress, std::string> take_any_cluster_ip(api::IpFamily family);
  std::expected<void, std::string> take_cluster_ip(const api::IpAddress& address);
  void give_back(const api::IpAddress& address);
  std::expected<void, std::string> take_port(std::int64_t port);
  std::expected<std::int64_t, std::string> take_any_port();
  api::Result<void> take_node_port(const doc::Value& service, std::size_t index, std::int64_t port);
  api::Result<std::int64_t> take_any_node_port();
  void release_cluster_ips(const doc::Value& service);

  ServerState& state_;
  bool dry_run_;
  // Chosen, and of these those that are taken already.
  std::vector<api::IpAddress> chosen_ips_;
  std::vector<api::IpAddress> taken_ips_;
  std::vector<api::IpAddress> released_ips_;
  std::vector<std::int64_t> taken_ports_;
  std::vector<std::int64_t> released_ports_;
};

/// The Service uses a cluster IP, or is headless (not ExternalName).
bool needs_cluster_ip(const doc::Value& service);
/// The Service is given node ports.
bool needs_node_port(const doc::Value& service);
/// The Service is given a port for its load balancer's health checks.
bool needs_health_check_node_port(const doc::Value& service);

/// Carries over from the old Service what the API allocated and a client left out
/// (patchAllocatedValues), brings clusterIP and clusterIPs together (normalizeClusterIPs), and
/// drops what the new type has no use for and the client did not touch (dropTypeDependentFields).
void prepare_service_update(doc::Value& service, const doc::Value& old_service);
/// Brings clusterIP and clusterIPs of a new Service together.
void prepare_service_create(doc::Value& service);

}  // namespace rockpool::apiserver
