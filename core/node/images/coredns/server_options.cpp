// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/node/images/coredns/plugin.h"

// plugin/timeouts, multisocket, cancel, debug: how the server works with its sockets and requests.
// What they say is checked as CoreDNS does; they change nothing here, where a connection ends with
// its query, one socket takes all datagrams, and `forward` gives up by itself after 5 s.
namespace rockpool::node::coredns {
namespace {

// The length of time of a line of `timeouts`: a number alone means seconds.
Done read_timeout(Setup& setup) {
  constexpr sim::Duration kLeast = std::chrono::seconds{1};
  constexpr sim::Duration kMost = std::chrono::hours{24};
  Dispenser& words = setup.words;
  const std::vector<std::string> arguments = words.remaining_arguments();
  if (arguments.size() != 1) return Error{words.argument_error()};
  const std::string text = arguments[0] + (go_number(arguments[0]) ? "s" : "");
  const auto timeout = go_duration(text);
  if (!timeout) return Error{words.error(fmt::format("failed to parse duration '{}'", text))};
  if (*timeout < kLeast || *timeout > kMost) {
    return Error{
        words.error(fmt::format("timeout provided '{}' needs to be between 1 second and 24 hours",
                                sim::format_duration(*timeout)))};
  }
  return {};
}

}  // namespace

Done set_up_timeouts(Setup& setup) {
  // Some of its errors name the plug-in themselves, and are then given the name once more.
  constexpr std::string_view kName = "plugin/timeouts: ";
  Dispenser& words = setup.words;
  while (words.next()) {
    if (!words.remaining_arguments().empty()) {
      return Error{fmt::format("{}{}", kName, words.argument_error())};
    }
    int lines = 0;
    for (; words.next_in_block(); ++lines) {
      const std::string option = words.value();
      if (option != "read" && option != "write" && option != "idle") {
        return Error{words.error(fmt::format("unknown option: '{}'", option))};
      }
      if (Done done = read_timeout(setup); !done) return done;
    }
    if (lines == 0) {
      return Error{
          fmt::format("{}{}", kName, words.error("timeouts block with no timeouts specified"))};
    }
  }
  return {};
}

Done set_up_multisocket(Setup& setup) {
  constexpr std::int64_t kMost = 1024;
  setup.words.next();
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.size() > 1 || setup.words.next()) return Error{setup.words.argument_error()};
  if (arguments.empty()) return {};
  const auto number = go_number(arguments[0]);
  if (!number) return Error{fmt::format("invalid num sockets: {}", number.error())};
  if (*number < 1) {
    return Error{fmt::format("num sockets can not be zero or negative: {}", *number)};
  }
  if (*number > kMost) {
    return Error{fmt::format("num sockets exceeds maximum ({}): {}", kMost, *number)};
  }
  return {};
}

Done set_up_cancel(Setup& setup) {
  while (setup.words.next()) {
    const std::vector<std::string> arguments = setup.words.remaining_arguments();
    if (arguments.empty()) continue;
    if (arguments.size() > 1) return Error{setup.words.argument_error()};
    const auto timeout = go_duration(arguments[0]);
    if (!timeout) return Error{fmt::format("invalid duration: \"{}\"", arguments[0])};
    if (*timeout <= sim::Duration{0}) {
      return Error{fmt::format("invalid negative duration: \"{}\"", arguments[0])};
    }
  }
  return {};
}

Done set_up_debug(Setup& setup) {
  while (setup.words.next()) {
    if (setup.words.next_argument()) return Error{setup.words.argument_error()};
  }
  return {};
}

}  // namespace rockpool::node::coredns
