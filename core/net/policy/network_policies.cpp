// SPDX-License-Identifier: Apache-2.0
#include "core/net/policy/network_policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/api/object.h"
#include "core/api/views/pod.h"

namespace rockpool::net {

using namespace doc::literals;

NetworkPolicies::NetworkPolicies(Network& network, sim::Random random, PolicyOptions options)
    : network_{network}, random_{random}, options_{options} {
  network_.set_policy_filter(this);
}

NetworkPolicies::~NetworkPolicies() {
  if (network_.policy_filter() == this) network_.set_policy_filter(nullptr);
}

void NetworkPolicies::follow(client::Informers& informers) {
  const auto subscribe = [&](api::ResourceId kind, void (NetworkPolicies::*handler)(
                                                       const doc::Value*, const doc::Value*)) {
    client::Informer& informer = informers.of(kind);
    for (const auto& [key, object] : informer.objects()) (this->*handler)(nullptr, &object);
    return informer.subscribe([this, handler](const doc::Value* before, const doc::Value* after) {
      (this->*handler)(before, after);
    });
  };
  pods_informer_ = &informers.of(api::ResourceId::pods);
  namespace_subscription_ = subscribe(api::ResourceId::namespaces, &NetworkPolicies::on_namespace);
  policy_subscription_ = subscribe(api::ResourceId::networkpolicies, &NetworkPolicies::on_policy);
  pod_subscription_ = pods_informer_->subscribe(
      [this](const doc::Value* before, const doc::Value* after) { on_pod(before, after); });
}

void NetworkPolicies::on_policy(const doc::Value* before, const doc::Value* after) {
  const doc::Value& newest = after != nullptr ? *after : *before;
  const std::string namespace_name{api::namespace_of(newest)};
  auto& timeline = policies_[namespace_name];
  auto changed = timeline.latest() ? std::make_shared<PolicySet>(*timeline.latest())
                                   : std::make_shared<PolicySet>();
  const std::string name{api::name(newest)};
  policy_count_ -= changed->erase(name);
  if (after != nullptr) {
    changed->emplace(name, std::make_shared<const policy::Rules>(*after));
    ++policy_count_;
  }
  const sim::Time now = network_.loop().now();
  timeline.set(now, changed->empty() ? nullptr : std::move(changed));
  timeline.prune(horizon(), {});
  active_until_ = now + options_.propagation_delay + options_.propagation_spread;
  if (!timeline.latest()) retire(namespace_name);
}

// Forgets a namespace without policies once every agent knows that there are none.
void NetworkPolicies::retire(std::string_view namespace_name) {
  network_.loop().schedule(
      options_.propagation_delay + options_.propagation_spread + sim::Duration{1},
      [this, name = std::string{namespace_name}] {
        const auto found = policies_.find(name);
        if (found == policies_.end() || found->second.latest()) return;
        found->second.prune(horizon(), {});
        if (found->second.size() == 1) policies_.erase(found);
        if (!is_active()) pods_.clear();
      });
}

void NetworkPolicies::on_namespace(const doc::Value* before, const doc::Value* after) {
  const std::string name{api::name(after != nullptr ? *after : *before)};
  if (after == nullptr) {
    namespace_labels_.erase(name);
    return;
  }
  const doc::Value& labels = (*after)["metadata"_key]["labels"_key];
  auto& timeline = namespace_labels_[name];
  if (timeline.size() != 0 && timeline.latest() == labels) return;
  timeline.set(network_.loop().now(), labels);
  timeline.prune(horizon(), {});
}

// Only what agents must learn late is kept: labels, and that there is such a Pod.
void NetworkPolicies::on_pod(const doc::Value* before, const doc::Value* after) {
  if (!is_active()) {
    if (!pods_.empty()) pods_.clear();
    return;
  }
  const doc::Value& newest = after != nullptr ? *after : *before;
  if (after == nullptr) {
    pods_.erase(api::key_of(newest).to_string());
    return;
  }
  const api::Pod pod{*after};
  if (pod.ip().empty() || newest["spec"_key]["hostNetwork"_key].as_bool()) return;
  const doc::Value& labels = newest["metadata"_key]["labels"_key];
  const bool was_known = before != nullptr && !api::Pod{*before}.ip().empty();
  const doc::Value old_labels = was_known ? (*before)["metadata"_key]["labels"_key] : doc::Value{};
  if (was_known && old_labels == labels) return;
  auto [found, is_new] = pods_.try_emplace(api::key_of(newest).to_string());
  Pod& known = found->second;
  known.namespace_name = api::namespace_of(newest);
  if (is_new && was_known) known.facts.set(sim::Time::min(), {true, old_labels});
  // A new Pod may have been asked about before its address was in the API.
  if (!was_known) known.facts = {};
  known.facts.set(network_.loop().now(), {true, labels});
  known.facts.prune(horizon(), {});
}

sim::Time NetworkPolicies::horizon() const {
  return network_.loop().now() - options_.propagation_delay - options_.propagation_spread;
}

sim::Time NetworkPolicies::view_time(const Node& node) {
  if (extra_delays_.size() <= node.id()) extra_delays_.resize(node.id() + 1);
  std::optional<sim::Duration>& extra = extra_delays_[node.id()];
  if (!extra) {
    sim::Random random = random_.stream(fmt::format("delay/{}", node.name()));
    const auto bound = static_cast<std::uint64_t>(options_.propagation_spread.count());
    extra = sim::Duration{static_cast<std::int64_t>(random.below(bound + 1))};
  }
  return network_.loop().now() - options_.propagation_delay - *extra;
}

void NetworkPolicies::set_propagation(sim::Duration delay, sim::Duration spread) {
  options_.propagation_delay = delay;
  options_.propagation_spread = spread;
  extra_delays_.clear();
}

bool NetworkPolicies::is_active() const {
  return policy_count_ > 0 || network_.loop().now() <= active_until_;
}

const doc::Value* NetworkPolicies::pod_object(const Host& host) const {
  if (pods_informer_ == nullptr || host.kind() != HostKind::pod) return nullptr;
  const std::string& name = host.name();
  const std::size_t slash = name.find('/');
  return pods_informer_->find({name.substr(0, slash), name.substr(slash + 1)});
}

// The Pod of a host, from the API if it has not been asked about before; null for nodes, machines
// outside and Pods that are gone from the API.
NetworkPolicies::Pod* NetworkPolicies::find_pod(const Host& host) {
  if (host.kind() != HostKind::pod) return nullptr;
  const auto found = pods_.find(host.name());
  if (found != pods_.end()) return &found->second;
  const doc::Value* const object = pod_object(host);
  if (object == nullptr) return nullptr;
  Pod& pod = pods_[host.name()];
  pod.namespace_name = api::namespace_of(*object);
  const doc::Value& labels = (*object)["metadata"_key]["labels"_key];
  // One whose address the API does not have yet is known to nobody but its node.
  const bool is_known = !api::Pod{*object}.ip().empty();
  pod.facts.set(is_known ? sim::Time::min() : network_.loop().now(), {true, labels});
  return &pod;
}

const NetworkPolicies::Selection& NetworkPolicies::selection_of(Pod& pod, sim::Time view) {
  static const Selection kNone;
  const auto policies = policies_.find(pod.namespace_name);
  if (policies == policies_.end()) return kNone;
  const std::shared_ptr<const PolicySet>& present = policies->second.at(view);
  if (!present) return kNone;
  const PodFacts& seen = pod.facts.at(view);
  const doc::Value& labels = seen.is_known ? seen.labels : pod.facts.latest().labels;
  if (pod.selected_from == present && pod.selected_by.identical(labels)) {
    return pod.selection;
  }
  pod.selected_from = present;
  pod.selected_by = labels;
  pod.selection.clear();
  for (const auto& [name, rules] : *present) {
    if (rules->selects(labels)) pod.selection.push_back(rules);
  }
  return pod.selection;
}

bool NetworkPolicies::isolates(const Host& host) {
  Pod* const pod = find_pod(host);
  return pod != nullptr && !selection_of(*pod, view_time(*host.node())).empty();
}

std::vector<std::string> NetworkPolicies::policies_of(const Host& host) {
  std::vector<std::string> names;
  Pod* const pod = is_active() ? find_pod(host) : nullptr;
  if (pod == nullptr) return names;
  for (const auto& rules : selection_of(*pod, view_time(*host.node()))) {
    names.push_back(rules->name());
  }
  return names;
}

// Who has that address, as far as an agent knows at `view`.
policy::Peer NetworkPolicies::peer_at(const IpAddress& address, sim::Time view) {
  policy::Peer peer;
  peer.address = address;
  const Host* const host = network_.find_host(address);
  const Pod* const pod = host == nullptr ? nullptr : find_pod(*host);
  if (pod == nullptr) return peer;
  const PodFacts& facts = pod->facts.at(view);
  if (!facts.is_known) return peer;
  peer.namespace_name = pod->namespace_name;
  peer.labels = facts.labels;
  const auto labels = namespace_labels_.find(pod->namespace_name);
  if (labels != namespace_labels_.end()) peer.namespace_labels = labels->second.at(view);
  return peer;
}

std::optional<PolicyDenial> NetworkPolicies::judge_one(Direction direction, const Host& subject,
                                                       const IpAddress& peer,
                                                       const PolicyPacket& packet) {
  if (subject.has_address(peer)) return {};
  const Host& node = subject.node()->host();
  if (node.has_address(peer)) return {};
  Pod* const pod = find_pod(subject);
  if (pod == nullptr) return {};
  const sim::Time view = view_time(*subject.node());
  const Selection& selection = selection_of(*pod, view);
  if (selection.empty()) return {};
  policy::Target target{packet.protocol, packet.destination.port, nullptr};
  const Host* const receiver = network_.find_host(packet.destination.ip);
  const bool needs_names =
      std::ranges::any_of(selection, [](const auto& rules) { return rules->names_ports(); });
  if (needs_names && receiver != nullptr) target.pod = pod_object(*receiver);
  const policy::Peer other = peer_at(peer, view);
  PolicyDenial denial{direction, subject.name(), {}};
  for (const auto& rules : selection) {
    if (!rules->isolates(direction)) continue;
    if (rules->allows(direction, other, target)) return {};
    denial.policies.push_back(rules->name());
  }
  if (denial.policies.empty()) return {};
  return denial;
}

std::optional<PolicyDenial> NetworkPolicies::judge(const PolicyPacket& packet) {
  if (!is_active()) return {};
  if (packet.sender != nullptr && packet.sender->kind() == HostKind::pod) {
    auto denial = judge_one(Direction::egress, *packet.sender, packet.destination.ip, packet);
    if (denial) return denial;
  }
  if (packet.receiver != nullptr && packet.receiver->kind() == HostKind::pod) {
    return judge_one(Direction::ingress, *packet.receiver, packet.source, packet);
  }
  return {};
}

}  // namespace rockpool::net
