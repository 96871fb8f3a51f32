// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/prepare.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/object.h"
#include "core/api/type_table.h"
#include "core/apiserver/custom/definition_object.h"
#include "core/apiserver/service_warnings.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

using doc::Value;

constexpr std::string_view kTemplateGeneration = "deprecated.daemonset.template.generation";

constexpr std::string_view kIngressClass = "kubernetes.io/ingress.class";

Value zero_of(const api::Field& field) {
  switch (field.type()) {
    case api::FieldType::int32:
    case api::FieldType::int64:
      return 0;
    case api::FieldType::boolean:
      return false;
    case api::FieldType::string:
      return "";
    default:
      return {};
  }
}

std::int64_t template_generation(const Value& daemon_set) {
  const std::string_view text = api::annotation(daemon_set, kTemplateGeneration);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void set_label_default(Value& labels, std::string_view key, std::string_view value) {
  if (!labels.contains(key)) labels.set(key, value);
}

bool is_verdict(const Value& condition) {
  const std::string_view type = condition["type"_key].as_string();
  return type == "Approved" || type == "Denied";
}

// The conditions of a signing request of which the first come from one version and the others from
// another.
Value merge_conditions(const Value& verdicts, const Value& others) {
  std::vector<Value> merged;
  for (const Value& condition : verdicts.items()) {
    if (is_verdict(condition)) merged.push_back(condition);
  }
  for (const Value& condition : others.items()) {
    if (!is_verdict(condition)) merged.push_back(condition);
  }
  return Value::array(std::move(merged));
}

void set_conditions(Value& request, Value conditions) {
  if (conditions.size() == 0) {
    request.edit("status"_key).erase("conditions"_key);
  } else {
    request.edit("status"_key).set("conditions"_key, std::move(conditions));
  }
}

}  // namespace

Value first_status(const api::Resource& resource, const Value& object) {
  Value status = Value::object();
  const api::Field* field = resource.type->find(doc::Key{"status"_key});
  for (const api::Field& member : field->object_type()->fields()) {
    if (member.pointer()) continue;
    if (member.type() == api::FieldType::object) {
      status.set(member.key(), Value::object());
    } else if (Value zero = zero_of(member); member.required() && !zero.is_null()) {
      status.set(member.key(), std::move(zero));
    }
  }
  if (resource.id == api::ResourceId::persistentvolumes) {
    status.set("phase"_key, "Pending");
    status.set("lastPhaseTransitionTime"_key, api::metadata(object)["creationTimestamp"_key]);
  } else if (resource.id == api::ResourceId::persistentvolumeclaims) {
    status.set("phase"_key, "Pending");
  }
  return status;
}

void add_create_warnings(const api::Resource& resource, const Value& object,
                         std::vector<std::string>& warnings) {
  using enum api::ResourceId;
  switch (resource.id) {
    case services:
      return add_service_warnings(object, warnings);
    case ingresses:
      if (!api::annotations(object)[kIngressClass].is_null()) {
        warnings.push_back(fmt::format(
            "annotation \"{}\" is deprecated, please use 'spec.ingressClassName' instead",
            kIngressClass));
      }
      return;
    case validatingwebhookconfigurations:
    case mutatingwebhookconfigurations:
      warnings.emplace_back(
          "this server calls no admission webhooks: the configuration is stored only");
      return;
    case validatingadmissionpolicies:
    case validatingadmissionpolicybindings:
      warnings.emplace_back(
          "this server enforces no admission policies: the object is stored only");
      return;
    case customresourcedefinitions:
      for (std::string& warning : custom::definition_warnings(object)) {
        warnings.push_back(std::move(warning));
      }
      return;
    default:
      return;
  }
}

void prepare_new_job(Value& job) {
  if (job["spec"_key]["manualSelector"_key].as_bool()) return;
  const Value name = api::metadata(job)["name"_key];
  const Value uid = api::metadata(job)["uid"_key];
  Value& spec = job.edit("spec"_key);
  Value& labels = spec.edit("template"_key).edit("metadata"_key).edit("labels"_key);
  set_label_default(labels, "job-name", name.as_string());
  set_label_default(labels, "batch.kubernetes.io/job-name", name.as_string());
  set_label_default(labels, "controller-uid", uid.as_string());
  set_label_default(labels, "batch.kubernetes.io/controller-uid", uid.as_string());
  const Value template_labels = labels;
  set_label_default(spec.edit("selector"_key).edit("matchLabels"_key),
                    "batch.kubernetes.io/controller-uid", uid.as_string());
  // Read back from the store, the Job has its template's labels by default.
  if (api::labels(job).size() == 0) job.edit("metadata"_key).set("labels"_key, template_labels);
}

void prepare_new_daemon_set(Value& daemon_set) {
  if (template_generation(daemon_set) < 1) {
    api::set_annotation(daemon_set, kTemplateGeneration, "1");
  }
}

void prepare_daemon_set_update(Value& daemon_set, const Value& old_daemon_set) {
  const bool changed =
      daemon_set["spec"_key]["template"_key] != old_daemon_set["spec"_key]["template"_key];
  const std::string number =
      std::to_string(template_generation(old_daemon_set) + (changed ? 1 : 0));
  if (api::annotation(daemon_set, kTemplateGeneration) != number) {
    api::set_annotation(daemon_set, kTemplateGeneration, number);
  }
}

// Everybody is the administrator here.
void prepare_new_signing_request(Value& request) {
  Value& spec = request.edit("spec"_key);
  spec.set("username"_key, "kubernetes-admin");
  spec.set("groups"_key, Value::strings({"kubeadm:cluster-admins", "system:authenticated"}));
  spec.erase("uid"_key);
  spec.erase("extra"_key);
}

void prepare_approval(Value& request, const Value& old_request) {
  Value conditions = merge_conditions(request["status"_key]["conditions"_key],
                                      old_request["status"_key]["conditions"_key]);
  const Value metadata = request["metadata"_key];
  request = old_request;
  request.set("metadata"_key, metadata);
  set_conditions(request, std::move(conditions));
}

void keep_verdict(Value& request, const Value& old_request) {
  set_conditions(request, merge_conditions(old_request["status"_key]["conditions"_key],
                                           request["status"_key]["conditions"_key]));
}

}  // namespace rockpool::apiserver
