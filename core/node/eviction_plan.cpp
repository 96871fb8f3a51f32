// SPDX-License-Identifier: Apache-2.0
#include "core/node/eviction_plan.h"

#include <algorithm>

#include <fmt/format.h>
#include "core/api/quantity.h"
#include "core/api/views/pod.h"

namespace rockpool::node {
namespace {

using namespace doc::literals;
using api::Quantity;

constexpr std::string_view kStorage = "ephemeral-storage";
constexpr std::string_view kMemory = "memory";
constexpr std::int64_t kMemoryThreshold = std::int64_t{100} << 20;
// As upstream, single precision: which bytes a percentage comes to depends on it.
constexpr float kImageFsThreshold = 0.15F;
constexpr float kNodeFsThreshold = 0.10F;
constexpr std::int64_t kSystemCriticalPriority = 2'000'000'000;

Quantity bytes(std::int64_t value) {
  return Quantity::of(value, Quantity::Format::binary_si);
}

std::int64_t share_of(std::int64_t capacity, float share) {
  return static_cast<std::int64_t>(static_cast<double>(capacity) * static_cast<double>(share));
}

bool is_in_memory(const doc::Value& volume) {
  return volume["emptyDir"_key]["medium"_key].as_string() == "Memory";
}

Quantity size_limit(const doc::Value& volume) {
  return Quantity::from_value(volume["emptyDir"_key]["sizeLimit"_key]);
}

const doc::Value& volumes_of(const doc::Value& pod) {
  return pod["spec"_key]["volumes"_key];
}

void raise_to(Quantity& quantity, const Quantity& other) {
  quantity = std::max(quantity, other);
}

// What the containers together may write (component-helpers' PodLimits); nothing if none of them
// has a limit.
std::optional<Quantity> pod_storage_limit(const api::PodSpec& spec) {
  bool found = false;
  const auto limit_of = [&found](const api::Container& container) {
    const doc::Value* limit = container.value()["resources"_key]["limits"_key].find(kStorage);
    found |= limit != nullptr;
    return limit == nullptr ? Quantity{} : Quantity::from_value(*limit);
  };
  Quantity sum;
  for (const api::Container container : spec.containers()) sum += limit_of(container);
  Quantity sidecars;
  Quantity peak;
  for (const api::Container container : spec.init_containers()) {
    const Quantity limit = limit_of(container);
    if (container.is_restartable_init()) {
      sum += limit;
      sidecars += limit;
      raise_to(peak, sidecars);
    } else {
      raise_to(peak, sidecars + limit);
    }
  }
  raise_to(sum, peak);
  if (!found) return std::nullopt;
  return sum;
}

std::int64_t held(const PodHoldings& pod, std::string_view resource) {
  return resource == kMemory ? pod.memory() : pod.disk();
}

// By how much a Pod exceeds what it asked for.
std::int64_t excess(const PodHoldings& pod, std::string_view resource) {
  const api::PodSpec spec = api::Pod{*pod.pod}.spec();
  return held(pod, resource) - api::pod_request(spec, resource).value();
}

// The spec of that container; of ephemeral ones none is found, as upstream blames them never.
const doc::Value* find_container(const doc::Value& pod, std::string_view name) {
  for (const auto list : {"containers"_key, "initContainers"_key}) {
    for (const doc::Value& container : pod["spec"_key][list].items()) {
      if (container["name"_key].as_string() == name) return &container;
    }
  }
  return nullptr;
}

}  // namespace

std::int64_t PodHoldings::disk() const {
  std::int64_t sum = 0;
  for (const ContainerHoldings& container : containers) sum += container.layer + container.logs;
  for (const doc::Value& volume : volumes_of(*pod).items()) {
    const auto found = empty_dirs.find(volume["name"_key].as_string());
    if (found != empty_dirs.end() && !is_in_memory(volume)) sum += found->second;
  }
  return sum;
}

std::int64_t PodHoldings::memory() const {
  std::int64_t sum = 0;
  for (const ContainerHoldings& container : containers) sum += container.memory;
  for (const doc::Value& volume : volumes_of(*pod).items()) {
    const auto found = empty_dirs.find(volume["name"_key].as_string());
    if (found != empty_dirs.end() && is_in_memory(volume)) sum += found->second;
  }
  return sum;
}

std::array<Threshold, 3> make_thresholds(std::int64_t memory_capacity, std::int64_t memory_used,
                                         std::int64_t disk_capacity, std::int64_t disk_used) {
  const std::int64_t disk = std::max<std::int64_t>(disk_capacity - disk_used, 0);
  return {{{EvictionSignal::memory_available,
            std::max<std::int64_t>(memory_capacity - memory_used, 0), kMemoryThreshold},
           {EvictionSignal::image_fs_available, disk, share_of(disk_capacity, kImageFsThreshold)},
           {EvictionSignal::node_fs_available, disk, share_of(disk_capacity, kNodeFsThreshold)}}};
}

std::string_view starved_resource(EvictionSignal signal) {
  return signal == EvictionSignal::memory_available ? kMemory : kStorage;
}

std::string_view pressure_condition(EvictionSignal signal) {
  return signal == EvictionSignal::memory_available ? "MemoryPressure" : "DiskPressure";
}

bool has_storage_limits(const doc::Value& pod) {
  for (const doc::Value& volume : volumes_of(pod).items()) {
    if (!size_limit(volume).is_zero()) return true;
  }
  return pod_storage_limit(api::Pod{pod}.spec()).has_value();
}

std::optional<std::string> exceeded_storage_limit(const PodHoldings& pod) {
  for (const doc::Value& volume : volumes_of(*pod.pod).items()) {
    const auto found = pod.empty_dirs.find(volume["name"_key].as_string());
    const Quantity limit = size_limit(volume);
    if (found == pod.empty_dirs.end() || limit.sign() <= 0 || bytes(found->second) <= limit) {
      continue;
    }
    return fmt::format("Usage of EmptyDir volume \"{}\" exceeds the limit \"{}\". ", found->first,
                       limit.to_string());
  }
  const auto whole = pod_storage_limit(api::Pod{*pod.pod}.spec());
  if (!whole) return std::nullopt;
  if (bytes(pod.disk()) > *whole) {
    return fmt::format(
        "Pod ephemeral local storage usage exceeds the total limit of containers {}. ",
        whole->to_string());
  }
  for (const ContainerHoldings& container : pod.containers) {
    const doc::Value* spec = find_container(*pod.pod, container.name);
    if (spec == nullptr) continue;
    const Quantity limit = Quantity::from_value((*spec)["resources"_key]["limits"_key][kStorage]);
    if (limit.is_zero() || bytes(container.layer + container.logs) <= limit) continue;
    return fmt::format("Container {} exceeded its local ephemeral storage limit \"{}\". ",
                       container.name, limit.to_string());
  }
  return std::nullopt;
}

void rank_for_eviction(std::vector<PodHoldings>& pods, std::string_view resource) {
  std::ranges::stable_sort(pods, [&](const PodHoldings& one, const PodHoldings& other) {
    const std::int64_t one_excess = excess(one, resource);
    const std::int64_t other_excess = excess(other, resource);
    if ((one_excess > 0) != (other_excess > 0)) return one_excess > 0;
    const std::int64_t one_priority = api::Pod{*one.pod}.spec().priority();
    const std::int64_t other_priority = api::Pod{*other.pod}.spec().priority();
    if (one_priority != other_priority) return one_priority < other_priority;
    return one_excess > other_excess;
  });
}

std::string eviction_message(const PodHoldings& pod, const Threshold& threshold) {
  const std::string_view resource = starved_resource(threshold.signal);
  std::string message = fmt::format(
      "The node was low on resource: {}. Threshold quantity: {}, available: {}. ", resource,
      bytes(threshold.quantity).to_string(), bytes(threshold.available).to_string());
  for (const ContainerHoldings& container : pod.containers) {
    const doc::Value* spec = find_container(*pod.pod, container.name);
    if (spec == nullptr) continue;
    const Quantity request =
        Quantity::from_value((*spec)["resources"_key]["requests"_key][resource]);
    const Quantity used =
        bytes(resource == kMemory ? container.memory : container.layer + container.logs);
    if (used <= request) continue;
    message +=
        fmt::format("Container {} was using {}, request is {}, has larger consumption of {}. ",
                    container.name, used.to_string(), request.to_string(), resource);
  }
  return message;
}

bool is_critical_pod(const doc::Value& pod) {
  return api::Pod{pod}.spec().priority() >= kSystemCriticalPriority;
}

}  // namespace rockpool::node
