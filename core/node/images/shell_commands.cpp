// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "core/node/images/image.h"
#include "core/node/images/shell_process.h"
#include "core/node/images/userland.h"

// How a shell runs one command: its words, its redirections, and who does it.
namespace rockpool::node {
namespace {

constexpr std::int32_t kNotFound = 127;

}  // namespace

sim::Task<std::int32_t> Shell::run_simple(const ShellNode& node) {
  std::size_t first = 0;
  while (first < node.words.size()) {
    const std::size_t length = assignment_length(node.words[first]);
    if (length == 0) break;
    std::string raw = node.words[first].substr(length);
    sim::Task<std::vector<std::string>> expand = expand_word(std::move(raw), false);
    const std::vector<std::string> value = co_await expand;
    variables_[node.words[first].substr(0, length - 1)] = value.empty() ? "" : value.front();
    ++first;
  }
  std::vector<std::string> raw_words{node.words.begin() + static_cast<std::ptrdiff_t>(first),
                                     node.words.end()};
  sim::Task<std::vector<std::string>> expand = expand_words(std::move(raw_words));
  std::vector<std::string> words = co_await expand;
  sim::Task<std::int32_t> task = run_redirected(node, std::move(words));
  co_return co_await task;
}

sim::Task<std::int32_t> Shell::run_redirected(const ShellNode& node,
                                              std::vector<std::string> words) {
  Output* const output = context_.output();
  Output* const error_output = context_.error_output();
  Input* const input = context_.input();
  std::unique_ptr<Input> file;
  TextOutput captured[2];
  std::string targets[2];
  bool appends[2] = {};
  for (const ShellNode::Redirection& redirection : node.redirections) {
    sim::Task<std::vector<std::string>> expand = expand_word(redirection.target, false);
    const std::vector<std::string> target = co_await expand;
    const std::string path = target.empty() ? "" : target.front();
    if (redirection.reads) {
      std::optional<std::string> text = path == "/dev/null"
                                            ? std::string{}
                                            : context_.machine().read_file(FileSystem::normalise(
                                                  path, context_.working_folder()));
      if (!text) {
        context_.print_error(fmt::format("sh: can't open {}: no such file\n", path));
        context_.set_output(output);
        context_.set_error_output(error_output);
        context_.set_input(input);
        co_return 2;
      }
      file = std::make_unique<Input>(std::move(*text));
      context_.set_input(file.get());
      continue;
    }
    const auto stream = static_cast<std::size_t>(redirection.stream - 1);
    if (const std::optional<Output*> other = find_stream(path)) {
      if (stream == 0) {
        context_.set_output(*other);
      } else {
        context_.set_error_output(*other);
      }
    } else {
      targets[stream] = path;
      appends[stream] = redirection.appends;
      if (stream == 0) {
        context_.set_output(&captured[0]);
      } else {
        context_.set_error_output(&captured[1]);
      }
    }
  }
  sim::Task<std::int32_t> task = run_command(std::move(words));
  const std::int32_t status = co_await task;
  context_.set_output(output);
  context_.set_error_output(error_output);
  context_.set_input(input);
  for (const std::size_t stream : {0u, 1u}) {
    if (targets[stream].empty() || targets[stream] == "/dev/null") continue;
    if (!write_file(targets[stream], captured[stream].text, appends[stream])) co_return 1;
  }
  co_return status;
}

std::optional<Output*> Shell::find_stream(std::string_view path) {
  if (path == "&1" || path == "/dev/stdout") return context_.output();
  if (path == "&2" || path == "/dev/stderr") return context_.error_output();
  if (path == "/proc/1/fd/1" || path == "/proc/1/fd/2") return nullptr;
  return std::nullopt;
}

bool Shell::write_file(const std::string& path, const std::string& text, bool appends) {
  const std::string whole = FileSystem::normalise(path, context_.working_folder());
  FileSystem& files = context_.files();
  if (appends ? files.append(whole, text) : files.write(whole, text)) return true;
  const std::string_view refusal = files.refusal(whole);
  context_.print_error(
      fmt::format("sh: can't create {}: {}\n", path, refusal.empty() ? "Is a directory" : refusal));
  return false;
}

sim::Task<std::int32_t> Shell::run_command(std::vector<std::string> words) {
  if (words.empty()) co_return 0;
  if (const std::optional<std::int32_t> status = run_builtin(words)) co_return *status;
  if (is_waiting_builtin(words.front())) {
    sim::Task<std::int32_t> task = run_waiting_builtin(std::move(words));
    co_return co_await task;
  }
  if (words.front() == "exec") {
    words.erase(words.begin());
    sim::Task<std::int32_t> task = replace(std::move(words));
    co_return co_await task;
  }
  if (words.front() == "eval" || words.front() == ".") {
    context_.print_error(fmt::format("sh: {}: not simulated\n", words.front()));
    co_return 2;
  }
  co_await sim::sleep(kCommandTime);
  const Program program = find(words.front());
  if (program == nullptr) co_return not_found(words.front());
  ProcessContext child{context_.machine(), std::move(words), context_.is_first(),
                       context_.output()};
  child.set_error_output(context_.error_output());
  child.set_working_folder(context_.working_folder());
  child.set_input(context_.input());
  child.set_terminal(context_.is_terminal());
  child.set_process_id(context_.process_id());
  sim::Task<std::int32_t> task = program(child);
  co_return co_await task;
}

sim::Task<std::int32_t> Shell::replace(std::vector<std::string> words) {
  if (words.empty()) co_return 0;
  if (const std::optional<std::int32_t> status = run_builtin(words)) co_return *status;
  if (is_waiting_builtin(words.front())) {
    sim::Task<std::int32_t> task = run_waiting_builtin(std::move(words));
    co_return co_await task;
  }
  const Program program = find(words.front());
  if (program == nullptr) {
    const std::int32_t status = not_found(words.front());
    exit(status);
    co_return status;
  }
  context_.set_arguments(std::move(words));
  sim::Task<std::int32_t> task = program(context_);
  const std::int32_t status = co_await task;
  exit(status);
  co_return status;
}

Program Shell::find(std::string_view name) const {
  const Machine& machine = context_.machine();
  if (const Program program = machine.image.find_program(name)) return program;
  if (is_one_of(base_name(name), machine.missing_programs)) return nullptr;
  return find_userland_program(name);
}

std::int32_t Shell::not_found(std::string_view name) {
  context_.print_error(is_bash_ ? fmt::format("bash: {}: command not found\n", name)
                                : fmt::format("sh: {}: not found\n", name));
  return kNotFound;
}

}  // namespace rockpool::node
