// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::object;
using test::problems;
using enum ResourceId;

std::string autoscaler(std::string_view more, int most = 5) {
  return object("spec: {scaleTargetRef: {kind: Deployment, name: a}, maxReplicas: " +
                std::to_string(most) + std::string{more} + "}");
}

TEST_CASE("HorizontalPodAutoscalers") {
  const auto check = [](std::string_view more, int most = 5) {
    return problems(horizontalpodautoscalers, autoscaler(more, most));
  };
  CHECK(check("") == "");
  CHECK(check("", 0) ==
        "spec.maxReplicas: Invalid value: 0: must be greater than 0\n"
        "spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`");
  CHECK(check(", minReplicas: 0") ==
        "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1");
  CHECK(problems(horizontalpodautoscalers,
                 object("spec: {maxReplicas: 1, scaleTargetRef: {kind: a/b}}")) ==
        "spec.scaleTargetRef.kind: Invalid value: \"a/b\": may not contain '/'\n"
        "spec.scaleTargetRef.name: Required value");
  CHECK(check(", metrics: [{type: Pods}]") ==
        "spec.metrics[0].pods: Required value: must populate information for the given metric "
        "source");
  CHECK(
      check(", metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization}}}]") ==
      "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a "
      "target raw value or a target utilization");
  CHECK(check(", metrics: [{type: Odd}]") ==
        "spec.metrics[0].type: Unsupported value: \"Odd\": supported values: "
        "\"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\"");
  CHECK(check(", behavior: {scaleDown: {stabilizationWindowSeconds: 4000, selectPolicy: Most, "
              "policies: [{type: Pods, value: 0, periodSeconds: 1801}]}}") ==
        "spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 4000: must be less "
        "than or equal to 3600\n"
        "spec.behavior.scaleDown.selectPolicy: Unsupported value: \"Most\": supported values: "
        "\"Disabled\", \"Max\", \"Min\"\n"
        "spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero\n"
        "spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 1801: must be less than "
        "or equal to 1800");
}

}  // namespace
}  // namespace rockpool::api
