// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/replicaset_plan.h"

#include <doctest/doctest.h>

#include "core/doc/yaml.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

api::Pod pod(std::string_view name, std::string_view yaml) {
  auto documents = doc::parse_yaml(yaml);
  REQUIRE(documents);
  doc::Value value = documents->front().value;
  value.edit("metadata"_key).set("name"_key, name);
  value.edit("metadata"_key).set("uid"_key, name);
  return api::Pod{value};
}

constexpr std::string_view kReady =
    "{spec: {nodeName: one}, status: {phase: Running, conditions: [{type: Ready, status: 'True', "
    "lastTransitionTime: '2025-01-01T00:00:00Z'}]}}";

// The name of the one of two Pods that goes first, whichever way they are listed.
std::string first_of(const api::Pod& left, const api::Pod& right,
                     const std::map<std::string, std::int64_t, std::less<>>& ranks = {}) {
  const sim::Time now = sim::kEpoch + 24h;
  const std::string first{choose_victims({left, right}, ranks, 1, now).front().name()};
  CHECK(choose_victims({right, left}, ranks, 1, now).front().name() == first);
  return first;
}

TEST_CASE("the order of deletion") {
  const api::Pod ready = pod("ready", kReady);
  CHECK(first_of(ready, pod("unbound", "{status: {phase: Running}}")) == "unbound");
  CHECK(first_of(ready, pod("pending", "{spec: {nodeName: one}, status: {phase: Pending}}")) ==
        "pending");
  CHECK(first_of(pod("pending", "{spec: {nodeName: one}, status: {phase: Pending}}"),
                 pod("unknown", "{spec: {nodeName: one}, status: {phase: Unknown}}")) == "pending");
  CHECK(first_of(ready, pod("unready", "{spec: {nodeName: one}, status: {phase: Running}}")) ==
        "unready");

  doc::Value cheap = ready.value();
  cheap.edit("metadata"_key).set("uid"_key, "z");
  cheap.edit("metadata"_key).set("name"_key, "cheap");
  api::set_annotation(cheap, "controller.kubernetes.io/pod-deletion-cost", "-5");
  CHECK(first_of(ready, api::Pod{cheap}) == "cheap");

  doc::Value crowded = ready.value();
  crowded.edit("metadata"_key).set("name"_key, "crowded");
  crowded.edit("metadata"_key).set("uid"_key, "z");
  crowded.edit("spec"_key).set("nodeName"_key, "two");
  CHECK(first_of(ready, api::Pod{crowded}, {{"one", 1}, {"two", 2}}) == "crowded");

  const api::Pod late =
      pod("late",
          "{spec: {nodeName: one}, status: {phase: Running, conditions: [{type: "
          "Ready, status: 'True', lastTransitionTime: '2025-01-01T23:00:00Z'}]}}");
  CHECK(first_of(ready, late) == "late");
  // Twenty and twenty-four hours are of the same magnitude: the uid decides.
  const api::Pod later =
      pod("z",
          "{spec: {nodeName: one}, status: {phase: Running, conditions: [{type: "
          "Ready, status: 'True', lastTransitionTime: '2025-01-01T04:00:00Z'}]}}");
  CHECK(first_of(ready, later) == "ready");

  doc::Value restarted = ready.value();
  restarted.edit("metadata"_key).set("name"_key, "restarted");
  restarted.edit("metadata"_key).set("uid"_key, "z");
  restarted.edit("status"_key)
      .set("containerStatuses"_key,
           doc::Value::array({doc::Value::object({{"restartCount"_key, 3}})}));
  CHECK(first_of(ready, api::Pod{restarted}) == "restarted");
  CHECK(first_of(ready, pod("zz", kReady)) == "ready");
}

}  // namespace
}  // namespace rockpool::controllers
