// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"
#include "core/scheduler/node_info.h"

// Which nodes are together, by each of the labels that Pods ask about.
namespace rockpool::scheduler {

/// A value of one topology label, as a small number.
using Domain = std::int32_t;
inline constexpr Domain kNoDomain = -1;

/// The domains of one topology label, e.g. the zones.
class Domains {
 public:
  explicit Domains(std::string topology_key) : topology_key_{std::move(topology_key)} {}

  /// The node's domain; `kNoDomain` if it lacks the label.
  Domain of(NodeIndex node) const {
    const auto place = static_cast<std::size_t>(node);
    return place < of_node_.size() ? of_node_[place] : kNoDomain;
  }
  /// All domains are less than this. Some may have no node any more.
  std::size_t limit() const { return by_value_.size(); }
  /// Notes the labels that a node has now.
  void set(NodeIndex node, const doc::Value& object);

 private:
  std::string topology_key_;
  std::map<std::string, Domain, std::less<>> by_value_;
  std::vector<Domain> of_node_;
};

/// The domains of all labels that were asked about. Finding a label of every candidate for every
/// Pod is most of what scoring costs in a large cluster; here each node's labels are read once for
/// every change of the node.
class Topology {
 public:
  /// `nodes` yields what is there when a label is asked about for the first time. Valid until
  /// `trim`.
  const Domains& domains(std::string_view topology_key,
                         const std::vector<std::unique_ptr<NodeInfo>>& nodes);
  void set(NodeIndex node, const doc::Value& object);
  /// Forgets what is known if it has become too much.
  void trim();
  void clear() { known_.clear(); }

 private:
  // More labels, or more values of a label than nodes can have, are those of former nodes.
  static constexpr std::size_t kMaxKeys = 64;
  static constexpr std::size_t kMaxDomains = 65'536;

  std::map<std::string, Domains, std::less<>> known_;
};

}  // namespace rockpool::scheduler
