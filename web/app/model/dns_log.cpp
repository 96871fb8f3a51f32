// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/dns_log.h"

#include <algorithm>
#include <iterator>

namespace rockpool::app {
namespace {

// "web.default.svc.cluster.local. 30 IN A 10.98.41.7, …": what stands after each record's type.
std::string data_of(std::string_view records) {
  constexpr int kFieldsBefore = 4;
  constexpr std::string_view kBetween = ", ";
  std::string data;
  while (!records.empty()) {
    const std::size_t end = std::min(records.find(kBetween), records.size());
    std::string_view record = records.substr(0, end);
    for (int field = 0; field < kFieldsBefore && record.contains(' '); ++field) {
      record.remove_prefix(record.find(' ') + 1);
    }
    if (!data.empty()) data += kBetween;
    data += record;
    records.remove_prefix(std::min(records.size(), end + kBetween.size()));
  }
  return data;
}

void ask(DnsLookup& lookup, const net::Hop& hop) {
  const std::string_view detail = hop.detail;
  const std::size_t space = std::min(detail.rfind(' '), detail.size());
  DnsQuestion question;
  question.name = detail.substr(0, space);
  if (space < detail.size()) question.type = detail.substr(space + 1);
  question.server = hop.to.ip.to_string();
  lookup.questions.push_back(std::move(question));
}

void answer(DnsQuestion& question, const net::Hop& hop, sim::Time asked) {
  const std::string_view detail = hop.detail;
  const std::size_t colon = detail.find(": ");
  question.code = detail.substr(0, colon);
  if (colon != std::string_view::npos) question.data = data_of(detail.substr(colon + 2));
  question.found = !question.data.empty();
  question.took = hop.time - asked;
}

}  // namespace

std::string service_of_name(std::string_view name) {
  // The labels before the first "svc" that has two before it.
  std::vector<std::string_view> before;
  while (!name.empty()) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    const std::string_view label = name.substr(0, dot);
    if (label == "svc" && before.size() >= 2) {
      const std::string_view service = before[before.size() - 2];
      return std::string{before.back()}.append("/").append(service);
    }
    before.push_back(label);
    name.remove_prefix(std::min(name.size(), dot + 1));
  }
  return {};
}

std::vector<std::string> DnsLookup::services() const {
  std::vector<std::string> keys;
  for (const DnsQuestion& question : questions) {
    std::string key = service_of_name(question.name);
    if (key.empty()) continue;
    if (question.found) return {std::move(key)};
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  }
  return keys;
}

bool DnsLookup::is_like(const DnsLookup& other) const {
  return client == other.client && name == other.name && found == other.found &&
         std::ranges::equal(
             questions, other.questions,
             [](const DnsQuestion& one, const DnsQuestion& two) { return one.is_like(two); });
}

bool concerns(const DnsLookup& lookup, const ObjectRef& object, const World& world) {
  const std::string key = key_of_object(object.ns, object.name);
  const auto any_question = [&lookup](const auto& is_wanted) {
    return std::ranges::any_of(lookup.questions, is_wanted);
  };
  if (object.kind == "Node") return lookup.node == object.name;
  if (object.kind == "Pod") {
    return lookup.client == "pod/" + key ||
           any_question([&key](const DnsQuestion& question) { return question.pod == key; });
  }
  if (object.kind != "Service") return false;
  const std::vector<std::string> services = lookup.services();
  if (std::ranges::find(services, key) != services.end()) return true;
  const ServiceItem* const service = world.services.get(key);
  return service != nullptr && any_question([service](const DnsQuestion& question) {
           return question.server == service->cluster_ip;
         });
}

std::optional<DnsLookup> read_lookup(const net::Trace& trace, std::string_view client,
                                     std::string_view name) {
  DnsLookup lookup;
  lookup.client = client;
  lookup.name = name;
  sim::Time asked{};
  bool waiting = false;
  for (const net::Hop& hop : trace.hops) {
    if (hop.kind == net::HopKind::dns_query) {
      if (lookup.questions.empty()) {
        lookup.started = hop.time;
        lookup.node = hop.node;
      }
      asked = hop.time;
      waiting = true;
      ask(lookup, hop);
    } else if (hop.kind == net::HopKind::choice && waiting) {
      lookup.questions.back().pod = hop.pod;
    } else if (hop.kind == net::HopKind::dns_answer && waiting) {
      waiting = false;
      answer(lookup.questions.back(), hop, asked);
      lookup.took = hop.time - lookup.started;
    } else if (hop.kind == net::HopKind::resolved) {
      lookup.found = hop.failure == net::FailureKind::none;
      lookup.result = hop.detail;
    }
  }
  if (lookup.questions.empty()) return std::nullopt;
  return lookup;
}

void DnsLog::add(DnsLookup lookup) {
  // What goes on is among the last.
  const auto like = std::find_if(lookups_.rbegin(), lookups_.rend(),
                                 [&lookup](const DnsLookup& one) { return one.is_like(lookup); });
  if (like != lookups_.rend()) {
    lookup.count = like->count + 1;
    lookups_.erase(std::next(like).base());
  }
  lookups_.push_back(std::move(lookup));
  if (lookups_.size() > kMostLookups) lookups_.pop_front();
}

}  // namespace rockpool::app
