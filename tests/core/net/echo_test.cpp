// SPDX-License-Identifier: Apache-2.0
#include "core/net/echo.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "tests/core/net/world.h"

namespace rockpool::net::testing {
namespace {

using Outcome = EchoResult::Outcome;

struct Echo {
  EchoResult result;
  sim::Duration after{0};
};

sim::Task<void> send_into(Ref<Host> from, IpAddress to, std::optional<Echo>& echo) {
  const sim::Time sent = from->loop().now();
  sim::Task<EchoResult> task = send_echo(from, to);
  const EchoResult result = co_await task;
  echo.emplace(result, from->loop().now() - sent);
}

Echo ping(World& world, const Ref<Host>& from, const std::string& to) {
  std::optional<Echo> echo;
  const sim::Process process{world.loop, send_into(from, IpAddress::parse(to).value(), echo)};
  while (!echo && world.loop.run_one()) {
  }
  REQUIRE(echo);
  return *echo;
}

TEST_CASE("whoever has an address answers, and each node on the way counts down") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  world.add_pod(*world.one, "near", 3);
  world.add_pod(*world.two, "far", 2);
  const auto check = [&](const Ref<Host>& from, const std::string& to, int time_to_live,
                         sim::Duration after) {
    CAPTURE(to);
    const Echo echo = ping(world, from, to);
    CHECK(echo.result.outcome == Outcome::reply);
    CHECK(echo.result.from.to_string() == to);
    CHECK(echo.result.time_to_live == time_to_live);
    CHECK(echo.after == after);
  };
  check(client, "127.0.0.1", 64, 20us);
  check(client, "10.244.0.2", 64, 20us);
  check(client, "10.244.0.3", 64, 100us);
  check(client, "192.168.0.1", 64, 100us);
  check(client, "192.168.0.2", 63, 500us);
  check(client, "10.244.1.2", 62, 500us);
  check(world.outside, "192.168.0.1", 64, 2ms);
}

TEST_CASE("what nobody has is unreachable if a node would know, and else lost") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Echo far = ping(world, client, "10.244.1.77");
  CHECK(far.result.outcome == Outcome::host_unreachable);
  CHECK(far.result.from.to_string() == "192.168.0.2");
  CHECK(far.after == 3s + 500us);
  // On its own bridge it finds out by itself.
  CHECK(ping(world, client, "10.244.0.77").result.from.to_string() == "10.244.0.2");
  CHECK(ping(world, client, "10.96.0.1").result.outcome == Outcome::lost);
  CHECK(ping(world, client, "fd00::1").result.outcome == Outcome::network_unreachable);
  world.add_pod(*world.two, "hidden", 3);
  CHECK(ping(world, world.outside, "10.244.1.3").result.outcome == Outcome::lost);
}

TEST_CASE("cut links, nodes that are off and loss lose requests and answers") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> far = world.add_pod(*world.two, "far", 2);
  world.network.set_link(*world.one, *world.two, {.cut = true});
  CHECK(ping(world, client, "10.244.1.2").result.outcome == Outcome::lost);
  world.network.set_link(*world.one, *world.two, {.extra_latency = 100ms});
  CHECK(ping(world, client, "10.244.1.2").after == 200ms + 500us);
  world.network.set_link(*world.one, *world.two, {.loss = 0.5});
  int answered = 0;
  for (int i = 0; i < 400; ++i) {
    if (ping(world, client, "10.244.1.2").result.outcome == Outcome::reply) ++answered;
  }
  // Both ways must go well: a quarter.
  CHECK(answered > 60);
  CHECK(answered < 140);
  world.network.restore_links();
  world.network.set_node_up(*world.two, false);
  CHECK(ping(world, client, "10.244.1.2").result.outcome == Outcome::lost);
  CHECK(ping(world, client, "10.244.1.77").result.outcome == Outcome::lost);
  world.network.set_node_up(*world.two, true);
  CHECK(ping(world, client, "10.244.1.2").result.outcome == Outcome::reply);
}

}  // namespace
}  // namespace rockpool::net::testing
