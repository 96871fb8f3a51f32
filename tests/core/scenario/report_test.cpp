// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/report.h"

#include <doctest/doctest.h>

namespace rockpool::scenario {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

OperationResult operation(std::string title, sim::Duration began) {
  OperationResult result;
  result.title = std::move(title);
  result.line = 12;
  result.began = began;
  result.ended = began + seconds{1};
  return result;
}

OperationResult failed_assertion() {
  OperationResult result = operation("assert Deployment demo/web", milliseconds{1500});
  result.passed = false;
  result.problem = "not as expected within 30s";
  result.closest = "Deployment demo/web";
  result.mismatches = {{"status.readyReplicas", 3, 1, {}},
                       {"spec.paused", true, {}, "field not found in the input object"}};
  return result;
}

OperationResult failed_traffic() {
  OperationResult result = operation("traffic external → http://web/, 10/s for 1s", seconds{2});
  result.passed = false;
  result.problem = "the traffic is not as expected";
  net::Failure failure;
  failure.kind = net::FailureKind::connection_refused;
  failure.host = "web";
  failure.port = 80;
  net::FetchResult refused{std::unexpected{failure}, sim::kEpoch, sim::kEpoch, {}, {}};
  refused.trace = net::Ref<net::Trace>{new net::Trace};
  net::Hop hop;
  hop.pod = "demo/client";
  refused.trace->hops.push_back(hop);
  result.statistics.add(milliseconds{300}, refused);
  result.measured = {{"failed", "== 0", "1", false}, {"requests", "== 1", "1", true}};
  return result;
}

TestResult example() {
  TestResult result;
  result.file = "tests/a.yaml";
  result.name = "a";
  result.passed = false;
  result.step_count = 3;
  result.steps = {{"begins", true, {operation("apply Deployment demo/web", {})}},
                  {"goes <on>", false, {failed_assertion(), failed_traffic()}}};
  result.digest = 0xabc;
  result.elapsed = seconds{3};
  return result;
}

TEST_CASE("a report shows what was expected beside what was found") {
  CHECK(report_text(example()) ==
        R"(tests/a.yaml
  ✓ begins
      0.000s  ✓ apply Deployment demo/web
  ✗ goes <on>
      1.500s  ✗ assert Deployment demo/web
                not as expected within 30s (line 12)
                Deployment demo/web
                  field                 expected  found
                ✗ status.readyReplicas  3         1
                ✗ spec.paused           true      nothing
      2.000s  ✗ traffic external → http://web/, 10/s for 1s
                the traffic is not as expected (line 12)
                  measure   expected  found
                ✗ failed    == 0      1
                ✓ requests  == 1      1
                answered by: nobody
                failed: 1 connection_refused
                  after 300ms: demo/client
                    curl: (7) Failed to connect to web port 80 after 0 ms: Couldn't connect to server
  1 more step not run
  failed after 3s in the cluster, digest 0000000000000abc
)");
}

TEST_CASE("colour is there when asked for, and nowhere else") {
  CHECK(report_text(example()).find('\x1b') == std::string::npos);
  CHECK(report_text(example(), {.color = true}).find("\x1b[31m✗\x1b[0m") != std::string::npos);
}

TEST_CASE("JUnit's XML has a suite for each file and a case for each step") {
  const std::string xml = junit_xml({example()});
  CHECK(xml.starts_with(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"2\" failures=\"1\">\n"
      "  <testsuite name=\"tests/a.yaml\" tests=\"2\" failures=\"1\" time=\"3.000\">\n"));
  CHECK(xml.find(R"(<testcase classname="tests/a.yaml" name="begins" time="1.000"/>)") !=
        std::string::npos);
  CHECK(xml.find(R"(name="goes &lt;on&gt;")") != std::string::npos);
  CHECK(xml.find(R"(<failure message="assert Deployment demo/web: not as expected within 30s">)") !=
        std::string::npos);
  CHECK(xml.ends_with("  </testsuite>\n</testsuites>\n"));
  CHECK(junit_xml({}).find("<testsuites tests=\"0\" failures=\"0\">") != std::string::npos);
}

}  // namespace
}  // namespace rockpool::scenario
