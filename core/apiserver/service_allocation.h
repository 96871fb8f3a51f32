// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/api/field_error.h"
#include "core/api/ip.h"
#include "core/api/status.h"
#include "core/apiserver/cluster_ip_allocator.h"
#include "core/apiserver/node_port_allocator.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// The addresses and ports that one write of a Service takes and gives back: all or none. What is
/// taken is taken at once, and returned unless the write commits; what is released stays taken
/// until then (pkg/registry/core/service/storage's transactions).
class ServiceAllocation {
 public:
  ServiceAllocation(ClusterIpAllocators& cluster_ips, NodePortAllocator& node_ports)
      : cluster_ips_{cluster_ips}, node_ports_{node_ports} {}
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
  /// Takes what a stored Service has, if it is free.
  void adopt(const doc::Value& service);
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
  api::Result<void> take_node_port(const doc::Value& service, std::size_t index, std::int64_t port);
  api::Result<std::int64_t> take_any_node_port();
  void release_cluster_ips(const doc::Value& service);

  ClusterIpAllocators& cluster_ips_;
  NodePortAllocator& node_ports_;
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
