// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "core/api/object.h"
#include "core/api/validation/parts.h"
#include "core/doc/base64.h"

// Who may do what (pkg/apis/rbac/validation), and certificates (pkg/apis/certificates/validation).
namespace rockpool::api::validation {

namespace {

constexpr std::string_view kRbacGroup = "rbac.authorization.k8s.io";
constexpr std::int64_t kMinCertificateSeconds = 600;

void validate_policy_rule(const Value& rule, bool namespaced, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  if (rule["verbs"_key].size() == 0) {
    errors.required(path.child("verbs"), "verbs must contain at least one value");
  }
  const Value& urls = rule["nonResourceURLs"_key];
  const FieldPath urls_path = path.child("nonResourceURLs");
  if (urls.size() > 0) {
    if (namespaced) {
      errors.invalid(urls_path, urls, "namespaced rules cannot apply to non-resource URLs");
    }
    if (rule["apiGroups"_key].size() + rule["resources"_key].size() +
            rule["resourceNames"_key].size() >
        0) {
      errors.invalid(urls_path, urls,
                     "rules cannot apply to both regular resources and non-resource URLs");
    }
    return;
  }
  if (rule["apiGroups"_key].size() == 0) {
    errors.required(path.child("apiGroups"), "resource rules must supply at least one api group");
  }
  if (rule["resources"_key].size() == 0) {
    errors.required(path.child("resources"), "resource rules must supply at least one resource");
  }
}

void validate_rules(const Value& role, bool namespaced, FieldErrors& errors) noexcept {
  validate_object_meta(role, namespaced, check_path_segment, errors);
  const Value& rules = role["rules"_key];
  for (std::size_t i = 0; i < rules.size(); ++i) {
    validate_policy_rule(rules.at(i), namespaced, FieldPath{"rules"}.index(i), errors);
  }
}

void validate_subject(const Value& subject, bool namespaced, const FieldPath& path,
                      FieldErrors& errors) noexcept {
  const Value& name = subject["name"_key];
  const Value& group = subject["apiGroup"_key];
  const std::string_view kind = subject["kind"_key].as_string();
  if (name.is_empty()) errors.required(path.child("name"));
  if (kind == "ServiceAccount") {
    if (!name.is_empty()) {
      errors.invalid_each(path.child("name"), name, check_dns1123_subdomain(name.as_string()));
    }
    if (!group.is_empty()) errors.not_supported(path.child("apiGroup"), group, {""});
    if (!namespaced && subject["namespace"_key].is_empty()) {
      errors.required(path.child("namespace"));
    }
  } else if (kind == "User" || kind == "Group") {
    if (group.as_string() != kRbacGroup) {
      errors.not_supported(path.child("apiGroup"), group.to_string(), {kRbacGroup});
    }
  } else {
    errors.not_supported(path.child("kind"), kind, {"ServiceAccount", "User", "Group"});
  }
}

void validate_role_ref(const Value& ref, bool namespaced, FieldErrors& errors) noexcept {
  const FieldPath path{"roleRef"};
  if (ref["apiGroup"_key].as_string() != kRbacGroup) {
    errors.not_supported(path.child("apiGroup"), ref["apiGroup"_key].to_string(), {kRbacGroup});
  }
  const std::string_view kind = ref["kind"_key].as_string();
  if (namespaced && kind != "Role" && kind != "ClusterRole") {
    errors.not_supported(path.child("kind"), kind, {"Role", "ClusterRole"});
  } else if (!namespaced && kind != "ClusterRole") {
    errors.not_supported(path.child("kind"), kind, {"ClusterRole"});
  }
  if (ref["name"_key].is_empty()) {
    errors.required(path.child("name"));
  } else {
    errors.invalid_each(path.child("name"), ref["name"_key],
                        check_path_segment(ref["name"_key].as_string()));
  }
}

void validate_any_binding(const Value& binding, bool namespaced, FieldErrors& errors) noexcept {
  validate_object_meta(binding, namespaced, check_path_segment, errors);
  validate_role_ref(binding["roleRef"_key], namespaced, errors);
  const Value& subjects = binding["subjects"_key];
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    validate_subject(subjects.at(i), namespaced, FieldPath{"subjects"}.index(i), errors);
  }
}

void validate_signer_name(const Value& signer, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  const std::string_view text = signer.as_string();
  if (text.empty()) return errors.required(path);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.find('/', slash + 1) != std::string_view::npos) {
    return errors.invalid(path, signer,
                          "must be a fully qualified domain and path of the form "
                          "'example.com/signer-name'");
  }
  errors.invalid_each(path, text.substr(0, slash), check_dns1123_subdomain(text.substr(0, slash)));
  errors.invalid_each(path, text.substr(slash + 1),
                      check_dns1123_subdomain(text.substr(slash + 1)));
  if (text == "kubernetes.io/legacy-unknown") {
    errors.invalid(path, signer, "not allowed via this API version");
  }
}

constexpr std::string_view kKeyUsages[] = {"any",
                                           "cert sign",
                                           "client auth",
                                           "code signing",
                                           "content commitment",
                                           "crl sign",
                                           "data encipherment",
                                           "decipher only",
                                           "digital signature",
                                           "email protection",
                                           "encipher only",
                                           "ipsec end system",
                                           "ipsec tunnel",
                                           "ipsec user",
                                           "key agreement",
                                           "key encipherment",
                                           "microsoft sgc",
                                           "netscape sgc",
                                           "ocsp signing",
                                           "s/mime",
                                           "server auth",
                                           "signing",
                                           "timestamping"};

void validate_usages(const Value& usages, const FieldPath& path, FieldErrors& errors) noexcept {
  if (usages.size() == 0) errors.required(path, "usages must be provided");
  Names seen;
  for (std::size_t i = 0; i < usages.size(); ++i) {
    bool known = false;
    for (const std::string_view usage : kKeyUsages)
      known = known || usage == usages.at(i).as_string();
    if (!known) {
      errors.not_supported(path.index(i), usages.at(i), kKeyUsages);
    } else if (!seen.insert(usages.at(i).to_string()).second) {
      errors.duplicate(path.index(i), usages.at(i));
    }
  }
}

}  // namespace

void validate_role(const Value& role, FieldErrors& errors) noexcept {
  validate_rules(role, true, errors);
}

void validate_cluster_role(const Value& role, FieldErrors& errors) noexcept {
  validate_rules(role, false, errors);
  const Value& aggregation = role["aggregationRule"_key];
  if (aggregation.is_null()) return;
  const Value& selectors = aggregation["clusterRoleSelectors"_key];
  const FieldPath path = FieldPath{"aggregationRule"}.child("clusterRoleSelectors");
  if (selectors.size() == 0) {
    errors.required(path,
                    "at least one clusterRoleSelector required if aggregationRule is "
                    "non-nil");
  }
  for (std::size_t i = 0; i < selectors.size(); ++i) {
    validate_label_selector(selectors.at(i), path.index(i), errors);
  }
}

void validate_role_binding(const Value& binding, FieldErrors& errors) noexcept {
  validate_any_binding(binding, true, errors);
}

void validate_cluster_role_binding(const Value& binding, FieldErrors& errors) noexcept {
  validate_any_binding(binding, false, errors);
}

void validate_binding_update(const Value& binding, const Value& old_binding,
                             FieldErrors& errors) noexcept {
  if (binding["roleRef"_key] != old_binding["roleRef"_key]) {
    errors.invalid(FieldPath{"roleRef"}, binding["roleRef"_key], "cannot change roleRef");
  }
}

void validate_signing_request(const Value& request, FieldErrors& errors) noexcept {
  validate_object_meta(request, false, check_path_segment, errors);
  const Value& spec = request["spec"_key];
  const FieldPath path{"spec"};
  const auto pem = doc::decode_base64(spec["request"_key].as_string());
  if (!pem || pem->find("-----BEGIN CERTIFICATE REQUEST-----") == std::string::npos) {
    errors.invalid(path.child("request"), spec["request"_key],
                   "PEM block type must be CERTIFICATE REQUEST");
  }
  validate_usages(spec["usages"_key], path.child("usages"), errors);
  validate_signer_name(spec["signerName"_key], path.child("signerName"), errors);
  const Value& seconds = spec["expirationSeconds"_key];
  if (!seconds.is_null() && seconds.as_int() < kMinCertificateSeconds) {
    errors.invalid(path.child("expirationSeconds"), seconds,
                   "may not specify a duration less than 600 seconds (10 minutes)");
  }
}

}  // namespace rockpool::api::validation
