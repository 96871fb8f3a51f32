// SPDX-License-Identifier: Apache-2.0
#include "core/api/validation/container_parts.h"

namespace rockpool::api::validation {

namespace {

void validate_key_ref(const Value& ref, const FieldPath& path, FieldErrors& errors) noexcept {
  const std::string_view name = ref["name"_key].as_string();
  errors.invalid_each(path.child("name"), name, check_dns1123_subdomain(name));
  const Value& key = ref["key"_key];
  if (key.is_empty()) {
    errors.required(path.child("key"));
  } else {
    errors.invalid_each(path.child("key"), key, check_config_map_key(key.as_string()));
  }
}

void validate_value_from(const Value& variable, const FieldPath& path,
                         FieldErrors& errors) noexcept {
  const Value& source = variable["valueFrom"_key];
  if (source.is_null()) return;
  int sources = 0;
  if (const Value& ref = source["fieldRef"_key]; !ref.is_null()) {
    ++sources;
    validate_field_ref(ref, FieldRefUse::environment, path.child("fieldRef"), errors);
  }
  if (const Value& ref = source["resourceFieldRef"_key]; !ref.is_null()) {
    ++sources;
    validate_resource_field_ref(ref, FieldRefUse::environment, path.child("resourceFieldRef"),
                                errors);
  }
  if (const Value& ref = source["configMapKeyRef"_key]; !ref.is_null()) {
    ++sources;
    validate_key_ref(ref, path.child("configMapKeyRef"), errors);
  }
  if (const Value& ref = source["secretKeyRef"_key]; !ref.is_null()) {
    ++sources;
    validate_key_ref(ref, path.child("secretKeyRef"), errors);
  }
  if (sources == 0) {
    errors.invalid(path, "",
                   "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or "
                   "`secretKeyRef`");
  } else if (!variable["value"_key].is_empty()) {
    errors.invalid(path, "", "may not be specified when `value` is not empty");
  } else if (sources > 1) {
    errors.invalid(path, "", "may not have more than one field specified at a time");
  }
}

void validate_env_source(const Value& ref, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& name = ref["name"_key];
  if (name.is_empty()) return errors.required(path.child("name"));
  errors.invalid_each(path.child("name"), name,
                      check_dns1123_subdomain(mask_trailing_dash(name.as_string())));
}

}  // namespace

void validate_env(const Value& variables, const FieldPath& path, FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const FieldPath item = path.index(i);
    const Value& name = variables.at(i)["name"_key];
    if (name.is_empty()) {
      errors.required(item.child("name"));
    } else {
      errors.invalid_each(item.child("name"), name,
                          check_relaxed_environment_name(name.as_string()));
    }
    validate_value_from(variables.at(i), item.child("valueFrom"), errors);
  }
}

void validate_env_from(const Value& sources, const FieldPath& path, FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const Value& source = sources.at(i);
    const FieldPath item = path.index(i);
    if (const Value& prefix = source["prefix"_key]; !prefix.is_empty()) {
      errors.invalid_each(item.child("prefix"), prefix,
                          check_relaxed_environment_name(prefix.as_string()));
    }
    int found = 0;
    if (const Value& ref = source["configMapRef"_key]; !ref.is_null()) {
      ++found;
      validate_env_source(ref, item.child("configMapRef"), errors);
    }
    if (const Value& ref = source["secretRef"_key]; !ref.is_null()) {
      ++found;
      validate_env_source(ref, item.child("secretRef"), errors);
    }
    if (found == 0) {
      errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
    } else if (found > 1) {
      errors.invalid(path, "", "may not have more than one field specified at a time");
    }
  }
}

}  // namespace rockpool::api::validation
