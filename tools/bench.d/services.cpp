// SPDX-License-Identifier: Apache-2.0
// What Services cost: how fast changes reach the nodes' proxies, and that a Pod's change costs the
// same however large the cluster is.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/api/object.h"
#include "core/cluster/cluster.h"
#include "core/net/proxy.h"
#include "tools/bench.d/bench.h"

namespace rockpool::bench {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "rockpool_bench: {}\n", why);
  std::exit(1);
}

void must_apply(Cluster& cluster, const std::string& text) {
  if (const auto applied = cluster.apply(text); !applied) give_up(applied.error().status.message);
}

// A Service without a selector, and a slice of so many endpoints that somebody else keeps.
std::string service_with_slice(int number, int endpoints, int first_endpoint = 0) {
  std::string text = fmt::format(R"(
apiVersion: v1
kind: Service
metadata: {{name: s{0}}}
spec: {{ports: [{{port: 80}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: s{0}, labels: {{kubernetes.io/service-name: s{0}}}}}
addressType: IPv4
ports: [{{name: '', port: 8080}}]
endpoints:
)",
                                 number);
  for (int i = 0; i < endpoints; ++i) {
    const int host = number * endpoints + i + first_endpoint;
    text += fmt::format("- {{addresses: [10.{}.{}.{}]}}\n", 128 + (host >> 16 & 63),
                        host >> 8 & 255, host & 255);
  }
  return text;
}

net::SocketAddress address_of(Cluster& cluster, const std::string& service) {
  const doc::Value* const found =
      cluster.informers().of(api::ResourceId::services).find({"default", service});
  if (found == nullptr) give_up("the Service is missing");
  return {*net::IpAddress::parse((*found)["spec"]["clusterIP"].as_string()), 80};
}

// How long it takes until every node's proxy works by a change of a Service's endpoints.
double until_proxied_everywhere(int nodes) {
  constexpr int kChanges = 20;
  Cluster cluster{{.nodes = nodes}};
  must_apply(cluster, service_with_slice(1, 10));
  cluster.run_for(5s);
  const net::SocketAddress service = address_of(cluster, "s1");
  const net::SocketAddress client{net::IpAddress::v4(203, 0, 113, 7), 40'000};
  const sim::Duration delay = cluster.options().proxy_delay + cluster.options().proxy_delay_spread;
  double total = 0;
  for (int change = 1; change <= kChanges; ++change) {
    // All ten endpoints are others than before.
    const std::string text = service_with_slice(1, 10, 10 * change);
    const net::SocketAddress wanted{
        net::IpAddress::v4(10, 128, 0, 10).plus(static_cast<std::uint64_t>(10 * change)), 8080};
    total += milliseconds([&] {
      must_apply(cluster, text);
      cluster.run_for(delay);
      for (int i = 1; i <= nodes; ++i) {
        const net::Node& node = *cluster.network().find_node(fmt::format("node-{}", i));
        const net::Route route = cluster.proxy().route(node, net::Protocol::tcp, client, service);
        if (!route.port || !cluster.proxy().is_eligible(node, route, wanted)) {
          give_up("a proxy lags");
        }
      }
    });
  }
  return total / kChanges;
}

// Until 10,000 Services of 10 endpoints each are in the rules of a node.
double build_up() {
  constexpr int kServices = 10'000;
  constexpr int kEndpoints = 10;
  Cluster cluster;
  cluster.stop_recording();
  std::vector<std::string> texts;
  for (int i = 0; i < kServices; ++i) texts.push_back(service_with_slice(i, kEndpoints));
  return milliseconds([&] {
    for (const std::string& text : texts) must_apply(cluster, text);
    cluster.run_for(1s);
    std::size_t endpoints = 0;
    for (const auto& rule : cluster.proxy().rules(*cluster.network().find_node("node-1"))) {
      if (rule.service.starts_with("default/s")) endpoints += rule.for_cluster_ip().size();
    }
    if (endpoints != kServices * kEndpoints) give_up("rules are missing");
  });
}

constexpr int kPodsOfService = 50;
constexpr int kPodsOfNode = 100;

void start_pods(Cluster& cluster, int pods) {
  for (int i = 0; i < pods / kPodsOfService; ++i) {
    must_apply(cluster, fmt::format(R"(
apiVersion: apps/v1
kind: ReplicaSet
metadata: {{name: web-{0}}}
spec:
  replicas: {1}
  selector: {{matchLabels: {{app: web-{0}}}}}
  template:
    metadata: {{labels: {{app: web-{0}}}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{{name: web, image: 'registry.k8s.io/pause:3.10'}}]
---
apiVersion: v1
kind: Service
metadata: {{name: web-{0}}}
spec: {{selector: {{app: web-{0}}}, ports: [{{port: 80}}]}}
)",
                                    i, kPodsOfService));
  }
  const auto running = [&] {
    std::int64_t count = 0;
    for (const auto& [key, pod] : cluster.informers().of(api::ResourceId::pods).objects()) {
      if (api::is_condition_true(pod, "Ready")) ++count;
    }
    return count;
  };
  for (int i = 0; running() < pods; ++i) {
    if (i == 600) give_up("Pods do not become ready");
    cluster.run_for(10s);
  }
  cluster.run_for(10s);
}

// What it costs that one Pod is deleted, replaced, started, and routed to. The same time without
// any change, which grows with the nodes' heartbeats, does not count.
double cost_of_pod_change(int pods) {
  constexpr int kChanges = 200;
  constexpr sim::Duration kSpan = 50ms;
  Cluster cluster{{.nodes = std::max(3, pods / kPodsOfNode + 1)}};
  cluster.stop_recording();
  start_pods(cluster, pods);
  std::vector<std::string> targets;
  for (const auto& [key, pod] : cluster.informers().of(api::ResourceId::pods).objects()) {
    if (key.namespace_ == "default" && static_cast<int>(targets.size()) < kChanges) {
      targets.push_back("/api/v1/namespaces/default/pods/" + key.name);
    }
  }
  if (targets.empty()) give_up("there are no Pods");
  const auto settle = [&] { cluster.run_for(kSpan * kChanges + 10s); };
  const double idle = milliseconds(settle);
  const double busy = milliseconds([&] {
    for (const std::string& target : targets) {
      cluster.request(apiserver::make_request("DELETE", target));
      cluster.run_for(kSpan);
    }
    cluster.run_for(10s + kSpan * (kChanges - static_cast<int>(targets.size())));
  });
  return (busy - idle) / static_cast<double>(targets.size());
}

}  // namespace

std::vector<Benchmark> large_service_benchmarks() {
  return {
      {"one Pod's change in a cluster of 100,000 Pods", "ms", 0, 0, 1,
       [] { return cost_of_pod_change(100'000); }},
  };
}

std::vector<Benchmark> service_benchmarks() {
  return {
      {"endpoint change until proxied by 1 node", "ms", 0, 0, 3,
       [] { return until_proxied_everywhere(1); }},
      {"endpoint change until proxied by 100 nodes", "ms", 0, 0, 3,
       [] { return until_proxied_everywhere(100); }},
      {"endpoint change until proxied by 1,000 nodes", "ms", 0, 0, 3,
       [] { return until_proxied_everywhere(1000); }},
      {"10,000 Services of 10 endpoints until in the rules", "ms", 0, 0, 1, build_up},
      {"one Pod's change in a cluster of 100 Pods", "ms", 0, 0, 3,
       [] { return cost_of_pod_change(100); }},
      {"one Pod's change in a cluster of 1,000 Pods", "ms", 0, 0, 3,
       [] { return cost_of_pod_change(1'000); }},
      {"one Pod's change in a cluster of 10,000 Pods", "ms", 0, 0, 3,
       [] { return cost_of_pod_change(10'000); }},
  };
}

}  // namespace rockpool::bench
