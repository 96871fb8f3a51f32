// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/rules.h"

#include <algorithm>

#include "core/api/views/endpoints.h"
#include "core/api/views/service.h"

namespace rockpool::net::proxy {
namespace {

using namespace doc::literals;

// kube-proxy's informers leave out what carries either of these labels
// (cmd/kube-proxy/app/server.go, Run).
constexpr std::string_view kServiceProxyName = "service.kubernetes.io/service-proxy-name";
constexpr std::string_view kHeadless = "service.kubernetes.io/headless";

bool is_left_to_others(const doc::Value& object) {
  const doc::Value& labels = api::labels(object);
  return labels.contains(kServiceProxyName) || labels.contains(kHeadless);
}

std::vector<std::string> names_in(const doc::Value& hints) {
  std::vector<std::string> names;
  for (const doc::Value& hint : hints.items()) names.push_back(hint["name"_key].to_string());
  return names;
}

std::string pod_of(const api::Endpoint& endpoint) {
  const doc::Value& target = endpoint.target_ref();
  if (target["kind"_key].as_string() != "Pod") return {};
  std::string name = target["namespace"_key].to_string();
  name += '/';
  name += target["name"_key].as_string();
  return name;
}

}  // namespace

bool is_proxied(const doc::Value& object) {
  const api::Service service{object};
  return service.has_cluster_ip() && !service.is_external_name() && !is_left_to_others(object);
}

bool is_read_by_proxies(const doc::Value& slice) {
  return !is_left_to_others(slice);
}

PortRules::PortRules(Id id, std::shared_ptr<const std::string> service_name,
                     const doc::Value& service, const std::vector<doc::Value>& slices)
    : id_{id}, service_name_{std::move(service_name)} {
  const api::Service view{service};
  const api::ServicePort port = view.ports()[id.port];
  port_name_ = port.name();
  protocol_ = parse_protocol(port.protocol()).value_or(Protocol::tcp);
  health_port_ = static_cast<std::uint16_t>(view.health_check_node_port());
  is_internal_local_ = view.internal_traffic_is_local();
  is_external_local_ = view.external_traffic_is_local();
  if (view.has_client_ip_affinity()) {
    affinity_timeout_ = std::chrono::seconds{view.affinity_timeout_seconds()};
  }
  for (const doc::Value& range : view.load_balancer_source_ranges().items()) {
    const auto parsed = Cidr::parse(range.as_string());
    if (parsed && parsed->base().family() == id_.family) source_ranges_.push_back(*parsed);
  }
  for (const doc::Value& slice : slices) add_slice(slice);
  sort_endpoints();
}

const Eligible& PortRules::eligible(const Place& place) const {
  if (!has_hints_ && !has_local_policy()) {
    if (!eligible_everywhere_) eligible_everywhere_ = find_eligible(*this, {});
    return *eligible_everywhere_;
  }
  const auto [found, is_new] = eligible_.try_emplace(place);
  if (is_new) found->second = find_eligible(*this, place);
  return found->second;
}

// Takes the endpoints of a slice that has a port of our name.
void PortRules::add_slice(const doc::Value& object) {
  const api::EndpointSlice slice{object};
  for (const api::EndpointPort port : slice.ports()) {
    const bool is_ours = port.name() == port_name_ && parse_protocol(port.protocol()) == protocol_;
    if (!is_ours || port.port() < 1 || port.port() > 65535) continue;
    for (const api::Endpoint endpoint : slice.endpoints()) {
      const auto ip = IpAddress::parse(endpoint.address());
      if (!ip || ip->family() != id_.family) continue;
      RuleEndpoint& added = endpoints_.emplace_back();
      added.address = {*ip, static_cast<std::uint16_t>(port.port())};
      added.pod = pod_of(endpoint);
      added.node_name = endpoint.node_name();
      added.ready = endpoint.is_ready();
      added.serving = endpoint.is_serving();
      added.terminating = endpoint.is_terminating();
      // Most have none, and a large Service is read often.
      if (endpoint.value()["hints"_key].is_null()) continue;
      added.zone_hints = names_in(endpoint.zone_hints());
      added.node_hints = names_in(endpoint.node_hints());
      has_hints_ = has_hints_ || !added.zone_hints.empty() || !added.node_hints.empty();
    }
  }
}

// In order, and each address once: while an endpoint moves between slices it may be in two of them.
void PortRules::sort_endpoints() {
  const auto order = [](const RuleEndpoint& left, const RuleEndpoint& right) {
    if (left.address != right.address) return left.address < right.address;
    if (left.ready != right.ready) return left.ready;
    return left.serving && !right.serving;
  };
  std::ranges::stable_sort(endpoints_, order);
  const auto duplicates = std::ranges::unique(endpoints_, {}, &RuleEndpoint::address);
  endpoints_.erase(duplicates.begin(), duplicates.end());
}

const RuleEndpoint* PortRules::find(const SocketAddress& address) const {
  const auto found = std::ranges::lower_bound(endpoints_, address, {}, &RuleEndpoint::address);
  return found != endpoints_.end() && found->address == address ? &*found : nullptr;
}

ServiceSnapshot::ServiceSnapshot(std::uint64_t id, std::shared_ptr<const std::string> name,
                                 doc::Value service, std::vector<doc::Value> slices)
    : id_{id}, name_{std::move(name)}, service_{std::move(service)}, slices_{std::move(slices)} {}

const Ref<const PortRules>& ServiceSnapshot::rules(std::uint32_t port, Family family) const {
  for (const Ref<const PortRules>& known : rules_) {
    if (known->id().port == port && known->id().family == family) return known;
  }
  rules_.push_back(
      Ref<const PortRules>{new PortRules{{id_, port, family}, name_, service_, slices_}});
  return rules_.back();
}

}  // namespace rockpool::net::proxy
