// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdlib>
#ifndef __EMSCRIPTEN__
#include <sys/resource.h>
#endif

#include "core/api/object.h"
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

std::string web(int replicas, std::string_view name = "web", std::string_view ns = "default") {
  return fmt::format(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {1}, namespace: {2}}}
spec:
  replicas: {0}
  selector: {{matchLabels: {{app: {1}}}}}
  template:
    metadata: {{labels: {{app: {1}}}}}
    spec:
      containers:
      - {{name: web, image: registry.k8s.io/e2e-test-images/agnhost:2.53, args: [netexec], ports: [{{containerPort: 8080}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: {1}, namespace: {2}}}
spec:
  selector: {{app: {1}}}
  ports: [{{port: 80, targetPort: 8080}}]
)",
                     replicas, name, ns);
}

// Counts the endpoints that are ready in the slices of Services whose names begin with a prefix, as
// they change: looking at all of them again and again would be measured too.
class ReadyEndpoints {
 public:
  ReadyEndpoints(Cluster& cluster, std::string_view prefix)
      : prefix_{prefix},
        subscription_{cluster.informers()
                          .of(api::ResourceId::endpointslices)
                          .subscribe([this](const doc::Value* before, const doc::Value* after) {
                            count_ += count(after) - count(before);
                          })} {}
  std::int64_t get() const { return count_; }

 private:
  std::int64_t count(const doc::Value* slice) const {
    if (slice == nullptr || !api::name(*slice).starts_with(prefix_)) return 0;
    std::int64_t ready = 0;
    for (const doc::Value& endpoint : (*slice)["endpoints"_key].items()) {
      ready += endpoint["conditions"_key]["ready"_key].as_bool() ? 1 : 0;
    }
    return ready;
  }

  std::string_view prefix_;
  std::int64_t count_ = 0;
  client::Subscription subscription_;
};

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
    const ReadyEndpoints ready{cluster, "web-"};
    run_while(cluster, [&] { return ready.get() < replicas; });
    cluster.run_for(options.proxy_delay + options.proxy_delay_spread);
  });
}

// Upstream's limits: 5,000 nodes, 150,000 Pods, 10,000 Services.
double until_large_cluster_settles() {
  constexpr int kNamespaces = 1000;
  constexpr int kServicesEach = 10;
  constexpr int kReplicas = 15;
  ClusterOptions options;
  options.nodes = 5000;
  Cluster cluster{options};
  cluster.run_for(30s);
  return milliseconds([&] {
           const ReadyEndpoints ready{cluster, "web-"};
           for (int space = 0; space < kNamespaces; ++space) {
             const std::string ns = fmt::format("space-{}", space);
             std::string text =
                 fmt::format("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {}}}\n", ns);
             for (int service = 0; service < kServicesEach; ++service) {
               text += "---" + web(kReplicas, fmt::format("web-{}", service), ns);
             }
             if (!cluster.apply(text)) give_up("the manifests were refused");
           }
           run_while(cluster,
                     [&] { return ready.get() < kNamespaces * kServicesEach * kReplicas; });
           cluster.run_for(options.proxy_delay + options.proxy_delay_spread);
         }) /
         1000;
}

double peak_memory() {
#ifdef __EMSCRIPTEN__
  // It never shrinks.
  constexpr double kPage = 65536;
  return kPage * static_cast<double>(__builtin_wasm_memory_size(0)) / (1 << 30);
#else
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  // In KiB on Linux.
  return static_cast<double>(usage.ru_maxrss) / (1 << 20);
#endif
}

double idle_hour() {
  Cluster cluster;
  cluster.run_for(1min);
  return milliseconds([&] { cluster.run_for(1h); });
}

}  // namespace

std::vector<Benchmark> large_benchmarks() {
  return {
      {"5,000 nodes, 150,000 Pods, 10,000 Services until all are routed", "s", 20, 60, 1,
       until_large_cluster_settles},
      {"the most memory that this took", "GiB", 2, 2, 1, peak_memory},
  };
}

std::vector<Benchmark> cluster_benchmarks() {
  return {
      {"cluster of 3 nodes until DNS answers", "ms", 2, 30, 21, until_dns_answers},
      // Often enough that most runs are of code that V8 has optimised.
      {"Deployment of 100 + Service until all are routed", "ms", 5, 15, 61,
       [] { return until_routed(100, 3); }},
      // More Pods than three nodes hold (110 each).
      {"Deployment of 1,000 + Service until all are routed", "ms", 50, 150, 5,
       [] { return until_routed(1000, 12); }},
      {"one idle hour of a 3-node cluster", "ms", 20, 60, 5, idle_hour},
  };
}

}  // namespace rockpool::bench
