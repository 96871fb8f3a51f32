// SPDX-License-Identifier: Apache-2.0
// How a Pod's containers end, by themselves or stopped by its worker, and the Pod as a whole.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include "core/node/pod_worker.h"

namespace rockpool::node {

using namespace doc::literals;

namespace {

// However short the grace period, a container has this long between SIGTERM and SIGKILL
// (kuberuntime minimumGracePeriodInSeconds).
constexpr sim::Duration kMinimumGrace = std::chrono::seconds{2};

}  // namespace

sim::Duration PodWorker::termination_grace() const {
  const doc::Value& deletion = api::metadata(pod_)["deletionGracePeriodSeconds"_key];
  if (deletion.is_integer()) return std::chrono::seconds{deletion.as_int()};
  return std::chrono::seconds{api::PodSpec{pod_["spec"_key]}.termination_grace_period_seconds()};
}

void PodWorker::begin_termination(sim::Duration grace) {
  state_.terminating = true;
  node_.loop.cancel(retry_);
  node_.loop.cancel(deadline_);
  sync_.kill();
  if (powered_) termination_ = sim::Process{node_.loop, terminate(grace)};
}

void PodWorker::shorten_termination(sim::Duration grace) {
  const sim::Time deadline = node_.loop.now() + grace;
  for (Slot& slot : slots_) {
    if (!slot.kill.is_running() || deadline >= slot.kill_deadline) continue;
    slot.kill_deadline = deadline;
    slot.kill = sim::Process{node_.loop, kill_slot(slot, grace, false)};
  }
}

sim::Task<void> PodWorker::terminate(sim::Duration grace) {
  publish();
  const auto begin = [this, grace](Slot& slot) {
    if (!state_of(slot).is_running()) return;
    record(slot, "Normal", "Killing", fmt::format("Stopping container {}", spec_of(slot).name()));
    if (!slot.kill.is_running()) begin_kill(slot, grace, true);
  };
  // All main containers and init containers at once, then the sidecars, the last one first.
  for (Slot& slot : slots_) {
    if (!is_sidecar(slot)) begin(slot);
  }
  for (Slot& slot : slots_) {
    if (!is_sidecar(slot) && slot.kill.is_running()) co_await slot.killed->take();
  }
  for (auto slot = slots_.rbegin(); slot != slots_.rend(); ++slot) {
    if (!is_sidecar(*slot)) continue;
    begin(*slot);
    if (slot->kill.is_running()) co_await slot->killed->take();
  }
  finish();
}

void PodWorker::begin_kill(Slot& slot, sim::Duration grace, bool with_hook) {
  slot.killed = std::make_unique<sim::Future<bool>>();
  slot.kill_deadline = node_.loop.now() + grace;
  slot.kill = sim::Process{node_.loop, kill_slot(slot, grace, with_hook)};
}

sim::Task<void> PodWorker::run_pre_stop(Slot& slot, std::optional<std::string>& problem,
                                        sim::Future<bool>& done) {
  sim::Task<std::optional<std::string>> hook = run_hook(net::Ref<net::Host>{&node_.machine.host()},
                                                        spec_of(slot).pre_stop(), target_of(slot));
  problem = co_await hook;
  done.set(true);
}

sim::Task<void> PodWorker::kill_slot(Slot& slot, sim::Duration grace, bool with_hook) {
  const sim::Time start = node_.loop.now();
  const bool has_hook = !spec_of(slot).value()["lifecycle"_key]["preStop"_key].is_null();
  if (with_hook && has_hook && grace > sim::Duration{0}) {
    std::optional<std::string> problem;
    sim::Future<bool> done;
    sim::Process hook{node_.loop, run_pre_stop(slot, problem, done)};
    co_await done.take(grace);
    if (problem) record(slot, "Warning", "FailedPreStopHook", "PreStopHook failed");
  }
  const sim::Duration left = std::max(grace - (node_.loop.now() - start), kMinimumGrace);
  Container& container = *slot.instance;
  container.signal(container.config().stop_signal);
  sim::Task<bool> wait = container.wait_for_exit(left);
  const bool exited = co_await wait;
  if (!exited) container.kill(kExitCodeKilled);
  slot.killed->set(true);
}

void PodWorker::on_exit(Slot& slot, std::int32_t exit_code) {
  ContainerState& state = state_of(slot);
  state.phase = ContainerState::Phase::terminated;
  state.waiting_reason.clear();
  state.waiting_message.clear();
  state.started = false;
  state.ready = slot.is_init && exit_code == 0 && !is_sidecar(slot);
  state.termination.exit_code = exit_code;
  state.termination.reason = exit_code == 0 ? "Completed" : "Error";
  if (!slot.end_reason.empty()) state.termination.reason = std::exchange(slot.end_reason, {});
  state.termination.message = termination_message(slot, exit_code);
  state.termination.started_at = state.started_at;
  state.termination.finished_at = node_.loop.now();
  state.termination.container_id = state.container_id;
  slot.failed_probe.reset();
  slot.log->end();
  node_.note_change(uid_);
}

std::string PodWorker::termination_message(const Slot& slot, std::int32_t exit_code) const {
  constexpr std::size_t kMaxMessage = 4096;
  constexpr std::size_t kFallbackLines = 80;
  constexpr std::size_t kFallbackBytes = 2048;
  const api::Container spec = spec_of(slot);
  const std::string path =
      spec.value()["terminationMessagePath"_key].to_string("/dev/termination-log");
  const std::string* text = slot.instance->machine().files.read(FileSystem::normalise(path));
  if (text != nullptr && !text->empty()) return text->substr(0, kMaxMessage);
  const bool falls_back =
      spec.value()["terminationMessagePolicy"_key].as_string() == "FallbackToLogsOnError";
  if (!falls_back || exit_code == 0) return {};
  return slot.log->tail(kFallbackLines, kFallbackBytes);
}

void PodWorker::finish() {
  for (Slot& slot : slots_) {
    slot.probes.clear();
    state_of(slot).ready = false;
    slot.instance.reset();
    node_.crash_back_off.forget(uid_ + "_" + std::string{spec_of(slot).name()});
  }
  release_sandbox();
  state_.terminated = true;
  if (removed_) return node_.note_finished(uid_);
  publish();
}

}  // namespace rockpool::node
