// SPDX-License-Identifier: Apache-2.0
#include "core/node/pod_worker.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include "core/node/pod_status.h"

namespace rockpool::node {

using namespace doc::literals;

namespace {

constexpr std::string_view kDeadlineMessage =
    "Pod was active on the node longer than the specified deadline";

}  // namespace

std::string format_pod(const doc::Value& pod) {
  return fmt::format("{}_{}({})", api::name(pod), api::namespace_of(pod), api::uid(pod));
}

PodWorker::PodWorker(NodeContext& node, doc::Value pod)
    : node_{node}, pod_{std::move(pod)}, uid_{api::uid(pod_)}, sandbox_{node} {
  const api::PodSpec spec = api::Pod{pod_}.spec();
  state_.init_containers.resize(spec.init_containers().size());
  state_.containers.resize(spec.containers().size());
  const auto add = [this](bool is_init, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      Slot& slot = slots_.emplace_back();
      slot.is_init = is_init;
      slot.index = i;
    }
  };
  add(true, state_.init_containers.size());
  add(false, state_.containers.size());
  state_.start_time = node_.loop.now();
  cpu_request_ = api::pod_request(spec, "cpu");
  memory_request_ = api::pod_request(spec, "memory");
}

PodWorker::~PodWorker() {
  node_.loop.cancel(retry_);
  node_.loop.cancel(deadline_);
  sync_.kill();
  termination_.kill();
  slots_.clear();
  release_sandbox();
}

api::Container PodWorker::spec_of(const Slot& slot) const {
  const doc::Value& spec = pod_["spec"_key];
  const doc::Value& list = slot.is_ephemeral ? spec["ephemeralContainers"_key]
                           : slot.is_init    ? spec["initContainers"_key]
                                             : spec["containers"_key];
  return api::Container{list.at(slot.index)};
}

bool PodWorker::is_sidecar(const Slot& slot) const {
  return slot.is_init && spec_of(slot).is_restartable_init();
}

std::string PodWorker::pod_text() const {
  return format_pod(pod_);
}

void PodWorker::record(std::string_view type, std::string_view reason, std::string_view message) {
  if (node_.connected) node_.recorder.record(pod_, {}, type, reason, message);
}

void PodWorker::record(const Slot& slot, std::string_view type, std::string_view reason,
                       std::string_view message) {
  if (!node_.connected) return;
  const std::string_view list = slot.is_ephemeral ? "ephemeralContainers"
                                : slot.is_init    ? "initContainers"
                                                  : "containers";
  const std::string path = fmt::format("spec.{}{{{}}}", list, spec_of(slot).name());
  node_.recorder.record(pod_, path, type, reason, message);
}

ReferenceSource PodWorker::make_reference_source() const {
  const std::string ns{api::namespace_of(pod_)};
  const auto find = [&store = node_.api.store(), ns](api::ResourceId resource) {
    return [&store, ns, resource](std::string_view name) { return store.find(resource, ns, name); };
  };
  ReferenceSource source;
  source.config_map = find(api::ResourceId::configmaps);
  source.secret = find(api::ResourceId::secrets);
  if (const doc::Value* node =
          node_.api.store().find(api::ResourceId::nodes, {}, node_.node_name())) {
    source.node = *node;
  }
  source.pod_ips = state_.ips;
  source.host_ips = node_.host_ips();
  return source;
}

void PodWorker::publish() {
  const api::Pod pod{pod_};
  if (ended_before_) return node_.status.set(uid_, pod.key(), pod_["status"_key], true);
  doc::Value status = make_pod_status(pod, state_, node_.host_info, node_.loop.now());
  node_.status.set(uid_, pod.key(), std::move(status), state_.terminated);
}

void PodWorker::start() {
  const api::Pod pod{pod_};
  if (pod.is_being_deleted()) return begin_termination(termination_grace());
  if (const auto seconds = pod.spec().active_deadline_seconds()) {
    const sim::Time deadline = state_.start_time + std::chrono::seconds{*seconds};
    deadline_ = node_.loop.schedule_at(deadline, [this] {
      if (state_.terminating) return;
      record("Normal", "DeadlineExceeded", kDeadlineMessage);
      state_.failure_reason = "DeadlineExceeded";
      state_.failure_message = kDeadlineMessage;
      begin_termination(termination_grace());
    });
  }
  wake();
}

void PodWorker::restore_ended() {
  ended_before_ = true;
  state_.terminating = true;
  state_.terminated = true;
  publish();
}

void PodWorker::reject(std::string_view reason, std::string_view message) {
  record("Warning", reason, message);
  state_.failure_reason = reason;
  state_.failure_message = fmt::format("Pod was rejected: {}", message);
  state_.terminating = true;
  state_.terminated = true;
  publish();
}

void PodWorker::evict(std::string_view message, bool for_node) {
  constexpr sim::Duration kGrace = std::chrono::seconds{1};
  if (state_.terminating) return;
  record("Warning", "Evicted", message);
  state_.failure_reason = "Evicted";
  state_.failure_message = message;
  state_.failed_for_node = for_node;
  begin_termination(kGrace);
}

void PodWorker::update(doc::Value pod) {
  const doc::Value before = std::exchange(pod_, std::move(pod));
  if (api::is_being_deleted(pod_)) {
    if (!state_.terminating) return begin_termination(termination_grace());
    if (state_.terminated) return publish();
    return shorten_termination(termination_grace());
  }
  if (state_.terminating) return;
  if (before["spec"_key] != pod_["spec"_key]) return wake();
  // Somebody may have opened a readiness gate.
  if (api::Pod{pod_}.spec().readiness_gates().size() != 0 &&
      before["status"_key]["conditions"_key] != pod_["status"_key]["conditions"_key]) {
    publish();
  }
}

void PodWorker::remove() {
  removed_ = true;
  node_.status.forget(uid_);
  if (state_.terminated) return node_.note_finished(uid_);
  // Forced deletion leaves the containers a small grace period (docs: pod-lifecycle).
  constexpr sim::Duration kForcedGrace = std::chrono::seconds{2};
  if (state_.terminating) return shorten_termination(kForcedGrace);
  begin_termination(std::min(kForcedGrace, termination_grace()));
}

void PodWorker::lose_power() {
  powered_ = false;
  sync_.kill();
  termination_.kill();
  node_.loop.cancel(retry_);
  for (Slot& slot : slots_) {
    slot.probes.clear();
    slot.kill.kill();
    ContainerState& state = state_of(slot);
    if (state.is_running()) {
      // Ended by the reboot: the runtime knows no more of it.
      slot.end_reason = "Unknown";
      on_exit(slot, kExitCodeUnknown);
    }
    slot.instance.reset();
  }
  release_sandbox();
}

void PodWorker::regain_power() {
  powered_ = true;
  if (state_.terminated) return;
  if (state_.terminating) {
    termination_ = sim::Process{node_.loop, terminate(sim::Duration{0})};
    return;
  }
  // A new sandbox begins with the init containers again.
  for (ContainerState& state : state_.init_containers) {
    if (!state.is_terminated()) continue;
    state.phase = ContainerState::Phase::waiting;
    state.last_termination = state.termination;
    state.ready = false;
  }
  for (ContainerState& state : state_.containers) {
    const std::string_view policy = api::PodSpec{pod_["spec"_key]}.restart_policy();
    if (!state.is_terminated() || state_.init_containers.empty()) continue;
    if (!should_restart(policy, state.termination.exit_code)) continue;
    state.phase = ContainerState::Phase::waiting;
    state.last_termination = state.termination;
  }
  wake();
}

void PodWorker::refresh_volumes() {
  if (!state_.terminating) volumes_.refresh(api::Pod{pod_}, make_reference_source());
}

bool PodWorker::kill_container(std::string_view name, std::int32_t exit_code,
                               std::string_view reason) {
  for (Slot& slot : slots_) {
    if (spec_of(slot).name() != name || !state_of(slot).is_running()) continue;
    slot.end_reason = reason;
    slot.instance->kill(exit_code);
    return true;
  }
  return false;
}

}  // namespace rockpool::node
