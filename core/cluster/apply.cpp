// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/apply.h"

#include <fmt/format.h>

#include <set>

#include "core/api/decode.h"
#include "core/api/object.h"
#include "core/api/resource.h"
#include "core/apiserver/apply.h"
#include "core/apiserver/custom/objects.h"
#include "core/doc/ascii.h"
#include "core/doc/yaml.h"

namespace rockpool::cluster {
namespace {

using namespace doc::literals;

// One object of the text, and how to find its fields in it.
struct Item {
  doc::Value object;
  const doc::YamlDocument* document;
  // Of an item of a List, its path in the document: `items[2]`.
  std::string path;
};

std::string join(std::string_view path, std::string_view field) {
  if (path.empty() || field.empty() || field.front() == '[')
    return fmt::format("{}{}", path, field);
  return fmt::format("{}.{}", path, field);
}

// Upstream spells some fields as Go does: `spec.LoadBalancerSourceRanges[0]` →
// `spec.loadBalancerSourceRanges[0]`.
std::string with_small_initials(std::string_view field) {
  std::string result{field};
  bool at_start = true;
  for (char& letter : result) {
    if (at_start) letter = doc::to_lower(letter);
    at_start = letter == '.';
  }
  return result;
}

// Upstream complains of the list that it makes of an older field: `spec.clusterIPs[0]` →
// `spec.clusterIP`.
std::string singular(std::string_view field) {
  if (field.ends_with(']')) field = field.substr(0, field.rfind('['));
  if (field.ends_with('s')) field.remove_suffix(1);
  return std::string{field};
}

// `deployment.apps/web`
std::string resource_name(const apiserver::ApiServer& server, const doc::Value& object) {
  const api::Resource* resource = server.find_kind(api::api_version(object), api::kind(object));
  if (resource == nullptr) return {};
  const std::string_view dot = resource->group.empty() ? "" : ".";
  return fmt::format("{}{}{}/{}", resource->singular, dot, resource->group, api::name(object));
}

// Where the text has a field that the API complains about.
doc::Position find_position(const Item& item, std::string_view field) {
  const doc::SourceMap& positions = item.document->positions;
  for (const std::string& name :
       {std::string{field}, with_small_initials(field), singular(field)}) {
    const std::string path = join(item.path, name);
    if (positions.contains(path)) return positions.key_position(path);
  }
  return positions.key_position(join(item.path, field));
}

ApplyError error_at(const apiserver::ApiServer& server, const Item& item, api::Status status,
                    std::string_view field) {
  ApplyError error;
  const doc::Position position = find_position(item, field);
  error.line = position.line;
  error.column = position.column;
  error.object = resource_name(server, item.object);
  error.status = std::move(status);
  return error;
}

ApplyError error_of(const apiserver::ApiServer& server, const Item& item, api::Status status) {
  std::string field = status.details.causes.empty() ? "" : status.details.causes.front().field;
  if (status.code == 404 && status.details.kind == "namespaces") field = "metadata.namespace";
  return error_at(server, item, std::move(status), field);
}

// What kubectl says before it asks the server.
std::optional<ApplyError> check_header(const apiserver::ApiServer& server, const Item& item) {
  const auto bad = [&](std::string_view message, std::string_view field) {
    return error_at(server, item, api::bad_request(message), field);
  };
  if (!item.object.is_object()) {
    return bad(
        fmt::format("a Kubernetes object is expected here, not {}", kind_name(item.object.kind())),
        "");
  }
  for (const doc::KnownKeyIndex key : {"apiVersion"_key, "kind"_key}) {
    const std::string_view name = doc::kKnownKeys[key.value];
    const doc::Value& value = item.object[key];
    if (value.is_null()) return bad(fmt::format("error validating data: {} not set", name), name);
    if (!value.is_string()) {
      return bad(fmt::format("error validating data: {} must be a string, not {}", name,
                             kind_name(value.kind())),
                 name);
    }
  }
  const std::string_view version = api::api_version(item.object);
  const std::string_view kind = api::kind(item.object);
  const api::Resource* resource = server.find_kind(version, kind);
  if (resource == nullptr) {
    return bad(fmt::format("no matches for kind \"{}\" in version \"{}\"", kind, version), "kind");
  }
  if (!api::name(item.object).empty()) return {};
  // A name of another type than text, such as `n`, which YAML takes for "false".
  if (const auto decoded = apiserver::custom::decode(*resource, item.object, {}); !decoded)
    return error_of(server, item, decoded.error());
  if (const std::string_view prefix = api::generate_name(item.object); !prefix.empty()) {
    return bad(fmt::format("from {}: cannot use generate name with apply", prefix),
               "metadata.generateName");
  }
  return bad("resource name may not be empty", "metadata.name");
}

// A dry run cannot see what an earlier document of the same text would have made.
bool waits_for(const api::Status& status, const std::set<std::string, std::less<>>& namespaces) {
  return status.code == 404 && status.details.kind == "namespaces" &&
         namespaces.contains(status.details.name);
}

std::optional<ApplyError> try_out(apiserver::ApiServer& server, const std::vector<Item>& items) {
  std::set<std::string, std::less<>> namespaces;
  for (const Item& item : items) {
    if (auto error = check_header(server, item)) return error;
    apiserver::WriteOptions options{.dry_run = true,
                                    .field_validation = apiserver::FieldValidation::strict};
    const auto result = apiserver::apply(server, item.object, "default", options);
    if (!result && !waits_for(result.error(), namespaces))
      return error_of(server, item, result.error());
    if (api::kind(item.object) == "Namespace") namespaces.emplace(api::name(item.object));
  }
  return {};
}

std::expected<std::vector<Item>, ApplyError> collect(
    const apiserver::ApiServer& server, const std::vector<doc::YamlDocument>& documents) {
  std::vector<Item> items;
  for (const doc::YamlDocument& document : documents) {
    const doc::Value& value = document.value;
    if (value["kind"_key].as_string() != "List" || value["apiVersion"_key].as_string() != "v1") {
      items.push_back({value, &document, {}});
      continue;
    }
    if (!value["items"_key].is_array()) {
      return std::unexpected{error_at(server, {value, &document, {}},
                                      api::bad_request("items: a list is expected here"), "items")};
    }
    std::size_t index = 0;
    for (const doc::Value& item : value["items"_key].items()) {
      items.push_back({item, &document, fmt::format("items[{}]", index++)});
    }
  }
  return items;
}

}  // namespace

std::expected<std::vector<Applied>, ApplyError> apply_text(apiserver::ApiServer& server,
                                                           std::string_view text) {
  const auto documents = doc::parse_yaml(text);
  if (!documents) {
    ApplyError error;
    error.status = api::bad_request("error parsing YAML: " + documents.error().message);
    error.line = documents.error().position.line;
    error.column = documents.error().position.column;
    return std::unexpected{std::move(error)};
  }
  const auto items = collect(server, *documents);
  if (!items) return std::unexpected{items.error()};
  if (items->empty()) {
    ApplyError error;
    error.status = api::bad_request("no objects passed to apply");
    return std::unexpected{std::move(error)};
  }
  if (auto error = try_out(server, *items)) return std::unexpected{std::move(*error)};

  std::vector<Applied> applied;
  for (const Item& item : *items) {
    auto result = apiserver::apply(server, item.object);
    if (!result) {
      ApplyError error = error_of(server, item, result.error());
      error.applied = std::move(applied);
      return std::unexpected{std::move(error)};
    }
    applied.push_back({std::string{api::kind(item.object)},
                       std::string{api::namespace_of(result->object)},
                       std::string{api::name(result->object)},
                       std::string{apiserver::apply_outcome_name(result->outcome)},
                       resource_name(server, item.object)});
  }
  return applied;
}

}  // namespace rockpool::cluster
