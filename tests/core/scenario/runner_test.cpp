// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/runner.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

namespace rockpool::scenario {
namespace {

using std::chrono::seconds;

// A kind and an object of it, which comes first.
constexpr std::string_view kToys = R"(
apiVersion: example.com/v1
kind: Toy
metadata: {name: first, labels: {a: b}}
spec: {size: 3}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: toys.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: toys, kind: Toy}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              default: {}
              properties:
                size: {type: integer, maximum: 9}
                color: {type: string, default: red}
)";
constexpr std::string_view kCustomKind = R"(
    - try:
        - apply: {file: toys.yaml}
)";

// A test in the namespace `demo`; its steps are indented by four.
TestFile test(std::string_view steps) {
  const std::string text = fmt::format(
      "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {{name: example}}\n"
      "spec:\n  namespace: demo\n  steps:\n{}",
      steps);
  auto parsed = parse_test_file(
      "example.yaml", text, [](const std::string& path) -> std::expected<std::string, std::string> {
        if (path.ends_with("toys.yaml")) return std::string{kToys};
        return std::unexpected{path};
      });
  const std::string mistake = parsed ? "" : parsed.error().to_string();
  CAPTURE(mistake);
  REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

TestResult run(std::string_view steps, const RunOptions& options = {}) {
  return run_test(test(steps), options);
}

std::vector<std::string> titles(const TestResult& result) {
  std::vector<std::string> all;
  for (const StepResult& step : result.steps) {
    for (const OperationResult& operation : step.operations) all.push_back(operation.title);
  }
  return all;
}

using Titles = std::vector<std::string>;

// What an operation says when it is the first to fail.
std::string problem(std::string_view operation) {
  const TestResult result = run(fmt::format(
      "    - try:\n"
      "        - create: {{resource: {{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}, "
      "data: {{b: c}}}}}}\n"
      "        - {}\n",
      operation));
  CHECK_FALSE(result.passed);
  REQUIRE(result.steps.size() == 1);
  REQUIRE(result.steps[0].operations.size() == 2);
  CHECK(result.steps[0].operations[0].passed);
  return result.steps[0].operations[1].problem;
}

TEST_CASE("kinds that a test defines are used as any other") {
  const TestResult result =
      run(std::string{kCustomKind} +
          R"(        - create: {resource: {apiVersion: example.com/v1, kind: Toy,
                              metadata: {name: second}}}
        - patch: {resource: {apiVersion: example.com/v1, kind: Toy, metadata: {name: second},
                             spec: {size: 5}}}
        - update: {resource: {apiVersion: example.com/v1, kind: Toy, metadata: {name: first,
                              labels: {a: b}}, spec: {size: 4}}}
        - assert: {resource: {apiVersion: example.com/v1, kind: Toy, metadata: {name: first,
                              namespace: demo}, spec: {size: 4, color: red}}}
        - assert: {resource: {apiVersion: example.com/v1, kind: Toy, spec: {size: 5}}}
        - delete: {ref: {apiVersion: example.com/v1, kind: Toy, labels: {a: b}}}
        - error: {resource: {apiVersion: example.com/v1, kind: Toy, metadata: {name: first}}}
        - delete: {ref: {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition,
                         name: toys.example.com}}
)");
  for (const StepResult& step : result.steps) {
    for (const OperationResult& operation : step.operations) {
      CHECK_MESSAGE(operation.passed, operation.title, ": ", operation.problem);
    }
  }
  CHECK(result.passed);
}

TEST_CASE("what is wrong with an object of such a kind is told") {
  const auto last = [](std::string_view operation) {
    const TestResult result = run(fmt::format("{}        - {}\n", kCustomKind, operation));
    REQUIRE(!result.steps.empty());
    REQUIRE(!result.steps[0].operations.empty());
    return result.steps[0].operations.back();
  };
  CHECK(last("create: {resource: {apiVersion: example.com/v1, kind: Toy, metadata: {name: a}, "
             "spec: {size: 10}}}")
            .problem.find("spec.size: Invalid value: 10: spec.size in body should be less than or "
                          "equal to 9") != std::string::npos);
  CHECK(last("create: {resource: {apiVersion: example.com/v2, kind: Toy, metadata: {name: a}}}")
            .problem == "no matches for kind \"Toy\" in version \"example.com/v2\"");
  const OperationResult other = last(
      "assert: {timeout: 1s, resource: {apiVersion: example.com/v1, kind: Toy, metadata: "
      "{name: first}, spec: {color: blue}}}");
  CHECK(other.problem == "not as expected within 1s");
  REQUIRE(other.mismatches.size() == 1);
  CHECK(other.closest == "Toy demo/first");
}

TEST_CASE("operations on objects do what they say") {
  const TestResult result = run(R"(
    - try:
        - create: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {b: c}}}
        - patch: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {d: e}}}
        - assert: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {b: c, d: e}}}
        - update: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {f: g}}}
        - assert: {resource: {apiVersion: v1, kind: ConfigMap, data: {f: g}}}
        - error: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {b: c}}}
        - apply: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {h: i}}}
        - wait: {apiVersion: v1, kind: ConfigMap, name: a, for: {jsonPath: {path: "{.data.h}", value: i}}}
        - delete: {ref: {apiVersion: v1, kind: ConfigMap, name: a}}
        - error: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}}
)");
  for (const StepResult& step : result.steps) {
    for (const OperationResult& operation : step.operations) {
      CAPTURE(operation.title);
      CHECK(operation.problem == "");
    }
  }
  CHECK(result.passed);
  CHECK(titles(result).front() == "create ConfigMap demo/a");
}

TEST_CASE("what an operation wants and does not get is its problem") {
  CHECK(
      problem("create: {timeout: 1s, resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: "
              "a}}}") == "ConfigMap demo/a: configmaps \"a\" already exists");
  CHECK(problem("patch: {timeout: 1s, resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: "
                "x}}}") == "ConfigMap demo/x: configmaps \"x\" not found");
  CHECK(problem("assert: {timeout: 1s, resource: {apiVersion: v1, kind: ConfigMap, metadata: "
                "{name: x}}}") == "ConfigMap demo/x not found within 1s");
  CHECK(problem("assert: {timeout: 1s, resource: {apiVersion: v1, kind: ConfigMap, metadata: "
                "{name: a}, data: {b: x}}}") == "not as expected within 1s");
  CHECK(
      problem("error: {timeout: 1s, resource: {apiVersion: v1, kind: ConfigMap, data: {b: c}}}") ==
      "ConfigMap demo/a still matches after 1s");
  CHECK(problem("assert: {resource: {apiVersion: v1, kind: Widget}}") ==
        "no matches for kind \"Widget\" in version \"v1\"");
  CHECK(problem(
            "wait: {apiVersion: v1, kind: ConfigMap, name: a, timeout: 1s, for: {deletion: {}}}") ==
        "timed out waiting for the condition after 1s: it still exists");
  CHECK(problem("fault: {kill: pod/x}") == "pods \"x\" not found");
  CHECK(problem("fault: {kill: {selector: a=b}}") ==
        "kill: \"a=b\" selects 0 Pods, there is none of index 0");
  CHECK(problem("traffic: {from: pod/x, url: http://a/}") == "pods \"x\" not found");
  CHECK(
      problem("traffic: {url: \"http://node-1:1/\", rate: 1, duration: 1s, expect: {failed: 0}}") ==
      "the traffic is not as expected");
}

TEST_CASE("a failed assertion shows the object that comes closest") {
  const TestResult result = run(R"(
    - try:
        - create: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {b: x, d: x}}}
        - create: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: z}, data: {b: c, d: x}}}
        - assert: {timeout: 1s, resource: {apiVersion: v1, kind: ConfigMap, data: {b: c, d: e}}}
)");
  const OperationResult& failed = result.steps.at(0).operations.at(2);
  CHECK(failed.closest == "ConfigMap demo/z");
  REQUIRE(failed.mismatches.size() == 1);
  CHECK(failed.mismatches[0].path == "data.d");
  CHECK(failed.mismatches[0].found.as_string() == "x");
  CHECK(failed.ended - failed.began == seconds{1});
}

TEST_CASE("a failure stops the test, but not what cleans up") {
  const std::string_view steps = R"(
    - try: [{description: one, advance: 1s}]
      catch: [{description: not one, advance: 1s}]
      finally: [{description: finally one, advance: 1s}]
      cleanup: [{description: clean one, advance: 1s}]
    - try:
        - {description: two, fault: {kill: pod/nobody}}
        - {description: not two, advance: 1s}
      catch: [{description: catch two, advance: 1s}]
      finally: [{description: finally two, advance: 1s}]
      cleanup: [{description: clean two, advance: 1s}]
    - try: [{description: three, advance: 1s}]
      cleanup: [{description: clean three, advance: 1s}]
)";
  const TestResult result = run(steps);
  CHECK_FALSE(result.passed);
  CHECK(titles(result) ==
        Titles{"one", "finally one", "two", "catch two", "finally two", "clean two", "clean one"});
  CHECK(result.step_count == 3);
  CHECK(result.elapsed == seconds{6});
}

TEST_CASE("with continueOnError the step goes on, and the test has failed all the same") {
  const TestResult result = run(R"(
    - try:
        - {description: one, continueOnError: true, fault: {kill: pod/nobody}}
        - {description: two, advance: 1s}
)");
  CHECK_FALSE(result.passed);
  CHECK(titles(result) == Titles{"one", "two"});
}

TEST_CASE("traffic flows on while an operation waits") {
  const TestResult result = run(R"(
    - try:
        - traffic:
            url: http://node-1:1/
            rate: 10
            duration: 10s
            during:
              - {after: 2s, advance: 5s}
              - {after: 3s, description: late, advance: 1s}
            expect: {requests: 100, failures: {connection_refused: 100}}
)");
  CHECK(result.passed);
  const OperationResult& traffic = result.steps.at(0).operations.at(0);
  CHECK(traffic.during.at(1).began == seconds{7});
  CHECK(traffic.statistics.measure("lastFailureAfter").value_or(0) == doctest::Approx(9.9));
  CHECK(result.elapsed >= seconds{10});
  CHECK(result.elapsed < seconds{11});
}

TEST_CASE("the same seed has the same history, another seed another") {
  const std::string_view steps = R"(
    - try:
        - apply: {resource: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: nginx}]}}}
        - wait: {apiVersion: v1, kind: Pod, name: a, timeout: 60s, for: {condition: {name: Ready}}}
)";
  const TestResult first = run(steps, {.seed = 1, .nodes = 2});
  CHECK(first.passed);
  CHECK(run(steps, {.seed = 1, .nodes = 2}).digest == first.digest);
  CHECK(run(steps, {.seed = 2, .nodes = 2}).digest != first.digest);
  CHECK(run(steps, {.seed = 1, .nodes = 3}).digest != first.digest);
}

}  // namespace
}  // namespace rockpool::scenario
