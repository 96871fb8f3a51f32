// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/apiserver/routes.h"
#include "core/apiserver/state.h"

// What is served where, for clients that ask.
namespace rockpool::apiserver {
namespace {

using doc::Value;

constexpr std::string_view kNotFoundPage = "404 page not found\n";

Value to_strings(std::span<const std::string_view> texts) {
  std::vector<Value> items;
  for (const std::string_view text : texts) items.emplace_back(text);
  return Value::array(std::move(items));
}

Value server_addresses(const ApiServer& server) {
  return Value::array(
      {Value::map({{"clientCIDR", "0.0.0.0/0"},
                   {"serverAddress", fmt::format("{}:{}", server.options().advertise_address,
                                                 server.options().secure_port)}})});
}

// The served groups beside the core group, each with its version, by name.
std::set<std::pair<std::string_view, std::string_view>> served_groups() {
  std::set<std::pair<std::string_view, std::string_view>> groups;
  for (const api::Resource& resource : api::all_resources()) {
    if (!resource.group.empty()) groups.emplace(resource.group, resource.version);
  }
  return groups;
}

Value describe_group(std::string_view group, std::string_view version) {
  const Value entry =
      Value::map({{"groupVersion", fmt::format("{}/{}", group, version)}, {"version", version}});
  return Value::map(
      {{"name", group}, {"versions", Value::array({entry})}, {"preferredVersion", entry}});
}

Value api_versions(const ApiServer& server) {
  return Value::map({{"kind", "APIVersions"},
                     {"versions", Value::strings({"v1"})},
                     {"serverAddressByClientCIDRs", server_addresses(server)}});
}

Value group_list() {
  std::vector<Value> groups;
  for (const auto& [group, version] : served_groups()) {
    groups.push_back(describe_group(group, version));
  }
  return Value::map({{"kind", "APIGroupList"},
                     {"apiVersion", "v1"},
                     {"groups", Value::array(std::move(groups))}});
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

Value version_info() {
  return Value::map({{"major", "1"},
                     {"minor", "33"},
                     {"emulationMajor", "1"},
                     {"emulationMinor", "33"},
                     {"minCompatibilityMajor", "1"},
                     {"minCompatibilityMinor", "32"},
                     {"gitVersion", kKubernetesVersion},
                     {"gitCommit", ""},
                     {"gitTreeState", "clean"},
                     {"buildDate", "2025-04-23T13:00:19Z"},
                     {"goVersion", ""},
                     {"compiler", ""},
                     {"platform", "linux/amd64"}});
}

Value path_list() {
  std::vector<Value> paths{"/api", "/api/v1", "/apis"};
  for (const auto& [group, version] : served_groups()) {
    paths.emplace_back(fmt::format("/apis/{}", group));
    paths.emplace_back(fmt::format("/apis/{}/{}", group, version));
  }
  for (const std::string_view path : {"/healthz", "/livez", "/readyz", "/version"}) {
    paths.emplace_back(path);
  }
  return Value::map({{"paths", Value::array(std::move(paths))}});
}

bool is_health_path(std::string_view path) {
  return path == "/healthz" || path == "/livez" || path == "/readyz";
}

Response serve_health(const Request& request) {
  if (request.find_query("verbose") == nullptr) return respond_text(200, "ok");
  return respond_text(
      200, fmt::format("[+]ping ok\n{} check passed\n", std::string_view{request.path}.substr(1)));
}

}  // namespace

bool is_served(std::string_view group, std::string_view version) {
  return std::ranges::any_of(api::all_resources(), [&](const api::Resource& resource) {
    return resource.group == group && resource.version == version;
  });
}

Response serve_discovery(const ApiServer& server, const Request& request, Format format) {
  std::string_view path = request.path;
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (request.method != "GET" && request.method != "HEAD") return respond_text(404, kNotFoundPage);
  if (is_health_path(path)) return serve_health(request);
  if (path == "/version") return respond_object(200, version_info(), format);
  if (path == "/" || path.empty()) return respond_object(200, path_list(), format);
  if (path == "/api") return respond_object(200, api_versions(server), format);
  if (path == "/apis") return respond_object(200, group_list(), format);
  if (path.starts_with("/apis/")) {
    for (const auto& [group, version] : served_groups()) {
      if (path.substr(6) != group) continue;
      Value result = describe_group(group, version);
      result.set("kind", "APIGroup");
      result.set("apiVersion", "v1");
      return respond_object(200, result, format);
    }
  }
  return respond_text(404, kNotFoundPage);
}

Response serve_resource_list(const Route& route) {
  if (route.request.method != "GET") {
    return respond_status(api::method_not_allowed(), route.format);
  }
  std::vector<Value> resources;
  std::string_view api_version;
  for (const api::Resource& resource : api::all_resources()) {
    if (resource.group != route.path.group || resource.version != route.path.version) continue;
    api_version = resource.api_version;
    resources.push_back(describe_resource(resource));
    append_subresources(resource, resources);
  }
  std::ranges::stable_sort(resources, {},
                           [](const Value& entry) { return entry["name"].to_string(); });
  Value list = Value::map({{"kind", "APIResourceList"},
                           {"groupVersion", api_version},
                           {"resources", Value::array(std::move(resources))}});
  if (!route.path.group.empty()) list.set("apiVersion", "v1");
  return respond_object(200, list, route.format);
}

}  // namespace rockpool::apiserver
