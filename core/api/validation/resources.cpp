// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/api/quantity.h"
#include "core/api/validation/parts.h"

namespace rockpool::api::validation {

namespace {

constexpr std::string_view kHugePages = "hugepages-";
constexpr std::string_view kCountedResources[] = {"pods",
                                                  "resourcequotas",
                                                  "services",
                                                  "replicationcontrollers",
                                                  "secrets",
                                                  "configmaps",
                                                  "persistentvolumeclaims",
                                                  "services.nodeports",
                                                  "services.loadbalancers"};
constexpr std::string_view kOtherStandardResources[] = {
    "cpu",          "memory",          "ephemeral-storage",
    "requests.cpu", "requests.memory", "requests.ephemeral-storage",
    "limits.cpu",   "limits.memory",   "limits.ephemeral-storage",
    "storage",      "requests.storage"};

template <std::size_t Size>
bool lists(const std::string_view (&names)[Size], std::string_view name) noexcept {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool is_huge_page(std::string_view name) noexcept {
  return name.starts_with(kHugePages);
}

// Unprefixed, or of kubernetes.io.
bool is_native(std::string_view name) noexcept {
  return name.find('/') == std::string_view::npos ||
         name.find("kubernetes.io/") != std::string_view::npos;
}

bool is_standard(std::string_view name) noexcept {
  return lists(kCountedResources, name) || lists(kOtherStandardResources, name) ||
         is_huge_page(name) || name.starts_with("requests.hugepages-");
}

bool is_standard_for_containers(std::string_view name) noexcept {
  return name == "cpu" || name == "memory" || name == "ephemeral-storage" || is_huge_page(name);
}

bool is_extended(std::string_view name) noexcept {
  if (is_native(name) || name.starts_with("requests.")) return false;
  return check_qualified_name("requests." + std::string{name}).empty();
}

bool is_overcommit_allowed(std::string_view name) noexcept {
  return is_native(name) && !is_huge_page(name);
}

bool is_counted(std::string_view name) noexcept {
  return lists(kCountedResources, name) || is_extended(name);
}

// Adds what is wrong with a resource's name in general; true if nothing is.
bool validate_resource_name(std::string_view name, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  const Problems problems = check_qualified_name(name);
  errors.invalid_each(path, name, problems);
  if (!problems.empty()) return false;
  if (name.find('/') == std::string_view::npos && !is_standard(name)) {
    errors.invalid(path, name, "must be a standard resource type or fully qualified");
    return false;
  }
  return true;
}

void validate_container_resource_name(std::string_view name, const FieldPath& path,
                                      FieldErrors& errors) noexcept {
  validate_resource_name(name, path, errors);
  if (name.find('/') == std::string_view::npos) {
    if (!is_standard_for_containers(name)) {
      errors.invalid(path, name, "must be a standard resource for containers");
    }
  } else if (!is_native(name) && !is_extended(name)) {
    errors.invalid(path, name, "doesn't follow extended resource name standard");
  }
}

void validate_pod_resource_name(std::string_view name, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  if (!validate_resource_name(name, path, errors)) return;
  if (name != "cpu" && name != "memory" && !is_huge_page(name)) {
    errors.not_supported(path, name, {"cpu", "memory"});
  }
}

void validate_huge_page(std::string_view name, const Quantity& quantity, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  const auto page = Quantity::parse(name.substr(kHugePages.size()));
  if (page && page->sign() > 0 && quantity.sign() >= 0 && quantity.is_integer() &&
      quantity.value() % page->value() == 0) {
    return;
  }
  errors.invalid(
      path, quantity.to_string(),
      fmt::format("{} is not positive integer multiple of {}", quantity.to_string(), name));
}

using NameValidator = void (*)(std::string_view, const FieldPath&, FieldErrors&);

// What limits or requests mention.
struct Mentions {
  bool cpu_or_memory = false;
  bool huge_pages = false;
};

void validate_one(std::string_view name, const Value& value, NameValidator validate_name,
                  const FieldPath& path, Mentions& mentions, FieldErrors& errors) noexcept {
  validate_name(name, path, errors);
  validate_resource_quantity(name, value, path, errors);
  if (name == "cpu" || name == "memory") mentions.cpu_or_memory = true;
}

void validate_against_limit(std::string_view name, const Quantity& request, const Value* limit,
                            const FieldPath& limits_path, const FieldPath& requests_path,
                            FieldErrors& errors) noexcept {
  if (limit == nullptr) {
    if (!is_overcommit_allowed(name)) {
      errors.required(limits_path, "Limit must be set for non overcommitable resources");
    }
    return;
  }
  const Quantity bound = Quantity::from_value(*limit);
  if (request != bound && !is_overcommit_allowed(name)) {
    errors.invalid(requests_path, request.to_string(),
                   fmt::format("must be equal to {} limit of {}", name, bound.to_string()));
  } else if (request > bound) {
    errors.invalid(
        requests_path, request.to_string(),
        fmt::format("must be less than or equal to {} limit of {}", name, bound.to_string()));
  }
}

void validate_claims(const Value& claims, const Names& known, const FieldPath& path,
                     FieldErrors& errors) noexcept {
  Names seen;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const std::string name = claims.at(i)["name"_key].to_string();
    const Value& request = claims.at(i)["request"_key];
    const FieldPath item = path.index(i);
    if (name.empty()) {
      errors.required(item);
      continue;
    }
    if (!request.is_empty()) {
      errors.invalid_each(item.child("request"), request, check_dns1123_label(request.as_string()));
    }
    const std::string key = request.is_empty() ? name : name + "/" + request.to_string();
    // A claim as a whole overlaps with each of its requests.
    const auto next = seen.lower_bound(name + "/");
    const bool any_request = next != seen.end() && next->starts_with(name + "/");
    if (seen.contains(name)) {
      errors.duplicate(item, name);
    } else if (seen.contains(key)) {
      errors.duplicate(item, key);
    } else if (request.is_empty() && any_request) {
      errors.duplicate(item, name);
    }
    seen.insert(key);
    if (!known.contains(name)) {
      errors.not_found(item, name,
                       known.empty() ? std::string{"must be one of the names in "
                                                   "pod.spec.resourceClaims which is empty"}
                                     : fmt::format("must be one of the names in "
                                                   "pod.spec.resourceClaims: {}",
                                                   fmt::join(known, ", ")));
    }
  }
}

void validate_requirements(const Value& requirements, NameValidator validate_name,
                           const FieldPath& path, FieldErrors& errors) noexcept {
  const FieldPath limits_path = path.child("limits");
  const FieldPath requests_path = path.child("requests");
  const Value& limits = requirements["limits"_key];
  Mentions mentions;
  for (const doc::Member& limit : limits.members()) {
    const std::string_view name = limit.key.text();
    const FieldPath item = limits_path.key(name);
    validate_one(name, limit.value, validate_name, item, mentions, errors);
    if (!is_huge_page(name)) continue;
    mentions.huge_pages = true;
    validate_huge_page(name, Quantity::from_value(limit.value), item, errors);
  }
  for (const doc::Member& request : requirements["requests"_key].members()) {
    const std::string_view name = request.key.text();
    const FieldPath item = requests_path.key(name);
    validate_one(name, request.value, validate_name, item, mentions, errors);
    const Quantity quantity = Quantity::from_value(request.value);
    validate_against_limit(name, quantity, limits.find(request.key), limits_path, requests_path,
                           errors);
    if (!is_huge_page(name)) continue;
    mentions.huge_pages = true;
    validate_huge_page(name, quantity, item, errors);
  }
  if (mentions.huge_pages && !mentions.cpu_or_memory) {
    errors.forbidden(path, "HugePages require cpu or memory");
  }
}

}  // namespace

void validate_resource_quantity(std::string_view resource_name, const Value& quantity,
                                const FieldPath& path, FieldErrors& errors) noexcept {
  const Quantity amount = Quantity::from_value(quantity);
  if (amount.sign() < 0) errors.invalid(path, amount.to_string(), kNotNegative);
  if (is_counted(resource_name) && !amount.is_integer()) {
    errors.invalid(path, amount.to_string(), "must be an integer");
  }
}

void validate_container_resources(const Value& requirements, const Names& claims,
                                  const FieldPath& path, FieldErrors& errors) noexcept {
  validate_requirements(requirements, validate_container_resource_name, path, errors);
  validate_claims(requirements["claims"_key], claims, path.child("claims"), errors);
}

void validate_pod_resources(const Value& requirements, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  if (requirements["claims"_key].size() != 0) {
    errors.forbidden(path.child("claims"), "claims cannot be set for Resources at pod-level");
  }
  validate_requirements(requirements, validate_pod_resource_name, path, errors);
}

void validate_quota_resource_name(std::string_view name, const FieldPath& path,
                                  FieldErrors& errors) noexcept {
  const Problems problems = check_qualified_name(name);
  errors.invalid_each(path, name, problems);
  if (!problems.empty() || name.find('/') != std::string_view::npos) return;
  if (!is_standard(name) || name == "storage") {
    errors.invalid(path, name, "must be a standard resource for quota");
  }
}

void validate_limit_resource_name(std::string_view type, std::string_view name,
                                  const FieldPath& path, FieldErrors& errors) noexcept {
  if (type == "Pod" || type == "Container") {
    validate_container_resource_name(name, path, errors);
  } else {
    validate_resource_name(name, path, errors);
  }
}

}  // namespace rockpool::api::validation
