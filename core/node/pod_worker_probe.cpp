// SPDX-License-Identifier: Apache-2.0
// How a Pod's worker probes its containers.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include "core/node/pod_worker.h"

namespace rockpool::node {

using namespace doc::literals;

namespace {

api::Probe probe_of(const api::Container& container, ProbeKind kind) {
  switch (kind) {
    case ProbeKind::startup:
      return container.startup_probe();
    case ProbeKind::liveness:
      return container.liveness_probe();
    case ProbeKind::readiness:
      return container.readiness_probe();
  }
  return {};
}

}  // namespace

ProbeTarget PodWorker::target_of(const Slot& slot) const {
  return {spec_of(slot), state_.ips.empty() ? std::string{} : state_.ips.front(),
          slot.instance.get()};
}

void PodWorker::start_probes(Slot& slot) {
  slot.probes.clear();
  const api::Container spec = spec_of(slot);
  for (const ProbeKind kind : {ProbeKind::startup, ProbeKind::liveness, ProbeKind::readiness}) {
    const api::Probe probe = probe_of(spec, kind);
    if (!probe) continue;
    slot.probes.push_back(std::make_unique<ProbeLoop>(
        ProbeLoop{kind, ProbeVerdict{probe.success_threshold(), probe.failure_threshold()}, {}}));
    ProbeLoop& loop = *slot.probes.back();
    loop.process = sim::Process{node_.loop, probe_loop(slot, loop, false)};
  }
}

// A container that runs but is not known to be ready is probed at once when the kubelet makes up
// its status (prober_manager UpdatePodStatus), not only at its next turn.
void PodWorker::trigger_readiness_probes() {
  for (Slot& slot : slots_) {
    const ContainerState& state = state_of(slot);
    if (!state.is_running() || !state.started || state.ready) continue;
    for (const std::unique_ptr<ProbeLoop>& loop : slot.probes) {
      if (loop->kind != ProbeKind::readiness) continue;
      loop->process = sim::Process{node_.loop, probe_loop(slot, *loop, true)};
    }
  }
}

// Every probe has its turns at whole periods since the kubelet took the Pod on.
sim::Duration PodWorker::until_next_tick(const api::Probe& probe) const {
  const sim::Duration period =
      std::chrono::seconds{std::max<std::int64_t>(1, probe.period_seconds())};
  const sim::Duration elapsed = node_.loop.now() - state_.start_time;
  return period - elapsed % period;
}

bool PodWorker::wants_probe(const Slot& slot, ProbeKind kind, const api::Probe& probe) const {
  const ContainerState& state = state_of(slot);
  if (!state.is_running() || slot.failed_probe) return false;
  // A Pod that is being stopped goes on to tell whether it is ready, and nothing else.
  if (state_.terminating && kind != ProbeKind::readiness) return false;
  const auto running =
      std::chrono::duration_cast<std::chrono::seconds>(node_.loop.now() - state.started_at);
  if (running.count() < probe.initial_delay_seconds()) return false;
  return state.started != (kind == ProbeKind::startup);
}

sim::Task<void> PodWorker::probe_loop(Slot& slot, ProbeLoop& loop, bool immediately) {
  const api::Probe probe = probe_of(spec_of(slot), loop.kind);
  const ProbeKind kind = loop.kind;
  if (!immediately) co_await sim::sleep(until_next_tick(probe));
  for (;;) {
    if (wants_probe(slot, kind, probe)) {
      sim::Task<ProbeResult> task =
          run_probe(net::Ref<net::Host>{&node_.machine.host()}, probe, target_of(slot));
      const ProbeResult result = co_await task;
      if (!state_of(slot).is_running()) co_return;
      if (!take_result(slot, loop, result)) co_return;
    }
    co_await sim::sleep(until_next_tick(probe));
  }
}

bool PodWorker::take_result(Slot& slot, ProbeLoop& loop, const ProbeResult& result) {
  const std::string_view name = probe_kind_name(loop.kind);
  if (result.outcome == ProbeResult::Outcome::error) {
    record(slot, "Warning", "Unhealthy",
           fmt::format("{} probe errored and resulted in unknown state: {}", name, result.message));
    return true;
  }
  const bool success = result.outcome == ProbeResult::Outcome::success;
  if (!success) {
    record(slot, "Warning", "Unhealthy", fmt::format("{} probe failed: {}", name, result.message));
  }
  const std::optional<bool> verdict = loop.verdict.add(success);
  if (!verdict) return true;
  ContainerState& state = state_of(slot);
  if (loop.kind == ProbeKind::readiness) {
    if (std::exchange(state.ready, *verdict) != *verdict) publish();
    return true;
  }
  if (*verdict) {
    if (loop.kind == ProbeKind::liveness) return true;
    state.started = true;
    state.ready = !spec_of(slot).readiness_probe();
    wake();
    return false;
  }
  slot.failed_probe = loop.kind;
  wake();
  return false;
}

}  // namespace rockpool::node
