// SPDX-License-Identifier: Apache-2.0
#include "core/node/container_log.h"

#include <doctest/doctest.h>

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

std::string two_lines(const AccessRecord& record, sim::Time, sim::Time) {
  return record.method + "\n" + record.target;
}

TEST_CASE("a log gives the lines that were asked for") {
  ContainerLog log;
  log.print(sim::kEpoch, "one\ntwo\n\n");
  AccessRecord record;
  record.method = "GET";
  record.target = "/";
  log.print(sim::kEpoch + 1500ms, record, two_lines, sim::kEpoch);
  apiserver::PodLogOptions options;
  CHECK(log.read(options) == "one\ntwo\n\nGET\n/\n");
  options.tail_lines = 2;
  CHECK(log.read(options) == "GET\n/\n");
  options.timestamps = true;
  options.tail_lines = 1;
  CHECK(log.read(options) == "2025-01-01T00:00:01.5Z /\n");
  options = {};
  options.since = sim::kEpoch + 1s;
  CHECK(log.read(options) == "GET\n/\n");
  options = {};
  options.limit_bytes = 5;
  CHECK(log.read(options) == "one\nt");
  options.tail_lines = 0;
  CHECK(log.read(options).empty());
}

TEST_CASE("a log keeps its last lines") {
  ContainerLog log;
  for (std::size_t i = 0; i < ContainerLog::kMaxLines + 3; ++i) {
    log.print(sim::kEpoch, std::to_string(i));
  }
  apiserver::PodLogOptions options;
  CHECK(log.read(options).starts_with("3\n4\n"));
  options.tail_lines = 1;
  CHECK(log.read(options) == std::to_string(ContainerLog::kMaxLines + 2) + "\n");
  CHECK(log.tail(2, 100) == std::to_string(ContainerLog::kMaxLines + 1) + "\n" +
                                std::to_string(ContainerLog::kMaxLines + 2) + "\n");
}

}  // namespace
}  // namespace rockpool::node
