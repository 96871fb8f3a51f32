// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/discovery_entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>

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

// Its place in the list; behind it for groups that upstream does not have.
std::ptrdiff_t priority_of(std::string_view group) {
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
  const Row rows[] = {
      {api::Subresource::approval, resource.kind, {"get", "patch", "update"}},
      {api::Subresource::binding, "Binding", {"create"}},
      {api::Subresource::finalize, resource.kind, {"update"}},
      {api::Subresource::log, resource.kind, {"get"}},
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
    if (row.kind == "Scale") {
      entry.set("group", "autoscaling");
      entry.set("version", "v1");
    }
    out.push_back(std::move(entry));
  }
}

Value describe_questions(const VirtualResource& resource) {
  return Value::map({{"name", resource.plural},
                     {"singularName", resource.singular},
                     {"namespaced", resource.namespaced},
                     {"kind", resource.kind},
                     {"verbs", Value::strings({"create"})}});
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
Value version_discovery(std::string_view group, std::string_view version) {
  std::vector<Value> resources;
  for (const Value& entry : resource_entries(group, version)) {
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

Value group_discovery(std::string_view group, std::string_view version) {
  Value metadata = Value::map({{"creationTimestamp", nullptr}});
  if (!group.empty()) metadata.set("name", group);
  return Value::map({{"metadata", std::move(metadata)},
                     {"versions", Value::array({version_discovery(group, version)})}});
}

}  // namespace

std::string group_version(std::string_view group, std::string_view version) {
  return group.empty() ? std::string{version} : fmt::format("{}/{}", group, version);
}

std::vector<std::pair<std::string_view, std::string_view>> served_groups() {
  std::vector<std::pair<std::string_view, std::string_view>> groups;
  const auto add = [&groups](const auto& resource) {
    const std::pair entry{resource.group, resource.version};
    if (!resource.group.empty() && std::ranges::find(groups, entry) == groups.end()) {
      groups.push_back(entry);
    }
  };
  for (const api::Resource& resource : api::all_resources()) add(resource);
  for (const VirtualResource& resource : virtual_resources()) add(resource);
  std::ranges::stable_sort(
      groups, {}, [](const auto& entry) { return std::pair{priority_of(entry.first), entry}; });
  return groups;
}

std::vector<Value> resource_entries(std::string_view group, std::string_view version) {
  std::vector<Value> resources;
  for (const api::Resource& resource : api::all_resources()) {
    if (resource.group != group || resource.version != version) continue;
    resources.push_back(describe_resource(resource));
    append_subresources(resource, resources);
  }
  for (const VirtualResource& resource : virtual_resources()) {
    if (resource.group != group || resource.version != version) continue;
    resources.push_back(describe_questions(resource));
  }
  std::ranges::stable_sort(resources, {},
                           [](const Value& entry) { return entry["name"].to_string(); });
  return resources;
}

Value aggregated_discovery(bool core_group) {
  std::vector<Value> groups;
  if (core_group) {
    groups.push_back(group_discovery("", "v1"));
  } else {
    for (const auto& [group, version] : served_groups()) {
      groups.push_back(group_discovery(group, version));
    }
  }
  return Value::map({{"kind", "APIGroupDiscoveryList"},
                     {"apiVersion", "apidiscovery.k8s.io/v2"},
                     {"metadata", Value::object()},
                     {"items", Value::array(std::move(groups))}});
}

}  // namespace rockpool::apiserver
