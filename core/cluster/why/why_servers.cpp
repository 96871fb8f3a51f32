// SPDX-License-Identifier: Apache-2.0
//
// The end of the way: the network, and the process that should listen.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/cluster/why/inquiry.h"

namespace rockpool::cluster {

// Some clients and proxies try the next server when one does not answer: then all of those that one
// of them may try must be broken before a request fails.
bool Inquiry::ask_servers(const std::vector<net::SocketAddress>& servers, std::size_t tries) {
  const Explanation before = explanation_;
  std::optional<Explanation> first_failure;
  std::size_t broken = 0;
  std::vector<Finding> findings;
  for (std::size_t index = 0; index < servers.size(); ++index) {
    const std::string which = fmt::format("endpoint {} of {}", index + 1, servers.size());
    explanation_ = before;
    const bool is_well = ask_server(servers[index], which);
    if (!is_well && tries == 0) {
      explanation_.findings.insert(
          explanation_.findings.begin() + static_cast<std::ptrdiff_t>(before.findings.size()),
          findings.begin(), findings.end());
      return false;
    }
    if (!is_well && !first_failure) first_failure = explanation_;
    broken += is_well ? 0 : 1;
    for (std::size_t at = before.findings.size(); at < explanation_.findings.size(); ++at) {
      Finding& finding = explanation_.findings[at];
      if (!finding.is_well) finding = {true, finding.text + " The next one is tried."};
      findings.push_back(std::move(finding));
    }
  }
  explanation_ = before;
  if (first_failure && (broken == servers.size() || broken >= tries)) {
    explanation_ = *std::move(first_failure);
    return false;
  }
  for (Finding& finding : findings) explanation_.findings.push_back(std::move(finding));
  return true;
}

const net::Node* Inquiry::node_of_range(const net::IpAddress& address) const {
  for (const auto& [key, object] : sources_.informers.of(api::ResourceId::nodes).objects()) {
    const net::Node* const node = sources_.network.find_node(key.name);
    if (node == nullptr) continue;
    for (const net::Cidr& range : node->pod_cidrs()) {
      if (range.contains(address)) return node;
    }
  }
  return nullptr;
}

bool Inquiry::ask_server(const net::SocketAddress& server, std::string_view which) {
  const net::Node* const from = proxying_node_ != nullptr ? proxying_node_ : client_.node();
  const net::Host* const host = sources_.network.find_host(server.ip);
  if (host == nullptr) {
    // The Pods of a node that is off have no network.
    const net::Node* const node = node_of_range(server.ip);
    if (node != nullptr && !node->is_up()) return ask_way(from, node);
    return blame(
        Cause::no_such_address,
        fmt::format("Nobody has the address {} ({}).", server.ip.to_string(), which),
        is_headless_ || node == nullptr
            ? "Who wrote that address down must correct it: a Pod has another one whenever "
              "it is replaced."
            : "Pods get a new address whenever they are replaced: ask for the name of a "
              "Service instead. It hears of the new one in a moment.");
  }
  if (!ask_way(from, host->node())) return false;
  if (!ask_policies_to(*host, server)) return false;
  if (!host->is_listening(server.port, protocol_)) return blame_silence(*host, server, which);
  note(fmt::format("{} listens on {}{}.", host->name(),
                   protocol_ == net::Protocol::tcp
                       ? std::string{}
                       : fmt::format("{} ", net::protocol_name(protocol_)),
                   server.to_string()));
  return ask_tls(*host, server);
}

bool Inquiry::blame_silence(const net::Host& host, const net::SocketAddress& server,
                            std::string_view which) {
  const std::string summary = fmt::format("No process of {} listens on {} ({}).", host.name(),
                                          port_text(server.port), which);
  for (const net::Protocol other : {net::Protocol::tcp, net::Protocol::udp, net::Protocol::sctp}) {
    if (other == protocol_ || !host.is_listening(server.port, other)) continue;
    return blame(
        Cause::nobody_listens, summary,
        fmt::format("It listens on {} port {}: ask by that protocol{}.", net::protocol_name(other),
                    server.port, is_by_rules_ ? ", and let the Service's port have it too" : ""));
  }
  std::vector<std::string> open;
  const doc::Value* const pod =
      host.kind() == net::HostKind::pod
          ? sources_.informers.of(api::ResourceId::pods).find(api::ObjectKey::parse(host.name()))
          : nullptr;
  if (pod != nullptr) {
    for (const api::Container container : api::Pod{*pod}.spec().containers()) {
      for (const api::ContainerPort port : container.ports()) {
        const auto number = static_cast<std::uint16_t>(port.container_port());
        if (host.is_listening(number, protocol_)) open.push_back(fmt::format("{}", number));
      }
    }
  }
  if (server.ip.is_loopback()) {
    return blame(
        Cause::nobody_listens, summary,
        "localhost is the client itself: ask for the name of a Service to reach another Pod.");
  }
  if (open.empty() && !is_by_rules_) {
    return blame(Cause::nobody_listens, summary,
                 "Ask for the port that the program opens, or let the program open that port.");
  }
  if (open.empty()) {
    return blame(
        Cause::nobody_listens, summary,
        "Let targetPort be the port that the program opens, or the program open that port.");
  }
  return blame(
      Cause::nobody_listens, summary,
      !is_by_rules_ && !is_headless_
          ? fmt::format("It listens on {}: ask for that port.", fmt::join(open, ", "))
      : is_headless_
          ? fmt::format("It listens on {}. DNS gives the address of the Pod itself, so "
                        "ask for the port on which it listens.",
                        fmt::join(open, ", "))
          : fmt::format("It listens on {}: let targetPort be that.", fmt::join(open, ", ")));
}

bool Inquiry::ask_way(const net::Node* from, const net::Node* to) {
  if (to != nullptr && !to->is_up()) {
    return blame(Cause::node_is_down, fmt::format("The node {} is off.", to->name()),
                 "Start the node; its Pods are replaced elsewhere after some minutes.");
  }
  if (from == to) return true;
  const net::Network& network = sources_.network;
  const bool is_cut = (from != nullptr && to != nullptr && network.link(*from, *to).cut) ||
                      (from != nullptr && network.node_link(*from).cut) ||
                      (to != nullptr && network.node_link(*to).cut) ||
                      (from == nullptr && to != nullptr && network.outside_link(*to).cut) ||
                      (to == nullptr && from != nullptr && network.outside_link(*from).cut);
  if (!is_cut) return true;
  return blame(Cause::network_is_cut,
               fmt::format("No packet gets from {} to {}: the network is cut.",
                           from != nullptr ? from->name() : "outside",
                           to != nullptr ? to->name() : "outside"),
               "Heal the link between them.");
}

}  // namespace rockpool::cluster
