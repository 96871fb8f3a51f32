// SPDX-License-Identifier: Apache-2.0
// What containers and nodes use of their machines: an idle process of the image, and what its
// processes have done lately. The amounts per deed are of the size that one measures on real
// clusters; they depend on nothing but the history.
#include <algorithm>

#include "core/node/kubelet.h"

namespace rockpool::node {
namespace {

// kubelet, container runtime, kube-proxy and the system of an idle node; and what each Pod adds to
// them: the runtime's shim, its sandbox, the kubelet's housekeeping.
constexpr apiserver::ResourceUsage kIdleNode{60'000'000, std::int64_t{450} << 20};
constexpr apiserver::ResourceUsage kPerPod{500'000, std::int64_t{4} << 20};
// The system of an idle node.
constexpr std::int64_t kIdleNodeDisk = std::int64_t{3} << 30;
// What a process beside the first one holds.
constexpr std::int64_t kProcessBytes = std::int64_t{1} << 20;

std::int64_t at_most(std::int64_t amount, std::int64_t limit) {
  return limit > 0 ? std::min(amount, limit) : amount;
}

}  // namespace

apiserver::ResourceUsage Container::usage(sim::Time now) const {
  constexpr std::int64_t kSeconds = sim::RecentSum::kSpan / std::chrono::seconds{1};
  const auto others = static_cast<std::int64_t>(list().size()) - 1;
  return {config_->idle.cpu_nanocores + machine_->work.at(now) / kSeconds,
          config_->idle.memory_bytes + others * kProcessBytes};
}

std::vector<apiserver::ContainerUsage> PodWorker::usage() const {
  const sim::Time now = node_.loop.now();
  std::vector<apiserver::ContainerUsage> usages;
  for (const Slot& slot : slots_) {
    if (slot.instance == nullptr || !slot.instance->is_running()) continue;
    if (now - state_of(slot).started_at < sim::RecentSum::kSpan) return {};
    const api::Container spec = spec_of(slot);
    apiserver::ResourceUsage usage = slot.instance->usage(now);
    const api::Quantity cores = api::Quantity::parse(node_.options.cpu).value_or(api::Quantity{});
    usage.cpu_nanocores = at_most(usage.cpu_nanocores, cores.milli_value() * 1'000'000);
    usage.cpu_nanocores = at_most(usage.cpu_nanocores, spec.limit("cpu").milli_value() * 1'000'000);
    usage.memory_bytes = at_most(usage.memory_bytes, spec.limit("memory").value());
    usages.push_back({std::string{spec.name()}, usage});
  }
  return usages;
}

PodHoldings PodWorker::measure() const {
  using namespace doc::literals;
  const sim::Time now = node_.loop.now();
  PodHoldings holdings{.pod = &pod_};
  for (const Slot& slot : slots_) {
    ContainerHoldings container{.name = std::string{spec_of(slot).name()}};
    if (slot.log) container.logs += slot.log->bytes();
    if (slot.previous_log) container.logs += slot.previous_log->bytes();
    if (slot.instance != nullptr) {
      const Machine& machine = slot.instance->machine();
      container.layer = std::max<std::int64_t>(machine.files.bytes() - machine.image_bytes, 0);
      if (slot.instance->is_running()) container.memory = slot.instance->usage(now).memory_bytes;
    }
    holdings.containers.push_back(std::move(container));
  }
  for (const doc::Value& volume : pod_["spec"_key]["volumes"_key].items()) {
    if (!volume.contains("emptyDir"_key)) continue;
    const std::string_view name = volume["name"_key].as_string();
    holdings.empty_dirs.emplace(name, volumes_.bytes(name));
  }
  return holdings;
}

std::optional<apiserver::ResourceUsage> Kubelet::usage() const {
  const sim::Time now = context_.loop.now();
  if (!running_ || !context_.connected || now - running_since_ < sim::RecentSum::kSpan) {
    return std::nullopt;
  }
  apiserver::ResourceUsage sum = kIdleNode;
  for (const auto& [uid, worker] : workers_) {
    if (!worker->is_active()) continue;
    sum += kPerPod;
    for (const apiserver::ContainerUsage& each : worker->usage()) sum += each.usage;
  }
  sum.memory_bytes += other_memory_;
  const api::Quantity cores = api::Quantity::parse(context_.options.cpu).value_or(api::Quantity{});
  const api::Quantity memory =
      api::Quantity::parse(context_.options.memory).value_or(api::Quantity{});
  sum.cpu_nanocores = at_most(sum.cpu_nanocores, cores.milli_value() * 1'000'000);
  sum.memory_bytes = at_most(sum.memory_bytes, memory.value());
  return sum;
}

std::optional<apiserver::ResourceUsage> Kubelets::node_usage(std::string_view node) const {
  const Kubelet* kubelet = find(node);
  return kubelet == nullptr ? std::nullopt : kubelet->usage();
}

std::vector<apiserver::ContainerUsage> Kubelets::pod_usage(const doc::Value& pod) const {
  const auto worker = find_pod(pod);
  return worker ? (*worker)->usage() : std::vector<apiserver::ContainerUsage>{};
}

std::int64_t Kubelet::memory_used() const {
  std::int64_t sum = kIdleNode.memory_bytes + other_memory_;
  for (const auto& [uid, worker] : workers_) {
    if (worker->is_active()) sum += kPerPod.memory_bytes + worker->measure().memory();
  }
  return sum;
}

std::int64_t Kubelet::disk_used() const {
  std::int64_t sum = kIdleNodeDisk + other_disk_;
  for (const auto& [name, image] : context_.puller.images()) sum += image->size_bytes;
  for (const auto& [uid, worker] : workers_) {
    if (worker->is_active()) sum += worker->measure().disk();
  }
  return sum;
}

}  // namespace rockpool::node
