// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "core/node/images/child_process.h"
#include "core/node/images/image.h"
#include "core/node/images/root_folders.h"
#include "core/node/images/shell_process.h"

// The commands that change the shell itself.
namespace rockpool::node {

std::optional<std::int32_t> Shell::run_builtin(const std::vector<std::string>& words) {
  const std::string& name = words.front();
  if (name == ":" || name == "true" || name == "umask") return 0;
  if (name == "false") return 1;
  if (name == "return" && !hidden_.empty()) return leave_function(words);
  if (name == "exit" || name == "return") {
    std::int32_t status = status_;
    if (words.size() > 1) {
      std::from_chars(words[1].data(), words[1].data() + words[1].size(), status);
    }
    exit(status & 0xff);
    return status & 0xff;
  }
  if (name == "break" || name == "continue") {
    break_ = name == "break";
    continue_ = name == "continue";
    return 0;
  }
  if (name == "cd") {
    const std::string folder =
        FileSystem::normalise(words.size() > 1 ? words[1] : "/", context_.working_folder());
    if (!has_folder(context_, folder)) {
      context_.print_error(fmt::format("sh: cd: can't cd to {}: No such file or directory\n",
                                       words.size() > 1 ? words[1] : "/"));
      return 2;
    }
    context_.set_working_folder(folder);
    return 0;
  }
  if (name == "set") return set(words);
  if (name == "local" && !hidden_.empty()) return declare_local(words);
  if (name == "export" || name == "readonly" || name == "local") return export_variables(words);
  if (name == "type") return describe(words);
  if (name == "command" && words.size() > 1 && (words[1] == "-v" || words[1] == "-V")) {
    return describe(words);
  }
  if (name == "unset") {
    for (const std::string& variable : words) {
      variables_.erase(variable);
      functions_.erase(variable);
    }
    return 0;
  }
  if (name == "shift") return shift(words);
  if (name == "kill" && words.size() > 1) return kill_job(words);
  if (name == "trap") return trap(words);
  return std::nullopt;
}

std::int32_t Shell::set(const std::vector<std::string>& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--") {
      parameters_.resize(1);
      parameters_.insert(parameters_.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                         words.end());
      return 0;
    }
    if (words[i].find('e') == std::string::npos || words[i].size() > 4) continue;
    if (words[i].starts_with('-')) stops_on_error_ = true;
    if (words[i].starts_with('+')) stops_on_error_ = false;
  }
  return 0;
}

std::int32_t Shell::leave_function(const std::vector<std::string>& words) {
  std::int32_t status = status_;
  if (words.size() > 1) {
    std::from_chars(words[1].data(), words[1].data() + words[1].size(), status);
  }
  returned_ = true;
  return status & 0xff;
}

std::int32_t Shell::declare_local(const std::vector<std::string>& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const std::string name = words[i].substr(0, equals);
    const auto before = variables_.find(name);
    hidden_.back().try_emplace(
        name, before == variables_.end() ? std::nullopt : std::optional{before->second});
    if (equals != std::string::npos) variables_[name] = words[i].substr(equals + 1);
  }
  return 0;
}

std::int32_t Shell::describe(const std::vector<std::string>& words) {
  constexpr std::string_view kBuiltins[] = {
      ".",    ":",        "break",  "cd",    "command", "continue", "echo",   "eval",
      "exec", "exit",     "export", "false", "kill",    "local",    "printf", "pwd",
      "read", "readonly", "return", "set",   "shift",   "test",     "trap",   "true",
      "type", "umask",    "unset",  "wait",  "["};
  constexpr std::string_view kKeywords[] = {"if",    "then", "else", "elif", "fi",   "while",
                                            "until", "do",   "done", "for",  "case", "esac",
                                            "{",     "}",    "!",    "in"};
  const bool is_type = words.front() == "type";
  const bool is_short = !is_type && words[1] == "-v";
  std::int32_t status = 0;
  for (std::size_t i = is_type ? 1 : 2; i < words.size(); ++i) {
    const std::string& name = words[i];
    const std::string path = program_path(context_.machine(), name);
    std::string what;
    if (functions_.contains(name)) {
      what = " is a function";
    } else if (is_one_of(name, kKeywords)) {
      what = " is a shell keyword";
    } else if (is_one_of(name, kBuiltins)) {
      what = " is a shell builtin";
    } else if (!path.empty()) {
      context_.print(is_short ? path + "\n" : fmt::format("{} is {}\n", name, path));
      continue;
    }
    if (what.empty()) {
      status = is_bash_ ? 1 : 127;
      if (is_bash_ && !is_short) {
        context_.print_error(fmt::format("bash: {}: {}: not found\n", words.front(), name));
      } else if (!is_short) {
        // Busybox's shell says this on its standard output.
        context_.print(fmt::format("{}: not found\n", name));
      }
      continue;
    }
    context_.print(is_short ? name + "\n" : name + what + "\n");
  }
  return status;
}

bool Shell::is_waiting_builtin(std::string_view name) const {
  constexpr std::string_view kNames[] = {"read", "wait", "exec", "eval", ".", "source", "command"};
  return is_one_of(name, kNames) || (name == "time" && is_bash_);
}

sim::Task<std::int32_t> Shell::run_waiting_builtin(std::vector<std::string> words) {
  const std::string name = words.front();
  if (name == "wait") return wait();
  if (name == "read") return read(std::move(words));
  if (name == "time") return run_timed(std::move(words));
  words.erase(words.begin());
  if (name == "exec") return replace(std::move(words));
  if (name == "command") return run_command(std::move(words));
  std::string script;
  if (name == "eval") {
    for (const std::string& word : words) script += word + " ";
  } else if (!words.empty()) {
    const auto text = context_.machine().read_file(
        FileSystem::normalise(words.front(), context_.working_folder()));
    script =
        text.value_or(fmt::format("echo \"sh: .: can't open '{}': No such file or directory\" "
                                  ">&2; false",
                                  words.front()));
  }
  return run_here(std::move(script));
}

sim::Task<std::int32_t> Shell::read(std::vector<std::string> words) {
  std::size_t next = 1;
  for (; next < words.size() && words[next].starts_with('-'); ++next) {
    if (words[next] == "-p" && next + 1 < words.size()) {
      context_.print_error(words[++next]);
    } else if (words[next] != "-r") {
      context_.print_error(fmt::format("sh: read: illegal option {}\n", words[next]));
      co_return 2;
    }
  }
  std::string line;
  if (Input* const input = context_.input()) {
    sim::Task<std::string> reading = input->read_line();
    line = co_await reading;
  }
  const bool is_whole = line.ends_with('\n');
  if (is_whole) line.pop_back();
  std::string_view rest = line;
  const auto skip_blanks = [&rest] {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  };
  for (; next < words.size(); ++next) {
    skip_blanks();
    const bool is_last = next + 1 == words.size();
    const std::string_view word =
        rest.substr(0, is_last ? rest.find_last_not_of(" \t") + 1 : rest.find_first_of(" \t"));
    variables_[words[next]] = word;
    rest.remove_prefix(word.size());
  }
  co_return is_whole ? 0 : 1;
}

sim::Task<std::int32_t> Shell::wait() {
  for (; running_jobs_ > 0; --running_jobs_) co_await ended_jobs_->take();
  co_return 0;
}

std::int32_t Shell::shift(const std::vector<std::string>& words) {
  std::size_t count = 1;
  if (words.size() > 1) {
    std::from_chars(words[1].data(), words[1].data() + words[1].size(), count);
  }
  // Like BusyBox, it takes away nothing rather than too many.
  if (count >= parameters_.size()) return 0;
  const auto first = parameters_.begin() + 1;
  parameters_.erase(first, first + static_cast<std::ptrdiff_t>(count));
  return 0;
}

std::int32_t Shell::export_variables(const std::vector<std::string>& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const std::string name = words[i].substr(0, equals);
    if (equals != std::string::npos) variables_[name] = words[i].substr(equals + 1);
    context_.machine().environment.emplace_back(name, lookup(name).value_or(""));
  }
  return 0;
}

std::int32_t Shell::trap(const std::vector<std::string>& words) {
  constexpr std::string_view kSignals[] = {"TERM", "SIGTERM", "15", "INT", "SIGINT", "2"};
  const bool on_stop = std::ranges::any_of(
      words, [&](const std::string& word) { return is_one_of(word, kSignals); });
  if (words.size() < 3 || !on_stop) return 0;
  const std::size_t at = words[1].find("exit");
  if (at == std::string::npos) return 0;
  std::int32_t status = 0;
  const std::string number = words[1].substr(std::min(words[1].size(), at + 5));
  std::from_chars(number.data(), number.data() + number.size(), status);
  context_.exit_on_signal(status);
  return 0;
}

void Shell::exit(std::int32_t status) {
  exited_ = true;
  status_ = status;
}

}  // namespace rockpool::node
