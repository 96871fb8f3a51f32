// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpoint_pods.h"

#include <algorithm>

#include "core/api/ip.h"
#include "core/api/object.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr std::string_view kTriggerTime = "endpoints.kubernetes.io/last-change-trigger-time";

std::string_view family_of(std::string_view ip) {
  return ip.find(':') == std::string_view::npos ? "IPv4" : "IPv6";
}

}  // namespace

bool belongs_in_endpoints(const api::Pod& pod, bool include_terminating) {
  if (pod.is_terminal() || (pod.ip().empty() && pod.ips().size() == 0)) return false;
  return include_terminating || !pod.is_being_deleted();
}

bool has_hostname_in(const api::Pod& pod, const api::Service& service) {
  return !pod.spec().hostname().empty() && pod.spec().subdomain() == service.name() &&
         pod.namespace_name() == service.namespace_name();
}

std::string_view pod_ip(const api::Pod& pod, std::string_view family) {
  for (const doc::Value& entry : pod.ips().items()) {
    const std::string_view ip = entry["ip"_key].as_string();
    if (!ip.empty() && family_of(ip) == family) return ip;
  }
  if (pod.ips().size() == 0 && !pod.ip().empty() && family_of(pod.ip()) == family) return pod.ip();
  return {};
}

doc::Value reference_to(const api::Pod& pod) {
  const doc::Value& metadata = api::metadata(pod.value());
  return doc::Value::object({{"kind"_key, "Pod"},
                             {"name"_key, metadata["name"_key]},
                             {"namespace"_key, metadata["namespace"_key]},
                             {"uid"_key, metadata["uid"_key]}});
}

bool changes_endpoints(const doc::Value* before, const doc::Value* after) {
  if (before == nullptr || after == nullptr) return true;
  const api::Pod old_pod{*before};
  const api::Pod new_pod{*after};
  return old_pod.uid() != new_pod.uid() || old_pod.is_ready() != new_pod.is_ready() ||
         old_pod.is_being_deleted() != new_pod.is_being_deleted() ||
         old_pod.is_terminal() != new_pod.is_terminal() || old_pod.ip() != new_pod.ip() ||
         old_pod.node_name() != new_pod.node_name() || !(old_pod.ips() == new_pod.ips()) ||
         !(old_pod.labels() == new_pod.labels());
}

bool has_managed_endpoints(const api::Service& service) {
  return service.has_selector() && !service.is_external_name();
}

std::vector<std::string> ip_families(const api::Service& service) {
  std::vector<std::string> families;
  for (const doc::Value& family : service.ip_families().items()) {
    families.push_back(family.to_string());
  }
  if (families.empty()) {
    families.emplace_back(service.has_cluster_ip() ? family_of(service.cluster_ip()) : "IPv4");
  }
  return families;
}

std::optional<doc::Value> endpoint_port(const api::ServicePort& port, const api::Pod& pod,
                                        bool keep_empty_name) {
  const auto number = api::find_port(pod.spec(), port.target_port(), port.protocol());
  if (!number) return std::nullopt;
  doc::Value result =
      doc::Value::object({{"port"_key, *number}, {"protocol"_key, port.protocol()}});
  if (keep_empty_name || !port.name().empty()) result.set("name"_key, port.name());
  if (!port.app_protocol().empty()) result.set("appProtocol"_key, port.app_protocol());
  return result;
}

void TriggerTimes::observe(const std::string& pod_name, const doc::Value* pod) {
  if (pod == nullptr) {
    pods_.erase(pod_name);
    return;
  }
  const auto moment = api::read_time(api::find_condition(*pod, "Ready")["lastTransitionTime"_key]);
  if (!moment) return;
  const auto [known, is_new] = pods_.try_emplace(pod_name, *moment);
  if (!is_new && *moment <= known->second) return;
  known->second = *moment;
  earliest_ = earliest_ ? std::min(*earliest_, *moment) : *moment;
}

std::optional<sim::Time> TriggerTimes::take(const api::Service& service) {
  std::optional<sim::Time> moment = std::exchange(earliest_, std::nullopt);
  if (!std::exchange(known_, true)) moment = api::creation_timestamp(service.value());
  return moment;
}

void set_trigger_time(doc::Value& object, const std::optional<sim::Time>& moment) {
  if (moment) {
    api::set_annotation(object, kTriggerTime, sim::format_rfc3339_nano(*moment));
  } else {
    api::remove_annotation(object, kTriggerTime);
  }
}

}  // namespace rockpool::controllers
