// SPDX-License-Identifier: Apache-2.0
// `rockpool serve` as clients see it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "tools/bench.d/bench.h"
#include "tools/bench.d/served_posix.h"

namespace rockpool::bench {
namespace {

constexpr std::string_view kConfigMaps = "/api/v1/namespaces/default/configmaps";
constexpr std::string_view kPods = "/api/v1/namespaces/default/pods";

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "rockpool_bench: {}\n", why);
  std::exit(1);
}

std::string config_map(int number) {
  return fmt::format(R"({{"metadata":{{"name":"c-{}"}},"data":{{"key":"value"}}}})", number);
}

std::string pod(int number) {
  return fmt::format(R"({{"metadata":{{"name":"p-{}","labels":{{"app":"web"}}}},)"
                     R"("spec":{{"containers":[{{"name":"main","image":"nginx:1.27",)"
                     R"("ports":[{{"containerPort":80}}]}}]}}}})",
                     number);
}

// From that many connections, each waiting for its answer.
void create(const Served& server, std::string_view target, std::string (*object)(int), int count) {
  constexpr int kConnections = 8;
  std::vector<Client> clients;
  for (int index = 0; index < kConnections; ++index) clients.emplace_back(server);
  for (int number = 0; number < count; number += kConnections) {
    for (int index = 0; index < kConnections; ++index) {
      clients[static_cast<std::size_t>(index)].send("POST", target, object(number + index));
    }
    for (Client& client : clients) {
      if (client.receive() != 201) give_up("an object was refused");
    }
  }
}

double creates_per_second() {
  const Served server;
  constexpr int kCount = 20'000;
  return kCount / milliseconds([&] { create(server, kConfigMaps, config_map, kCount); }) * 1000;
}

double list_pods() {
  // Without nodes nothing else is done meanwhile.
  const Served server{{"--nodes", "0"}};
  create(server, kPods, pod, 10'000);
  Client client{server};
  return milliseconds([&] {
    client.send("GET", kPods);
    if (client.receive() != 200 || client.body_bytes() < 10'000'000) give_up("not all are listed");
  });
}

double events_per_second() {
  constexpr int kWatchers = 200;
  constexpr int kWrites = 2000;
  const Served server;
  std::vector<Client> watchers;
  for (int index = 0; index < kWatchers; ++index) {
    watchers.emplace_back(server).send("GET", fmt::format("{}?watch=true", kConfigMaps));
    // The ConfigMap that every namespace has.
    while (watchers.back().receive_lines(1000) == 0) {
    }
  }
  std::size_t missing = std::size_t{kWatchers} * kWrites;
  const double all = static_cast<double>(missing);
  const double took = milliseconds([&] {
    // What watchers do not read yet waits for them.
    std::thread writer{[&] { create(server, kConfigMaps, config_map, kWrites); }};
    while (missing > 0) {
      for (Client& watcher : watchers) missing -= watcher.receive_lines(1);
    }
    writer.join();
  });
  return all / took * 1000;
}

double until_first_answer() {
  return milliseconds([] {
    const Served server;
    Client client{server};
    client.send("GET", "/api/v1/nodes");
    if (client.receive() != 200) give_up("no nodes");
  });
}

// Runs `kubectl get nodes` with nothing in its cache, as with every cluster that it has not seen.
// tools/bench says where kubectl is.
double kubectl_milliseconds(const Served& server) {
  const char* kubectl = std::getenv("ROCKPOOL_KUBECTL");
  const std::string cache =
      std::filesystem::temp_directory_path() / fmt::format("rockpool-bench-{}", server.port());
  const double took = milliseconds([&] {
    const int status = run_command({kubectl != nullptr ? kubectl : "kubectl",
                                    fmt::format("--server=http://127.0.0.1:{}", server.port()),
                                    "--cache-dir=" + cache, "get", "nodes"});
    if (status != 0) give_up("kubectl get nodes failed");
  });
  std::filesystem::remove_all(cache);
  return took;
}

// How much longer it takes from the server's start on than with one that has run for a while.
double until_kubectl_answers() {
  constexpr int kTries = 8;
  const Served warm;
  double own = kubectl_milliseconds(warm);
  double all = 1e9;
  for (int count = 0; count < kTries; ++count) {
    own = std::min(own, kubectl_milliseconds(warm));
    all = std::min(all, milliseconds([] {
                     const Served server;
                     kubectl_milliseconds(server);
                   }));
  }
  return all - own;
}

double idle_memory() {
  const Served server;
  std::this_thread::sleep_for(std::chrono::seconds{3});
  return server.resident_megabytes();
}

}  // namespace

std::vector<Benchmark> serve_benchmarks() {
  return {
      {"HTTP creates of small objects, 8 connections", "per second", 0, 0, 3, creates_per_second},
      {"list 10,000 Pods over HTTP", "ms", 0, 0, 3, list_pods},
      {"events to 200 watchers over HTTP", "per second", 0, 0, 3, events_per_second},
      {"process start to first HTTP answer", "ms", 0, 0, 5, until_first_answer},
      {"process start to first `kubectl get nodes`, beyond its own", "ms", 50, 0, 1,
       until_kubectl_answers},
      {"resident memory of an idle server", "MB", 20, 0, 3, idle_memory},
  };
}

}  // namespace rockpool::bench
