// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/endpoint_rows.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "web/app/cluster_session.h"

namespace rockpool::app {
namespace {

using namespace std::chrono_literals;

const ObjectRef kWeb{"Service", "default", "web"};

TEST_CASE("a Service's slice has its ready Pods with their nodes and ports") {
  ClusterSession session{std::make_shared<web::ClusterHolder>(), newcomer_options()};
  const std::vector<SliceRow> slices = session.slices(kWeb);
  REQUIRE(slices.size() == 1);
  CHECK(slices[0].address_type == "IPv4");
  CHECK(slices[0].ports.ends_with("/TCP"));
  CHECK(slices[0].managed_by == "endpointslice-controller.k8s.io");
  REQUIRE(slices[0].endpoints.size() == 3);
  for (const EndpointRow& endpoint : slices[0].endpoints) {
    CHECK(endpoint.ready);
    CHECK(endpoint.serving);
    CHECK(!endpoint.terminating);
    REQUIRE(endpoint.target.kind == "Pod");
    const PodItem* pod = session.world().pods.get("default/" + endpoint.target.name);
    REQUIRE(pod != nullptr);
    CHECK(endpoint.addresses == pod->ip);
    CHECK(endpoint.node == pod->node);
  }
  // The slice itself shows the same.
  REQUIRE(session.slices(slices[0].slice).size() == 1);
  CHECK(session.slices(slices[0].slice)[0].endpoints.size() == 3);
  CHECK(session.slices({"Service", "default", "nosuch"}).empty());
}

TEST_CASE("the endpoint of a Pod that is being stopped serves and terminates, but is not ready") {
  ClusterSession session{std::make_shared<web::ClusterHolder>(), newcomer_options()};
  REQUIRE(session
              .apply("{apiVersion: v1, kind: Pod, metadata: {name: slow, labels: {app: web}}, "
                     "spec: {containers: [{name: web, image: 'nginx:1.27', lifecycle: {preStop: "
                     "{sleep: {seconds: 20}}}}]}}")
              .ok);
  const auto endpoint = [&session]() -> std::optional<EndpointRow> {
    for (const SliceRow& slice : session.slices(kWeb)) {
      for (const EndpointRow& one : slice.endpoints) {
        if (one.target.name == "slow") return one;
      }
    }
    return std::nullopt;
  };
  for (int step = 0; step < 600 && !(endpoint() && endpoint()->ready); ++step) {
    session.run_for(100ms, [] { return true; });
  }
  REQUIRE(endpoint().has_value());
  REQUIRE(session.act(Action::Delete, {"Pod", "default", "slow"}).ok);
  for (int step = 0; step < 50 && endpoint() && !endpoint()->terminating; ++step) {
    session.run_for(100ms, [] { return true; });
  }
  REQUIRE(endpoint().has_value());
  CHECK(endpoint()->terminating);
  CHECK(endpoint()->serving);
  CHECK(!endpoint()->ready);
}

}  // namespace
}  // namespace rockpool::app
