// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/api/selector.h"
#include "core/client/informer.h"
#include "core/scheduler/cache.h"

// Pods that want to be near others, or not (plugin InterPodAffinity).
namespace rockpool::scheduler {

/// One term: Pods of some namespaces that match a selector, in the same domain of a topology.
struct AffinityTerm {
  api::LabelSelector selector;
  std::vector<std::string> namespaces;
  std::string topology_key;
  /// Of preferred terms.
  std::int64_t weight = 0;

  /// True if the term means that Pod.
  bool matches(const api::Pod& pod) const;
};

/// What a Pod says of its neighbours: those it wants and those it does not.
enum class AffinityKind { affinity, anti_affinity };
std::vector<AffinityTerm> required_terms(const api::Pod& pod, AffinityKind kind,
                                         client::Informers& informers);
std::vector<AffinityTerm> preferred_terms(const api::Pod& pod, AffinityKind kind,
                                          client::Informers& informers);

/// Judges nodes by what the Pod requires of its neighbours and they of it.
class AffinityFilter {
 public:
  /// Why a node does not fit, if so.
  enum class Verdict { fits, lacks_neighbours, has_bad_neighbours, is_bad_neighbour };

  AffinityFilter() = default;
  /// Costs as much as there are Pods that the terms match, and Pods with anti-affinity.
  AffinityFilter(Cache& cache, const api::Pod& pod, client::Informers& informers);
  bool is_empty() const { return affinity_.empty() && anti_affinity_.empty() && refused_.empty(); }
  Verdict judge(const doc::Value& node) const;

 private:
  // A topology key and a domain of it.
  using Domain = std::pair<std::string, std::string>;
  using Domains = std::map<Domain, std::int64_t>;

  static bool contains(const Domains& domains, const doc::Value& node, const std::string& key);

  std::vector<AffinityTerm> affinity_;
  std::vector<AffinityTerm> anti_affinity_;
  // Where Pods are that match all affinity terms, and each anti-affinity term.
  Domains near_;
  std::vector<Domains> far_;
  // Where Pods are that refuse this one.
  Domains refused_;
  bool matches_itself_ = false;
};

/// Scores nodes by preferences about neighbours, this Pod's and theirs; from 0 to 100 for each
/// candidate, in their order. Empty if there are no preferences at all.
std::vector<std::int64_t> affinity_scores(Cache& cache, const api::Pod& pod,
                                          client::Informers& informers,
                                          const std::vector<NodeIndex>& candidates);

}  // namespace rockpool::scheduler
