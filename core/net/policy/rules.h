// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/selector.h"
#include "core/doc/value.h"
#include "core/net/address.h"
#include "core/net/policy.h"

// What NetworkPolicies say, ready for packets (networking/v1 NetworkPolicySpec).
namespace rockpool::net::policy {

/// The other end of a packet, as a policy looks at it.
struct Peer {
  IpAddress address;
  /// Its namespace if it is a Pod with an address of its own, else empty: machines outside, nodes
  /// and Pods in their nodes' network are known by their addresses alone.
  std::string_view namespace_name;
  /// The Pod's labels and its namespace's; null for none.
  doc::Value labels;
  doc::Value namespace_labels;

  bool is_pod() const { return !namespace_name.empty(); }
};

/// Where a packet goes.
struct Target {
  /// Empty for ICMP.
  std::optional<Protocol> protocol = Protocol::tcp;
  std::uint16_t port = 0;
  /// The receiving Pod, whose containers' ports have names; null if it is none.
  const doc::Value* pod = nullptr;
};

/// `ports[]` of a rule.
struct PortMatch {
  Protocol protocol = Protocol::tcp;
  /// From the first to the last port; both 0 for all.
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  /// The name of a container port of the receiver instead.
  std::string name;

  /// True if the packet goes to such a port.
  bool matches(const Target& target) const;
};

/// `from[]` or `to[]` of a rule.
struct PeerMatch {
  /// Without one, the policy's own namespace.
  std::optional<api::LabelSelector> namespaces;
  /// Without one, all Pods of those namespaces.
  std::optional<api::LabelSelector> pods;
  /// Instead of the selectors: a range of addresses, and what is not of it.
  std::optional<Cidr> block;
  std::vector<Cidr> exceptions;

  /// True if the other end is such a one.
  bool matches(const Peer& peer, std::string_view policy_namespace) const;
};

/// One rule: allows what matches one of the ports and one of the peers.
struct Rule {
  /// None: all ports.
  std::vector<PortMatch> ports;
  /// None: everybody.
  std::vector<PeerMatch> peers;

  /// True if the rule lets the packet through.
  bool allows(const Peer& peer, const Target& target, std::string_view policy_namespace) const;
};

/// One NetworkPolicy. Never changes.
class Rules {
 public:
  /// Reads an object that has passed validation; parts that cannot be read match nothing.
  explicit Rules(const doc::Value& object);

  /// `namespace/name`.
  const std::string& name() const { return name_; }
  /// True if it is about Pods with those labels.
  bool selects(const doc::Value& labels) const { return selector_.matches(labels); }
  /// True if the Pods that it selects may do in that direction only what policies allow
  /// (`policyTypes`).
  bool isolates(Direction direction) const;
  /// True if a rule for that direction lets the packet through.
  bool allows(Direction direction, const Peer& peer, const Target& target) const;
  /// True if a port is given by its name, so that `Target::pod` matters.
  bool names_ports() const { return names_ports_; }

 private:
  std::string namespace_;
  std::string name_;
  api::LabelSelector selector_;
  bool isolates_ingress_ = false;
  bool isolates_egress_ = false;
  bool names_ports_ = false;
  std::vector<Rule> ingress_;
  std::vector<Rule> egress_;
};

}  // namespace rockpool::net::policy
