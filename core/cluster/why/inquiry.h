// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/pod.h"
#include "core/api/views/service.h"
#include "core/cluster/why/why.h"
#include "core/net/address.h"

// The inside of `explain`.
namespace rockpool::cluster {

/// Where a request is going to.
struct Destination {
  /// The Service, if it goes by one.
  std::optional<doc::Value> service;
  /// Else an address.
  std::optional<net::IpAddress> address;
  /// It is the Service's cluster IP, and not one for the outside.
  bool is_cluster_ip = true;
  /// The label before the Service's name: one endpoint of a headless Service.
  std::string endpoint;
};

/// One walk along the way of a request. Each part returns false when it has found the cause.
class Inquiry {
 public:
  Inquiry(const WhySources& sources, const net::Host& client, const net::Url& url)
      : sources_{sources},
        client_{client},
        port_{url.port},
        is_secure_{url.scheme == "https"},
        host_{url.host},
        target_{url.target} {}

  /// Walks it; once only.
  Explanation run();

 private:
  // why.cpp
  void note(std::string text) { explanation_.findings.push_back({true, std::move(text)}); }
  bool blame(Cause cause, std::string summary, std::string advice);
  bool walk();
  bool ask_service(const doc::Value& service, const Destination& destination);
  bool ask_address(const net::IpAddress& address);
  bool choose_family(const api::Service& service, const Destination& destination);
  // why_name.cpp
  std::optional<Destination> find_destination();
  std::optional<Destination> find_by_name();
  std::optional<Destination> find_by_address(const net::IpAddress& address);
  std::optional<Destination> find_in_cluster(std::string_view name) const;
  std::optional<Destination> find_node_port(const net::Node& node, const net::IpAddress& address);
  bool ask_dns();
  void blame_name(const std::vector<std::string>& tried);
  std::string client_namespace() const;
  // why_endpoints.cpp
  std::optional<api::ServicePort> find_port(const api::Service& service, bool is_node_port);
  bool ask_endpoints(const api::Service& service, std::string_view port_name);
  bool ask_pods(const api::Service& service, std::string_view port_name);
  bool blame_selector(const api::Service& service);
  bool blame_pods(const api::Service& service, const std::vector<api::Pod>& pods);
  std::string trouble_of(const api::Pod& pod) const;
  std::string last_event(const api::Pod& pod, std::string_view reason) const;
  // why_policy.cpp
  bool ask_policies(const net::PolicyPacket& packet);
  bool ask_policies_to(const net::Host& receiver, const net::SocketAddress& server);
  bool ask_policies_of_dns(const doc::Value& service);
  // why_ingress.cpp: empty if the request goes by no Ingress.
  std::optional<bool> ask_ingress();
  bool ask_controller(const doc::Value& ingress);
  bool ask_rule(const std::string& host, const std::string& address);
  bool ask_backend(const api::ObjectKey& ingress, const api::ObjectKey& service,
                   const std::string& port);
  bool ask_policies_of_backend(const api::Service& service, const api::ServicePort& port);
  // why_way.cpp
  bool ask_proxy(const api::Service& service, const api::ServicePort& port,
                 const Destination& destination);
  bool ask_rules(const net::Node& node, const api::Service& service,
                 const net::ServiceProxy::Rule& rule, bool is_cluster_ip);
  bool ask_load_balancer(const api::Service& service, const net::IpAddress& address);
  bool ask_servers(const std::vector<net::SocketAddress>& servers);
  bool ask_server(const net::SocketAddress& server, std::string_view which);
  // why_tls.cpp
  bool ask_tls(const net::Host& host, const net::SocketAddress& server);
  // why_way.cpp
  const net::Node* node_of_range(const net::IpAddress& address) const;
  bool ask_way(const net::Node* from, const net::Node* to);

  const WhySources& sources_;
  const net::Host& client_;
  std::uint16_t port_;
  // The client wants TLS.
  bool is_secure_;
  std::string host_;
  // In which the request reaches the Service.
  net::Family family_ = net::Family::ipv4;
  std::string target_;
  // The node by whose rules the client comes in from outside, and whose address servers on other
  // nodes see in the place of the client's; null for none.
  const net::Node* masquerading_node_ = nullptr;
  Explanation explanation_;
};

/// The cause if a TLS handshake failed; empty if none did.
std::optional<Explanation> explain_tls_failure(const net::FetchResult& result);

/// How many letters must be changed, added or taken away to make one text the other.
std::size_t distance(std::string_view one, std::string_view other);

}  // namespace rockpool::cluster
