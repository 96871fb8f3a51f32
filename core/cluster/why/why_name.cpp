// SPDX-License-Identifier: Apache-2.0
//
// The first part of the way: what the name in the URL leads to.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/api/views/endpoints.h"
#include "core/cluster/outside_world.h"
#include "core/cluster/why/inquiry.h"
#include "core/net/dns/message.h"
#include "core/net/dns/name.h"
#include "core/net/dns/resolver.h"

namespace rockpool::cluster {
namespace {

constexpr std::string_view kZone = ".cluster.local.";

// 10.244.1.7 is 10-244-1-7 in names, fd00::7 is fd00--7.
std::optional<net::IpAddress> read_dashed(std::string_view text) {
  std::string dotted{text};
  std::ranges::replace(dotted, '-', '.');
  if (const auto address = net::IpAddress::parse(dotted)) return address;
  std::ranges::replace(dotted, '.', ':');
  return net::IpAddress::parse(dotted);
}

}  // namespace

std::vector<std::string_view> labels_of(std::string_view name) {
  std::vector<std::string_view> labels;
  while (!name.empty()) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    labels.push_back(name.substr(0, dot));
    name.remove_prefix(std::min(dot + 1, name.size()));
  }
  return labels;
}

std::optional<Destination> Inquiry::find_destination() {
  if (const auto address = net::IpAddress::parse(host_)) return find_by_address(*address);
  return find_by_name();
}

std::string Inquiry::client_namespace() const {
  if (!own_namespace_.empty()) return own_namespace_;
  if (client_.kind() != net::HostKind::pod) return "default";
  return client_.name().substr(0, client_.name().find('/'));
}

std::optional<Destination> Inquiry::find_by_name() {
  if (auto found = find_without_dns()) return found;
  if (explanation_.cause != Cause::none) return {};
  if (resolver().nameservers.empty()) {
    blame_outside_name();
    return {};
  }
  bool is_of_cluster = false;
  if (!ask_dns(is_of_cluster)) return {};
  const std::vector<std::string> tried =
      net::dns::search_names(resolver(), net::dns::lower_name(host_));
  for (const std::string& name : is_of_cluster ? tried : std::vector<std::string>{}) {
    auto found = find_in_cluster(name);
    if (explanation_.cause != Cause::none) return {};
    if (!found) continue;
    note(fmt::format("{} is found as {}", host_, name));
    return find_alias_end(*std::move(found));
  }
  if (auto found = find_outside(tried)) return found;
  if (explanation_.cause == Cause::none) blame_name(tried);
  return {};
}

// By the client's /etc/hosts. The first entry that it can use.
std::optional<Destination> Inquiry::find_without_dns() {
  const net::IpAddress* known = nullptr;
  for (const auto& [name, address] : resolver().hosts) {
    if (name != host_) continue;
    if (known == nullptr || client_.address_of(known->family()) == nullptr) known = &address;
  }
  if (known == nullptr) return {};
  const net::IpAddress address = *known;
  note(client_.kind() == net::HostKind::pod && client_.has_address(address)
           ? fmt::format("{} is the client's own name, {} by its /etc/hosts: no Service is asked.",
                         host_, address.to_string())
           : fmt::format("{} is {} by the client's /etc/hosts.", host_, address.to_string()));
  return find_by_address(address);
}

// Follows the CNAMEs of ExternalName Services, whose targets are whole names.
std::optional<Destination> Inquiry::find_alias_end(Destination found) {
  std::vector<std::string> passed;
  for (;;) {
    if (!found.service || !api::Service{*found.service}.is_external_name()) return found;
    const api::Service service{*found.service};
    const std::string key = api::key_of(*found.service).to_string();
    if (std::ranges::find(passed, key) != passed.end()) break;
    passed.push_back(key);
    const std::string own{service.name()};
    const std::string target = net::dns::lower_name(service.external_name());
    note(fmt::format("The Service {} is another name (CNAME) for {}.", own,
                     service.external_name()));
    if (net::IpAddress::parse(service.external_name())) {
      blame(
          Cause::name_not_found,
          fmt::format("The externalName of the Service {} is {}: an alias leads to a name, and no "
                      "name reads like that.",
                      own, service.external_name()),
          "For an address, make a Service without selector, and an EndpointSlice with the "
          "address.");
      return {};
    }
    const std::string whole = target.ends_with('.') ? target : target + ".";
    if (auto next = find_in_cluster(whole)) {
      found = *std::move(next);
      continue;
    }
    if (explanation_.cause != Cause::none) return {};
    if (auto outside = find_outside({whole})) return outside;
    if (explanation_.cause != Cause::none) return {};
    blame(Cause::name_not_found,
          fmt::format("{} leads to {}, which is the name of nothing.", host_,
                      service.external_name()),
          fmt::format("Correct the externalName of the Service {}: a whole name, as "
                      "web.default.svc.cluster.local or www.example.com.",
                      own));
    return {};
  }
  blame(Cause::name_not_found,
        fmt::format("{} leads round in a circle of aliases, and so to no address.", host_),
        "Let one of the ExternalName Services point to something else.");
  return {};
}

// `service.namespace.svc.cluster.local.`, one with an endpoint's label before it, or the name of a
// Pod's address.
std::optional<Destination> Inquiry::find_in_cluster(std::string_view name) {
  if (!name.ends_with(kZone)) return {};
  name.remove_suffix(kZone.size());
  const std::vector<std::string_view> labels = labels_of(name);
  if (labels.size() == 3 && labels.back() == "pod") return find_pod_record(name);
  if (labels.size() < 3 || labels.size() > 4 || labels.back() != "svc") return {};
  const std::size_t first = labels.size() - 3;
  const doc::Value* service =
      sources_.informers.of(api::ResourceId::services)
          .find({std::string{labels[first + 1]}, std::string{labels[first]}});
  if (service == nullptr) return {};
  if (first == 1) return find_endpoint(api::Service{*service}, labels[0]);
  Destination destination;
  destination.service = *service;
  return destination;
}

std::optional<Destination> Inquiry::find_pod_record(std::string_view name) const {
  const std::vector<std::string_view> labels = labels_of(name);
  const auto address = read_dashed(labels[0]);
  const bool has_namespace =
      sources_.informers.of(api::ResourceId::namespaces).find({{}, std::string{labels[1]}}) !=
      nullptr;
  if (!address || !has_namespace) return {};
  return Destination{{}, *address, false};
}

// One Pod of a Service: `web-0.web`.
std::optional<Destination> Inquiry::find_endpoint(const api::Service& service,
                                                  std::string_view label) {
  std::vector<std::string> known;
  std::optional<net::IpAddress> found;
  for (const doc::Value* each : slices_of(sources_.informers, service)) {
    for (const api::Endpoint endpoint : api::EndpointSlice{*each}.endpoints()) {
      const auto address = net::IpAddress::parse(endpoint.address());
      if (!address || !endpoint.is_ready()) continue;
      const bool is_it = endpoint.hostname() == label ||
                         (endpoint.hostname().empty() && read_dashed(label) == address);
      if (is_it && (!found || client_.address_of(found->family()) == nullptr)) found = *address;
      if (!endpoint.hostname().empty()) known.emplace_back(endpoint.hostname());
    }
  }
  if (found) return Destination{{}, *found, false};
  const doc::Value* const pod =
      sources_.informers.of(api::ResourceId::pods)
          .find({std::string{service.namespace_name()}, std::string{label}});
  if (pod != nullptr && !api::Pod{*pod}.is_ready()) {
    PodTrouble trouble = trouble_of(api::Pod{*pod});
    blame(trouble.cause,
          fmt::format("{} is a Pod of the Service {} and not ready, so that DNS does not give its "
                      "address: {}",
                      label, service.name(), trouble.text),
          std::move(trouble.advice));
    return {};
  }
  std::ranges::sort(known);
  blame(Cause::name_not_found,
        fmt::format("The Service {} has no endpoint of the name {}.", service.name(), label),
        known.empty() ? std::string{"Endpoints have names if the Pods have spec.hostname and "
                                    "spec.subdomain, as those of a StatefulSet do."}
                      : fmt::format("It has {}.", fmt::join(known, ", ")));
  return {};
}

// A name that the world outside knows. The cluster's DNS passes on what it does not know.
std::optional<Destination> Inquiry::find_outside(const std::vector<std::string>& tried) {
  for (const std::string& name : tried) {
    if (name.ends_with(kZone)) continue;
    std::optional<net::IpAddress> found;
    for (const net::IpAddress& address : outside_addresses(name)) {
      if (!found || client_.address_of(found->family()) == nullptr) found = address;
    }
    if (!found) continue;
    note(fmt::format("{} is a name outside the cluster: {}.", name, found->to_string()));
    if (const auto ingress = find_ingress(host_)) {
      blame(Cause::name_not_found,
            fmt::format("{} leads to {} outside, and not to the Ingress {}.", host_,
                        found->to_string(), api::key_of(*ingress).to_string()),
            "Take a host name that is yours, and let it lead to the Ingress' address.");
      return {};
    }
    return find_by_address(*found);
  }
  return {};
}

}  // namespace rockpool::cluster
