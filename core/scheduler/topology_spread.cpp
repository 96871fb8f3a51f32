// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/topology_spread.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/api/node_affinity.h"
#include "core/api/object.h"
#include "core/client/selection.h"

namespace rockpool::scheduler {
namespace {

using namespace doc::literals;

constexpr std::string_view kHostname = "kubernetes.io/hostname";
constexpr std::string_view kZone = "topology.kubernetes.io/zone";
constexpr std::int64_t kMaxScore = 100;

std::string namespace_of(const api::Pod& pod) {
  return std::string{pod.namespace_name()};
}

const doc::Value* domain_of(const doc::Value& node, std::string_view topology_key) {
  return api::labels(node).find(topology_key);
}

bool has_all_labels(const doc::Value& node, const std::vector<SpreadConstraint>& constraints) {
  return std::ranges::all_of(constraints, [&](const SpreadConstraint& constraint) {
    return domain_of(node, constraint.topology_key) != nullptr;
  });
}

// Whether a node's Pods count for the constraint.
bool counts_for(const SpreadConstraint& constraint, const api::Pod& pod, const doc::Value& node) {
  if (constraint.honors_affinity &&
      !api::required_node_affinity_matches(pod.spec().value(), node)) {
    return false;
  }
  return !constraint.honors_taints ||
         api::find_untolerated_taint(node["spec"_key]["taints"_key], pod.spec().tolerations(),
                                     {"NoSchedule", "NoExecute"})
             .is_null();
}

// The constraint's selector, narrowed by the Pod's own values of matchLabelKeys.
doc::Value narrowed_selector(const doc::Value& constraint, const api::Pod& pod) {
  doc::Value selector = constraint["labelSelector"_key];
  for (const doc::Value& key : constraint["matchLabelKeys"_key].items()) {
    const doc::Value* value = pod.labels().find(key.as_string());
    if (value != nullptr) selector.edit("matchLabels"_key).set(key.as_string(), *value);
  }
  return selector;
}

}  // namespace

double stable_log(double x) {
  // x = m * 2^e with m in [1, 2); ln m = 2 artanh((m-1)/(m+1)). Only operations that IEEE 754
  // defines exactly, in a fixed order.
  int exponent = 0;
  while (x >= 2) {
    x /= 2;
    ++exponent;
  }
  const double ratio = (x - 1) / (x + 1);
  const double square = ratio * ratio;
  constexpr int kTerms = 20;
  double sum = 0;
  for (int term = kTerms; term-- > 0;) sum = sum * square + 1.0 / (2 * term + 1);
  constexpr double kLn2 = 0.69314718055994530942;
  return 2 * ratio * sum + exponent * kLn2;
}

std::vector<SpreadConstraint> spread_constraints(const api::Pod& pod,
                                                 std::string_view when_unsatisfiable) {
  std::vector<SpreadConstraint> constraints;
  for (const doc::Value& value : pod.spec().topology_spread_constraints().items()) {
    if (value["whenUnsatisfiable"_key].as_string() != when_unsatisfiable) continue;
    auto selector = api::LabelSelector::from_value(narrowed_selector(value, pod))
                        .value_or(api::LabelSelector::nothing());
    std::string selector_text = selector.to_string();
    constraints.push_back({
        .max_skew = value["maxSkew"_key].as_int(1),
        .topology_key = value["topologyKey"_key].to_string(),
        .selector = std::move(selector),
        .selector_text = std::move(selector_text),
        .min_domains = value["minDomains"_key].as_int(1),
        .honors_affinity = value["nodeAffinityPolicy"_key].as_string("Honor") == "Honor",
        .honors_taints = value["nodeTaintsPolicy"_key].as_string("Ignore") == "Honor",
    });
  }
  return constraints;
}

DefaultSpread::DefaultSpread(client::Informers& informers)
    : informers_{informers},
      services_{informers.of(api::ResourceId::services)
                    .subscribe([this](const doc::Value*, const doc::Value*) { known_.clear(); })} {}

const std::vector<SpreadConstraint>& DefaultSpread::constraints(const api::Pod& pod) {
  if (known_.size() >= kMaxKnown) known_.clear();
  const std::uint64_t hash =
      doc::Value::array({doc::Value{pod.namespace_name()}, pod.labels()}).hash();
  const auto [found, is_new] =
      known_.try_emplace({std::string{api::controller_uid(pod.value())}, hash});
  if (is_new) found->second = compute(pod);
  return found->second;
}

// helper.DefaultSelector: what all Services that select the Pod and its own ReplicaSet demand.
std::vector<SpreadConstraint> DefaultSpread::compute(const api::Pod& pod) const {
  doc::Value labels;
  client::for_each_selecting(
      informers_.of(api::ResourceId::services), client::SelectorForm::labels, pod.namespace_name(),
      pod.labels(), [&labels](const doc::Value& service) {
        for (const doc::Member& pair : service["spec"_key]["selector"_key].members()) {
          labels.set(pair.key, pair.value);
        }
      });
  doc::Value selector;
  const auto owner = api::controller_of(pod.value());
  if (owner && owner->kind == "ReplicaSet") {
    const doc::Value* replica_set =
        informers_.of(api::ResourceId::replicasets).find({namespace_of(pod), owner->name});
    if (replica_set != nullptr) selector = (*replica_set)["spec"_key]["selector"_key];
  }
  for (const doc::Member& pair : labels.members()) {
    selector.edit("matchLabels"_key).set(pair.key, pair.value);
  }
  const auto parsed = api::LabelSelector::from_value(selector);
  if (!parsed || parsed->is_nothing() || parsed->is_everything()) return {};
  SpreadConstraint by_node;
  by_node.max_skew = 3;
  by_node.topology_key = kHostname;
  by_node.selector = *parsed;
  by_node.selector_text = parsed->to_string();
  SpreadConstraint by_zone = by_node;
  by_zone.max_skew = 5;
  by_zone.topology_key = kZone;
  return {std::move(by_node), std::move(by_zone)};
}

SpreadFilter::SpreadFilter(Cache& cache, const api::Pod& pod) {
  const std::vector<SpreadConstraint> constraints = spread_constraints(pod, "DoNotSchedule");
  for (const SpreadConstraint& constraint : constraints) {
    Domains domains;
    domains.constraint = constraint;
    domains.matches_itself = constraint.selector.matches(pod.labels());
    const PodCounts& pods =
        cache.counts(namespace_of(pod), constraint.selector, constraint.selector_text);
    for (const NodeIndex index : cache.order()) {
      const doc::Value& node = cache.node(index).object;
      if (!has_all_labels(node, constraints) || !counts_for(constraint, pod, node)) continue;
      const doc::Value* domain = domain_of(node, constraint.topology_key);
      std::int64_t& count = domains.counts[domain->to_string()];
      const auto found = pods.by_node.find(index);
      if (found != pods.by_node.end()) count += found->second.staying;
    }
    std::optional<std::int64_t> smallest;
    for (const auto& [domain, count] : domains.counts) {
      smallest = smallest ? std::min(*smallest, count) : count;
    }
    const bool too_few = static_cast<std::int64_t>(domains.counts.size()) < constraint.min_domains;
    domains.smallest = too_few ? 0 : smallest.value_or(0);
    domains_.push_back(std::move(domains));
  }
}

SpreadFilter::Verdict SpreadFilter::judge(const doc::Value& node) const {
  for (const Domains& domains : domains_) {
    const doc::Value* domain = domain_of(node, domains.constraint.topology_key);
    if (domain == nullptr) return Verdict::lacks_label;
    const auto found = domains.counts.find(domain->as_string());
    const std::int64_t count = found != domains.counts.end() ? found->second : 0;
    const std::int64_t skew = count + (domains.matches_itself ? 1 : 0) - domains.smallest;
    if (skew > domains.constraint.max_skew) return Verdict::skewed;
  }
  return Verdict::fits;
}

SpreadScore::SpreadScore(Cache& cache, const api::Pod& pod, const PodNeeds& needs,
                         DefaultSpread& default_spread, const std::vector<NodeIndex>& candidates) {
  std::vector<SpreadConstraint> constraints = spread_constraints(pod, "ScheduleAnyway");
  requires_all_labels_ = !constraints.empty();
  if (pod.spec().topology_spread_constraints().size() == 0) {
    constraints = default_spread.constraints(pod);
  }
  for (SpreadConstraint& constraint : constraints) {
    Term& term = terms_.emplace_back();
    term.is_by_node = constraint.topology_key == kHostname;
    term.by_node = &cache.counts(namespace_of(pod), constraint.selector, constraint.selector_text);
    term.domains = &cache.domains(constraint.topology_key);
    term.constraint = std::move(constraint);
  }
  for (Term& term : terms_) count(cache, pod, needs, candidates, term);
}

bool SpreadScore::has_all_labels(NodeIndex node) const {
  return std::ranges::all_of(terms_,
                             [&](const Term& term) { return term.domains->of(node) != kNoDomain; });
}

void SpreadScore::count(Cache& cache, const api::Pod& pod, const PodNeeds& needs,
                        const std::vector<NodeIndex>& candidates, Term& term) const {
  constexpr std::int64_t kNoCandidate = -1;
  std::size_t domain_count = 0;
  std::vector<std::int64_t> by_domain;
  if (!term.is_by_node) by_domain.assign(term.domains->limit(), kNoCandidate);
  for (const NodeIndex index : candidates) {
    if (requires_all_labels_ && !has_all_labels(index)) continue;
    if (term.is_by_node) {
      ++domain_count;
      continue;
    }
    const Domain domain = term.domains->of(index);
    if (domain == kNoDomain) continue;
    std::int64_t& pods = by_domain[static_cast<std::size_t>(domain)];
    if (pods == kNoCandidate) ++domain_count;
    pods = 0;
  }
  term.weight = stable_log(static_cast<double>(domain_count) + 2);
  term.least_points = term.points_of(0);
  // By host name every node counts for itself, whatever the policies say of the others.
  if (term.is_by_node) return;
  const bool asks_nodes =
      term.constraint.honors_taints || (term.constraint.honors_affinity && needs.selects_nodes);
  for (const auto& [index, count] : term.by_node->by_node) {
    const Domain domain = term.domains->of(index);
    if (domain == kNoDomain) continue;
    if (asks_nodes && !counts_for(term.constraint, pod, cache.node(index).object)) continue;
    std::int64_t& pods = by_domain[static_cast<std::size_t>(domain)];
    if (pods != kNoCandidate) pods += count.staying;
  }
  term.points.reserve(by_domain.size());
  for (const std::int64_t pods : by_domain) term.points.push_back(term.points_of(pods));
}

double SpreadScore::Term::points_of(std::int64_t pods) const {
  return static_cast<double>(pods) * weight + static_cast<double>(constraint.max_skew - 1);
}

double SpreadScore::Term::points_on(NodeIndex node, Domain domain) const {
  if (!is_by_node) return points[static_cast<std::size_t>(domain)];
  const auto found = by_node->by_node.find(node);
  return found == by_node->by_node.end() ? least_points : points_of(found->second.staying);
}

std::vector<std::int64_t> SpreadScore::scores(const std::vector<NodeIndex>& candidates) const {
  constexpr std::int64_t kIgnored = -1;
  std::vector<std::int64_t> raw;
  raw.reserve(candidates.size());
  std::int64_t smallest = INT64_MAX;
  std::int64_t largest = 0;
  for (const NodeIndex index : candidates) {
    double sum = 0;
    bool ignored = false;
    for (const Term& term : terms_) {
      const Domain domain = term.domains->of(index);
      if (domain == kNoDomain) {
        ignored = ignored || requires_all_labels_;
        continue;
      }
      sum += term.points_on(index, domain);
    }
    raw.push_back(ignored ? kIgnored : static_cast<std::int64_t>(std::floor(sum + 0.5)));
    if (ignored) continue;
    smallest = std::min(smallest, raw.back());
    largest = std::max(largest, raw.back());
  }
  for (std::int64_t& score : raw) {
    if (score == kIgnored) {
      score = 0;
    } else if (largest == 0) {
      score = kMaxScore;
    } else {
      score = kMaxScore * (largest + smallest - score) / largest;
    }
  }
  return raw;
}

}  // namespace rockpool::scheduler
