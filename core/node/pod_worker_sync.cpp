// SPDX-License-Identifier: Apache-2.0
// How a Pod's worker brings the Pod nearer to what its spec wants.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include "core/node/pod_status.h"
#include "core/node/pod_worker.h"

namespace rockpool::node {

using namespace doc::literals;

namespace {

// How often work is tried again that failed without a back-off of its own.
constexpr sim::Duration kSyncBackOff = std::chrono::seconds{10};
// The longest that a Pod with a problem is left alone (the kubelet's syncFrequency).
constexpr sim::Duration kResyncPeriod = std::chrono::seconds{60};
// Volumes are tried again after twice as long each time.
constexpr sim::Duration kVolumeBackOff = std::chrono::milliseconds{500};
constexpr int kMaxVolumeDoublings = 7;

}  // namespace

void PodWorker::wake() {
  if (state_.terminating || !powered_) return;
  if (sync_.is_running()) {
    dirty_ = true;
    return;
  }
  node_.loop.cancel(retry_);
  sync_ = sim::Process{node_.loop, sync()};
}

void PodWorker::retry_after(sim::Duration delay) {
  const sim::Time moment = node_.loop.now() + std::clamp(delay, sim::Duration{0}, kResyncPeriod);
  // Of several containers that want to be looked at again, the first counts.
  if (node_.loop.is_pending(retry_) && retry_moment_ <= moment) return;
  node_.loop.cancel(retry_);
  retry_moment_ = moment;
  retry_ = node_.loop.schedule_at(moment, [this] { wake(); });
}

sim::Task<void> PodWorker::sync() {
  do {
    dirty_ = false;
    sim::Task<void> once = sync_once();
    co_await once;
  } while (dirty_ && !state_.terminating);
}

sim::Task<void> PodWorker::sync_once() {
  publish();
  trigger_readiness_probes();
  if (!prepare_volumes()) co_return;
  sim::Task<bool> sandbox = ensure_sandbox();
  const bool has_sandbox = co_await sandbox;
  if (!has_sandbox) co_return;
  sim::Task<void> ephemeral = sync_ephemeral_containers();
  co_await ephemeral;
  sim::Task<bool> init = sync_init_containers();
  const bool initialised = co_await init;
  if (initialised) {
    for (Slot& slot : slots_) {
      if (slot.is_init || slot.is_ephemeral || state_.terminating) continue;
      sim::Task<void> container = sync_container(slot);
      co_await container;
    }
  }
  finish_if_done();
}

bool PodWorker::prepare_volumes() {
  const api::Pod pod{pod_};
  if (pod.spec().volumes().size() == 0 || had_sandbox_) return true;
  const std::vector<VolumeFailure> failures =
      volumes_.prepare(pod, make_reference_source(), [this, &pod](std::string_view name) {
        return node_.api.store().find(api::ResourceId::persistentvolumeclaims, pod.namespace_name(),
                                      name);
      });
  if (failures.empty()) return true;
  for (const VolumeFailure& failure : failures) {
    record("Warning", failure.reason, failure.message);
  }
  const sim::Duration delay = kVolumeBackOff * (1 << volume_failures_);
  volume_failures_ = std::min(volume_failures_ + 1, kMaxVolumeDoublings);
  retry_after(delay);
  return false;
}

sim::Task<bool> PodWorker::ensure_sandbox() {
  if (sandbox_.host()) co_return true;
  if (had_sandbox_) {
    record("Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
  }
  co_await sim::sleep(node_.between(node_.options.sandbox_shortest, node_.options.sandbox_longest));
  if (const auto made = sandbox_.make(api::Pod{pod_}); !made) {
    record("Warning", "FailedCreatePodSandBox",
           fmt::format("Failed to create pod sandbox: {}", made.error()));
    retry_after(kSyncBackOff);
    co_return false;
  }
  state_.ips = sandbox_.ips();
  had_sandbox_ = true;
  state_.sandbox_ready = true;
  co_return true;
}

void PodWorker::release_sandbox() {
  state_.sandbox_ready = false;
  sandbox_.release();
}

bool PodWorker::has_initialised() const {
  return std::ranges::any_of(state_.containers, [](const ContainerState& container) {
    return container.is_running() || container.is_terminated();
  });
}

// Brings the init containers forward; true if the main ones may run.
sim::Task<bool> PodWorker::sync_init_containers() {
  const bool initialised = has_initialised();
  for (Slot& slot : slots_) {
    if (!slot.is_init) break;
    const ContainerState& state = state_of(slot);
    if (is_sidecar(slot)) {
      sim::Task<void> container = sync_container(slot);
      co_await container;
      if (!initialised && !(state.is_running() && state.started)) co_return false;
      continue;
    }
    if (initialised || (state.is_terminated() && state.termination.exit_code == 0)) continue;
    sim::Task<void> container = sync_container(slot);
    co_await container;
    if (!(state.is_terminated() && state.termination.exit_code == 0)) co_return false;
  }
  co_return true;
}

// Starts the ephemeral containers that were added, each once.
sim::Task<void> PodWorker::sync_ephemeral_containers() {
  const std::size_t wanted = pod_["spec"_key]["ephemeralContainers"_key].size();
  while (state_.ephemeral_containers.size() < wanted) {
    Slot& slot = slots_.emplace_back();
    slot.is_ephemeral = true;
    slot.index = state_.ephemeral_containers.size();
    slot.ephemeral_state = &state_.ephemeral_containers.emplace_back();
  }
  for (Slot& slot : slots_) {
    if (!slot.is_ephemeral || state_of(slot).phase != ContainerState::Phase::waiting) continue;
    sim::Task<bool> start = start_container(slot);
    const bool started = co_await start;
    if (!started) publish();
  }
}

// Brings one container nearer to what its spec wants: starts, replaces or restarts it.
sim::Task<void> PodWorker::sync_container(Slot& slot) {
  const ContainerState& state = state_of(slot);
  if (state.is_running()) {
    const bool changed = slot.started_image != spec_of(slot).value()["image"_key];
    if (!changed && !slot.failed_probe) co_return;
    sim::Task<void> replace = replace_container(slot);
    co_await replace;
    co_return;
  }
  if (state.is_terminated()) {
    // A sidecar always runs again; an init container that failed does unless the policy is Never.
    std::string_view policy = api::PodSpec{pod_["spec"_key]}.restart_policy();
    if (is_sidecar(slot)) policy = "Always";
    if (slot.is_init && !is_sidecar(slot) && policy == "Always") policy = "OnFailure";
    if (!should_restart(policy, state.termination.exit_code)) co_return;
    if (!may_restart(slot, state.termination.finished_at)) co_return;
  }
  sim::Task<bool> start = start_container(slot);
  const bool started = co_await start;
  if (!started) publish();
}

sim::Task<void> PodWorker::replace_container(Slot& slot) {
  const api::Container spec = spec_of(slot);
  const std::string name{spec.name()};
  sim::Duration grace = termination_grace();
  std::string why = fmt::format("Container {} definition changed, will be restarted", name);
  if (slot.failed_probe) {
    const bool is_startup = *slot.failed_probe == ProbeKind::startup;
    why = fmt::format("Container {} failed {} probe, will be restarted", name,
                      is_startup ? "startup" : "liveness");
    const api::Probe probe = is_startup ? spec.startup_probe() : spec.liveness_probe();
    if (const auto seconds = probe.termination_grace_period_seconds()) {
      grace = std::chrono::seconds{*seconds};
    }
  }
  record(slot, "Normal", "Killing", why);
  slot.failed_probe.reset();
  // The back-off looks at how the instance before this one ended (kuberuntime doBackOff).
  std::optional<sim::Time> failure;
  if (const auto& last = state_of(slot).last_termination) failure = last->finished_at;
  begin_kill(slot, grace, true);
  co_await slot.killed->take();
  const std::string_view policy = api::PodSpec{pod_["spec"_key]}.restart_policy();
  if (policy == "Never" && !is_sidecar(slot)) co_return;
  if (!may_restart(slot, failure)) co_return;
  sim::Task<bool> start = start_container(slot);
  const bool started = co_await start;
  if (!started) publish();
}

// The Pod is done if all its main containers have ended and none is to run again.
void PodWorker::finish_if_done() {
  if (state_.terminating) return;
  const std::string_view policy = api::PodSpec{pod_["spec"_key]}.restart_policy();
  const auto is_over = [policy](const ContainerState& state) {
    return state.is_terminated() && !should_restart(policy, state.termination.exit_code);
  };
  const bool init_failed =
      policy == "Never" && std::ranges::any_of(slots_, [this](const Slot& slot) {
        const ContainerState& state = state_of(slot);
        return slot.is_init && !is_sidecar(slot) && state.is_terminated() &&
               state.termination.exit_code != 0;
      });
  if (!init_failed && !std::ranges::all_of(state_.containers, is_over)) return;
  begin_termination(termination_grace());
}

}  // namespace rockpool::node
