// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdlib>

#include "core/cluster/cluster.h"
#include "tools/bench.d/bench.h"

namespace rockpool::bench {
namespace {

std::string config_map(int number) {
  return fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap",)"
                     R"("metadata":{{"name":"c-{}"}},"data":{{"key":"value"}}}})",
                     number);
}

void create(Cluster& cluster, int count) {
  for (int number = 0; number < count; ++number) {
    const auto response = cluster.request(apiserver::make_request(
        "POST", "/api/v1/namespaces/default/configmaps", config_map(number)));
    if (response.status == 201) continue;
    fmt::print(stderr, "rockpool_bench: {}\n", response.body);
    std::exit(1);
  }
}

double creates_per_second() {
  Cluster cluster;
  constexpr int kCount = 50'000;
  return kCount / milliseconds([&] { create(cluster, kCount); }) * 1000;
}

double list_many() {
  Cluster cluster;
  create(cluster, 10'000);
  return milliseconds([&] {
    const auto response =
        cluster.request(apiserver::make_request("GET", "/api/v1/namespaces/default/configmaps"));
    if (response.body.size() < 1'000'000) std::exit(1);
  });
}

}  // namespace

std::vector<Benchmark> api_benchmarks() {
  return {
      {"API creates of small objects", "per second", 500'000, 150'000, 5, creates_per_second},
      {"list 10,000 objects as JSON", "ms", 20, 60, 5, list_many},
  };
}

}  // namespace rockpool::bench
