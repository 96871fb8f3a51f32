// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/apiserver/discovery_entries.h"
#include "core/apiserver/openapi/document.h"
#include "core/apiserver/reviews/virtual_resource.h"
#include "core/apiserver/routes.h"
#include "core/apiserver/state.h"

// What is served where, for clients that ask.
namespace rockpool::apiserver {
namespace {

using doc::Value;

constexpr std::string_view kNotFoundPage = "404 page not found\n";

Value server_addresses(const ApiServer& server) {
  return Value::array(
      {Value::map({{"clientCIDR", "0.0.0.0/0"},
                   {"serverAddress", fmt::format("{}:{}", server.options().advertise_address,
                                                 server.options().secure_port)}})});
}

Value describe_group(const Group& group) {
  std::vector<Value> versions;
  for (const std::string_view version : group.versions) {
    versions.push_back(
        Value::map({{"groupVersion", group_version(group.name, version)}, {"version", version}}));
  }
  const Value preferred = versions.front();
  return Value::map({{"name", group.name},
                     {"versions", Value::array(std::move(versions))},
                     {"preferredVersion", preferred}});
}

Value api_versions(const ApiServer& server) {
  return Value::map({{"kind", "APIVersions"},
                     {"versions", Value::strings({"v1"})},
                     {"serverAddressByClientCIDRs", server_addresses(server)}});
}

Value group_list(const ApiServer& server) {
  std::vector<Value> groups;
  for (const Group& group : served_groups(server)) groups.push_back(describe_group(group));
  return Value::map({{"kind", "APIGroupList"},
                     {"apiVersion", "v1"},
                     {"groups", Value::array(std::move(groups))}});
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

Value path_list(const ApiServer& server) {
  std::vector<Value> paths{"/api", "/api/v1", "/apis"};
  for (const Group& group : served_groups(server)) {
    paths.emplace_back(fmt::format("/apis/{}", group.name));
    for (const std::string_view version : group.versions) {
      paths.emplace_back(fmt::format("/apis/{}/{}", group.name, version));
    }
  }
  for (const std::string_view path :
       {"/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version"}) {
    paths.emplace_back(path);
  }
  return Value::map({{"paths", Value::array(std::move(paths))}});
}

Response respond_aggregated(const ApiServer& server, bool core_group, Format format) {
  Response response = respond_object(200, aggregated_discovery(server, core_group), format);
  response.headers = {{"Content-Type", fmt::format("application/{};g=apidiscovery.k8s.io;v=v2;"
                                                   "as=APIGroupDiscoveryList",
                                                   format.yaml ? "yaml" : "json")}};
  return response;
}

bool is_health_path(std::string_view path) {
  return path == "/healthz" || path == "/livez" || path == "/readyz";
}

Response serve_health(const Request& request) {
  if (request.find_query("verbose") == nullptr) return respond_text(200, "ok");
  return respond_text(
      200, fmt::format("[+]ping ok\n{} check passed\n", std::string_view{request.path}.substr(1)));
}

// `/openapi/…`; nothing if it is no such path, or one of a version that is not served.
std::optional<Value> find_openapi(const ApiServer& server, std::string_view path) {
  if (path == "/openapi/v2") return openapi::document_v2(server);
  if (path == "/openapi/v3") return openapi::index_v3(server);
  constexpr std::string_view kPrefix = "/openapi/v3";
  if (!path.starts_with(kPrefix)) return std::nullopt;
  const auto place = parse_resource_path(path.substr(kPrefix.size()));
  if (!place || !place->resource.empty() || !is_served(server, place->group, place->version)) {
    return std::nullopt;
  }
  return openapi::document_v3(server, place->group, place->version);
}

}  // namespace

bool is_served(const ApiServer& server, std::string_view group, std::string_view version) {
  const auto serves = [&](const auto& resource) {
    return resource.group == group && resource.version == version;
  };
  return std::ranges::any_of(api::all_resources(), serves) ||
         std::ranges::any_of(virtual_resources(), serves) ||
         std::ranges::any_of(server.served_versions(),
                             [&](const api::Resource* each) { return serves(*each); });
}

namespace {

// What a simulated server can tell of itself for Prometheus: what it stores, and its version.
Response serve_metrics(const ApiServer& server) {
  std::string text = fmt::format(
      "# HELP apiserver_storage_objects [STABLE] Number of stored objects at the time of last "
      "check split by kind.\n# TYPE apiserver_storage_objects gauge\n");
  std::vector<std::string> lines;
  for (const api::Resource* resource : server.resources()) {
    lines.push_back(fmt::format("apiserver_storage_objects{{resource=\"{}\"}} {}\n",
                                resource->group_resource().to_string(),
                                server.store().count(resource->id)));
  }
  std::ranges::sort(lines);
  for (const std::string& line : lines) text += line;
  text += fmt::format(
      "# HELP kubernetes_build_info [ALPHA] A metric with a constant '1' value labeled by major, "
      "minor, git version, git commit, git tree state, build date, Go version, and compiler from "
      "which Kubernetes was built, and platform on which it is running.\n"
      "# TYPE kubernetes_build_info gauge\nkubernetes_build_info{{git_version=\"{}\"}} 1\n",
      kKubernetesVersion);
  Response response = respond_text(200, text);
  response.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}};
  return response;
}

}  // namespace

Response serve_discovery(const ApiServer& server, const Request& request, Format format) {
  std::string_view path = request.path;
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (request.method != "GET" && request.method != "HEAD") return respond_text(404, kNotFoundPage);
  if (is_health_path(path)) return serve_health(request);
  if (path == "/metrics") return serve_metrics(server);
  // These two are indented JSON whatever is asked for (WriteRawJSON).
  constexpr Format kRaw{.pretty = true};
  if (path == "/version") return respond_object(200, version_info(), kRaw);
  if (path == "/" || path.empty()) return respond_object(200, path_list(server), kRaw);
  if (path == "/api" || path == "/apis") {
    if (format.as == As::aggregated_discovery)
      return respond_aggregated(server, path == "/api", format);
    return respond_object(200, path == "/api" ? api_versions(server) : group_list(server), format);
  }
  if (const auto document = find_openapi(server, path))
    return respond_object(200, *document, format);
  if (path.starts_with("/apis/")) {
    for (const Group& group : served_groups(server)) {
      if (path.substr(6) != group.name) continue;
      Value result = describe_group(group);
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
  Value list = Value::map(
      {{"kind", "APIResourceList"},
       {"groupVersion", group_version(route.path.group, route.path.version)},
       {"resources",
        Value::array(resource_entries(route.server, route.path.group, route.path.version))}});
  if (!route.path.group.empty()) list.set("apiVersion", "v1");
  return respond_object(200, list, route.format);
}

}  // namespace rockpool::apiserver
