// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "core/api/quantity.h"
#include "core/api/validation/parts.h"

// What the downward API can be asked for, in environments and in volumes.
namespace rockpool::api::validation {
namespace {

// The path of `a['b']` and its subscript; empty if the text has none.
struct Subscripted {
  std::string_view path;
  std::string_view subscript;
};

std::optional<Subscripted> split_subscript(std::string_view text) {
  if (!text.ends_with("']")) return std::nullopt;
  const std::size_t open = text.find("['");
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  return Subscripted{text.substr(0, open), text.substr(open + 2, text.size() - open - 4)};
}

constexpr std::string_view kEnvironmentFields[] = {"metadata.name",
                                                   "metadata.namespace",
                                                   "metadata.uid",
                                                   "spec.nodeName",
                                                   "spec.serviceAccountName",
                                                   "status.hostIP",
                                                   "status.hostIPs",
                                                   "status.podIP",
                                                   "status.podIPs"};
constexpr std::string_view kVolumeFields[] = {"metadata.annotations", "metadata.labels",
                                              "metadata.name", "metadata.namespace",
                                              "metadata.uid"};
// Fields that exist for this purpose at all, used or not (ConvertDownwardAPIFieldLabel).
constexpr std::string_view kConvertibleFields[] = {"spec.restartPolicy", "spec.schedulerName",
                                                   "status.phase"};
constexpr std::string_view kResourceFields[] = {
    "limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
    "requests.cpu", "requests.ephemeral-storage", "requests.memory"};

template <std::size_t Size>
bool lists(const std::string_view (&names)[Size], std::string_view name) noexcept {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

void validate_divisor(std::string_view resource, const Value& value, const FieldPath& path,
                      FieldErrors& errors) noexcept {
  const Quantity divisor = Quantity::from_value(value);
  if (divisor.is_zero()) return;
  const std::string text = divisor.to_string();
  if (resource == "limits.cpu" || resource == "requests.cpu") {
    if (text != "1" && text != "1m") {
      errors.invalid(path, resource,
                     "only divisor's values 1m and 1 are supported with the cpu resource");
    }
    return;
  }
  constexpr std::string_view kSizes[] = {"1",   "1k",  "1M",  "1G",  "1T",  "1P", "1E",
                                         "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"};
  if (lists(kSizes, text)) return;
  const std::string_view what = resource.ends_with(".memory") ? "memory resource"
                                : resource.ends_with(".ephemeral-storage")
                                    ? "local ephemeral storage resource"
                                    : "hugepages resource";
  errors.invalid(path, resource,
                 fmt::format("only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, "
                             "1Ti, 1Pi, 1Ei are supported with the {}",
                             what));
}

}  // namespace

void validate_field_ref(const Value& ref, FieldRefUse use, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  const Value& version = ref["apiVersion"_key];
  const Value& field = ref["fieldPath"_key];
  const FieldPath field_path = path.child("fieldPath");
  if (version.is_empty()) return errors.required(path.child("apiVersion"));
  if (field.is_empty()) return errors.required(field_path);
  const std::string_view text = field.as_string();
  if (version.as_string() != "v1") {
    return errors.invalid(field_path, field,
                          fmt::format("error converting fieldPath: unsupported pod version: {}",
                                      version.as_string()));
  }
  if (const auto split = split_subscript(text)) {
    if (split->path == "metadata.annotations" || split->path == "metadata.labels") {
      errors.invalid_each(path, split->subscript, check_qualified_name(split->subscript));
    } else {
      errors.invalid(field_path, field,
                     fmt::format("error converting fieldPath: field label does not support "
                                 "subscript: {}",
                                 text));
    }
    return;
  }
  if (!lists(kEnvironmentFields, text) && !lists(kVolumeFields, text) &&
      !lists(kConvertibleFields, text)) {
    return errors.invalid(
        field_path, field,
        fmt::format("error converting fieldPath: field label not supported: {}", text));
  }
  if (use == FieldRefUse::environment ? !lists(kEnvironmentFields, text)
                                      : !lists(kVolumeFields, text)) {
    errors.not_supported(field_path, field,
                         use == FieldRefUse::environment
                             ? std::span<const std::string_view>{kEnvironmentFields}
                             : std::span<const std::string_view>{kVolumeFields});
  }
}

void validate_resource_field_ref(const Value& ref, FieldRefUse use, const FieldPath& path,
                                 FieldErrors& errors) noexcept {
  const std::string_view resource = ref["resource"_key].as_string();
  if (use == FieldRefUse::volume && ref["containerName"_key].is_empty()) {
    errors.required(path.child("containerName"));
  } else if (resource.empty()) {
    errors.required(path.child("resource"));
  } else if (!lists(kResourceFields, resource) && !resource.starts_with("requests.hugepages-") &&
             !resource.starts_with("limits.hugepages-")) {
    errors.not_supported(path.child("resource"), resource, kResourceFields);
  }
  validate_divisor(resource, ref["divisor"_key], path.child("divisor"), errors);
}

}  // namespace rockpool::api::validation
