// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/pod_affinity.h"

#include <algorithm>

#include "core/api/object.h"

namespace rockpool::scheduler {
namespace {

using namespace doc::literals;

// How much another Pod's required affinity to this one counts when nodes are scored
// (hardPodAffinityWeight).
constexpr std::int64_t kHardAffinityWeight = 1;
constexpr std::int64_t kMaxScore = 100;

// The namespaces that a term is about: listed, selected, or the Pod's own.
std::vector<std::string> namespaces_of(const doc::Value& term, const api::Pod& pod,
                                       client::Informers& informers) {
  std::vector<std::string> names;
  for (const doc::Value& name : term["namespaces"_key].items()) names.push_back(name.to_string());
  const doc::Value& selector = term["namespaceSelector"_key];
  if (!selector.is_null()) {
    const auto parsed = api::LabelSelector::from_value(selector);
    for (const auto& [key, object] : informers.of(api::ResourceId::namespaces).objects()) {
      if (parsed && parsed->matches(api::labels(object))) names.push_back(key.name);
    }
  } else if (names.empty()) {
    names.emplace_back(pod.namespace_name());
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

// The term's selector, narrowed by the Pod's own values of matchLabelKeys and mismatchLabelKeys.
doc::Value narrowed_selector(const doc::Value& term, const api::Pod& pod) {
  doc::Value selector = term["labelSelector"_key];
  const auto narrow = [&](const doc::Value& keys, std::string_view op) {
    for (const doc::Value& key : keys.items()) {
      const doc::Value* value = pod.labels().find(key.as_string());
      if (value == nullptr) continue;
      selector.edit("matchExpressions"_key)
          .push_back(doc::Value::object({{"key"_key, key},
                                         {"operator"_key, op},
                                         {"values"_key, doc::Value::array({*value})}}));
    }
  };
  narrow(term["matchLabelKeys"_key], "In");
  narrow(term["mismatchLabelKeys"_key], "NotIn");
  return selector;
}

AffinityTerm parse_term(const doc::Value& term, const api::Pod& pod, client::Informers& informers,
                        std::int64_t weight) {
  return {.selector = api::LabelSelector::from_value(narrowed_selector(term, pod))
                          .value_or(api::LabelSelector::nothing()),
          .namespaces = namespaces_of(term, pod, informers),
          .topology_key = term["topologyKey"_key].to_string(),
          .weight = weight};
}

const doc::Value& terms_of(const api::Pod& pod, AffinityKind kind, doc::KnownKeyIndex which) {
  const doc::Value& affinity = pod.spec().affinity();
  const doc::Value& part = kind == AffinityKind::affinity ? affinity["podAffinity"_key]
                                                          : affinity["podAntiAffinity"_key];
  return part[which];
}

const doc::Value* domain_of(const doc::Value& node, std::string_view topology_key) {
  return api::labels(node).find(topology_key);
}

// Calls `visit(node, count)` for the nodes with Pods that the term is about.
template <typename Visit>
void for_each_match(Cache& cache, const AffinityTerm& term, Visit&& visit) {
  for (const std::string& namespace_ : term.namespaces) {
    for (const auto& [index, count] : cache.counts(namespace_, term.selector).by_node) {
      visit(index, count.all);
    }
  }
}

bool matches_all(const std::vector<AffinityTerm>& terms, const api::Pod& pod) {
  return std::ranges::all_of(terms, [&](const AffinityTerm& term) { return term.matches(pod); });
}

using DomainScores = std::map<std::pair<std::string, std::string>, std::int64_t>;

void add_score(DomainScores& scores, const doc::Value& node, const AffinityTerm& term,
               std::int64_t score) {
  const doc::Value* domain = domain_of(node, term.topology_key);
  if (domain != nullptr) scores[{term.topology_key, domain->to_string()}] += score;
}

// What the Pods that are there think of having this one near them.
void add_their_wishes(Cache& cache, const api::Pod& pod, client::Informers& informers,
                      DomainScores& scores) {
  for (const NodeIndex index : cache.affine_nodes()) {
    const NodeInfo& node = cache.node(index);
    for (const api::ObjectKey& key : node.affine_pods) {
      const api::Pod& other = cache.find_pod(key)->pod;
      for (AffinityTerm& term : required_terms(other, AffinityKind::affinity, informers)) {
        if (term.matches(pod)) add_score(scores, node.object, term, kHardAffinityWeight);
      }
      for (const AffinityTerm& term : preferred_terms(other, AffinityKind::affinity, informers)) {
        if (term.matches(pod)) add_score(scores, node.object, term, term.weight);
      }
      for (const AffinityTerm& term :
           preferred_terms(other, AffinityKind::anti_affinity, informers)) {
        if (term.matches(pod)) add_score(scores, node.object, term, -term.weight);
      }
    }
  }
}

}  // namespace

bool AffinityTerm::matches(const api::Pod& pod) const {
  return std::ranges::find(namespaces, pod.namespace_name()) != namespaces.end() &&
         selector.matches(pod.labels());
}

std::vector<AffinityTerm> required_terms(const api::Pod& pod, AffinityKind kind,
                                         client::Informers& informers) {
  std::vector<AffinityTerm> terms;
  for (const doc::Value& term :
       terms_of(pod, kind, "requiredDuringSchedulingIgnoredDuringExecution"_key).items()) {
    terms.push_back(parse_term(term, pod, informers, 0));
  }
  return terms;
}

std::vector<AffinityTerm> preferred_terms(const api::Pod& pod, AffinityKind kind,
                                          client::Informers& informers) {
  std::vector<AffinityTerm> terms;
  for (const doc::Value& term :
       terms_of(pod, kind, "preferredDuringSchedulingIgnoredDuringExecution"_key).items()) {
    terms.push_back(
        parse_term(term["podAffinityTerm"_key], pod, informers, term["weight"_key].as_int()));
  }
  return terms;
}

AffinityFilter::AffinityFilter(Cache& cache, const api::Pod& pod, client::Informers& informers)
    : affinity_{required_terms(pod, AffinityKind::affinity, informers)},
      anti_affinity_{required_terms(pod, AffinityKind::anti_affinity, informers)},
      matches_itself_{matches_all(affinity_, pod)} {
  const auto add = [](Domains& domains, const doc::Value& node, const std::string& key,
                      std::int64_t count) {
    const doc::Value* domain = domain_of(node, key);
    if (domain != nullptr && count > 0) domains[{key, domain->to_string()}] += count;
  };
  if (!affinity_.empty()) {
    // Only a Pod that matches all terms counts for any of them.
    for_each_match(cache, affinity_.front(), [&](NodeIndex index, std::int64_t) {
      const NodeInfo& node = cache.node(index);
      const auto count = std::ranges::count_if(node.pods, [&](const api::ObjectKey& key) {
        return matches_all(affinity_, cache.find_pod(key)->pod);
      });
      for (const AffinityTerm& term : affinity_) {
        add(near_, node.object, term.topology_key, count);
      }
    });
  }
  for (const AffinityTerm& term : anti_affinity_) {
    Domains& domains = far_.emplace_back();
    for_each_match(cache, term, [&](NodeIndex index, std::int64_t count) {
      add(domains, cache.node(index).object, term.topology_key, count);
    });
  }
  for (const NodeIndex index : cache.anti_affine_nodes()) {
    const NodeInfo& node = cache.node(index);
    for (const api::ObjectKey& key : node.anti_affine_pods) {
      const api::Pod& other = cache.find_pod(key)->pod;
      for (const AffinityTerm& term :
           required_terms(other, AffinityKind::anti_affinity, informers)) {
        if (term.matches(pod)) add(refused_, node.object, term.topology_key, 1);
      }
    }
  }
}

bool AffinityFilter::contains(const Domains& domains, const doc::Value& node,
                              const std::string& key) {
  const doc::Value* domain = domain_of(node, key);
  return domain != nullptr && domains.contains({key, domain->to_string()});
}

AffinityFilter::Verdict AffinityFilter::judge(const doc::Value& node) const {
  bool all_near = true;
  for (const AffinityTerm& term : affinity_) {
    if (domain_of(node, term.topology_key) == nullptr) return Verdict::lacks_neighbours;
    all_near = all_near && contains(near_, node, term.topology_key);
  }
  // The first of a group of Pods that want to be together may go anywhere.
  if (!all_near && !(near_.empty() && matches_itself_)) return Verdict::lacks_neighbours;
  for (std::size_t index = 0; index < anti_affinity_.size(); ++index) {
    if (contains(far_[index], node, anti_affinity_[index].topology_key)) {
      return Verdict::has_bad_neighbours;
    }
  }
  for (const auto& [domain, count] : refused_) {
    const doc::Value* value = domain_of(node, domain.first);
    if (value != nullptr && value->as_string() == domain.second) return Verdict::is_bad_neighbour;
  }
  return Verdict::fits;
}

std::vector<std::int64_t> affinity_scores(Cache& cache, const api::Pod& pod,
                                          client::Informers& informers,
                                          const std::vector<NodeIndex>& candidates) {
  DomainScores domains;
  const auto add_own = [&](AffinityKind kind, std::int64_t sign) {
    for (const AffinityTerm& term : preferred_terms(pod, kind, informers)) {
      for_each_match(cache, term, [&](NodeIndex index, std::int64_t count) {
        add_score(domains, cache.node(index).object, term, sign * term.weight * count);
      });
    }
  };
  add_own(AffinityKind::affinity, 1);
  add_own(AffinityKind::anti_affinity, -1);
  add_their_wishes(cache, pod, informers, domains);
  if (domains.empty()) return {};

  std::vector<std::int64_t> scores;
  for (const NodeIndex index : candidates) {
    std::int64_t sum = 0;
    for (const auto& [domain, score] : domains) {
      const doc::Value* value = domain_of(cache.node(index).object, domain.first);
      if (value != nullptr && value->as_string() == domain.second) sum += score;
    }
    scores.push_back(sum);
  }
  const auto [smallest, largest] = std::ranges::minmax(scores);
  for (std::int64_t& score : scores) {
    score = largest == smallest ? 0 : kMaxScore * (score - smallest) / (largest - smallest);
  }
  return scores;
}

}  // namespace rockpool::scheduler
