// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "core/apiserver/apiserver.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

constexpr std::string_view kApplyPatch = "application/apply-patch+yaml";
constexpr std::string_view kDeployments = "/apis/apps/v1/namespaces/default/deployments";

std::string deployment(std::string_view spec) {
  return fmt::format(R"(
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {{app: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
{})",
                     spec);
}

constexpr std::string_view kTwoReplicas = R"(  replicas: 2
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx:1.27
        env: [{name: A, value: "1"}, {name: B, value: "2"}]
)";

constexpr std::string_view kNoReplicas = R"(  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx:1.27
        env: [{name: B, value: "3"}]
)";

struct World : Cluster {
  Value apply(int code, std::string body, std::string_view more = "") {
    return expect(code, "PATCH", fmt::format("{}/web?fieldManager=me{}", kDeployments, more),
                  std::move(body), kApplyPatch);
  }
};

const Value& container(const Value& deployment) {
  return deployment["spec"_key]["template"_key]["spec"_key]["containers"_key].at(0);
}

// The fields of a manager, as JSON; empty if there is none of that name.
std::string fields_of(const Value& object, std::string_view manager) {
  for (const Value& entry : object["metadata"_key]["managedFields"_key].items()) {
    if (entry["manager"_key].as_string() == manager) return doc::to_json(entry["fieldsV1"_key]);
  }
  return "";
}

TEST_CASE("applying makes the object and owns what it says, no more") {
  World world;
  const Value made = world.apply(201, deployment(kTwoReplicas));
  CHECK(made["spec"_key]["replicas"_key].as_int() == 2);
  CHECK(made["spec"_key]["strategy"_key]["type"_key].as_string() == "RollingUpdate");
  const Value& entry = made["metadata"_key]["managedFields"_key].at(0);
  CHECK(entry["operation"_key].as_string() == "Apply");
  CHECK(entry["apiVersion"_key].as_string() == "apps/v1");
  CHECK(fields_of(made, "me") ==
        R"({"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:replicas":{},"f:selector":{},)"
        R"("f:template":{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:containers":)"
        R"({"k:{\"name\":\"web\"}":{".":{},"f:env":{"k:{\"name\":\"A\"}":{".":{},"f:name":{},)"
        R"("f:value":{}},"k:{\"name\":\"B\"}":{".":{},"f:name":{},"f:value":{}}},"f:image":{},)"
        R"("f:name":{}}}}}}})");
}

TEST_CASE("applying the same again changes nothing") {
  World world;
  const Value made = world.apply(201, deployment(kTwoReplicas));
  world.loop.run_until(world.loop.now() + std::chrono::seconds{5});
  const Value again = world.apply(200, deployment(kTwoReplicas));
  CHECK(again == made);
}

TEST_CASE("what is no longer applied goes, unless somebody else owns it") {
  World world;
  world.apply(201, deployment(kTwoReplicas));
  const Value now = world.apply(200, deployment(kNoReplicas));
  // The removed field is defaulted again.
  CHECK(now["spec"_key]["replicas"_key].as_int() == 1);
  REQUIRE(container(now)["env"_key].size() == 1);
  CHECK(container(now)["env"_key].at(0)["value"_key].as_string() == "3");

  World shared;
  shared.apply(201, deployment(kTwoReplicas));
  shared.expect(200, "PATCH", fmt::format("{}/web?fieldManager=you", kDeployments),
                deployment("  replicas: 2\n"), kApplyPatch);
  const Value kept = shared.apply(200, deployment(kNoReplicas));
  CHECK(kept["spec"_key]["replicas"_key].as_int() == 2);
  CHECK(fields_of(kept, "you").find("f:replicas") != std::string::npos);
  CHECK(fields_of(kept, "me").find("f:replicas") == std::string::npos);
}

TEST_CASE("changing what others own is a conflict that names them, unless forced") {
  World world;
  world.apply(201, deployment(kTwoReplicas));
  world.expect(200, "PATCH", fmt::format("{}/web?fieldManager=scaler", kDeployments),
               R"({"spec":{"replicas":5}})", "application/merge-patch+json");
  const Value refused = world.apply(409, deployment(kTwoReplicas));
  CHECK(refused["reason"_key].as_string() == "Conflict");
  CHECK(refused["message"_key].as_string() ==
        "Apply failed with 1 conflict: conflict with \"scaler\" using apps/v1: .spec.replicas");
  const Value& cause = refused["details"_key]["causes"_key].at(0);
  CHECK(cause["reason"_key].as_string() == "FieldManagerConflict");
  CHECK(cause["field"_key].as_string() == ".spec.replicas");
  CHECK(world.expect(200, "GET", fmt::format("{}/web", kDeployments))["spec"_key]["replicas"_key]
            .as_int() == 5);

  const Value forced = world.apply(200, deployment(kTwoReplicas), "&force=true");
  CHECK(forced["spec"_key]["replicas"_key].as_int() == 2);
  CHECK(fields_of(forced, "scaler").empty());
}

TEST_CASE("several conflicts are listed by manager") {
  World world;
  world.apply(201, deployment(kTwoReplicas));
  const std::string target = fmt::format("{}/web?fieldManager=", kDeployments);
  world.expect(200, "PATCH", target + "scaler", R"({"spec":{"replicas":5}})",
               "application/merge-patch+json");
  world.expect(200, "PATCH", target + "painter",
               R"({"spec":{"template":{"spec":{"containers":[{"name":"web","image":"x"}]}}}})",
               "application/strategic-merge-patch+json");
  CHECK(world.apply(409, deployment(kTwoReplicas))["message"_key].as_string() ==
        "Apply failed with 2 conflicts: conflicts with \"painter\" using apps/v1:\n"
        "- .spec.template.spec.containers[name=\"web\"].image\n"
        "conflicts with \"scaler\" using apps/v1:\n- .spec.replicas");
}

TEST_CASE("an untracked object belongs to nobody in particular before the first application") {
  World world;
  world.expect(201, "POST", kConfigMaps, config_map_manifest("c"));
  const std::string target = fmt::format("{}/c?fieldManager=me", kConfigMaps);
  const Value refused = world.expect(
      409, "PATCH", target,
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {key: other}\n", kApplyPatch);
  CHECK(refused["message"_key].as_string() ==
        "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.key");
  const Value added = world.expect(
      200, "PATCH", target,
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {more: x}\n", kApplyPatch);
  CHECK(added["data"_key].size() == 2);
  CHECK(fields_of(added, "me") == R"({"f:data":{"f:more":{}}})");
}

TEST_CASE("updates are tracked by the manager that the request names") {
  World world;
  Request request = make_request("POST", kConfigMaps, config_map_manifest("c"));
  request.headers.add("User-Agent", "curl/8.5.0");
  const Value made = json(world.server.handle(request).body);
  CHECK(fields_of(made, "curl") == R"({"f:data":{".":{},"f:key":{}}})");
  const Value patched =
      world.expect(200, "PATCH", fmt::format("{}/c?fieldManager=editor", kConfigMaps),
                   R"({"data":{"key":"2"}})", "application/merge-patch+json");
  CHECK(fields_of(patched, "editor") == R"({"f:data":{"f:key":{}}})");
  CHECK(fields_of(patched, "curl") == R"({"f:data":{}})");
  const Value reset =
      world.expect(200, "PATCH", fmt::format("{}/c", kConfigMaps),
                   R"({"metadata":{"managedFields":[{}]}})", "application/merge-patch+json");
  CHECK_FALSE(reset["metadata"_key].contains("managedFields"));
}

TEST_CASE("creation owns containers as such, and structures not") {
  World world;
  const Value made =
      world.expect(201, "POST", fmt::format("{}?fieldManager=kubectl-create", kDeployments),
                   R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{
          "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
          "spec":{"containers":[{"name":"web","image":"nginx"}]}}}})");
  const std::string fields = fields_of(made, "kubectl-create");
  CHECK(fields.find(R"("f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},)") !=
        std::string::npos);
  CHECK(fields.find(R"("f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},)") !=
        std::string::npos);
  CHECK(fields.find(R"("f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},)") !=
        std::string::npos);
  CHECK(fields.find("f:status") == std::string::npos);
  CHECK(fields.find("f:uid") == std::string::npos);
}

TEST_CASE("the order of merged lists is the configuration's, with others among them") {
  World world;
  world.expect(201, "POST", fmt::format("{}?fieldManager=other", kDeployments),
               R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{
          "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
          "spec":{"containers":[{"name":"x","image":"x"},{"name":"web","image":"nginx:1.27"},
          {"name":"y","image":"y"}]}}}})");
  const Value merged = world.apply(200, deployment(R"(  template:
    spec:
      containers:
      - {name: first, image: f}
      - {name: web, image: "nginx:1.27"}
)"));
  std::string names;
  for (const Value& each :
       merged["spec"_key]["template"_key]["spec"_key]["containers"_key].items()) {
    names += each["name"_key].to_string() + " ";
  }
  CHECK(names == "x first web y ");
}

TEST_CASE("what is applied must be a whole and honest configuration") {
  World world;
  const std::string target = fmt::format("{}/web", kDeployments);
  CHECK(world.refusal(422, "PATCH", target, deployment(kTwoReplicas), kApplyPatch) ==
        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for "
        "apply patch");
  CHECK(world.refusal(422, "PATCH", target + "?fieldManager=me&force=true", "{}",
                      "application/merge-patch+json") ==
        "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for "
        "non-apply patch");
  CHECK(world
            .refusal(400, "PATCH", target + "?fieldManager=me",
                     "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n", kApplyPatch)
            .starts_with("Pod in version \"v1\" cannot be handled as a Deployment"));
  CHECK(world.refusal(400, "PATCH", target + "?fieldManager=me", "a: [", kApplyPatch)
            .starts_with("error decoding YAML: "));
  CHECK(world.refusal(400, "PATCH", target + "?fieldManager=me",
                      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: else}\n",
                      kApplyPatch) ==
        "the name of the object (else) does not match the name on the URL (web)");
  CHECK(world
            .refusal(422, "PATCH", target + "?fieldManager=" + std::string(129, 'x'),
                     deployment(kTwoReplicas), kApplyPatch)
            .find("fieldManager: Too long") != std::string::npos);
  CHECK(world.send("GET", target).status == 404);
}

TEST_CASE("a dry run of an application writes nothing") {
  World world;
  world.apply(201, deployment(kTwoReplicas), "&dryRun=All");
  CHECK(world.send("GET", fmt::format("{}/web", kDeployments)).status == 404);
}

}  // namespace
}  // namespace rockpool::apiserver
