// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/doc/value.h"
#include "core/net/address.h"
#include "core/net/proxy/eligible.h"
#include "core/net/router.h"
#include "core/sim/time.h"

namespace rockpool::net::proxy {

/// An endpoint with what decides whether it gets traffic.
struct RuleEndpoint {
  SocketAddress address;
  /// `namespace/name` of its Pod; empty if it is none.
  std::string pod;
  std::string node_name;
  /// Where it should be used from.
  std::vector<std::string> zone_hints;
  std::vector<std::string> node_hints;
  bool ready = false;
  bool serving = false;
  bool terminating = false;
};

/// The rules for one port of a Service and one address family, in one version. Immutable.
class PortRules : public ServicePort {
 public:
  /// Identifies the port of the Service over all its versions.
  struct Id {
    std::uint64_t service = 0;
    std::uint32_t port = 0;
    Family family = Family::ipv4;
    friend auto operator<=>(const Id&, const Id&) = default;
  };

  PortRules(Id id, std::shared_ptr<const std::string> service_name, const doc::Value& service,
            const std::vector<doc::Value>& slices);

  const Id& id() const { return id_; }
  const std::string& service_name() const override { return *service_name_; }
  const std::string& port_name() const { return port_name_; }
  Protocol protocol() const { return protocol_; }
  /// All endpoints, whatever their state, in order of their addresses.
  const std::vector<RuleEndpoint>& endpoints() const { return endpoints_; }
  /// Only endpoints on the same node may serve the cluster IP, or what comes from outside.
  bool is_internal_local() const { return is_internal_local_; }
  bool is_external_local() const { return is_external_local_; }
  bool has_local_policy() const { return is_internal_local_ || is_external_local_; }
  /// How long a client stays with its endpoint after its last connection; 0 if it does not.
  sim::Duration affinity_timeout() const { return affinity_timeout_; }
  /// Whom a load balancer's address admits, of this family; empty for everybody, also where the
  /// Service names only ranges of the other family.
  const std::vector<Cidr>& source_ranges() const { return source_ranges_; }
  /// The Service's healthCheckNodePort; 0 for none.
  std::uint16_t health_port() const { return health_port_; }
  /// Who may get connections at a place. Found out when first asked; kept as long as the rules.
  const Eligible& eligible(const Place& place) const;
  const RuleEndpoint* find(const SocketAddress& address) const;

 private:
  void add_slice(const doc::Value& slice);
  void sort_endpoints();

  Id id_;
  std::shared_ptr<const std::string> service_name_;
  std::string port_name_;
  Protocol protocol_ = Protocol::tcp;
  bool is_internal_local_ = false;
  bool is_external_local_ = false;
  bool has_hints_ = false;
  std::uint16_t health_port_ = 0;
  sim::Duration affinity_timeout_{0};
  std::vector<Cidr> source_ranges_;
  std::vector<RuleEndpoint> endpoints_;
  // One for all places if neither policies nor hints tell them apart.
  mutable std::optional<Eligible> eligible_everywhere_;
  mutable std::map<Place, Eligible> eligible_;
};

/// A Service and its EndpointSlices as they were at one moment, shared by all nodes. The rules of
/// its ports are computed when the first connection needs them, so a change that meets no traffic
/// costs next to nothing.
class ServiceSnapshot : public Counted<ServiceSnapshot> {
 public:
  ServiceSnapshot(std::uint64_t id, std::shared_ptr<const std::string> name, doc::Value service,
                  std::vector<doc::Value> slices);

  const doc::Value& service() const { return service_; }
  const std::vector<doc::Value>& slices() const { return slices_; }
  /// The rules of the port with that index in spec.ports.
  const Ref<const PortRules>& rules(std::uint32_t port, Family family) const;

  /// Called when nobody holds it any more.
  void dispose() { delete this; }

 private:
  std::uint64_t id_;
  std::shared_ptr<const std::string> name_;
  doc::Value service_;
  std::vector<doc::Value> slices_;
  mutable std::vector<Ref<const PortRules>> rules_;
};

/// True if proxies serve this Service: it has a cluster IP, and no label leaves it to somebody
/// else.
bool is_proxied(const doc::Value& service);
/// True if proxies read this EndpointSlice.
bool is_read_by_proxies(const doc::Value& slice);

}  // namespace rockpool::net::proxy
