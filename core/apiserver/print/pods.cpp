// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>
#include <string>

#include "core/api/views/pod.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"
#include "core/sim/human_duration.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kPodColumns[] = {
    kNameColumn,
    {"Ready", ColumnType::string, false, "Containers that are ready, of all."},
    {"Status", ColumnType::string, false, "The phase, or why it is not what it should be."},
    {"Restarts", ColumnType::string, false, "How often containers were restarted, and when last."},
    kAgeColumn,
    {"IP", ColumnType::string, true, "The Pod's address."},
    {"Node", ColumnType::string, true, "The node that runs the Pod."},
    {"Nominated Node", ColumnType::string, true, "The node that is being freed for the Pod."},
    {"Readiness Gates", ColumnType::string, true, "Gates that are open, of all."},
};

// Restarts and the last moment one of them began.
struct Restarts {
  std::int64_t count = 0;
  std::optional<sim::Time> last;

  void add(const api::ContainerStatus& status) {
    count += status.restart_count();
    const auto finished = api::read_time(status.last_state().terminated()["finishedAt"_key]);
    if (finished && (!last || *last < *finished)) last = finished;
  }
  std::string to_string(sim::Time now) const {
    if (count == 0 || !last) return fmt::format("{}", count);
    return fmt::format("{} ({} ago)", count, sim::format_human_duration(now - *last));
  }
};

// What a row says about a Pod beside its metadata.
struct Summary {
  std::string reason;
  std::int64_t ready = 0;
  std::int64_t total = 0;
  Restarts restarts;
};

std::string ending_text(const doc::Value& terminated) {
  if (!terminated["reason"_key].is_empty()) return terminated["reason"_key].to_string();
  if (const std::int64_t signal = terminated["signal"_key].as_int(); signal != 0) {
    return fmt::format("Signal:{}", signal);
  }
  return fmt::format("ExitCode:{}", terminated["exitCode"_key].as_int());
}

bool is_sidecar(const api::PodSpec& spec, std::string_view name) {
  for (const api::Container container : spec.init_containers()) {
    if (container.name() == name) return container.is_restartable_init();
  }
  return false;
}

// Looks through the init containers up to the first that has not done its part. Returns whether
// there is one; the reason is then why.
bool summarize_init(const api::Pod& pod, Summary& summary, Restarts& of_sidecars) {
  const api::PodSpec spec = pod.spec();
  int index = -1;
  for (const api::ContainerStatus status : pod.init_container_statuses()) {
    ++index;
    const bool sidecar = is_sidecar(spec, status.name());
    summary.restarts.add(status);
    if (sidecar) of_sidecars.add(status);
    const api::ContainerState state = status.state();
    const doc::Value& terminated = state.terminated();
    if (!terminated.is_null() && terminated["exitCode"_key].as_int() == 0) continue;
    if (sidecar && status.is_started()) {
      if (status.is_ready()) ++summary.ready;
      continue;
    }
    const std::string waiting = state.waiting()["reason"_key].to_string();
    if (!terminated.is_null()) {
      summary.reason = "Init:" + ending_text(terminated);
    } else if (!waiting.empty() && waiting != "PodInitializing") {
      summary.reason = "Init:" + waiting;
    } else {
      summary.reason = fmt::format("Init:{}/{}", index, spec.init_containers().size());
    }
    return true;
  }
  return false;
}

// The first container that has something to say gives the reason, so this goes from the last.
void summarize_containers(const api::Pod& pod, Summary& summary) {
  bool has_running = false;
  const auto statuses = pod.container_statuses();
  for (std::size_t left = statuses.size(); left > 0; --left) {
    const api::ContainerStatus status = statuses[left - 1];
    const api::ContainerState state = status.state();
    summary.restarts.add(status);
    if (const doc::Value& reason = state.waiting()["reason"_key]; !reason.is_empty()) {
      summary.reason = reason.as_string();
    } else if (!state.terminated().is_null()) {
      summary.reason = ending_text(state.terminated());
    } else if (status.is_ready() && !state.running().is_null()) {
      has_running = true;
      ++summary.ready;
    }
  }
  if (summary.reason == "Completed" && has_running) {
    summary.reason = pod.is_ready() ? "Running" : "NotReady";
  }
}

bool waits_for_gates(const api::Pod& pod) {
  return api::find_condition(pod.value(), "PodScheduled")["reason"_key].as_string() ==
         "SchedulingGated";
}

Summary summarize(const api::Pod& pod) {
  Summary summary;
  summary.reason = pod.reason().empty() ? pod.phase() : pod.reason();
  if (waits_for_gates(pod)) summary.reason = "SchedulingGated";
  const api::PodSpec spec = pod.spec();
  summary.total = static_cast<std::int64_t>(spec.containers().size());
  for (const api::Container container : spec.init_containers()) {
    if (container.is_restartable_init()) ++summary.total;
  }
  Restarts of_sidecars;
  const bool initializing = summarize_init(pod, summary, of_sidecars);
  if (!initializing || api::is_condition_true(pod.value(), "Initialized")) {
    summary.restarts = of_sidecars;
    summarize_containers(pod, summary);
  }
  if (pod.is_being_deleted() && pod.reason() == "NodeLost") {
    summary.reason = "Unknown";
  } else if (pod.is_being_deleted() && !pod.is_terminal()) {
    summary.reason = "Terminating";
  }
  return summary;
}

std::string readiness_gates_text(const api::Pod& pod) {
  const doc::Value gates = pod.spec().readiness_gates();
  if (gates.size() == 0) return std::string{kNone};
  int open = 0;
  for (const doc::Value& gate : gates.items()) {
    if (api::is_condition_true(pod.value(), gate["conditionType"_key].as_string())) ++open;
  }
  return fmt::format("{}/{}", open, gates.size());
}

Cells pod_cells(const doc::Value& object, sim::Time now) {
  const api::Pod pod{object};
  const Summary summary = summarize(pod);
  return {pod.name(),
          fmt::format("{}/{}", summary.ready, summary.total),
          summary.reason,
          summary.restarts.to_string(now),
          age_of(object, now),
          or_none(pod.ips().at(0)["ip"_key].as_string()),
          or_none(pod.node_name()),
          or_none(pod.nominated_node_name()),
          readiness_gates_text(pod)};
}

// By this `kubectl get` shades or hides rows of Pods that are done.
doc::Value pod_conditions(const doc::Value& object) {
  const api::Pod pod{object};
  if (!pod.is_terminal()) return {};
  const bool succeeded = pod.phase() == "Succeeded";
  return doc::Value::array({doc::Value::object(
      {{"type"_key, "Completed"},
       {"status"_key, "True"},
       {"reason"_key, pod.phase()},
       {"message"_key, succeeded ? "The pod has completed successfully." : "The pod failed."}})});
}

}  // namespace

constexpr Printer kPodPrinter{kPodColumns, pod_cells, pod_conditions};

}  // namespace rockpool::apiserver
