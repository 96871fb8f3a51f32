// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/openapi/paths.h"

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/apiserver/discovery_entries.h"

namespace rockpool::apiserver::openapi {
namespace {

using doc::Value;

// A query or path parameter.
struct Parameter {
  std::string_view name;
  std::string_view type;
};

constexpr Parameter kListParameters[] = {
    {"allowWatchBookmarks", "boolean"},
    {"continue", "string"},
    {"fieldSelector", "string"},
    {"labelSelector", "string"},
    {"limit", "integer"},
    {"resourceVersion", "string"},
    {"resourceVersionMatch", "string"},
    {"sendInitialEvents", "boolean"},
    {"timeoutSeconds", "integer"},
    {"watch", "boolean"},
};
constexpr Parameter kWriteParameters[] = {
    {"dryRun", "string"},
    {"fieldManager", "string"},
    {"fieldValidation", "string"},
};
constexpr Parameter kPatchParameters[] = {
    {"dryRun", "string"},
    {"fieldManager", "string"},
    {"fieldValidation", "string"},
    {"force", "boolean"},
};
constexpr Parameter kDeleteParameters[] = {
    {"dryRun", "string"},
    {"gracePeriodSeconds", "integer"},
    {"orphanDependents", "boolean"},
    {"propagationPolicy", "string"},
};
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kPatchTypes[] = {
    "application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json",
    "application/strategic-merge-patch+json"};

// One operation of a path.
struct Operation {
  /// The HTTP method in small letters.
  std::string_view method;
  /// x-kubernetes-action: "list", "post", "deletecollection", …
  std::string_view action;
  std::span<const Parameter> parameters;
  /// The schema of what is sent, empty for nothing.
  std::string body = {};
  std::span<const std::string_view> body_types = {};
  /// The schema of the answer; empty for plain text.
  std::string answer;
  std::string_view kind;
};

class PathWriter {
 public:
  PathWriter(const api::Resource& resource, Schemas& schemas, Version version, Value& paths)
      : resource_{resource}, schemas_{schemas}, version_{version}, paths_{paths} {}

  void write(const ApiServer& server);
  /// Of a resource that can only be created, its objects being of that type.
  void write_questions(const api::TypeTable& type);

 private:
  std::string root() const;
  void write_collection(const std::string& path, bool whole_cluster);
  void write_object(const std::string& path);
  void write_subresource(const std::string& path, const Value& entry);
  void add(const std::string& path, const Operation& operation);
  Value parameter(const Parameter& parameter, std::string_view place) const;
  Value content(std::span<const std::string_view> types, const std::string& schema) const;
  Value responses(const Operation& operation) const;
  void add_body(const Operation& operation, Value& out) const;
  std::string operation_id(const Operation& operation, const std::string& path) const;

  const api::Resource& resource_;
  Schemas& schemas_;
  Version version_;
  Value& paths_;
};

std::string capital(std::string_view word) {
  std::string result{word};
  if (!result.empty() && result[0] >= 'a' && result[0] <= 'z') {
    result[0] = static_cast<char>(result[0] - 'a' + 'A');
  }
  return result;
}

std::string PathWriter::root() const {
  return resource_.group.empty() ? fmt::format("/api/{}", resource_.version)
                                 : fmt::format("/apis/{}/{}", resource_.group, resource_.version);
}

void PathWriter::write(const ApiServer& server) {
  schemas_.add(resource_);
  const std::string scope = resource_.namespaced ? "/namespaces/{namespace}" : "";
  const std::string collection = fmt::format("{}{}/{}", root(), scope, resource_.plural);
  write_collection(collection, false);
  if (resource_.namespaced) {
    write_collection(fmt::format("{}/{}", root(), resource_.plural), true);
  }
  write_object(collection + "/{name}");
  const std::string prefix = fmt::format("{}/", resource_.plural);
  for (const Value& entry : resource_entries(server, resource_.group, resource_.version)) {
    const std::string name = entry["name"].to_string();
    if (!name.starts_with(prefix)) continue;
    write_subresource(fmt::format("{}/{{name}}/{}", collection, name.substr(prefix.size())), entry);
  }
}

void PathWriter::write_questions(const api::TypeTable& type) {
  schemas_.refer(type);
  const std::string scope = resource_.namespaced ? "/namespaces/{namespace}" : "";
  const std::string schema = schema_name(type);
  add(fmt::format("{}{}/{}", root(), scope, resource_.plural),
      {"post", "post", kWriteParameters, schema, {&kJson, 1}, schema, resource_.kind});
}

void PathWriter::write_collection(const std::string& path, bool whole_cluster) {
  const std::string object = object_schema_name(resource_);
  add(path, {"get", "list", kListParameters, {}, {}, list_schema_name(resource_), resource_.kind});
  if (whole_cluster) return;
  add(path, {"post", "post", kWriteParameters, object, {&kJson, 1}, object, resource_.kind});
  const bool has_collection_delete = resource_.id != api::ResourceId::namespaces;
  if (!has_collection_delete) return;
  add(path, {"delete",
             "deletecollection",
             kDeleteParameters,
             {},
             {},
             list_schema_name(resource_),
             resource_.kind});
}

void PathWriter::write_object(const std::string& path) {
  const std::string object = object_schema_name(resource_);
  add(path, {"get", "get", {}, {}, {}, object, resource_.kind});
  add(path, {"put", "put", kWriteParameters, object, {&kJson, 1}, object, resource_.kind});
  add(path, {"patch", "patch", kPatchParameters, object, kPatchTypes, object, resource_.kind});
  add(path, {"delete", "delete", kDeleteParameters, {}, {}, object, resource_.kind});
}

void PathWriter::write_subresource(const std::string& path, const Value& entry) {
  const std::string kind = entry["kind"].to_string();
  const bool foreign = entry.contains("group");
  const std::string group_text = foreign ? entry["group"].to_string() : "";
  const api::TypeTable* type =
      foreign ? api::find_type(group_text + "/" + entry["version"].to_string(), kind)
              : api::find_type(fmt::format("{}/{}", resource_.group, resource_.version), kind);
  std::string schema;
  if (type != nullptr) {
    schemas_.refer(*type);
    schema = schema_name(*type);
  }
  for (const Value& verb : entry["verbs"].items()) {
    const std::string name = verb.to_string();
    const std::string answer = path.ends_with("/log") ? std::string{} : schema;
    if (name == "get") add(path, {"get", "get", {}, {}, {}, answer, kind});
    if (name == "create") {
      add(path, {"post", "post", kWriteParameters, schema, {&kJson, 1}, schema, kind});
    }
    if (name == "update") {
      add(path, {"put", "put", kWriteParameters, schema, {&kJson, 1}, schema, kind});
    }
    if (name == "patch") {
      add(path, {"patch", "patch", kPatchParameters, schema, kPatchTypes, schema, kind});
    }
  }
}

Value PathWriter::parameter(const Parameter& parameter, std::string_view place) const {
  Value result = Value::map({{"name", parameter.name}, {"in", place}});
  if (place == "path") result.set("required", true);
  if (version_ == Version::v2) {
    result.set("type", parameter.type);
  } else {
    result.set("schema", Value::map({{"type", parameter.type}}));
  }
  return result;
}

Value PathWriter::content(std::span<const std::string_view> types,
                          const std::string& schema) const {
  Value result = Value::object();
  for (const std::string_view type : types) {
    result.set(type, Value::map({{"schema", schemas_.reference(schema)}}));
  }
  return result;
}

Value PathWriter::responses(const Operation& operation) const {
  constexpr std::string_view kAnswerTypes[] = {"application/json", "application/yaml"};
  Value ok = Value::map({{"description", "OK"}});
  if (operation.answer.empty()) {
    if (version_ == Version::v2) ok.set("schema", Value::map({{"type", "string"}}));
  } else if (version_ == Version::v2) {
    ok.set("schema", schemas_.reference(operation.answer));
  } else {
    ok.set("content", content(kAnswerTypes, operation.answer));
  }
  return Value::map({{operation.action == "post" ? "201" : "200", std::move(ok)}});
}

void PathWriter::add_body(const Operation& operation, Value& out) const {
  if (operation.body.empty()) return;
  if (version_ == Version::v3) {
    out.set("requestBody",
            Value::map(
                {{"required", true}, {"content", content(operation.body_types, operation.body)}}));
    return;
  }
  out.edit("parameters")
      .push_back(Value::map({{"name", "body"},
                             {"in", "body"},
                             {"required", true},
                             {"schema", schemas_.reference(operation.body)}}));
  std::vector<Value> types;
  for (const std::string_view type : operation.body_types) types.emplace_back(type);
  out.set("consumes", Value::array(std::move(types)));
}

// createAppsV1NamespacedDeployment, readCoreV1NodeStatus, listCoreV1PodForAllNamespaces.
std::string PathWriter::operation_id(const Operation& operation, const std::string& path) const {
  struct Word {
    std::string_view action;
    std::string_view word;
  };
  constexpr Word kWords[] = {{"get", "read"},
                             {"list", "list"},
                             {"post", "create"},
                             {"put", "replace"},
                             {"patch", "patch"},
                             {"delete", "delete"},
                             {"deletecollection", "deleteCollection"}};
  std::string_view verb;
  for (const Word& word : kWords) {
    if (word.action == operation.action) verb = word.word;
  }
  const std::string_view group = resource_.group.substr(0, resource_.group.find('.'));
  const bool in_namespace = path.find("{namespace}") != std::string::npos;
  std::string id =
      fmt::format("{}{}{}{}{}", verb, capital(group.empty() ? "core" : group),
                  capital(resource_.version), in_namespace ? "Namespaced" : "", resource_.kind);
  const std::size_t tail = path.find("{name}/");
  if (tail != std::string::npos) id += capital(path.substr(tail + 7));
  if (resource_.namespaced && !in_namespace) id += "ForAllNamespaces";
  return id;
}

void PathWriter::add(const std::string& path, const Operation& operation) {
  std::vector<Value> parameters;
  for (const Parameter& each : operation.parameters) {
    parameters.push_back(parameter(each, "query"));
  }
  const bool foreign = operation.kind == "Scale";
  Value out = Value::map(
      {{"operationId", operation_id(operation, path)},
       {"parameters", Value::array(std::move(parameters))},
       {"responses", responses(operation)},
       {"x-kubernetes-action", operation.action},
       {"x-kubernetes-group-version-kind",
        Value::map({{"group", foreign ? std::string_view{"autoscaling"} : resource_.group},
                    {"version", resource_.version},
                    {"kind", operation.kind}})}});
  add_body(operation, out);
  Value& item = paths_.edit(path);
  if (item.is_null()) {
    std::vector<Value> shared;
    if (path.find("{name}") != std::string::npos) {
      shared.push_back(parameter({"name", "string"}, "path"));
    }
    if (path.find("{namespace}") != std::string::npos) {
      shared.push_back(parameter({"namespace", "string"}, "path"));
    }
    item = Value::object();
    if (!shared.empty()) item.set("parameters", Value::array(std::move(shared)));
  }
  item.set(operation.method, std::move(out));
}

}  // namespace

void add_paths(const ApiServer& server, const api::Resource& resource, Schemas& schemas,
               Version version, Value& paths) {
  PathWriter{resource, schemas, version, paths}.write(server);
}

void add_paths(const VirtualResource& resource, Schemas& schemas, Version version, Value& paths) {
  const std::string api_version = fmt::format("{}/{}", resource.group, resource.version);
  const api::TypeTable* type = api::find_type(api_version, resource.kind);
  if (type == nullptr) return;
  const api::Resource row{.id = api::ResourceId::builtin_count,
                          .group = resource.group,
                          .version = resource.version,
                          .api_version = api_version,
                          .kind = resource.kind,
                          .list_kind = {},
                          .plural = resource.plural,
                          .singular = resource.singular,
                          .short_names = {},
                          .categories = {},
                          .namespaced = resource.namespaced,
                          .subresources = {},
                          .type = type};
  PathWriter{row, schemas, version, paths}.write_questions(*type);
}

}  // namespace rockpool::apiserver::openapi
