// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/api/object.h"
#include "core/doc/value.h"
#include "core/net/address.h"
#include "core/net/proxy/rule.h"
#include "core/net/proxy/rules.h"
#include "core/net/proxy/timeline.h"
#include "core/sim/time.h"

namespace rockpool::net::proxy {

/// Where a port of a Service is reached. Node ports have the address 0.0.0.0 or ::.
struct Frontend {
  SocketAddress address;
  Protocol protocol = Protocol::tcp;
  friend auto operator<=>(const Frontend&, const Frontend&) = default;
};

/// What stands for all addresses of a node.
IpAddress any_address(Family family);

/// What the API says of Services and their endpoints, and what it said, as far back as some node's
/// proxy still works by it. One copy serves all nodes: each says at which moment it looks.
class ServiceTable {
 public:
  /// How far back anybody looks when something changes.
  struct Reach {
    sim::Time now;
    /// No node that learns is further behind.
    sim::Time horizon;
    /// The moments at which the nodes stand still that do not learn.
    std::vector<sim::Time> frozen{};
  };
  /// The rules behind a frontend; valid until something changes.
  struct Match {
    const Ref<const PortRules>& rules;
    FrontendKind kind;
  };

  /// A Service or an EndpointSlice has changed: `before` is null for a new one, `after` for one
  /// that is gone. Costs time proportional to the number of the Service's slices and ports.
  void on_service(const doc::Value* before, const doc::Value* after, const Reach& reach);
  void on_endpoint_slice(const doc::Value* before, const doc::Value* after, const Reach& reach);

  /// What that frontend led to; nothing if there was no Service with it.
  std::optional<Match> find_rules(const Frontend& frontend, sim::Time view) const;
  /// Whether some Service had that cluster IP.
  bool has_cluster_ip(const IpAddress& address, sim::Time view) const;
  /// The Service with that number (`PortRules::Id`) as it was; null if it was not there.
  Ref<const ServiceSnapshot> find_service(std::uint64_t id, sim::Time view) const;
  /// The Service with that healthCheckNodePort.
  Ref<const ServiceSnapshot> find_by_health_port(std::uint16_t port, sim::Time view) const;
  /// Whether some Service has that healthCheckNodePort now.
  bool has_health_port(std::uint16_t port) const { return health_ports_.contains(port); }
  /// All rules as they were, for a node at that place, in order of the Services' names. Takes time
  /// proportional to their number.
  std::vector<Rule> rules(sim::Time view, const Place& place) const;

 private:
  struct FrontendHash {
    std::size_t operator()(const Frontend& frontend) const {
      return AddressHash{}(frontend.address) * 3 + static_cast<std::size_t>(frontend.protocol);
    }
  };
  struct ServiceFrontend {
    Frontend frontend;
    FrontendKind kind = FrontendKind::cluster_ip;
    // The index in spec.ports.
    std::uint32_t port = 0;
    friend auto operator<=>(const ServiceFrontend&, const ServiceFrontend&) = default;
  };
  struct Service {
    std::uint64_t id = 0;
    std::shared_ptr<const std::string> name;
    // Null while it does not exist.
    doc::Value current;
    std::map<std::string, doc::Value> slices;
    std::vector<ServiceFrontend> frontends;
    // Its healthCheckNodePort; 0 for none.
    std::uint16_t health_port = 0;
    Timeline<Ref<const ServiceSnapshot>> versions;
  };
  // Which Service's port a frontend leads to.
  struct Target {
    std::shared_ptr<Service> service;
    FrontendKind kind = FrontendKind::cluster_ip;
    std::uint32_t port = 0;
  };

  std::shared_ptr<Service>& ensure_service(const api::ObjectKey& key);
  static std::vector<ServiceFrontend> frontends_of(const doc::Value& service);
  void set_health_port(const std::shared_ptr<Service>& service);
  void publish(Service& service, const Reach& reach);
  void set_frontends(const std::shared_ptr<Service>& service,
                     std::vector<ServiceFrontend> frontends, const Reach& reach);
  void count_cluster_ip(const ServiceFrontend& frontend, std::int32_t change, const Reach& reach);
  void forget_if_empty(const api::ObjectKey& key);
  void sweep(const Reach& reach);

  std::uint64_t last_service_id_ = 0;
  std::map<api::ObjectKey, std::shared_ptr<Service>> services_;
  std::unordered_map<std::uint64_t, std::weak_ptr<Service>> services_by_id_;
  std::unordered_map<Frontend, Timeline<Target>, FrontendHash> frontends_;
  // How many frontends each cluster IP has.
  std::unordered_map<IpAddress, Timeline<std::int32_t>, AddressHash> cluster_ips_;
  // By healthCheckNodePort.
  std::map<std::uint16_t, std::weak_ptr<Service>> health_ports_;
  // Frontends that have lost their Service, and when, to be forgotten once no node sees them.
  std::deque<std::pair<sim::Time, Frontend>> retired_;
};

}  // namespace rockpool::net::proxy
