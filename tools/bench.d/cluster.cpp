// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdlib>

#include "core/api/views/pod.h"
#include "core/cluster/cluster.h"
#include "tools/bench.d/bench.h"

namespace rockpool::bench {
namespace {

using namespace std::chrono_literals;
using namespace doc::literals;

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "rockpool_bench: {}\n", why);
  std::exit(1);
}

std::string web(int replicas) {
  return fmt::format(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: {}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
      - {{name: web, image: registry.k8s.io/e2e-test-images/agnhost:2.53, args: [netexec], ports: [{{containerPort: 8080}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  selector: {{app: web}}
  ports: [{{port: 80, targetPort: 8080}}]
)",
                     replicas);
}

// How many endpoints of the Service are ready in its slices.
std::size_t ready_endpoints(Cluster& cluster) {
  std::size_t ready = 0;
  for (const auto& [key, slice] :
       cluster.informers().of(api::ResourceId::endpointslices).objects()) {
    if (key.namespace_ != "default" || !key.name.starts_with("web-")) continue;
    for (const doc::Value& endpoint : slice["endpoints"_key].items()) {
      ready += endpoint["conditions"_key]["ready"_key].as_bool() ? 1 : 0;
    }
  }
  return ready;
}

void run_while(Cluster& cluster, const std::function<bool()>& unfinished) {
  for (int step = 0; unfinished(); ++step) {
    if (step > 100'000) give_up("the cluster does not settle");
    cluster.run_for(50ms);
  }
}

double until_dns_answers() {
  return milliseconds([] {
    Cluster cluster;
    run_while(cluster, [&] {
      std::size_t ready = 0;
      for (const auto& [key, slice] :
           cluster.informers().of(api::ResourceId::endpointslices).objects()) {
        if (!key.name.starts_with("kube-dns")) continue;
        for (const doc::Value& endpoint : slice["endpoints"_key].items()) {
          ready += endpoint["conditions"_key]["ready"_key].as_bool() ? 1 : 0;
        }
      }
      return ready == 0;
    });
    // Until every node's proxy knows.
    cluster.run_for(cluster.options().proxy_delay + cluster.options().proxy_delay_spread);
  });
}

double until_routed(int replicas, int nodes) {
  ClusterOptions options;
  options.nodes = nodes;
  Cluster cluster{options};
  cluster.run_for(30s);
  return milliseconds([&] {
    if (!cluster.apply(web(replicas))) give_up("the manifests were refused");
    run_while(cluster,
              [&] { return ready_endpoints(cluster) < static_cast<std::size_t>(replicas); });
    cluster.run_for(options.proxy_delay + options.proxy_delay_spread);
  });
}

double idle_hour() {
  Cluster cluster;
  cluster.run_for(1min);
  return milliseconds([&] { cluster.run_for(1h); });
}

}  // namespace

std::vector<Benchmark> cluster_benchmarks() {
  return {
      {"cluster of 3 nodes until DNS answers", "ms", 2, 30, 21, until_dns_answers},
      {"Deployment of 100 + Service until all are routed", "ms", 5, 15, 11,
       [] { return until_routed(100, 3); }},
      // More Pods than three nodes hold (110 each).
      {"Deployment of 1,000 + Service until all are routed", "ms", 50, 150, 5,
       [] { return until_routed(1000, 12); }},
      {"one idle hour of a 3-node cluster", "ms", 20, 60, 5, idle_hour},
  };
}

}  // namespace rockpool::bench
