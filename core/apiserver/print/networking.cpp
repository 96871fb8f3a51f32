// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "core/api/object.h"
#include "core/api/selector.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kIngressColumns[] = {
    kNameColumn,
    {"Class", ColumnType::string, false, "The IngressClass that serves it."},
    {"Hosts", ColumnType::string, false, "The hosts whose requests it takes."},
    {"Address", ColumnType::string, false, "Where the load balancer listens."},
    {"Ports", ColumnType::string, false, "The ports that are open."},
    kAgeColumn,
};

// At most three hosts; `+ N more...` counts the rules behind the third.
std::string hosts_text(const doc::Value& rules) {
  constexpr std::size_t kShown = 3;
  std::string text;
  std::size_t shown = 0;
  bool more = false;
  for (const doc::Value& rule : rules.items()) {
    if (shown == kShown) more = true;
    if (more || rule["host"_key].is_empty()) continue;
    if (!text.empty()) text += ',';
    text += rule["host"_key].as_string();
    ++shown;
  }
  if (text.empty()) return "*";
  return more ? fmt::format("{} + {} more...", text, rules.size() - kShown) : text;
}

Cells ingress_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  return {api::name(object),
          spec["ingressClassName"_key].as_string(kNone),
          hosts_text(spec["rules"_key]),
          load_balancer_text(object["status"_key]["loadBalancer"_key]["ingress"_key]),
          spec["tls"_key].size() != 0 ? "80, 443" : "80",
          age_of(object, now)};
}

constexpr Column kIngressClassColumns[] = {
    kNameColumn,
    {"Controller", ColumnType::string, false, "The controller that serves the class."},
    {"Parameters", ColumnType::string, false, "The object with more of its configuration."},
    kAgeColumn,
};

std::string parameters_text(const doc::Value& parameters) {
  if (parameters.is_null()) return std::string{kNone};
  std::string kind = parameters["kind"_key].to_string();
  if (const doc::Value& group = parameters["apiGroup"_key]; !group.is_null()) {
    kind += "." + group.to_string();
  }
  return fmt::format("{}/{}", kind, parameters["name"_key].as_string());
}

Cells ingress_class_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  return {api::name(object), spec["controller"_key].as_string(),
          parameters_text(spec["parameters"_key]), age_of(object, now)};
}

constexpr Column kNetworkPolicyColumns[] = {
    kNameColumn,
    {"Pod-Selector", ColumnType::string, false, "The Pods that it is about."},
    kAgeColumn,
};

Cells network_policy_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), api::format_label_selector(object["spec"_key]["podSelector"_key]),
          age_of(object, now)};
}

constexpr Column kIpAddressColumns[] = {
    kNameColumn,
    {"ParentRef", ColumnType::string, false, "The object that the address belongs to."},
};

std::string parent_text(const doc::Value& parent) {
  std::string text = parent["resource"_key].to_string();
  for (const auto key : {"group"_key, "namespace"_key, "name"_key}) {
    const std::string_view part = parent[key].as_string();
    if (part.empty()) continue;
    text += fmt::format("{}{}", key.value == "group"_key.value ? '.' : '/', part);
  }
  return text;
}

Cells ip_address_cells(const doc::Value& object, sim::Time) {
  const doc::Value& parent = object["spec"_key]["parentRef"_key];
  return {api::name(object), parent.is_null() ? std::string{kNone} : parent_text(parent)};
}

constexpr Column kServiceCidrColumns[] = {
    kNameColumn,
    {"CIDRs", ColumnType::string, false, "The ranges that Services' addresses come from."},
    kAgeColumn,
};

Cells service_cidr_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), join_texts(object["spec"_key]["cidrs"_key]), age_of(object, now)};
}

}  // namespace

constexpr Printer kIngressPrinter{kIngressColumns, ingress_cells};
constexpr Printer kIngressClassPrinter{kIngressClassColumns, ingress_class_cells};
constexpr Printer kNetworkPolicyPrinter{kNetworkPolicyColumns, network_policy_cells};
constexpr Printer kIpAddressPrinter{kIpAddressColumns, ip_address_cells};
constexpr Printer kServiceCidrPrinter{kServiceCidrColumns, service_cidr_cells};

}  // namespace rockpool::apiserver
