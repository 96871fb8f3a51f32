// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
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
};

/// Why a Pod is not ready.
struct PodTrouble {
  Cause cause = Cause::pods_not_running;
  /// `it has no node: …`
  std::string text;
  std::string advice;
};

/// One walk along the way of a request. Each part returns false when it has found the cause.
class Inquiry {
 public:
  Inquiry(const WhySources& sources, const net::Host& client, const WhyTarget& target)
      : sources_{sources},
        client_{client},
        protocol_{target.protocol},
        is_lookup_{target.is_lookup},
        port_{target.url.port},
        is_secure_{target.url.scheme == "https"},
        host_{target.url.host},
        target_{target.url.target},
        host_header_{target.host_header},
        own_resolver_{target.resolver},
        own_namespace_{target.client_namespace} {}

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
  // `TCP port 80`, or `port 80` as nobody says TCP where nothing else is meant.
  std::string port_text(std::uint16_t port) const;
  // why_name.cpp
  std::optional<Destination> find_destination();
  std::optional<Destination> find_by_name();
  std::optional<Destination> find_without_dns();
  std::optional<Destination> find_alias_end(Destination found);
  std::optional<Destination> find_in_cluster(std::string_view name);
  std::optional<Destination> find_pod_record(std::string_view name) const;
  std::optional<Destination> find_endpoint(const api::Service& service, std::string_view label);
  std::optional<Destination> find_outside(const std::vector<std::string>& tried);
  // why_dns.cpp
  bool ask_dns(bool& is_of_cluster);
  bool ask_name_server(const net::IpAddress& server);
  // why_address.cpp
  std::optional<Destination> find_by_address(const net::IpAddress& address);
  std::optional<Destination> find_node_port(const net::Node& node, const net::IpAddress& address);
  // why_near.cpp: what was probably meant by a name that leads nowhere.
  bool blame_name(const std::vector<std::string>& tried);
  bool blame_name_in(const std::string& name, const std::string& space, bool is_qualified);
  bool blame_outside_name();
  bool blame_ingress_name();
  std::string way_from_outside(const api::Service& service, std::string& trouble) const;
  std::string client_namespace() const;
  const net::dns::ResolverConfig& resolver() const {
    return own_resolver_ ? *own_resolver_ : client_.resolver();
  }
  // why_endpoints.cpp
  std::optional<api::ServicePort> find_port(const api::Service& service, bool is_node_port);
  bool blame_port(const api::Service& service, bool is_node_port);
  bool ask_endpoints(const api::Service& service, std::string_view port_name);
  bool blame_endpoints(const api::Service& service, std::size_t listed);
  bool ask_pods(const api::Service& service, std::string_view port_name);
  bool blame_selector(const api::Service& service);
  std::optional<bool> blame_makers(const api::Service& service);
  bool blame_maker(const doc::Value& maker, std::string_view kind, const api::Service& service);
  // why_pods.cpp
  bool blame_pods(const api::Service& service, const std::vector<api::Pod>& pods);
  PodTrouble trouble_of(const api::Pod& pod) const;
  std::optional<PodTrouble> trouble_of_container(const api::Pod& pod,
                                                 const api::ContainerStatus& status,
                                                 std::string_view what) const;
  PodTrouble trouble_of_probe(const api::Pod& pod, const api::ContainerStatus& status) const;
  std::string last_event(const doc::Value& object, std::string_view reason) const;
  // why_policy.cpp
  bool ask_policies(const net::PolicyPacket& packet);
  bool ask_policies_to(const net::Host& receiver, const net::SocketAddress& server);
  // why_ingress.cpp
  std::optional<doc::Value> find_ingress(std::string_view host) const;
  bool ask_controller(const doc::Value& ingress);
  bool is_ingress_controller(const api::Service& service) const;
  bool ask_rule(const std::string& host);
  bool ask_backend(const api::ObjectKey& ingress, const api::ObjectKey& service,
                   const std::string& port);
  bool ask_policies_of_backend(const api::Service& service, const api::ServicePort& port);
  // why_way.cpp
  bool ask_proxy(const api::Service& service, const api::ServicePort& port,
                 const Destination& destination);
  bool ask_proxy_of(const net::Node& node, const api::Service& service,
                    const api::ServicePort& port, const Destination& destination);
  bool ask_mode(const net::Node& node, const api::Service& service);
  bool ask_rules(const net::Node& node, const api::Service& service,
                 const net::ServiceProxy::Rule& rule, const Destination& destination);
  bool ask_source_ranges(const api::Service& service);
  bool ask_load_balancer(const api::Service& service, const api::ServicePort& port,
                         const Destination& destination);
  std::optional<net::SocketAddress> remembered_endpoint(
      const net::Node& node, const net::ServiceProxy::Rule& rule,
      const std::vector<net::SocketAddress>& chosen);
  // why_servers.cpp: `tries` is how many of them a request may try; 0: it must take the first.
  bool ask_servers(const std::vector<net::SocketAddress>& servers, std::size_t tries);
  bool ask_server(const net::SocketAddress& server, std::string_view which);
  bool blame_silence(const net::Host& host, const net::SocketAddress& server,
                     std::string_view which);
  // why_tls.cpp
  bool ask_tls(const net::Host& host, const net::SocketAddress& server);
  // why_servers.cpp
  const net::Node* node_of_range(const net::IpAddress& address) const;
  bool ask_way(const net::Node* from, const net::Node* to);

  const WhySources& sources_;
  const net::Host& client_;
  net::Protocol protocol_;
  bool is_lookup_;
  std::uint16_t port_;
  // The client wants TLS.
  bool is_secure_;
  std::string host_;
  // In which the request reaches the Service.
  net::Family family_ = net::Family::ipv4;
  std::string target_;
  std::string host_header_;
  net::dns::SharedResolverConfig own_resolver_;
  std::string own_namespace_;
  // The node by whose rules the client comes in from outside, and whose address servers on other
  // nodes see in the place of the client's; null for none.
  const net::Node* masquerading_node_ = nullptr;
  // The node whose proxy takes the request, from where it goes on to the server; null for none.
  const net::Node* proxying_node_ = nullptr;
  // The way to a name server: another one is asked when one does not answer.
  bool is_for_names_ = false;
  // DNS gives the addresses of the Pods, so that the client's port is theirs.
  bool is_headless_ = false;
  // It goes by a Service's rules, which send it on to another port.
  bool is_by_rules_ = false;
  Explanation explanation_;
};

/// The cause if a TLS handshake failed; empty if none did.
std::optional<Explanation> explain_tls_failure(const net::FetchResult& result);

/// How many letters must be changed, added or taken away to make one text the other.
std::size_t distance(std::string_view one, std::string_view other);

/// Names that differ by more letters are not taken for slips of the pen.
inline constexpr std::size_t kCloseDistance = 2;

/// `a=b,c=d`.
std::string pairs_text(const doc::Value& labels);

/// The slices of a Service, in any family.
std::vector<const doc::Value*> slices_of(client::Informers& informers, const api::Service& service);

/// The parts of a name between its dots.
std::vector<std::string_view> labels_of(std::string_view name);

}  // namespace rockpool::cluster
