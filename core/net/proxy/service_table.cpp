// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/service_table.h"

#include <algorithm>
#include <utility>

#include "core/api/views/endpoints.h"
#include "core/api/views/service.h"

namespace rockpool::net::proxy {
namespace {

// All of a rule but where it is reached.
Rule describe(const PortRules& rules, const Place& place) {
  Rule rule;
  rule.id = rules.id();
  rule.service = rules.service_name();
  rule.port_name = rules.port_name();
  rule.protocol = rules.protocol();
  rule.endpoints = rules.endpoints();
  rule.eligible = rules.eligible(place);
  rule.is_internal_local = rules.is_internal_local();
  rule.is_external_local = rules.is_external_local();
  rule.affinity_timeout = rules.affinity_timeout();
  rule.source_ranges = rules.source_ranges();
  rule.health_port = rules.health_port();
  return rule;
}

}  // namespace

IpAddress any_address(Family family) {
  return family == Family::ipv4 ? IpAddress{} : IpAddress::v6(0, 0);
}

void ServiceTable::on_service(const doc::Value* before, const doc::Value* after,
                              const Reach& reach) {
  sweep(reach);
  const api::ObjectKey key = api::key_of(after != nullptr ? *after : *before);
  const std::shared_ptr<Service> service = ensure_service(key);
  service->current = after != nullptr && is_proxied(*after) ? *after : doc::Value{};
  set_frontends(service, frontends_of(service->current), reach);
  set_health_port(service);
  publish(*service, reach);
  forget_if_empty(key);
}

void ServiceTable::on_endpoint_slice(const doc::Value* before, const doc::Value* after,
                                     const Reach& reach) {
  sweep(reach);
  const doc::Value& newest = after != nullptr ? *after : *before;
  // The label says to which Service a slice belongs, and may change.
  const auto key_of = [&newest](const doc::Value* slice) -> std::optional<api::ObjectKey> {
    if (slice == nullptr || !is_read_by_proxies(*slice)) return {};
    const std::string_view service = api::EndpointSlice{*slice}.service_name();
    if (service.empty()) return {};
    return api::ObjectKey{std::string{api::namespace_of(newest)}, std::string{service}};
  };
  const std::string name{api::name(newest)};
  const auto old_key = key_of(before);
  const auto new_key = key_of(after);
  if (old_key && old_key != new_key) {
    Service& service = *ensure_service(*old_key);
    service.slices.erase(name);
    publish(service, reach);
    forget_if_empty(*old_key);
  }
  if (new_key) {
    Service& service = *ensure_service(*new_key);
    service.slices[name] = *after;
    publish(service, reach);
  }
}

std::optional<ServiceTable::Match> ServiceTable::find_rules(const Frontend& frontend,
                                                            sim::Time view) const {
  const auto found = frontends_.find(frontend);
  if (found == frontends_.end()) return {};
  const Target& target = found->second.at(view);
  if (!target.service) return {};
  const Ref<const ServiceSnapshot>& snapshot = target.service->versions.at(view);
  if (!snapshot) return {};
  return Match{snapshot->rules(target.port, frontend.address.ip.family()), target.kind};
}

bool ServiceTable::has_cluster_ip(const IpAddress& address, sim::Time view) const {
  const auto count = cluster_ips_.find(address);
  return count != cluster_ips_.end() && count->second.at(view) != 0;
}

Ref<const ServiceSnapshot> ServiceTable::find_service(std::uint64_t id, sim::Time view) const {
  const auto found = services_by_id_.find(id);
  const std::shared_ptr<Service> service =
      found == services_by_id_.end() ? nullptr : found->second.lock();
  return service ? service->versions.at(view) : Ref<const ServiceSnapshot>{};
}

Ref<const ServiceSnapshot> ServiceTable::find_by_health_port(std::uint16_t port,
                                                             sim::Time view) const {
  const auto found = health_ports_.find(port);
  const std::shared_ptr<Service> service =
      found == health_ports_.end() ? nullptr : found->second.lock();
  return service ? service->versions.at(view) : Ref<const ServiceSnapshot>{};
}

std::vector<Rule> ServiceTable::rules(sim::Time view, const Place& place) const {
  // By Service and port, as one port may have several frontends.
  std::map<std::pair<std::string, PortRules::Id>, Rule> found;
  for (const auto& [frontend, timeline] : frontends_) {
    const auto match = find_rules(frontend, view);
    if (!match) continue;
    const PortRules& rules = *match->rules;
    Rule& rule = found[{rules.service_name(), rules.id()}];
    if (rule.service.empty()) rule = describe(rules, place);
    rule.frontends.push_back({match->kind, frontend.address});
  }
  std::vector<Rule> result;
  for (auto& [key, rule] : found) {
    std::ranges::sort(rule.frontends);
    result.push_back(std::move(rule));
  }
  return result;
}

std::shared_ptr<ServiceTable::Service>& ServiceTable::ensure_service(const api::ObjectKey& key) {
  std::shared_ptr<Service>& service = services_[key];
  if (!service) {
    service = std::make_shared<Service>();
    service->id = ++last_service_id_;
    service->name = std::make_shared<const std::string>(key.to_string());
    services_by_id_[service->id] = service;
  }
  return service;
}

std::vector<ServiceTable::ServiceFrontend> ServiceTable::frontends_of(const doc::Value& object) {
  std::vector<ServiceFrontend> frontends;
  const api::Service service{object};
  std::uint32_t index = 0;
  for (const api::ServicePort port : service.ports()) {
    const auto protocol = parse_protocol(port.protocol());
    const auto add = [&](FrontendKind kind, const std::optional<IpAddress>& ip,
                         std::int64_t number) {
      if (!ip || !protocol || number < 1 || number > 65535) return;
      frontends.push_back({{{*ip, static_cast<std::uint16_t>(number)}, *protocol}, kind, index});
    };
    for (const doc::Value& text : service.cluster_ips().items()) {
      const auto ip = IpAddress::parse(text.as_string());
      if (!ip) continue;
      add(FrontendKind::cluster_ip, ip, port.port());
      add(FrontendKind::node_port, any_address(ip->family()), port.node_port());
    }
    for (const doc::Value& text : service.external_ips().items()) {
      add(FrontendKind::external_ip, IpAddress::parse(text.as_string()), port.port());
    }
    for (const doc::Value& ingress : service.load_balancer_ingress().items()) {
      // What a load balancer of the mode Proxy does to the traffic must not be left out.
      if (ingress["ipMode"].as_string() == "Proxy") continue;
      add(FrontendKind::load_balancer, IpAddress::parse(ingress["ip"].as_string()), port.port());
    }
    ++index;
  }
  return frontends;
}

void ServiceTable::set_health_port(const std::shared_ptr<Service>& service) {
  const auto wanted =
      static_cast<std::uint16_t>(api::Service{service->current}.health_check_node_port());
  if (wanted == service->health_port) return;
  const auto known = health_ports_.find(service->health_port);
  if (known != health_ports_.end() && known->second.lock() == service) health_ports_.erase(known);
  service->health_port = wanted;
  if (wanted != 0) health_ports_[wanted] = service;
}

// Makes a new version of a Service's rules.
void ServiceTable::publish(Service& service, const Reach& reach) {
  Ref<const ServiceSnapshot> snapshot;
  if (!service.current.is_null()) {
    std::vector<doc::Value> slices;
    slices.reserve(service.slices.size());
    for (const auto& [name, slice] : service.slices) slices.push_back(slice);
    snapshot = Ref<const ServiceSnapshot>{
        new ServiceSnapshot{service.id, service.name, service.current, std::move(slices)}};
  } else if (!service.versions.latest()) {
    return;
  }
  service.versions.set(reach.now, std::move(snapshot));
  service.versions.prune(reach.horizon, reach.frozen);
}

void ServiceTable::set_frontends(const std::shared_ptr<Service>& service,
                                 std::vector<ServiceFrontend> frontends, const Reach& reach) {
  std::ranges::sort(frontends);
  if (frontends == service->frontends) return;
  for (const ServiceFrontend& old : service->frontends) {
    if (std::ranges::binary_search(frontends, old)) continue;
    Timeline<Target>& timeline = frontends_[old.frontend];
    if (timeline.latest().service != service) continue;
    timeline.set(reach.now, {});
    timeline.prune(reach.horizon, reach.frozen);
    retired_.emplace_back(reach.now, old.frontend);
    count_cluster_ip(old, -1, reach);
  }
  for (const ServiceFrontend& wanted : frontends) {
    Timeline<Target>& timeline = frontends_[wanted.frontend];
    const Target& present = timeline.latest();
    if (present.service == service && present.port == wanted.port && present.kind == wanted.kind) {
      continue;
    }
    if (!present.service) count_cluster_ip(wanted, 1, reach);
    timeline.set(reach.now, {service, wanted.kind, wanted.port});
    timeline.prune(reach.horizon, reach.frozen);
  }
  service->frontends = std::move(frontends);
}

void ServiceTable::count_cluster_ip(const ServiceFrontend& frontend, std::int32_t change,
                                    const Reach& reach) {
  if (frontend.kind != FrontendKind::cluster_ip) return;
  Timeline<std::int32_t>& count = cluster_ips_[frontend.frontend.address.ip];
  count.set(reach.now, count.latest() + change);
  count.prune(reach.horizon, reach.frozen);
  if (count.size() == 1 && count.latest() == 0) cluster_ips_.erase(frontend.frontend.address.ip);
}

// What is still reachable through a frontend's past stays alive with it.
void ServiceTable::forget_if_empty(const api::ObjectKey& key) {
  const auto found = services_.find(key);
  if (found == services_.end()) return;
  if (found->second->current.is_null() && found->second->slices.empty()) {
    services_by_id_.erase(found->second->id);
    services_.erase(found);
  }
}

// Forgets frontends that have been without a Service for so long that every node knows.
void ServiceTable::sweep(const Reach& reach) {
  if (!reach.frozen.empty()) return;
  while (!retired_.empty() && retired_.front().first < reach.horizon) {
    const auto found = frontends_.find(retired_.front().second);
    retired_.pop_front();
    if (found == frontends_.end() || found->second.latest().service) continue;
    found->second.prune(reach.horizon, {});
    if (found->second.size() == 1) frontends_.erase(found);
  }
}

}  // namespace rockpool::net::proxy
