// SPDX-License-Identifier: Apache-2.0
#include "core/client/work_queue.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rockpool::client {
namespace {

using namespace std::chrono_literals;

struct World {
  sim::Loop loop;
  std::vector<std::string> handled;
  std::vector<sim::Time> times;
  Outcome outcome = Outcome::done();
  WorkQueue<std::string> queue{loop, [this](const std::string& key) {
                                 handled.push_back(key);
                                 times.push_back(loop.now());
                                 return outcome;
                               }};
};

TEST_CASE("a key added many times is handled once, in order of arrival") {
  World world;
  for (const char* key : {"b", "a", "b", "c", "a"}) world.queue.add(key);
  CHECK(world.handled.empty());
  world.loop.run_for(0s);
  CHECK(world.handled == std::vector<std::string>{"b", "a", "c"});
}

TEST_CASE("a key added while it is handled is handled again") {
  sim::Loop loop;
  int handled = 0;
  WorkQueue<int>* self = nullptr;
  WorkQueue<int> queue{loop, [&](int key) {
                         if (++handled == 1) self->add(key);
                         return Outcome::done();
                       }};
  self = &queue;
  queue.add(7);
  loop.run_for(0s);
  CHECK(handled == 2);
}

TEST_CASE("failures back off exponentially up to a limit, and success starts afresh") {
  World world;
  world.outcome = Outcome::retry();
  world.queue.add("web");
  world.loop.run_for(36ms);
  // At 0, 5, 5 + 10 and 15 + 20 milliseconds.
  CHECK(world.times == std::vector<sim::Time>{sim::kEpoch, sim::kEpoch + 5ms, sim::kEpoch + 15ms,
                                              sim::kEpoch + 35ms});
  world.loop.run_for(20h);
  const auto last = world.times.size() - 1;
  CHECK(world.times[last] - world.times[last - 1] == 1000s);
  world.outcome = Outcome::done();
  world.loop.run_for(1000s);
  const auto settled = world.handled.size();
  world.loop.run_for(10h);
  CHECK(world.handled.size() == settled);
  world.outcome = Outcome::retry();
  world.queue.add("web");
  world.loop.run_for(5ms);
  CHECK(world.handled.size() == settled + 2);
}

TEST_CASE("of several delays for a key the earliest counts") {
  World world;
  world.queue.add_after("web", 10s);
  world.queue.add_after("web", 2s);
  world.queue.add_after("web", 5s);
  world.loop.run_for(1min);
  CHECK(world.times == std::vector<sim::Time>{sim::kEpoch + 2s});
}

TEST_CASE("a stopped queue forgets everything and takes nothing") {
  World world;
  world.queue.add("a");
  world.queue.add_after("b", 1s);
  world.queue.stop();
  world.queue.add("c");
  world.loop.run_for(1min);
  CHECK(world.handled.empty());
  CHECK(world.loop.pending() == 0);
  world.queue.start();
  world.queue.add("d");
  world.loop.run_for(0s);
  CHECK(world.handled == std::vector<std::string>{"d"});
}

}  // namespace
}  // namespace rockpool::client
