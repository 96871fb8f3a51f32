// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/outline.h"

#include <doctest/doctest.h>

#include "web/app/cluster_session.h"

namespace rockpool::app {
namespace {

using namespace std::chrono_literals;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("the outline counts endpoints that are Pods and those that are not") {
  ClusterSession session{std::make_shared<web::ClusterHolder>(), newcomer_options()};
  const auto outline = [&session] { return outline_of(session.world(), session.traffic()); };
  // The API server is the one endpoint of its own Service, and no Pod.
  CHECK(has(outline(), "Service default/kubernetes: ClusterIP 10.96.0.1 443/TCP, 1 ready"));
  CHECK(has(outline(), "Service default/web: NodePort"));
  CHECK(has(outline(), ", 3 ready endpoints"));
  REQUIRE(session
              .apply("{apiVersion: v1, kind: Service, metadata: {name: byhand}, "
                     "spec: {ports: [{port: 80}]}}\n---\n"
                     "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4, "
                     "metadata: {name: byhand-1, labels: {kubernetes.io/service-name: byhand}}, "
                     "endpoints: [{addresses: [192.0.2.7]}, {addresses: [192.0.2.8], "
                     "conditions: {ready: false}}], ports: [{port: 80}]}")
              .ok);
  session.run_for(1s, [] { return true; });
  const std::string text = outline();
  const std::size_t line = text.find("Service default/byhand");
  REQUIRE(line != std::string::npos);
  CHECK(has(text.substr(line, text.find('\n', line) - line), ", 1 ready endpoints"));
}

TEST_CASE("the outline says what keeps a Pod from being ready") {
  ClusterSession session{std::make_shared<web::ClusterHolder>(), newcomer_options()};
  REQUIRE(
      session
          .apply("{apiVersion: v1, kind: Pod, metadata: {name: crash}, spec: {containers: "
                 "[{name: main, image: 'busybox:1.36', command: [sh, -c, 'exit 3']}]}}\n---\n"
                 "{apiVersion: v1, kind: Pod, metadata: {name: big}, spec: {containers: [{name: "
                 "main, image: 'busybox:1.36', resources: {requests: {cpu: '400'}}}]}}\n---\n"
                 "{apiVersion: v1, kind: Pod, metadata: {name: absent}, spec: {containers: "
                 "[{name: main, image: 'gcr.io/google-samples/hello-app:9.9'}]}}")
          .ok);
  session.run_for(60s, [] { return true; });
  const std::string text = outline_of(session.world(), session.traffic());
  const auto line = [&text](std::string_view pod) {
    const std::size_t at = text.find(pod);
    return at == std::string::npos ? std::string{} : text.substr(at, text.find('\n', at) - at);
  };
  CHECK(has(line("default/crash"), "CrashLoopBackOff"));
  CHECK(has(line("default/crash"), "(last run: Error, exit code 3)"));
  CHECK(has(line("default/big"), "Insufficient cpu"));
  CHECK(has(line("default/absent"), "hello-app:9.9"));
  CHECK_FALSE(has(line("default/web-"), "last run"));
}

}  // namespace
}  // namespace rockpool::app
