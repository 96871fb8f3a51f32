// SPDX-License-Identifier: Apache-2.0
//
// Why the Pods of a Service are not ready.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/cluster/why/inquiry.h"
#include "core/doc/json.h"

namespace rockpool::cluster {

using namespace doc::literals;

namespace {

std::string probe_port(const doc::Value& port) {
  return port.is_integer() ? std::to_string(port.as_int()) : port.to_string();
}

// What a probe does, in words.
std::string probe_text(const api::Probe& probe) {
  if (!probe.http_get().value().is_null()) {
    return fmt::format("GET {} on port {}", probe.http_get().path(),
                       probe_port(probe.http_get().port()));
  }
  if (!probe.tcp_socket().is_null()) {
    return fmt::format("connecting to port {}", probe_port(probe.tcp_socket()["port"_key]));
  }
  if (!probe.exec().is_null()) {
    std::vector<std::string> words;
    for (const doc::Value& word : probe.exec()["command"_key].items())
      words.push_back(word.to_string());
    return fmt::format("the command {}", fmt::join(words, " "));
  }
  return fmt::format("gRPC on port {}", probe_port(probe.grpc()["port"_key]));
}

std::string describe_command(const api::Pod& pod) {
  return fmt::format("kubectl describe pod {} -n {}", pod.name(), pod.namespace_name());
}

// What somebody can do about a container that waits for that reason.
std::string advice_for(std::string_view reason, const api::Pod& pod, std::string_view container,
                       std::string_view image) {
  if (reason == "ErrImagePull" || reason == "ImagePullBackOff" || reason == "InvalidImageName" ||
      reason == "ErrImageNeverPull") {
    return fmt::format("Is {} the right name and tag? Correct the image of the container {}.",
                       image, container);
  }
  if (reason == "CrashLoopBackOff") {
    return fmt::format("Read what it said before it ended: kubectl logs {} -n {} -c {} --previous.",
                       pod.name(), pod.namespace_name(), container);
  }
  if (reason == "CreateContainerConfigError") {
    return "Make the ConfigMap or Secret that it wants, or correct the name in the Pod.";
  }
  if (reason == "ContainerCreating" || reason == "PodInitializing") {
    return fmt::format("Wait a moment. If it stays so: {}.", describe_command(pod));
  }
  return fmt::format("Look closer: {}.", describe_command(pod));
}

// `, after it ended with exit code 1 (Error)`; empty if it has not ended before.
std::string last_end(const api::ContainerStatus& status) {
  const doc::Value& ended = status.last_state().terminated();
  if (ended.is_null()) return {};
  return fmt::format(", after it ended with exit code {} ({})", ended["exitCode"_key].as_int(),
                     ended["reason"_key].to_string("Error"));
}

api::Container spec_of(const api::Pod& pod, std::string_view name) {
  for (const api::Container container : pod.spec().containers()) {
    if (container.name() == name) return container;
  }
  for (const api::Container container : pod.spec().init_containers()) {
    if (container.name() == name) return container;
  }
  return {};
}

}  // namespace

bool Inquiry::blame_pods(const api::Service& service, const std::vector<api::Pod>& pods) {
  if (pods.empty()) {
    return blame(
        Cause::pods_not_running,
        fmt::format("All Pods of the Service {} have ended or are being deleted.", service.name()),
        "Wait until they are replaced, or start others.");
  }
  const auto running = std::ranges::find(pods, std::string_view{"Running"}, &api::Pod::phase);
  const api::Pod& pod = running != pods.end() ? *running : pods.front();
  PodTrouble trouble = trouble_of(pod);
  return blame(trouble.cause,
               fmt::format("None of the Pods of the Service {} is ready. {}: {}", service.name(),
                           pod.name(), trouble.text),
               std::move(trouble.advice));
}

// By its state and what was said of it last.
PodTrouble Inquiry::trouble_of(const api::Pod& pod) const {
  if (!pod.is_scheduled()) {
    const doc::Value& condition = api::find_condition(pod.value(), "PodScheduled");
    return {Cause::pods_not_running,
            fmt::format("it has no node: {}", condition["message"_key].to_string(
                                                  "the scheduler has not chosen one yet.")),
            "Make room or add nodes, or let the Pod ask for less: its requests, nodeSelector, "
            "affinity and tolerations decide where it may run."};
  }
  const doc::Value* const node =
      sources_.informers.of(api::ResourceId::nodes).find({{}, std::string{pod.node_name()}});
  const net::Node* const machine = sources_.network.find_node(pod.node_name());
  const bool is_off = machine == nullptr || !machine->is_up();
  if (is_off || node == nullptr || !api::is_condition_true(*node, "Ready")) {
    return {Cause::node_is_down,
            fmt::format("its node {} {}.", pod.node_name(), is_off ? "is off" : "is not ready"),
            "Start the node; its Pods are replaced elsewhere after some minutes."};
  }
  for (const api::ContainerStatus status : pod.init_container_statuses()) {
    if (status.state().terminated()["exitCode"_key].as_int(1) == 0 || status.is_ready()) continue;
    if (auto trouble = trouble_of_container(pod, status, "init container"))
      return *std::move(trouble);
  }
  for (const api::ContainerStatus status : pod.container_statuses()) {
    if (auto trouble = trouble_of_container(pod, status, "container")) return *std::move(trouble);
  }
  for (const doc::Value& gate : pod.value()["spec"_key]["readinessGates"_key].items()) {
    const std::string_view type = gate["conditionType"_key].as_string();
    if (api::is_condition_true(pod.value(), type)) continue;
    return {Cause::pods_not_ready, fmt::format("its readiness gate {} is not True.", type),
            "Whoever sets that condition of the Pod has not done so: the gate is in "
            "spec.readinessGates."};
  }
  return {Cause::pods_not_running, "it is still starting.",
          fmt::format("Wait a moment. If it stays so: {}.", describe_command(pod))};
}

// Empty if it is as it should be.
std::optional<PodTrouble> Inquiry::trouble_of_container(const api::Pod& pod,
                                                        const api::ContainerStatus& status,
                                                        std::string_view what) const {
  const api::Container spec = spec_of(pod, status.name());
  const doc::Value& waiting = status.state().waiting();
  if (!waiting.is_null()) {
    const std::string_view reason = waiting["reason"_key].as_string();
    const doc::Value& message = waiting["message"_key];
    return PodTrouble{
        Cause::pods_not_running,
        fmt::format("its {} {} waits: {}{}{}.", what, status.name(), reason,
                    message.is_null() ? "" : fmt::format(" ({})", message.as_string()),
                    last_end(status)),
        advice_for(reason, pod, status.name(), spec.image())};
  }
  const doc::Value& ended = status.state().terminated();
  if (!ended.is_null()) {
    return PodTrouble{
        Cause::pods_not_running,
        fmt::format("its {} {} has ended with exit code {} ({}).", what, status.name(),
                    ended["exitCode"_key].as_int(), ended["reason"_key].to_string("Error")),
        fmt::format("Read what it said: kubectl logs {} -n {} -c {}.", pod.name(),
                    pod.namespace_name(), status.name())};
  }
  if (what == "init container") {
    return PodTrouble{
        Cause::pods_not_running,
        fmt::format("its init container {} has not finished, and the others wait for it.",
                    status.name()),
        fmt::format("See what it does: kubectl logs {} -n {} -c {}.", pod.name(),
                    pod.namespace_name(), status.name())};
  }
  if (status.is_ready()) return {};
  return trouble_of_probe(pod, status);
}

// It runs, but a probe says that it is not ready.
PodTrouble Inquiry::trouble_of_probe(const api::Pod& pod,
                                     const api::ContainerStatus& status) const {
  const api::Container spec = spec_of(pod, status.name());
  const bool is_startup = !status.is_started() && !spec.startup_probe().value().is_null();
  const api::Probe probe = is_startup ? spec.startup_probe() : spec.readiness_probe();
  if (probe.value().is_null()) {
    return {Cause::pods_not_running, "it is still starting.",
            fmt::format("Wait a moment. If it stays so: {}.", describe_command(pod))};
  }
  const std::string said = last_event(pod.value(), "Unhealthy");
  return {
      Cause::pods_not_ready,
      fmt::format("the {} probe of its container {} ({}) does not succeed{}",
                  is_startup ? "startup" : "readiness", status.name(), probe_text(probe),
                  said.empty() ? "." : ": " + said),
      fmt::format("Let the probe ask for what the program answers, at the port where it does, or "
                  "see why it does not: kubectl logs {} -n {} -c {}.",
                  pod.name(), pod.namespace_name(), status.name())};
}

// The newest event of that reason about an object. Nobody else reads events, so there is no cache.
std::string Inquiry::last_event(const doc::Value& object, std::string_view reason) const {
  const apiserver::Response response = sources_.api.handle(apiserver::make_request(
      "GET", fmt::format("/api/v1/namespaces/{}/events?fieldSelector=involvedObject.uid%3D{}",
                         api::namespace_of(object), api::uid(object))));
  const auto list = doc::parse_json(response.body);
  if (!list) return {};
  std::string latest;
  std::string message;
  for (const doc::Value& event : (*list)["items"_key].items()) {
    if (event["reason"_key].as_string() != reason) continue;
    const std::string time = event["lastTimestamp"_key].to_string();
    if (time < latest) continue;
    latest = time;
    message = event["message"_key].to_string();
  }
  return message;
}

}  // namespace rockpool::cluster
