// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "core/api/object.h"
#include "core/api/selector.h"
#include "core/api/validation/parts.h"

// Models pkg/apis/batch/validation.
namespace rockpool::api::validation {

namespace {

constexpr std::int64_t kMaxParallelismOfIndexed = 100'000;
constexpr std::int64_t kMaxFailedIndexes = 100'000;
constexpr std::int64_t kManyCompletions = 100'000;
constexpr std::int64_t kMaxWithManyCompletions = 10'000;
constexpr std::size_t kMaxPolicyRules = 20;
constexpr std::size_t kMaxExitCodes = 255;
constexpr std::size_t kMaxManagedByLength = 63;
constexpr std::size_t kMaxCronJobNameLength = 52;

bool is_indexed(const Value& spec) noexcept {
  return spec["completionMode"_key].as_string() == "Indexed";
}

void require_label(const Value& labels, std::string_view key, std::string_view expected,
                   FieldErrors& errors) noexcept {
  const FieldPath path =
      FieldPath{"spec"}.child("template").child("metadata").child("labels").key(key);
  const std::string message = fmt::format("must be '{}'", expected);
  if (!labels.contains(key)) {
    errors.required(path, message);
  } else if (labels[key].as_string() != expected) {
    errors.invalid(path, labels, message);
  }
}

// ValidateGeneratedSelector: the labels that the server adds must be there.
void validate_generated_selector(const Value& job, FieldErrors& errors) noexcept {
  const Value& spec = job["spec"_key];
  const Value& selector = spec["selector"_key];
  if (spec["manualSelector"_key].as_bool() || selector.is_null()) return;
  if (uid(job).empty()) errors.required(FieldPath{"metadata"}.child("uid"));
  const Value& labels = spec["template"_key]["metadata"_key]["labels"_key];
  Value expected = Value::object();
  const std::pair<std::string_view, std::string_view> pairs[] = {
      {"controller-uid", uid(job)},
      {"job-name", name(job)},
      {"batch.kubernetes.io/controller-uid", uid(job)},
      {"batch.kubernetes.io/job-name", name(job)}};
  for (const auto& [key, value] : pairs) {
    require_label(labels, key, value, errors);
    expected.set(key, value);
  }
  const Result<LabelSelector> parsed = LabelSelector::from_value(selector);
  if (parsed && !parsed->matches(expected)) {
    errors.invalid(FieldPath{"spec"}.child("selector"), selector, "`selector` not auto-generated");
  }
}

void validate_failed_indexes(const Value& spec, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  const Value& failed = spec["maxFailedIndexes"_key];
  const FieldPath failed_path = path.child("maxFailedIndexes");
  const std::int64_t completions = spec["completions"_key].as_int();
  if (!failed.is_null()) {
    if (!spec["completions"_key].is_null() && failed.as_int() > completions) {
      errors.invalid(failed_path, failed, "must be less than or equal to completions");
    }
    if (failed.as_int() > kMaxFailedIndexes) {
      errors.invalid(failed_path, failed,
                     fmt::format("must be less than or equal to {}", kMaxFailedIndexes));
    }
  }
  if (spec["backoffLimitPerIndex"_key].is_null() || completions <= kManyCompletions) return;
  constexpr std::string_view kWhen =
      "must be less than or equal to {} when completions are above {} and used with backoff limit "
      "per index";
  if (failed.is_null()) {
    errors.required(failed_path, fmt::format("must be specified when completions is above {}",
                                             kManyCompletions));
  } else if (failed.as_int() > kMaxWithManyCompletions) {
    errors.invalid(failed_path, failed,
                   fmt::format(kWhen, kMaxWithManyCompletions, kManyCompletions));
  }
  if (spec["parallelism"_key].as_int() > kMaxWithManyCompletions) {
    errors.invalid(path.child("parallelism"), spec["parallelism"_key],
                   fmt::format(kWhen, kMaxWithManyCompletions, kManyCompletions));
  }
}

void validate_completion_mode(const Value& spec, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  validate_one_of(spec["completionMode"_key], path.child("completionMode"), errors,
                  {"NonIndexed", "Indexed"});
  if (!is_indexed(spec)) {
    for (const doc::KnownKeyIndex key : {"backoffLimitPerIndex"_key, "maxFailedIndexes"_key}) {
      if (spec[key].is_null()) continue;
      errors.invalid(path.child(doc::kKnownKeys[key.value]), spec[key],
                     "requires indexed completion mode");
    }
    return;
  }
  if (spec["completions"_key].is_null()) {
    errors.required(path.child("completions"), "when completion mode is Indexed");
  }
  const Value& parallelism = spec["parallelism"_key];
  if (parallelism.as_int() > kMaxParallelismOfIndexed) {
    errors.invalid(path.child("parallelism"), parallelism,
                   fmt::format("must be less than or equal to {} when completion mode is Indexed",
                               kMaxParallelismOfIndexed));
  }
  validate_failed_indexes(spec, path, errors);
}

Names container_names_of(const Value& pod_spec) {
  Names names;
  for (const doc::KnownKeyIndex list : {"initContainers"_key, "containers"_key}) {
    for (const Value& container : pod_spec[list].items()) {
      names.insert(container["name"_key].to_string());
    }
  }
  return names;
}

void validate_exit_codes(const Value& requirement, const Names& containers, const FieldPath& path,
                         FieldErrors& errors) noexcept {
  const Value& op = requirement["operator"_key];
  if (op.is_empty()) {
    errors.required(path.child("operator"), "valid values: [\"In\" \"NotIn\"]");
  } else {
    validate_one_of(op, path.child("operator"), errors, {"In", "NotIn"});
  }
  const Value& container = requirement["containerName"_key];
  if (!container.is_null() && !containers.contains(container.as_string())) {
    errors.invalid(path.child("containerName"), container,
                   "must be one of the container or initContainer names in the pod template");
  }
  const Value& values = requirement["values"_key];
  const FieldPath values_path = path.child("values");
  if (values.size() == 0) {
    errors.invalid(values_path, values, "at least one value is required");
  } else if (values.size() > kMaxExitCodes) {
    errors.too_many(values_path, static_cast<std::int64_t>(values.size()), kMaxExitCodes);
  }
  std::set<std::int64_t> seen;
  bool ordered = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t value = values.at(i).as_int();
    if (i > 0 && value < values.at(i - 1).as_int()) ordered = false;
    if (!seen.insert(value).second) errors.duplicate(values_path.index(i), values.at(i));
    if (value == 0 && op.as_string() == "In") {
      errors.invalid(values_path.index(i), values.at(i), "must not be 0 for the In operator");
    }
  }
  if (!ordered) errors.invalid(values_path, values, "must be ordered");
}

void validate_failure_conditions(const Value& patterns, const FieldPath& path,
                                 FieldErrors& errors) noexcept {
  if (patterns.size() > kMaxPolicyRules) {
    errors.too_many(path, static_cast<std::int64_t>(patterns.size()), kMaxPolicyRules);
  }
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const Value& type = patterns.at(i)["type"_key];
    errors.invalid_each(path.index(i).child("type"), type, check_qualified_name(type.as_string()));
    const Value& status = patterns.at(i)["status"_key];
    if (status.is_empty()) {
      errors.required(path.index(i).child("status"),
                      "valid values: [\"False\" \"True\" \"Unknown\"]");
    } else {
      validate_one_of(status, path.index(i).child("status"), errors, {"False", "True", "Unknown"});
    }
  }
}

void validate_failure_rule(const Value& spec, const Value& rule, const Names& containers,
                           const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& action = rule["action"_key];
  const FieldPath action_path = path.child("action");
  if (action.is_empty()) {
    errors.required(action_path, "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]");
  } else if (action.as_string() == "FailIndex") {
    if (spec["backoffLimitPerIndex"_key].is_null()) {
      errors.invalid(action_path, action, "requires the backoffLimitPerIndex to be set");
    }
  } else {
    validate_one_of(action, action_path, errors, {"Count", "FailIndex", "FailJob", "Ignore"});
  }
  const Value& codes = rule["onExitCodes"_key];
  const Value& conditions = rule["onPodConditions"_key];
  if (!codes.is_null()) {
    validate_exit_codes(codes, containers, path.child("onExitCodes"), errors);
  }
  validate_failure_conditions(conditions, path.child("onPodConditions"), errors);
  if (!codes.is_null() && conditions.size() != 0) {
    errors.invalid_rendered(path, "",
                            "specifying both OnExitCodes and OnPodConditions is not supported");
  } else if (codes.is_null() && conditions.size() == 0) {
    errors.invalid_rendered(path, "",
                            "specifying one of OnExitCodes and OnPodConditions is required");
  }
}

void validate_failure_policy(const Value& spec, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  const Value& rules = spec["podFailurePolicy"_key]["rules"_key];
  const FieldPath rules_path = path.child("rules");
  if (rules.size() > kMaxPolicyRules) {
    errors.too_many(rules_path, static_cast<std::int64_t>(rules.size()), kMaxPolicyRules);
  }
  const Names containers = container_names_of(spec["template"_key]["spec"_key]);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    validate_failure_rule(spec, rules.at(i), containers, rules_path.index(i), errors);
  }
}

void validate_success_policy(const Value& spec, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  const Value& policy = spec["successPolicy"_key];
  if (!is_indexed(spec)) {
    return errors.invalid(path, policy, "requires indexed completion mode");
  }
  const Value& rules = policy["rules"_key];
  const FieldPath rules_path = path.child("rules");
  if (rules.size() == 0) {
    errors.required(rules_path,
                    "at least one rules must be specified when the successPolicy is specified");
  }
  if (rules.size() > kMaxPolicyRules) {
    errors.too_many(rules_path, static_cast<std::int64_t>(rules.size()), kMaxPolicyRules);
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Value& count = rules.at(i)["succeededCount"_key];
    const FieldPath rule_path = rules_path.index(i);
    if (count.is_null() && rules.at(i)["succeededIndexes"_key].is_null()) {
      errors.required(rule_path,
                      "at least one of succeededCount or succeededIndexes must be specified");
    }
    if (count.is_null()) continue;
    const std::int64_t completions = spec["completions"_key].as_int();
    if (count.as_int() <= 0) {
      errors.invalid(rule_path.child("succeededCount"), count, "must be greater than 0");
    } else if (!spec["completions"_key].is_null() && count.as_int() > completions) {
      errors.invalid(rule_path.child("succeededCount"), count,
                     fmt::format("must be less than or equal to {} (the number of specified "
                                 "completions)",
                                 completions));
    }
  }
}

void validate_replacement_policy(const Value& spec, const FieldPath& path,
                                 FieldErrors& errors) noexcept {
  const Value& policy = spec["podReplacementPolicy"_key];
  if (spec["podFailurePolicy"_key].is_null()) {
    validate_one_of(policy, path, errors, {"Failed", "TerminatingOrFailed"});
  } else {
    validate_one_of(policy, path, errors, {"Failed"});
  }
}

void validate_restart_policy(const Value& spec, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  const Value& policy = spec["template"_key]["spec"_key]["restartPolicy"_key];
  const std::string_view text = policy.as_string();
  if (text.empty() || text == "Always") {
    errors.required(path, "valid values: \"OnFailure\", \"Never\"");
  } else if (text != "OnFailure" && text != "Never") {
    errors.not_supported(path, policy, {"OnFailure", "Never"});
  } else if (!spec["podFailurePolicy"_key].is_null() && text != "Never") {
    errors.invalid(path, policy, "only \"Never\" is supported when podFailurePolicy is specified");
  }
}

// validateJobSpec: what holds for the Jobs of a CronJob as well.
void validate_job_parts(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  for (const doc::KnownKeyIndex key :
       {"parallelism"_key, "completions"_key, "activeDeadlineSeconds"_key, "backoffLimit"_key,
        "ttlSecondsAfterFinished"_key, "backoffLimitPerIndex"_key, "maxFailedIndexes"_key}) {
    validate_not_negative_member(spec, key, path, errors);
  }
  if (!spec["maxFailedIndexes"_key].is_null() && spec["backoffLimitPerIndex"_key].is_null()) {
    errors.required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
  }
  if (const Value& manager = spec["managedBy"_key]; !manager.is_null()) {
    validate_domain_prefixed_path(manager, path.child("managedBy"), errors);
    if (manager.as_string().size() > kMaxManagedByLength) {
      errors.too_long(path.child("managedBy"), kMaxManagedByLength);
    }
  }
  validate_completion_mode(spec, path, errors);
  if (!spec["podFailurePolicy"_key].is_null()) {
    validate_failure_policy(spec, path.child("podFailurePolicy"), errors);
  }
  if (!spec["successPolicy"_key].is_null()) {
    validate_success_policy(spec, path.child("successPolicy"), errors);
  }
  validate_replacement_policy(spec, path.child("podReplacementPolicy"), errors);
  const FieldPath template_path = path.child("template");
  validate_pod_template_spec(spec["template"_key], template_path, errors);
  validate_restart_policy(spec, template_path.child("spec").child("restartPolicy"), errors);
}

// What of a Job's template may change while it is suspended and has not begun.
Value with_scheduling_of(Value pod_template, const Value& other) {
  const auto copy = [](Value& to, const Value& from, doc::KnownKeyIndex key) {
    if (from[key].is_null()) {
      to.erase(key);
    } else {
      to.set(key, from[key]);
    }
  };
  Value& metadata = pod_template.edit("metadata"_key);
  for (const doc::KnownKeyIndex key : {"labels"_key, "annotations"_key}) {
    copy(metadata, other["metadata"_key], key);
  }
  Value& spec = pod_template.edit("spec"_key);
  for (const doc::KnownKeyIndex key :
       {"nodeSelector"_key, "tolerations"_key, "schedulingGates"_key, "affinity"_key}) {
    copy(spec, other["spec"_key], key);
  }
  return pod_template;
}

// time.LoadLocation reads a data base that is not at hand: only the look of a name is judged.
std::string check_time_zone(std::string_view zone) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  };
  if (zone.empty()) return "timeZone must be nil or non-empty string";
  if (zone.size() == 5 && (zone[0] == 'L' || zone[0] == 'l') && zone.substr(1) == "ocal") {
    return "timeZone must be an explicit time zone as defined in "
           "https://www.iana.org/time-zones";
  }
  if (!std::ranges::all_of(zone, is_allowed) || zone.starts_with('/') || zone.ends_with('/')) {
    return fmt::format("unknown time zone {}", zone);
  }
  return {};
}

void validate_schedule(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& schedule = spec["schedule"_key];
  const FieldPath schedule_path = path.child("schedule");
  if (schedule.is_empty()) {
    errors.required(schedule_path);
  } else if (schedule.as_string().find("TZ") != std::string_view::npos) {
    errors.invalid(schedule_path, schedule,
                   "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  } else if (const std::string problem = check_schedule(schedule.as_string()); !problem.empty()) {
    errors.invalid(schedule_path, schedule, problem);
  }
  validate_not_negative_member(spec, "startingDeadlineSeconds"_key, path, errors);
  if (const Value& zone = spec["timeZone"_key]; !zone.is_null()) {
    if (const std::string problem = check_time_zone(zone.as_string()); !problem.empty()) {
      errors.invalid(path.child("timeZone"), zone, problem);
    }
  }
}

}  // namespace

void validate_job(const Value& job, FieldErrors& errors) noexcept {
  validate_object_meta(job, true, check_dns1123_subdomain, errors);
  validate_generated_selector(job, errors);
  const Value& spec = job["spec"_key];
  const FieldPath path{"spec"};
  validate_job_parts(spec, path, errors);
  const Value& selector = spec["selector"_key];
  if (selector.is_null()) {
    errors.required(path.child("selector"));
  } else {
    validate_label_selector(selector, path.child("selector"), errors);
  }
  const Result<LabelSelector> parsed = LabelSelector::from_value(selector);
  if (parsed && !parsed->matches(spec["template"_key]["metadata"_key]["labels"_key])) {
    validate_selects_template(spec["template"_key], path.child("template"), errors);
  }
  const std::int64_t completions = spec["completions"_key].as_int();
  if (!is_indexed(spec) || completions <= 0) return;
  const std::string longest = fmt::format("{}-{}", name(job), completions - 1);
  if (!check_dns1123_label(longest).empty()) {
    errors.invalid(FieldPath{"metadata"}.child("name"), name(job),
                   fmt::format("will not able to create pod with invalid DNS label: {}", longest));
  }
}

void validate_job_update(const Value& job, const Value& old_job, FieldErrors& errors) noexcept {
  const Value& spec = job["spec"_key];
  const Value& old_spec = old_job["spec"_key];
  const FieldPath path{"spec"};
  const auto keep = [&](doc::KnownKeyIndex key) {
    validate_immutable(spec[key], old_spec[key], path.child(doc::kKnownKeys[key.value]), errors);
  };
  const Value& completions = spec["completions"_key];
  if (!is_indexed(spec)) {
    keep("completions"_key);
  } else if (completions != old_spec["completions"_key] &&
             (completions != spec["parallelism"_key] ||
              old_spec["completions"_key] != old_spec["parallelism"_key])) {
    errors.invalid(path.child("completions"), completions,
                   "can only be modified in tandem with spec.parallelism");
  }
  keep("selector"_key);
  const bool may_reschedule =
      old_spec["suspend"_key].as_bool() && old_job["status"_key]["startTime"_key].is_null();
  validate_immutable(spec["template"_key],
                     may_reschedule
                         ? with_scheduling_of(old_spec["template"_key], spec["template"_key])
                         : old_spec["template"_key],
                     path.child("template"), errors);
  for (const doc::KnownKeyIndex key :
       {"completionMode"_key, "podFailurePolicy"_key, "backoffLimitPerIndex"_key, "managedBy"_key,
        "successPolicy"_key}) {
    keep(key);
  }
}

void validate_job_status(const Value& job, const Value&, FieldErrors& errors) noexcept {
  validate_counts(job["status"_key],
                  {"active"_key, "succeeded"_key, "failed"_key, "ready"_key, "terminating"_key},
                  errors);
}

void validate_cron_job(const Value& cron_job, FieldErrors& errors) noexcept {
  validate_object_meta(cron_job, true, check_dns1123_subdomain, errors);
  const Value& spec = cron_job["spec"_key];
  const FieldPath path{"spec"};
  validate_schedule(spec, path, errors);
  const Value& concurrency = spec["concurrencyPolicy"_key];
  if (concurrency.is_empty()) {
    errors.required(path.child("concurrencyPolicy"));
  } else {
    validate_one_of(concurrency, path.child("concurrencyPolicy"), errors,
                    {"Allow", "Forbid", "Replace"});
  }
  const Value& job_spec = spec["jobTemplate"_key]["spec"_key];
  const FieldPath job_path = path.child("jobTemplate").child("spec");
  validate_job_parts(job_spec, job_path, errors);
  if (!job_spec["selector"_key].is_null()) {
    errors.invalid(job_path.child("selector"), job_spec["selector"_key],
                   "`selector` will be auto-generated");
  }
  if (job_spec["manualSelector"_key].as_bool()) {
    errors.not_supported(job_path.child("manualSelector"), job_spec["manualSelector"_key],
                         {"nil", "false"});
  }
  validate_not_negative_member(spec, "successfulJobsHistoryLimit"_key, path, errors);
  validate_not_negative_member(spec, "failedJobsHistoryLimit"_key, path, errors);
  // The Jobs' names are eleven characters longer.
  if (name(cron_job).size() > kMaxCronJobNameLength) {
    errors.invalid(FieldPath{"metadata"}.child("name"), name(cron_job),
                   fmt::format("must be no more than {} characters", kMaxCronJobNameLength));
  }
}

}  // namespace rockpool::api::validation
