// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/outline.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "web/app/format.h"

namespace rockpool::app {
namespace {

// Beyond this many, Pods of a node are counted instead of named.
constexpr std::size_t kMostNamedPods = 40;

void outline_pods(std::string& text, const std::vector<const PodItem*>& pods) {
  if (pods.size() > kMostNamedPods) {
    std::map<std::string_view, std::size_t> counts;
    for (const PodItem* pod : pods) ++counts[health_name(pod->health)];
    for (const auto& [name, count] : counts) {
      fmt::format_to(std::back_inserter(text), "  {} Pods {}\n", count, name);
    }
    return;
  }
  for (const PodItem* pod : pods) {
    fmt::format_to(std::back_inserter(text), "  Pod {}/{}: {}, {}, {} restarts{}{}\n", pod->ns,
                   pod->name, pod->status, health_name(pod->health), pod->restarts,
                   pod->why.empty() ? "" : ": ", pod->why);
  }
}

}  // namespace

std::string outline_of(const World& world, const Traffic& traffic) {
  std::string text;
  std::map<std::string, std::vector<const PodItem*>> by_node;
  world.pods.each([&](Slot, const PodItem& pod) { by_node[pod.node].push_back(&pod); });
  for (auto& [node, pods] : by_node) {
    std::sort(pods.begin(), pods.end(), [](const PodItem* a, const PodItem* b) {
      return std::tie(a->ns, a->name) < std::tie(b->ns, b->name);
    });
  }
  std::map<std::string, const NodeItem*> nodes;
  world.nodes.each([&](Slot, const NodeItem& node) { nodes[node.name] = &node; });
  for (const auto& [name, node] : nodes) {
    fmt::format_to(std::back_inserter(text), "Node {}: {}{}\n", name, node->status,
                   node->powered ? "" : ", switched off");
    outline_pods(text, by_node[name]);
  }
  if (const auto waiting = by_node.find(""); waiting != by_node.end()) {
    text += "Waiting for a node:\n";
    outline_pods(text, waiting->second);
  }
  std::map<std::string, const ServiceItem*> services;
  world.services.each([&](Slot, const ServiceItem& service) {
    services[key_of_object(service.ns, service.name)] = &service;
  });
  for (const auto& [key, service] : services) {
    fmt::format_to(std::back_inserter(text), "Service {}: {} {} {}, {} ready endpoints", key,
                   service->type, service->cluster_ip, service->ports, service->ready_count());
    if (const ServiceTraffic* seen = traffic.service(key);
        seen != nullptr && seen->summary().requests > 0) {
      const ServiceTraffic::Summary summary = seen->summary();
      fmt::format_to(std::back_inserter(text), ", {} requests/s, {} succeeded",
                     number_text(summary.rate), percent_text(summary.success));
    }
    text += '\n';
  }
  return text;
}

}  // namespace rockpool::app
