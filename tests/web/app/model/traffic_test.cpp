// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/traffic.h"

#include <doctest/doctest.h>

namespace rockpool::app {
namespace {

using namespace std::chrono_literals;

RequestSeen at(sim::Duration offset, std::string endpoint, bool ok = true,
               sim::Duration latency = 1ms) {
  RequestSeen request;
  request.finished = sim::kEpoch + offset;
  request.started = request.finished - latency;
  request.service_key = "default/web";
  request.endpoint = std::move(endpoint);
  request.ok = ok;
  return request;
}

TEST_CASE("rate, success and latency over the minute") {
  Traffic traffic;
  for (int second = 0; second < 20; ++second) {
    for (int part = 0; part < 4; ++part) {
      const bool ok = part != 0;
      traffic.add(at(second * 1s + part * 200ms, ok ? "a" : "", ok, 2ms));
    }
  }
  traffic.advance(sim::kEpoch + 20s);
  const ServiceTraffic::Summary summary = traffic.service("default/web")->summary();
  CHECK(summary.requests == 80);
  CHECK(summary.failures == 20);
  CHECK(summary.rate == doctest::Approx(4));
  CHECK(summary.success == doctest::Approx(0.75));
  CHECK(summary.mean_latency == doctest::Approx(0.002));
  CHECK(summary.p99_latency >= 0.002);
  CHECK(summary.p99_latency <= 0.0041);
  CHECK(traffic.total() == 80);
  CHECK(traffic.failures() == 20);
}

TEST_CASE("a slow hundredth shows in the 99th percentile but hardly in the mean") {
  Traffic traffic;
  for (int count = 0; count < 980; ++count) traffic.add(at(1s, "a", true, 1ms));
  for (int count = 0; count < 20; ++count) traffic.add(at(1s, "a", true, 1s));
  const auto summary = traffic.service("default/web")->summary();
  CHECK(summary.p99_latency >= 1.0);
  CHECK(summary.mean_latency < 0.03);
}

TEST_CASE("shares of endpoints; those silent for a minute are forgotten") {
  Traffic traffic;
  for (int count = 0; count < 30; ++count) traffic.add(at(0s, "gone"));
  for (int count = 0; count < 10; ++count) traffic.add(at(50s, "here"));
  const ServiceTraffic& service = *traffic.service("default/web");
  REQUIRE(service.shares().size() == 2);
  CHECK(service.shares()[0].total == 30);
  CHECK(service.shares()[0].colour != service.shares()[1].colour);
  traffic.advance(sim::kEpoch + 61s);
  REQUIRE(service.shares().size() == 1);
  CHECK(service.shares()[0].endpoint == "here");
  CHECK(service.share_second(service.shares()[0], 11) == 10);
  traffic.advance(sim::kEpoch + 500s);
  CHECK(service.summary().requests == 0);
}

TEST_CASE("a request to no Service is remembered, and counted to none") {
  Traffic traffic;
  RequestSeen request = at(1s, "a");
  request.service_key.clear();
  traffic.add(request);
  CHECK(traffic.services().empty());
  CHECK(traffic.recent().size() == 1);
}

TEST_CASE("failures that are alike are counted, for a minute") {
  Traffic traffic;
  const auto fail = [&traffic](sim::Duration offset, std::string from, std::string result) {
    RequestSeen request = at(offset, "", false);
    request.from = std::move(from);
    request.url = "http://web/";
    request.result = std::move(result);
    traffic.add(std::move(request));
  };
  fail(1s, "pod/default/b", "connection refused");
  fail(2s, "pod/default/a", "no such host");
  fail(3s, "pod/default/b", "connection refused");
  traffic.add(at(4s, "x"));
  std::vector<FailureGroup> groups = traffic.failure_groups();
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].last->from == "pod/default/a");
  CHECK(groups[1].count == 2);
  CHECK(groups[1].last->finished == sim::kEpoch + 3s);
  traffic.advance(sim::kEpoch + 62s + 500ms);
  groups = traffic.failure_groups();
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].count == 1);
  for (std::size_t number = 0; number < 2 * Traffic::kMostFailed; ++number)
    fail(62s, "external", "502 Bad Gateway");
  CHECK(traffic.failed().size() == Traffic::kMostFailed);
  traffic.clear();
  CHECK(traffic.failure_groups().empty());
}

}  // namespace
}  // namespace rockpool::app
