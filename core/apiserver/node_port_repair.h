// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/apiserver/node_port_allocator.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// What a round of repair has to say of a Service: a Warning event's reason and message.
struct NodePortProblem {
  doc::Value service;
  std::string reason;
  std::string message;
};

/// Brings the record of node ports that are taken in line with the Services that there are
/// (pkg/registry/core/service/portallocator/controller): a Service's port that is not taken is
/// taken, and one that is taken but no Service's is given back in the third round in a row.
class NodePortRepair {
 public:
  /// Does one round with the Services in the order given. Returns what is wrong with them.
  std::vector<NodePortProblem> run(NodePortAllocator& ports,
                                   const std::vector<doc::Value>& services);

 private:
  // For how many more rounds a port that seems to have leaked is left alone.
  std::map<std::int64_t, int> leaks_;
};

}  // namespace rockpool::apiserver
