// SPDX-License-Identifier: Apache-2.0
//
// The recipe by which Pods come and go without a lost request — a readiness probe, a preStop hook
// that sleeps, and a grace period longer than both — in every proxy mode; and what is lost, and
// why, when one of its ingredients is left out.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/api/views/pod.h"
#include "core/cluster/cluster.h"
#include "core/cluster/why/explanation.h"
#include "core/doc/json.h"
#include "core/net/client.h"

namespace rockpool {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;
using net::proxy::ModeKind;

constexpr ModeKind kModes[] = {ModeKind::userspace, ModeKind::iptables, ModeKind::ipvs,
                               ModeKind::nftables};

enum class Missing { nothing, readiness_probe, pre_stop, grace };

std::string_view pre_stop(Missing missing) {
  if (missing == Missing::pre_stop) return "";
  // The API refuses a sleep that is longer than the grace period, but knows no program.
  if (missing == Missing::grace) return R"(lifecycle: {preStop: {exec: {command: [sleep, "10"]}}})";
  return "lifecycle: {preStop: {sleep: {seconds: 10}}}";
}

// A server that needs three seconds to start and four for some answers.
std::string manifest(Missing missing) {
  return fmt::format(
      R"(
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: {}
      containers:
      - name: web
        image: registry.k8s.io/e2e-test-images/agnhost:2.53
        command: [sh, -c, sleep 3; exec /agnhost netexec --http-port=8080]
        ports: [{{name: http, containerPort: 8080}}]
        {}
        {}
---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  type: NodePort
  selector: {{app: web}}
  ports: [{{port: 80, targetPort: 8080, nodePort: 30080}}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: web}}
spec: {{minAvailable: 2, selector: {{matchLabels: {{app: web}}}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: client}}
spec:
  nodeSelector: {{kubernetes.io/hostname: node-1}}
  containers: [{{name: pause, image: "registry.k8s.io/pause:3.10"}}]
)",
      missing == Missing::grace ? 1 : 30,
      missing == Missing::readiness_probe
          ? ""
          : "readinessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 1}",
      pre_stop(missing));
}

// A cluster in which clients inside and outside ask for quick and for slow answers all the time.
class Shop {
 public:
  explicit Shop(ModeKind mode, Missing missing = Missing::nothing)
      : cluster_{ClusterOptions{.proxy_mode = mode}} {
    REQUIRE(cluster_.apply(manifest(missing)));
    cluster_.run_for(40s);
    REQUIRE(ready_pods() == 3);
  }

  Cluster& cluster() { return cluster_; }

  // Lets time pass with twenty requests of each kind in every second.
  void trade(sim::Duration span) {
    const sim::Time end = cluster_.now() + span;
    for (int count = 0; cluster_.now() < end; ++count) {
      const bool is_outside = count % 2 == 1;
      const std::string host = is_outside ? "node-1:30080" : "web";
      const std::string path = count % 4 < 2 ? "hostname" : "shell?cmd=sleep%204";
      ask(is_outside ? "external" : "pod/default/client", fmt::format("http://{}/{}", host, path));
      cluster_.run_for(25ms);
    }
  }
  // Waits for the answers that are still to come.
  void close() {
    cluster_.run_for(40s);
    CHECK(asked_ == answered_ + lost_.size());
    CHECK(answered_ > 0);
  }

  void roll() {
    send("PATCH", "/apis/apps/v1/namespaces/default/deployments/web",
         R"({"spec":{"template":{"metadata":{"annotations":{"version":"2"}}}}})",
         "application/merge-patch+json");
  }
  void scale(int replicas) {
    send("PATCH", "/apis/apps/v1/namespaces/default/deployments/web/scale",
         fmt::format(R"({{"spec":{{"replicas":{}}}}})", replicas), "application/merge-patch+json");
  }
  // Empties a node as kubectl drain does, under traffic.
  void drain(const std::string& node) {
    send("PATCH", "/api/v1/nodes/" + node, R"({"spec":{"unschedulable":true}})",
         "application/merge-patch+json");
    for (int tries = 0; tries < 30; ++tries) {
      bool is_empty = true;
      for (const api::ObjectKey& key : pods_on(node)) {
        is_empty = false;
        send("POST",
             fmt::format("/api/v1/namespaces/{}/pods/{}/eviction", key.namespace_, key.name),
             fmt::format(
                 R"({{"apiVersion":"policy/v1","kind":"Eviction","metadata":{{"name":"{}"}}}})",
                 key.name));
      }
      if (is_empty) return;
      trade(5s);
    }
    FAIL("the node does not get empty");
  }

  std::size_t ready_pods() {
    std::size_t count = 0;
    for (const auto& [key, pod] : cluster_.informers().of(api::ResourceId::pods).objects()) {
      const bool is_web = api::label(pod, "app") == "web";
      if (is_web && api::Pod{pod}.is_ready() && !api::is_being_deleted(pod)) ++count;
    }
    return count;
  }
  std::set<std::string> web_pods() {
    std::set<std::string> names;
    for (const auto& [key, pod] : cluster_.informers().of(api::ResourceId::pods).objects()) {
      if (api::label(pod, "app") == "web") names.insert(key.name);
    }
    return names;
  }

  // What was lost, each with what `why` says.
  const std::vector<std::string>& lost() const { return lost_; }
  const std::map<cluster::Cause, int>& causes() const { return causes_; }

 private:
  void ask(const std::string& from, const std::string& url) {
    FetchOptions options;
    options.url = url;
    options.from = from;
    ++asked_;
    REQUIRE(cluster_.start_fetch(options, [this, options](const net::FetchResult& result) {
      if (result.ok() && result.outcome->status == 200) {
        ++answered_;
        return;
      }
      const auto explanation = cluster_.explain(options, result);
      REQUIRE(explanation);
      ++causes_[explanation->cause];
      lost_.push_back(fmt::format(
          "{} {}: {} ({})", sim::format_rfc3339_micro(cluster_.now()), options.url,
          result.ok() ? std::to_string(result.outcome->status)
                      : std::string{net::failure_kind_name(result.outcome.error().kind)},
          explanation->summary));
    }));
  }
  void send(std::string_view method, std::string path, std::string body,
            std::string type = "application/json") {
    cluster_.request(apiserver::make_request(method, std::move(path), std::move(body), type));
  }
  std::vector<api::ObjectKey> pods_on(const std::string& node) {
    std::vector<api::ObjectKey> keys;
    for (const auto& [key, pod] : cluster_.informers().of(api::ResourceId::pods).objects()) {
      if (api::Pod{pod}.node_name() == node) keys.push_back(key);
    }
    return keys;
  }

  Cluster cluster_;
  std::size_t asked_ = 0;
  std::size_t answered_ = 0;
  std::vector<std::string> lost_;
  std::map<cluster::Cause, int> causes_;
};

std::string text_of(const Shop& shop) {
  return fmt::format("{} lost, first: {}", shop.lost().size(),
                     shop.lost().empty() ? "" : shop.lost().front());
}

TEST_CASE("with the recipe a rolling update, a scale-down and a drain lose no request") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    {
      Shop shop{mode};
      const std::set<std::string> before = shop.web_pods();
      shop.trade(2s);
      shop.roll();
      shop.trade(40s);
      shop.close();
      CHECK_MESSAGE(shop.lost().empty(), text_of(shop));
      CHECK(shop.ready_pods() == 3);
      for (const std::string& name : shop.web_pods()) CHECK_FALSE(before.contains(name));
    }
    {
      Shop shop{mode};
      shop.trade(2s);
      shop.scale(1);
      shop.trade(20s);
      shop.close();
      CHECK_MESSAGE(shop.lost().empty(), text_of(shop));
      CHECK(shop.web_pods().size() == 1);
    }
    {
      Shop shop{mode};
      shop.trade(2s);
      shop.drain("node-2");
      shop.trade(5s);
      shop.drain("node-3");
      shop.trade(5s);
      shop.close();
      CHECK_MESSAGE(shop.lost().empty(), text_of(shop));
      CHECK(shop.ready_pods() == 3);
    }
  }
}

TEST_CASE("without one ingredient requests are lost, and why names which it was") {
  struct Row {
    Missing missing;
    cluster::Cause cause;
  };
  for (const ModeKind mode : kModes) {
    for (const Row& row : {Row{Missing::readiness_probe, cluster::Cause::taken_for_ready},
                           Row{Missing::pre_stop, cluster::Cause::stopped_too_soon},
                           Row{Missing::grace, cluster::Cause::killed_too_soon}}) {
      CAPTURE(net::proxy::mode_kind_name(mode));
      CAPTURE(cluster::cause_name(row.cause));
      Shop shop{mode, row.missing};
      shop.trade(2s);
      shop.roll();
      shop.trade(40s);
      shop.close();
      CHECK(shop.lost().size() > 0);
      for (const auto& [cause, count] : shop.causes()) {
        CHECK_MESSAGE(cause == row.cause, cluster::cause_name(cause), " ", count, " ",
                      text_of(shop));
      }
    }
  }
}

}  // namespace
}  // namespace rockpool
