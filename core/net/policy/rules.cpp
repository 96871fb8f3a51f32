// SPDX-License-Identifier: Apache-2.0
#include "core/net/policy/rules.h"

#include <algorithm>

#include "core/api/object.h"
#include "core/api/views/pod.h"

namespace rockpool::net::policy {

using namespace doc::literals;

namespace {

std::optional<api::LabelSelector> read_selector(const doc::Value& selector) {
  if (selector.is_null()) return {};
  return api::LabelSelector::from_value(selector).value_or(api::LabelSelector::nothing());
}

// A protocol that is not known here matches nothing, so the port is left out.
std::optional<PortMatch> read_port(const doc::Value& port) {
  const auto protocol = parse_protocol(port["protocol"_key].as_string());
  if (!protocol) return {};
  PortMatch match{.protocol = *protocol, .first = 0, .last = 0, .name = {}};
  const doc::Value& number = port["port"_key];
  if (number.is_string()) {
    match.name = number.as_string();
  } else if (!number.is_null()) {
    match.first = static_cast<std::uint16_t>(number.as_int());
    match.last = static_cast<std::uint16_t>(port["endPort"_key].as_int(number.as_int()));
  }
  return match;
}

std::optional<PeerMatch> read_peer(const doc::Value& peer) {
  PeerMatch match;
  const doc::Value& block = peer["ipBlock"_key];
  if (block.is_null()) {
    match.namespaces = read_selector(peer["namespaceSelector"_key]);
    match.pods = read_selector(peer["podSelector"_key]);
    return match;
  }
  match.block = Cidr::parse(block["cidr"_key].as_string());
  if (!match.block) return {};
  for (const doc::Value& exception : block["except"_key].items()) {
    if (const auto range = Cidr::parse(exception.as_string())) match.exceptions.push_back(*range);
  }
  return match;
}

Rule read_rule(const doc::Value& rule, doc::KnownKeyIndex peers) {
  Rule result;
  for (const doc::Value& port : rule["ports"_key].items()) {
    if (const auto match = read_port(port)) result.ports.push_back(*match);
  }
  for (const doc::Value& peer : rule[peers].items()) {
    if (auto match = read_peer(peer)) result.peers.push_back(std::move(*match));
  }
  return result;
}

// A rule all of whose ports or peers cannot be read must not allow everything.
bool is_readable(const Rule& rule, const doc::Value& object, doc::KnownKeyIndex peers) {
  return rule.ports.empty() == (object["ports"_key].size() == 0) &&
         rule.peers.empty() == (object[peers].size() == 0);
}

std::vector<Rule> read_rules(const doc::Value& rules, doc::KnownKeyIndex peers) {
  std::vector<Rule> result;
  for (const doc::Value& object : rules.items()) {
    Rule rule = read_rule(object, peers);
    if (is_readable(rule, object, peers)) result.push_back(std::move(rule));
  }
  return result;
}

// Named ports of the receiver: several containers may use one name for different protocols.
bool has_named_port(const doc::Value& pod, const PortMatch& match, std::uint16_t number) {
  const auto declares = [&](const api::Container& container) {
    return std::ranges::any_of(container.ports(), [&](const api::ContainerPort& port) {
      return port.name() == match.name && port.container_port() == number &&
             parse_protocol(port.protocol()) == match.protocol;
    });
  };
  const api::PodSpec spec = api::Pod{pod}.spec();
  return std::ranges::any_of(spec.containers(), declares) ||
         std::ranges::any_of(spec.init_containers(), [&](const api::Container& container) {
           return container.is_restartable_init() && declares(container);
         });
}

}  // namespace

bool PortMatch::matches(const Target& target) const {
  if (target.protocol != protocol) return false;
  if (!name.empty())
    return target.pod != nullptr && has_named_port(*target.pod, *this, target.port);
  return first == 0 || (first <= target.port && target.port <= last);
}

bool PeerMatch::matches(const Peer& peer, std::string_view policy_namespace) const {
  if (block) {
    return block->contains(peer.address) &&
           std::ranges::none_of(
               exceptions, [&](const Cidr& exception) { return exception.contains(peer.address); });
  }
  if (!peer.is_pod()) return false;
  const bool is_of_namespace = namespaces ? namespaces->matches(peer.namespace_labels)
                                          : peer.namespace_name == policy_namespace;
  return is_of_namespace && (!pods || pods->matches(peer.labels));
}

bool Rule::allows(const Peer& peer, const Target& target, std::string_view policy_namespace) const {
  const bool has_port = ports.empty() || std::ranges::any_of(ports, [&](const PortMatch& port) {
                          return port.matches(target);
                        });
  return has_port && (peers.empty() || std::ranges::any_of(peers, [&](const PeerMatch& match) {
                        return match.matches(peer, policy_namespace);
                      }));
}

Rules::Rules(const doc::Value& object)
    : namespace_{api::namespace_of(object)}, name_{api::key_of(object).to_string()} {
  const doc::Value& spec = object["spec"_key];
  // An absent podSelector is an empty one: the field is no pointer.
  if (const auto selector = read_selector(spec["podSelector"_key])) selector_ = *selector;
  for (const doc::Value& type : spec["policyTypes"_key].items()) {
    isolates_ingress_ = isolates_ingress_ || type.as_string() == "Ingress";
    isolates_egress_ = isolates_egress_ || type.as_string() == "Egress";
  }
  ingress_ = read_rules(spec["ingress"_key], "from"_key);
  egress_ = read_rules(spec["egress"_key], "to"_key);
  const auto has_name = [](const Rule& rule) {
    return std::ranges::any_of(rule.ports,
                               [](const PortMatch& port) { return !port.name.empty(); });
  };
  names_ports_ = std::ranges::any_of(ingress_, has_name) || std::ranges::any_of(egress_, has_name);
}

bool Rules::isolates(Direction direction) const {
  return direction == Direction::ingress ? isolates_ingress_ : isolates_egress_;
}

bool Rules::allows(Direction direction, const Peer& peer, const Target& target) const {
  if (!isolates(direction)) return false;
  return std::ranges::any_of(
      direction == Direction::ingress ? ingress_ : egress_,
      [&](const Rule& rule) { return rule.allows(peer, target, namespace_); });
}

}  // namespace rockpool::net::policy
