// SPDX-License-Identifier: Apache-2.0
#include "core/api/object.h"
#include "core/api/validation/parts.h"
#include "core/doc/base64.h"
#include "core/doc/json.h"

namespace rockpool::api::validation {

namespace {

// core.MaxSecretSize, for ConfigMaps too.
constexpr std::int64_t kMaxDataBytes = 1024 * 1024;
constexpr std::string_view kFrozen = "field is immutable when `immutable` is set";
constexpr std::string_view kServiceAccountNameAnnotation = "kubernetes.io/service-account.name";

// The number of bytes behind base64 text.
std::int64_t decoded_size(const Value& text) {
  const auto bytes = doc::decode_base64(text.as_string());
  return bytes ? static_cast<std::int64_t>(bytes->size()) : 0;
}

// Members that may not change once `immutable` is set, nor may that be taken back.
void validate_frozen(const Value& now, const Value& before,
                     std::initializer_list<doc::KnownKeyIndex> keys, FieldErrors& errors) noexcept {
  if (!before["immutable"_key].as_bool()) return;
  if (!now["immutable"_key].as_bool()) errors.forbidden(FieldPath{"immutable"}, kFrozen);
  for (const doc::KnownKeyIndex key : keys) {
    if (now[key] != before[key]) {
      errors.forbidden(FieldPath{doc::kKnownKeys[key.value]}, kFrozen);
    }
  }
}

void require_entry(const Value& data, std::string_view key, FieldErrors& errors) noexcept {
  if (!data.contains(key)) errors.required(FieldPath{"data"}.key(key));
}

void require_json_entry(const Value& data, std::string_view key, FieldErrors& errors) noexcept {
  const Value* entry = data.find(key);
  const FieldPath path = FieldPath{"data"}.key(key);
  if (entry == nullptr) return errors.required(path);
  const auto bytes = doc::decode_base64(entry->as_string());
  const auto json = doc::parse_json(bytes ? *bytes : std::string{});
  if (!json) {
    errors.invalid(path, "<secret contents redacted>", json.error().message);
  } else if (!json->is_object()) {
    errors.invalid(path, "<secret contents redacted>",
                   "json: cannot unmarshal " + std::string{doc::kind_name(json->kind())} +
                       " into Go value of type map[string]interface {}");
  }
}

void validate_secret_type(const Value& secret, FieldErrors& errors) noexcept {
  const std::string_view type = secret["type"_key].as_string();
  const Value& data = secret["data"_key];
  if (type == "kubernetes.io/service-account-token") {
    if (annotation(secret, kServiceAccountNameAnnotation).empty()) {
      errors.required(
          FieldPath{"metadata"}.child("annotations").key(kServiceAccountNameAnnotation));
    }
  } else if (type == "kubernetes.io/dockercfg") {
    require_json_entry(data, ".dockercfg", errors);
  } else if (type == "kubernetes.io/dockerconfigjson") {
    require_json_entry(data, ".dockerconfigjson", errors);
  } else if (type == "kubernetes.io/basic-auth") {
    if (!data.contains("username") && !data.contains("password")) {
      require_entry(data, "username", errors);
      require_entry(data, "password", errors);
    }
  } else if (type == "kubernetes.io/ssh-auth") {
    if (data["ssh-privatekey"].is_empty()) {
      errors.required(FieldPath{"data"}.key("ssh-privatekey"));
    }
  } else if (type == "kubernetes.io/tls") {
    require_entry(data, "tls.crt", errors);
    require_entry(data, "tls.key", errors);
  }
}

}  // namespace

void validate_config_map(const Value& config_map, FieldErrors& errors) noexcept {
  validate_object_meta(config_map, true, check_dns1123_subdomain, errors);
  std::int64_t total = 0;
  const FieldPath data_path{"data"};
  const FieldPath binary_path{"binaryData"};
  const Value& binary = config_map["binaryData"_key];
  for (const doc::Member& entry : config_map["data"_key].members()) {
    const std::string_view key = entry.key.text();
    errors.invalid_each(data_path.key(key), key, check_config_map_key(key));
    if (binary.find(entry.key) != nullptr) {
      errors.invalid(data_path.key(key), key, "duplicate of key present in binaryData");
    }
    total += static_cast<std::int64_t>(entry.value.as_string().size());
  }
  for (const doc::Member& entry : binary.members()) {
    const std::string_view key = entry.key.text();
    errors.invalid_each(binary_path.key(key), key, check_config_map_key(key));
    total += decoded_size(entry.value);
  }
  if (total > kMaxDataBytes) errors.too_long(FieldPath{}, kMaxDataBytes);
}

void validate_config_map_update(const Value& config_map, const Value& old_config_map,
                                FieldErrors& errors) noexcept {
  validate_object_meta_update(config_map, old_config_map, errors);
  validate_frozen(config_map, old_config_map, {"data"_key, "binaryData"_key}, errors);
  validate_config_map(config_map, errors);
}

void validate_secret(const Value& secret, FieldErrors& errors) noexcept {
  validate_object_meta(secret, true, check_dns1123_subdomain, errors);
  std::int64_t total = 0;
  const FieldPath path{"data"};
  for (const doc::Member& entry : secret["data"_key].members()) {
    const std::string_view key = entry.key.text();
    errors.invalid_each(path.key(key), key, check_config_map_key(key));
    total += decoded_size(entry.value);
  }
  if (total > kMaxDataBytes) errors.too_long(path, kMaxDataBytes);
  validate_secret_type(secret, errors);
}

void validate_secret_update(const Value& secret, const Value& old_secret,
                            FieldErrors& errors) noexcept {
  validate_object_meta_update(secret, old_secret, errors);
  validate_immutable(secret["type"_key], old_secret["type"_key], FieldPath{"type"}, errors);
  validate_frozen(secret, old_secret, {"data"_key}, errors);
  validate_secret(secret, errors);
}

}  // namespace rockpool::api::validation
