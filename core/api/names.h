// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"
#include "core/sim/random.h"

// What names may look like (apimachinery pkg/util/validation), and names that the API makes up.
namespace rockpool::api {

inline constexpr std::size_t kDns1123LabelMaxLength = 63;
inline constexpr std::size_t kDns1123SubdomainMaxLength = 253;
inline constexpr std::size_t kDns1035LabelMaxLength = 63;
inline constexpr std::size_t kLabelValueMaxLength = 63;
inline constexpr std::size_t kQualifiedNameMaxLength = 63;
inline constexpr std::size_t kConfigMapKeyMaxLength = 253;
inline constexpr std::size_t kPortNameMaxLength = 15;

/// Everything wrong with a name, in upstream's words; empty if it is fine.
using Problems = std::vector<std::string>;

/// `a-z`, `0-9` and `-`, up to 63 characters: names of namespaces, containers, service ports.
Problems check_dns1123_label(std::string_view text) noexcept;
/// Labels joined by dots, up to 253 characters: names of most objects.
Problems check_dns1123_subdomain(std::string_view text) noexcept;
/// As a DNS-1123 label, but beginning with a letter: names of Services.
Problems check_dns1035_label(std::string_view text) noexcept;
/// A label's key: an optional DNS prefix and a name.
Problems check_qualified_name(std::string_view text) noexcept;
Problems check_label_value(std::string_view text) noexcept;
/// A DNS-1123 subdomain of at least two labels and no more than 253 characters, without the final
/// dot.
Problems check_fully_qualified_domain_name(std::string_view text) noexcept;
Problems check_wildcard_dns1123_subdomain(std::string_view text) noexcept;
/// The name of a container's port: up to 15 characters.
Problems check_port_name(std::string_view text) noexcept;
/// 1 to 65535.
Problems check_port_number(std::int64_t port) noexcept;
/// 0 to 2147483647.
Problems check_user_id(std::int64_t id) noexcept;
Problems check_group_id(std::int64_t id) noexcept;
/// A key of a ConfigMap's or Secret's data.
Problems check_config_map_key(std::string_view text) noexcept;
/// An environment variable's name, as 1.33 relaxes it: printable ASCII without `=`.
Problems check_relaxed_environment_name(std::string_view text) noexcept;
Problems check_http_header_name(std::string_view text) noexcept;
/// `25%`
Problems check_percent(std::string_view text) noexcept;
/// Anything that can stand in a path: names of RBAC's roles and bindings
/// (apimachinery path.ValidatePathSegmentName).
Problems check_path_segment(std::string_view text) noexcept;
Problems check_dns1123_subdomain_with_underscore(std::string_view text) noexcept;

/// The names of objects as their prefix (`generateName`): a final `-` is not judged
/// (apimachinery's maskTrailingDash).
std::string_view mask_trailing_dash(std::string_view name);

/// `<base><5 random characters>`, the base cut so that the name has at most 63 characters
/// (apiserver's SimpleNameGenerator).
std::string generate_name_from(std::string_view base, sim::Random& random);

/// The digits of a number, each replaced by a letter of the alphabet that avoids vowels and
/// look-alikes (apimachinery rand.SafeEncodeString).
std::string safe_encode(std::string_view text);

/// The `pod-template-hash` of a PodTemplateSpec: a 32-bit number, safe-encoded as upstream does
/// (controller.ComputeHash). Upstream hashes Go's dump of its structs, which nobody else can
/// reproduce; this hashes the canonical document instead, so the values differ from a real
/// cluster's while their look and meaning are the same.
/// `collision_count` is that of the Deployment's status; a negative one means there is none.
std::string pod_template_hash(const doc::Value& pod_template, std::int64_t collision_count = -1);

}  // namespace rockpool::api
