// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/pod_needs.h"

#include <algorithm>
#include <set>

#include "core/api/quantity.h"

namespace rockpool::scheduler {
namespace {

using namespace doc::literals;

// What a container that asks for nothing counts as when nodes are scored.
constexpr std::int64_t kDefaultMilliCpu = 100;
constexpr std::int64_t kDefaultMemory = 200 * 1024 * 1024;

// A resource's quantity in the scheduler's unit for it.
std::int64_t amount(std::string_view name, const doc::Value& quantity) {
  const api::Quantity parsed = api::Quantity::from_value(quantity);
  return name == "cpu" ? parsed.milli_value() : parsed.value();
}

std::int64_t container_amount(const api::Container& container, std::string_view name,
                              std::int64_t if_missing) {
  const doc::Value* quantity = container.requests().find(name);
  return quantity != nullptr ? amount(name, *quantity) : if_missing;
}

// The larger of what the containers need together and what each init container needs while it runs,
// sidecars counted beside both, plus overhead (component-helpers resource.PodRequests).
std::int64_t pod_amount(const api::PodSpec& spec, std::string_view name, std::int64_t if_missing) {
  std::int64_t running = 0;
  for (const api::Container container : spec.containers()) {
    running += container_amount(container, name, if_missing);
  }
  std::int64_t sidecars = 0;
  std::int64_t starting = 0;
  for (const api::Container container : spec.init_containers()) {
    const std::int64_t own = container_amount(container, name, if_missing);
    if (container.is_restartable_init()) {
      sidecars += own;
      starting = std::max(starting, sidecars);
    } else {
      starting = std::max(starting, sidecars + own);
    }
  }
  const doc::Value* overhead = spec.overhead().find(name);
  return std::max(running + sidecars, starting) +
         (overhead != nullptr ? amount(name, *overhead) : 0);
}

std::set<std::string> requested_names(const api::PodSpec& spec) {
  std::set<std::string> names;
  const auto add = [&names](const doc::Value& quantities) {
    for (const doc::Member& member : quantities.members()) names.emplace(member.key.text());
  };
  for (const api::Container container : spec.containers()) add(container.requests());
  for (const api::Container container : spec.init_containers()) add(container.requests());
  add(spec.overhead());
  return names;
}

void set_amount(Resources& resources, std::string_view name, std::int64_t value) {
  if (name == "cpu") {
    resources.milli_cpu = value;
  } else if (name == "memory") {
    resources.memory = value;
  } else if (name == "ephemeral-storage") {
    resources.ephemeral_storage = value;
  } else if (name != "pods") {
    resources.scalars.emplace_back(name, value);
  }
}

void add_host_ports(std::vector<HostPort>& ports, const api::Container& container) {
  for (const api::ContainerPort port : container.ports()) {
    if (port.host_port() <= 0) continue;
    ports.push_back({port.host_ip().empty() ? "0.0.0.0" : std::string{port.host_ip()},
                     std::string{port.protocol()}, port.host_port()});
  }
}

PodNeeds compute_needs(const api::PodSpec& spec) {
  PodNeeds needs;
  for (const std::string& name : requested_names(spec)) {
    set_amount(needs.request, name, pod_amount(spec, name, 0));
  }
  needs.scored_milli_cpu = pod_amount(spec, "cpu", kDefaultMilliCpu);
  needs.scored_memory = pod_amount(spec, "memory", kDefaultMemory);
  for (const api::Container container : spec.containers()) {
    add_host_ports(needs.host_ports, container);
  }
  for (const api::Container container : spec.init_containers()) {
    if (container.is_restartable_init()) add_host_ports(needs.host_ports, container);
  }
  const doc::Value& affinity = spec.affinity();
  const doc::Value& node_affinity = affinity["nodeAffinity"_key];
  constexpr auto kRequired = "requiredDuringSchedulingIgnoredDuringExecution"_key;
  constexpr auto kPreferred = "preferredDuringSchedulingIgnoredDuringExecution"_key;
  needs.selects_nodes = spec.node_selector().size() != 0 || !node_affinity[kRequired].is_null();
  needs.prefers_nodes = node_affinity[kPreferred].size() != 0;
  needs.requires_anti_affinity = affinity["podAntiAffinity"_key][kRequired].size() != 0;
  needs.has_pod_affinity =
      affinity["podAffinity"_key].size() != 0 || affinity["podAntiAffinity"_key].size() != 0;
  return needs;
}

// The parts of a spec that its needs depend on. Containers as a whole would not do: each Pod's
// mounts its service account's token by a name of its own.
doc::Value relevant_parts(const api::PodSpec& spec) {
  std::vector<doc::Value> parts;
  const auto add = [&parts](const api::ViewList<api::Container>& containers) {
    parts.emplace_back(containers.size());
    for (const api::Container container : containers) {
      parts.push_back(container.value()["resources"_key]);
      parts.push_back(container.ports().value());
      parts.emplace_back(container.restart_policy());
    }
  };
  add(spec.containers());
  add(spec.init_containers());
  for (const doc::Value* part : {&spec.overhead(), &spec.node_selector(), &spec.affinity()}) {
    parts.push_back(*part);
  }
  return doc::Value::array(std::move(parts));
}

template <typename Combine>
void combine_scalars(Resources& left, const Resources& right, Combine&& combine) {
  for (const auto& [name, value] : right.scalars) {
    const auto place = std::ranges::lower_bound(left.scalars, name, {},
                                                &std::pair<std::string, std::int64_t>::first);
    if (place != left.scalars.end() && place->first == name) {
      place->second = combine(place->second, value);
    } else {
      left.scalars.emplace(place, name, combine(0, value));
    }
  }
}

}  // namespace

Resources& Resources::operator+=(const Resources& other) {
  milli_cpu += other.milli_cpu;
  memory += other.memory;
  ephemeral_storage += other.ephemeral_storage;
  combine_scalars(*this, other, [](std::int64_t a, std::int64_t b) { return a + b; });
  return *this;
}

Resources& Resources::operator-=(const Resources& other) {
  milli_cpu -= other.milli_cpu;
  memory -= other.memory;
  ephemeral_storage -= other.ephemeral_storage;
  combine_scalars(*this, other, [](std::int64_t a, std::int64_t b) { return a - b; });
  return *this;
}

std::int64_t Resources::scalar(std::string_view name) const {
  const auto found = std::ranges::find(scalars, name, &std::pair<std::string, std::int64_t>::first);
  return found != scalars.end() ? found->second : 0;
}

bool Resources::is_zero() const {
  return milli_cpu == 0 && memory == 0 && ephemeral_storage == 0 && scalars.empty();
}

bool HostPort::conflicts_with(const HostPort& other) const {
  constexpr std::string_view kAll = "0.0.0.0";
  return port == other.port && protocol == other.protocol &&
         (ip == other.ip || ip == kAll || other.ip == kAll);
}

std::shared_ptr<const PodNeeds> NeedsCache::needs_of(const api::PodSpec& spec) {
  doc::Value parts = relevant_parts(spec);
  const std::uint64_t hash = parts.hash();
  if (known_.size() >= kMaxTemplates) known_.clear();
  Known& known = known_[hash];
  if (known.needs == nullptr || !(known.spec == parts)) {
    known = {std::move(parts), std::make_shared<const PodNeeds>(compute_needs(spec))};
  }
  return known.needs;
}

Resources resources_from(const doc::Value& quantities) {
  Resources resources;
  for (const doc::Member& member : quantities.members()) {
    set_amount(resources, member.key.text(), amount(member.key.text(), member.value));
  }
  return resources;
}

}  // namespace rockpool::scheduler
