// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/terminal.h"

#include <doctest/doctest.h>

#include "core/sim/loop.h"

namespace rockpool::node {
namespace {

struct Desk {
  sim::Loop loop;
  Input input;
  std::string screen;
  int interrupts = 0;
  Terminal terminal{input, [this](std::string_view text) { screen += text; },
                    [this] { ++interrupts; }};
  std::string read;
  sim::Process reader;

  Desk() { reader = sim::Process{loop, read_lines()}; }
  sim::Task<void> read_lines() {
    for (;;) {
      sim::Task<std::string> reading = input.read_line();
      const std::string line = co_await reading;
      read += line.empty() ? "<end>" : line;
    }
  }
  void type(std::string_view keys) {
    terminal.type(keys);
    loop.run_until(loop.now());
  }
};

TEST_CASE("a line can be edited before it is read") {
  Desk desk;
  desk.type(
      "ab\x7f"
      "c");
  CHECK(desk.read.empty());
  CHECK(desk.screen == "ab\b \bc");
  desk.type("\r");
  CHECK(desk.read == "ac\n");
  desk.type(
      "nonsense\x15"
      "\xc3\xa9\x7f"
      "d\r");
  CHECK(desk.read == "ac\nd\n");
}

TEST_CASE("earlier lines come back with the arrow keys") {
  Desk desk;
  desk.type("one\rtwo\r");
  desk.read.clear();
  desk.type("\x1b[A\x1b[A\r");
  CHECK(desk.read == "one\n");
  desk.type("\x1b[A\x1b[A\x1b[B\x1b[Bx\r");
  CHECK(desk.read == "one\nx\n");
}

TEST_CASE("control keys interrupt, and end the input once") {
  Desk desk;
  desk.type("half\x03");
  CHECK(desk.interrupts == 1);
  CHECK(desk.screen == "half^C\r\n");
  desk.type("\x04");
  CHECK(desk.read == "<end>");
  desk.type("more\r");
  CHECK(desk.read == "<end>more\n");
}

TEST_CASE("what is printed begins each line at the left") {
  Desk desk;
  desk.terminal.write("a\nb\n");
  CHECK(desk.screen == "a\r\nb\r\n");
}

}  // namespace
}  // namespace rockpool::node
