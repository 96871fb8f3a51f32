// SPDX-License-Identifier: Apache-2.0
#include "core/api/quantity.h"
#include "core/api/validation/parts.h"

namespace rockpool::api::validation {
namespace {

// What a new volume is filled from; the old and the new name of the same field must agree.
void validate_data_source(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  for (const doc::KnownKeyIndex key : {"dataSource"_key, "dataSourceRef"_key}) {
    const Value& source = spec[key];
    if (source.is_null()) continue;
    const FieldPath source_path = path.child(doc::kKnownKeys[key.value]);
    if (source["name"_key].is_empty()) errors.required(source_path.child("name"));
    if (source["kind"_key].is_empty()) errors.required(source_path.child("kind"));
    if (source["apiGroup"_key].is_empty() &&
        source["kind"_key].as_string() != "PersistentVolumeClaim") {
      errors.invalid(source_path, source["kind"_key],
                     "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
    }
  }
  const Value& source = spec["dataSource"_key];
  const Value& ref = spec["dataSourceRef"_key];
  if (!source.is_null() && !ref.is_null() && ref["namespace"_key].is_empty() && source != ref) {
    errors.invalid(path, spec, "must match dataSourceRef");
  }
}

}  // namespace

void validate_access_modes(const Value& modes, std::string_view absent, const FieldPath& path,
                           FieldErrors& errors) noexcept {
  if (modes.size() == 0) return errors.required(path, absent);
  bool exclusive = false;
  bool shared = false;
  for (const Value& mode : modes.items()) {
    const std::string_view text = mode.as_string();
    if (text == "ReadWriteOncePod") {
      exclusive = true;
    } else if (text == "ReadWriteOnce" || text == "ReadOnlyMany" || text == "ReadWriteMany") {
      shared = true;
    } else {
      errors.not_supported(path, mode,
                           {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"});
    }
  }
  if (exclusive && shared) {
    errors.forbidden(path, "may not use ReadWriteOncePod with other access modes");
  }
}

void validate_claim_spec(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  validate_label_selector(spec["selector"_key], path.child("selector"), errors);
  validate_access_modes(spec["accessModes"_key], "at least 1 access mode is required",
                        path.child("accessModes"), errors);
  const FieldPath storage_path = path.child("resources").key("storage");
  const Value& storage = spec["resources"_key]["requests"_key]["storage"];
  if (storage.is_null()) {
    errors.required(storage_path);
  } else {
    validate_resource_quantity("storage", storage, storage_path, errors);
    if (Quantity::from_value(storage).sign() <= 0) {
      errors.invalid(storage_path, storage, kNotPositive);
    }
  }
  const Value& storage_class = spec["storageClassName"_key];
  if (!storage_class.is_empty()) {
    errors.invalid_each(path.child("storageClassName"), storage_class,
                        check_dns1123_subdomain(storage_class.as_string()));
  }
  const Value& mode = spec["volumeMode"_key];
  if (!mode.is_null() && mode.as_string() != "Block" && mode.as_string() != "Filesystem") {
    errors.not_supported(path.child("volumeMode"), mode, {"Block", "Filesystem"});
  }
  validate_data_source(spec, path, errors);
}

}  // namespace rockpool::api::validation
