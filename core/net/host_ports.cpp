// SPDX-License-Identifier: Apache-2.0
#include "core/net/host_ports.h"

#include <algorithm>
#include <utility>

#include "core/api/object.h"
#include "core/api/views/pod.h"

namespace rockpool::net {
namespace {

using namespace doc::literals;

// What of a Pod decides its rules.
bool has_same_ports(const doc::Value& before, const doc::Value& after) {
  return before["spec"_key].identical(after["spec"_key]) &&
         before["status"_key]["podIPs"_key] == after["status"_key]["podIPs"_key] &&
         before["status"_key]["phase"_key] == after["status"_key]["phase"_key];
}

}  // namespace

// One host port of one Pod.
class HostPorts::Rule final : public ServicePort {
 public:
  Rule(std::shared_ptr<Rules> rules, Endpoint to, const IpAddress& address)
      : endpoint{std::move(to)},
        host_ip{address},
        rules_{std::move(rules)},
        name_{"hostPort of " + endpoint.pod} {
    rules_->insert(this);
  }
  ~Rule() override { rules_->erase(this); }
  const std::string& service_name() const override { return name_; }

  const Endpoint endpoint;
  // Unspecified: any of the node's.
  const IpAddress host_ip;

 private:
  std::shared_ptr<Rules> rules_;
  std::string name_;
};

HostPorts::HostPorts(Network& network) : network_{network}, next_{*network.router()} {
  network_.set_router(this);
}

HostPorts::~HostPorts() {
  if (network_.router() == this) network_.set_router(&next_);
}

void HostPorts::follow(client::Informer& pods) {
  for (const auto& [key, object] : pods.objects()) on_pod(nullptr, &object);
  subscription_ = pods.subscribe(
      [this](const doc::Value* before, const doc::Value* after) { on_pod(before, after); });
}

void HostPorts::on_pod(const doc::Value* before, const doc::Value* after) {
  if (before != nullptr && after != nullptr && has_same_ports(*before, *after)) return;
  const auto for_each_port = [](const doc::Value* object, auto apply) {
    if (object == nullptr) return;
    const std::string_view phase = (*object)["status"_key]["phase"_key].as_string();
    const api::Pod pod{*object};
    // On the host's own network its process has the port itself.
    if (phase == "Succeeded" || phase == "Failed" || pod.spec().host_network()) return;
    for (const api::Container container : pod.spec().containers()) {
      for (const api::ContainerPort port : container.ports()) {
        const auto protocol = parse_protocol(port.protocol());
        if (port.host_port() <= 0 || !protocol) continue;
        const Place place{std::string{pod.spec().node_name()}, *protocol,
                          static_cast<std::uint16_t>(port.host_port())};
        const auto host_ip = IpAddress::parse(port.host_ip());
        for (const doc::Value& entry : pod.ips().items()) {
          const auto address = IpAddress::parse(entry["ip"_key].as_string());
          if (!address) continue;
          const SocketAddress to{*address, static_cast<std::uint16_t>(port.container_port())};
          apply(place, Endpoint{to, pod.key().to_string()}, host_ip.value_or(IpAddress{}));
        }
      }
    }
  };
  for_each_port(before, [this](const Place& place, const Endpoint& endpoint, const IpAddress& ip) {
    const auto known = in_force_.find(place);
    if (known == in_force_.end()) return;
    std::erase_if(known->second, [&](const Ref<const Rule>& rule) {
      return rule->endpoint.pod == endpoint.pod && rule->endpoint.address == endpoint.address &&
             rule->host_ip == ip;
    });
    if (known->second.empty()) in_force_.erase(known);
  });
  for_each_port(after, [this](const Place& place, Endpoint endpoint, const IpAddress& ip) {
    in_force_[place].push_back(Ref<const Rule>{new Rule{rules_, std::move(endpoint), ip}});
  });
}

const HostPorts::Rule* HostPorts::as_rule(const ServicePort& port) const {
  return rules_->contains(&port) ? static_cast<const Rule*>(&port) : nullptr;
}

const HostPorts::Rule* HostPorts::find(const Node& node, Protocol protocol,
                                       const SocketAddress& destination) const {
  if (in_force_.empty()) return nullptr;
  if (!destination.ip.is_loopback() && !node.host().has_address(destination.ip)) return nullptr;
  const auto known = in_force_.find(Place{node.name(), protocol, destination.port});
  if (known == in_force_.end()) return nullptr;
  const auto rule = std::ranges::find_if(known->second, [&](const Ref<const Rule>& each) {
    return each->endpoint.address.ip.family() == destination.ip.family() &&
           (each->host_ip.is_unspecified() || each->host_ip == destination.ip);
  });
  return rule == known->second.end() ? nullptr : &**rule;
}

Route HostPorts::route(const Node& node, Protocol protocol, const SocketAddress& client,
                       const SocketAddress& destination) {
  const Rule* const rule = find(node, protocol, destination);
  if (rule == nullptr) return next_.route(node, protocol, client, destination);
  Route route;
  route.verdict = Route::Verdict::forward;
  route.port = Ref<const ServicePort>{rule};
  route.masquerades = client.ip.is_loopback();
  return route;
}

std::optional<SocketAddress> HostPorts::next_endpoint(const Node& node, const ServicePort& port,
                                                      Scope scope, const SocketAddress& client,
                                                      bool after_failure) {
  const Rule* const rule = as_rule(port);
  if (rule == nullptr) return next_.next_endpoint(node, port, scope, client, after_failure);
  if (after_failure) return {};
  return rule->endpoint.address;
}

bool HostPorts::is_eligible(const Node& node, const Route& route,
                            const SocketAddress& endpoint) const {
  const Rule* const rule = as_rule(*route.port);
  return rule == nullptr ? next_.is_eligible(node, route, endpoint)
                         : rule->endpoint.address == endpoint;
}

void HostPorts::note_ended(const Node& node, const ServicePort& port,
                           const SocketAddress& endpoint) {
  if (as_rule(port) == nullptr) next_.note_ended(node, port, endpoint);
}

std::string HostPorts::endpoint_pod(const ServicePort& port, const SocketAddress& endpoint) {
  const Rule* const rule = as_rule(port);
  return rule == nullptr ? next_.endpoint_pod(port, endpoint) : rule->endpoint.pod;
}

void HostPorts::tend_own_port(const Node& node, std::uint16_t port) {
  next_.tend_own_port(node, port);
}

SocketAddress HostPorts::relay_address(const Node& node, const ServicePort& port) const {
  return as_rule(port) == nullptr ? next_.relay_address(node, port) : SocketAddress{};
}

Route::Verdict HostPorts::judge_echo(const Node& node, const IpAddress& destination) {
  return next_.judge_echo(node, destination);
}

std::string_view HostPorts::mode_name(const Node& node) const {
  return next_.mode_name(node);
}

}  // namespace rockpool::net
