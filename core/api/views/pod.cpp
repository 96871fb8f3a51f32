// SPDX-License-Identifier: Apache-2.0
#include "core/api/views/pod.h"

namespace rockpool::api {

namespace {

constexpr std::string_view kComputeResources[] = {"cpu", "memory"};

void raise_to(Quantity& largest, const Quantity& candidate) {
  if (candidate > largest) largest = candidate;
}

// A limit without a request counts as the request (defaulting sets it, old objects may lack it).
Quantity container_request(const Container& container, std::string_view resource_name) {
  if (container.requests().contains(resource_name)) return container.request(resource_name);
  return Quantity{};
}

// What one Pod or container asks for, as QoS classes see it.
class QosTally {
 public:
  void add(const Container& container) {
    bool all_limited = true;
    for (const std::string_view name : kComputeResources) {
      const Quantity request = container.request(name);
      const Quantity limit = container.limit(name);
      if (!request.is_zero() || !limit.is_zero()) any_ = true;
      if (limit.is_zero()) all_limited = false;
      // An absent request takes the limit's value.
      const bool has_request = container.requests().contains(name);
      if (has_request && request != limit) equal_ = false;
    }
    if (!all_limited) guaranteed_ = false;
  }

  std::string_view result() const {
    if (!any_) return "BestEffort";
    return guaranteed_ && equal_ ? "Guaranteed" : "Burstable";
  }

 private:
  bool any_ = false;
  bool equal_ = true;
  bool guaranteed_ = true;
};

}  // namespace

bool Pod::is_available(std::int64_t min_ready_seconds, sim::Time now) const {
  if (!is_ready()) return false;
  if (min_ready_seconds == 0) return true;
  const std::optional<sim::Time> since =
      read_time(find_condition(value(), "Ready")["lastTransitionTime"_key]);
  return since && *since + std::chrono::seconds{min_ready_seconds} <= now;
}

std::string_view pod_qos_class(const PodSpec& spec) {
  QosTally tally;
  for (const Container container : spec.containers()) tally.add(container);
  for (const Container container : spec.init_containers()) tally.add(container);
  return tally.result();
}

Quantity pod_request(const PodSpec& spec, std::string_view resource_name) {
  Quantity sum;
  for (const Container container : spec.containers()) {
    sum += container_request(container, resource_name);
  }
  Quantity sidecars;
  Quantity init_peak;
  for (const Container container : spec.init_containers()) {
    const Quantity request = container_request(container, resource_name);
    if (container.is_restartable_init()) {
      sum += request;
      sidecars += request;
      raise_to(init_peak, sidecars);
    } else {
      raise_to(init_peak, sidecars + request);
    }
  }
  raise_to(sum, init_peak);
  // Requests of the Pod as a whole take the place of its containers'.
  const doc::Value& pod_level = spec.value()["resources"_key]["requests"_key];
  if (pod_level.contains(resource_name)) sum = Quantity::from_value(pod_level[resource_name]);
  sum += Quantity::from_value(spec.overhead()[resource_name]);
  return sum;
}

std::optional<std::int64_t> find_port(const PodSpec& spec, const doc::Value& port,
                                      std::string_view protocol) {
  if (port.is_integer()) return port.as_int();
  const std::string_view wanted = port.as_string();
  const auto search = [&](const Container& container) -> std::optional<std::int64_t> {
    for (const ContainerPort candidate : container.ports()) {
      if (candidate.name() == wanted && candidate.protocol() == protocol) {
        return candidate.container_port();
      }
    }
    return std::nullopt;
  };
  for (const Container container : spec.containers()) {
    if (const auto found = search(container)) return found;
  }
  for (const Container container : spec.init_containers()) {
    if (!container.is_restartable_init()) continue;
    if (const auto found = search(container)) return found;
  }
  return std::nullopt;
}

}  // namespace rockpool::api
