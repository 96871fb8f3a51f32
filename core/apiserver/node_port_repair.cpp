// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/node_port_repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace rockpool::apiserver {
namespace {

using namespace doc::literals;

// How often a leak is seen before it is cleaned up, so that what is only on its way is left alone.
constexpr int kRoundsBeforeCleanup = 3;

// The node ports of a Service: one for all protocols that share it, and the same one again for each
// time that a protocol has it twice (collectServiceNodePorts).
std::vector<std::int64_t> node_ports_of(const doc::Value& service) {
  std::vector<std::int64_t> ports;
  std::map<std::int64_t, std::set<std::string_view>> seen;
  for (const doc::Value& port : service["spec"_key]["ports"_key].items()) {
    const std::int64_t number = port["nodePort"_key].as_int();
    if (number == 0) continue;
    std::set<std::string_view>& protocols = seen[number];
    const bool is_new = protocols.insert(port["protocol"_key].as_string()).second;
    if (protocols.size() == 1 || !is_new) ports.push_back(number);
  }
  const std::int64_t health = service["spec"_key]["healthCheckNodePort"_key].as_int();
  if (health == 0) return ports;
  const auto shared = seen.find(health);
  if (shared == seen.end() || shared->second.contains("TCP")) ports.push_back(health);
  return ports;
}

}  // namespace

std::vector<NodePortProblem> NodePortRepair::run(NodePortAllocator& ports,
                                                 const std::vector<doc::Value>& services) {
  std::vector<NodePortProblem> problems;
  std::set<std::int64_t> used;
  for (const doc::Value& service : services) {
    const auto tell = [&](std::string_view reason, std::string message) {
      problems.push_back({service, std::string{reason}, std::move(message)});
    };
    for (const std::int64_t port : node_ports_of(service)) {
      if (!ports.is_in_range(port)) {
        tell("PortOutOfRange",
             fmt::format("Port {} is not within the port range {}; please recreate service", port,
                         ports.range_text()));
      } else if (!used.insert(port).second) {
        tell("PortAlreadyAllocated",
             fmt::format("Port {} was assigned to multiple services; please recreate service",
                         port));
      } else {
        leaks_.erase(port);
        if (ports.allocate(port)) {
          tell("PortNotAllocated", fmt::format("Port {} is not allocated; repairing", port));
        }
      }
    }
  }
  for (const std::int64_t port : ports.allocated()) {
    if (used.contains(port)) continue;
    int& rounds_left = leaks_.try_emplace(port, kRoundsBeforeCleanup - 1).first->second;
    if (rounds_left-- > 0) continue;
    leaks_.erase(port);
    ports.release(port);
  }
  // What was given back meanwhile has not leaked; should it leak later, that is another leak.
  std::erase_if(leaks_, [&](const auto& leak) { return !ports.is_allocated(leak.first); });
  return problems;
}

}  // namespace rockpool::apiserver
