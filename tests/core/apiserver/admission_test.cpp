// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/admission/admission.h"

#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

TEST_CASE("a Pod gets a service account, its token, priorities and tolerations") {
  Cluster cluster;
  const Value pod = cluster.expect(201, "POST", kPods, pod_manifest("p"));
  const Value& spec = pod["spec"_key];
  CHECK(spec["serviceAccountName"_key].as_string() == "default");
  CHECK(spec["serviceAccount"_key].as_string() == "default");
  REQUIRE(spec["volumes"_key].size() == 1);
  const Value& volume = spec["volumes"_key].at(0);
  CHECK(volume["name"_key].as_string().starts_with("kube-api-access-"));
  CHECK(volume["projected"_key]["sources"_key].size() == 3);
  const Value& mount = spec["containers"_key].at(0)["volumeMounts"_key].at(0);
  CHECK(mount["name"_key] == volume["name"_key]);
  CHECK(mount["mountPath"_key].as_string() == "/var/run/secrets/kubernetes.io/serviceaccount");
  CHECK(spec["priority"_key].as_int(-1) == 0);
  CHECK(spec["preemptionPolicy"_key].as_string() == "PreemptLowerPriority");
  REQUIRE(spec["tolerations"_key].size() == 2);
  CHECK(spec["tolerations"_key].at(0)["key"_key].as_string() == "node.kubernetes.io/not-ready");
  CHECK(spec["tolerations"_key].at(1)["tolerationSeconds"_key].as_int() == 300);
  CHECK(pod["status"_key]["phase"_key].as_string() == "Pending");
  CHECK(pod["status"_key]["qosClass"_key].as_string() == "BestEffort");
  CHECK(pod["metadata"_key]["generation"_key].as_int() == 1);
}

TEST_CASE("a Pod's own wishes are kept") {
  Cluster cluster;
  const Value pod = cluster.expect(201, "POST", kPods, R"({"metadata":{"name":"p"},"spec":{
      "automountServiceAccountToken":false,"priorityClassName":"system-node-critical",
      "tolerations":[{"operator":"Exists"}],"containers":[{"name":"c","image":"nginx"}]}})");
  CHECK(pod["spec"_key]["volumes"_key].is_null());
  CHECK(pod["spec"_key]["priority"_key].as_int() == 2'000'001'000);
  CHECK(pod["spec"_key]["tolerations"_key].size() == 1);
}

TEST_CASE("what a Pod cannot have is forbidden") {
  Cluster cluster;
  const auto refuse = [&](std::string_view member) {
    return cluster.refusal(403, "POST", kPods,
                           fmt::format(R"({{"metadata":{{"name":"p"}},"spec":{{{},"containers":[)"
                                       R"({{"name":"c","image":"nginx"}}]}}}})",
                                       member));
  };
  CHECK(refuse(R"("serviceAccountName":"robot")") ==
        "pods \"p\" is forbidden: error looking up service account default/robot: serviceaccount "
        "\"robot\" not found");
  CHECK(refuse(R"("priorityClassName":"gold")") ==
        "pods \"p\" is forbidden: no PriorityClass with name gold was found");
  CHECK(refuse(R"("priority":7)") ==
        "pods \"p\" is forbidden: the integer value of priority (7) must not be provided in pod "
        "spec; priority admission controller computed 0 from the given PriorityClass name");
}

TEST_CASE("the account's image pull secrets and wish not to be mounted are the Pod's") {
  Cluster cluster;
  cluster.expect(201, "POST", "/api/v1/namespaces/default/serviceaccounts",
                 R"({"metadata":{"name":"robot"},"automountServiceAccountToken":false,)"
                 R"("imagePullSecrets":[{"name":"registry"}]})");
  const Value pod = cluster.expect(201, "POST", kPods, R"({"metadata":{"name":"p"},"spec":{
      "serviceAccountName":"robot","containers":[{"name":"c","image":"nginx"}]}})");
  CHECK(pod["spec"_key]["imagePullSecrets"_key].at(0)["name"_key].as_string() == "registry");
  CHECK(pod["spec"_key]["volumes"_key].is_null());
}

TEST_CASE("a new node takes no Pods until it was seen ready") {
  Cluster cluster;
  const Value node = cluster.expect(201, "POST", "/api/v1/nodes", R"({"metadata":{"name":"n"}})");
  const Value& taint = node["spec"_key]["taints"_key].at(0);
  CHECK(taint["key"_key].as_string() == "node.kubernetes.io/not-ready");
  CHECK(taint["effect"_key].as_string() == "NoSchedule");
}

}  // namespace
}  // namespace rockpool::apiserver
