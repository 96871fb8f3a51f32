// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/session.h"

#include <doctest/doctest.h>

#include <vector>

namespace rockpool::apiserver {
namespace {

using Kind = SessionInput::Kind;

TEST_CASE("output waits for its client, and the end comes after it") {
  const auto session = std::make_shared<Session>(Session::Kind::remote_command);
  session->push(channel::kOutput, "a");
  session->push(channel::kErrorOutput, "b");
  session->push_end(channel::kOutput);
  session->finish();
  session->push(channel::kOutput, "too late");
  std::string seen;
  bool closed = false;
  session->on_close([&] { closed = true; });
  session->on_output([&](const SessionOutput& output) {
    seen += std::to_string(output.channel) + (output.ends ? "." : output.data);
  });
  CHECK(seen == "1a2b1.");
  CHECK(closed);
  CHECK(session->is_closed());
}

TEST_CASE("input passes the gate, and none comes after the client has gone") {
  const auto session = std::make_shared<Session>(Session::Kind::remote_command);
  std::vector<Kind> taken;
  bool may_pass = true;
  session->on_input([&](const SessionInput& input) { taken.push_back(input.kind); });
  session->set_gate([&](const SessionInput&) { return may_pass; });
  session->put({.kind = Kind::data, .data = "x"});
  session->close();
  session->put({.kind = Kind::data, .data = "y"});
  CHECK(taken == std::vector{Kind::data, Kind::close});
  const auto other = std::make_shared<Session>(Session::Kind::remote_command);
  other->on_input([&](const SessionInput& input) { taken.push_back(input.kind); });
  other->set_gate([&](const SessionInput&) { return may_pass; });
  other->on_output([](const SessionOutput&) {});
  may_pass = false;
  other->put({.kind = Kind::data, .data = "z"});
  CHECK(taken.size() == 2);
  CHECK(other->is_closed());
}

TEST_CASE("a client that takes nothing for long loses its session") {
  const auto session = std::make_shared<Session>(Session::Kind::remote_command);
  const std::string megabyte(1 << 20, 'x');
  for (std::size_t sent = 0; sent <= kMaxSessionBacklog; sent += megabyte.size()) {
    session->push(channel::kOutput, megabyte);
  }
  std::size_t received = 0;
  bool closed = false;
  session->on_close([&] { closed = true; });
  session->on_output([&](const SessionOutput& output) { received += output.data.size(); });
  CHECK(received == kMaxSessionBacklog);
  CHECK(closed);
}

}  // namespace
}  // namespace rockpool::apiserver
