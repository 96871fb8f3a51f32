// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include "core/api/object.h"
#include "core/api/quantity.h"
#include "core/api/validation/parts.h"
#include "core/doc/ascii.h"

// PersistentVolumes and their claims (pkg/apis/core/validation), and pkg/apis/storage/validation.
namespace rockpool::api::validation {

namespace {

constexpr std::size_t kMaxParameters = 512;
constexpr std::size_t kMaxParametersSize = 256 * 1024;
constexpr std::size_t kMaxNodeIdLength = 256;
constexpr std::int64_t kMinTokenSeconds = 600;
constexpr std::int64_t kMaxTokenSeconds = std::int64_t{1} << 32;

void validate_class_name(const Value& name, const FieldPath& path, FieldErrors& errors) noexcept {
  if (name.is_empty()) return;
  errors.invalid_each(path, name, check_dns1123_subdomain(name.as_string()));
}

void validate_capacity(const Value& capacity, const FieldPath& path, FieldErrors& errors) noexcept {
  if (capacity.size() == 0) errors.required(path);
  if (!capacity.contains("storage") || capacity.size() > 1) {
    // A missing map is a null of JSON, unlike a missing pointer.
    errors.add({FieldErrorType::not_supported, path.to_string(),
                capacity.is_null() ? "null" : render_value(capacity),
                "supported values: \"storage\""});
  }
  for (const doc::Member& member : capacity.members()) {
    const FieldPath item = path.key(member.key.text());
    validate_resource_quantity(member.key.text(), member.value, item, errors);
    if (Quantity::from_value(member.value).sign() <= 0) {
      errors.invalid(item, member.value, kNotPositive);
    }
  }
}

void validate_volume_spec(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  validate_access_modes(spec["accessModes"_key], {}, path.child("accessModes"), errors);
  validate_capacity(spec["capacity"_key], path.child("capacity"), errors);
  validate_one_of(spec["persistentVolumeReclaimPolicy"_key],
                  path.child("persistentVolumeReclaimPolicy"), errors,
                  {"Delete", "Recycle", "Retain"});
  const Value& affinity = spec["nodeAffinity"_key];
  const FieldPath affinity_path = path.child("nodeAffinity");
  if (!affinity.is_null()) {
    if (affinity["required"_key].is_null()) {
      errors.required(affinity_path.child("required"), "must specify required node constraints");
    } else {
      validate_node_selector(affinity["required"_key], affinity_path.child("required"), errors);
    }
  }
  validate_persistent_source(spec, path, errors);
  if (!spec["local"_key].is_null() && affinity.is_null()) {
    errors.required(affinity_path, "Local volume requires node affinity");
  }
  if (spec["hostPath"_key]["path"_key].as_string() == "/" &&
      spec["persistentVolumeReclaimPolicy"_key].as_string() == "Recycle") {
    errors.forbidden(path.child("persistentVolumeReclaimPolicy"),
                     "may not be 'recycle' for a hostPath mount of '/'");
  }
  validate_class_name(spec["storageClassName"_key], path.child("storageClassName"), errors);
  validate_one_of(spec["volumeMode"_key], path.child("volumeMode"), errors,
                  {"Block", "Filesystem"});
}

// A spec with nothing but the source of its volume.
Value source_of(Value spec) {
  for (const doc::KnownKeyIndex key :
       {"accessModes"_key, "capacity"_key, "claimRef"_key, "mountOptions"_key, "nodeAffinity"_key,
        "persistentVolumeReclaimPolicy"_key, "storageClassName"_key,
        "volumeAttributesClassName"_key, "volumeMode"_key}) {
    spec.erase(key);
  }
  return spec;
}

void validate_provisioner(const Value& provisioner, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  const std::string text = doc::to_lower(provisioner.to_string());
  if (text.empty()) return errors.required(path);
  errors.invalid_each(path, provisioner, check_qualified_name(text));
}

void validate_parameters(const Value& parameters, FieldErrors& errors) noexcept {
  const FieldPath path{"parameters"};
  if (parameters.size() > kMaxParameters) errors.too_long(path, kMaxParameters);
  std::size_t size = 0;
  for (const doc::Member& parameter : parameters.members()) {
    if (parameter.key.text().empty()) errors.invalid(path, "", "field can not be empty.");
    size += parameter.key.text().size() + parameter.value.as_string().size();
  }
  if (size > kMaxParametersSize) errors.too_long(path, kMaxParametersSize);
}

void validate_topology(const Value& topologies, FieldErrors& errors) noexcept {
  const FieldPath path{"allowedTopologies"};
  for (std::size_t i = 0; i < topologies.size(); ++i) {
    const Value& expressions = topologies.at(i)["matchLabelExpressions"_key];
    const FieldPath list = path.index(i).child("matchLabelExpressions");
    Names seen;
    for (std::size_t j = 0; j < expressions.size(); ++j) {
      const Value& key = expressions.at(j)["key"_key];
      const Value& values = expressions.at(j)["values"_key];
      if (values.size() == 0) errors.required(list.index(j).child("values"));
      Names seen_values;
      for (std::size_t k = 0; k < values.size(); ++k) {
        if (!seen_values.insert(values.at(k).to_string()).second) {
          errors.duplicate(list.index(j).child("values").index(k), values.at(k));
        }
      }
      validate_label_name(key.as_string(), list.index(j).child("key"), errors);
      if (!seen.insert(key.to_string()).second) errors.duplicate(list.index(j).child("key"), key);
    }
  }
}

void validate_token_requests(const Value& requests, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  Names audiences;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Value& audience = requests.at(i)["audience"_key];
    if (!audiences.insert(audience.to_string()).second) {
      errors.duplicate(path.index(i).child("audience"), audience);
    }
    const Value& seconds = requests.at(i)["expirationSeconds"_key];
    if (seconds.is_null()) continue;
    const FieldPath seconds_path = path.index(i).child("expirationSeconds");
    if (seconds.as_int() < kMinTokenSeconds) {
      errors.invalid(seconds_path, seconds, "may not specify a duration less than 10 minutes");
    }
    if (seconds.as_int() > kMaxTokenSeconds) {
      errors.invalid(seconds_path, seconds, "may not specify a duration larger than 2^32 seconds");
    }
  }
}

void validate_node_driver(const Value& driver, Names& names, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  validate_csi_driver_name(driver["name"_key], path.child("name"), errors);
  const Value& node = driver["nodeID"_key];
  if (node.is_empty()) {
    errors.required(path.child("nodeID"), node.as_string());
  } else if (node.as_string().size() > kMaxNodeIdLength) {
    errors.invalid(path.child("nodeID"), node, "must be 256 characters or less");
  }
  validate_not_negative(driver["allocatable"_key]["count"_key],
                        path.child("allocatable").child("count"), errors);
  if (!names.insert(driver["name"_key].to_string()).second) {
    errors.duplicate(path.child("name"), driver["name"_key]);
  }
  Names keys;
  const Value& topology = driver["topologyKeys"_key];
  for (const Value& key : topology.items()) {
    if (!keys.insert(key.to_string()).second) errors.duplicate(path.child("topologyKeys"), key);
    errors.invalid_each(path.child("topologyKeys"), key, check_qualified_name(key.as_string()));
  }
}

void validate_quantity_not_negative(const Value& quantity, const FieldPath& path,
                                    FieldErrors& errors) noexcept {
  if (Quantity::from_value(quantity).sign() < 0) errors.invalid(path, quantity, kNotNegative);
}

}  // namespace

void validate_persistent_volume(const Value& volume, FieldErrors& errors) noexcept {
  validate_object_meta(volume, false, check_dns1123_subdomain, errors);
  validate_volume_spec(volume["spec"_key], FieldPath{"spec"}, errors);
}

void validate_persistent_volume_update(const Value& volume, const Value& old_volume,
                                       FieldErrors& errors) noexcept {
  const Value& spec = volume["spec"_key];
  const Value& old_spec = old_volume["spec"_key];
  const FieldPath path{"spec"};
  if (source_of(spec) != source_of(old_spec)) {
    errors.forbidden(path.child("persistentvolumesource"),
                     "spec.persistentvolumesource is immutable after creation");
  }
  validate_immutable(spec["volumeMode"_key], old_spec["volumeMode"_key], path.child("volumeMode"),
                     errors);
  if (!old_spec["nodeAffinity"_key].is_null()) {
    validate_immutable(spec["nodeAffinity"_key], old_spec["nodeAffinity"_key],
                       path.child("nodeAffinity"), errors);
  }
}

void validate_claim(const Value& claim, FieldErrors& errors) noexcept {
  validate_object_meta(claim, true, check_dns1123_subdomain, errors);
  validate_claim_spec(claim["spec"_key], FieldPath{"spec"}, errors);
}

// A bound claim may grow and change its attributes; a claim may be bound.
void validate_claim_update(const Value& claim, const Value& old_claim,
                           FieldErrors& errors) noexcept {
  Value spec = claim["spec"_key];
  const Value& old_spec = old_claim["spec"_key];
  const bool is_bound = claim["status"_key]["phase"_key].as_string() == "Bound";
  const auto allow = [&](doc::KnownKeyIndex key) {
    if (old_spec[key].is_null()) {
      spec.erase(key);
    } else {
      spec.set(key, old_spec[key]);
    }
  };
  if (old_spec["volumeName"_key].is_empty()) allow("volumeName"_key);
  if (is_bound) {
    allow("resources"_key);
    allow("volumeAttributesClassName"_key);
  }
  if (spec != old_spec) {
    errors.forbidden(FieldPath{"spec"},
                     "spec is immutable after creation except resources.requests and "
                     "volumeAttributesClassName for bound claims");
  }
  const Value& capacity = old_claim["status"_key]["capacity"_key]["storage"];
  const Value& request = claim["spec"_key]["resources"_key]["requests"_key]["storage"];
  if (is_bound && !capacity.is_null() &&
      Quantity::from_value(request) < Quantity::from_value(capacity)) {
    errors.forbidden(FieldPath{"spec"}.child("resources").child("requests").child("storage"),
                     "field can not be less than status.capacity");
  }
}

void validate_storage_class(const Value& storage_class, FieldErrors& errors) noexcept {
  validate_object_meta(storage_class, false, check_dns1123_subdomain, errors);
  validate_provisioner(storage_class["provisioner"_key], FieldPath{"provisioner"}, errors);
  validate_parameters(storage_class["parameters"_key], errors);
  validate_one_of(storage_class["reclaimPolicy"_key], FieldPath{"reclaimPolicy"}, errors,
                  {"Delete", "Retain"});
  validate_one_of(storage_class["volumeBindingMode"_key], FieldPath{"volumeBindingMode"}, errors,
                  {"Immediate", "WaitForFirstConsumer"});
  validate_topology(storage_class["allowedTopologies"_key], errors);
}

void validate_storage_class_update(const Value& storage_class, const Value& old_storage_class,
                                   FieldErrors& errors) noexcept {
  for (const doc::KnownKeyIndex key : {"parameters"_key, "provisioner"_key, "reclaimPolicy"_key}) {
    if (storage_class[key] == old_storage_class[key]) continue;
    const std::string field{doc::kKnownKeys[key.value]};
    errors.forbidden(FieldPath{field}, "updates to " + field + " are forbidden.");
  }
  validate_immutable(storage_class["volumeBindingMode"_key],
                     old_storage_class["volumeBindingMode"_key], FieldPath{"volumeBindingMode"},
                     errors);
}

void validate_csi_driver(const Value& driver, FieldErrors& errors) noexcept {
  validate_object_meta(driver, false, check_dns1123_subdomain, errors);
  validate_csi_driver_name(metadata(driver)["name"_key], FieldPath{"name"}, errors);
  const Value& spec = driver["spec"_key];
  const FieldPath path{"spec"};
  const Value& modes = spec["volumeLifecycleModes"_key];
  for (const Value& mode : modes.items()) {
    validate_one_of(mode, path.child("volumeLifecycleModes"), errors, {"Ephemeral", "Persistent"});
  }
  validate_one_of(spec["fsGroupPolicy"_key], path.child("fsGroupPolicy"), errors,
                  {"File", "None", "ReadWriteOnceWithFSType"});
  validate_token_requests(spec["tokenRequests"_key], path.child("tokenRequests"), errors);
}

void validate_csi_driver_update(const Value& driver, const Value& old_driver,
                                FieldErrors& errors) noexcept {
  for (const doc::KnownKeyIndex key : {"attachRequired"_key, "volumeLifecycleModes"_key}) {
    validate_immutable(driver["spec"_key][key], old_driver["spec"_key][key],
                       FieldPath{"spec"}.child(doc::kKnownKeys[key.value]), errors);
  }
}

void validate_csi_node(const Value& node, FieldErrors& errors) noexcept {
  validate_object_meta(node, false, check_dns1123_subdomain, errors);
  const Value& drivers = node["spec"_key]["drivers"_key];
  const FieldPath path = FieldPath{"spec"}.child("drivers");
  Names names;
  for (std::size_t i = 0; i < drivers.size(); ++i) {
    validate_node_driver(drivers.at(i), names, path.index(i), errors);
  }
}

void validate_volume_attachment(const Value& attachment, FieldErrors& errors) noexcept {
  validate_object_meta(attachment, false, check_dns1123_subdomain, errors);
  const Value& spec = attachment["spec"_key];
  const FieldPath path{"spec"};
  validate_csi_driver_name(spec["attacher"_key], path.child("attacher"), errors);
  const Value& name = spec["source"_key]["persistentVolumeName"_key];
  const Value& inline_spec = spec["source"_key]["inlineVolumeSpec"_key];
  const FieldPath source_path = path.child("source");
  constexpr std::string_view kOne =
      "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
  if (name.is_null() && inline_spec.is_null()) {
    errors.required(source_path, kOne);
  } else if (!name.is_null() && !inline_spec.is_null()) {
    errors.forbidden(source_path, kOne);
  } else if (!name.is_null() && name.is_empty()) {
    errors.required(source_path.child("persistentVolumeName"),
                    "must specify non empty persistentVolumeName");
  } else if (!inline_spec.is_null() && inline_spec["csi"_key].is_null()) {
    errors.required(source_path.child("inlineVolumeSpec").child("csi"));
  }
  errors.invalid_each(path.child("nodeName"), spec["nodeName"_key],
                      check_dns1123_subdomain(spec["nodeName"_key].as_string()));
}

void validate_volume_attachment_update(const Value& attachment, const Value& old_attachment,
                                       FieldErrors& errors) noexcept {
  validate_immutable(attachment["spec"_key], old_attachment["spec"_key], FieldPath{"spec"}, errors);
}

void validate_storage_capacity(const Value& capacity, FieldErrors& errors) noexcept {
  validate_object_meta(capacity, true, check_dns1123_subdomain, errors);
  validate_label_selector(capacity["nodeTopology"_key], FieldPath{"nodeTopology"}, errors);
  const Value& name = capacity["storageClassName"_key];
  errors.invalid_each(FieldPath{"storageClassName"}, name,
                      check_dns1123_subdomain(name.as_string()));
  for (const doc::KnownKeyIndex key : {"capacity"_key, "maximumVolumeSize"_key}) {
    validate_quantity_not_negative(capacity[key], FieldPath{doc::kKnownKeys[key.value]}, errors);
  }
}

void validate_storage_capacity_update(const Value& capacity, const Value& old_capacity,
                                      FieldErrors& errors) noexcept {
  for (const doc::KnownKeyIndex key : {"nodeTopology"_key, "storageClassName"_key}) {
    validate_immutable(capacity[key], old_capacity[key], FieldPath{doc::kKnownKeys[key.value]},
                       errors);
  }
}

}  // namespace rockpool::api::validation
