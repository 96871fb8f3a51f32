// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"
#include "core/sim/time.h"

// What the kubelet knows of a Pod's containers, from the runtime and from its probes; the Pod's
// status is computed from it.
namespace rockpool::node {

/// Exit codes of processes that a signal ended: 128 + the signal's number.
inline constexpr std::int32_t kExitCodeKilled = 137;
/// What containerd reports for containers that a reboot ended.
inline constexpr std::int32_t kExitCodeUnknown = 255;

/// How one instance of a container ended.
struct Termination {
  std::int32_t exit_code = 0;
  /// `Completed`, `Error`, `OOMKilled`, `StartError`, `Unknown`, `ContainerStatusUnknown`.
  std::string reason;
  std::string message;
  sim::Time started_at;
  sim::Time finished_at;
  /// `containerd://` and 64 hexadecimal digits; null if there was no instance.
  doc::Value container_id;
};

/// One container of a Pod.
struct ContainerState {
  /// Not started yet, running, or ended.
  enum class Phase : std::uint8_t { waiting, running, terminated };

  Phase phase = Phase::waiting;
  /// Why it waits; empty for the default (`ContainerCreating` or `PodInitializing`). It also
  /// replaces the state of a terminated container that is to be restarted, as the kubelet's reason
  /// cache does.
  std::string waiting_reason;
  std::string waiting_message;
  /// Of the instance that runs.
  sim::Time started_at;
  /// Of the newest instance, or null.
  doc::Value container_id;
  /// How the newest instance ended; meaningful in phase `terminated`.
  Termination termination;
  /// How the instance before the newest one ended.
  std::optional<Termination> last_termination;
  std::int32_t restart_count = 0;
  /// The image as the runtime names it, and with its digest; null until it was pulled. As
  /// documents, because all containers of an image share them.
  doc::Value image;
  doc::Value image_id;
  /// The startup probe has passed, or there is none. Never set for init containers that run to an
  /// end.
  bool started = false;
  /// The readiness probe passes, or there is none; of an init container: it has succeeded.
  bool ready = false;

  bool is_running() const { return phase == Phase::running; }
  bool is_terminated() const { return phase == Phase::terminated; }
};

/// A Pod as its node sees it.
struct PodState {
  std::vector<ContainerState> init_containers;
  std::vector<ContainerState> containers;
  /// Those that were added while the Pod ran; a list, as they must stay where they are.
  std::list<ContainerState> ephemeral_containers = {};
  /// When the kubelet took the Pod on.
  sim::Time start_time;
  /// The sandbox runs and has its network.
  bool sandbox_ready = false;
  /// The Pod's addresses, the primary one first; they stay after the sandbox is gone.
  std::vector<std::string> ips;
  /// The Pod is being torn down or has been: no container will be started any more.
  bool terminating = false;
  /// All its containers have stopped for good.
  bool terminated = false;
  /// Set if the kubelet itself made the Pod fail: `DeadlineExceeded`, `NodePorts`, `Evicted`, …
  std::string failure_reason;
  std::string failure_message;
  /// It fails because its node needs what it uses (condition DisruptionTarget).
  bool failed_for_node = false;
};

}  // namespace rockpool::node
