// SPDX-License-Identifier: Apache-2.0
// What others may see of a Pod: its logs, and conversations with its containers and ports.
#include <utility>

#include <fmt/format.h>
#include "core/node/pod_worker.h"

namespace rockpool::node {

Container* PodWorker::find_running(std::string_view name) {
  for (Slot& slot : slots_) {
    if (spec_of(slot).name() == name && state_of(slot).is_running()) return slot.instance.get();
  }
  return nullptr;
}

api::Status kubelet_error(std::string message) {
  api::Status status;
  status.code = 500;
  status.message = std::move(message);
  return status;
}

api::Result<void> PodWorker::check_connection(std::string_view container) {
  if (container.empty()) {
    if (sandbox_.host()) return {};
    return std::unexpected{kubelet_error(fmt::format("pod not found (\"{}\")", pod_text()))};
  }
  if (find_running(container) != nullptr) return {};
  return std::unexpected{kubelet_error(fmt::format("container not found (\"{}\")", container))};
}

api::Result<std::shared_ptr<apiserver::Session>> PodWorker::exec(
    const apiserver::RemoteCommand& command) {
  if (auto checked = check_connection(command.container); !checked) {
    return std::unexpected{checked.error()};
  }
  auto session = std::make_shared<apiserver::Session>(apiserver::Session::Kind::remote_command);
  find_running(command.container)->exec(command, session);
  return session;
}

api::Result<std::shared_ptr<apiserver::Session>> PodWorker::attach(
    const apiserver::RemoteCommand& command) {
  if (auto checked = check_connection(command.container); !checked) {
    return std::unexpected{checked.error()};
  }
  auto session = std::make_shared<apiserver::Session>(apiserver::Session::Kind::remote_command);
  find_running(command.container)->attach(command, session);
  return session;
}

api::Result<std::shared_ptr<apiserver::Session>> PodWorker::forward_ports() {
  if (auto checked = check_connection({}); !checked) return std::unexpected{checked.error()};
  return sandbox_.forward_ports(uid_);
}

std::vector<PodWorker::LogFile> PodWorker::log_files() const {
  std::vector<LogFile> files;
  for (const Slot& slot : slots_) {
    const ContainerState& state = state_of(slot);
    const std::string name{spec_of(slot).name()};
    const auto id_of = [](const doc::Value& id) {
      constexpr std::string_view kScheme = "containerd://";
      const std::string_view text = id.as_string();
      return std::string{text.starts_with(kScheme) ? text.substr(kScheme.size()) : text};
    };
    if (slot.previous_log && state.last_termination) {
      files.push_back({name, id_of(state.last_termination->container_id), state.restart_count - 1,
                       slot.previous_log.get()});
    }
    if (slot.log) {
      files.push_back({name, id_of(state.container_id), state.restart_count, slot.log.get()});
    }
  }
  return files;
}

api::Result<ContainerLog*> PodWorker::find_log(const apiserver::PodLogOptions& options) const {
  const auto refuse = [](std::string message) {
    return std::unexpected{api::bad_request(message)};
  };
  const std::string pod_name{api::name(pod_)};
  for (const Slot& slot : slots_) {
    if (spec_of(slot).name() != options.container) continue;
    const ContainerState& state = state_of(slot);
    if (options.previous) {
      if (slot.previous_log) return slot.previous_log.get();
      if (state.is_terminated() && !state.waiting_reason.empty() && slot.log) {
        return slot.log.get();
      }
      return refuse(fmt::format("previous terminated container \"{}\" in pod \"{}\" not found",
                                options.container, pod_name));
    }
    if (slot.log) return slot.log.get();
    std::string_view why = state.waiting_reason;
    if (why.empty()) why = state_.init_containers.empty() ? "ContainerCreating" : "PodInitializing";
    if (why == "ErrImagePull") why = "image can't be pulled";
    if (why == "ImagePullBackOff") why = "trying and failing to pull image";
    return refuse(fmt::format("container \"{}\" in pod \"{}\" is waiting to start: {}",
                              options.container, pod_name, why));
  }
  return refuse(
      fmt::format("container \"{}\" in pod \"{}\" is not available", options.container, pod_name));
}

}  // namespace rockpool::node
