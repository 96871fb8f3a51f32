// SPDX-License-Identifier: Apache-2.0
//
// What NetworkPolicies let through.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/api/object.h"
#include "core/cluster/why/inquiry.h"

namespace rockpool::cluster {

using namespace doc::literals;

namespace {

const doc::Value* pod_of(client::Informers& informers, const net::Host* host) {
  if (host == nullptr || host->kind() != net::HostKind::pod) return nullptr;
  return informers.of(api::ResourceId::pods).find(api::ObjectKey::parse(host->name()));
}

std::string selector_text(const doc::Value& object) {
  std::vector<std::string> texts;
  for (const doc::Member& label : object["metadata"_key]["labels"_key].members()) {
    // Another one after every change of the Deployment.
    if (label.key.text() == "pod-template-hash") continue;
    texts.push_back(fmt::format("{}: {}", label.key.text(), label.value.to_string()));
  }
  // A selector without labels selects every Pod of the namespace.
  if (texts.empty()) return "{}";
  return fmt::format("{{matchLabels: {{{}}}}}", fmt::join(texts, ", "));
}

// The peer that a rule would have to name, in YAML's flow style.
std::string peer_text(client::Informers& informers, const net::Host* host,
                      const net::IpAddress& address, std::string_view own_namespace) {
  const doc::Value* const pod = pod_of(informers, host);
  if (pod == nullptr) {
    return fmt::format("ipBlock: {{cidr: {}/{}}}", address.to_string(), address.bit_length());
  }
  const std::string_view space = api::namespace_of(*pod);
  const std::string selector = fmt::format("podSelector: {}", selector_text(*pod));
  if (space == own_namespace) return selector;
  return fmt::format("{}, namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {}}}}}",
                     selector, space);
}

}  // namespace

bool Inquiry::ask_policies(const net::PolicyPacket& packet) {
  const auto denial = sources_.network.judge(packet);
  if (!denial) return true;
  const bool is_ingress = denial->direction == net::Direction::ingress;
  const net::IpAddress& other = is_ingress ? packet.source : packet.destination.ip;
  const std::string space = api::ObjectKey::parse(denial->pod).namespace_;
  const std::string_view protocol = net::protocol_name(packet.protocol.value_or(protocol_));
  return blame(
      Cause::policy_drops,
      fmt::format("The {} of {} is restricted by {}, and no rule of it allows {} port {} {} {}.",
                  net::direction_name(denial->direction), denial->pod,
                  fmt::join(denial->policies, ", "), protocol, packet.destination.port,
                  is_ingress ? "from" : "to", other.to_string()),
      fmt::format("Allow it: {}: [{{{}: [{{{}}}], ports: [{{protocol: {}, port: {}}}]}}] in a "
                  "NetworkPolicy in {} that selects the Pod.",
                  net::direction_name(denial->direction), is_ingress ? "from" : "to",
                  peer_text(sources_.informers, sources_.network.find_host(other), other, space),
                  protocol, packet.destination.port, space));
}

// As the packets are judged: see core/net/connection_dial.cpp.
bool Inquiry::ask_policies_to(const net::Host& receiver, const net::SocketAddress& server) {
  net::IpAddress source = client_.address();
  for (const net::IpAddress& address : client_.addresses()) {
    if (address.family() == server.ip.family()) source = address;
  }
  const bool is_masked = masquerading_node_ != nullptr && receiver.node() != masquerading_node_ &&
                         client_.kind() != net::HostKind::pod;
  return ask_policies({.protocol = protocol_,
                       .sender = masquerading_node_ == nullptr ? &client_ : nullptr,
                       .receiver = &receiver,
                       .source = is_masked ? masquerading_node_->host().address() : source,
                       .destination = server});
}

}  // namespace rockpool::cluster
