// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>

#include "core/api/defaults.h"
#include "core/api/defaults/parts.h"
#include "core/api/object.h"

namespace rockpool::api::defaults {

namespace {

constexpr int kBackoffLimit = 6;

// What holds for the Jobs of a CronJob as well.
void default_job_parts(Value& spec) {
  update(spec, "template"_key,
         [](Value& pod_template) { update(pod_template, "spec"_key, apply_pod_spec_defaults); });
  update(spec, "podFailurePolicy"_key, [](Value& policy) {
    update_each(policy, "rules"_key, [](Value& rule) {
      update_each(rule, "onPodConditions"_key,
                  [](Value& pattern) { set_default(pattern, "status"_key, "True"); });
    });
  });
}

void default_job_spec(Value& spec) {
  default_job_parts(spec);
  if (spec["completions"_key].is_null() && spec["parallelism"_key].is_null()) {
    spec.set("completions"_key, 1);
  }
  set_default(spec, "parallelism"_key, 1);
  const bool per_index = !spec["backoffLimitPerIndex"_key].is_null();
  set_default(spec, "backoffLimit"_key,
              per_index ? std::numeric_limits<std::int32_t>::max() : kBackoffLimit);
  set_default(spec, "completionMode"_key, "NonIndexed");
  set_default(spec, "suspend"_key, false);
  set_default(spec, "podReplacementPolicy"_key,
              spec["podFailurePolicy"_key].is_null() ? "TerminatingOrFailed" : "Failed");
  set_default(spec, "manualSelector"_key, false);
}

}  // namespace

void apply_to_job(Value& job) {
  update(job, "spec"_key, default_job_spec);
  const Value template_labels = job["spec"_key]["template"_key]["metadata"_key]["labels"_key];
  if (template_labels.size() != 0 && labels(job).size() == 0) {
    job.edit("metadata"_key).set("labels"_key, template_labels);
  }
}

void apply_to_cron_job(Value& cron_job) {
  update(cron_job, "spec"_key, [](Value& spec) {
    set_default(spec, "concurrencyPolicy"_key, "Allow");
    set_default(spec, "suspend"_key, false);
    set_default(spec, "successfulJobsHistoryLimit"_key, 3);
    set_default(spec, "failedJobsHistoryLimit"_key, 1);
    update(spec, "jobTemplate"_key,
           [](Value& job_template) { update(job_template, "spec"_key, default_job_parts); });
  });
}

}  // namespace rockpool::api::defaults
