// SPDX-License-Identifier: Apache-2.0
#include "core/sim/loop.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "core/sim/random.h"

namespace rockpool::sim {
namespace {

using namespace std::chrono_literals;

TEST_CASE("events run in order of their moment, then of scheduling") {
  Loop loop;
  std::string order;
  loop.schedule(2s, [&] { order += "c"; });
  loop.schedule(1s, [&] {
    order += "a";
    loop.post([&] { order += "B"; });
  });
  loop.schedule(1s, [&] { order += "b"; });
  loop.post([&] { order += "0"; });
  CHECK(loop.run_for(1s));
  // What was scheduled for a moment runs before what is posted in it.
  CHECK(order == "0abB");
  CHECK(loop.now() == kEpoch + 1s);
  CHECK(loop.next_event_time() == kEpoch + 2s);
  CHECK(loop.run_for(10s));
  CHECK(order == "0abBc");
  CHECK(loop.now() == kEpoch + 11s);
  CHECK_FALSE(loop.run_one());
}

TEST_CASE("a cancelled event never runs, and cancelling it again harms nobody") {
  Loop loop;
  int runs = 0;
  const TimerId first = loop.schedule(1s, [&] { ++runs; });
  loop.cancel(first);
  const TimerId second = loop.schedule(1s, [&] { runs += 10; });
  loop.cancel(first);
  CHECK(loop.is_pending(second));
  loop.run_for(2s);
  CHECK(runs == 10);
  CHECK_FALSE(loop.is_pending(second));
  loop.cancel(second);
  loop.cancel(TimerId{});
  CHECK(loop.pending() == 0);
}

TEST_CASE("the event limit stops a busy loop and keeps the rest") {
  Loop loop;
  int runs = 0;
  for (int index = 0; index < 10; ++index) loop.schedule(1s, [&] { ++runs; });
  CHECK_FALSE(loop.run_for(5s, 4));
  CHECK(runs == 4);
  CHECK(loop.now() == kEpoch + 1s);
  CHECK(loop.run_until(kEpoch + 5s));
  CHECK(runs == 10);
}

TEST_CASE("a random history of scheduling and cancelling agrees with an ordered map") {
  Loop loop;
  Random random{7};
  std::map<std::pair<Time, int>, TimerId> model;
  std::vector<int> ran;
  std::vector<int> expected;
  int next = 0;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t choice = random.below(10);
    if (choice < 6) {
      const Time moment = loop.now() + Duration{static_cast<std::int64_t>(random.below(50))};
      const int name = next++;
      model[{moment, name}] = loop.schedule_at(moment, [&ran, name] { ran.push_back(name); });
    } else if (choice < 8 && !model.empty()) {
      auto chosen = model.lower_bound(
          {loop.now() + Duration{static_cast<std::int64_t>(random.below(50))}, 0});
      if (chosen == model.end()) continue;
      loop.cancel(chosen->second);
      model.erase(chosen);
    } else {
      const Time until = loop.now() + Duration{static_cast<std::int64_t>(random.below(8))};
      while (!model.empty() && model.begin()->first.first <= until) {
        expected.push_back(model.begin()->first.second);
        model.erase(model.begin());
      }
      loop.run_until(until);
      REQUIRE(ran == expected);
      REQUIRE(loop.pending() == model.size());
    }
  }
  CHECK(ran.size() > 1000);
}

TEST_CASE("random streams depend on the seed and the name alone") {
  Random root{42};
  Random before = root.stream("scheduler");
  root.next();
  Random after = root.stream("scheduler");
  CHECK(before.next() == after.next());
  CHECK(Random{42}.stream("a").next() != Random{42}.stream("b").next());
  CHECK(Random{1}.stream("a").next() != Random{2}.stream("a").next());
  Random draws{3};
  for (int index = 0; index < 1000; ++index) CHECK(draws.below(7) < 7);
  CHECK(Random{5}.suffix().size() == 5);
  const std::string uuid = Random{5}.uuid();
  CHECK(uuid.size() == 36);
  CHECK(uuid[14] == '4');
}

}  // namespace
}  // namespace rockpool::sim
