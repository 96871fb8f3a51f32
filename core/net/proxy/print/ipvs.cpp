// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/ipvs.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

#include "core/net/proxy/print/printers.h"

namespace rockpool::net::proxy {
namespace {

struct Counts {
  std::int64_t active = 0;
  std::int64_t inactive = 0;
};

// A virtual server of the kernel: one for each address of a Service port, and one for each of the
// node's addresses with the node port.
struct VirtualServer {
  Protocol protocol = Protocol::tcp;
  SocketAddress address;
  friend auto operator<=>(const VirtualServer&, const VirtualServer&) = default;
};

// Connections by virtual and real server, as the kernel counts them: established ones are active.
using Connections = std::map<VirtualServer, std::map<SocketAddress, Counts>>;

Connections count_connections(const std::vector<TrackedConnection>& tracked) {
  Connections counts;
  for (const TrackedConnection& connection : tracked) {
    if (!connection.changes_destination()) continue;
    Counts& count = counts[{connection.protocol, connection.destination}][connection.reply_source];
    ++(connection.state == "ESTABLISHED" ? count.active : count.inactive);
  }
  return counts;
}

std::string write(const VirtualServer& server, const Rule& rule, IpvsScheduler scheduler,
                  const std::vector<SocketAddress>& endpoints,
                  std::map<SocketAddress, Counts> counts) {
  std::string text = fmt::format("{}  {} {}", protocol_name(server.protocol),
                                 server.address.to_string(), ipvs_scheduler_name(scheduler));
  if (rule.affinity_timeout != sim::Duration{0}) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(rule.affinity_timeout);
    text += fmt::format(" persistent {}", seconds.count());
  }
  text += '\n';
  // A real server that gets nothing new stays, with no weight, as long as somebody is connected.
  std::erase_if(counts, [&](const auto& entry) {
    return entry.second.active == 0 && !std::ranges::binary_search(endpoints, entry.first);
  });
  for (const SocketAddress& endpoint : endpoints) counts[endpoint];
  for (const auto& [endpoint, count] : counts) {
    const int weight = std::ranges::binary_search(endpoints, endpoint) ? 1 : 0;
    text += fmt::format("  -> {:<28} {:<7} {:<6} {:<10} {:<10}\n", endpoint.to_string(), "Masq",
                        weight, count.active, count.inactive);
  }
  return text;
}

}  // namespace

std::string print_ipvs(const RuleSet& set) {
  Connections connections = count_connections(set.connections);
  std::map<VirtualServer, std::string> servers;
  for (const Rule& rule : set.rules) {
    for (const RuleFrontend& frontend : rule.frontends) {
      const bool is_internal = frontend.kind == FrontendKind::cluster_ip;
      // Where no endpoint is local, kube-proxy gives the server all of them, for the node's own
      // Pods: what comes from outside and is sent elsewhere is answered from there, in vain.
      const bool has_own = is_internal || !rule.from_outside().empty();
      const std::vector<SocketAddress>& endpoints = is_internal ? rule.for_cluster_ip()
                                                    : has_own   ? rule.from_outside()
                                                                : rule.eligible.cluster;
      const auto add = [&](const SocketAddress& address) {
        const VirtualServer server{rule.protocol, address};
        servers.emplace(server, write(server, rule, set.scheduler, endpoints, connections[server]));
      };
      if (frontend.kind != FrontendKind::node_port) {
        add(frontend.address);
        continue;
      }
      for (const IpAddress& own : set.node_addresses) {
        if (own.family() == rule.family()) add({own, frontend.address.port});
      }
    }
  }
  std::string text =
      "IP Virtual Server version 1.2.1 (size=4096)\n"
      "Prot LocalAddress:Port Scheduler Flags\n"
      "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
  for (const auto& [server, lines] : servers) text += lines;
  return text;
}

}  // namespace rockpool::net::proxy
