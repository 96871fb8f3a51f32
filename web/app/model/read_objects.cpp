// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/read_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/api/object.h"
#include "core/api/views/cluster_objects.h"
#include "core/api/views/node.h"
#include "core/api/views/pod.h"
#include "core/api/views/service.h"

namespace rockpool::app {
namespace {

// The STATUS column of `kubectl get pods` (pkg/printers/internalversion printPod), without init
// containers' progress, which Init: marks.
std::string pod_status(const doc::Value& pod) {
  const doc::Value& status = pod["status"];
  std::string reason = status["reason"].to_string();
  if (reason.empty()) reason = status["phase"].as_string("Pending");
  for (const doc::Value& container : status["initContainerStatuses"].items()) {
    const doc::Value& terminated = container["state"]["terminated"];
    if (!terminated.is_null() && terminated["exitCode"].as_int() == 0) continue;
    if (container["started"].as_bool()) continue;
    const doc::Value& waiting = container["state"]["waiting"]["reason"];
    if (!terminated.is_null()) return "Init:" + terminated["reason"].to_string("Error");
    if (!waiting.is_null() && waiting.as_string() != "PodInitializing")
      return "Init:" + waiting.to_string();
    return "Init";
  }
  bool has_running = false;
  for (const doc::Value& container : status["containerStatuses"].items()) {
    const doc::Value& state = container["state"];
    if (const std::string_view waiting = state["waiting"]["reason"].as_string(); !waiting.empty()) {
      reason = waiting;
    } else if (!state["terminated"].is_null()) {
      reason = state["terminated"]["reason"].to_string(
          fmt::format("ExitCode:{}", state["terminated"]["exitCode"].as_int()));
    } else if (container["ready"].as_bool() && !state["running"].is_null()) {
      has_running = true;
    }
  }
  if (reason == "Completed" && has_running)
    reason = api::is_condition_true(pod, "Ready") ? "Running" : "NotReady";
  if (api::is_being_deleted(pod))
    return status["reason"].as_string() == "NodeLost" ? "Unknown" : "Terminating";
  return reason;
}

Health pod_health(const doc::Value& pod, const PodItem& item) {
  const std::string_view phase = pod["status"]["phase"].as_string("Pending");
  if (item.status == "Terminating") return Health::Leaving;
  if (phase == "Succeeded" || item.status == "Completed") return Health::Finished;
  const bool waits = item.status == "Pending" || item.status == "ContainerCreating" ||
                     item.status == "PodInitializing" || item.status.starts_with("Init");
  if (waits && !item.status.ends_with("BackOff") && !item.status.ends_with("Error")) {
    return item.node.empty() ? Health::Waiting : Health::Starting;
  }
  if (item.status == "Running")
    return api::is_condition_true(pod, "Ready") ? Health::Ready : Health::NotReady;
  return Health::Failing;
}

// "back-off 20s restarting failed container=… (last run: Error, exit code 1)"
std::string container_trouble(const doc::Value& container) {
  std::string text = container["state"]["waiting"]["message"].to_string();
  const doc::Value& state = container["state"]["terminated"];
  const doc::Value& ended = state.is_null() ? container["lastState"]["terminated"] : state;
  if (container["ready"].as_bool() || ended.is_null()) return text;
  const std::string end = fmt::format("{}, exit code {}", ended["reason"].as_string("Error"),
                                      ended["exitCode"].as_int());
  if (text.empty()) return end;
  return fmt::format("{} (last run: {})", text, end);
}

std::string pod_trouble(const doc::Value& pod, Health health) {
  const doc::Value& status = pod["status"];
  if (health == Health::Waiting)
    return api::find_condition(pod, "PodScheduled")["message"].to_string();
  if (health != Health::Failing && health != Health::NotReady) return {};
  for (const auto& containers : {status["initContainerStatuses"], status["containerStatuses"]}) {
    for (const doc::Value& container : containers.items()) {
      if (std::string text = container_trouble(container); !text.empty()) return text;
    }
  }
  if (!status["message"].is_null()) return status["message"].to_string();
  return api::find_condition(pod, "Ready")["message"].to_string();
}

// The workload's name: what its ReplicaSet's owner is called, by taking the template's hash away.
std::string app_of(const doc::Value& pod, const PodItem& item) {
  const std::string_view hash = api::label(pod, "pod-template-hash");
  std::string_view owner =
      item.owner.empty() ? std::string_view{item.name} : std::string_view{item.owner};
  if (!hash.empty() && owner.ends_with(hash) && owner.size() > hash.size() + 1) {
    owner.remove_suffix(hash.size() + 1);
  }
  return std::string{owner};
}

std::string port_text(const api::ServicePort& port) {
  std::string text = fmt::format("{}", port.port());
  if (port.node_port() != 0) text += fmt::format(":{}", port.node_port());
  return text + fmt::format("/{}", port.protocol());
}

}  // namespace

PodItem read_pod(const doc::Value& pod) {
  PodItem item;
  item.ns = api::namespace_of(pod);
  item.name = api::name(pod);
  item.uid = api::uid(pod);
  item.node = pod["spec"]["nodeName"].to_string();
  item.ip = pod["status"]["podIP"].to_string();
  item.status = pod_status(pod);
  for (const doc::Value& container : pod["spec"]["containers"].items()) {
    item.container_names.push_back(container["name"].to_string());
  }
  item.containers = static_cast<std::int32_t>(item.container_names.size());
  for (const doc::Value& container : pod["status"]["containerStatuses"].items()) {
    item.ready_containers += container["ready"].as_bool() ? 1 : 0;
    item.restarts += static_cast<std::int32_t>(container["restartCount"].as_int());
  }
  if (const auto owner = api::controller_of(pod)) {
    item.owner_kind = owner->kind;
    item.owner = owner->name;
  }
  item.app = app_of(pod, item);
  item.created = api::creation_timestamp(pod).value_or(sim::Time{});
  item.health = pod_health(pod, item);
  item.why = pod_trouble(pod, item.health);
  return item;
}

NodeItem read_node(const doc::Value& value) {
  const api::Node node{value};
  NodeItem item;
  item.name = node.name();
  item.ip = node.internal_ip();
  item.cordoned = node.is_unschedulable();
  item.health = node.is_ready() ? Health::Ready : Health::Failing;
  item.status = node.is_ready() ? "Ready" : "NotReady";
  if (item.cordoned) item.status += ",SchedulingDisabled";
  item.created = api::creation_timestamp(value).value_or(sim::Time{});
  return item;
}

ServiceItem read_service(const doc::Value& value) {
  const api::Service service{value};
  ServiceItem item;
  item.ns = service.namespace_name();
  item.name = service.name();
  item.type = service.type();
  item.headless = service.is_headless();
  item.has_selector = service.has_selector();
  item.cluster_ip = service.is_external_name() ? service.external_name() : service.cluster_ip();
  for (const api::ServicePort port : service.ports()) {
    if (!item.ports.empty()) item.ports += ' ';
    item.ports += port_text(port);
  }
  item.created = api::creation_timestamp(value).value_or(sim::Time{});
  return item;
}

EventItem read_event(const doc::Value& value) {
  const api::Event event{value};
  const doc::Value& about = event.involved_object();
  EventItem item;
  item.type = event.type();
  item.reason = event.reason();
  item.message = event.message();
  item.about = {about["kind"].to_string(), about["namespace"].to_string(),
                about["name"].to_string()};
  // Events about nodes are kept in the namespace default; the node itself is in none.
  if (item.about.kind == "Node") item.about.ns.clear();
  item.count = static_cast<std::int32_t>(std::max<std::int64_t>(1, event.count()));
  item.last = event.last_timestamp().value_or(api::creation_timestamp(value).value_or(sim::Time{}));
  return item;
}

}  // namespace rockpool::app
