// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::made;
using test::object;
using test::problems;
using test::update_problems;
using enum ResourceId;

constexpr std::string_view kTemplate =
    "template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}";

// A Job as it is after the server gave it its selector.
std::string job(std::string_view more, std::string_view restart = "Never") {
  return "{metadata: {name: a, namespace: default, uid: u}, spec: {selector: {matchLabels: "
         "{batch.kubernetes.io/controller-uid: u}}, template: {metadata: {labels: {controller-uid: "
         "u, job-name: a, batch.kubernetes.io/controller-uid: u, batch.kubernetes.io/job-name: "
         "a}}, spec: {restartPolicy: " +
         std::string{restart} + ", containers: [{name: c, image: i}]}}" + std::string{more} + "}}";
}

std::string cron(std::string_view schedule, std::string_view more = "") {
  return object("spec: {schedule: '" + std::string{schedule} + "', jobTemplate: {spec: {" +
                std::string{kTemplate} + "}}" + std::string{more} + "}");
}

TEST_CASE("Jobs") {
  CHECK(problems(jobs, job("")) == "");
  CHECK(problems(jobs, job("", "Always")) ==
        "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", "
        "\"Never\"");
  CHECK(problems(jobs, job(", completions: -1")) ==
        "spec.completions: Invalid value: -1: must be greater than or equal to 0");
  CHECK(problems(jobs, job(", backoffLimitPerIndex: 1")) ==
        "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode");
  CHECK(problems(jobs, job(", completionMode: Indexed, parallelism: 2")) ==
        "spec.completions: Required value: when completion mode is Indexed");
  CHECK(problems(jobs, job(", completionMode: Sorted")) ==
        "spec.completionMode: Unsupported value: \"Sorted\": supported values: \"NonIndexed\", "
        "\"Indexed\"");
  CHECK(problems(jobs, job(", successPolicy: {rules: [{succeededCount: 1}]}")) ==
        "spec.successPolicy: Invalid value: {\"rules\":[{\"succeededCount\":1}]}: requires indexed "
        "completion mode");
  CHECK(problems(jobs, job(", podFailurePolicy: {rules: [{action: Ignore, onExitCodes: {operator: "
                           "In, values: [2, 1, 0]}}]}")) ==
        "spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Invalid value: 0: must not be 0 for "
        "the In operator\n"
        "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1,0]: must be "
        "ordered");
  CHECK(problems(jobs, job(", managedBy: me")) ==
        "spec.managedBy: Invalid value: \"me\": must be a domain-prefixed path (such as "
        "\"acme.io/foo\")");
  CHECK(problems(jobs,
                 "{metadata: {name: a, namespace: default, uid: u}, spec: {selector: "
                 "{matchLabels: {batch.kubernetes.io/controller-uid: u}}, " +
                     std::string{kTemplate} + "}}")
            .starts_with("spec.template.metadata.labels[controller-uid]: Required value: must be "
                         "'u'\n"));
}

TEST_CASE("what a Job is made of stays, but for what it has not begun with") {
  const auto before = made(jobs, job(", completions: 1"));
  CHECK(update_problems(jobs, before, made(jobs, job(", completions: 1, parallelism: 3"))) == "");
  CHECK(update_problems(jobs, before, made(jobs, job(", completions: 2"))) ==
        "spec.completions: Invalid value: 2: field is immutable");
  auto after = before;
  after.edit("spec").edit("template").edit("spec").edit("nodeSelector").set("disk", "ssd");
  CHECK(update_problems(jobs, before, after).ends_with("field is immutable"));
  auto suspended = before;
  suspended.edit("spec").set("suspend", true);
  CHECK(update_problems(jobs, suspended, after) == "");
}

TEST_CASE("CronJobs") {
  CHECK(problems(cronjobs, cron("*/5 0-12/2 1,15 jan-MAR sun")) == "");
  CHECK(problems(cronjobs, cron("@hourly")) == "");
  const auto schedule = [](std::string_view text) {
    const std::string all = problems(cronjobs, cron(text));
    const std::string start = "spec.schedule: Invalid value: \"" + std::string{text} + "\": ";
    return all.starts_with(start) ? all.substr(start.size()) : all;
  };
  CHECK(schedule("* * * *") == "expected exactly 5 fields, found 4: [* * * *]");
  CHECK(schedule("60 * * * *") == "end of range (60) above maximum (59): 60");
  CHECK(schedule("* * 0 * *") == "beginning of range (0) below minimum (1): 0");
  CHECK(schedule("5-1 * * * *") == "beginning of range (5) beyond end of range (1): 5-1");
  CHECK(schedule("*/0 * * * *") == "step of range should be a positive number: */0");
  CHECK(schedule("1-2-3 * * * *") == "too many hyphens: 1-2-3");
  CHECK(schedule("1/2/3 * * * *") == "too many slashes: 1/2/3");
  CHECK(schedule("x * * * *") ==
        "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax");
  CHECK(schedule("@often") == "unrecognized descriptor: @often");
  CHECK(schedule("TZ=UTC * * * * *") ==
        "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  CHECK(problems(cronjobs, cron("")) == "spec.schedule: Required value");
  CHECK(problems(cronjobs, cron("@daily", ", timeZone: ''")) ==
        "spec.timeZone: Invalid value: \"\": timeZone must be nil or non-empty string");
  CHECK(problems(cronjobs, cron("@daily", ", timeZone: Local")) ==
        "spec.timeZone: Invalid value: \"Local\": timeZone must be an explicit time zone as "
        "defined in https://www.iana.org/time-zones");
  CHECK(problems(cronjobs, cron("@daily", ", concurrencyPolicy: Wait")) ==
        "spec.concurrencyPolicy: Unsupported value: \"Wait\": supported values: \"Allow\", "
        "\"Forbid\", \"Replace\"");
  CHECK(problems(cronjobs, "{metadata: {namespace: default, name: " + std::string(53, 'a') +
                               "}, spec: {schedule: '@daily', jobTemplate: {spec: {" +
                               std::string{kTemplate} + "}}}}")
            .ends_with("must be no more than 52 characters"));
}

}  // namespace
}  // namespace rockpool::api
