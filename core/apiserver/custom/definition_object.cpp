// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/custom/definition_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/api/names.h"
#include "core/api/object.h"
#include "core/apiserver/custom/schema.h"
#include "core/doc/ascii.h"

namespace rockpool::apiserver::custom {

using namespace doc::literals;

namespace {

using doc::Path;
using doc::Value;

void check_label(const Value& text, const Path& path, api::FieldErrors& errors) {
  if (text.is_empty()) return errors.required(path);
  errors.invalid_each(path, text, api::check_dns1035_label(doc::to_lower(text.as_string())));
}

void check_names(const Value& spec, api::FieldErrors& errors) {
  const Path path = Path{"spec"}.child("names");
  const Value& names = spec["names"_key];
  check_label(names["plural"_key], path.child("plural"), errors);
  check_label(names["singular"_key], path.child("singular"), errors);
  check_label(names["kind"_key], path.child("kind"), errors);
  check_label(names["listKind"_key], path.child("listKind"), errors);
  if (!names["kind"_key].is_empty() && names["kind"_key] == names["listKind"_key]) {
    errors.invalid(path.child("listKind"), names["listKind"_key],
                   "kind and listKind may not be the same");
  }
}

void check_group(const Value& definition, api::FieldErrors& errors) {
  const Value& spec = definition["spec"_key];
  const Path path{"spec"};
  const Value& group = spec["group"_key];
  if (group.is_empty()) return errors.required(path.child("group"));
  errors.invalid_each(path.child("group"), group, api::check_dns1123_subdomain(group.as_string()));
  if (group.as_string().find('.') == std::string_view::npos) {
    errors.invalid(path.child("group"), group, "should be a domain with at least one dot");
  }
  const std::string required =
      fmt::format("{}.{}", spec["names"_key]["plural"_key].as_string(), group.as_string());
  if (api::name(definition) != required) {
    errors.invalid(Path{"metadata"}.child("name"), api::name(definition),
                   "must be spec.names.plural+\".\"+spec.group");
  }
}

void check_version(const Value& version, const Path& path, api::FieldErrors& errors) {
  const Value& name = version["name"_key];
  errors.invalid_each(path.child("name"), name, api::check_dns1035_label(name.as_string()));
  const Value& schema = version["schema"]["openAPIV3Schema"];
  const Path schema_path = path.child("schema").child("openAPIV3Schema");
  if (schema.is_null()) return errors.required(schema_path, "schemas are required");
  check_schema(schema, schema_path, errors);
}

void check_versions(const Value& spec, api::FieldErrors& errors) {
  const Path path = Path{"spec"}.child("versions");
  const Value& versions = spec["versions"_key];
  std::set<std::string> names;
  std::size_t index = 0;
  std::size_t stored = 0;
  for (const Value& version : versions.items()) {
    check_version(version, path.index(index), errors);
    if (!names.insert(version["name"_key].to_string()).second) {
      errors.invalid(path.index(index).child("name"), version["name"_key],
                     "must contain unique version names");
    }
    stored += version["storage"_key].as_bool() ? 1 : 0;
    ++index;
  }
  if (stored != 1) {
    errors.invalid(path, versions, "must have exactly one version marked as storage version");
  }
}

void check_conversion(const Value& spec, api::FieldErrors& errors) {
  const Value& strategy = spec["conversion"_key]["strategy"_key];
  const Path path = Path{"spec"}.child("conversion");
  if (strategy.as_string() == "Webhook") {
    errors.forbidden(path.child("strategy"), "webhooks cannot be called from here; use None");
  } else if (strategy.as_string() != "None") {
    errors.not_supported(path.child("strategy"), strategy, {"None", "Webhook"});
  }
}

Value condition(std::string_view type, std::string_view reason, std::string_view message,
                const Value& now) {
  return Value::object({{"type"_key, type},
                        {"status"_key, "True"},
                        {"reason"_key, reason},
                        {"message"_key, message},
                        {"lastTransitionTime"_key, now}});
}

}  // namespace

void apply_definition_defaults(Value& definition) {
  Value& spec = definition.edit("spec"_key);
  Value& names = spec.edit("names"_key);
  const std::string kind = names["kind"_key].to_string();
  if (names["singular"_key].is_empty()) names.set("singular"_key, doc::to_lower(kind));
  if (names["listKind"_key].is_empty() && !kind.empty()) {
    names.set("listKind"_key, fmt::format("{}List", kind));
  }
  if (spec["conversion"_key].is_null()) {
    spec.set("conversion"_key, Value::object({{"strategy"_key, "None"}}));
  }
}

api::FieldErrors validate_definition(const Value& definition) {
  api::FieldErrors errors;
  const Value& spec = definition["spec"_key];
  check_group(definition, errors);
  const Value& scope = spec["scope"_key];
  if (scope.is_empty()) {
    errors.required(Path{"spec"}.child("scope"));
  } else if (scope.as_string() != "Namespaced" && scope.as_string() != "Cluster") {
    errors.not_supported(Path{"spec"}.child("scope"), scope, {"Cluster", "Namespaced"});
  }
  check_versions(spec, errors);
  check_names(spec, errors);
  check_conversion(spec, errors);
  return errors;
}

api::FieldErrors validate_definition_update(const Value& definition, const Value& old_definition) {
  api::FieldErrors errors = validate_definition(definition);
  const Value& spec = definition["spec"_key];
  const Value& old_spec = old_definition["spec"_key];
  const Path path{"spec"};
  const auto keep = [&](const Value& now, const Value& before, const Path& field) {
    if (now != before) errors.invalid(field, now, "field is immutable");
  };
  keep(spec["group"_key], old_spec["group"_key], path.child("group"));
  keep(spec["scope"_key], old_spec["scope"_key], path.child("scope"));
  keep(spec["names"_key]["plural"_key], old_spec["names"_key]["plural"_key],
       path.child("names").child("plural"));
  keep(spec["names"_key]["kind"_key], old_spec["names"_key]["kind"_key],
       path.child("names").child("kind"));
  return errors;
}

void establish(Value& definition, const Value& now) {
  const Value spec = definition["spec"_key];
  Value& status = definition.edit("status"_key);
  if (!status.is_object()) status = Value::object();
  status.set("acceptedNames"_key, spec["names"_key]);
  Value stored =
      status["storedVersions"_key].is_array() ? status["storedVersions"_key] : Value::array({});
  for (const Value& version : spec["versions"_key].items()) {
    if (!version["storage"_key].as_bool()) continue;
    const auto items = stored.items();
    if (std::ranges::find(items, version["name"_key]) == items.end()) {
      stored.push_back(version["name"_key]);
    }
  }
  status.set("storedVersions"_key, std::move(stored));
  if (status["conditions"_key].size() != 0) return;
  status.set("conditions"_key,
             Value::array({condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                           condition("Established", "InitialNamesAccepted",
                                     "the initial names have been accepted", now)}));
}

std::vector<std::string> definition_warnings(const Value& definition) {
  std::vector<std::string> warnings;
  std::size_t index = 0;
  for (const Value& version : definition["spec"_key]["versions"_key].items()) {
    if (has_rules(version["schema"]["openAPIV3Schema"])) {
      warnings.push_back(fmt::format(
          "spec.versions[{}].schema.openAPIV3Schema: x-kubernetes-validations are kept, "
          "but this server does not evaluate CEL",
          index));
    }
    ++index;
  }
  return warnings;
}

}  // namespace rockpool::apiserver::custom
