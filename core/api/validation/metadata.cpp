// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "core/api/ip.h"
#include "core/api/object.h"
#include "core/api/validation/parts.h"
#include "core/doc/ascii.h"

namespace rockpool::api::validation {

namespace {

// apimachinery's TotalAnnotationSizeLimitB.
constexpr std::int64_t kMaxAnnotationBytes = 256 * 1024;
constexpr std::size_t kMaxFieldManagerLength = 128;
constexpr std::size_t kMaxSubresourceNameLength = 256;
constexpr std::string_view kOrphan = "orphan";
constexpr std::string_view kForeground = "foregroundDeletion";

void validate_owner_reference(const Value& reference, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  const Value& api_version = reference["apiVersion"_key];
  if (api_version.is_empty() || api_version.as_string().ends_with('/')) {
    errors.invalid(path.child("apiVersion"), api_version.to_string(), "version must not be empty");
  }
  const auto must_be_set = [&](doc::KnownKeyIndex key, std::string_view field) {
    if (reference[key].is_empty()) errors.invalid(path.child(field), "", "must not be empty");
  };
  must_be_set("kind"_key, "kind");
  must_be_set("name"_key, "name");
  must_be_set("uid"_key, "uid");
  if (api_version.as_string() == "v1" && reference["kind"_key].as_string() == "Event") {
    errors.invalid(path, reference, "/v1, Kind=Event is disallowed from being an owner");
  }
}

void validate_owner_references(const Value& references, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  const auto text_of = [](const Value& reference) {
    return fmt::format("{}/{}", reference["kind"_key].as_string(),
                       reference["name"_key].as_string());
  };
  const Value* first = nullptr;
  for (const Value& reference : references.items()) {
    validate_owner_reference(reference, path, errors);
    if (!reference["controller"_key].as_bool()) continue;
    if (first == nullptr) {
      first = &reference;
    } else {
      errors.invalid(path, references,
                     fmt::format("Only one reference can have Controller set to true. Found "
                                 "\"true\" in references for {} and {}",
                                 text_of(*first), text_of(reference)));
    }
  }
}

void validate_finalizers(const Value& finalizers, const FieldPath& path,
                         FieldErrors& errors) noexcept {
  bool orphans = false;
  bool deletes = false;
  for (const Value& finalizer : finalizers.items()) {
    errors.invalid_each(path, finalizer, check_qualified_name(finalizer.as_string()));
    if (finalizer.as_string() == kOrphan) orphans = true;
    if (finalizer.as_string() == kForeground) deletes = true;
  }
  if (orphans && deletes) {
    errors.invalid(path, finalizers,
                   fmt::format("finalizer {} and {} cannot be both set", kOrphan, kForeground));
  }
}

void validate_managed_fields(const Value& entries, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Value& entry = entries.at(i);
    const FieldPath item = path.index(i);
    const std::string_view operation = entry["operation"_key].as_string();
    if (operation != "Apply" && operation != "Update") {
      errors.invalid(item.child("operation"), operation, "must be `Apply` or `Update`");
    }
    const Value& fields_type = entry["fieldsType"_key];
    if (!fields_type.is_empty() && fields_type.as_string() != "FieldsV1") {
      errors.invalid(item.child("fieldsType"), fields_type, "must be `FieldsV1`");
    }
    if (entry["manager"_key].as_string().size() > kMaxFieldManagerLength) {
      errors.too_long(item.child("manager"), kMaxFieldManagerLength);
    }
    if (entry["subresource"_key].as_string().size() > kMaxSubresourceNameLength) {
      errors.too_long(item.child("subresource"), kMaxSubresourceNameLength);
    }
  }
}

// `name is neither a standard finalizer name nor is it fully qualified`
void validate_kube_finalizer_name(std::string_view name, const FieldPath& path,
                                  FieldErrors& errors) noexcept {
  if (name.find('/') != std::string_view::npos) return;
  if (name == "kubernetes" || name == kOrphan || name == kForeground) return;
  errors.invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified");
}

void validate_kube_finalizer_names(const Value& meta, const FieldPath& path,
                                   FieldErrors& errors) noexcept {
  const FieldPath finalizers = path.child("finalizers");
  const Value& names = meta["finalizers"_key];
  for (std::size_t i = 0; i < names.size(); ++i) {
    validate_kube_finalizer_name(names.at(i).as_string(), finalizers.index(i), errors);
  }
}

void validate_no_new_finalizers(const Value& now, const Value& before, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  std::vector<std::string> added;
  for (const Value& finalizer : now.items()) {
    const auto old = before.items();
    if (std::find(old.begin(), old.end(), finalizer) == old.end()) {
      added.push_back(quote(finalizer.as_string()));
    }
  }
  if (added.empty()) return;
  std::sort(added.begin(), added.end());
  errors.forbidden(path, fmt::format("no new finalizers can be added if the object is being "
                                     "deleted, found new finalizers []string{{{}}}",
                                     fmt::join(added, ", ")));
}

void validate_shared_meta(const Value& meta, const FieldPath& path, FieldErrors& errors) noexcept {
  validate_labels(meta["labels"_key], path.child("labels"), errors);
  validate_annotations(meta["annotations"_key], path.child("annotations"), errors);
  validate_owner_references(meta["ownerReferences"_key], path.child("ownerReferences"), errors);
}

// An absent text and an empty one are the same to Go.
void validate_immutable_text(const Value& meta, const Value& old_meta, doc::KnownKeyIndex key,
                             const FieldPath& path, FieldErrors& errors) noexcept {
  if (meta[key].is_empty() && old_meta[key].is_empty()) return;
  if (meta[key] != old_meta[key]) errors.invalid(path, meta[key].to_string(), kImmutable);
}

}  // namespace

void validate_object_meta(const Value& object, bool namespaced, NameCheck check,
                          FieldErrors& errors) noexcept {
  const Value& meta = metadata(object);
  const FieldPath path{"metadata"};
  if (!meta["generateName"_key].is_empty()) {
    const std::string_view prefix = mask_trailing_dash(generate_name(object));
    errors.invalid_each(path.child("generateName"), meta["generateName"_key], check(prefix));
  }
  if (meta["name"_key].is_empty()) {
    errors.required(path.child("name"), "name or generateName is required");
  } else {
    errors.invalid_each(path.child("name"), meta["name"_key], check(name(object)));
  }
  const Value& name_space = meta["namespace"_key];
  if (!namespaced) {
    if (!name_space.is_empty()) {
      errors.forbidden(path.child("namespace"), "not allowed on this type");
    }
  } else if (name_space.is_empty()) {
    errors.required(path.child("namespace"));
  } else {
    errors.invalid_each(path.child("namespace"), name_space,
                        check_dns1123_label(name_space.as_string()));
  }
  validate_not_negative(meta["generation"_key], path.child("generation"), errors);
  validate_shared_meta(meta, path, errors);
  validate_finalizers(meta["finalizers"_key], path.child("finalizers"), errors);
  validate_managed_fields(meta["managedFields"_key], path.child("managedFields"), errors);
  validate_kube_finalizer_names(meta, path, errors);
}

void validate_object_meta_update(const Value& object, const Value& old_object,
                                 FieldErrors& errors) noexcept {
  const Value& meta = metadata(object);
  const Value& old_meta = metadata(old_object);
  const FieldPath path{"metadata"};
  if (is_being_deleted(old_object)) {
    validate_no_new_finalizers(meta["finalizers"_key], old_meta["finalizers"_key],
                               path.child("finalizers"), errors);
  }
  if (meta["resourceVersion"_key].is_empty()) {
    errors.invalid(path.child("resourceVersion"), "", "must be specified for an update");
  }
  // What was valid when it was stored still is.
  if (meta.identical(old_meta)) return;
  if (generation(object) < generation(old_object)) {
    errors.invalid(path.child("generation"), generation(object), "must not be decremented");
  }
  validate_immutable_text(meta, old_meta, "name"_key, path.child("name"), errors);
  validate_immutable_text(meta, old_meta, "namespace"_key, path.child("namespace"), errors);
  validate_immutable_text(meta, old_meta, "uid"_key, path.child("uid"), errors);
  validate_immutable(meta["creationTimestamp"_key], old_meta["creationTimestamp"_key],
                     path.child("creationTimestamp"), errors);
  validate_immutable(meta["deletionTimestamp"_key], old_meta["deletionTimestamp"_key],
                     path.child("deletionTimestamp"), errors);
  validate_immutable(meta["deletionGracePeriodSeconds"_key],
                     old_meta["deletionGracePeriodSeconds"_key],
                     path.child("deletionGracePeriodSeconds"), errors);
  validate_shared_meta(meta, path, errors);
  validate_managed_fields(meta["managedFields"_key], path.child("managedFields"), errors);
  validate_kube_finalizer_names(meta, path, errors);
}

void validate_label_name(std::string_view name, const FieldPath& path,
                         FieldErrors& errors) noexcept {
  errors.invalid_each(path, name, check_qualified_name(name));
}

void validate_labels(const Value& labels, const FieldPath& path, FieldErrors& errors) noexcept {
  for (const doc::Member& label : labels.members()) {
    validate_label_name(label.key.text(), path, errors);
    errors.invalid_each(path, label.value, check_label_value(label.value.as_string()));
  }
}

void validate_annotations(const Value& annotations, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  std::int64_t total = 0;
  for (const doc::Member& annotation : annotations.members()) {
    const std::string_view key = annotation.key.text();
    errors.invalid_each(path, key, check_qualified_name(doc::to_lower(key)));
    total += static_cast<std::int64_t>(key.size() + annotation.value.as_string().size());
  }
  if (total > kMaxAnnotationBytes) errors.too_long(path, kMaxAnnotationBytes);
}

void validate_label_selector(const Value& selector, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  validate_labels(selector["matchLabels"_key], path.child("matchLabels"), errors);
  const FieldPath expressions_path = path.child("matchExpressions");
  const Value& expressions = selector["matchExpressions"_key];
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    const Value& expression = expressions.at(i);
    const FieldPath item = expressions_path.index(i);
    const FieldPath values_path = item.child("values");
    const Value& values = expression["values"_key];
    const std::string_view op = expression["operator"_key].as_string();
    if (op == "In" || op == "NotIn") {
      if (values.size() == 0) {
        errors.required(values_path, "must be specified when `operator` is 'In' or 'NotIn'");
      }
    } else if (op == "Exists" || op == "DoesNotExist") {
      if (values.size() != 0) {
        errors.forbidden(values_path,
                         "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      }
    } else {
      errors.invalid(item.child("operator"), op, "not a valid selector operator");
    }
    validate_label_name(expression["key"_key].as_string(), item.child("key"), errors);
    for (std::size_t j = 0; j < values.size(); ++j) {
      errors.invalid_each(values_path.index(j), values.at(j),
                          check_label_value(values.at(j).as_string()));
    }
  }
}

void validate_finalizer_name(std::string_view name, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  errors.invalid_each(path, name, check_qualified_name(name));
  validate_kube_finalizer_name(name, path, errors);
}

void validate_immutable(const Value& now, const Value& before, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  if (now != before) errors.invalid(path, now, kImmutable);
}

void validate_not_negative(const Value& number, const FieldPath& path,
                           FieldErrors& errors) noexcept {
  if (number.as_int() < 0) errors.invalid(path, number, kNotNegative);
}

void validate_ip(const Value& text, const FieldPath& path, FieldErrors& errors) noexcept {
  if (!parse_ip(text.as_string())) {
    errors.invalid(path, text.to_string(),
                   "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
  }
}

void validate_cidr(const Value& text, const FieldPath& path, FieldErrors& errors) noexcept {
  if (!parse_cidr(text.as_string())) {
    errors.invalid(path, text.to_string(),
                   "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
  }
}

void validate_non_special_ip(const Value& text, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  const std::optional<IpAddress> ip = parse_ip(text.as_string());
  if (!ip) {
    errors.invalid(path, text.to_string(), "must be a valid IP address");
    return;
  }
  if (ip->is_unspecified()) {
    errors.invalid(path, text, fmt::format("may not be unspecified ({})", text.as_string()));
  }
  if (ip->is_loopback()) {
    errors.invalid(path, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
  }
  if (ip->is_link_local_unicast()) {
    errors.invalid(path, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  }
  if (ip->is_link_local_multicast()) {
    errors.invalid(path, text,
                   "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
  }
}

void validate_port_number_or_name(const Value& port, const FieldPath& path,
                                  FieldErrors& errors) noexcept {
  if (port.is_string()) {
    errors.invalid_each(path, port, check_port_name(port.as_string()));
  } else {
    errors.invalid_each(path, port.as_int(), check_port_number(port.as_int()));
  }
}

void validate_protocol(const Value& protocol, const FieldPath& path, FieldErrors& errors) noexcept {
  const std::string_view text = protocol.as_string();
  if (text.empty()) {
    errors.required(path);
  } else if (text != "TCP" && text != "UDP" && text != "SCTP") {
    errors.not_supported(path, protocol, {"SCTP", "TCP", "UDP"});
  }
}

bool is_dual_stack(const Value& addresses, bool items_are_objects) noexcept {
  bool ipv4 = false;
  bool ipv6 = false;
  for (const Value& item : addresses.items()) {
    const Value& text = items_are_objects ? item["ip"_key] : item;
    const std::string_view address = text.as_string();
    const std::optional<IpAddress> ip = parse_ip(address.substr(0, address.find('/')));
    if (!ip) return false;
    (ip->family == IpFamily::ipv4 ? ipv4 : ipv6) = true;
  }
  return ipv4 && ipv6;
}

void validate_one_of(const Value& text, const FieldPath& path, FieldErrors& errors,
                     std::initializer_list<std::string_view> supported) noexcept {
  if (text.is_null()) return;
  if (std::ranges::find(supported, text.as_string()) == supported.end()) {
    errors.not_supported(path, text, supported);
  }
}

void validate_domain_prefixed_path(const Value& text, const FieldPath& path,
                                   FieldErrors& errors) noexcept {
  const std::string_view whole = text.as_string();
  if (whole.empty()) return errors.required(path);
  const std::size_t slash = whole.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == whole.size()) {
    return errors.invalid(path, text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
  }
  const std::string_view domain = whole.substr(0, slash);
  const std::string_view rest = whole.substr(slash + 1);
  errors.invalid_each(path, domain, check_dns1123_subdomain(domain));
  const auto is_path_character = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view{"/-._~%!$&'()*+,;=:"}.find(c) != std::string_view::npos;
  };
  if (!std::ranges::all_of(rest, is_path_character)) {
    errors.invalid(path, rest,
                   "Invalid path (regex used for validation is "
                   "'[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')");
  }
}

}  // namespace rockpool::api::validation
