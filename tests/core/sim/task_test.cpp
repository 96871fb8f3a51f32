// SPDX-License-Identifier: Apache-2.0
#include "core/sim/task.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "core/sim/channel.h"

namespace rockpool::sim {
namespace {

using namespace std::chrono_literals;

Task<int> add_later(int left, int right) {
  co_await sleep(1s);
  co_return left + right;
}

Task<void> add_twice(int& result) {
  const int first = co_await add_later(1, 2);
  const int second = co_await add_later(first, 10);
  result = second;
}

TEST_CASE("tasks await each other in virtual time") {
  Loop loop;
  int result = 0;
  Process process{loop, add_twice(result)};
  CHECK(process.is_running());
  loop.run_for(1999ms);
  CHECK(result == 0);
  loop.run_for(1ms);
  CHECK(result == 13);
  CHECK_FALSE(process.is_running());
}

struct Trace {
  std::string* log;
  ~Trace() { *log += "gone "; }
};

Task<void> tick(std::string& log) {
  const Trace trace{&log};
  for (;;) {
    log += "tick ";
    co_await sleep(1s);
  }
}

TEST_CASE("a killed process is destroyed where it waits") {
  Loop loop;
  std::string log;
  {
    Process process{loop, tick(log)};
    loop.run_for(1500ms);
    CHECK(log == "tick tick ");
  }
  CHECK(log == "tick tick gone ");
  loop.run_for(10s);
  CHECK(log == "tick tick gone ");
  CHECK(loop.pending() == 0);
}

TEST_CASE("a process killed before it began never begins") {
  Loop loop;
  std::string log;
  {
    Process process{loop, tick(log)};
  }
  loop.run_for(1s);
  CHECK(log.empty());
}

Task<void> suicide(std::unique_ptr<Process>& self, std::string& log) {
  const Trace trace{&log};
  self.reset();
  log += "still ";
  co_await sleep(1s);
  log += "never ";
}

TEST_CASE("a process that kills itself goes away at its next wait") {
  Loop loop;
  std::string log;
  std::unique_ptr<Process> process;
  process = std::make_unique<Process>(loop, suicide(process, log));
  loop.run_for(5s);
  CHECK(log == "still gone ");
}

Task<void> consume(Channel<int>& channel, std::string& log) {
  while (const std::optional<int> item = co_await channel.take())
    log += std::to_string(*item) + " ";
  log += "end";
}

TEST_CASE("a channel hands items over in order, then its end") {
  Loop loop;
  Channel<int> channel;
  std::string log;
  Process process{loop, consume(channel, log)};
  channel.put(1);
  channel.put(2);
  loop.run_for(0s);
  CHECK(log == "1 2 ");
  channel.put(3);
  channel.close();
  channel.put(4);
  loop.run_for(0s);
  CHECK(log == "1 2 3 end");
}

Task<void> wait_for(Future<int>& future, std::optional<Duration> timeout, std::string& log) {
  const std::optional<int> value = co_await future.take(timeout);
  log += value ? std::to_string(*value) : "late";
}

TEST_CASE("a future arrives or times out") {
  Loop loop;
  std::string log;
  Future<int> kept;
  Process first{loop, wait_for(kept, 2s, log)};
  loop.schedule(1s, [&] { kept.set(7); });
  loop.run_for(5s);
  CHECK(log == "7");
  Future<int> broken;
  Process second{loop, wait_for(broken, 2s, log)};
  loop.run_for(5s);
  CHECK(log == "7late");
  CHECK(loop.pending() == 0);
}

TEST_CASE("killing a process that was just woken takes the wake-up back") {
  Loop loop;
  Channel<int> channel;
  std::string log;
  Process process{loop, consume(channel, log)};
  loop.run_for(0s);
  channel.put(1);
  process.kill();
  loop.run_for(1s);
  CHECK(log.empty());
  CHECK(loop.pending() == 0);
}

}  // namespace
}  // namespace rockpool::sim
