// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include "core/api/validation/parts.h"
#include "core/api/validation/volume_sources.h"

// Volumes of files that the API server knows: Secrets, ConfigMaps, the downward API, tokens.
namespace rockpool::api::validation {
namespace {

constexpr std::string_view kFileModeError =
    "must be a number between 0 and 0777 (octal), both inclusive";
constexpr std::int64_t kMinTokenExpirationSeconds = 600;
constexpr std::int64_t kMaxTokenExpirationSeconds = std::int64_t{1} << 32;

void validate_file_mode(const Value& mode, const FieldPath& path, FieldErrors& errors) noexcept {
  if (mode.is_integer() && (mode.as_int() > 0777 || mode.as_int() < 0)) {
    errors.invalid(path, mode, kFileModeError);
  }
}

// ValidateLocalNonReservedPath.
void validate_local_non_reserved_path(const Value& text, const FieldPath& path,
                                      FieldErrors& errors) noexcept {
  validate_local_descending_path(text, path, errors);
  const std::string_view target = text.as_string();
  if (target.starts_with("..") && !target.starts_with("../") && target != "..") {
    errors.invalid(path, text, "must not start with '..'");
  }
}

void validate_key_to_path(const Value& item, const FieldPath& path, FieldErrors& errors) noexcept {
  require(item, "key"_key, path, errors);
  require(item, "path"_key, path, errors);
  validate_local_non_reserved_path(item["path"_key], path.child("path"), errors);
  validate_file_mode(item["mode"_key], path.child("mode"), errors);
}

void validate_items(const Value& source, const FieldPath& path, FieldErrors& errors) noexcept {
  const FieldPath items_path = path.child("items");
  const Value& items = source["items"_key];
  for (std::size_t i = 0; i < items.size(); ++i) {
    validate_key_to_path(items.at(i), items_path.index(i), errors);
  }
}

void validate_downward_file(const Value& file, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  require(file, "path"_key, path, errors);
  validate_local_non_reserved_path(file["path"_key], path.child("path"), errors);
  const Value& field_ref = file["fieldRef"_key];
  const Value& resource_ref = file["resourceFieldRef"_key];
  if (!field_ref.is_null()) {
    validate_field_ref(field_ref, FieldRefUse::volume, path.child("fieldRef"), errors);
    if (!resource_ref.is_null()) {
      errors.invalid(path, "resource",
                     "fieldRef and resourceFieldRef can not be specified simultaneously");
    }
  } else if (!resource_ref.is_null()) {
    validate_resource_field_ref(resource_ref, FieldRefUse::volume, path.child("resourceFieldRef"),
                                errors);
  } else {
    errors.required(path, "one of fieldRef and resourceFieldRef is required");
  }
  validate_file_mode(file["mode"_key], path.child("mode"), errors);
}

// The paths that the sources of one projected volume have taken.
class ProjectedPaths {
 public:
  ProjectedPaths(const FieldPath& path, FieldErrors& errors) : path_{path}, errors_{errors} {}

  // `blame` is what the message shows.
  void take(const Value& target, const Value& blame) {
    if (target.is_empty()) return;
    if (!taken_.insert(target.to_string()).second) {
      errors_.invalid(path_, blame, "conflicting duplicate paths");
    }
  }

 private:
  const FieldPath& path_;
  FieldErrors& errors_;
  Names taken_;
};

void validate_projected_items(const Value& source, const FieldPath& path, ProjectedPaths& paths,
                              FieldErrors& errors) noexcept {
  require(source, "name"_key, path, errors);
  validate_items(source, path, errors);
  for (const Value& item : source["items"_key].items()) {
    paths.take(item["path"_key], source["name"_key]);
  }
}

void validate_token_projection(const Value& token, const FieldPath& volume_path,
                               const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& seconds = token["expirationSeconds"_key];
  if (seconds.as_int() < kMinTokenExpirationSeconds) {
    errors.invalid(path.child("expirationSeconds"), seconds,
                   "may not specify a duration less than 10 minutes");
  }
  if (seconds.as_int() > kMaxTokenExpirationSeconds) {
    errors.invalid(path.child("expirationSeconds"), seconds,
                   "may not specify a duration larger than 2^32 seconds");
  }
  if (token["path"_key].is_empty()) {
    errors.required(volume_path.child("path"));
  } else {
    validate_local_non_reserved_path(token["path"_key], volume_path.child("path"), errors);
  }
}

void validate_trust_bundle(const Value& bundle, const FieldPath& path, ProjectedPaths& paths,
                           FieldErrors& errors) noexcept {
  const bool by_name = !bundle["name"_key].is_null();
  const bool by_signer = !bundle["signerName"_key].is_null();
  if (by_name && by_signer) {
    errors.invalid(path, bundle, "only one of name and signerName may be used");
  } else if (by_name) {
    if (bundle["name"_key].is_empty()) {
      errors.required(path.child("name"), "must be a valid object name");
    }
    if (!bundle["labelSelector"_key].is_null()) {
      errors.invalid(path.child("labelSelector"), bundle["labelSelector"_key],
                     "labelSelector must be unset if name is specified");
    }
  } else if (by_signer) {
    if (bundle["signerName"_key].is_empty()) {
      errors.required(path.child("signerName"), "must be a valid signer name");
    }
    validate_label_selector(bundle["labelSelector"_key], path.child("labelSelector"), errors);
  } else {
    errors.required(path, "either name or signerName must be specified");
  }
  require(bundle, "path"_key, path, errors);
  validate_local_non_reserved_path(bundle["path"_key], path.child("path"), errors);
  paths.take(bundle["path"_key], bundle["path"_key]);
}

void validate_projected_source(const Value& source, const FieldPath& volume_path,
                               const FieldPath& path, ProjectedPaths& paths,
                               FieldErrors& errors) noexcept {
  int sources = 0;
  if (const Value& secret = source["secret"_key]; !secret.is_null()) {
    ++sources;
    validate_projected_items(secret, path.child("secret"), paths, errors);
  }
  if (const Value& config_map = source["configMap"_key]; !config_map.is_null()) {
    ++sources;
    validate_projected_items(config_map, path.child("configMap"), paths, errors);
  }
  if (const Value& downward = source["downwardAPI"_key]; !downward.is_null()) {
    ++sources;
    for (const Value& file : downward["items"_key].items()) {
      validate_downward_file(file, path.child("downwardAPI"), errors);
      paths.take(file["path"_key], file["path"_key]);
    }
  }
  if (const Value& token = source["serviceAccountToken"_key]; !token.is_null()) {
    ++sources;
    validate_token_projection(token, volume_path, path.child("serviceAccountToken"), errors);
  }
  if (const Value& bundle = source["clusterTrustBundle"_key]; !bundle.is_null()) {
    ++sources;
    validate_trust_bundle(bundle, path.child("clusterTrustBundle"), paths, errors);
  }
  if (sources > 1) errors.forbidden(path, "may not specify more than 1 volume type per source");
}

}  // namespace

void validate_secret_source(const Value& source, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  require(source, "secretName"_key, path, errors);
  validate_file_mode(source["defaultMode"_key], path.child("defaultMode"), errors);
  validate_items(source, path, errors);
}

void validate_config_map_source(const Value& source, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  require(source, "name"_key, path, errors);
  validate_file_mode(source["defaultMode"_key], path.child("defaultMode"), errors);
  validate_items(source, path, errors);
}

void validate_downward_source(const Value& source, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  validate_file_mode(source["defaultMode"_key], path.child("defaultMode"), errors);
  for (const Value& file : source["items"_key].items()) {
    validate_downward_file(file, path, errors);
  }
}

void validate_projected(const Value& projected, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  validate_file_mode(projected["defaultMode"_key], path.child("defaultMode"), errors);
  ProjectedPaths paths{path, errors};
  const FieldPath sources_path = path.child("sources");
  const Value& sources = projected["sources"_key];
  for (std::size_t i = 0; i < sources.size(); ++i) {
    validate_projected_source(sources.at(i), path, sources_path.index(i), paths, errors);
  }
}

void validate_path_no_backsteps(const Value& text, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  std::string_view rest = text.as_string();
  while (true) {
    const std::size_t slash = rest.find('/');
    if (rest.substr(0, slash) == "..") {
      errors.invalid(path, text, "must not contain '..'");
      return;
    }
    if (slash == std::string_view::npos) return;
    rest.remove_prefix(slash + 1);
  }
}

void validate_local_descending_path(const Value& text, const FieldPath& path,
                                    FieldErrors& errors) noexcept {
  if (text.as_string().starts_with('/')) errors.invalid(path, text, "must be a relative path");
  validate_path_no_backsteps(text, path, errors);
}

}  // namespace rockpool::api::validation
