// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/traffic_statistics.h"

#include <doctest/doctest.h>

namespace rockpool::scenario {
namespace {

using std::chrono::milliseconds;

net::FetchResult answer(int status, std::string body, sim::Duration latency, std::string pod = {}) {
  net::HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  net::FetchResult result{std::move(response), sim::kEpoch, sim::kEpoch + latency, {}, {}};
  if (pod.empty()) return result;
  result.trace = net::Ref<net::Trace>{new net::Trace};
  net::Hop hop;
  hop.kind = net::HopKind::server;
  hop.pod = std::move(pod);
  result.trace->hops.push_back(std::move(hop));
  return result;
}

net::FetchResult failure(net::FailureKind kind) {
  net::Failure reason;
  reason.kind = kind;
  return {std::unexpected{std::move(reason)}, sim::kEpoch, sim::kEpoch, {}, {}};
}

double measured(const TrafficStatistics& statistics, std::string_view metric) {
  CAPTURE(std::string{metric});
  CHECK(is_metric(metric));
  const auto value = statistics.measure(metric);
  REQUIRE(value.has_value());
  return *value;
}

TEST_CASE("nothing measured is none, not zero") {
  const TrafficStatistics statistics;
  CHECK(measured(statistics, "requests") == 0);
  CHECK(measured(statistics, "failed") == 0);
  for (const char* metric :
       {"successRate", "latency.p50", "latency.max", "firstFailureAfter", "lastFailureAfter",
        "failureSpan", "backends.minShare", "backends.maxShare"}) {
    CAPTURE(metric);
    CHECK(is_metric(metric));
    CHECK_FALSE(statistics.measure(metric).has_value());
  }
  CHECK(holds_for_none("lastFailureAfter"));
  CHECK_FALSE(holds_for_none("latency.p99"));
  CHECK_FALSE(holds_for_none("successRate"));
}

TEST_CASE("requests are counted by what came of them") {
  TrafficStatistics statistics;
  for (int index = 0; index < 6; ++index) {
    statistics.add(milliseconds{100 * index},
                   answer(200, index < 4 ? "v1" : "v2", milliseconds{index + 1},
                          index < 3 ? "demo/a" : "demo/b"));
  }
  statistics.add(milliseconds{600}, answer(503, "busy", milliseconds{1}));
  statistics.add(milliseconds{700}, failure(net::FailureKind::connection_refused));
  statistics.add(milliseconds{800}, failure(net::FailureKind::connection_refused));
  statistics.add(milliseconds{900}, answer(301, "moved", milliseconds{10}, "demo/a"));

  CHECK(measured(statistics, "requests") == 10);
  CHECK(measured(statistics, "succeeded") == 7);
  CHECK(measured(statistics, "failed") == 3);
  CHECK(measured(statistics, "successRate") == doctest::Approx(0.7));
  CHECK(measured(statistics, "failures.connection_refused") == 2);
  CHECK(measured(statistics, "failures.status_503") == 1);
  CHECK(measured(statistics, "failures.connection_reset") == 0);
  CHECK(measured(statistics, "statuses.200") == 6);
  CHECK(measured(statistics, "statuses.503") == 1);
  CHECK(measured(statistics, "bodies.v1") == 4);
  CHECK(measured(statistics, "bodies.v") == 7);
  CHECK(measured(statistics, "firstFailureAfter") == doctest::Approx(0.6));
  CHECK(measured(statistics, "lastFailureAfter") == doctest::Approx(0.8));
  CHECK(measured(statistics, "failureSpan") == doctest::Approx(0.2));
  CHECK(measured(statistics, "backends.count") == 2);
  CHECK(measured(statistics, "backends.maxShare") == doctest::Approx(4.0 / 7));
  CHECK(measured(statistics, "backends.minShare") == doctest::Approx(3.0 / 7));
  REQUIRE(statistics.failed().size() == 3);
  CHECK(statistics.failed()[0].reason == "status_503");
}

TEST_CASE("latencies are those of the nearest rank") {
  TrafficStatistics statistics;
  for (int index = 100; index >= 1; --index)
    statistics.add({}, answer(200, "", milliseconds{index}));
  CHECK(measured(statistics, "latency.p50") == doctest::Approx(0.050));
  CHECK(measured(statistics, "latency.p90") == doctest::Approx(0.090));
  CHECK(measured(statistics, "latency.p99") == doctest::Approx(0.099));
  CHECK(measured(statistics, "latency.max") == doctest::Approx(0.100));
}

TEST_CASE("only the first failures are kept whole, all are counted") {
  TrafficStatistics statistics;
  for (int index = 0; index < 50; ++index) {
    statistics.add(milliseconds{index}, failure(net::FailureKind::connection_reset));
  }
  CHECK(statistics.failed().size() == TrafficStatistics::kMaxKeptFailures);
  CHECK(statistics.failed().back().offset == milliseconds{9});
  CHECK(measured(statistics, "failures.connection_reset") == 50);
}

TEST_CASE("a measure that does not exist is none") {
  CHECK_FALSE(is_metric("speed"));
  CHECK_FALSE(is_metric("failures."));
  CHECK_FALSE(is_metric("latency.p95"));
  CHECK(is_metric("failures.connection_refused"));
  CHECK_FALSE(TrafficStatistics{}.measure("speed").has_value());
}

TEST_CASE("failures are counted by their causes") {
  TrafficStatistics statistics;
  const auto refused = failure(net::FailureKind::connection_refused);
  statistics.add(milliseconds{1}, refused, FailureCause{"proxy_lags", "It lags."});
  statistics.add(milliseconds{2}, refused, FailureCause{"nobody_listens", "Nobody."});
  statistics.add(milliseconds{3}, refused, FailureCause{"proxy_lags", "It lags."});
  statistics.add(milliseconds{4}, refused);
  CHECK(statistics.measure("causes.proxy_lags") == 2);
  CHECK(statistics.measure("causes.nobody_listens") == 1);
  CHECK(statistics.measure("causes.node_is_down") == 0);
  CHECK(statistics.failed().front().explanation == "It lags.");
  CHECK(is_metric("causes.proxy_lags"));
  CHECK_FALSE(is_metric("causes.bad_luck"));
}

}  // namespace
}  // namespace rockpool::scenario
