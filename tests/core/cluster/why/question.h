// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "core/cluster/cluster.h"
#include "core/cluster/why/why.h"

namespace rockpool::cluster {

using namespace std::chrono_literals;

inline constexpr std::string_view kWeb = R"(
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  nodeSelector: {kubernetes.io/hostname: node-1}
  containers:
  - name: web
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    args: [netexec, --http-port=8080]
    ports: [{name: http, containerPort: 8080}]
    readinessProbe: {httpGet: {path: /readyz, port: http}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: http, nodePort: 30080}]
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  nodeSelector: {kubernetes.io/hostname: node-2}
  containers: [{name: pause, image: "registry.k8s.io/pause:3.10"}]
)";

// What is applied besides, or instead, in each test, and where the requests come from.
struct Question {
  explicit Question(const ClusterOptions& options = {}) : cluster{options} {
    // agnhost has no /readyz: Pods would never become ready.
    std::string text{kWeb};
    text.replace(text.find("/readyz"), 7, "/hostname");
    apply(text);
    wait();
  }
  void apply(const std::string& text) {
    const auto applied = cluster.apply(text);
    REQUIRE_MESSAGE(applied, (applied ? "" : applied.error().status.message));
  }
  void wait(sim::Duration span = 10s) { cluster.run_for(span); }
  void fault(FaultKind kind, std::string target, std::string peer = {}) {
    Fault fault;
    fault.kind = kind;
    fault.target = std::move(target);
    fault.peer = std::move(peer);
    REQUIRE(cluster.fault(fault));
  }
  /// Without comparing with what happens: for what is no HTTP, or takes too long.
  Explanation explain(std::string url, std::string from = "pod/default/client",
                      std::string host = {}) {
    FetchOptions options;
    options.url = std::move(url);
    options.from = std::move(from);
    if (!host.empty()) options.headers.add("Host", host);
    const std::uint64_t before = cluster.digest();
    const auto explanation = cluster.explain(options);
    REQUIRE_MESSAGE(explanation, (explanation ? "" : explanation.error().message));
    CHECK(cluster.digest() == before);
    return *explanation;
  }
  Explanation ask(std::string url, std::string from = "pod/default/client") {
    FetchOptions options;
    options.url = std::move(url);
    options.from = std::move(from);
    const std::uint64_t before = cluster.digest();
    const auto explanation = cluster.explain(options);
    REQUIRE(explanation);
    CHECK(cluster.digest() == before);
    // The answer agrees with what really happens.
    options.timeout = 3s;
    const auto result = cluster.fetch(options);
    REQUIRE(result);
    CHECK_MESSAGE(result->ok() == (explanation->cause == Cause::none), explanation->summary);
    return *explanation;
  }

  Cluster cluster;
};

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace rockpool::cluster
