// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_launch.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/node/images/child_process.h"
#include "core/node/images/http_server.h"
#include "core/node/images/image.h"
#include "core/node/images/userland_options.h"
#include "core/sim/channel.h"

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;
using Words = std::vector<std::string>;

constexpr std::int32_t kUsage = 1;
constexpr std::int32_t kTerminated = 143;
constexpr std::int32_t kGnuTimedOut = 124;
// What xargs makes of a program that failed.
constexpr std::int32_t kSomeFailed = 123;
constexpr std::int32_t kNotFound = 127;
constexpr std::size_t kMaxWords = 5'000;

Words rest_of(const ProcessContext& context, std::size_t first) {
  const Words& arguments = context.arguments();
  return {arguments.begin() + static_cast<std::ptrdiff_t>(std::min(first, arguments.size())),
          arguments.end()};
}

std::optional<std::size_t> read_count(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

// Runs a program that can be ended from outside.
sim::Task<void> run_into(ProcessContext& context, Words words, sim::Future<std::int32_t>& status) {
  Code task = run_child(context, std::move(words), context.input());
  status.set(co_await task);
}

// What xargs was told.
struct Xargs {
  Words command;
  std::size_t most = kMaxWords;
  std::size_t parallel = 1;
  // -I: what each line takes the place of.
  std::optional<std::string> placeholder;
  bool needs_input = false;
  bool shows = false;
  bool ends_with_null = false;
};

// Only the options before the program are its own.
std::expected<Xargs, std::string> read_xargs(const Words& arguments) {
  Xargs options;
  std::size_t i = 1;
  for (; i < arguments.size() && arguments[i].size() > 1 && arguments[i].front() == '-'; ++i) {
    const std::string& argument = arguments[i];
    const char flag = argument[1];
    if (std::string_view{"rt0"}.find(flag) != std::string_view::npos) {
      options.needs_input = options.needs_input || argument.find('r') != std::string::npos;
      options.shows = options.shows || argument.find('t') != std::string::npos;
      options.ends_with_null = options.ends_with_null || argument.find('0') != std::string::npos;
      continue;
    }
    if (std::string_view{"nIPL"}.find(flag) == std::string_view::npos) {
      return std::unexpected{fmt::format("xargs: unrecognized option: {}\n", flag)};
    }
    if (argument.size() == 2 && i + 1 == arguments.size()) {
      return std::unexpected{fmt::format("xargs: option requires an argument: {}\n", flag)};
    }
    const std::string value = argument.size() > 2 ? argument.substr(2) : arguments[++i];
    if (flag == 'I' && !value.empty()) {
      options.placeholder = value;
      continue;
    }
    const auto number = read_count(value);
    if (!number || flag == 'L' || flag == 'I') {
      return std::unexpected{fmt::format("xargs: invalid number '{}'\n", value)};
    }
    (flag == 'n' ? options.most : options.parallel) = std::max<std::size_t>(*number, 1);
  }
  options.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
  if (options.command.empty()) options.command = {"echo"};
  return options;
}

// Words between blanks, with quotes, or whole lines or what ends with null bytes.
Words split_input(std::string_view text, const Xargs& options) {
  Words words;
  if (options.ends_with_null || options.placeholder) {
    const char end = options.ends_with_null ? '\0' : '\n';
    while (!text.empty()) {
      const std::size_t length = std::min(text.find(end), text.size());
      std::string_view line = text.substr(0, length);
      text.remove_prefix(std::min(length + 1, text.size()));
      if (options.placeholder) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      }
      if (!line.empty()) words.emplace_back(line);
    }
    return words;
  }
  std::string word;
  bool has_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      has_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (has_word) words.push_back(std::exchange(word, {}));
      has_word = false;
    } else {
      word += c == '\\' && i + 1 < text.size() ? text[++i] : c;
      has_word = true;
    }
  }
  if (has_word) words.push_back(std::move(word));
  return words;
}

std::vector<Words> command_lines(const Xargs& options, const Words& words) {
  std::vector<Words> lines;
  if (options.placeholder) {
    for (const std::string& word : words) {
      Words line = options.command;
      for (std::string& part : line) {
        for (std::size_t at = part.find(*options.placeholder); at != std::string::npos;
             at = part.find(*options.placeholder, at + word.size())) {
          part.replace(at, options.placeholder->size(), word);
        }
      }
      lines.push_back(std::move(line));
    }
    return lines;
  }
  for (std::size_t i = 0; i < words.size();) {
    Words line = options.command;
    for (std::size_t n = 0; n < options.most && i < words.size(); ++n) line.push_back(words[i++]);
    lines.push_back(std::move(line));
  }
  if (lines.empty() && !options.needs_input) lines.push_back(options.command);
  return lines;
}

using Statuses = sim::Channel<std::int32_t>;

sim::Task<void> run_for(ProcessContext& context, Words words, Statuses& statuses) {
  Input nothing{""};
  Code task = run_child(context, std::move(words), &nothing);
  statuses.put(co_await task);
}

// `Wed Jan  1 00:00:05 2025`
std::string clock_text(sim::Time now) {
  const std::string date = http_date(now);
  const std::string day = date[5] == '0' ? " " + date.substr(6, 1) : date.substr(5, 2);
  return fmt::format("{} {} {} {} {}", date.substr(0, 3), date.substr(8, 3), day,
                     date.substr(17, 8), date.substr(12, 4));
}

}  // namespace

Code run_which(ProcessContext& context) {
  std::int32_t status = context.arguments().size() < 2 ? kUsage : 0;
  for (const std::string& name : rest_of(context, 1)) {
    const std::string path = program_path(context.machine(), name);
    if (path.empty()) {
      status = 1;
    } else {
      context.print(path + "\n");
    }
  }
  co_return status;
}

Code run_time(ProcessContext& context) {
  Words words = rest_of(context, 1);
  if (!words.empty() && words.front() == "-p") words.erase(words.begin());
  if (words.empty()) {
    context.print_error("Usage: time [-vpa] [-o FILE] PROG ARGS\n");
    co_return kUsage;
  }
  const sim::Time started = context.now();
  Code task = run_child(context, std::move(words), context.input());
  const std::int32_t status = co_await task;
  const auto hundredths =
      std::chrono::duration_cast<std::chrono::milliseconds>(context.now() - started).count() / 10;
  if (status != 0) {
    context.print_error(fmt::format("Command exited with non-zero status {}\n", status));
  }
  context.print_error(fmt::format("real\t{}m {}.{:02}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n",
                                  hundredths / 6000, hundredths / 100 % 60, hundredths % 100));
  co_return status;
}

Code run_timeout(ProcessContext& context) {
  Words words = rest_of(context, 1);
  while (!words.empty() && words.front().starts_with('-')) {
    const bool has_value = words.front() == "-s" || words.front() == "-k";
    words.erase(words.begin(), words.begin() + (has_value && words.size() > 1 ? 2 : 1));
  }
  std::string text = words.empty() ? "" : words.front();
  if (text.find_first_not_of("0123456789.") == std::string::npos) text += "s";
  const auto limit = sim::parse_duration(text);
  if (!limit || words.size() < 2) {
    context.print_error(words.size() < 2
                            ? "Usage: timeout [-s SIG] [-k KILL_SECS] SECS PROG ARGS\n"
                            : fmt::format("timeout: invalid number '{}'\n", words.front()));
    co_return kUsage;
  }
  words.erase(words.begin());
  sim::Future<std::int32_t> status;
  const sim::Process process{context.loop(), run_into(context, std::move(words), status)};
  const std::optional<std::int32_t> done = co_await status.take(*limit);
  const bool is_gnu = context.machine().userland == Userland::debian;
  if (!done && !is_gnu) context.print_error("Terminated\n");
  co_return done.value_or(is_gnu ? kGnuTimedOut : kTerminated);
}

Code run_xargs(ProcessContext& context) {
  const auto options = read_xargs(context.arguments());
  if (!options) {
    context.print_error(options.error());
    co_return kUsage;
  }
  sim::Task<std::string> reading = context.read_input();
  const std::string text = co_await reading;
  std::int32_t result = 0;
  std::size_t running = 0;
  Statuses statuses;
  std::vector<sim::Process> processes;
  const auto note = [&result](std::int32_t status) {
    if (status == kNotFound) result = kNotFound;
    if (status != 0 && result != kNotFound) result = kSomeFailed;
  };
  for (Words& line : command_lines(*options, split_input(text, *options))) {
    if (options->shows) context.print_error(fmt::format("{}\n", fmt::join(line, " ")));
    processes.emplace_back(context.loop(), run_for(context, std::move(line), statuses));
    if (++running < options->parallel) continue;
    note((co_await statuses.take()).value_or(0));
    --running;
    std::erase_if(processes, [](const sim::Process& each) { return !each.is_running(); });
    if (result == kNotFound) break;
  }
  for (; running > 0; --running) note((co_await statuses.take()).value_or(0));
  co_return result;
}

Code run_watch(ProcessContext& context) {
  Words words = rest_of(context, 1);
  std::string interval = "2";
  bool has_header = true;
  while (!words.empty() && words.front().starts_with('-')) {
    const std::string option = words.front();
    words.erase(words.begin());
    has_header = has_header && option.find('t') == std::string::npos;
    if (!option.starts_with("-n")) continue;
    if (option.size() > 2) {
      interval = option.substr(2);
    } else if (!words.empty()) {
      interval = words.front();
      words.erase(words.begin());
    }
  }
  const auto period = sim::parse_duration(interval + "s");
  if (words.empty() || !period) {
    context.print_error("Usage: watch [-n SEC] [-t] PROG ARGS\n");
    co_return kUsage;
  }
  const std::string command = fmt::format("{}", fmt::join(words, " "));
  const std::string title =
      fmt::format("Every {:.1f}s: {}", std::chrono::duration<double>(*period).count(), command);
  constexpr int kWidth = 80;
  for (;;) {
    context.print("\033[H\033[J");
    if (has_header) {
      const std::string clock = clock_text(context.now());
      const int room = std::max(kWidth - static_cast<int>(clock.size()), 0);
      context.print(fmt::format("{:<{}.{}}{}\n\n", title, room, room, clock));
    }
    Code task = run_child(context, {"sh", "-c", command}, context.input());
    co_await task;
    co_await sim::sleep(std::max<sim::Duration>(*period, std::chrono::milliseconds{100}));
  }
}

}  // namespace rockpool::node
