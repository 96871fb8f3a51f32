// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::made;
using test::object;
using test::problems;
using test::update_problems;
using enum ResourceId;

std::string cluster_object(std::string_view members) {
  return "{metadata: {name: a}, " + std::string{members} + "}";
}

TEST_CASE("PodDisruptionBudgets") {
  const auto check = [](std::string_view spec) {
    return problems(poddisruptionbudgets, object("spec: {" + std::string{spec} + "}"));
  };
  CHECK(check("minAvailable: 1, selector: {}") == "");
  CHECK(check("minAvailable: 1, maxUnavailable: 1")
            .ends_with("minAvailable and maxUnavailable cannot be both set"));
  CHECK(check("maxUnavailable: 120%") ==
        "spec.maxUnavailable: Invalid value: \"120%\": must not be greater than 100%");
  CHECK(check("unhealthyPodEvictionPolicy: Never") ==
        "spec.unhealthyPodEvictionPolicy: Unsupported value: \"Never\": supported values: "
        "\"AlwaysAllow\", \"IfHealthyBudget\"");
}

TEST_CASE("ResourceQuotas") {
  const auto check = [](std::string_view spec) {
    return problems(resourcequotas, object("spec: {" + std::string{spec} + "}"));
  };
  CHECK(check("hard: {pods: 1, count/deployments.apps: 3, requests.cpu: 500m}") == "");
  CHECK(check("hard: {storage: 1Gi}") ==
        "spec.hard[storage]: Invalid value: \"storage\": must be a standard resource for quota");
  CHECK(check("hard: {pods: 1.5}") ==
        "spec.hard[pods]: Invalid value: \"1500m\": must be an integer");
  CHECK(check("scopes: [BestEffort, NotBestEffort]") ==
        "spec.scopes: Invalid value: [\"BestEffort\",\"NotBestEffort\"]: conflicting scopes");
  CHECK(check("scopes: [BestEffort], hard: {cpu: 1}") ==
        "spec.scopes: Invalid value: [\"BestEffort\"]: unsupported scope applied to resource");
  CHECK(check("scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In}]}") ==
        "spec.scopeSelector.matchExpressions[0].values: Required value: must be at least one value "
        "when `operator` is 'In' or 'NotIn' for scope selector");
}

TEST_CASE("LimitRanges") {
  const auto check = [](std::string_view limit) {
    return problems(limitranges, object("spec: {limits: [" + std::string{limit} + "]}"));
  };
  CHECK(check("{type: Container, max: {cpu: 1}, min: {cpu: 1}}") == "");
  CHECK(check("{type: Pod, default: {cpu: 1}}") ==
        "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'");
  CHECK(check("{type: Pod, max: {cpu: 1}, min: {cpu: 2}}") ==
        "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1");
  CHECK(check("{type: PersistentVolumeClaim}") ==
        "spec.limits[0].limits: Required value: either minimum or maximum storage value is "
        "required, but neither was provided");
  CHECK(check("{type: Pod, maxLimitRequestRatio: {cpu: 500m}}") ==
        "spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: \"500m\": ratio 500m is less "
        "than 1");
  CHECK(check("{type: Pod}, {type: Pod}") == "spec.limits[1].type: Duplicate value: \"Pod\"");
}

TEST_CASE("PriorityClasses and RuntimeClasses") {
  CHECK(problems(priorityclasses, cluster_object("value: 5")) == "");
  CHECK(problems(priorityclasses, cluster_object("value: 1000000001")) ==
        "value: Forbidden: maximum allowed value of a user defined priority is 1000000000");
  CHECK(problems(priorityclasses, "{metadata: {name: system-mine}, value: 5}") ==
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for "
        "system use only. error: system-mine is not a known system priority class");
  const auto before = made(priorityclasses, cluster_object("value: 5"));
  CHECK(
      update_problems(priorityclasses, before, made(priorityclasses, cluster_object("value: 6"))) ==
      "value: Forbidden: may not be changed in an update.");
  CHECK(problems(runtimeclasses, cluster_object("handler: Run"))
            .starts_with("handler: Invalid value: \"Run\": a lowercase RFC 1123 label"));
}

}  // namespace
}  // namespace rockpool::api
