// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <string>

#include "core/api/object.h"
#include "core/api/selector.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"
#include "core/sim/human_duration.h"

// Who may do what: rbac.authorization.k8s.io, certificates.k8s.io, admissionregistration.k8s.io.

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kBindingColumns[] = {
    kNameColumn,
    {"Role", ColumnType::string, false, "The role that it grants."},
    kAgeColumn,
    {"Users", ColumnType::string, true, "The users that have it."},
    {"Groups", ColumnType::string, true, "The groups that have it."},
    {"ServiceAccounts", ColumnType::string, true, "The service accounts that have it."},
};

std::string subjects_text(const doc::Value& subjects, std::string_view kind) {
  std::string text;
  for (const doc::Value& subject : subjects.items()) {
    if (subject["kind"_key].as_string() != kind) continue;
    if (!text.empty()) text += ", ";
    if (kind == "ServiceAccount") text += subject["namespace"_key].to_string() + "/";
    text += subject["name"_key].as_string();
  }
  return text;
}

Cells binding_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& role = object["roleRef"_key];
  const doc::Value& subjects = object["subjects"_key];
  return {api::name(object),
          fmt::format("{}/{}", role["kind"_key].as_string(), role["name"_key].as_string()),
          age_of(object, now),
          subjects_text(subjects, "User"),
          subjects_text(subjects, "Group"),
          subjects_text(subjects, "ServiceAccount")};
}

constexpr Column kSigningRequestColumns[] = {
    kNameColumn,
    kAgeColumn,
    {"SignerName", ColumnType::string, false, "Who is to sign it."},
    {"Requestor", ColumnType::string, false, "Who asks for the certificate."},
    {"RequestedDuration", ColumnType::string, false, "How long the certificate is to hold."},
    {"Condition", ColumnType::string, false, "Whether it is approved, denied, failed or issued."},
};

std::string request_condition_text(const doc::Value& object) {
  const auto has = [&](std::string_view type) {
    return !api::find_condition(object, type).is_null();
  };
  std::string text = has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending";
  if (has("Failed")) text += ",Failed";
  if (!object["status"_key]["certificate"_key].is_empty()) text += ",Issued";
  return text;
}

Cells signing_request_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  const doc::Value& seconds = spec["expirationSeconds"_key];
  return {api::name(object),
          age_of(object, now),
          or_none(spec["signerName"_key].as_string()),
          spec["username"_key].as_string(),
          seconds.is_null() ? std::string{kNone}
                            : sim::format_human_duration(std::chrono::seconds{seconds.as_int()}),
          request_condition_text(object)};
}

constexpr Column kWebhooksColumns[] = {
    kNameColumn,
    {"Webhooks", ColumnType::integer, false, "How many webhooks it registers."},
    kAgeColumn,
};

Cells webhooks_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), object["webhooks"_key].size(), age_of(object, now)};
}

constexpr Column kAdmissionPolicyColumns[] = {
    kNameColumn,
    {"Validations", ColumnType::integer, false, "How many rules it has."},
    {"ParamKind", ColumnType::string, false, "The kind of its parameters."},
    kAgeColumn,
};

Cells admission_policy_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  const doc::Value& kind = spec["paramKind"_key];
  return {api::name(object), spec["validations"_key].size(),
          kind.is_null() ? std::string{kUnset}
                         : fmt::format("{}/{}", kind["apiVersion"_key].as_string(),
                                       kind["kind"_key].as_string()),
          age_of(object, now)};
}

constexpr Column kAdmissionPolicyBindingColumns[] = {
    kNameColumn,
    {"PolicyName", ColumnType::string, false, "The policy that it puts into force."},
    {"ParamRef", ColumnType::string, false, "The object with the parameters."},
    kAgeColumn,
};

std::string parameter_text(const doc::Value& ref) {
  if (const std::string_view name = ref["name"_key].as_string(); !name.empty()) {
    return fmt::format(
        "{}/{}", ref["namespace"_key].is_empty() ? "*" : ref["namespace"_key].to_string(), name);
  }
  const doc::Value& selector = ref["selector"_key];
  return selector.is_null() ? std::string{kUnset} : api::format_label_selector(selector);
}

Cells admission_policy_binding_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  return {api::name(object), spec["policyName"_key].as_string(),
          parameter_text(spec["paramRef"_key]), age_of(object, now)};
}

}  // namespace

constexpr Printer kRoleBindingPrinter{kBindingColumns, binding_cells};
constexpr Printer kSigningRequestPrinter{kSigningRequestColumns, signing_request_cells};
constexpr Printer kWebhooksPrinter{kWebhooksColumns, webhooks_cells};
constexpr Printer kAdmissionPolicyPrinter{kAdmissionPolicyColumns, admission_policy_cells};
constexpr Printer kAdmissionPolicyBindingPrinter{kAdmissionPolicyBindingColumns,
                                                 admission_policy_binding_cells};

}  // namespace rockpool::apiserver
