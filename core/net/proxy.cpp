// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/views/node.h"
#include "core/api/views/service.h"
#include "core/net/proxy/userspace.h"

namespace rockpool::net {
namespace {

using proxy::PortRules;
using proxy::ServiceSnapshot;

}  // namespace

ServiceProxy::ServiceProxy(Network& network, sim::Random random, ProxyOptions options)
    : network_{network}, random_{random}, options_{options} {
  network_.set_router(this);
}

ServiceProxy::~ServiceProxy() {
  if (network_.router() == this) network_.set_router(nullptr);
}

void ServiceProxy::follow(client::Informers& informers) {
  const auto subscribe = [&](api::ResourceId kind,
                             void (ServiceProxy::*handler)(const doc::Value*, const doc::Value*)) {
    client::Informer& informer = informers.of(kind);
    for (const auto& [key, object] : informer.objects()) (this->*handler)(nullptr, &object);
    return informer.subscribe([this, handler](const doc::Value* before, const doc::Value* after) {
      (this->*handler)(before, after);
    });
  };
  service_subscription_ = subscribe(api::ResourceId::services, &ServiceProxy::on_service);
  slice_subscription_ =
      subscribe(api::ResourceId::endpointslices, &ServiceProxy::on_endpoint_slice);
  node_subscription_ = subscribe(api::ResourceId::nodes, &ServiceProxy::on_node);
}

void ServiceProxy::on_node(const doc::Value* before, const doc::Value* after) {
  const std::string name{api::name(after != nullptr ? *after : *before)};
  const std::string_view zone = after != nullptr ? api::Node{*after}.zone() : std::string_view{};
  const auto known = zones_.find(name);
  if ((known == zones_.end() ? std::string_view{} : known->second) == zone) return;
  zones_[name] = zone;
  if (zone.empty()) zones_.erase(name);
  const Node* const node = network_.find_node(name);
  if (node != nullptr) state_of(*node).place.zone = zone;
}

void ServiceProxy::on_service(const doc::Value* before, const doc::Value* after) {
  services_.on_service(before, after, reach());
}

void ServiceProxy::on_endpoint_slice(const doc::Value* before, const doc::Value* after) {
  services_.on_endpoint_slice(before, after, reach());
}

proxy::ServiceTable::Reach ServiceProxy::reach() const {
  const sim::Time now = network_.loop().now();
  proxy::ServiceTable::Reach reach{
      .now = now, .horizon = now - options_.propagation_delay - options_.propagation_spread};
  for (const auto& [node, view] : frozen_) reach.frozen.push_back(view);
  return reach;
}

void ServiceProxy::tend_own_port(const Node& node, std::uint16_t port) {
  NodeState& state = state_of(node);
  const bool is_own = port == proxy::kHealthzPort || port == proxy::kMetricsPort;
  if (state.is_stopped || (!is_own && !services_.has_health_port(port))) {
    state.health_servers.erase(port);
    return;
  }
  std::unique_ptr<proxy::HealthServer>& server = state.health_servers[port];
  if (server) return;
  server = std::make_unique<proxy::HealthServer>(
      node.host(), port,
      [this, id = node.id(), port](const HttpRequest& request) -> std::optional<HttpResponse> {
        const Node* const asked = network_.node(id);
        if (asked == nullptr) return std::nullopt;
        if (port == proxy::kMetricsPort)
          return proxy::metrics_answer(request, proxy::mode_kind_name(options_.mode));
        return answer_health(*asked, port);
      },
      port == proxy::kMetricsPort ? proxy::HealthServer::Audience::own_node
                                  : proxy::HealthServer::Audience::everybody);
}

std::optional<HttpResponse> ServiceProxy::answer_health(const Node& node,
                                                        std::uint16_t port) const {
  if (port == proxy::kHealthzPort) {
    return proxy::healthz_answer(sim::format_rfc3339(network_.loop().now()));
  }
  const Ref<const ServiceSnapshot> snapshot = services_.find_by_health_port(port, view_time(node));
  if (!snapshot) return {};
  const api::ObjectKey key = api::key_of(snapshot->service());
  const auto primary = IpAddress::parse(api::Service{snapshot->service()}.cluster_ip());
  const Family family = primary ? primary->family() : node.host().address().family();
  const Ref<const PortRules>& rules = snapshot->rules(0, family);
  const auto count =
      std::ranges::count_if(rules->endpoints(), [&](const proxy::RuleEndpoint& endpoint) {
        return endpoint.ready && endpoint.node_name == node.name();
      });
  return proxy::health_answer({key.namespace_, key.name, count});
}

ServiceProxy::NodeState& ServiceProxy::state_of(const Node& node) const {
  if (nodes_.size() <= node.id()) nodes_.resize(node.id() + 1);
  std::unique_ptr<NodeState>& state = nodes_[node.id()];
  if (!state) {
    state = std::make_unique<NodeState>();
    state->place.node = node.name();
    const auto zone = zones_.find(node.name());
    if (zone != zones_.end()) state->place.zone = zone->second;
  }
  if (!state->has_delay) {
    sim::Random random = random_.stream(fmt::format("delay/{}", node.name()));
    const auto bound = static_cast<std::uint64_t>(options_.propagation_spread.count());
    state->extra_delay = sim::Duration{static_cast<std::int64_t>(random.below(bound + 1))};
    state->has_delay = true;
  }
  return *state;
}

proxy::Mode& ServiceProxy::mode_of(const Node& node) {
  NodeState& state = state_of(node);
  if (!state.mode) {
    state.mode = proxy::make_mode(options_.mode, options_.ipvs_scheduler,
                                  random_.stream(fmt::format("mode/{}", node.name())));
  }
  return *state.mode;
}

void ServiceProxy::set_mode(proxy::ModeKind mode, proxy::IpvsScheduler scheduler) {
  options_.mode = mode;
  options_.ipvs_scheduler = scheduler;
  for (const std::unique_ptr<NodeState>& state : nodes_) {
    if (state) state->mode.reset();
  }
}

void ServiceProxy::set_propagation(sim::Duration delay, sim::Duration spread) {
  options_.propagation_delay = delay;
  options_.propagation_spread = spread;
  for (const std::unique_ptr<NodeState>& state : nodes_) {
    if (state) state->has_delay = false;
  }
}

void ServiceProxy::freeze(const Node& node) {
  if (is_frozen(node)) return;
  const sim::Time view = view_time(node);
  state_of(node).frozen_view = view;
  frozen_[node.id()] = view;
}

void ServiceProxy::thaw(const Node& node) {
  state_of(node).frozen_view.reset();
  frozen_.erase(node.id());
}

bool ServiceProxy::is_frozen(const Node& node) const {
  return frozen_.contains(node.id());
}

sim::Time ServiceProxy::view_time(const Node& node) const {
  const NodeState& state = state_of(node);
  if (state.frozen_view) return *state.frozen_view;
  return network_.loop().now() - options_.propagation_delay - state.extra_delay;
}

void ServiceProxy::stop_process(const Node& node) {
  NodeState& state = state_of(node);
  if (state.is_stopped) return;
  freeze(node);
  state.is_stopped = true;
  state.health_servers.clear();
  if (mode_of(node).verdict() != Route::Verdict::relay) return;
  state.mode.reset();
  network_.break_relays(node);
}

void ServiceProxy::start_process(const Node& node) {
  if (is_running(node)) return;
  state_of(node).is_stopped = false;
  thaw(node);
}

bool ServiceProxy::is_running(const Node& node) const {
  return !state_of(node).is_stopped;
}

void ServiceProxy::restart(const Node& node) {
  state_of(node).is_stopped = false;
  thaw(node);
  state_of(node).mode.reset();
}

// Among whom the endpoint is chosen, and whether the server will see the node instead of the client
// (writeServiceExternalChain and its neighbours in pkg/proxy/iptables). What comes from a Pod of
// the cluster or from the node itself is let through to all endpoints, though it asks for an
// address of the outside: the policy is about what comes from there.
void ServiceProxy::set_policy(Route& route, const Node& node,
                              const proxy::ServiceTable::Match& match,
                              const IpAddress& client) const {
  const PortRules& rules = *match.rules;
  const bool forwards = route.verdict == Route::Verdict::forward;
  if (match.kind == proxy::FrontendKind::cluster_ip) {
    route.scope = rules.is_internal_local() ? Scope::local : Scope::cluster;
    route.masquerades = forwards && !is_pod_address(client);
    return;
  }
  if (!rules.is_external_local()) {
    route.masquerades = true;
    return;
  }
  const bool is_pod = is_pod_address(client);
  const bool is_own = is_pod || client.is_loopback() || node.host().has_address(client);
  route.scope = is_own ? Scope::cluster : Scope::local;
  route.masquerades = is_own && !is_pod;
}

bool ServiceProxy::is_pod_address(const IpAddress& address) const {
  const Host* const host = network_.find_host(address);
  return host != nullptr && host->kind() == HostKind::pod;
}

bool ServiceProxy::has_cluster_ip(const Node& node, const IpAddress& address) const {
  return services_.has_cluster_ip(address, view_time(node));
}

Route::Verdict ServiceProxy::judge_echo(const Node& node, const IpAddress& destination) {
  const bool is_refused = has_cluster_ip(node, destination) && mode_of(node).refuses_echo();
  return is_refused ? Route::Verdict::reject : Route::Verdict::pass;
}

// The chains of nftables that watch over the Services' range: what no rule has taken is refused at
// an address that some Service has.
Route ServiceProxy::guard(const Node& node, const IpAddress& destination) {
  if (!has_cluster_ip(node, destination) || !mode_of(node).guards_cluster_ips()) return {};
  Route route;
  route.verdict = Route::Verdict::reject;
  route.reason = "the Service has no such port";
  return route;
}

Route ServiceProxy::route(const Node& node, Protocol protocol, const SocketAddress& client,
                          const SocketAddress& destination) {
  const bool is_own_address =
      node.host().has_address(destination.ip) ||
      (destination.ip.is_loopback() && mode_of(node).serves_loopback(destination.ip.family()));
  const proxy::Frontend frontend{
      {is_own_address ? proxy::any_address(destination.ip.family()) : destination.ip,
       destination.port},
      protocol};
  const auto match = services_.find_rules(frontend, view_time(node));
  if (!match) return guard(node, frontend.address.ip);
  if (!mode_of(node).serves(protocol)) return {};
  const PortRules& rules = *match->rules;
  Route route;
  route.verdict = mode_of(node).verdict();
  route.port = Ref<const ServicePort>{&rules};
  set_policy(route, node, *match, client.ip);
  const proxy::Eligible& eligible = rules.eligible(state_of(node).place);
  const bool is_admitted =
      match->kind != proxy::FrontendKind::load_balancer || rules.source_ranges().empty() ||
      std::ranges::any_of(rules.source_ranges(),
                          [&](const Cidr& range) { return range.contains(client.ip); });
  if (!eligible.has_any) {
    route.verdict = Route::Verdict::reject;
    route.reason = "the Service has no endpoints";
  } else if (!is_admitted) {
    route.verdict = Route::Verdict::drop;
    route.reason = "loadBalancerSourceRanges do not admit the client";
  } else if (eligible.of(route.scope).empty()) {
    const bool is_refused =
        match->kind == proxy::FrontendKind::cluster_ip && mode_of(node).refuses_without_local();
    route.verdict = is_refused ? Route::Verdict::reject : Route::Verdict::drop;
    route.reason = "the Service has no local endpoints";
  } else if (route.verdict == Route::Verdict::relay && !is_running(node)) {
    // The rules lead to a port at which nobody listens.
    route.verdict = Route::Verdict::reject;
    route.reason = "the node's proxy does not run";
  }
  return route;
}

std::optional<SocketAddress> ServiceProxy::next_endpoint(const Node& node, const ServicePort& port,
                                                         Scope scope, const SocketAddress& client,
                                                         bool after_failure) {
  const auto& given = static_cast<const PortRules&>(port);
  const auto choose = [&](const Ref<const PortRules>& rules) -> std::optional<SocketAddress> {
    const std::vector<SocketAddress>& eligible = rules->eligible(state_of(node).place).of(scope);
    if (eligible.empty()) return {};
    return mode_of(node).choose(rules, {.eligible = eligible,
                                        .scope = scope,
                                        .client = client.ip,
                                        .now = network_.loop().now(),
                                        .after_failure = after_failure});
  };
  if (!after_failure) return choose(Ref{&given});
  // Time has passed: the process asks for an endpoint by what it knows now.
  const Ref<const ServiceSnapshot> snapshot =
      services_.find_service(given.id().service, view_time(node));
  if (!snapshot || snapshot->service()["spec"]["ports"].size() <= given.id().port) return {};
  return choose(snapshot->rules(given.id().port, given.id().family));
}

bool ServiceProxy::is_eligible(const Node& node, const Route& route,
                               const SocketAddress& endpoint) const {
  const auto& rules = static_cast<const PortRules&>(*route.port);
  return std::ranges::binary_search(rules.eligible(state_of(node).place).of(route.scope), endpoint);
}

void ServiceProxy::note_ended(const Node& node, const ServicePort& port,
                              const SocketAddress& endpoint) {
  NodeState& state = state_of(node);
  if (state.mode) state.mode->note_ended(static_cast<const PortRules&>(port).id(), endpoint);
}

std::string ServiceProxy::endpoint_pod(const ServicePort& port, const SocketAddress& endpoint) {
  const proxy::RuleEndpoint* const found = static_cast<const PortRules&>(port).find(endpoint);
  return found == nullptr ? std::string{} : found->pod;
}

SocketAddress ServiceProxy::relay_address(const Node& node, const ServicePort& port) const {
  const PortRules::Id& id = static_cast<const PortRules&>(port).id();
  const auto addresses = node.host().addresses();
  const auto own = std::ranges::find(addresses, id.family, &IpAddress::family);
  return {own == addresses.end() ? node.host().address() : *own, proxy::relay_port(id)};
}

std::string_view ServiceProxy::mode_name(const Node& node) const {
  const NodeState& state = state_of(node);
  return state.mode ? state.mode->name() : std::string_view{};
}

std::vector<ServiceProxy::Rule> ServiceProxy::rules(const Node& node) const {
  return services_.rules(view_time(node), state_of(node).place);
}

std::vector<proxy::Turn> ServiceProxy::turns(const Node& node) const {
  const NodeState& state = state_of(node);
  return state.mode ? state.mode->turns() : std::vector<proxy::Turn>{};
}

std::vector<ServiceProxy::ClientAffinity> ServiceProxy::affinities(const Node& node) const {
  std::vector<ClientAffinity> result;
  const NodeState& state = state_of(node);
  if (!state.mode) return result;
  const sim::Time view = view_time(node);
  for (const proxy::Affinity& affinity : state.mode->affinities()) {
    const Ref<const ServiceSnapshot> snapshot = services_.find_service(affinity.port.service, view);
    if (!snapshot || api::Service{snapshot->service()}.ports().size() <= affinity.port.port) {
      continue;
    }
    const PortRules& rules = *snapshot->rules(affinity.port.port, affinity.port.family);
    if (network_.loop().now() - affinity.last_used >= rules.affinity_timeout()) continue;
    result.push_back({affinity.port, rules.service_name(), rules.port_name(), affinity.client,
                      affinity.endpoint, affinity.last_used,
                      affinity.last_used + rules.affinity_timeout() - network_.loop().now()});
  }
  return result;
}

}  // namespace rockpool::net
