// SPDX-License-Identifier: Apache-2.0
#include "core/node/pod_status.h"

#include <doctest/doctest.h>

#include "core/doc/yaml.h"

namespace rockpool::node {
namespace {

using Phase = ContainerState::Phase;

api::Pod make_pod(const std::string& spec) {
  return api::Pod{doc::parse_yaml("{metadata: {name: p, namespace: ns}, spec: {" + spec + "}}")
                      .value()[0]
                      .value};
}

ContainerState running() {
  ContainerState state;
  state.phase = Phase::running;
  state.started = true;
  state.ready = true;
  state.container_id = "containerd://1";
  return state;
}

ContainerState ended(std::int32_t exit_code) {
  ContainerState state;
  state.phase = Phase::terminated;
  state.container_id = "containerd://1";
  state.termination.exit_code = exit_code;
  state.termination.reason = exit_code == 0 ? "Completed" : "Error";
  return state;
}

std::string phase(const std::string& policy, std::vector<ContainerState> containers,
                  std::vector<ContainerState> init = {}) {
  std::string spec = "restartPolicy: " + policy + ", containers: [{name: a}, {name: b}]";
  if (!init.empty()) spec += ", initContainers: [{name: i}]";
  PodState state;
  state.containers = std::move(containers);
  state.init_containers = std::move(init);
  return std::string{pod_phase(make_pod(spec).spec(), state)};
}

TEST_CASE("the phase follows from the containers and the restart policy") {
  CHECK(phase("Always", {running(), {}}) == "Pending");
  CHECK(phase("Always", {running(), running()}) == "Running");
  CHECK(phase("Always", {running(), ended(1)}) == "Running");
  CHECK(phase("Always", {ended(0), ended(0)}) == "Running");
  CHECK(phase("OnFailure", {ended(0), ended(1)}) == "Running");
  CHECK(phase("OnFailure", {ended(0), ended(0)}) == "Succeeded");
  CHECK(phase("Never", {ended(0), ended(0)}) == "Succeeded");
  CHECK(phase("Never", {ended(0), ended(1)}) == "Failed");
  CHECK(phase("Never", {running(), ended(1)}) == "Running");
  CHECK(phase("Never", {{}, {}}, {ended(1)}) == "Failed");
  CHECK(phase("Always", {{}, {}}, {ended(1)}) == "Pending");
  CHECK(phase("Always", {{}, {}}, {running()}) == "Pending");
  CHECK(phase("Always", {running(), running()}, {ended(0)}) == "Running");
}

TEST_CASE("conditions keep their times, and those of others stay") {
  const api::Pod before =
      make_pod("containers: [{name: a}], readinessGates: [{conditionType: gate/x}]");
  PodState state;
  state.containers = {running()};
  state.sandbox_ready = true;
  const sim::Time later = sim::kEpoch + std::chrono::seconds{9};
  doc::Value pod = before.value();
  pod.set("status", make_pod_status(before, state, HostInfo::of({"1.2.3.4"}), sim::kEpoch));
  CHECK(api::find_condition(pod, "Ready")["message"].to_string() ==
        "corresponding condition of pod readiness gate \"gate/x\" does not exist.");
  CHECK(api::is_condition_true(pod, "ContainersReady"));
  api::set_condition(pod, {.type = "gate/x", .status = "True"}, sim::kEpoch);
  const api::Pod with_gate{pod};
  pod.set("status", make_pod_status(with_gate, state, HostInfo::of({"1.2.3.4"}), later));
  CHECK(api::is_condition_true(pod, "Ready"));
  CHECK(api::is_condition_true(pod, "gate/x"));
  CHECK(api::read_time(api::find_condition(pod, "Ready")["lastTransitionTime"]) == later);
  CHECK(api::read_time(api::find_condition(pod, "ContainersReady")["lastTransitionTime"]) ==
        sim::kEpoch);
}

TEST_CASE("a container that waits for its restart shows how it ended") {
  ContainerState state = ended(2);
  state.waiting_reason = "CrashLoopBackOff";
  state.waiting_message = "back-off";
  state.restart_count = 4;
  const doc::Value status =
      make_container_status(api::Container{doc::Value::map({{"name", "a"}})}, state, false);
  CHECK(status["state"]["waiting"]["reason"].to_string() == "CrashLoopBackOff");
  CHECK(status["lastState"]["terminated"]["exitCode"].as_int() == 2);
  CHECK(status["restartCount"].as_int() == 4);
  CHECK_FALSE(status["ready"].as_bool(true));
}

}  // namespace
}  // namespace rockpool::node
