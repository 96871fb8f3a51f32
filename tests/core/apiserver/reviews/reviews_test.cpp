// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/reviews/reviews.h"

#include <string>

#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

constexpr std::string_view kAuthorization = "/apis/authorization.k8s.io/v1";
constexpr std::string_view kAuthentication = "/apis/authentication.k8s.io/v1";

struct World : Cluster {
  explicit World(bool rbac) : Cluster{with_rbac(rbac)} {
    expect(201, "POST", "/api/v1/namespaces/default/serviceaccounts",
           R"({"metadata":{"name":"robot"}})");
    expect(201, "POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
           R"({"metadata":{"name":"robots-view"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io",
               "kind":"ClusterRole","name":"view"},"subjects":[{"kind":"ServiceAccount",
               "name":"robot","namespace":"default"}]})");
  }

  static Options with_rbac(bool rbac) {
    Options options;
    options.rbac = rbac;
    return options;
  }
  Response send_as(std::string_view user, std::string_view method, std::string_view target,
                   std::string body = {}) {
    Request request = make_request(method, target, std::move(body));
    request.headers.add("Impersonate-User", std::string{user});
    return server.handle(request);
  }
  Response send_with_token(const std::string& token, std::string_view method,
                           std::string_view target, std::string body = {}) {
    Request request = make_request(method, target, std::move(body));
    request.headers.add("Authorization", "Bearer " + token);
    return server.handle(request);
  }
  std::string robot_token(std::string_view spec = "{}") {
    return expect(201, "POST", "/api/v1/namespaces/default/serviceaccounts/robot/token",
                  fmt::format(R"({{"spec":{}}})", spec))["status"_key]["token"_key]
        .to_string();
  }
};

constexpr std::string_view kRobot = "system:serviceaccount:default:robot";

std::string ask(std::string_view verb, std::string_view resource) {
  return fmt::format(R"({{"spec":{{"resourceAttributes":{{"verb":"{}","resource":"{}",
                         "namespace":"default"}}}}}})",
                     verb, resource);
}

TEST_CASE("all may do all unless RBAC is enforced") {
  World world{false};
  const Value review = json(world
                                .send_as("nobody", "POST",
                                         fmt::format("{}/selfsubjectaccessreviews", kAuthorization),
                                         ask("delete", "pods"))
                                .body);
  CHECK(review["status"_key]["allowed"].as_bool());
  CHECK(world.send_as("nobody", "GET", kPods).status == 200);
}

TEST_CASE("with RBAC a user may do what its roles say") {
  World world{true};
  const std::string target = fmt::format("{}/selfsubjectaccessreviews", kAuthorization);
  const Value reads =
      json(world.send_as(kRobot, "POST", target, ask("list", "pods")).body)["status"_key];
  CHECK(reads["allowed"].as_bool());
  CHECK(reads["reason"_key].as_string() ==
        "RBAC: allowed by RoleBinding \"robots-view/default\" of ClusterRole \"view\" to "
        "ServiceAccount \"robot/default\"");
  CHECK_FALSE(json(world.send_as(kRobot, "POST", target, ask("delete", "pods"))
                       .body)["status"_key]["allowed"]
                  .as_bool());
  CHECK(world.send_as(kRobot, "GET", kPods).status == 200);
  const Response refused = world.send_as(kRobot, "POST", kPods, pod_manifest("p"));
  CHECK(refused.status == 403);
  CHECK(json(refused.body)["message"_key].as_string() ==
        "pods is forbidden: User \"system:serviceaccount:default:robot\" cannot create resource "
        "\"pods\" in API group \"\" in the namespace \"default\"");
  CHECK(json(world.send_as(kRobot, "GET", "/api/v1/nodes").body)["message"_key].as_string() ==
        "nodes is forbidden: User \"system:serviceaccount:default:robot\" cannot list resource "
        "\"nodes\" in API group \"\" at the cluster scope");
  CHECK(json(world.send_as(kRobot, "GET", "/metrics").body)["message"_key].as_string() ==
        "forbidden: User \"system:serviceaccount:default:robot\" cannot get path \"/metrics\"");
  CHECK(world.send_as(kRobot, "GET", "/version").status == 200);
  // The administrator goes on to own the cluster.
  CHECK(world.send("POST", kPods, pod_manifest("p")).status != 403);
}

TEST_CASE("only who may impersonate does") {
  World world{true};
  Request request = make_request("GET", kPods);
  request.headers.add("Authorization", "Bearer " + world.robot_token());
  request.headers.add("Impersonate-User", "somebody");
  const Response response = world.server.handle(request);
  CHECK(response.status == 403);
  CHECK(json(response.body)["message"_key].as_string() ==
        "users \"somebody\" is forbidden: User \"system:serviceaccount:default:robot\" cannot "
        "impersonate resource \"users\" in API group \"\" at the cluster scope");
}

TEST_CASE("other subjects can be asked about") {
  World world{true};
  const auto allowed = [&](std::string_view spec) {
    return world
        .expect(201, "POST", fmt::format("{}/subjectaccessreviews", kAuthorization),
                fmt::format(R"({{"spec":{}}})", spec))["status"_key]["allowed"]
        .as_bool();
  };
  CHECK(allowed(R"({"groups":["system:masters"],"user":"x","resourceAttributes":{
                    "verb":"delete","resource":"nodes"}})"));
  CHECK_FALSE(allowed(R"({"user":"x","resourceAttributes":{"verb":"delete","resource":"nodes"}})"));
  CHECK(allowed(R"({"user":"x","groups":["system:authenticated"],
                    "nonResourceAttributes":{"verb":"get","path":"/openapi/v3"}})"));
  CHECK(world
            .refusal(422, "POST", fmt::format("{}/subjectaccessreviews", kAuthorization),
                     R"({"spec":{"user":"x"}})")
            .find("exactly one of nonResourceAttributes or resourceAttributes must be specified") !=
        std::string::npos);
}

TEST_CASE("what a user may do can be listed") {
  World world{true};
  const Value rules =
      json(world
               .send_as(kRobot, "POST", fmt::format("{}/selfsubjectrulesreviews", kAuthorization),
                        R"({"spec":{"namespace":"default"}})")
               .body)["status"_key];
  CHECK_FALSE(rules["incomplete"].as_bool());
  CHECK(rules["resourceRules"].size() > 5);
  CHECK(rules["nonResourceRules"].size() > 0);
  World open{false};
  const Value all =
      open.expect(201, "POST", fmt::format("{}/selfsubjectrulesreviews", kAuthorization),
                  R"({"spec":{"namespace":"default"}})")["status"_key];
  CHECK(all["resourceRules"].at(0)["resources"_key].at(0).as_string() == "*");
}

TEST_CASE("the server tells who asks") {
  World world{false};
  const std::string target = fmt::format("{}/selfsubjectreviews", kAuthentication);
  const Value admin = world.expect(201, "POST", target, "{}")["status"_key]["userInfo"];
  CHECK(admin["username"].as_string() == "kubernetes-admin");
  CHECK(admin["groups"].at(0).as_string() == "kubeadm:cluster-admins");
  const Value robot = json(world.send_with_token(world.robot_token(), "POST", target, "{}")
                               .body)["status"_key]["userInfo"];
  CHECK(robot["username"].as_string() == kRobot);
  CHECK(robot["groups"].size() == 3);
}

TEST_CASE("tokens are their account's until they expire or the account is gone") {
  World world{true};
  const std::string token = world.robot_token(R"({"expirationSeconds":600})");
  CHECK(world.send_with_token(token, "GET", kPods).status == 200);
  CHECK(world.send_with_token(token + "x", "GET", kPods).status == 401);
  CHECK(world.send_with_token("nonsense", "GET", kPods).status == 401);
  const auto authenticated = [&](const std::string& text) {
    return world
        .expect(201, "POST", fmt::format("{}/tokenreviews", kAuthentication),
                fmt::format(R"({{"spec":{{"token":"{}"}}}})", text))["status"_key]["authenticated"]
        .as_bool();
  };
  CHECK(authenticated(token));
  CHECK_FALSE(authenticated("nonsense"));
  world.loop.run_until(world.loop.now() + std::chrono::seconds{601});
  CHECK(world.send_with_token(token, "GET", kPods).status == 401);
  const std::string other = world.robot_token();
  world.expect(200, "DELETE", "/api/v1/namespaces/default/serviceaccounts/robot");
  CHECK(world.send_with_token(other, "GET", kPods).status == 401);
}

TEST_CASE("a token's life has limits") {
  World world{false};
  CHECK(world
            .refusal(422, "POST", "/api/v1/namespaces/default/serviceaccounts/robot/token",
                     R"({"spec":{"expirationSeconds":60}})")
            .find("spec.expirationSeconds: Invalid value: 60: may not specify a duration less than "
                  "10 minutes") != std::string::npos);
  CHECK(world.refusal(404, "POST", "/api/v1/namespaces/default/serviceaccounts/nobody/token",
                      "{}") == "serviceaccounts \"nobody\" not found");
}

TEST_CASE("questions are asked by creating them, and nothing is kept") {
  World world{false};
  const std::string target = fmt::format("{}/selfsubjectaccessreviews", kAuthorization);
  CHECK(world.refusal(405, "GET", target) ==
        "the server does not allow this method on the requested resource");
  CHECK(world.refusal(404, "GET", target + "/x") ==
        "the server could not find the requested resource");
  const Value resources = world.expect(200, "GET", kAuthorization)["resources"_key];
  CHECK(resources.at(0)["name"_key].as_string() == "localsubjectaccessreviews");
  CHECK(resources.at(0)["verbs"_key].size() == 1);
}

}  // namespace
}  // namespace rockpool::apiserver
