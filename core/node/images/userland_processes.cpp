// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_processes.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace rockpool::node {
namespace {

constexpr int kTerminate = 15;

std::optional<std::int32_t> read_number(std::string_view text) {
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// `9`, `KILL`, `SIGKILL`
std::optional<int> read_signal(std::string_view text) {
  if (const auto number = read_number(text)) return *number;
  if (text.starts_with("SIG")) text.remove_prefix(3);
  constexpr std::pair<std::string_view, int> kNames[] = {
      {"HUP", 1}, {"INT", 2}, {"QUIT", 3}, {"KILL", 9}, {"TERM", kTerminate}};
  for (const auto& [name, number] : kNames) {
    if (name == text) return number;
  }
  return std::nullopt;
}

}  // namespace

sim::Task<std::int32_t> run_ps(ProcessContext& context) {
  context.print("PID   USER     TIME  COMMAND\n");
  const ProcessUser& runs_as = context.machine().user;
  const std::string_view name = runs_as.known_name();
  const std::string user = name.empty() ? fmt::format("{}", runs_as.id) : std::string{name};
  if (const ProcessTable* processes = context.machine().processes) {
    for (const ProcessTable::Entry& entry : processes->list()) {
      context.print(fmt::format("{:5} {:<8}  0:00 {}\n", entry.id, user, entry.command));
    }
  }
  co_return 0;
}

sim::Task<std::int32_t> run_kill(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  std::size_t next = 1;
  int signal = kTerminate;
  if (next < arguments.size() && arguments[next].starts_with('-')) {
    const bool is_apart = arguments[next] == "-s" && next + 1 < arguments.size();
    const std::string name = is_apart ? arguments[++next] : arguments[next].substr(1);
    ++next;
    const auto known = read_signal(name);
    if (!known) {
      context.print_error(fmt::format("sh: bad signal name '{}'\n", name));
      co_return 1;
    }
    signal = *known;
  }
  if (next == arguments.size()) {
    context.print_error("sh: you need to specify whom to kill\n");
    co_return 1;
  }
  std::int32_t status = 0;
  for (; next < arguments.size(); ++next) {
    const auto process = read_number(arguments[next]);
    ProcessTable* processes = context.machine().processes;
    if (!process) {
      context.print_error(fmt::format("sh: invalid number '{}'\n", arguments[next]));
      status = 1;
    } else if (processes == nullptr || !processes->send_signal(*process, signal)) {
      context.print_error(fmt::format("sh: can't kill pid {}: No such process\n", *process));
      status = 1;
    }
  }
  co_return status;
}

}  // namespace rockpool::node
