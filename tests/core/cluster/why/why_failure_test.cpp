// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "tests/core/cluster/why/question.h"

namespace rockpool::cluster {
namespace {

struct Failed {
  FetchOptions options;
  net::FetchResult result;

  static Failed make(Question& question, const std::string& url,
                     const std::string& from = "pod/default/client") {
    Failed failed;
    failed.options.url = url;
    failed.options.from = from;
    failed.options.timeout = 3s;
    const auto result = question.cluster.fetch(failed.options);
    REQUIRE(result);
    failed.result = *result;
    return failed;
  }
  Explanation explain(Question& question) const {
    const auto explanation = question.cluster.explain(options, result);
    REQUIRE(explanation);
    return *explanation;
  }
};

TEST_CASE("what failed is told by its trace when nothing is wrong any more") {
  Question question;
  const Failed name = Failed::make(question, "http://later/");
  REQUIRE_FALSE(name.result.ok());
  // While it is wrong, the words are those of what is.
  CHECK(name.explain(question).cause == Cause::name_not_found);
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: later}, spec: {selector: {app: late}, "
      "ports: "
      "[{port: 80, targetPort: 8080}]}}");
  question.wait();
  const Failed empty = Failed::make(question, "http://later/");
  REQUIRE_FALSE(empty.result.ok());
  CHECK(empty.explain(question).cause == Cause::selects_nothing);
  question.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: late, labels: {app: late}}, spec: {containers: "
      "[{name: c, image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [netexec]}]}}");
  // The name's absence is remembered for a while.
  question.wait(60s);
  const Explanation no_name = name.explain(question);
  CHECK(no_name.cause == Cause::name_not_found);
  CHECK(no_name.summary == "later was the name of nothing then.");
  const Explanation refused = empty.explain(question);
  CHECK(refused.cause == Cause::pods_not_ready);
  CHECK(refused.summary == "The proxy of node-2 let nobody have it: the Service has no endpoints.");
  CHECK(has(refused.findings.front().text, "It began at "));
  CHECK_FALSE(refused.findings.back().is_well);
  CHECK(Failed::make(question, "http://later/").explain(question).cause == Cause::none);
}

TEST_CASE("a policy that is gone has dropped it") {
  Question question;
  question.apply(
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed}, spec: "
      "{podSelector: {matchLabels: {app: web}}}}");
  question.wait();
  const Failed failed = Failed::make(question, "http://web/");
  REQUIRE_FALSE(failed.result.ok());
  REQUIRE(question.cluster
              .request_and_wait(apiserver::make_request(
                  "DELETE", "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/closed"))
              .status == 200);
  question.wait();
  const Explanation dropped = failed.explain(question);
  CHECK(dropped.cause == Cause::policy_drops);
  CHECK(dropped.summary ==
        "It was dropped: ingress of default/web is not allowed by default/closed.");
  CHECK(question.explain("http://web/").cause == Cause::none);
}

TEST_CASE("a Pod that was deleted under a request, told later too") {
  Question question;
  question.apply(
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: shop}, spec: {selector: "
      "{matchLabels: {app: shop}}, template: {metadata: {labels: {app: shop}}, spec: {containers: "
      "[{name: c, image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: "
      "[netexec]}]}}}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: shop}, spec: {selector: {app: shop}, "
      "ports: "
      "[{port: 80, targetPort: 8080}]}}");
  question.wait();
  std::string victim;
  for (const auto& [key, pod] : question.cluster.informers().of(api::ResourceId::pods).objects()) {
    if (key.name.starts_with("shop-")) victim = key.to_string();
  }
  question.fault(FaultKind::kill, victim);
  const Failed failed = Failed::make(question, "http://shop/shell?cmd=sleep%202");
  REQUIRE_FALSE(failed.result.ok());
  question.wait(60s);
  const Explanation stopped = failed.explain(question);
  CHECK(stopped.cause == Cause::stopped_too_soon);
  CHECK(has(stopped.summary, " was deleted and its process stopped at once"));
}

TEST_CASE("an answer that tells of an error comes from the Pod") {
  Question question;
  const Failed answer = Failed::make(question, "http://web/echo?msg=broken&code=503");
  REQUIRE(answer.result.ok());
  REQUIRE(answer.result.outcome->status == 503);
  const Explanation own = answer.explain(question);
  CHECK(own.cause == Cause::none);
  CHECK(own.summary ==
        "Nothing is wrong on the way: default/web itself answered 503 Service Unavailable.");
  CHECK(own.advice == "See what it says: kubectl logs web -n default.");
}

}  // namespace
}  // namespace rockpool::cluster
