// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/topology.h"

#include <algorithm>

#include "core/api/object.h"

namespace rockpool::scheduler {

void Domains::set(NodeIndex node, const doc::Value& object) {
  const auto place = static_cast<std::size_t>(node);
  const doc::Value* value = api::labels(object).find(topology_key_);
  if (place >= of_node_.size()) {
    if (value == nullptr) return;
    of_node_.resize(place + 1, kNoDomain);
  }
  of_node_[place] =
      value == nullptr
          ? kNoDomain
          : by_value_.try_emplace(value->to_string(), static_cast<Domain>(by_value_.size()))
                .first->second;
}

const Domains& Topology::domains(std::string_view topology_key,
                                 const std::vector<std::unique_ptr<NodeInfo>>& nodes) {
  const auto found = known_.find(topology_key);
  if (found != known_.end()) return found->second;
  Domains& domains = known_.emplace(topology_key, Domains{std::string{topology_key}}).first->second;
  for (std::size_t index = 0; index < nodes.size(); ++index) {
    domains.set(static_cast<NodeIndex>(index), nodes[index]->object);
  }
  return domains;
}

void Topology::set(NodeIndex node, const doc::Value& object) {
  for (auto& [key, domains] : known_) domains.set(node, object);
}

void Topology::trim() {
  const bool has_too_many = std::ranges::any_of(
      known_, [](const auto& entry) { return entry.second.limit() > kMaxDomains; });
  if (has_too_many || known_.size() > kMaxKeys) known_.clear();
}

}  // namespace rockpool::scheduler
