// SPDX-License-Identifier: Apache-2.0
#include "core/node/kubelet.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include "core/api/node_affinity.h"
#include "core/api/views/node.h"
#include "core/client/pods_by_node.h"

namespace rockpool::node {

using namespace doc::literals;

namespace {

// How soon after a change of a ConfigMap or Secret the volumes that show it are written anew: the
// kubelet looks at each Pod once a minute.
constexpr sim::Duration kVolumeRefreshDelay = std::chrono::seconds{60};

// pkg/kubelet/sysctl/safe_sysctls.go
constexpr std::string_view kSafeSysctls[] = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
};

}  // namespace

Kubelet::Kubelet(sim::Loop& loop, apiserver::ApiServer& api, client::Informers& informers,
                 net::Network& network, net::Node& machine, sim::Random random,
                 KubeletOptions options)
    : context_{loop, api, informers, network, machine, random.stream("pods"), std::move(options)},
      jitter_{random.stream("jitter")},
      eviction_{context_, *this} {
  sim::Random identity = random.stream("identity");
  identity_ = {identity.uuid(), identity.uuid(), identity.uuid()};
  std::erase(identity_.machine_id, '-');
  context_.note_change = [this](const std::string& uid) { note_change(uid); };
  context_.note_finished = [this](const std::string& uid) {
    finished_.push_back(uid);
    if (context_.loop.is_pending(finished_timer_)) return;
    finished_timer_ = context_.loop.post([this] { forget_finished(); });
  };
  const auto period = static_cast<std::uint64_t>(context_.options.relist_period.count());
  relist_anchor_ = loop.now() + sim::Duration{static_cast<std::int64_t>(jitter_.below(period))};
  set_up_disk();
  network.set_pod_cidrs(machine, context_.options.pod_cidrs);
}

Kubelet::~Kubelet() {
  eviction_.stop();
  for (const sim::TimerId timer :
       {relist_timer_, finished_timer_, lease_timer_, status_timer_, boot_timer_, refresh_timer_}) {
    context_.loop.cancel(timer);
  }
  workers_.clear();
}

void Kubelet::start() {
  started_ = true;
  running_ = true;
  running_since_ = context_.loop.now();
  register_node();
  record_start();
  renew_lease();
  schedule_lease();
  schedule_status_report();
  begin_to_watch();
}

void Kubelet::begin_to_watch() {
  client::Informer& pods = context_.informers.of(api::ResourceId::pods);
  client::Index& index = client::pods_by_node(pods);
  subscription_ = index.subscribe(
      node_name(),
      [this](const doc::Value* before, const doc::Value* after) { handle_change(before, after); });
  list_pods();
}

void Kubelet::list_pods() {
  client::Informer& pods = context_.informers.of(api::ResourceId::pods);
  const client::EntrySet& mine = client::pods_by_node(pods).find(node_name());
  std::vector<PodWorker*> gone;
  for (const auto& [uid, worker] : workers_) {
    const doc::Value* present = pods.find(api::key_of(worker->pod()));
    if (present == nullptr || api::uid(*present) != uid) gone.push_back(worker.get());
  }
  for (PodWorker* worker : gone) worker->remove();
  for (const client::Entry* entry : mine) {
    const auto found = workers_.find(api::uid(entry->second));
    if (found == workers_.end()) {
      take_pod(entry->second);
    } else {
      found->second->update(entry->second);
    }
  }
}

void Kubelet::handle_change(const doc::Value* before, const doc::Value* after) {
  if (after == nullptr ||
      after->operator[]("spec"_key)["nodeName"_key].as_string() != node_name()) {
    const auto found = workers_.find(api::uid(*before));
    if (found == workers_.end()) return;
    note(KubeletLog::Event::pod_removed, *before);
    found->second->remove();
    return;
  }
  const auto found = workers_.find(api::uid(*after));
  if (found != workers_.end()) {
    if (api::is_being_deleted(*after) && !api::is_being_deleted(found->second->pod())) {
      note(KubeletLog::Event::pod_deleted, *after);
    }
    found->second->update(*after);
  } else {
    take_pod(*after);
  }
}

void Kubelet::note(KubeletLog::Event event, const doc::Value& pod) {
  context_.log.note(context_.loop.now(), event, pod);
}

void Kubelet::take_pod(const doc::Value& pod) {
  note(KubeletLog::Event::pod_added, pod);
  const api::Pod view{pod};
  // What ended here before this kubelet knew of it needs no more than its removal.
  const std::optional<Rejection> rejection = view.is_terminal() ? std::nullopt : admit(pod);
  auto worker = std::make_unique<PodWorker>(context_, pod);
  PodWorker& added = *worker;
  workers_[added.uid()] = std::move(worker);
  if (view.is_terminal()) return added.restore_ended();
  if (rejection && rejection->reason == "Evicted") {
    context_.log.note(context_.loop.now(), KubeletLog::Event::pod_refused, pod, rejection->message);
  }
  if (rejection) return added.reject(rejection->reason, rejection->message);
  watch_references(pod);
  if (has_storage_limits(pod)) eviction_.wake();
  added.start();
}

std::optional<Kubelet::Rejection> Kubelet::admit(const doc::Value& pod) const {
  const api::Pod view{pod};
  const api::PodSpec spec = view.spec();
  if (view.is_being_deleted()) return std::nullopt;
  if (auto refusal = eviction_.refusal(pod)) return Rejection{"Evicted", std::move(*refusal)};
  if (auto rejection = check_machine(spec)) return rejection;
  if (auto rejection = check_resources(spec)) return rejection;
  const auto predicate = [](std::string_view name, std::string_view why) {
    return Rejection{std::string{name}, fmt::format("Predicate {} failed: {}", name, why)};
  };
  const doc::Value* node = context_.api.store().find(api::ResourceId::nodes, {}, node_name());
  if (node == nullptr) return std::nullopt;
  if (!api::required_node_affinity_matches(spec.value(), *node)) {
    return predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  }
  if (has_port_conflict(spec)) {
    return predicate("NodePorts", "node(s) didn't have free ports for the requested pod ports");
  }
  const doc::Value& taints = api::Node{*node}.taints();
  if (!api::find_untolerated_taint(taints, spec.tolerations(), {"NoExecute"}).is_null()) {
    return predicate("TaintToleration", "node(s) had taints that the pod didn't tolerate");
  }
  return std::nullopt;
}

// What the node cannot give a Pod whatever else runs on it (pkg/kubelet/sysctl, lifecycle).
std::optional<Kubelet::Rejection> Kubelet::check_machine(const api::PodSpec& spec) const {
  for (const doc::Value& sysctl : spec.value()["securityContext"_key]["sysctls"_key].items()) {
    const std::string_view name = sysctl["name"_key].as_string();
    if (std::ranges::find(kSafeSysctls, name) != std::end(kSafeSysctls)) continue;
    return Rejection{"SysctlForbidden",
                     fmt::format("forbidden sysctl: \"{}\" not allowlisted", name)};
  }
  const std::string_view system = spec.value()["os"_key]["name"_key].as_string("linux");
  if (system == "linux") return std::nullopt;
  return Rejection{"PodOSNotSupported",
                   "Failed to admit pod as the OS field doesn't match node OS"};
}

std::optional<Kubelet::Rejection> Kubelet::check_resources(const api::PodSpec& spec) const {
  std::int64_t pods = 0;
  api::Quantity cpu_used;
  api::Quantity memory_used;
  const api::Quantity cpu = api::pod_request(spec, "cpu");
  const api::Quantity memory = api::pod_request(spec, "memory");
  const bool wants_resources = !cpu.is_zero() || !memory.is_zero();
  const KubeletOptions& options = context_.options;
  const auto known = static_cast<std::int64_t>(workers_.size());
  if (!wants_resources && known < options.pods) return std::nullopt;
  for (const auto& [uid, worker] : workers_) {
    if (!worker->is_active()) continue;
    ++pods;
    if (!wants_resources) continue;
    cpu_used += worker->cpu_request();
    memory_used += worker->memory_request();
  }
  const auto short_of = [](std::string_view name, std::int64_t requested, std::int64_t used,
                           std::int64_t capacity) {
    return Rejection{fmt::format("OutOf{}", name),
                     fmt::format("Node didn't have enough resource: {}, requested: {}, used: {}, "
                                 "capacity: {}",
                                 name, requested, used, capacity)};
  };
  if (pods + 1 > options.pods) return short_of("pods", 1, pods, options.pods);
  if (!wants_resources) return std::nullopt;
  const api::Quantity all_cpu = api::Quantity::parse(options.cpu).value_or(api::Quantity{});
  if (!cpu.is_zero() && cpu_used + cpu > all_cpu) {
    return short_of("cpu", cpu.milli_value(), cpu_used.milli_value(), all_cpu.milli_value());
  }
  const api::Quantity all_memory = api::Quantity::parse(options.memory).value_or(api::Quantity{});
  if (!memory.is_zero() && memory_used + memory > all_memory) {
    return short_of("memory", memory.value(), memory_used.value(), all_memory.value());
  }
  return std::nullopt;
}

bool Kubelet::has_port_conflict(const api::PodSpec& spec) const {
  const auto ports_of = [](const api::PodSpec& pod, std::vector<HostPort>& ports) {
    for (const api::Container container : pod.containers()) {
      for (const api::ContainerPort port : container.ports()) {
        if (port.host_port() == 0) continue;
        ports.emplace_back(port.host_port(), std::string{port.protocol()},
                           std::string{port.host_ip()});
      }
    }
  };
  std::vector<HostPort> wanted;
  ports_of(spec, wanted);
  if (wanted.empty()) return false;
  std::vector<HostPort> used;
  for (const auto& [uid, worker] : workers_) {
    if (worker->is_active()) ports_of(api::Pod{worker->pod()}.spec(), used);
  }
  const auto is_any = [](const std::string& address) {
    return address.empty() || address == "0.0.0.0";
  };
  return std::ranges::any_of(wanted, [&](const HostPort& one) {
    return std::ranges::any_of(used, [&](const HostPort& other) {
      const bool same_address = is_any(std::get<2>(one)) || is_any(std::get<2>(other)) ||
                                std::get<2>(one) == std::get<2>(other);
      return std::get<0>(one) == std::get<0>(other) && std::get<1>(one) == std::get<1>(other) &&
             same_address;
    });
  });
}

// Volumes that show ConfigMaps or Secrets follow their changes; only Pods that have any need the
// watch.
void Kubelet::watch_references(const doc::Value& pod) {
  if (watches_references_ || !has_volumes_with_references(api::Pod{pod})) return;
  watches_references_ = true;
  const auto on_change = [this](const doc::Value* before, const doc::Value* after) {
    if (before != nullptr && after != nullptr) schedule_volume_refresh();
  };
  config_maps_ = context_.informers.of(api::ResourceId::configmaps).subscribe(on_change);
  secrets_ = context_.informers.of(api::ResourceId::secrets).subscribe(on_change);
}

void Kubelet::schedule_volume_refresh() {
  if (context_.loop.is_pending(refresh_timer_)) return;
  refresh_timer_ = context_.loop.schedule(kVolumeRefreshDelay, [this] {
    if (!context_.connected) return schedule_volume_refresh();
    for (const auto& [uid, worker] : workers_) worker->refresh_volumes();
  });
}

void Kubelet::note_change(const std::string& uid) {
  if (!powered_) return;
  changed_.push_back(uid);
  if (context_.loop.is_pending(relist_timer_)) return;
  const sim::Duration period = context_.options.relist_period;
  const sim::Duration since = context_.loop.now() - relist_anchor_;
  const sim::Duration phase = ((since % period) + period) % period;
  relist_timer_ = context_.loop.schedule(period - phase, [this] { relist(); });
}

void Kubelet::relist() {
  for (const std::string& uid : std::exchange(changed_, {})) {
    const auto found = workers_.find(uid);
    if (found != workers_.end()) found->second->wake();
  }
}

void Kubelet::forget_finished() {
  for (const std::string& uid : std::exchange(finished_, {})) workers_.erase(uid);
}

PodWorker* Kubelet::find_pod(std::string_view uid) {
  const auto found = workers_.find(uid);
  return found == workers_.end() ? nullptr : found->second.get();
}

PodWorker* Kubelet::find_pod(const api::ObjectKey& key) {
  PodWorker* newest = nullptr;
  for (const auto& [uid, worker] : workers_) {
    if (api::key_of(worker->pod()) != key) continue;
    if (newest == nullptr || worker->is_active()) newest = worker.get();
  }
  return newest;
}

Kubelet* Kubelets::find(std::string_view node_name) const {
  const auto found = by_node_.find(node_name);
  return found == by_node_.end() ? nullptr : found->second;
}

api::Result<PodWorker*> Kubelets::find_log(const doc::Value& pod,
                                           const apiserver::PodLogOptions& options) const {
  const std::string node_name{api::Pod{pod}.node_name()};
  Kubelet* kubelet = find(node_name);
  if (kubelet == nullptr || !kubelet->is_powered() || !kubelet->is_connected()) {
    const std::string address =
        kubelet == nullptr ? node_name : kubelet->machine().host().address().to_string();
    return std::unexpected{api::internal_error(
        fmt::format("Get \"https://{}:10250/containerLogs/{}/{}/{}\": dial tcp {}:10250: connect: "
                    "no route to host",
                    address, api::namespace_of(pod), api::name(pod), options.container, address))};
  }
  if (PodWorker* worker = kubelet->find_pod(api::uid(pod))) return worker;
  return std::unexpected{api::bad_request(fmt::format(
      "container \"{}\" in pod \"{}\" is not available", options.container, api::name(pod)))};
}

api::Result<PodWorker*> Kubelets::find_pod(const doc::Value& pod) const {
  const std::string node_name{api::Pod{pod}.node_name()};
  Kubelet* kubelet = find(node_name);
  if (kubelet == nullptr || !kubelet->is_powered() || !kubelet->is_connected()) {
    api::Status status = api::internal_error("");
    status.details.causes.clear();
    status.message = fmt::format(
        "error dialing backend: dial tcp {}:10250: connect: no route to host",
        kubelet == nullptr ? node_name : kubelet->machine().host().address().to_string());
    return std::unexpected{std::move(status)};
  }
  if (PodWorker* worker = kubelet->find_pod(api::uid(pod))) return worker;
  return std::unexpected{kubelet_error("pod does not exist")};
}

api::Result<void> Kubelets::check(const doc::Value& pod, std::string_view container) {
  const auto worker = find_pod(pod);
  if (!worker) return std::unexpected{worker.error()};
  return (*worker)->check_connection(container);
}

api::Result<std::shared_ptr<apiserver::Session>> Kubelets::exec(
    const doc::Value& pod, const apiserver::RemoteCommand& command) {
  const auto worker = find_pod(pod);
  if (!worker) return std::unexpected{worker.error()};
  return (*worker)->exec(command);
}

api::Result<std::shared_ptr<apiserver::Session>> Kubelets::attach(
    const doc::Value& pod, const apiserver::RemoteCommand& command) {
  const auto worker = find_pod(pod);
  if (!worker) return std::unexpected{worker.error()};
  return (*worker)->attach(command);
}

api::Result<std::shared_ptr<apiserver::Session>> Kubelets::forward_ports(const doc::Value& pod) {
  const auto worker = find_pod(pod);
  if (!worker) return std::unexpected{worker.error()};
  return (*worker)->forward_ports();
}

api::Result<std::string> Kubelets::read_log(const doc::Value& pod,
                                            const apiserver::PodLogOptions& options) {
  const auto worker = find_log(pod, options);
  if (!worker) return std::unexpected{worker.error()};
  const auto log = (*worker)->find_log(options);
  if (!log) return std::unexpected{log.error()};
  return (*log)->read(options);
}

api::Result<void> Kubelets::follow_log(const doc::Value& pod,
                                       const apiserver::PodLogOptions& options,
                                       std::shared_ptr<apiserver::ByteStream> stream) {
  const auto worker = find_log(pod, options);
  if (!worker) return std::unexpected{worker.error()};
  const auto log = (*worker)->find_log(options);
  if (!log) return std::unexpected{log.error()};
  (*log)->follow(options, std::move(stream));
  return {};
}

}  // namespace rockpool::node
