// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "core/api/views/endpoints.h"
#include "core/api/views/service.h"
#include "core/doc/ascii.h"
#include "core/net/dns/name.h"
#include "core/net/http.h"

namespace rockpool::net::dns {
namespace {

// The TTL of `dns-version`, and the longest of an SOA record (CoreDNS plugin/kubernetes,
// plugin/backend_lookup.go).
constexpr std::uint32_t kVersionTtl = 28800;
constexpr std::uint32_t kMaxSoaTtl = 300;
// How many aliases are followed.
constexpr int kMaxAliases = 7;

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

}  // namespace

ClusterZone::ClusterZone(ZoneOptions options) : options_{std::move(options)}, index_{options_} {}

std::string_view ClusterZone::zone_of(std::string_view name) const {
  std::string_view longest;
  for (const std::string& zone : options_.zones) {
    if (zone.size() > longest.size() && is_within(name, zone)) longest = zone;
  }
  return longest;
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
  if (!index_.is_exposed(request.namespace_)) return {};
  if (request.kind == "pod") return find_pod(request, name);
  if (request.service.empty()) return {true, {}};
  return find_service(request, zone);
}

// CoreDNS plugin/kubernetes/ns.go: the Services behind which this server stands; without one there
// is a name for the server itself.
ClusterZone::Finding ClusterZone::find_name_servers(std::string_view zone) const {
  std::set<std::pair<std::string, std::string>> places;
  for (const IpAddress& own : options_.own_addresses) {
    const std::multiset<std::string>* const endpoints = index_.endpoints_at(own);
    if (endpoints == nullptr) continue;
    for (std::string_view rest : *endpoints) {
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
  if (options_.pods == PodMode::verified && !index_.has_pod(*address, request.namespace_))
    return {};
  Finding finding{true, {}};
  finding.found.push_back({std::string{name}, *address, {}, -1});
  return finding;
}

ClusterZone::Finding ClusterZone::find_service(const Request& request,
                                               std::string_view zone) const {
  std::string place{request.service};
  place += '.';
  place += request.namespace_;
  const ZoneIndex::Service* const known = index_.find_service(place);
  if (known == nullptr) return {};
  const api::Service service{known->object};
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
    find_endpoints(request, *known, zone, finding);
    return finding;
  }
  if (options_.ignores_empty_services && !known->has_ready_endpoint()) return {};
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

void ClusterZone::find_endpoints(const Request& request, const ZoneIndex::Service& service,
                                 std::string_view zone, Finding& finding) const {
  const auto add = [&](const api::Endpoint& endpoint, const IpAddress& ip, std::int64_t port) {
    const std::string label = index_.endpoint_label(endpoint, ip);
    if (!request.endpoint.empty() && !doc::equal_ignoring_case(request.endpoint, label)) return;
    finding.exists = true;
    finding.found.push_back(
        {fmt::format("{}.{}.{}.svc.{}", label, request.service, request.namespace_, zone),
         ip,
         {},
         port});
  };
  for (const auto& [slice_name, object] : service.slices) {
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
  data.serial = serial();
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
    return index_.is_exposed(name.substr(dot + 1, name.find('.', dot + 1) - dot - 1));
  };
  const std::string* const service = index_.service_at(address);
  if (service != nullptr && is_visible(*service)) {
    names.insert(fmt::format("{}.svc.{}", *service, index_.cluster_domain()));
  } else if (const auto* const endpoints = index_.endpoints_at(address); endpoints != nullptr) {
    for (const std::string& name : *endpoints) {
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
