// SPDX-License-Identifier: Apache-2.0
#include "core/node/pod_status.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "core/api/object.h"

namespace rockpool::node {
namespace {

using namespace doc::literals;
using api::Container;

// The condition of a Pod that is stopped for the sake of others, which others set too, and the
// kubelet's reason for it.
constexpr std::string_view kDisruptionTarget = "DisruptionTarget";
constexpr std::string_view kTerminationByKubelet = "TerminationByKubelet";

struct ConditionText {
  bool is_true = false;
  std::string_view reason = {};
  std::string message = {};
};

bool is_initialized(const Container& container, const ContainerState& state) {
  if (container.is_restartable_init()) return state.started;
  return state.is_terminated() && state.termination.exit_code == 0;
}

bool any_container_has_started(const PodState& state) {
  for (const ContainerState& container : state.containers) {
    if (!container.container_id.is_null()) return true;
  }
  return false;
}

// Go's %s of a []string: `[a b]`.
void append_name(std::string& list, std::string_view name) {
  if (!list.empty()) list += ' ';
  list += name;
}

ConditionText initialized(const api::PodSpec& spec, const PodState& state, std::string_view phase) {
  if (phase == "Succeeded") return {true, "PodCompleted", {}};
  if (any_container_has_started(state)) return {true, {}, {}};
  std::string incomplete;
  const auto containers = spec.init_containers();
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Container container = containers[i];
    if (!is_initialized(container, state.init_containers[i])) {
      append_name(incomplete, container.name());
    }
  }
  if (incomplete.empty()) return {true, {}, {}};
  return {false, "ContainersNotInitialized",
          "containers with incomplete status: [" + incomplete + "]"};
}

ConditionText containers_ready(const api::PodSpec& spec, const PodState& state,
                               std::string_view phase) {
  if (phase == "Failed") return {false, "PodFailed", {}};
  if (phase == "Succeeded") return {false, "PodCompleted", {}};
  std::string unready;
  const auto init_containers = spec.init_containers();
  for (std::size_t i = 0; i < init_containers.size(); ++i) {
    const Container container = init_containers[i];
    if (container.is_restartable_init() && !state.init_containers[i].ready) {
      append_name(unready, container.name());
    }
  }
  const auto containers = spec.containers();
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Container container = containers[i];
    if (!state.containers[i].ready) append_name(unready, container.name());
  }
  if (unready.empty()) return {true, {}, {}};
  return {false, "ContainersNotReady", "containers with unready status: [" + unready + "]"};
}

ConditionText ready(const api::Pod& pod, const ConditionText& containers) {
  if (!containers.is_true) return containers;
  std::string message;
  const api::PodSpec spec = pod.spec();
  for (const doc::Value& gate : spec.readiness_gates().items()) {
    const std::string type = gate["conditionType"_key].to_string();
    const std::string_view status = api::condition_status(pod.value(), type);
    if (status == "True") continue;
    if (!message.empty()) message += ", ";
    if (status.empty()) {
      message += "corresponding condition of pod readiness gate \"" + type + "\" does not exist.";
    } else {
      message += "the status of pod readiness gate \"" + type + "\" is not \"True\", but ";
      message += status;
    }
  }
  if (message.empty()) return {true, {}, {}};
  return {false, "ReadinessGatesNotReady", std::move(message)};
}

doc::Value make_condition(const api::Pod& pod, std::string_view type, const ConditionText& text,
                          const doc::Value& now) {
  const doc::Value& before = api::find_condition(pod.value(), type);
  const std::string_view status = text.is_true ? "True" : "False";
  const bool is_same = before["status"_key].as_string() == status;
  // What stays as it was is shared with the status before.
  if (is_same && before["reason"_key].as_string() == text.reason &&
      before["message"_key].as_string() == text.message) {
    return before;
  }
  std::vector<doc::Member> members;
  members.reserve(4 + (text.message.empty() ? 0 : 1) + (text.reason.empty() ? 0 : 1));
  members.push_back({doc::Key{"lastProbeTime"_key}, nullptr});
  members.push_back(
      {doc::Key{"lastTransitionTime"_key}, is_same ? before["lastTransitionTime"_key] : now});
  if (!text.message.empty()) members.push_back({doc::Key{"message"_key}, text.message});
  if (!text.reason.empty()) members.push_back({doc::Key{"reason"_key}, text.reason});
  members.push_back({doc::Key{"status"_key}, status});
  members.push_back({doc::Key{"type"_key}, type});
  return doc::Value::object_of(std::move(members));
}

bool is_own_condition(std::string_view type) {
  return type == "PodReadyToStartContainers" || type == "Initialized" || type == "Ready" ||
         type == "ContainersReady" || type == "PodScheduled";
}

bool is_own_disruption(const doc::Value& condition) {
  return condition["type"_key].as_string() == kDisruptionTarget &&
         condition["reason"_key].as_string() == kTerminationByKubelet;
}

doc::Value make_conditions(const api::Pod& pod, const PodState& state, std::string_view phase,
                           const doc::Value& now) {
  const api::PodSpec spec = pod.spec();
  std::vector<doc::Value> conditions;
  conditions.reserve(5);
  const auto add = [&](std::string_view type, const ConditionText& text) {
    conditions.push_back(make_condition(pod, type, text, now));
  };
  const ConditionText containers = containers_ready(spec, state, phase);
  add("PodReadyToStartContainers", {state.sandbox_ready, {}, {}});
  add("Initialized", initialized(spec, state, phase));
  add("Ready", ready(pod, containers));
  add("ContainersReady", containers);
  add("PodScheduled", {true, {}, {}});
  const bool is_disrupted = state.terminated && state.failed_for_node;
  for (const doc::Value& other : pod.conditions().items()) {
    const std::string_view type = other["type"_key].as_string();
    if (is_own_condition(type) || (is_disrupted && type == kDisruptionTarget)) continue;
    conditions.push_back(other);
  }
  if (is_disrupted) add(kDisruptionTarget, {true, kTerminationByKubelet, state.failure_message});
  return doc::Value::array(std::move(conditions));
}

doc::Value terminated_value(const Termination& termination) {
  doc::Value value = doc::Value::object({
      {"exitCode"_key, termination.exit_code},
      {"reason"_key, termination.reason},
      {"startedAt"_key, api::time_value(termination.started_at)},
      {"finishedAt"_key, api::time_value(termination.finished_at)},
  });
  if (!termination.container_id.is_null()) value.set("containerID"_key, termination.container_id);
  if (!termination.message.empty()) value.set("message"_key, termination.message);
  return doc::Value::object({{"terminated"_key, value}});
}

doc::Value waiting_value(std::string_view reason, std::string_view message) {
  doc::Value value = doc::Value::object({{"reason"_key, reason}});
  if (!message.empty()) value.set("message"_key, message);
  return doc::Value::object({{"waiting"_key, value}});
}

// The present state and the last one.
std::pair<doc::Value, doc::Value> state_values(const ContainerState& state,
                                               bool has_init_containers) {
  doc::Value last =
      state.last_termination ? terminated_value(*state.last_termination) : doc::Value::object();
  switch (state.phase) {
    case ContainerState::Phase::running:
      return {doc::Value::object(
                  {{"running"_key,
                    doc::Value::object({{"startedAt"_key, api::time_value(state.started_at)}})}}),
              last};
    case ContainerState::Phase::terminated:
      if (state.waiting_reason.empty()) return {terminated_value(state.termination), last};
      return {waiting_value(state.waiting_reason, state.waiting_message),
              terminated_value(state.termination)};
    case ContainerState::Phase::waiting:
      break;
  }
  if (!state.waiting_reason.empty()) {
    return {waiting_value(state.waiting_reason, state.waiting_message), last};
  }
  return {waiting_value(has_init_containers ? "PodInitializing" : "ContainerCreating", {}), last};
}

doc::Value make_statuses(const api::ViewList<Container>& containers,
                         const std::vector<ContainerState>& states, bool has_init_containers) {
  std::vector<doc::Value> statuses;
  statuses.reserve(states.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    statuses.push_back(make_container_status(containers[i], states[i], has_init_containers));
  }
  return doc::Value::array(std::move(statuses));
}

doc::Value make_ephemeral_statuses(const api::Pod& pod, const std::list<ContainerState>& states) {
  const doc::Value& containers = pod.value()["spec"_key]["ephemeralContainers"_key];
  std::vector<doc::Value> statuses;
  for (const ContainerState& state : states) {
    const Container container{containers.at(statuses.size())};
    statuses.push_back(make_container_status(container, state, false));
  }
  return doc::Value::array(std::move(statuses));
}

// The volume mounts as a status shows them.
doc::Value mount_statuses(const doc::Value& mounts) {
  std::vector<doc::Value> statuses;
  for (const doc::Value& mount : mounts.items()) {
    const doc::Value& path = mount["mountPath"_key];
    const doc::Value& name = mount["name"_key];
    statuses.push_back(mount["readOnly"_key].as_bool()
                           ? doc::Value::object({{"mountPath"_key, path},
                                                 {"name"_key, name},
                                                 {"readOnly"_key, true},
                                                 {"recursiveReadOnly"_key, "Disabled"}})
                           : doc::Value::object({{"mountPath"_key, path}, {"name"_key, name}}));
  }
  return doc::Value::array(std::move(statuses));
}

struct PhaseCounts {
  int pending_init = 0;
  int failed_init = 0;
  int pending_sidecars = 0;
  int waiting = 0;
  int running = 0;
  int stopped = 0;
  int succeeded = 0;
};

void count_init_container(const Container& container, const ContainerState& state,
                          PhaseCounts& counts) {
  const bool shows_waiting = state.phase == ContainerState::Phase::waiting ||
                             (state.is_terminated() && !state.waiting_reason.empty());
  const Termination* last = state.is_terminated()    ? &state.termination
                            : state.last_termination ? &*state.last_termination
                                                     : nullptr;
  if (container.is_restartable_init()) {
    if (state.is_running()) {
      if (!state.started) ++counts.pending_sidecars;
      ++counts.running;
    } else if (shows_waiting && last == nullptr) {
      ++counts.pending_sidecars;
      ++counts.waiting;
    }
    return;
  }
  if (state.is_running()) {
    ++counts.pending_init;
  } else if (last == nullptr) {
    ++counts.pending_init;
  } else if (last->exit_code != 0) {
    ++counts.failed_init;
  }
}

PhaseCounts count_containers(const api::PodSpec& spec, const PodState& state) {
  PhaseCounts counts;
  const auto init_containers = spec.init_containers();
  for (std::size_t i = 0; i < init_containers.size(); ++i) {
    count_init_container(init_containers[i], state.init_containers[i], counts);
  }
  for (const ContainerState& container : state.containers) {
    if (container.is_running()) {
      ++counts.running;
    } else if (container.is_terminated()) {
      ++counts.stopped;
      // A container that waits for its restart has no state that could count as a success.
      if (container.termination.exit_code == 0 && container.waiting_reason.empty()) {
        ++counts.succeeded;
      }
    } else if (container.last_termination) {
      ++counts.stopped;
    } else {
      ++counts.waiting;
    }
  }
  return counts;
}

// As hostIPs and podIPs have them.
doc::Value ip_list(const std::vector<std::string>& ips) {
  std::vector<doc::Value> list;
  list.reserve(ips.size());
  for (const std::string& ip : ips) list.push_back(doc::Value::object({{"ip"_key, ip}}));
  return doc::Value::array(std::move(list));
}

bool is_ip_list(const doc::Value& list, const std::vector<std::string>& ips) {
  if (list.size() != ips.size()) return false;
  for (std::size_t i = 0; i < ips.size(); ++i) {
    if (list.at(i)["ip"_key].as_string() != ips[i]) return false;
  }
  return true;
}

}  // namespace

bool should_restart(std::string_view restart_policy, std::int32_t exit_code) {
  if (restart_policy == "Never") return false;
  return restart_policy == "Always" || exit_code != 0;
}

std::string_view pod_phase(const api::PodSpec& spec, const PodState& state) {
  // Nobody is told that a Pod has failed while containers of it may still run (status manager,
  // mergePodStatus).
  if (!state.failure_reason.empty() && state.terminated) return "Failed";
  const PhaseCounts counts = count_containers(spec, state);
  const std::string_view policy = spec.restart_policy();
  if (counts.failed_init > 0 && policy == "Never") return "Failed";
  if (state.terminated && counts.running == 0 && (counts.waiting > 0 || counts.pending_init > 0)) {
    // Torn down before every container had its turn: the rest count as failed
    // (status manager, TerminatePod).
    return "Failed";
  }
  // An init container that failed and will run again leaves the others waiting.
  if (counts.pending_init > 0 || counts.failed_init > 0 ||
      (counts.pending_sidecars > 0 && !any_container_has_started(state)) || counts.waiting > 0) {
    return "Pending";
  }
  if (counts.running > 0) return "Running";
  if (state.terminated || policy != "Always") {
    if (counts.stopped == counts.succeeded) return "Succeeded";
    if (state.terminated || policy == "Never") return "Failed";
  }
  return "Running";
}

doc::Value merge_pod_status(const doc::Value& present, doc::Value status) {
  const auto before = present["conditions"_key].items();
  const auto after = status["conditions"_key].items();
  const bool has_disrupted = std::ranges::any_of(after, is_own_disruption);
  const auto is_foreign = [has_disrupted](const doc::Value& condition) {
    const std::string_view type = condition["type"_key].as_string();
    return !is_own_condition(type) && !(has_disrupted && type == kDisruptionTarget);
  };
  if (std::ranges::none_of(before, is_foreign) && std::ranges::none_of(after, is_foreign)) {
    return status;
  }
  std::vector<doc::Value> conditions;
  std::ranges::copy_if(after, std::back_inserter(conditions), std::not_fn(is_foreign));
  std::ranges::copy_if(before, std::back_inserter(conditions), is_foreign);
  status.set("conditions"_key, doc::Value::array(std::move(conditions)));
  return status;
}

doc::Value make_container_status(const Container& container, const ContainerState& state,
                                 bool has_init_containers) {
  auto [present, last] = state_values(state, has_init_containers);
  // Put together at once: an object that grows keeps room that nobody needs.
  std::vector<doc::Member> members;
  const auto add = [&members](doc::KnownKeyIndex key, doc::Value value) {
    members.push_back({doc::Key{key}, std::move(value)});
  };
  const doc::Value& mounts = container.volume_mounts();
  const doc::Value& resources = container.value()["resources"_key];
  const bool has_requests = state.is_running() && container.requests().size() != 0;
  const bool has_resources = state.is_running() && resources.size() != 0;
  const bool has_id = !state.container_id.is_null();
  members.reserve(8u + has_requests + has_id + has_resources + (mounts.size() != 0 ? 1u : 0u));
  if (has_requests) add("allocatedResources"_key, container.requests());
  if (has_id) add("containerID"_key, state.container_id);
  add("image"_key, state.image.is_null() ? container.value()["image"_key] : state.image);
  add("imageID"_key, state.image_id.is_null() ? doc::Value{""} : state.image_id);
  add("lastState"_key, std::move(last));
  add("name"_key, container.value()["name"_key]);
  add("ready"_key, state.ready);
  if (has_resources) add("resources"_key, resources);
  add("restartCount"_key, state.restart_count);
  add("started"_key, state.is_running() && state.started);
  add("state"_key, std::move(present));
  if (mounts.size() != 0) add("volumeMounts"_key, mount_statuses(mounts));
  return doc::Value::object_of(std::move(members));
}

HostInfo HostInfo::of(const std::vector<std::string>& ips) {
  return {ips.front(), ip_list(ips)};
}

doc::Value make_pod_status(const api::Pod& pod, const PodState& state, const HostInfo& host,
                           sim::Time now) {
  const api::PodSpec spec = pod.spec();
  const std::string_view phase = pod_phase(spec, state);
  const doc::Value& before = pod.value()["status"_key];
  const bool has_init_containers = !state.init_containers.empty();
  constexpr std::size_t kMostMembers = 16;
  std::vector<doc::Member> members;
  members.reserve(kMostMembers);
  const auto add = [&members](doc::KnownKeyIndex key, doc::Value value) {
    members.push_back({doc::Key{key}, std::move(value)});
  };
  add("phase"_key, phase);
  add("conditions"_key, make_conditions(pod, state, phase, api::time_value(now)));
  add("hostIP"_key, host.ip);
  add("hostIPs"_key, host.ips);
  const doc::Value start_time = api::time_value(state.start_time);
  add("startTime"_key,
      before["startTime"_key] == start_time ? before["startTime"_key] : start_time);
  add("qosClass"_key, api::pod_qos_class(spec));
  if (!state.ips.empty()) {
    add("podIP"_key, state.ips.front());
    const doc::Value& old_ips = before["podIPs"_key];
    add("podIPs"_key, is_ip_list(old_ips, state.ips) ? old_ips : ip_list(state.ips));
  }
  if (state.terminated && !state.failure_reason.empty()) {
    add("reason"_key, state.failure_reason);
    add("message"_key, state.failure_message);
  }
  if (has_init_containers) {
    add("initContainerStatuses"_key,
        make_statuses(spec.init_containers(), state.init_containers, true));
  }
  add("containerStatuses"_key,
      make_statuses(spec.containers(), state.containers, has_init_containers));
  if (!state.ephemeral_containers.empty()) {
    add("ephemeralContainerStatuses"_key, make_ephemeral_statuses(pod, state.ephemeral_containers));
  }
  // What other components keep in the status.
  for (const auto key : {"nominatedNodeName"_key, "resize"_key}) {
    if (!before[key].is_null()) add(key, before[key]);
  }
  members.shrink_to_fit();
  return doc::Value::object_of(std::move(members));
}

}  // namespace rockpool::node
