// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/selector.h"
#include "core/client/informer.h"
#include "core/scheduler/cache.h"

// Keeping Pods apart by topology (plugin PodTopologySpread).
namespace rockpool::scheduler {

/// One constraint, its selector parsed.
struct SpreadConstraint {
  std::int64_t max_skew = 1;
  std::string topology_key;
  api::LabelSelector selector;
  /// The selector's text, by which counts are found.
  std::string selector_text;
  std::int64_t min_domains = 1;
  /// Whether nodes that the Pod does not select, or whose taints it does not tolerate, are left
  /// out.
  bool honors_affinity = true;
  bool honors_taints = false;
};

/// The Pod's constraints that are to be met (`DoNotSchedule`) or preferred (`ScheduleAnyway`).
std::vector<SpreadConstraint> spread_constraints(const api::Pod& pod,
                                                 std::string_view when_unsatisfiable);

/// What Pods without constraints of their own prefer: to be apart from others of the same Services
/// and ReplicaSet, by node (skew 3) and by zone (skew 5).
class DefaultSpread {
 public:
  /// `informers` must outlive it.
  explicit DefaultSpread(client::Informers& informers);
  /// The constraints of a Pod; empty for one that belongs to none. Pods of one ReplicaSet and with
  /// the same labels share the answer, until a Service changes.
  const std::vector<SpreadConstraint>& constraints(const api::Pod& pod);

 private:
  // The answers are forgotten when there are so many.
  static constexpr std::size_t kMaxKnown = 65'536;

  std::vector<SpreadConstraint> compute(const api::Pod& pod) const;

  client::Informers& informers_;
  client::Subscription services_;
  // By the uid of the controller and the hash of namespace and labels.
  std::map<std::pair<std::string, std::uint64_t>, std::vector<SpreadConstraint>> known_;
};

/// Judges nodes by the constraints that must be met.
class SpreadFilter {
 public:
  /// Why a node does not fit, if so.
  enum class Verdict { fits, skewed, lacks_label };

  SpreadFilter() = default;
  /// Counts the Pods in each domain, which takes a look at every node if there are constraints at
  /// all.
  SpreadFilter(Cache& cache, const api::Pod& pod);
  bool is_empty() const { return domains_.empty(); }
  Verdict judge(const doc::Value& node) const;

 private:
  struct Domains {
    SpreadConstraint constraint;
    bool matches_itself = false;
    std::int64_t smallest = 0;
    std::map<std::string, std::int64_t, std::less<>> counts;
  };
  std::vector<Domains> domains_;
};

/// Scores nodes by the constraints that are preferred.
class SpreadScore {
 public:
  SpreadScore() = default;
  /// `candidates` are the nodes to choose from.
  SpreadScore(Cache& cache, const api::Pod& pod, const PodNeeds& needs,
              DefaultSpread& default_spread, const std::vector<NodeIndex>& candidates);
  bool is_empty() const { return terms_.empty(); }
  /// From 0 to 100 for each candidate, in their order.
  std::vector<std::int64_t> scores(const std::vector<NodeIndex>& candidates) const;

 private:
  struct Term {
    SpreadConstraint constraint;
    bool is_by_node = false;
    // The more domains there are, the more a difference counts.
    double weight = 1;
    const PodCounts* by_node = nullptr;
    const Domains* domains = nullptr;
    // What the Pods in each domain add to the raw score of its nodes, as far as it has a candidate.
    // Not by host name: there each node is a domain for itself, and most have no Pods.
    std::vector<double> points;
    // What none add.
    double least_points = 0;

    double points_of(std::int64_t pods) const;
    double points_on(NodeIndex node, Domain domain) const;
  };

  // Whether a candidate is judged at all.
  bool has_all_labels(NodeIndex node) const;
  void count(Cache& cache, const api::Pod& pod, const PodNeeds& needs,
             const std::vector<NodeIndex>& candidates, Term& term) const;

  std::vector<Term> terms_;
  // Nodes without one of the labels are not judged: they get 0.
  bool requires_all_labels_ = false;
};

/// The natural logarithm, the same to the last bit on every platform. Requires x >= 1.
double stable_log(double x);

}  // namespace rockpool::scheduler
