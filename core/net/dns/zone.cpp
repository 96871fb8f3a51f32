// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "core/api/object.h"
#include "core/api/views/service.h"
#include "core/doc/ascii.h"
#include "core/net/dns/name.h"
#include "core/net/http.h"

namespace rockpool::net::dns {
namespace {

using namespace doc::literals;

// The TTL of `dns-version`, and the longest of an SOA record (CoreDNS plugin/kubernetes,
// plugin/backend_lookup.go).
constexpr std::uint32_t kVersionTtl = 28800;
constexpr std::uint32_t kMaxSoaTtl = 300;
// How many aliases are followed.
constexpr int kMaxAliases = 7;

constexpr std::string_view kReverseV4 = "in-addr.arpa.";
constexpr std::string_view kReverseV6 = "ip6.arpa.";

// Takes the last label off a name without its final dot.
std::string_view take_last(std::string_view& name) {
  const std::size_t dot = name.rfind('.');
  const std::string_view label = dot == std::string_view::npos ? name : name.substr(dot + 1);
  name = dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
  return label;
}

std::string_view without_underscore(std::string_view label) {
  if (label.starts_with('_')) label.remove_prefix(1);
  return label;
}

bool matches(std::string_view wanted, std::string_view name) {
  return wanted.empty() || doc::equal_ignoring_case(wanted, name);
}

RecordType address_type(const IpAddress& address) {
  return address.is_v4() ? RecordType::a : RecordType::aaaa;
}

// The label of an endpoint that has no host name: its address with dashes.
std::string dashed(const IpAddress& address) {
  std::string text = address.to_string();
  for (char& c : text) {
    if (c == '.' || c == ':') c = '-';
  }
  return text;
}

}  // namespace

ClusterZone::ClusterZone(ZoneOptions options) : options_{std::move(options)} {}

void ClusterZone::follow(client::Informers& informers) {
  const auto follow_one = [&](api::ResourceId id, auto on_change) {
    client::Informer& informer = informers.of(id);
    for (const auto& [key, object] : informer.objects()) (this->*on_change)(nullptr, &object);
    subscriptions_.push_back(
        informer.subscribe([this, on_change](const doc::Value* before, const doc::Value* after) {
          (this->*on_change)(before, after);
        }));
  };
  follow_one(api::ResourceId::namespaces, &ClusterZone::on_namespace);
  follow_one(api::ResourceId::services, &ClusterZone::on_service);
  if (options_.has_endpoints) {
    follow_one(api::ResourceId::endpointslices, &ClusterZone::on_endpoint_slice);
  }
  if (options_.pods == PodMode::verified) {
    follow_one(api::ResourceId::pods, &ClusterZone::on_pod);
  }
}

void ClusterZone::on_namespace(const doc::Value* before, const doc::Value* after) {
  ++serial_;
  if (before != nullptr) namespaces_.erase(std::string{api::name(*before)});
  if (after == nullptr) return;
  if (options_.namespace_labels && !options_.namespace_labels->matches(api::labels(*after))) return;
  namespaces_.emplace(api::name(*after));
}

void ClusterZone::on_pod(const doc::Value* before, const doc::Value* after) {
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

bool ClusterZone::is_exposed(std::string_view namespace_) const {
  return (options_.namespaces.empty() || options_.namespaces.contains(namespace_)) &&
         namespaces_.contains(namespace_);
}

const std::string& ClusterZone::cluster_domain() const {
  const auto is_forward = [](const std::string& zone) {
    return !is_within(zone, kReverseV4) && !is_within(zone, kReverseV6);
  };
  const auto found = std::ranges::find_if(options_.zones, is_forward);
  return found == options_.zones.end() ? options_.zones.front() : *found;
}

std::string ClusterZone::endpoint_label(const api::Endpoint& endpoint,
                                        const IpAddress& address) const {
  if (!endpoint.hostname().empty()) return std::string{endpoint.hostname()};
  const std::string_view pod = endpoint.target_ref()["name"_key].as_string();
  return options_.endpoint_pod_names && !pod.empty() ? std::string{pod} : dashed(address);
}

std::string_view ClusterZone::zone_of(std::string_view name) const {
  std::string_view longest;
  for (const std::string& zone : options_.zones) {
    if (zone.size() > longest.size() && is_within(name, zone)) longest = zone;
  }
  return longest;
}

ClusterZone::ServiceEntry& ClusterZone::ensure(std::string_view namespace_, std::string_view name) {
  return services_[fmt::format("{}.{}", name, namespace_)];
}

void ClusterZone::forget_if_empty(std::string_view namespace_, std::string_view name) {
  const auto found = services_.find(fmt::format("{}.{}", name, namespace_));
  if (found != services_.end() && found->second.service.is_null() && found->second.slices.empty()) {
    services_.erase(found);
  }
}

void ClusterZone::on_service(const doc::Value* before, const doc::Value* after) {
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
  ServiceEntry& entry = ensure(namespace_, name);
  if (after != nullptr && options_.labels && !options_.labels->matches(api::labels(*after))) {
    after = nullptr;
  }
  entry.service = after != nullptr ? *after : doc::Value{};
  if (after != nullptr) {
    for (const doc::Value& text : api::Service{*after}.cluster_ips().items()) {
      if (const auto ip = IpAddress::parse(text.as_string())) services_by_ip_[*ip] = place;
    }
  }
  forget_if_empty(namespace_, name);
}

void ClusterZone::on_endpoint_slice(const doc::Value* before, const doc::Value* after) {
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
void ClusterZone::index_reverse(const doc::Value* before, const doc::Value* after) {
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

// Takes apart what comes before the zone, without its final dot. False if no such name can exist.
bool ClusterZone::parse_request(std::string_view base, Request& request) {
  if (base.empty()) return true;
  request.kind = take_last(base);
  if (request.kind != "svc" && request.kind != "pod") return false;
  if (!base.empty()) request.namespace_ = take_last(base);
  if (!base.empty()) request.service = take_last(base);
  if (base.empty()) return true;
  const std::string_view nearest = take_last(base);
  if (base.empty()) {
    request.endpoint = nearest;
    return true;
  }
  request.protocol = without_underscore(nearest);
  request.port = without_underscore(take_last(base));
  return base.empty();
}

ClusterZone::Finding ClusterZone::find(std::string_view name, std::string_view zone) const {
  std::string_view base = name.substr(0, name.size() - zone.size());
  if (base.ends_with('.')) base.remove_suffix(1);
  // Where the NS record points.
  if (base == "ns.dns") return find_name_servers(zone);
  // Nothing is known about the zone and its two halves, but there are names in them.
  if (base.empty() || base == "svc" || base == "pod") return {true, {}};
  Request request;
  if (!parse_request(base, request)) return {};
  if (!is_exposed(request.namespace_)) return {};
  if (request.kind == "pod") return find_pod(request, name);
  if (request.service.empty()) return {true, {}};
  return find_service(request, zone);
}

// CoreDNS plugin/kubernetes/ns.go: the Services behind which this server stands; without one there
// is a name for the server itself.
ClusterZone::Finding ClusterZone::find_name_servers(std::string_view zone) const {
  std::set<std::pair<std::string, std::string>> places;
  for (const IpAddress& own : options_.own_addresses) {
    const auto endpoints = endpoints_by_ip_.find(own);
    if (endpoints == endpoints_by_ip_.end()) continue;
    for (std::string_view rest : endpoints->second) {
      const auto take = [&rest] {
        const std::size_t dot = rest.find('.');
        const std::string label{rest.substr(0, dot)};
        rest.remove_prefix(dot + 1);
        return label;
      };
      take();
      std::string service = take();
      places.emplace(take(), std::move(service));
    }
  }
  Finding finding;
  for (const auto& [namespace_name, service] : places) {
    Finding some = find_service({{}, {}, {}, service, namespace_name, "svc"}, zone);
    finding.exists = finding.exists || some.exists;
    finding.found.insert(finding.found.end(), some.found.begin(), some.found.end());
  }
  if (!finding.found.empty()) return finding;
  for (const IpAddress& own : options_.own_addresses) {
    finding.exists = true;
    finding.found.push_back({fmt::format("ns.dns.{}", zone), own, {}, -1});
  }
  return finding;
}

ClusterZone::Finding ClusterZone::find_pod(const Request& request, std::string_view name) const {
  if (options_.pods == PodMode::disabled) return {};
  if (request.service.empty()) return {true, {}};
  std::string text{request.service};
  const bool is_v4 = std::ranges::count(text, '-') == 3 && text.find("--") == std::string::npos;
  std::ranges::replace(text, '-', is_v4 ? '.' : ':');
  const auto address = IpAddress::parse(text);
  if (!address) return {};
  if (options_.pods == PodMode::verified) {
    const auto known = pods_by_ip_.find(*address);
    if (known == pods_by_ip_.end() || !known->second.contains(request.namespace_)) return {};
  }
  Finding finding{true, {}};
  finding.found.push_back({std::string{name}, *address, {}, -1});
  return finding;
}

bool ClusterZone::has_ready_endpoint(const ServiceEntry& entry) {
  return std::ranges::any_of(entry.slices, [](const auto& named) {
    for (const api::Endpoint endpoint : api::EndpointSlice{named.second}.endpoints()) {
      if (endpoint.is_ready()) return true;
    }
    return false;
  });
}

ClusterZone::Finding ClusterZone::find_service(const Request& request,
                                               std::string_view zone) const {
  std::string place{request.service};
  place += '.';
  place += request.namespace_;
  const auto known = services_.find(place);
  if (known == services_.end() || known->second.service.is_null()) return {};
  const api::Service service{known->second.service};
  const std::string name = fmt::format("{}.svc.{}", place, zone);
  Finding finding;
  if (service.is_external_name()) {
    if (!request.endpoint.empty()) return {};
    std::string target = lower_name(service.external_name());
    if (!target.ends_with('.')) target += '.';
    finding.exists = true;
    finding.found.push_back({name, {}, std::move(target), -1});
    return finding;
  }
  if (service.is_headless() || !request.endpoint.empty()) {
    find_endpoints(request, known->second, zone, finding);
    return finding;
  }
  if (options_.ignores_empty_services && !has_ready_endpoint(known->second)) return {};
  for (const api::ServicePort port : service.ports()) {
    if (!matches(request.port, port.name()) || !matches(request.protocol, port.protocol())) {
      continue;
    }
    finding.exists = true;
    for (const doc::Value& text : service.cluster_ips().items()) {
      const auto ip = IpAddress::parse(text.as_string());
      if (ip) finding.found.push_back({name, *ip, {}, port.port()});
    }
  }
  return finding;
}

void ClusterZone::find_endpoints(const Request& request, const ServiceEntry& entry,
                                 std::string_view zone, Finding& finding) const {
  const auto add = [&](const api::Endpoint& endpoint, const IpAddress& ip, std::int64_t port) {
    const std::string label = endpoint_label(endpoint, ip);
    if (!request.endpoint.empty() && !doc::equal_ignoring_case(request.endpoint, label)) return;
    finding.exists = true;
    finding.found.push_back(
        {fmt::format("{}.{}.{}.svc.{}", label, request.service, request.namespace_, zone),
         ip,
         {},
         port});
  };
  for (const auto& [slice_name, object] : entry.slices) {
    const api::EndpointSlice slice{object};
    for (const api::Endpoint endpoint : slice.endpoints()) {
      if (!endpoint.is_ready()) continue;
      for (const doc::Value& text : endpoint.addresses().items()) {
        const auto ip = IpAddress::parse(text.as_string());
        if (!ip) continue;
        if (slice.ports().empty() && request.port.empty()) add(endpoint, *ip, -1);
        for (const api::EndpointPort port : slice.ports()) {
          if (matches(request.port, port.name()) && matches(request.protocol, port.protocol())) {
            add(endpoint, *ip, port.port());
          }
        }
      }
    }
  }
}

Record ClusterZone::make_record(std::string name, RecordType type) const {
  Record record;
  record.name = std::move(name);
  record.type = type;
  record.ttl = options_.ttl;
  return record;
}

Record ClusterZone::soa(std::string_view zone) const {
  Record record = make_record(std::string{zone}, RecordType::soa);
  record.ttl = std::min(options_.ttl, kMaxSoaTtl);
  SoaData data;
  data.primary = fmt::format("ns.dns.{}", zone);
  data.mailbox = fmt::format("hostmaster.{}", zone);
  data.serial = serial_;
  data.refresh = 7200;
  data.retry = 1800;
  data.expire = 86400;
  data.minimum = options_.ttl;
  record.data = std::move(data);
  return record;
}

// Adds the addresses of the type asked for, and aliases with what they lead to.
void ClusterZone::add_addresses(const Lookup& lookup, const Finding& finding, int depth) const {
  const Question& question = lookup.question;
  std::set<IpAddress> seen;
  for (const Found& each : finding.found) {
    // The first records answer to the name as it was asked, those of an alias to their own.
    const std::string& owner = depth == 0 ? question.name : each.name;
    if (each.alias.empty()) {
      if (address_type(each.address) != question.type || !seen.insert(each.address).second) {
        continue;
      }
      Record record = make_record(owner, question.type);
      record.data = each.address;
      lookup.answer.answers.push_back(std::move(record));
      continue;
    }
    Record record = make_record(owner, RecordType::cname);
    record.data = NameData{each.alias};
    const bool is_inside = is_within(each.alias, lookup.zone);
    if (question.type == RecordType::cname || !is_inside) {
      lookup.answer.answers.push_back(std::move(record));
      if (question.type != RecordType::cname) lookup.answer.unresolved = each.alias;
      continue;
    }
    // An alias within the zone counts only with what it leads to.
    if (depth >= kMaxAliases || each.alias == each.name) continue;
    const std::size_t place = lookup.answer.answers.size();
    lookup.answer.answers.push_back(std::move(record));
    add_addresses(lookup, find(each.alias, lookup.zone), depth + 1);
    if (lookup.answer.answers.size() == place + 1) lookup.answer.answers.pop_back();
  }
}

// CoreDNS plugin/backend_lookup.go SRV: one record per name and port, the weights a share of 100.
void ClusterZone::add_services(const Lookup& lookup, const Finding& finding) const {
  std::int64_t total_weight = 0;
  for (const Found& each : finding.found) total_weight += each.alias.empty() ? 100 : 0;
  std::set<std::pair<std::string_view, std::int64_t>> seen;
  std::set<std::pair<std::string_view, IpAddress>> seen_addresses;
  for (const Found& each : finding.found) {
    if (!each.alias.empty() || each.port < 0) continue;
    if (seen.insert({each.name, each.port}).second) {
      Record record = make_record(lookup.question.name, RecordType::srv);
      SrvData data;
      data.weight = static_cast<std::uint16_t>(std::max<std::int64_t>(10000 / total_weight, 1));
      data.port = static_cast<std::uint16_t>(each.port);
      data.target = each.name;
      record.data = std::move(data);
      lookup.answer.answers.push_back(std::move(record));
    }
    if (seen_addresses.insert({each.name, each.address}).second) {
      Record record = make_record(each.name, address_type(each.address));
      record.data = each.address;
      lookup.answer.additionals.push_back(std::move(record));
    }
  }
}

// What the zone says about itself; false if that is not what was asked for.
bool ClusterZone::answer_about_zone(const Lookup& lookup, const std::string& name) const {
  const Question& question = lookup.question;
  const bool is_apex = name == lookup.zone;
  if (question.type == RecordType::soa && is_apex) {
    lookup.answer.answers.push_back(soa(lookup.zone));
    return true;
  }
  if (question.type == RecordType::txt && name == fmt::format("dns-version.{}", lookup.zone)) {
    Record record = make_record(question.name, RecordType::txt);
    record.ttl = kVersionTtl;
    record.data = TxtData{{"1.1.0"}};
    lookup.answer.answers.push_back(std::move(record));
    return true;
  }
  if (question.type != RecordType::ns || !is_apex) return false;
  const std::string default_name = fmt::format("ns.dns.{}", lookup.zone);
  const Finding finding = find(default_name, lookup.zone);
  std::set<std::string> names;
  for (const Found& each : finding.found) names.insert(each.name);
  if (names.empty()) names.insert(default_name);
  for (const std::string& name_server : names) {
    Record record = make_record(question.name, RecordType::ns);
    record.data = NameData{name_server};
    lookup.answer.answers.push_back(std::move(record));
  }
  for (const Found& each : finding.found) {
    Record extra = make_record(each.name, address_type(each.address));
    extra.data = each.address;
    std::vector<Record>& additionals = lookup.answer.additionals;
    if (std::ranges::find(additionals, extra) == additionals.end()) {
      additionals.push_back(std::move(extra));
    }
  }
  return true;
}

// CoreDNS plugin/kubernetes/reverse.go: endpoints count only where no Service has the address.
void ClusterZone::answer_reverse(const Lookup& lookup, const IpAddress& address) const {
  std::set<std::string> names;
  const auto is_visible = [this](std::string_view name) {
    if (options_.namespaces.empty()) return true;
    const std::size_t dot = name.find('.');
    return is_exposed(name.substr(dot + 1, name.find('.', dot + 1) - dot - 1));
  };
  const auto service = services_by_ip_.find(address);
  if (service != services_by_ip_.end() && is_visible(service->second)) {
    names.insert(fmt::format("{}.svc.{}", service->second, cluster_domain()));
  } else if (const auto endpoints = endpoints_by_ip_.find(address);
             endpoints != endpoints_by_ip_.end()) {
    for (const std::string& name : endpoints->second) {
      if (is_visible(std::string_view{name}.substr(name.find('.') + 1))) names.insert(name);
    }
  }
  lookup.answer.exists = !names.empty();
  for (const std::string& each : names) {
    Record record = make_record(lookup.question.name, RecordType::ptr);
    record.data = NameData{each};
    lookup.answer.answers.push_back(std::move(record));
  }
}

ZoneAnswer ClusterZone::look_up(const Question& question, std::string_view zone) const {
  ZoneAnswer answer;
  answer.exists = true;
  const Lookup lookup{question, zone, answer};
  const std::string name = lower_name(question.name);
  if (answer_about_zone(lookup, name)) return answer;
  if (question.type == RecordType::ptr) {
    if (const auto address = parse_reverse_name(name)) {
      answer_reverse(lookup, *address);
      return answer;
    }
  }
  const Finding finding = find(name, zone);
  // For TXT only names that have records of another type exist.
  answer.exists = question.type == RecordType::txt ? !finding.found.empty() : finding.exists;
  if (question.type == RecordType::srv) {
    add_services(lookup, finding);
  } else if (question.type == RecordType::a || question.type == RecordType::aaaa ||
             question.type == RecordType::cname) {
    add_addresses(lookup, finding, 0);
  }
  return answer;
}

}  // namespace rockpool::net::dns
