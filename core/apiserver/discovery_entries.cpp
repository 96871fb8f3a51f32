// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/discovery_entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <functional>
#include <iterator>
#include <span>
#include <tuple>

#include "core/apiserver/apiserver.h"

#include "core/apiserver/reviews/virtual_resource.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

using doc::Value;

// The order in which upstream's aggregator lists the groups (its APIService priorities), by which
// clients decide between resources of the same name.
constexpr std::string_view kGroupOrder[] = {"apps",
                                            "events.k8s.io",
                                            "authentication.k8s.io",
                                            "authorization.k8s.io",
                                            "autoscaling",
                                            "batch",
                                            "certificates.k8s.io",
                                            "networking.k8s.io",
                                            "policy",
                                            "rbac.authorization.k8s.io",
                                            "storage.k8s.io",
                                            "admissionregistration.k8s.io",
                                            "apiextensions.k8s.io",
                                            "scheduling.k8s.io",
                                            "coordination.k8s.io",
                                            "node.k8s.io",
                                            "discovery.k8s.io"};

// Its place in the list; behind it for groups that upstream does not have, and last for the one
// that metrics-server registers.
std::ptrdiff_t priority_of(std::string_view group) {
  if (group == "metrics.k8s.io") return std::ssize(kGroupOrder) + 1;
  return std::ranges::find(kGroupOrder, group) - std::begin(kGroupOrder);
}

Value to_strings(std::span<const std::string_view> texts) {
  std::vector<Value> items;
  for (const std::string_view text : texts) items.emplace_back(text);
  return Value::array(std::move(items));
}

Value describe_resource(const api::Resource& resource) {
  std::vector<Value> verbs;
  for (const std::string_view verb :
       {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}) {
    const bool has_collection_delete = resource.id != api::ResourceId::namespaces;
    if (verb != "deletecollection" || has_collection_delete) verbs.emplace_back(verb);
  }
  Value result = Value::map({{"name", resource.plural},
                             {"singularName", resource.singular},
                             {"namespaced", resource.namespaced},
                             {"kind", resource.kind},
                             {"verbs", Value::array(std::move(verbs))}});
  if (!resource.short_names.empty()) result.set("shortNames", to_strings(resource.short_names));
  if (!resource.categories.empty()) result.set("categories", to_strings(resource.categories));
  return result;
}

// The subresources that are served, with their verbs.
void append_subresources(const api::Resource& resource, std::vector<Value>& out) {
  struct Row {
    api::Subresource subresource;
    std::string_view kind;
    std::vector<std::string_view> verbs;
  };
  // What is sent on into the cluster may have any method.
  const std::vector<std::string_view> any = {"create", "delete", "get", "patch", "update"};
  const std::string_view proxy_kind = resource.kind == "Pod"       ? "PodProxyOptions"
                                      : resource.kind == "Service" ? "ServiceProxyOptions"
                                                                   : "NodeProxyOptions";
  const Row rows[] = {
      {api::Subresource::approval, resource.kind, {"get", "patch", "update"}},
      {api::Subresource::attach, "PodAttachOptions", {"create", "get"}},
      {api::Subresource::binding, "Binding", {"create"}},
      {api::Subresource::ephemeralcontainers, resource.kind, {"get", "patch", "update"}},
      {api::Subresource::eviction, "Eviction", {"create"}},
      {api::Subresource::exec, "PodExecOptions", {"create", "get"}},
      {api::Subresource::finalize, resource.kind, {"update"}},
      {api::Subresource::log, resource.kind, {"get"}},
      {api::Subresource::portforward, "PodPortForwardOptions", {"create", "get"}},
      {api::Subresource::proxy, proxy_kind, any},
      {api::Subresource::scale, "Scale", {"get", "patch", "update"}},
      {api::Subresource::status, resource.kind, {"get", "patch", "update"}},
  };
  for (const Row& row : rows) {
    if (!resource.subresources.contains(row.subresource)) continue;
    Value entry = Value::map(
        {{"name", fmt::format("{}/{}", resource.plural, api::subresource_name(row.subresource))},
         {"singularName", ""},
         {"namespaced", resource.namespaced},
         {"kind", row.kind},
         {"verbs", to_strings(row.verbs)}});
    if (row.kind == "Eviction") {
      entry.set("group", "policy");
      entry.set("version", "v1");
    }
    if (row.kind == "Scale") {
      entry.set("group", "autoscaling");
      entry.set("version", "v1");
    }
    out.push_back(std::move(entry));
  }
}

Value describe_virtual(const VirtualResource& resource) {
  const bool is_question = resource.create != nullptr;
  return Value::map(
      {{"name", resource.plural},
       {"singularName", resource.singular},
       {"namespaced", resource.namespaced},
       {"kind", resource.kind},
       {"verbs", is_question ? Value::strings({"create"}) : Value::strings({"get", "list"})}});
}

// An APIResource in the words of aggregated discovery.
Value to_discovery(const Value& entry, std::string_view group, std::string_view version) {
  const bool foreign = entry.contains("group");
  Value kind = Value::map({{"group", foreign ? entry["group"] : Value{group}},
                           {"version", foreign ? entry["version"] : Value{version}},
                           {"kind", entry["kind"]}});
  return Value::map({{"responseKind", std::move(kind)}, {"verbs", entry["verbs"]}});
}

Value to_resource_discovery(const Value& entry, std::string_view group, std::string_view version) {
  Value result = to_discovery(entry, group, version);
  result.set("resource", entry["name"]);
  result.set("singularResource", entry["singularName"]);
  result.set("scope", entry["namespaced"].as_bool() ? "Namespaced" : "Cluster");
  for (const std::string_view member : {"shortNames", "categories"}) {
    if (entry.contains(member)) result.set(member, entry[member]);
  }
  return result;
}

// The entries are by name, so each resource comes before its subresources.
Value version_discovery(const ApiServer& server, std::string_view group, std::string_view version) {
  std::vector<Value> resources;
  for (const Value& entry : resource_entries(server, group, version)) {
    const std::string name = entry["name"].to_string();
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos) {
      resources.push_back(to_resource_discovery(entry, group, version));
      continue;
    }
    Value subresource = to_discovery(entry, group, version);
    subresource.set("subresource", name.substr(slash + 1));
    resources.back().edit("subresources").push_back(std::move(subresource));
  }
  return Value::map({{"version", version},
                     {"resources", Value::array(std::move(resources))},
                     {"freshness", "Current"}});
}

Value group_discovery(const ApiServer& server, const Group& group) {
  Value metadata = Value::map({{"creationTimestamp", nullptr}});
  if (!group.name.empty()) metadata.set("name", group.name);
  std::vector<Value> versions;
  for (const std::string_view version : group.versions) {
    versions.push_back(version_discovery(server, group.name, version));
  }
  return Value::map(
      {{"metadata", std::move(metadata)}, {"versions", Value::array(std::move(versions))}});
}

// How stable a version is: 2 for v1, 1 for v1beta1, 0 for v1alpha1, -1 for other names; and its
// numbers (apimachinery's version.CompareKubeAwareVersionStrings).
std::tuple<int, int, int> rank_of(std::string_view version) {
  int major = 0;
  int minor = 0;
  if (!version.starts_with('v')) return {-1, 0, 0};
  const char* end = version.data() + version.size();
  auto [rest, error] = std::from_chars(version.data() + 1, end, major);
  if (error != std::errc{}) return {-1, 0, 0};
  if (rest == end) return {2, major, 0};
  const std::string_view tail{rest, end};
  const int stability = tail.starts_with("beta") ? 1 : tail.starts_with("alpha") ? 0 : -1;
  if (stability < 0) return {-1, 0, 0};
  std::from_chars(rest + (stability == 1 ? 4 : 5), end, minor);
  return {stability, major, minor};
}

}  // namespace

std::string group_version(std::string_view group, std::string_view version) {
  return group.empty() ? std::string{version} : fmt::format("{}/{}", group, version);
}

std::vector<Group> served_groups(const ApiServer& server) {
  std::vector<Group> groups;
  const auto add = [&groups](const auto& resource) {
    if (resource.group.empty()) return;
    auto group = std::ranges::find(groups, resource.group, &Group::name);
    if (group == groups.end()) group = groups.insert(groups.end(), {resource.group, {}});
    if (std::ranges::find(group->versions, resource.version) == group->versions.end()) {
      group->versions.push_back(resource.version);
    }
  };
  for (const api::Resource* resource : server.served_versions()) add(*resource);
  for (const VirtualResource& resource : virtual_resources()) add(resource);
  for (Group& group : groups) {
    std::ranges::stable_sort(group.versions, std::greater{}, rank_of);
  }
  std::ranges::stable_sort(groups, {}, [](const Group& group) {
    return std::pair{priority_of(group.name), group.name};
  });
  return groups;
}

std::vector<Value> resource_entries(const ApiServer& server, std::string_view group,
                                    std::string_view version) {
  std::vector<Value> resources;
  for (const api::Resource* resource : server.served_versions()) {
    if (resource->group != group || resource->version != version) continue;
    resources.push_back(describe_resource(*resource));
    append_subresources(*resource, resources);
  }
  for (const VirtualResource& resource : virtual_resources()) {
    if (resource.group != group || resource.version != version) continue;
    resources.push_back(describe_virtual(resource));
  }
  std::ranges::stable_sort(resources, {},
                           [](const Value& entry) { return entry["name"].to_string(); });
  return resources;
}

Value aggregated_discovery(const ApiServer& server, bool core_group) {
  std::vector<Value> groups;
  if (core_group) {
    groups.push_back(group_discovery(server, {"", {"v1"}}));
  } else {
    for (const Group& group : served_groups(server)) {
      groups.push_back(group_discovery(server, group));
    }
  }
  return Value::map({{"kind", "APIGroupDiscoveryList"},
                     {"apiVersion", "apidiscovery.k8s.io/v2"},
                     {"metadata", Value::object()},
                     {"items", Value::array(std::move(groups))}});
}

}  // namespace rockpool::apiserver
