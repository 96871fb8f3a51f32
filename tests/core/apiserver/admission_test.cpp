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

TEST_CASE("an Ingress without a class gets the default one, the newest of several") {
  Cluster cluster;
  constexpr const char* kClasses = "/apis/networking.k8s.io/v1/ingressclasses";
  constexpr const char* kIngresses = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
  const auto add_class = [&](std::string_view name, std::string_view is_default) {
    cluster.expect(201, "POST", kClasses,
                   fmt::format(R"({{"metadata":{{"name":"{}","annotations":{{)"
                               R"("ingressclass.kubernetes.io/is-default-class":"{}"}}}},)"
                               R"("spec":{{"controller":"k8s.io/ingress-nginx"}}}})",
                               name, is_default));
  };
  const auto class_of = [&](std::string_view name, std::string_view annotations,
                            std::string_view spec) {
    const Value made = cluster.expect(
        201, "POST", kIngresses,
        fmt::format(R"({{"metadata":{{"name":"{}","annotations":{{{}}}}},"spec":{{{})"
                    R"("rules":[{{"host":"a.b"}}]}}}})",
                    name, annotations, spec));
    return made["spec"_key]["ingressClassName"_key].to_string();
  };
  add_class("plain", "false");
  CHECK(class_of("none", "", "") == "");
  add_class("b", "true");
  CHECK(class_of("one", "", "") == "b");
  add_class("a", "true");
  CHECK(class_of("two", "", "") == "a");
  CHECK(class_of("own", "", R"("ingressClassName":"plain",)") == "plain");
  CHECK(class_of("old", R"("kubernetes.io/ingress.class":"x")", "") == "");
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

TEST_CASE("a Pod's runtime class is looked up and says what Pods of it need") {
  Cluster cluster;
  const auto pod = [](std::string_view name, std::string_view members) {
    return fmt::format(R"({{"metadata":{{"name":"{}"}},"spec":{{{},"containers":[{{)"
                       R"("name":"c","image":"nginx"}}]}}}})",
                       name, members);
  };
  const std::string own_class = R"("runtimeClassName":"gvisor")";
  CHECK(cluster.refusal(403, "POST", kPods, pod("a", own_class)) ==
        "pods \"a\" is forbidden: pod rejected: RuntimeClass \"gvisor\" not found");
  CHECK(cluster.refusal(403, "POST", kPods, pod("a", R"("overhead":{"cpu":"1"})")) ==
        "pods \"a\" is forbidden: pod rejected: Pod Overhead set without corresponding "
        "RuntimeClass defined Overhead");
  cluster.expect(201, "POST", "/apis/node.k8s.io/v1/runtimeclasses",
                 R"({"metadata":{"name":"gvisor"},"handler":"runsc","overhead":{"podFixed":{)"
                 R"("cpu":"250m"}},"scheduling":{"nodeSelector":{"sandbox":"yes"},)"
                 R"("tolerations":[{"key":"sandbox","operator":"Exists"}]}})");
  const Value spec = cluster.expect(
      201, "POST", kPods,
      pod("a", own_class + R"(,"overhead":{"cpu":"0.25"},"nodeSelector":{"a":"b"},)"
                           R"("tolerations":[{"key":"sandbox","operator":"Equal",)"
                           R"("value":"x"},{"key":"b","operator":"Exists"}])"))["spec"_key];
  CHECK(spec["overhead"_key]["cpu"_key].as_string() == "250m");
  CHECK(doc::to_json(spec["nodeSelector"_key]) == R"({"a":"b","sandbox":"yes"})");
  REQUIRE(spec["tolerations"_key].size() == 4);
  CHECK(spec["tolerations"_key].at(0)["key"_key].as_string() == "b");
  CHECK(spec["tolerations"_key].at(3)["key"_key].as_string() == "sandbox");
  CHECK(cluster.refusal(403, "POST", kPods,
                        pod("b", own_class + R"(,"nodeSelector":{"sandbox":"no"})")) ==
        "pods \"b\" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[sandbox] = yes; "
        "pod.spec.nodeSelector[sandbox] = no");
  CHECK(cluster.refusal(403, "POST", kPods, pod("b", own_class + R"(,"overhead":{"cpu":"1"})")) ==
        "pods \"b\" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's "
        "defined Overhead");
}

TEST_CASE("a new node takes no Pods until it was seen ready") {
  Cluster cluster;
  const Value node = cluster.expect(201, "POST", "/api/v1/nodes", R"({"metadata":{"name":"n"}})");
  const Value& taint = node["spec"_key]["taints"_key].at(0);
  CHECK(taint["key"_key].as_string() == "node.kubernetes.io/not-ready");
  CHECK(taint["effect"_key].as_string() == "NoSchedule");
}

TEST_CASE("a Pod's priority is that of its class, which is looked up") {
  Cluster cluster;
  const std::string_view classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
  const auto make_class = [](std::string_view members) {
    return fmt::format(
        R"({{"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{}}})", members);
  };
  cluster.expect(201, "POST", classes,
                 make_class(R"({"name":"gold"},"value":500,"preemptionPolicy":"Never")"));
  const auto pod = [](std::string_view name, std::string_view members) {
    return fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}"}},"spec":{{
        {}"containers":[{{"name":"c","image":"i"}}]}}}})",
                       name, members);
  };
  const Value gold =
      cluster.expect(201, "POST", kPods, pod("a", R"("priorityClassName":"gold",)"))["spec"_key];
  CHECK(gold["priority"_key].as_int() == 500);
  CHECK(gold["preemptionPolicy"_key].as_string() == "Never");
  CHECK(
      cluster.refusal(403, "POST", kPods, pod("b", R"("priorityClassName":"gold","preemptionPolicy":
                                    "PreemptLowerPriority",)")) ==
      "pods \"b\" is forbidden: the string value of PreemptionPolicy (PreemptLowerPriority) must "
      "not be provided in pod spec; priority admission controller computed Never from the given "
      "PriorityClass name");

  cluster.expect(201, "POST", classes,
                 make_class(R"({"name":"silver"},"value":7,"globalDefault":true)"));
  const Value unnamed = cluster.expect(201, "POST", kPods, pod("c", ""))["spec"_key];
  CHECK(unnamed["priority"_key].as_int() == 7);
  CHECK(unnamed["priorityClassName"_key].as_string() == "silver");
  CHECK(cluster.refusal(403, "POST", classes,
                        make_class(R"({"name":"bronze"},"value":1,"globalDefault":true)")) ==
        "priorityclasses.scheduling.k8s.io \"bronze\" is forbidden: PriorityClass silver is "
        "already marked as default. Only one default can exist");

  cluster.expect(200, "DELETE", fmt::format("{}/gold", classes));
  CHECK(cluster.refusal(403, "POST", kPods, pod("d", R"("priorityClassName":"gold",)")) ==
        "pods \"d\" is forbidden: no PriorityClass with name gold was found");
}

}  // namespace
}  // namespace rockpool::apiserver
