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
// How often work is tried again that failed without a back-off of its own.
constexpr sim::Duration kSyncBackOff = std::chrono::seconds{10};
// containerd's only runtime on the nodes.
constexpr std::string_view kRuntimeHandler = "runc";
// The longest that a Pod with a problem is left alone (the kubelet's syncFrequency).
constexpr sim::Duration kResyncPeriod = std::chrono::seconds{60};
// Volumes are tried again after twice as long each time.
constexpr sim::Duration kVolumeBackOff = std::chrono::milliseconds{500};
constexpr int kMaxVolumeDoublings = 7;

}  // namespace

std::string format_pod(const doc::Value& pod) {
  return fmt::format("{}_{}({})", api::name(pod), api::namespace_of(pod), api::uid(pod));
}

PodWorker::PodWorker(NodeContext& node, doc::Value pod)
    : node_{node}, pod_{std::move(pod)}, uid_{api::uid(pod_)} {
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
  if (host_) co_return true;
  if (had_sandbox_) {
    record("Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
  }
  co_await sim::sleep(node_.between(node_.options.sandbox_shortest, node_.options.sandbox_longest));
  const api::Pod pod{pod_};
  if (const std::string problem = find_sandbox_problem(); !problem.empty()) {
    record("Warning", "FailedCreatePodSandBox",
           fmt::format("Failed to create pod sandbox: {}", problem));
    retry_after(kSyncBackOff);
    co_return false;
  }
  if (pod.spec().host_network()) {
    host_ = net::Ref<net::Host>{&node_.machine.host()};
    state_.ips = node_.host_ips();
    own_resolver_ = std::make_shared<const net::dns::ResolverConfig>(
        make_resolver_config(pod, node_.options.dns, {}));
  } else {
    if (const net::Cidr* const full = take_addresses()) {
      record(
          "Warning", "FailedCreatePodSandBox",
          fmt::format("Failed to create pod sandbox: rpc error: code = Unknown desc = failed to "
                      "setup network for sandbox: plugin type=\"bridge\" failed (add): failed to "
                      "allocate for range 0: no IP addresses available in range set: {}",
                      full->to_string()));
      retry_after(kSyncBackOff);
      co_return false;
    }
    host_ = node_.network.add_pod(node_.machine, pod.key().to_string(), addresses_);
    host_->set_resolver(make_resolver_config(pod, node_.options.dns, addresses_));
    state_.ips = texts_of(addresses_);
  }
  had_sandbox_ = true;
  state_.sandbox_ready = true;
  co_return true;
}

// Why its sandbox cannot be made whatever the network is like, or "".
std::string PodWorker::find_sandbox_problem() const {
  const api::Pod pod{pod_};
  const doc::Value& class_name = pod.spec().value()["runtimeClassName"_key];
  if (!class_name.is_null()) {
    const doc::Value* runtime_class =
        node_.api.store().find(api::ResourceId::runtimeclasses, {}, class_name.as_string());
    if (runtime_class == nullptr) {
      return fmt::format("runtimeclass.node.k8s.io \"{}\" not found", class_name.as_string());
    }
    const std::string_view handler = (*runtime_class)["handler"_key].as_string();
    if (handler != kRuntimeHandler) {
      return fmt::format(
          "rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for \"{}\" "
          "is configured",
          handler);
    }
  }
  const std::string name = kernel_hostname(pod, node_.options.dns.domain);
  if (name.size() <= kMaxKernelHostname) return {};
  return fmt::format(
      "failed to construct FQDN from pod hostname and cluster domain, FQDN {} is too long ({} "
      "characters is the max, {} characters requested)",
      name, kMaxKernelHostname, name.size());
}

// Takes an address of each of the node's networks; if one has none left it is returned.
const net::Cidr* PodWorker::take_addresses() {
  for (std::size_t i = 0; i < node_.addresses.size(); ++i) {
    const auto address = node_.addresses[i].take();
    if (!address) {
      release_addresses();
      return &node_.options.pod_cidrs[i];
    }
    addresses_.push_back(*address);
  }
  return nullptr;
}

void PodWorker::release_addresses() {
  for (std::size_t i = 0; i < addresses_.size(); ++i) node_.addresses[i].release(addresses_[i]);
  addresses_.clear();
}

void PodWorker::release_sandbox() {
  state_.sandbox_ready = false;
  if (!host_) return;
  forwarders_.clear();
  if (!addresses_.empty()) {
    node_.network.remove_host(*host_);
    release_addresses();
  }
  host_.reset();
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
    if (host_) return {};
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
  std::erase_if(forwarders_, [](const auto& forwarder) { return forwarder->is_over(); });
  auto session = std::make_shared<apiserver::Session>(apiserver::Session::Kind::port_forward);
  forwarders_.push_back(std::make_unique<PortForwarder>(host_, uid_, session));
  return session;
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
