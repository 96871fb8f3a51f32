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

constexpr std::string_view kTemplate =
    "template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}";

std::string set_spec(std::string_view more, std::string_view selector = "{matchLabels: {app: a}}") {
  return object("spec: {selector: " + std::string{selector} + ", " + std::string{kTemplate} +
                std::string{more} + "}");
}

TEST_CASE("StatefulSets") {
  CHECK(problems(statefulsets, set_spec(", serviceName: s")) == "");
  CHECK(problems(statefulsets, set_spec(", replicas: -1, minReadySeconds: -2")) ==
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0\n"
        "spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0");
  CHECK(problems(statefulsets, set_spec(", podManagementPolicy: Random")) ==
        "spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or "
        "'Parallel'");
  CHECK(problems(statefulsets,
                 set_spec(", updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}}")) ==
        "spec.updateStrategy.rollingUpdate: Invalid value: {\"partition\":1}: only allowed for "
        "updateStrategy 'RollingUpdate'");
  CHECK(
      problems(statefulsets, set_spec(", updateStrategy: {rollingUpdate: {maxUnavailable: 0}}")) ==
      "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0");
  CHECK(problems(statefulsets,
                 set_spec(", persistentVolumeClaimRetentionPolicy: {whenScaled: Keep}")) ==
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: \"Keep\": "
        "supported values: \"Retain\", \"Delete\"");
  CHECK(problems(statefulsets, set_spec("", "{}")) ==
        "spec.selector: Invalid value: {}: empty selector is invalid for statefulset");
  CHECK(problems(statefulsets, set_spec("", "{matchLabels: {app: b}}")) ==
        "spec.template.metadata.labels: Invalid value: {\"app\":\"a\"}: `selector` does not match "
        "template `labels`");
  const auto before = made(statefulsets, set_spec(", serviceName: s, replicas: 1"));
  CHECK(update_problems(statefulsets, before,
                        made(statefulsets, set_spec(", serviceName: s, replicas: 5"))) == "");
  CHECK(update_problems(statefulsets, before,
                        made(statefulsets, set_spec(", serviceName: t, replicas: 1"))) ==
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', "
        "'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
        "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
}

TEST_CASE("DaemonSets") {
  CHECK(problems(daemonsets, set_spec("")) == "");
  CHECK(problems(daemonsets, set_spec("", "{}")) ==
        "spec.selector: Invalid value: {}: empty selector is invalid for daemonset");
  const auto strategy = [](std::string_view rolling) {
    return problems(daemonsets,
                    set_spec(", updateStrategy: {rollingUpdate: " + std::string{rolling} + "}"));
  };
  CHECK(strategy("{maxUnavailable: 10%}") == "");
  CHECK(strategy("{maxSurge: 1}") ==
        "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when "
        "maxUnavailable is non-zero");
  CHECK(strategy("{maxUnavailable: 0}") ==
        "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when "
        "maxSurge is 0");
  CHECK(strategy("{maxUnavailable: 101%}") ==
        "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be "
        "greater than 100%");
  CHECK(problems(daemonsets, set_spec(", updateStrategy: {type: Never}")) ==
        "spec.updateStrategy.type: Unsupported value: \"Never\": supported values: "
        "\"RollingUpdate\", \"OnDelete\"");
  const auto before = made(daemonsets, set_spec(""));
  const auto after = made(daemonsets, set_spec("",
                                               "{matchExpressions: [{key: app, operator: "
                                               "Exists}]}"));
  CHECK(update_problems(daemonsets, before, after).ends_with("field is immutable"));
}

TEST_CASE("ReplicationControllers, PodTemplates and ControllerRevisions") {
  const std::string pods{kTemplate};
  CHECK(problems(replicationcontrollers, object("spec: {" + pods + "}")) == "");
  CHECK(problems(replicationcontrollers, object("spec: {replicas: 1}")) ==
        "spec.selector: Required value\nspec.template: Required value");
  CHECK(problems(replicationcontrollers, object("spec: {selector: {app: b}, " + pods + "}")) ==
        "spec.template.metadata.labels: Invalid value: {\"app\":\"a\"}: `selector` does not match "
        "template `labels`");
  CHECK(problems(podtemplates, object("template: {spec: {}}")) ==
        "template.spec.containers: Required value");
  CHECK(problems(controllerrevisions, object("revision: -1")) ==
        "data: Required value: data is mandatory\n"
        "revision: Invalid value: -1: must be greater than or equal to 0");
  const auto before = made(controllerrevisions, object("data: {a: 1}"));
  CHECK(update_problems(controllerrevisions, before,
                        made(controllerrevisions, object("data: {a: 2}"))) ==
        "data: Invalid value: {\"a\":2}: field is immutable");
}

}  // namespace
}  // namespace rockpool::api
