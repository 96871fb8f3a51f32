// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/test_file.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

namespace rockpool::scenario {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::expected<std::string, std::string> read_file(const std::string& path) {
  if (path == "two.yaml")
    return "{apiVersion: v1, kind: ConfigMap}\n---\n{apiVersion: v1, kind: Secret}\n";
  if (path == "broken.yaml") return "a: [1\nb: 2\n";
  if (path == "empty.yaml") return "# nothing\n";
  return std::unexpected{path + ": No such file or directory"};
}

std::expected<TestFile, FileError> parse(std::string_view text) {
  return parse_test_file("t.yaml", text, read_file);
}

// A test whose one step tries these operations, which begin in line 7.
std::string with_operations(std::string_view operations) {
  return fmt::format(
      "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {{name: example}}\nspec:\n  "
      "steps:\n"
      "    - try:\n{}",
      operations);
}

Operation only_operation(std::string_view text) {
  const auto test = parse(with_operations(text));
  const std::string mistake = test ? "" : test.error().to_string();
  CAPTURE(mistake);
  REQUIRE(test.has_value());
  REQUIRE(test->steps.size() == 1);
  REQUIRE(test->steps[0].operations.size() == 1);
  return test->steps[0].operations[0];
}

std::string mistake_in(std::string_view text) {
  const auto test = parse(with_operations(text));
  return test ? "none" : test.error().to_string();
}

TEST_CASE("a test is read with its steps, time-outs and names") {
  const auto test = parse(R"(apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata:
  name: example
  labels: {area: net}
spec:
  description: Something happens.
  namespace: demo
  concurrent: false
  skipDelete: true
  timeouts: {assert: 5s, exec: 1m}
  steps:
    - name: first
      description: Begins.
      timeouts: {assert: 7s}
      try:
        - sleep: {duration: 1s}
        - description: a while
          continueOnError: true
          advance: 2s
      catch:
        - sleep: {duration: 3s}
      finally:
        - sleep: {duration: 4s}
      cleanup:
        - sleep: {duration: 5s}
    - try:
        - apply: {file: two.yaml}
)");
  REQUIRE(test.has_value());
  CHECK(test->name == "example");
  CHECK(test->namespace_ == "demo");
  CHECK(test->description == "Something happens.");
  REQUIRE(test->steps.size() == 2);
  const Step& first = test->steps[0];
  CHECK(first.name == "first");
  CHECK(first.line == 13);
  CHECK(first.timeouts.assertion == seconds{7});
  CHECK(first.timeouts.exec == seconds{60});
  CHECK(first.timeouts.error == seconds{30});
  CHECK(test->steps[1].timeouts.assertion == seconds{5});
  REQUIRE(first.operations.size() == 2);
  CHECK(first.operations[0].kind == OperationKind::sleep);
  CHECK(first.operations[0].duration == seconds{1});
  CHECK_FALSE(first.operations[0].continue_on_error);
  CHECK(first.operations[1].kind == OperationKind::sleep);
  CHECK(first.operations[1].duration == seconds{2});
  CHECK(first.operations[1].continue_on_error);
  CHECK(first.operations[1].description == "a while");
  CHECK(first.on_failure.at(0).duration == seconds{3});
  CHECK(first.finally.at(0).duration == seconds{4});
  CHECK(first.cleanup.at(0).duration == seconds{5});
  REQUIRE(test->steps[1].operations[0].objects.size() == 2);
  CHECK(test->steps[1].operations[0].objects[1]["kind"].as_string() == "Secret");
}

TEST_CASE("every operation is read") {
  Operation operation = only_operation(R"(
        - delete: {ref: {apiVersion: v1, kind: Pod, labels: {app: web, tier: a}}, timeout: 3s,
                   deletionPropagationPolicy: Foreground}
)");
  CHECK(operation.kind == OperationKind::deletion);
  CHECK(operation.target.kind == "Pod");
  CHECK(operation.target.selector == "app=web,tier=a");
  CHECK(operation.timeout == seconds{3});
  CHECK(operation.propagation_policy == "Foreground");

  operation = only_operation(R"(
        - wait: {apiVersion: apps/v1, kind: Deployment, name: web, for: {condition: {name: Available}}}
)");
  CHECK(operation.wait_for.kind == WaitFor::Kind::condition);
  CHECK(operation.wait_for.name == "Available");
  CHECK(operation.wait_for.value == "True");
  CHECK(operation.target.name == "web");

  operation = only_operation(R"(
        - wait: {apiVersion: v1, kind: Pod, selector: 'app in (a,b)', namespace: "*",
                 for: {jsonPath: {path: "{.status.phase}", value: Running}}}
)");
  CHECK(operation.wait_for.kind == WaitFor::Kind::json_path);
  CHECK(operation.wait_for.value == "Running");
  CHECK(operation.target.selector == "app in (a,b)");

  operation = only_operation(R"(
        - wait: {apiVersion: v1, kind: Pod, for: {deletion: {}}}
)");
  CHECK(operation.wait_for.kind == WaitFor::Kind::deletion);

  operation = only_operation(R"(
        - fault: {crash: {selector: app=web, index: 1}, container: nginx}
)");
  CHECK(operation.kind == OperationKind::fault);
  CHECK(operation.fault["crash"]["index"].as_int() == 1);

  operation = only_operation(R"(
        - resolve: {from: {selector: app=client}, name: web, expect: {pods: app=web}}
)");
  CHECK(operation.kind == OperationKind::resolve);
  CHECK(operation.lookup.from.selector == "app=client");
  CHECK(operation.lookup.pods == "app=web");

  for (const char* verb : {"apply", "create", "update", "patch", "assert", "error"}) {
    CAPTURE(verb);
    operation = only_operation(
        fmt::format("        - {}: {{resource: {{apiVersion: v1, kind: Pod}}}}\n", verb));
    REQUIRE(operation.objects.size() == 1);
    CHECK(operation.objects[0]["kind"].as_string() == "Pod");
    CHECK(operation.line == 7);
  }
}

TEST_CASE("traffic is read with what happens meanwhile and what is expected") {
  const Operation operation = only_operation(R"(
        - traffic:
            from: {selector: app=client, namespace: other}
            url: http://web/
            method: POST
            rate: 50
            duration: 20s
            timeout: 250ms
            during:
              - after: 5s
                fault: {kill: pod/a}
              - after: 6s
                assert: {resource: {apiVersion: v1, kind: Pod}}
            expect:
              successRate: ">= 0.99"
              failures: {connection_refused: 0, timed_out: "< 3"}
              bodies: {hello v1.0: "> 0"}
)");
  const TrafficSpec& traffic = operation.traffic;
  CHECK(traffic.from.selector == "app=client");
  CHECK(traffic.from.namespace_ == "other");
  CHECK(traffic.from.address.empty());
  CHECK(traffic.url == "http://web/");
  CHECK(traffic.method == "POST");
  CHECK(traffic.rate == 50);
  CHECK(traffic.duration == seconds{20});
  CHECK(traffic.timeout == milliseconds{250});
  REQUIRE(operation.during.size() == 2);
  CHECK(operation.during[0].after == seconds{5});
  CHECK(operation.during[1].kind == OperationKind::assertion);
  std::vector<std::string> metrics;
  for (const Expectation& expectation : traffic.expectations) metrics.push_back(expectation.metric);
  // In the order of names, as objects are.
  CHECK(metrics == std::vector<std::string>{"bodies.hello v1.0", "failures.connection_refused",
                                            "failures.timed_out", "successRate"});
  CHECK(only_operation("        - traffic: {url: http://a/}\n").traffic.from.address == "external");
}

TEST_CASE("what is expected may differ between the modes of proxies") {
  using net::proxy::ModeKind;
  const TrafficSpec traffic = only_operation(R"(
        - traffic:
            url: http://web/
            expect:
              failed: 0
              backends: {count: 3, minShare: 0.3}
            expectIn:
              iptables, nftables: {backends: {minShare: "> 0.2"}, latency: {max: "< 1s"}}
              ipvs: {failed: "< 9"}
)")
                                  .traffic;
  const auto wanted = [&](ModeKind mode) {
    std::string text;
    for (const Expectation& expectation : traffic.expectations_in(mode)) {
      text += fmt::format("{} {}; ", expectation.metric, expectation.comparison.text());
    }
    return text;
  };
  CHECK(wanted(ModeKind::userspace) ==
        "backends.count == 3; backends.minShare == 0.3; failed == 0; ");
  CHECK(wanted(ModeKind::ipvs) == "backends.count == 3; backends.minShare == 0.3; failed < 9; ");
  for (const ModeKind mode : {ModeKind::iptables, ModeKind::nftables}) {
    CHECK(wanted(mode) ==
          "backends.count == 3; failed == 0; backends.minShare > 0.2; latency.max < 1s; ");
  }
}

TEST_CASE("a mistake is told with its place") {
  const auto check = [](std::string_view operations, std::string_view message) {
    CHECK(mistake_in(operations) == message);
  };
  constexpr std::string_view kOneOperation =
      "t.yaml:7:11: spec.steps[0].try[0]: expected one operation: apply, create, update, patch, "
      "assert, error, "
      "delete, wait, sleep, advance, resolve, fault, drain, traffic";
  check("        - asert: {}\n", kOneOperation);
  check("        - sleep: {duration: 1s}\n          advance: 1s\n", kOneOperation);
  check("        - script: {content: ls}\n",
        "t.yaml:7:11: spec.steps[0].try[0].script: not supported yet");
  check("        - apply:\n            file: no.yaml\n",
        "t.yaml:8:13: spec.steps[0].try[0].apply.file: no.yaml: No such file or directory");
  check("        - apply: {file: empty.yaml}\n",
        "t.yaml:7:19: spec.steps[0].try[0].apply.file: the file holds no object");
  check("        - apply: {}\n",
        "t.yaml:7:11: spec.steps[0].try[0].apply: give either file or resource");
  check("        - apply: {resource: {a: 1}, expect: [{check: {($error): x}}]}\n",
        "t.yaml:7:37: spec.steps[0].try[0].apply.expect: not supported yet");
  check("        - apply: {resource: {a: 1}, dryrun: true}\n",
        "t.yaml:7:37: spec.steps[0].try[0].apply.dryrun: unknown field");
  check("        - sleep: {duration: 1 s}\n",
        "t.yaml:7:19: spec.steps[0].try[0].sleep.duration: expected a duration such as 10s");
  check("        - advance: -1s\n",
        "t.yaml:7:11: spec.steps[0].try[0].advance: expected a duration such as 10s");
  check("        - after: 3s\n          advance: 1s\n",
        "t.yaml:7:11: spec.steps[0].try[0].after: unknown field");
  check(
      "        - assert: {resource: {kind: Pod, (length(a)): 3}}\n",
      "t.yaml:7:11: spec.steps[0].try[0].assert: the expression (length(a)) is not supported yet");
  check("        - wait: {apiVersion: v1, kind: Pud, for: {deletion: {}}}\n",
        "t.yaml:7:11: spec.steps[0].try[0].wait: no matches for kind \"Pud\" in version \"v1\"");
  check("        - wait: {apiVersion: v1, kind: Pod, name: a, selector: b, for: {deletion: {}}}\n",
        "t.yaml:7:11: spec.steps[0].try[0].wait: name cannot be provided when a selector is "
        "specified");
  check("        - wait: {apiVersion: v1, kind: Pod, for: {}}\n",
        "t.yaml:7:45: spec.steps[0].try[0].wait.for: give one of condition, jsonPath, deletion");
  check("        - delete: {ref: {apiVersion: v1, kind: Pod}, deletionPropagationPolicy: Now}\n",
        "t.yaml:7:54: spec.steps[0].try[0].delete.deletionPropagationPolicy: expected one of "
        "Orphan, Background, "
        "Foreground");
  check("        - resolve: {name: web, expect: {failure: bad_luck}}\n",
        "t.yaml:7:41: spec.steps[0].try[0].resolve.expect.failure: no such reason");
}

TEST_CASE("traffic that cannot be is refused") {
  const auto mistake = [](std::string_view fields) {
    const std::string text =
        mistake_in(fmt::format("        - traffic: {{url: http://a/, {}}}\n", fields));
    return text.substr(std::min(text.size(), text.find("traffic.") + 8));
  };
  CHECK(mistake("rate: 0") == "rate: must be more than 0 and at most 100000");
  CHECK(mistake("rate: -1") == "rate: must be more than 0 and at most 100000");
  CHECK(mistake("rate: 1e9") == "rate: must be more than 0 and at most 100000");
  CHECK(mistake("rate: fast") == "rate: expected a number, not string");
  CHECK(mistake("rate: 1000, duration: 10h") == "duration: at most 1000000 requests are made");
  CHECK(mistake("expect: {speed: 3}")
            .starts_with("expect.speed: unknown measure; there are requests, succeeded"));
  CHECK(mistake("expect: {failed: none}")
            .starts_with("expect.failed: expected a comparison such as"));
  CHECK(mistake("expectIn: {ebpf: {failed: 0}}") ==
        "expectIn.ebpf: there is no proxy mode \"ebpf\"");
  CHECK(
      mistake("expectIn: {ipvs: {speed: 3}}").starts_with("expectIn.ipvs.speed: unknown measure"));
  CHECK(mistake("expectIn: {\"ipvs, iptables\": {failed: 0}, iptables: {failed: 1}}") ==
        "expectIn.ipvs, iptables: failed is given twice for a mode");
  CHECK(mistake("from: {selector: \"a in\"}").starts_with("from.selector: "));
  CHECK(mistake("during: [{after: 1m, advance: 1s}]") ==
        "during[0].after: the traffic is over by then");
  CHECK(mistake("during: [{after: 2s, advance: 1s}, {after: 1s, advance: 1s}]") ==
        "during[1].after: earlier than the operation before");
  CHECK(mistake("during: [{traffic: {url: http://b/}}]") ==
        "during[0]: traffic cannot start during traffic");
}

TEST_CASE("what is no test is told from one") {
  CHECK(is_test_file("apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\n"));
  CHECK_FALSE(is_test_file("apiVersion: v1\nkind: Pod\n"));
  CHECK_FALSE(is_test_file(""));
  CHECK_FALSE(is_test_file("a: [1\nb: 2\n"));
  // Meant as a test, though it cannot be read.
  CHECK(is_test_file("apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nspec: [1\nb: 2\n"));

  const auto message = [](std::string_view text) { return parse(text).error().to_string(); };
  CHECK(
      message("apiVersion: v1\nkind: Pod\n") ==
      "t.yaml:1:1: expected one document of apiVersion chainsaw.kyverno.io/v1alpha1 and kind Test");
  CHECK(
      message("") ==
      "t.yaml:1:1: expected one document of apiVersion chainsaw.kyverno.io/v1alpha1 and kind Test");
  CHECK(message("apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\n") ==
        "t.yaml:1:1: metadata is required");
  CHECK(message("apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: a}\nspec: "
                "{}\n") == "t.yaml:4:1: spec: steps: at least one step is required");
  CHECK(message("apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {nam: a}\n") ==
        "t.yaml:3:1: metadata: name is required");
  CHECK(message("a: [1\nb: 2\n").starts_with("t.yaml:"));
}

TEST_CASE("a mistake in a file that a test refers to is told with that file's place") {
  CHECK(mistake_in("        - apply: {file: broken.yaml}\n").starts_with("broken.yaml:"));
}

}  // namespace
}  // namespace rockpool::scenario
