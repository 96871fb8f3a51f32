// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>
#include <string>

#include "core/api/views/cluster_objects.h"
#include "core/api/views/node.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kNodeColumns[] = {
    kNameColumn,
    {"Status", ColumnType::string, false, "Whether the node can run Pods."},
    {"Roles", ColumnType::string, false, "The roles that the node's labels name."},
    kAgeColumn,
    {"Version", ColumnType::string, false, "The kubelet's version."},
    {"Internal-IP", ColumnType::string, true, "The address inside the cluster."},
    {"External-IP", ColumnType::string, true, "The address outside the cluster."},
    {"OS-Image", ColumnType::string, true, "The operating system."},
    {"Kernel-Version", ColumnType::string, true, "The kernel."},
    {"Container-Runtime", ColumnType::string, true, "The container runtime and its version."},
};

std::string node_status_text(const api::Node& node) {
  const std::string_view ready = api::condition_status(node.value(), "Ready");
  std::string text = ready.empty() ? "Unknown" : ready == "True" ? "Ready" : "NotReady";
  if (node.is_unschedulable()) text += ",SchedulingDisabled";
  return text;
}

std::string node_roles_text(const api::Node& node) {
  constexpr std::string_view kRolePrefix = "node-role.kubernetes.io/";
  std::set<std::string> roles;
  for (const doc::Member& label : node.labels().members()) {
    const std::string_view key = label.key.text();
    if (key.starts_with(kRolePrefix) && key.size() > kRolePrefix.size()) {
      roles.emplace(key.substr(kRolePrefix.size()));
    } else if (key == "kubernetes.io/role" && !label.value.is_empty()) {
      roles.insert(label.value.to_string());
    }
  }
  return roles.empty() ? std::string{kNone} : fmt::format("{}", fmt::join(roles, ","));
}

std::string_view or_unknown(std::string_view text) {
  return text.empty() ? "<unknown>" : text;
}

Cells node_cells(const doc::Value& object, sim::Time now) {
  const api::Node node{object};
  const doc::Value& info = node.node_info();
  return {node.name(),
          node_status_text(node),
          node_roles_text(node),
          age_of(object, now),
          info["kubeletVersion"_key].as_string(),
          or_none(node.internal_ip()),
          or_none(node.address("ExternalIP")),
          or_unknown(info["osImage"_key].as_string()),
          or_unknown(info["kernelVersion"_key].as_string()),
          or_unknown(info["containerRuntimeVersion"_key].as_string())};
}

constexpr Column kNamespaceColumns[] = {
    kNameColumn,
    {"Status", ColumnType::string, false, "Active, or Terminating while it is emptied."},
    kAgeColumn,
};

Cells namespace_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), object["status"_key]["phase"_key].as_string(), age_of(object, now)};
}

constexpr Column kLeaseColumns[] = {
    kNameColumn,
    {"Holder", ColumnType::string, false, "Who holds the lease."},
    kAgeColumn,
};

Cells lease_cells(const doc::Value& object, sim::Time now) {
  const api::Lease lease{object};
  return {lease.name(), lease.holder_identity(), age_of(object, now)};
}

}  // namespace

constexpr Printer kNodePrinter{kNodeColumns, node_cells};
constexpr Printer kNamespacePrinter{kNamespaceColumns, namespace_cells};
constexpr Printer kLeasePrinter{kLeaseColumns, lease_cells};

}  // namespace rockpool::apiserver
