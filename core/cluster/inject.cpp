// SPDX-License-Identifier: Apache-2.0
//
// Faults: what they do to the parts of a cluster.
#include <fmt/format.h>

#include <algorithm>

#include "core/cluster/parts.h"

namespace rockpool {
namespace {

using cluster::Fault;
using cluster::FaultKind;

constexpr std::string_view kControlPlane = "control-plane";
constexpr std::string_view kOutside = "outside";

std::unexpected<api::Status> no_such(api::ResourceId resource, std::string_view name) {
  return std::unexpected{api::not_found(api::resource(resource).group_resource(), name)};
}

std::unexpected<api::Status> bad(std::string message) {
  return std::unexpected{api::bad_request("fault: " + std::move(message))};
}

// Kills the container of that name, or all of them, as SIGKILL does; false if none of them runs.
bool kill_containers(node::PodWorker& pod, const std::string& name) {
  using namespace doc::literals;
  constexpr std::int32_t kKilled = 128 + 9;
  if (!name.empty()) return pod.kill_container(name, kKilled);
  bool any = false;
  for (const doc::Value& container : pod.pod()["spec"_key]["containers"_key].items()) {
    any |= pod.kill_container(container["name"_key].as_string(), kKilled);
  }
  return any;
}

sim::Duration restart_time(const Fault& fault) {
  return fault.delay == sim::Duration{0} ? cluster::kDefaultRestart : fault.delay;
}

}  // namespace

api::Result<void> Cluster::Parts::inject(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::crash:
      return crash(fault);
    case FaultKind::kill:
    case FaultKind::kill_now:
      return remove_pod(fault);
    case FaultKind::stop:
    case FaultKind::start:
      return power(fault);
    case FaultKind::cut:
    case FaultKind::slow:
    case FaultKind::lose:
    case FaultKind::heal:
      return change_link(fault);
    case FaultKind::freeze:
    case FaultKind::thaw:
      return change_proxy(fault);
    case FaultKind::restart_proxy:
      return restart_proxy(fault);
    case FaultKind::restart_api_server:
      return restart_api_server(fault);
    case FaultKind::fill:
      return fill(fault);
    case FaultKind::halt:
    case FaultKind::resume:
      return change_component(fault);
  }
  return {};
}

api::Result<void> Cluster::Parts::crash(const Fault& fault) {
  const api::ObjectKey key = api::ObjectKey::parse(fault.target);
  for (const auto& kubelet : nodes) {
    node::PodWorker* pod = kubelet->find_pod(key);
    if (pod == nullptr) continue;
    if (kill_containers(*pod, fault.container)) return {};
    return bad(fault.container.empty()
                   ? fmt::format("no container of {} runs", fault.target)
                   : fmt::format("{} has no running container {}", fault.target, fault.container));
  }
  return no_such(api::ResourceId::pods, key.name);
}

api::Result<void> Cluster::Parts::remove_pod(const Fault& fault) {
  if (!api.is_serving()) return bad("the API server does not run");
  const api::ObjectKey key = api::ObjectKey::parse(fault.target);
  apiserver::DeleteOptions options;
  if (fault.kind == FaultKind::kill_now) options.grace_period_seconds = 0;
  const auto removed = api.remove(api::ResourceId::pods, key.namespace_, key.name, options);
  if (!removed) return std::unexpected{removed.error()};
  return {};
}

api::Result<void> Cluster::Parts::power(const Fault& fault) {
  node::Kubelet* kubelet = find_kubelet(fault.target);
  if (kubelet == nullptr) return no_such(api::ResourceId::nodes, fault.target);
  const bool on = fault.kind == FaultKind::start;
  if (kubelet->is_powered() == on)
    return bad(fmt::format("{} is {} already", fault.target, on ? "on" : "off"));
  if (on) {
    kubelet->power_on();
    proxy.restart(kubelet->machine());
  } else {
    kubelet->power_off();
  }
  return {};
}

api::Result<void> Cluster::Parts::change_link(const Fault& fault) {
  std::string one = fault.target;
  std::string other = fault.peer;
  // A link has no direction: the node comes first.
  if (one == kControlPlane || one == kOutside) std::swap(one, other);
  node::Kubelet* kubelet = find_kubelet(one);
  if (kubelet == nullptr) {
    if (one.empty() || one == kControlPlane || one == kOutside)
      return bad("one end of a link must be a node");
    return no_such(api::ResourceId::nodes, one);
  }
  const auto changed = [&](net::LinkState state) {
    switch (fault.kind) {
      case FaultKind::cut:
        state.cut = true;
        break;
      case FaultKind::slow:
        state.extra_latency = fault.delay;
        break;
      case FaultKind::lose:
        state.loss = fault.loss;
        break;
      default:
        state = {};
        break;
    }
    return state;
  };
  const net::Node& node = kubelet->machine();
  if (other.empty()) {
    const net::LinkState state = changed(network.node_link(node));
    network.set_node_link(node, state);
    kubelet->set_connected(!state.cut);
  } else if (other == kControlPlane) {
    if (fault.kind != FaultKind::cut && fault.kind != FaultKind::heal) {
      return bad("the way to the control plane can be cut and healed only");
    }
    kubelet->set_connected(fault.kind == FaultKind::heal);
  } else if (other == kOutside) {
    network.set_outside_link(node, changed(network.outside_link(node)));
  } else {
    const node::Kubelet* peer = find_kubelet(other);
    if (peer == nullptr) return no_such(api::ResourceId::nodes, other);
    if (peer == kubelet) return bad("a link needs two different ends");
    network.set_link(node, peer->machine(), changed(network.link(node, peer->machine())));
  }
  return {};
}

api::Result<void> Cluster::Parts::change_proxy(const Fault& fault) {
  const node::Kubelet* kubelet = find_kubelet(fault.target);
  if (kubelet == nullptr) return no_such(api::ResourceId::nodes, fault.target);
  const bool freeze = fault.kind == FaultKind::freeze;
  if (!proxy.is_running(kubelet->machine())) {
    return bad(fmt::format("the proxy of {} does not run", fault.target));
  }
  if (proxy.is_frozen(kubelet->machine()) == freeze) {
    return bad(fmt::format("the proxy of {} is {}", fault.target,
                           freeze ? "frozen already" : "not frozen"));
  }
  if (freeze) {
    proxy.freeze(kubelet->machine());
  } else {
    proxy.thaw(kubelet->machine());
  }
  return {};
}

api::Result<void> Cluster::Parts::restart_proxy(const Fault& fault) {
  const node::Kubelet* kubelet = find_kubelet(fault.target);
  if (kubelet == nullptr) return no_such(api::ResourceId::nodes, fault.target);
  if (!kubelet->is_powered()) return bad(fmt::format("{} is off", fault.target));
  if (!proxy.is_running(kubelet->machine())) {
    return bad(fmt::format("the proxy of {} is being restarted already", fault.target));
  }
  proxy.stop_process(kubelet->machine());
  const sim::Time back = loop.now() + restart_time(fault);
  proxies_back[fault.target] = back;
  loop.schedule_at(back, [this, name = fault.target, back] {
    const auto found = proxies_back.find(name);
    // The machine may have been switched off and on since, and its proxy restarted anew.
    if (found == proxies_back.end() || found->second != back) return;
    proxies_back.erase(found);
    if (const node::Kubelet* present = find_kubelet(name)) proxy.start_process(present->machine());
  });
  return {};
}

// All that stands on the API server loses it with it: nothing is written meanwhile, so there is
// nothing that any watch could miss.
api::Result<void> Cluster::Parts::restart_api_server(const Fault& fault) {
  if (!api.is_serving()) return bad("the API server is being restarted already");
  api.stop_serving();
  sessions.end_all();
  change_control_plane(false);
  loop.schedule(restart_time(fault), [this] {
    api.start_serving();
    change_control_plane(true);
  });
  return {};
}

// Those that a fault has halted stay so; nodes whose way to the control plane is cut, too.
void Cluster::Parts::change_control_plane(bool runs) {
  for (const auto& kubelet : nodes) kubelet->set_api_server_up(runs);
  const auto change = [&](std::string_view name, auto& component) {
    const auto found = halted.find(name);
    if (found != halted.end() && found->second) return;
    runs ? component.start() : component.stop();
  };
  for (const auto& controller : controllers) change(controller->name(), *controller);
  change("scheduler", *scheduler);
}

api::Result<void> Cluster::Parts::fill(const Fault& fault) {
  node::Kubelet* kubelet = find_kubelet(fault.target);
  if (kubelet == nullptr) return no_such(api::ResourceId::nodes, fault.target);
  kubelet->occupy(fault.memory, fault.storage);
  return {};
}

api::Result<void> Cluster::Parts::change_component(const Fault& fault) {
  const bool halt = fault.kind == FaultKind::halt;
  const auto found = std::ranges::find_if(
      controllers, [&](const auto& controller) { return controller->name() == fault.target; });
  if (found == controllers.end() && fault.target != "scheduler") {
    std::string names = "scheduler";
    for (const auto& controller : controllers) names += fmt::format(", {}", controller->name());
    return bad(fmt::format("there is no component {}; there are {}", fault.target, names));
  }
  bool& halted_now = halted[fault.target];
  if (halted_now == halt)
    return bad(fmt::format("{} is {}", fault.target, halt ? "halted already" : "not halted"));
  halted_now = halt;
  // Without an API server nothing runs that could be stopped; `resume` counts from its return.
  if (!api.is_serving()) return {};
  const auto change = [&](auto& component) { halt ? component.stop() : component.start(); };
  if (found != controllers.end()) {
    change(**found);
  } else {
    change(*scheduler);
  }
  return {};
}

}  // namespace rockpool
