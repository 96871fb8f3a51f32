// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "core/api/object.h"
#include "core/api/selector.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"
#include "core/sim/human_duration.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kJobColumns[] = {
    kNameColumn,
    {"Status", ColumnType::string, false, "How far the Job is."},
    {"Completions", ColumnType::string, false, "Pods that succeeded, of those wanted."},
    {"Duration", ColumnType::string, false, "How long it ran, or has been running."},
    kAgeColumn,
    kContainersColumn,
    kImagesColumn,
    kSelectorColumn,
};

std::string_view job_status_text(const doc::Value& job) {
  if (api::is_condition_true(job, "Complete")) return "Complete";
  if (api::is_condition_true(job, "Failed")) return "Failed";
  if (api::is_being_deleted(job)) return "Terminating";
  if (api::is_condition_true(job, "Suspended")) return "Suspended";
  if (api::is_condition_true(job, "FailureTarget")) return "FailureTarget";
  return "Running";
}

std::string completions_text(const doc::Value& job) {
  const std::int64_t succeeded = job["status"_key]["succeeded"_key].as_int();
  const doc::Value& completions = job["spec"_key]["completions"_key];
  if (!completions.is_null()) return fmt::format("{}/{}", succeeded, completions.as_int());
  const std::int64_t parallelism = job["spec"_key]["parallelism"_key].as_int();
  return parallelism > 1 ? fmt::format("{}/1 of {}", succeeded, parallelism)
                         : fmt::format("{}/1", succeeded);
}

std::string job_duration_text(const doc::Value& job, sim::Time now) {
  const auto start = api::read_time(job["status"_key]["startTime"_key]);
  if (!start) return {};
  const auto end = api::read_time(job["status"_key]["completionTime"_key]);
  return sim::format_human_duration(end.value_or(now) - *start);
}

Cells job_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& pod_spec = object["spec"_key]["template"_key]["spec"_key];
  return {
      api::name(object),          job_status_text(object),
      completions_text(object),   job_duration_text(object, now),
      age_of(object, now),        container_names(pod_spec),
      container_images(pod_spec), api::format_label_selector(object["spec"_key]["selector"_key])};
}

constexpr Column kCronJobColumns[] = {
    kNameColumn,
    {"Schedule", ColumnType::string, false, "When it runs, in cron's format."},
    {"Timezone", ColumnType::string, false, "The time zone of the schedule."},
    {"Suspend", ColumnType::boolean, false, "Whether later runs are held back."},
    {"Active", ColumnType::integer, false, "Jobs that run now."},
    {"Last Schedule", ColumnType::string, false, "How long ago it last ran."},
    kAgeColumn,
    kContainersColumn,
    kImagesColumn,
    kSelectorColumn,
};

Cells cron_job_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  const doc::Value& status = object["status"_key];
  const doc::Value& job_spec = spec["jobTemplate"_key]["spec"_key];
  const doc::Value& pod_spec = job_spec["template"_key]["spec"_key];
  const doc::Value& last = status["lastScheduleTime"_key];
  return {api::name(object),
          spec["schedule"_key].as_string(),
          spec["timeZone"_key].as_string(kNone),
          flag_text(spec["suspend"_key]),
          status["active"_key].size(),
          last.is_null() ? std::string{kNone} : age_since(last, now),
          age_of(object, now),
          container_names(pod_spec),
          container_images(pod_spec),
          api::format_label_selector(job_spec["selector"_key])};
}

}  // namespace

constexpr Printer kJobPrinter{kJobColumns, job_cells};
constexpr Printer kCronJobPrinter{kCronJobColumns, cron_job_cells};

}  // namespace rockpool::apiserver
