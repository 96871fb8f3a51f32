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

std::string collect(apiserver::ByteStream& stream, std::string& text, bool& ended) {
  stream.on_data([&text](std::string_view data) { text += data; });
  stream.on_close([&ended] { ended = true; });
  return text;
}

TEST_CASE("who follows a log gets its lines as they are printed, and its end") {
  ContainerLog log;
  log.print(sim::kEpoch, "one\ntwo\n");
  apiserver::PodLogOptions options;
  options.tail_lines = 1;
  options.timestamps = true;
  const auto stream = std::make_shared<apiserver::ByteStream>();
  log.follow(options, stream);
  std::string text;
  bool ended = false;
  CHECK(collect(*stream, text, ended) == "2025-01-01T00:00:00Z two\n");
  AccessRecord record;
  record.method = "GET";
  record.target = "/";
  log.print(sim::kEpoch + 1s, record, two_lines, sim::kEpoch);
  CHECK(text == "2025-01-01T00:00:00Z two\n2025-01-01T00:00:01Z GET\n2025-01-01T00:00:01Z /\n");
  CHECK_FALSE(ended);
  log.end();
  CHECK(ended);
  // Following what has ended is reading it.
  const auto late = std::make_shared<apiserver::ByteStream>();
  log.follow({}, late);
  text.clear();
  ended = false;
  CHECK(collect(*late, text, ended) == "one\ntwo\nGET\n/\n");
  CHECK(ended);
}

TEST_CASE("who follows a log gets no more bytes than asked for, and may leave") {
  ContainerLog log;
  apiserver::PodLogOptions options;
  options.limit_bytes = 6;
  const auto limited = std::make_shared<apiserver::ByteStream>();
  const auto leaving = std::make_shared<apiserver::ByteStream>();
  log.follow(options, limited);
  log.follow({}, leaving);
  std::string text;
  bool ended = false;
  collect(*limited, text, ended);
  std::string other;
  leaving->on_data([&](std::string_view data) {
    other += data;
    leaving->close();
  });
  log.print(sim::kEpoch, "one\ntwo\n");
  CHECK(text == "one\ntw");
  CHECK(ended);
  CHECK(other == "one\n");
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
