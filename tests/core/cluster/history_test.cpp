// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/history.h"

#include <doctest/doctest.h>

namespace rockpool::cluster {
namespace {

using namespace std::chrono_literals;

History sample() {
  History history;
  history.options.seed = UINT64_MAX;
  history.options.nodes = 5;
  history.options.dns = false;
  history.options.proxy_delay = 7ms;
  history.options.proxy_mode = net::proxy::ModeKind::ipvs;
  history.options.ipvs_scheduler = net::proxy::IpvsScheduler::lc;
  history.inputs.push_back({sim::kEpoch + 1s, doc::Value::map({{"apply", "kind: Pod"}})});
  history.inputs.push_back(
      {sim::kEpoch + 1s, doc::Value::map({{"fault", doc::Value::map({{"stop", "node/node-1"}})}})});
  return history;
}

TEST_CASE("a history reads back from its own text") {
  const History history = sample();
  const auto replay = parse_history(history.to_json(sim::kEpoch + 2s, 0xfedcba9876543210u));
  REQUIRE(replay.has_value());
  CHECK(replay->history.options.seed == UINT64_MAX);
  CHECK(replay->history.options.nodes == 5);
  CHECK_FALSE(replay->history.options.dns);
  CHECK(replay->history.options.proxy_delay == 7ms);
  CHECK(replay->history.options.proxy_mode == net::proxy::ModeKind::ipvs);
  CHECK(replay->history.options.ipvs_scheduler == net::proxy::IpvsScheduler::lc);
  CHECK(replay->now == sim::kEpoch + 2s);
  CHECK(replay->digest == 0xfedcba9876543210u);
  REQUIRE(replay->history.inputs.size() == 2);
  CHECK(replay->history.inputs[1].moment == sim::kEpoch + 1s);
  CHECK(replay->history.inputs[1].what["fault"]["stop"].as_string() == "node/node-1");
}

TEST_CASE("a damaged snapshot says where") {
  const auto message = [](std::string text) {
    const auto replay = parse_history(text);
    return replay ? std::string{"(accepted)"} : replay.error().message;
  };
  const std::string good = sample().to_json(sim::kEpoch + 2s, 1);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return message(text);
  };
  CHECK(message(good) == "(accepted)");
  CHECK(message(good.substr(0, good.size() / 2)).starts_with("snapshot: line 1, column "));
  CHECK(message("{}") == "snapshot: not a snapshot of Rockpool");
  CHECK(with("\"rockpool\":6", "\"rockpool\":9") ==
        "snapshot: version 9 cannot be read; this program reads version 6");
  CHECK(with("\"nodes\":5", "\"nodes\":-1") ==
        "snapshot: options.nodes: must be between 0 and 16000, inclusive");
  CHECK(with("\"seed\":\"1", "\"seed\":\"x1") ==
        "snapshot: options.seed: expected a number as a string");
  CHECK(with("\"at\":1735689601", "\"at\":1735689599") ==
        "snapshot: inputs[0].at: earlier than the one before");
  CHECK(with("\"now\":1735689602", "\"now\":1735689600") ==
        "snapshot: now: earlier than the last input");
  CHECK(with("\"digest\":\"0000", "\"digest\":\"zz00") ==
        "snapshot: digest: expected 16 hexadecimal digits");
}

TEST_CASE("a snapshot with one letter changed is no snapshot") {
  const std::string good = sample().to_json(sim::kEpoch + 2s, 1);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string text = good;
    text[at] = static_cast<char>(text[at] ^ 1);
    CHECK_MESSAGE(!parse_history(text).has_value(), text);
  }
  std::string unsigned_text = good;
  const std::size_t checksum = unsigned_text.find("\"checksum\":");
  unsigned_text.erase(checksum, unsigned_text.find(',', checksum) - checksum + 1);
  const auto replay = parse_history(unsigned_text);
  REQUIRE_FALSE(replay.has_value());
  CHECK(replay.error().message.starts_with("snapshot: its checksum is null, but"));
}

}  // namespace
}  // namespace rockpool::cluster
