// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/zone_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/api/object.h"
#include "core/api/views/service.h"
#include "core/net/dns/name.h"

namespace rockpool::net::dns {
namespace {

using namespace doc::literals;

constexpr std::string_view kReverseV4 = "in-addr.arpa.";
constexpr std::string_view kReverseV6 = "ip6.arpa.";

// The label of an endpoint that has no host name: its address with dashes.
std::string dashed(const IpAddress& address) {
  std::string text = address.to_string();
  for (char& c : text) {
    if (c == '.' || c == ':') c = '-';
  }
  return text;
}

}  // namespace

bool ZoneIndex::Service::has_ready_endpoint() const {
  return std::ranges::any_of(slices, [](const auto& named) {
    for (const api::Endpoint endpoint : api::EndpointSlice{named.second}.endpoints()) {
      if (endpoint.is_ready()) return true;
    }
    return false;
  });
}

const ZoneIndex::Service* ZoneIndex::find_service(const std::string& place) const {
  const auto found = services_.find(place);
  return found == services_.end() || found->second.object.is_null() ? nullptr : &found->second;
}

const std::string* ZoneIndex::service_at(const IpAddress& address) const {
  const auto found = services_by_ip_.find(address);
  return found == services_by_ip_.end() ? nullptr : &found->second;
}

const std::multiset<std::string>* ZoneIndex::endpoints_at(const IpAddress& address) const {
  const auto found = endpoints_by_ip_.find(address);
  return found == endpoints_by_ip_.end() ? nullptr : &found->second;
}

bool ZoneIndex::has_pod(const IpAddress& address, std::string_view namespace_) const {
  const auto found = pods_by_ip_.find(address);
  return found != pods_by_ip_.end() && found->second.contains(namespace_);
}

void ZoneIndex::follow(client::Informers& informers) {
  const auto follow_one = [&](api::ResourceId id, auto on_change) {
    client::Informer& informer = informers.of(id);
    for (const auto& [key, object] : informer.objects()) (this->*on_change)(nullptr, &object);
    subscriptions_.push_back(
        informer.subscribe([this, on_change](const doc::Value* before, const doc::Value* after) {
          (this->*on_change)(before, after);
        }));
  };
  follow_one(api::ResourceId::namespaces, &ZoneIndex::on_namespace);
  follow_one(api::ResourceId::services, &ZoneIndex::on_service);
  if (options_.has_endpoints) {
    follow_one(api::ResourceId::endpointslices, &ZoneIndex::on_endpoint_slice);
  }
  if (options_.pods == PodMode::verified) {
    follow_one(api::ResourceId::pods, &ZoneIndex::on_pod);
  }
}

void ZoneIndex::on_namespace(const doc::Value* before, const doc::Value* after) {
  ++serial_;
  if (before != nullptr) namespaces_.erase(std::string{api::name(*before)});
  if (after == nullptr) return;
  if (options_.namespace_labels && !options_.namespace_labels->matches(api::labels(*after))) return;
  namespaces_.emplace(api::name(*after));
}

void ZoneIndex::on_pod(const doc::Value* before, const doc::Value* after) {
  ++serial_;
  const auto for_each_address = [](const doc::Value* pod, auto apply) {
    // A Pod that is going has no name any more (plugin/kubernetes/object/pod.go).
    if (pod == nullptr || !(*pod)["metadata"_key]["deletionTimestamp"_key].is_null()) return;
    for (const doc::Value& each : (*pod)["status"_key]["podIPs"_key].items()) {
      if (const auto ip = IpAddress::parse(each["ip"_key].as_string())) apply(*ip);
    }
  };
  for_each_address(
      after, [&](const IpAddress& ip) { pods_by_ip_[ip].emplace(api::namespace_of(*after)); });
  for_each_address(before, [&](const IpAddress& ip) {
    const auto known = pods_by_ip_.find(ip);
    if (known == pods_by_ip_.end()) return;
    const auto found = known->second.find(api::namespace_of(*before));
    if (found != known->second.end()) known->second.erase(found);
    if (known->second.empty()) pods_by_ip_.erase(known);
  });
}

bool ZoneIndex::is_exposed(std::string_view namespace_) const {
  return (options_.namespaces.empty() || options_.namespaces.contains(namespace_)) &&
         namespaces_.contains(namespace_);
}

const std::string& ZoneIndex::cluster_domain() const {
  const auto is_forward = [](const std::string& zone) {
    return !is_within(zone, kReverseV4) && !is_within(zone, kReverseV6);
  };
  const auto found = std::ranges::find_if(options_.zones, is_forward);
  return found == options_.zones.end() ? options_.zones.front() : *found;
}

std::string ZoneIndex::endpoint_label(const api::Endpoint& endpoint,
                                      const IpAddress& address) const {
  if (!endpoint.hostname().empty()) return std::string{endpoint.hostname()};
  const std::string_view pod = endpoint.target_ref()["name"_key].as_string();
  return options_.endpoint_pod_names && !pod.empty() ? std::string{pod} : dashed(address);
}

ZoneIndex::Service& ZoneIndex::ensure(std::string_view namespace_, std::string_view name) {
  return services_[fmt::format("{}.{}", name, namespace_)];
}

void ZoneIndex::forget_if_empty(std::string_view namespace_, std::string_view name) {
  const auto found = services_.find(fmt::format("{}.{}", name, namespace_));
  if (found != services_.end() && found->second.object.is_null() && found->second.slices.empty()) {
    services_.erase(found);
  }
}

void ZoneIndex::on_service(const doc::Value* before, const doc::Value* after) {
  ++serial_;
  const doc::Value& newest = after != nullptr ? *after : *before;
  const std::string_view name = api::name(newest);
  const std::string_view namespace_ = api::namespace_of(newest);
  const std::string place = fmt::format("{}.{}", name, namespace_);
  if (before != nullptr) {
    const api::Service old{*before};
    for (const doc::Value& text : old.cluster_ips().items()) {
      const auto ip = IpAddress::parse(text.as_string());
      if (!ip) continue;
      const auto found = services_by_ip_.find(*ip);
      if (found != services_by_ip_.end() && found->second == place) services_by_ip_.erase(found);
    }
  }
  Service& entry = ensure(namespace_, name);
  if (after != nullptr && options_.labels && !options_.labels->matches(api::labels(*after))) {
    after = nullptr;
  }
  entry.object = after != nullptr ? *after : doc::Value{};
  if (after != nullptr) {
    for (const doc::Value& text : api::Service{*after}.cluster_ips().items()) {
      if (const auto ip = IpAddress::parse(text.as_string())) services_by_ip_[*ip] = place;
    }
  }
  forget_if_empty(namespace_, name);
}

void ZoneIndex::on_endpoint_slice(const doc::Value* before, const doc::Value* after) {
  ++serial_;
  const doc::Value& newest = after != nullptr ? *after : *before;
  const std::string name{api::name(newest)};
  const std::string_view namespace_ = api::namespace_of(newest);
  index_reverse(before, after);
  if (before != nullptr) {
    const std::string old{api::EndpointSlice{*before}.service_name()};
    if (!old.empty()) {
      ensure(namespace_, old).slices.erase(name);
      if (after == nullptr || api::EndpointSlice{*after}.service_name() != old) {
        forget_if_empty(namespace_, old);
      }
    }
  }
  if (after != nullptr) {
    const std::string_view service = api::EndpointSlice{*after}.service_name();
    if (!service.empty()) ensure(namespace_, service).slices[name] = *after;
  }
}

// Only the endpoints that a change touches are looked at closely. What comes before and after it in
// the list is the same in both versions.
void ZoneIndex::index_reverse(const doc::Value* before, const doc::Value* after) {
  const auto place_of = [](const doc::Value* slice) {
    if (slice == nullptr) return std::string{};
    const std::string_view service = api::EndpointSlice{*slice}.service_name();
    return service.empty() ? std::string{}
                           : fmt::format("{}.{}", service, api::namespace_of(*slice));
  };
  const std::string old_place = place_of(before);
  const std::string new_place = place_of(after);
  const std::string& domain = cluster_domain();
  const auto for_each_name = [&](const doc::Value& value, const std::string& place, auto apply) {
    const api::Endpoint endpoint{value};
    if (place.empty() || value.is_null() || !endpoint.is_ready()) return;
    for (const doc::Value& text : endpoint.addresses().items()) {
      const auto ip = IpAddress::parse(text.as_string());
      if (!ip) continue;
      apply(*ip, fmt::format("{}.{}.svc.{}", endpoint_label(endpoint, *ip), place, domain));
    }
  };
  const doc::Value none;
  const doc::Value& old_list = before == nullptr ? none : (*before)["endpoints"_key];
  const doc::Value& new_list = after == nullptr ? none : (*after)["endpoints"_key];
  const auto add = [&](const doc::Value& endpoint) {
    for_each_name(endpoint, new_place, [this](const IpAddress& ip, std::string name) {
      endpoints_by_ip_[ip].insert(std::move(name));
    });
  };
  const auto remove = [&](const doc::Value& endpoint) {
    for_each_name(endpoint, old_place, [this](const IpAddress& ip, const std::string& name) {
      const auto known = endpoints_by_ip_.find(ip);
      if (known == endpoints_by_ip_.end()) return;
      if (const auto found = known->second.find(name); found != known->second.end()) {
        known->second.erase(found);
      }
      if (known->second.empty()) endpoints_by_ip_.erase(known);
    });
  };
  const bool same_place = old_place == new_place;
  std::size_t old_at = 0;
  std::size_t new_at = 0;
  while (old_at < old_list.size() || new_at < new_list.size()) {
    const doc::Value& was = old_list.at(old_at);
    const doc::Value& is = new_list.at(new_at);
    const bool same = same_place && was.identical(is);
    // One that has been taken out, or put in, moves all that follow.
    const bool is_gone = !same && same_place && old_list.at(old_at + 1).identical(is);
    const bool is_new = !same && !is_gone && same_place && was.identical(new_list.at(new_at + 1));
    if (!same && !is_gone) add(is);
    if (!same && !is_new) remove(was);
    old_at += is_new ? 0 : 1;
    new_at += is_gone ? 0 : 1;
  }
}

}  // namespace rockpool::net::dns
