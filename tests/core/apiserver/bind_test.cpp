// SPDX-License-Identifier: Apache-2.0
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

TEST_CASE("a Binding assigns a Pod to a node, once") {
  Cluster cluster;
  cluster.expect(201, "POST", kPods, pod_manifest("p"));
  const std::string target = std::string{kPods} + "/p/binding";
  const std::string body =
      R"({"metadata":{"name":"p"},"target":{"apiVersion":"v1","kind":"Node","name":"node-1"}})";
  const Value status = cluster.expect(201, "POST", target, body);
  CHECK(status["status"_key].as_string() == "Success");
  const Value pod = cluster.expect(200, "GET", std::string{kPods} + "/p");
  CHECK(pod["spec"_key]["nodeName"_key].as_string() == "node-1");
  const Value& condition = pod["status"_key]["conditions"_key].at(0);
  CHECK(condition["type"_key].as_string() == "PodScheduled");
  CHECK(condition["status"_key].as_string() == "True");
  CHECK(condition.contains("lastProbeTime"_key));
  CHECK(condition["lastProbeTime"_key].is_null());
  CHECK(cluster.refusal(409, "POST", target, body) ==
        "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node "
        "\"node-1\"");
}

TEST_CASE("a Pod on its way out, gated or replaced is not assigned") {
  Cluster cluster;
  cluster.expect(201, "POST", kPods, R"({"metadata":{"name":"gated"},"spec":{
      "schedulingGates":[{"name":"a.io/b"}],"containers":[{"name":"c","image":"nginx"}]}})");
  CHECK(cluster.server.bind("default", "gated", "n").error().message ==
        "Operation cannot be fulfilled on pods/binding \"gated\": pod gated has non-empty "
        ".spec.schedulingGates");
  cluster.expect(201, "POST", kPods,
                 R"({"metadata":{"name":"going","finalizers":["a.io/x"]},"spec":{
      "containers":[{"name":"c","image":"nginx"}]}})");
  cluster.expect(200, "DELETE", std::string{kPods} + "/going");
  CHECK(
      cluster.server.bind("default", "going", "n").error().message ==
      "Operation cannot be fulfilled on pods/binding \"going\": pod going is being deleted, cannot "
      "be assigned to a host");
  cluster.expect(201, "POST", kPods, pod_manifest("p"));
  CHECK(cluster.server.bind("default", "p", "n", {.uid = "other", .resource_version = {}})
            .error()
            .code == 409);
  CHECK(cluster.server.bind("default", "none", "n").error().code == 404);
}

}  // namespace
}  // namespace rockpool::apiserver
