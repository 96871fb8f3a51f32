// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/client/informer.h"
#include "core/doc/value.h"
#include "core/net/network.h"
#include "core/net/policy.h"
#include "core/net/policy/rules.h"
#include "core/net/proxy/timeline.h"
#include "core/sim/random.h"

namespace rockpool::net {

/// How the agents of the network plugin run.
struct PolicyOptions {
  /// How long after a change of the API a node's agent works by it.
  sim::Duration propagation_delay = std::chrono::milliseconds{250};
  /// Each node is slower by a fixed part of this, drawn at random.
  sim::Duration propagation_spread = std::chrono::milliseconds{250};
};

/// The agents of all nodes that enforce NetworkPolicies, as a network plugin brings them.
///
/// Like the proxies they share one copy of what the API says, and look up the version that was
/// current when their delay began. A Pod's policies are found when its first packet is judged and
/// kept until its labels or its namespace's policies change; while there is no policy anywhere,
/// nothing is done for packets or Pods.
///
/// What the API leaves open is decided as the common plugins do:
/// - A Pod's own node is always let through in both directions, kubelets' probes with it (the
///   concept page, "What you can't do with network policies"), and a Pod that calls itself by way
///   of a Service is.
/// - Pods in their node's network are the node: no policy selects them, no selector finds them.
/// - Isolation of a new Pod holds from its first packet on; that others have been told of it takes
///   the delay.
class NetworkPolicies : public PolicyFilter {
 public:
  /// The network must outlive this. Installs itself as the network's filter.
  NetworkPolicies(Network& network, sim::Random random, PolicyOptions options = {});
  NetworkPolicies(const NetworkPolicies&) = delete;
  NetworkPolicies& operator=(const NetworkPolicies&) = delete;
  ~NetworkPolicies() override;

  /// Follows the policies, Namespaces and Pods of these informers, which must outlive their use
  /// here. Once only.
  void follow(client::Informers& informers);
  /// A NetworkPolicy, a Namespace or a Pod has changed: `before` is null for a new one, `after` for
  /// one that is gone. The first costs time proportional to the policies of its namespace, the
  /// others constant time; Pods only while there is a policy.
  void on_policy(const doc::Value* before, const doc::Value* after);
  void on_namespace(const doc::Value* before, const doc::Value* after);
  void on_pod(const doc::Value* before, const doc::Value* after);
  const PolicyOptions& options() const { return options_; }
  /// Changes how long changes take.
  void set_propagation(sim::Duration delay, sim::Duration spread);

  /// The names of the policies that select a Pod as its node's agent has them, `namespace/name`,
  /// sorted. Empty for what is no Pod with a network of its own.
  std::vector<std::string> policies_of(const Host& host);

  // PolicyFilter
  bool is_active() const override;
  bool isolates(const Host& host) override;
  std::optional<PolicyDenial> judge(const PolicyPacket& packet) override;

 private:
  // The policies of one namespace by name; never changes.
  using PolicySet = std::map<std::string, std::shared_ptr<const policy::Rules>, std::less<>>;
  using Selection = std::vector<std::shared_ptr<const policy::Rules>>;
  // What an agent knows of a Pod.
  struct PodFacts {
    bool is_known = false;
    doc::Value labels;
  };
  struct Pod {
    std::string namespace_name;
    proxy::Timeline<PodFacts> facts;
    // The policies that select it, and from what that was found out.
    std::shared_ptr<const PolicySet> selected_from;
    doc::Value selected_by;
    Selection selection;
  };

  void retire(std::string_view namespace_name);
  sim::Time horizon() const;
  sim::Time view_time(const Node& node);
  Pod* find_pod(const Host& host);
  const Selection& selection_of(Pod& pod, sim::Time view);
  policy::Peer peer_at(const IpAddress& address, sim::Time view);
  const doc::Value* pod_object(const Host& host) const;
  std::optional<PolicyDenial> judge_one(Direction direction, const Host& subject,
                                        const IpAddress& peer, const PolicyPacket& packet);

  Network& network_;
  sim::Random random_;
  PolicyOptions options_;
  client::Informer* pods_informer_ = nullptr;
  // By namespace. A namespace without policies has none here once every agent knows.
  std::map<std::string, proxy::Timeline<std::shared_ptr<const PolicySet>>, std::less<>> policies_;
  std::map<std::string, proxy::Timeline<doc::Value>, std::less<>> namespace_labels_;
  // By `namespace/name`, as hosts are named; only while there are policies.
  std::unordered_map<std::string, Pod> pods_;
  std::size_t policy_count_ = 0;
  // Until when an agent may still work by policies that are gone.
  sim::Time active_until_ = sim::Time::min();
  // By NodeId; drawn when first needed.
  std::vector<std::optional<sim::Duration>> extra_delays_;
  client::Subscription policy_subscription_;
  client::Subscription namespace_subscription_;
  client::Subscription pod_subscription_;
};

}  // namespace rockpool::net
