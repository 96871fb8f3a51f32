// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "core/cluster/cluster.h"
#include "tools/bench.d/bench.h"

namespace rockpool::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kManifests = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: hashicorp/http-echo:1.0.0, args: [-text=hello, "-listen=:8080"], ports: [{containerPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Pod
metadata: {name: load}
spec:
  containers:
  - name: fortio
    image: fortio/fortio:1.69.5
    args: [load, -qps, "0", -c, "64", -t, "0", "-keepalive=%KEEPALIVE%", "http://web/"]
)";

// Counts requests as they finish.
class Counter : public net::Observer {
 public:
  void on_finished(const net::RequestSummary& request) override {
    ++(request.failure == net::FailureKind::none ? answered : failed);
  }
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
};

double requests_per_second(std::string_view keepalive,
                           net::proxy::ModeKind mode = net::proxy::ModeKind::userspace) {
  Cluster cluster{{.proxy_mode = mode}};
  std::string manifests{kManifests};
  constexpr std::string_view kMark = "%KEEPALIVE%";
  manifests.replace(manifests.find(kMark), kMark.size(), keepalive);
  if (!cluster.apply(manifests)) std::exit(1);
  cluster.run_for(30s);
  const auto counter = std::make_shared<Counter>();
  const auto subscription = cluster.observe(counter);
  const double began = wall_seconds();
  // Until there is enough to measure.
  while (counter->answered < 500'000) {
    const std::uint64_t before = counter->answered;
    cluster.run_for(1s);
    if (counter->answered > before) continue;
    fmt::print(stderr, "rockpool_bench: no requests are answered ({} failed)\n", counter->failed);
    std::exit(1);
  }
  return static_cast<double>(counter->answered) / (wall_seconds() - began);
}

}  // namespace

std::vector<Benchmark> traffic_benchmarks() {
  return {
      {"requests by Service name, 3 backends, kept connections", "per second", 1'500'000, 500'000,
       3, [] { return requests_per_second("true"); }},
      {"requests by Service name, 3 backends, new connections", "per second", 0, 0, 3,
       [] { return requests_per_second("false"); }},
      {"the same in the mode iptables", "per second", 0, 0, 3,
       [] { return requests_per_second("false", net::proxy::ModeKind::iptables); }},
      {"the same in the mode ipvs", "per second", 0, 0, 3,
       [] { return requests_per_second("false", net::proxy::ModeKind::ipvs); }},
      {"the same in the mode nftables", "per second", 0, 0, 3,
       [] { return requests_per_second("false", net::proxy::ModeKind::nftables); }},
  };
}

}  // namespace rockpool::bench
