// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "core/api/object.h"
#include "core/api/views/endpoints.h"
#include "core/api/views/service.h"
#include "core/net/http.h"

namespace rockpool::net::dns {
namespace {

using namespace doc::literals;

constexpr std::string_view kReverseV4 = "in-addr.arpa.";
constexpr std::string_view kReverseV6 = "ip6.arpa.";
// The TTL of `dns-version`, and the longest of an SOA record (CoreDNS plugin/kubernetes,
// plugin/backend_lookup.go).
constexpr std::uint32_t kVersionTtl = 28800;
constexpr std::uint32_t kMaxSoaTtl = 300;
constexpr std::size_t kIdSize = 2;
constexpr std::size_t kHeaderSize = 12;
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
  return wanted.empty() || equal_ignoring_case(wanted, name);
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

std::optional<IpAddress> parse_reverse(std::string_view name) {
  if (is_within(name, kReverseV4)) {
    name.remove_suffix(kReverseV4.size());
    std::string text;
    while (!name.empty()) {
      if (name.back() == '.') name.remove_suffix(1);
      if (!text.empty()) text += '.';
      text += take_last(name);
    }
    return IpAddress::parse(text);
  }
  name.remove_suffix(kReverseV6.size());
  std::string text;
  int digits = 0;
  while (!name.empty()) {
    if (name.back() == '.') name.remove_suffix(1);
    const std::string_view digit = take_last(name);
    if (digit.size() != 1) return {};
    if (digits > 0 && digits % 4 == 0) text += ':';
    text += digit;
    ++digits;
  }
  return digits == 32 ? IpAddress::parse(text) : std::nullopt;
}

}  // namespace

ClusterZone::ClusterZone(sim::Random random, ZoneOptions options)
    : random_{random}, options_{std::move(options)} {
  options_.zone = lower_name(options_.zone);
  if (!options_.zone.ends_with('.')) options_.zone += '.';
}

void ClusterZone::follow(client::Informer& services, client::Informer& slices) {
  for (const auto& [key, object] : services.objects()) on_service(nullptr, &object);
  for (const auto& [key, object] : slices.objects()) on_endpoint_slice(nullptr, &object);
  service_subscription_ = services.subscribe(
      [this](const doc::Value* before, const doc::Value* after) { on_service(before, after); });
  slice_subscription_ = slices.subscribe([this](const doc::Value* before, const doc::Value* after) {
    on_endpoint_slice(before, after);
  });
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

// Only the endpoints that a change touches are looked at closely.
void ClusterZone::index_reverse(const doc::Value* before, const doc::Value* after) {
  const auto place_of = [](const doc::Value* slice) {
    if (slice == nullptr) return std::string{};
    const std::string_view service = api::EndpointSlice{*slice}.service_name();
    return service.empty() ? std::string{}
                           : fmt::format("{}.{}", service, api::namespace_of(*slice));
  };
  const std::string old_place = place_of(before);
  const std::string new_place = place_of(after);
  const auto for_each_name = [this](const doc::Value& value, const std::string& place, auto apply) {
    const api::Endpoint endpoint{value};
    if (place.empty() || value.is_null() || !endpoint.is_ready()) return;
    for (const doc::Value& text : endpoint.addresses().items()) {
      const auto ip = IpAddress::parse(text.as_string());
      if (!ip) continue;
      const std::string_view hostname = endpoint.hostname();
      apply(*ip, fmt::format("{}.{}.svc.{}", hostname.empty() ? dashed(*ip) : hostname, place,
                             options_.zone));
    }
  };
  const doc::Value none;
  const doc::Value& old_list = before == nullptr ? none : (*before)["endpoints"_key];
  const doc::Value& new_list = after == nullptr ? none : (*after)["endpoints"_key];
  for (std::size_t i = 0; i < std::max(old_list.size(), new_list.size()); ++i) {
    const doc::Value& was = old_list.at(i);
    const doc::Value& is = new_list.at(i);
    if (was.identical(is) && old_place == new_place) continue;
    for_each_name(is, new_place, [this](const IpAddress& ip, std::string name) {
      endpoints_by_ip_[ip].insert(std::move(name));
    });
    for_each_name(was, old_place, [this](const IpAddress& ip, const std::string& name) {
      const auto known = endpoints_by_ip_.find(ip);
      if (known == endpoints_by_ip_.end()) return;
      if (const auto found = known->second.find(name); found != known->second.end()) {
        known->second.erase(found);
      }
      if (known->second.empty()) endpoints_by_ip_.erase(known);
    });
  }
}

void ClusterZone::set_external_name(std::string_view name, std::vector<IpAddress> addresses) {
  std::string key = lower_name(name);
  if (!key.ends_with('.')) key += '.';
  ++serial_;
  if (addresses.empty()) {
    external_names_.erase(key);
  } else {
    external_names_[key] = std::move(addresses);
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

ClusterZone::Finding ClusterZone::find(std::string_view name) const {
  std::string_view base = name.substr(0, name.size() - options_.zone.size());
  if (base.ends_with('.')) base.remove_suffix(1);
  // Where the NS record points; the zone's name server is the DNS Service itself.
  if (base == "ns.dns") return find_service({{}, {}, {}, "kube-dns", "kube-system", "svc"});
  if (base == "dns-version") return {true, {}};
  Request request;
  if (!parse_request(base, request)) return {};
  if (request.kind == "pod") return find_pod(request, name);
  if (request.service.empty()) return {true, {}};
  return find_service(request);
}

ClusterZone::Finding ClusterZone::find_pod(const Request& request, std::string_view name) const {
  if (request.service.empty()) return {true, {}};
  std::string text{request.service};
  const bool is_v4 = std::ranges::count(text, '-') == 3 && text.find("--") == std::string::npos;
  std::ranges::replace(text, '-', is_v4 ? '.' : ':');
  const auto address = IpAddress::parse(text);
  if (!address) return {};
  Finding finding{true, {}};
  finding.found.push_back({std::string{name}, *address, {}, -1});
  return finding;
}

ClusterZone::Finding ClusterZone::find_service(const Request& request) const {
  std::string place{request.service};
  place += '.';
  place += request.namespace_;
  const auto known = services_.find(place);
  if (known == services_.end() || known->second.service.is_null()) return {};
  const api::Service service{known->second.service};
  const std::string name = fmt::format("{}.svc.{}", place, options_.zone);
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
    find_endpoints(request, known->second, finding);
    return finding;
  }
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
                                 Finding& finding) const {
  const auto add = [&](const api::Endpoint& endpoint, const IpAddress& ip, std::int64_t port) {
    const std::string_view hostname = endpoint.hostname();
    std::string label = hostname.empty() ? dashed(ip) : std::string{hostname};
    if (!request.endpoint.empty() && !equal_ignoring_case(request.endpoint, label)) return;
    finding.exists = true;
    finding.found.push_back(
        {fmt::format("{}.{}.{}.svc.{}", label, request.service, request.namespace_, options_.zone),
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

Record ClusterZone::soa() const {
  Record record = make_record(options_.zone, RecordType::soa);
  record.ttl = std::min(options_.ttl, kMaxSoaTtl);
  SoaData data;
  data.primary = "ns.dns." + options_.zone;
  data.mailbox = "hostmaster." + options_.zone;
  data.serial = serial_;
  data.refresh = 7200;
  data.retry = 1800;
  data.expire = 86400;
  data.minimum = options_.ttl;
  record.data = std::move(data);
  return record;
}

// Adds the addresses of the type asked for, and aliases with what they lead to.
void ClusterZone::add_addresses(const Question& question, const Finding& finding, Message& response,
                                int depth) {
  std::set<IpAddress> seen;
  // The first records answer to the name as it was asked, those of an alias to their own.
  const std::string owner = depth == 0 ? question.name : std::string{};
  for (const Found& each : finding.found) {
    if (each.alias.empty()) {
      if (address_type(each.address) != question.type || !seen.insert(each.address).second) {
        continue;
      }
      Record record = make_record(depth == 0 ? owner : each.name, question.type);
      record.data = each.address;
      response.answers.push_back(std::move(record));
      continue;
    }
    Record record = make_record(depth == 0 ? owner : each.name, RecordType::cname);
    record.data = NameData{each.alias};
    response.answers.push_back(std::move(record));
    if (question.type == RecordType::cname || depth >= kMaxAliases) continue;
    if (is_within(each.alias, options_.zone)) {
      add_addresses(question, find(each.alias), response, depth + 1);
    } else if (const auto known = external_names_.find(each.alias);
               known != external_names_.end()) {
      for (const IpAddress& address : known->second) {
        if (address_type(address) != question.type) continue;
        Record external = make_record(each.alias, question.type);
        external.data = address;
        response.answers.push_back(std::move(external));
      }
    }
  }
}

// CoreDNS plugin/backend_lookup.go SRV: one record per name and port, the weights a share of 100.
void ClusterZone::add_services(const Question& question, const Finding& finding,
                               Message& response) const {
  std::int64_t total_weight = 0;
  for (const Found& each : finding.found) total_weight += each.alias.empty() ? 100 : 0;
  std::set<std::pair<std::string_view, std::int64_t>> seen;
  std::set<std::pair<std::string_view, IpAddress>> seen_addresses;
  for (const Found& each : finding.found) {
    if (!each.alias.empty() || each.port < 0) continue;
    if (seen.insert({each.name, each.port}).second) {
      Record record = make_record(question.name, RecordType::srv);
      SrvData data;
      data.weight = static_cast<std::uint16_t>(std::max<std::int64_t>(10000 / total_weight, 1));
      data.port = static_cast<std::uint16_t>(each.port);
      data.target = each.name;
      record.data = std::move(data);
      response.answers.push_back(std::move(record));
    }
    if (seen_addresses.insert({each.name, each.address}).second) {
      Record record = make_record(each.name, address_type(each.address));
      record.data = each.address;
      response.additionals.push_back(std::move(record));
    }
  }
}

// What the zone says about itself; false if that is not what was asked for.
bool ClusterZone::answer_about_zone(const Question& question, const std::string& name,
                                    Message& response) {
  const bool is_apex = name == options_.zone;
  if (question.type == RecordType::soa && is_apex) {
    response.answers.push_back(soa());
    return true;
  }
  if (question.type == RecordType::txt && name == "dns-version." + options_.zone) {
    Record record = make_record(question.name, RecordType::txt);
    record.ttl = kVersionTtl;
    record.data = TxtData{{"1.1.0"}};
    response.answers.push_back(std::move(record));
    return true;
  }
  if (question.type != RecordType::ns || !is_apex) return false;
  const std::string server = "ns.dns." + options_.zone;
  Record record = make_record(question.name, RecordType::ns);
  record.data = NameData{server};
  response.answers.push_back(std::move(record));
  for (const Found& each : find(server).found) {
    Record extra = make_record(server, address_type(each.address));
    extra.data = each.address;
    if (std::ranges::find(response.additionals, extra) == response.additionals.end()) {
      response.additionals.push_back(std::move(extra));
    }
  }
  return true;
}

void ClusterZone::answer_zone(const Question& question, const std::string& name,
                              Message& response) {
  response.authoritative = true;
  if (answer_about_zone(question, name, response)) return;
  const Finding finding = find(name);
  switch (question.type) {
    case RecordType::a:
    case RecordType::aaaa:
    case RecordType::cname:
      add_addresses(question, finding, response, 0);
      break;
    case RecordType::srv:
      add_services(question, finding, response);
      break;
    default:
      // No records of other types, but whether the name exists is still told.
      break;
  }
  if (!finding.exists) response.code = ResponseCode::name_error;
  if (response.answers.empty()) response.authorities.push_back(soa());
}

void ClusterZone::answer_reverse(const Question& question, const std::string& name,
                                 Message& response) {
  const auto address = parse_reverse(name);
  // CoreDNS plugin/kubernetes/reverse.go: endpoints count only where no Service has the address.
  std::set<std::string> names;
  if (address) {
    if (const auto known = services_by_ip_.find(*address); known != services_by_ip_.end()) {
      names.insert(fmt::format("{}.svc.{}", known->second, options_.zone));
    } else if (const auto endpoints = endpoints_by_ip_.find(*address);
               endpoints != endpoints_by_ip_.end()) {
      names.insert(endpoints->second.begin(), endpoints->second.end());
    }
  }
  if (names.empty()) {
    response.recursion_available = true;
    response.code = ResponseCode::name_error;
    return;
  }
  response.authoritative = true;
  if (question.type != RecordType::ptr) {
    response.authorities.push_back(soa());
    return;
  }
  for (const std::string& each : names) {
    Record record = make_record(question.name, RecordType::ptr);
    record.data = NameData{each};
    response.answers.push_back(std::move(record));
  }
}

void ClusterZone::answer_external(const Question& question, const std::string& name,
                                  Message& response) {
  response.recursion_available = true;
  const auto known = external_names_.find(name);
  if (known == external_names_.end()) {
    response.code = ResponseCode::name_error;
    return;
  }
  for (const IpAddress& address : known->second) {
    if (address_type(address) != question.type) continue;
    Record record = make_record(question.name, question.type);
    record.data = address;
    response.answers.push_back(std::move(record));
  }
}

// The `loadbalance` plug-in: addresses in random order, after the aliases that lead to them.
void ClusterZone::shuffle_addresses(std::vector<Record>& records) {
  const auto is_address = [](const Record& record) {
    return record.type == RecordType::a || record.type == RecordType::aaaa;
  };
  const auto addresses = std::ranges::stable_partition(
      records, [&is_address](const Record& record) { return !is_address(record); });
  const auto first = addresses.begin();
  for (std::ptrdiff_t left = addresses.end() - first; left > 1; --left) {
    const auto drawn = static_cast<std::ptrdiff_t>(random_.below(static_cast<std::uint64_t>(left)));
    std::swap(first[left - 1], first[drawn]);
  }
}

Message ClusterZone::answer(const Message& query) {
  Message response;
  response.id = query.id;
  response.is_response = true;
  response.opcode = query.opcode;
  response.recursion_desired = query.recursion_desired;
  response.checking_disabled = query.checking_disabled;
  response.questions = query.questions;
  if (query.opcode != 0) {
    response.code = ResponseCode::not_implemented;
    return response;
  }
  if (query.questions.size() != 1) {
    response.code = ResponseCode::format_error;
    return response;
  }
  const Question& question = query.questions[0];
  const std::string name = lower_name(question.name);
  if (question.class_ != kClassInternet) {
    response.code = ResponseCode::refused;
  } else if (is_within(name, options_.zone)) {
    answer_zone(question, name, response);
  } else if (is_within(name, kReverseV4) || is_within(name, kReverseV6)) {
    answer_reverse(question, name, response);
  } else {
    answer_external(question, name, response);
  }
  if (response.answers.size() > 1) shuffle_addresses(response.answers);
  if (const auto size = query.edns_size()) {
    Record option;
    option.name = ".";
    option.type = RecordType::opt;
    option.class_ = *size;
    response.additionals.push_back(std::move(option));
  }
  return response;
}

std::string ClusterZone::respond(std::string_view bytes, Transport transport) {
  bool is_fixed = false;
  if (transport == Transport::tcp || bytes.size() < kIdSize) {
    return compute_response(bytes, transport, is_fixed);
  }
  if (remembered_serial_ != serial_ || remembered_.size() >= kMaxRemembered) {
    remembered_.clear();
    remembered_serial_ = serial_;
  }
  const std::string_view without_id = bytes.substr(kIdSize);
  const auto known = remembered_.find(without_id);
  if (known != remembered_.end()) {
    std::string response;
    response.reserve(kIdSize + known->second.size());
    response += bytes.substr(0, kIdSize);
    response += known->second;
    return response;
  }
  std::string response = compute_response(bytes, transport, is_fixed);
  if (is_fixed) remembered_.emplace(without_id, response.substr(kIdSize));
  return response;
}

std::string ClusterZone::compute_response(std::string_view bytes, Transport transport,
                                          bool& is_fixed) {
  auto query = decode(bytes);
  if (!query) {
    if (bytes.size() < kHeaderSize || (static_cast<unsigned char>(bytes[2]) & 0x80) != 0) return {};
    Message failure;
    failure.id = static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) << 8 |
                                            static_cast<unsigned char>(bytes[1]));
    failure.is_response = true;
    failure.code = ResponseCode::format_error;
    return encode(failure);
  }
  if (query->is_response) return {};
  const Message response = answer(*query);
  is_fixed = response.answers.size() < 2;
  if (transport == Transport::tcp) return encode(response);
  return encode(response, std::max<std::size_t>(query->edns_size().value_or(0), kMaxPlainUdpSize));
}

}  // namespace rockpool::net::dns
