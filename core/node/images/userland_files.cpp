// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_files.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>
#include "core/node/images/image.h"
#include "core/node/images/userland_text.h"

namespace rockpool::node {

using Code = sim::Task<std::int32_t>;

std::string path_of(ProcessContext& context, std::string_view argument) {
  return FileSystem::normalise(argument, context.working_folder());
}

std::optional<std::string> read_file(ProcessContext& context, const std::string& path) {
  if (path == "/dev/null") return std::string{};
  return context.machine().read_file(path);
}

namespace {

// Hands input on as it comes.
sim::Task<void> copy_input(ProcessContext& context) {
  while (context.input() != nullptr) {
    sim::Task<std::string> reading = context.input()->read_some();
    const std::string text = co_await reading;
    if (text.empty()) break;
    context.print(text);
  }
}

// Says why nothing was written there.
void print_refusal(ProcessContext& context, std::string_view what, const std::string& path) {
  const std::string_view why = context.files().refusal(path);
  const std::string_view other =
      context.files().is_folder(path) ? "Is a directory" : "No space left on device";
  context.print_error(fmt::format("{}: {}\n", what, why.empty() ? other : why));
}

// The text that a filter works on: its file arguments, or standard input.
sim::Task<std::string> filter_input(ProcessContext& context, std::size_t first_file) {
  if (first_file >= context.arguments().size()) {
    sim::Task<std::string> reading = context.read_input();
    co_return co_await reading;
  }
  std::string text;
  for (std::size_t i = first_file; i < context.arguments().size(); ++i) {
    text += read_file(context, path_of(context, context.arguments()[i])).value_or("");
  }
  co_return text;
}

}  // namespace

Code run_cat(ProcessContext& context) {
  std::vector<std::string> arguments = context.arguments();
  if (arguments.size() < 2) arguments.emplace_back("-");
  std::int32_t status = 0;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "-") {
      sim::Task<void> copying = copy_input(context);
      co_await copying;
      continue;
    }
    const std::string path = path_of(context, arguments[i]);
    if (const std::optional<std::string> text = read_file(context, path)) {
      context.print(*text);
      continue;
    }
    const bool is_folder = context.files().is_folder(path);
    context.print_error(
        is_folder ? std::string{"cat: read error: Is a directory\n"}
                  : fmt::format("cat: can't open '{}': No such file or directory\n", arguments[i]));
    status = 1;
  }
  co_return status;
}

Code run_touch(ProcessContext& context) {
  std::int32_t status = 0;
  for (std::size_t i = 1; i < context.arguments().size(); ++i) {
    const std::string path = path_of(context, context.arguments()[i]);
    if (context.files().exists(path) || context.files().write(path, {})) continue;
    print_refusal(context, fmt::format("touch: {}", context.arguments()[i]), path);
    status = 1;
  }
  co_return status;
}

Code run_rm(ProcessContext& context) {
  bool force = false;
  bool recursive = false;
  std::int32_t status = 0;
  for (std::size_t i = 1; i < context.arguments().size(); ++i) {
    const std::string& argument = context.arguments()[i];
    if (argument.starts_with('-')) {
      force = force || argument.find('f') != std::string::npos;
      recursive = recursive || argument.find_first_of("rR") != std::string::npos;
      continue;
    }
    const std::string path = path_of(context, argument);
    if (context.files().is_folder(path) && !recursive) {
      context.print_error(fmt::format("rm: '{}' is a directory\n", argument));
      status = 1;
    } else if (!context.files().exists(path)) {
      if (force) continue;
      context.print_error(
          fmt::format("rm: can't remove '{}': No such file or directory\n", argument));
      status = 1;
    } else if (!context.files().remove(path)) {
      print_refusal(context, fmt::format("rm: can't remove '{}'", argument), path);
      status = 1;
    }
  }
  co_return status;
}

Code run_mkdir(ProcessContext& context) {
  std::int32_t status = 0;
  for (std::size_t i = 1; i < context.arguments().size(); ++i) {
    const std::string& argument = context.arguments()[i];
    if (argument.starts_with('-')) continue;
    const std::string path = path_of(context, argument);
    if (context.files().make_folder(path)) continue;
    const bool is_file = context.files().read(path) != nullptr;
    const std::string what = fmt::format("mkdir: can't create directory '{}'", argument);
    if (is_file) context.print_error(what + ": File exists\n");
    if (!is_file) print_refusal(context, what, path);
    status = 1;
  }
  co_return status;
}

// `head` and `tail`; `tail -f` follows a file that will not grow, and so waits.
Code run_head_or_tail(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  const bool is_head = base_name(arguments.front()) == "head";
  std::size_t count = 10;
  std::size_t next = 1;
  bool follows = false;
  for (; next < arguments.size() && arguments[next].starts_with('-'); ++next) {
    std::string_view flag = arguments[next];
    follows = follows || flag == "-f" || flag == "-F";
    if (flag == "-n" && next + 1 < arguments.size()) flag = arguments[++next];
    flag.remove_prefix(flag.starts_with("-n") ? 2 : flag.starts_with('-') ? 1 : 0);
    std::from_chars(flag.data(), flag.data() + flag.size(), count);
  }
  sim::Task<std::string> reading = filter_input(context, next);
  const std::string text = co_await reading;
  const std::vector<std::string_view> lines = lines_of(text);
  const std::size_t shown = std::min(count, lines.size());
  const std::size_t first = is_head ? 0 : lines.size() - shown;
  for (std::size_t i = first; i < first + shown; ++i) context.print(fmt::format("{}\n", lines[i]));
  if (follows && !is_head) {
    sim::Task<void> forever = wait_forever();
    co_await forever;
  }
  co_return 0;
}

Code run_tee(ProcessContext& context) {
  sim::Task<std::string> reading = context.read_input();
  const std::string text = co_await reading;
  context.print(text);
  std::int32_t status = 0;
  for (std::size_t i = 1; i < context.arguments().size(); ++i) {
    if (context.arguments()[i].starts_with('-')) continue;
    const std::string path = path_of(context, context.arguments()[i]);
    if (context.files().write(path, text)) continue;
    print_refusal(context, fmt::format("tee: {}", context.arguments()[i]), path);
    status = 1;
  }
  co_return status;
}

}  // namespace rockpool::node
