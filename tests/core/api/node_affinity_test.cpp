// SPDX-License-Identifier: Apache-2.0
#include "core/api/node_affinity.h"

#include <doctest/doctest.h>

#include "core/api/object.h"
#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::yaml;

const std::string_view kNode = R"(
metadata: {name: n1, labels: {zone: a, cpus: '8'}}
spec:
  taints:
  - {key: gpu, value: 'yes', effect: NoSchedule}
  - {key: busy, effect: PreferNoSchedule}
)";

TEST_CASE("terms are alternatives, requirements add up") {
  const doc::Value node = yaml(kNode);
  const std::pair<std::string_view, bool> cases[] = {
      {"matchExpressions: [{key: zone, operator: In, values: [a, b]}]", true},
      {"matchExpressions: [{key: zone, operator: NotIn, values: [a]}]", false},
      {"matchExpressions: [{key: none, operator: NotIn, values: [a]}]", true},
      {"matchExpressions: [{key: none, operator: Exists}]", false},
      {"matchExpressions: [{key: none, operator: DoesNotExist}]", true},
      {"matchExpressions: [{key: cpus, operator: Gt, values: ['4']}]", true},
      {"matchExpressions: [{key: cpus, operator: Lt, values: ['4']}]", false},
      {"matchExpressions: [{key: zone, operator: Gt, values: ['4']}]", false},
      {"matchFields: [{key: metadata.name, operator: In, values: [n1]}]", true},
      {"matchFields: [{key: metadata.name, operator: NotIn, values: [n1]}]", false},
      {"matchExpressions: [{key: zone, operator: Exists}, {key: none, operator: Exists}]", false},
      {"{}", false},
  };
  for (const auto& [term, expected] : cases) {
    CAPTURE(term);
    CHECK(node_selector_term_matches(yaml(term), node) == expected);
  }
  CHECK(node_selector_matches(yaml(R"(
nodeSelectorTerms:
- matchExpressions: [{key: zone, operator: In, values: [z]}]
- matchExpressions: [{key: zone, operator: In, values: [a]}]
)"),
                              node));
  CHECK(!node_selector_matches(doc::Value{}, node));
}

TEST_CASE("nodeSelector and required affinity both must hold") {
  const doc::Value node = yaml(kNode);
  CHECK(required_node_affinity_matches(yaml("{}"), node));
  CHECK(required_node_affinity_matches(yaml("nodeSelector: {zone: a}"), node));
  CHECK(!required_node_affinity_matches(yaml("nodeSelector: {zone: b}"), node));
  CHECK(!required_node_affinity_matches(yaml(R"(
nodeSelector: {zone: a}
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms: [{matchExpressions: [{key: none, operator: Exists}]}]
)"),
                                        node));
  CHECK(preferred_node_affinity_weight(yaml(R"(
affinity:
  nodeAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
    - {weight: 10, preference: {matchExpressions: [{key: zone, operator: Exists}]}}
    - {weight: 5, preference: {matchExpressions: [{key: none, operator: Exists}]}}
    - {weight: 3, preference: {matchExpressions: [{key: cpus, operator: Exists}]}}
)"),
                                       node) == 13);
}

TEST_CASE("tolerations cover taints by key, value and effect") {
  const doc::Value taint = yaml("{key: gpu, value: 'yes', effect: NoSchedule}");
  CHECK(tolerates(yaml("{key: gpu, operator: Exists}"), taint));
  CHECK(tolerates(yaml("{key: gpu, value: 'yes'}"), taint));
  CHECK(tolerates(yaml("{key: gpu, operator: Equal, value: 'yes', effect: NoSchedule}"), taint));
  CHECK(tolerates(yaml("{operator: Exists}"), taint));
  CHECK(!tolerates(yaml("{key: gpu, value: 'no'}"), taint));
  CHECK(!tolerates(yaml("{key: gpu, operator: Exists, effect: NoExecute}"), taint));
  CHECK(!tolerates(yaml("{key: other, operator: Exists}"), taint));
  const doc::Value node = yaml(kNode);
  const doc::Value& taints = node["spec"]["taints"];
  CHECK(find_untolerated_taint(taints, doc::Value{}, {"NoSchedule"})["key"].as_string() == "gpu");
  CHECK(find_untolerated_taint(taints, yaml("[{key: gpu, operator: Exists}]"),
                               {"NoSchedule", "NoExecute"})
            .is_null());
  CHECK(find_untolerated_taint(taints, doc::Value{}, {"PreferNoSchedule"})["key"].as_string() ==
        "busy");
}

}  // namespace
}  // namespace rockpool::api
