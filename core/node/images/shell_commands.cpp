// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "core/node/images/child_process.h"
#include "core/node/images/image.h"
#include "core/node/images/shell_process.h"

// How a shell runs one command: its words, its redirections, and who does it.
namespace rockpool::node {
namespace {

constexpr std::int32_t kNotFound = 127;

// Writes to a file as it comes; without a path nothing is kept.
class FileOutput final : public Output {
 public:
  FileOutput(FileSystem& files, std::string path) : files_{files}, path_{std::move(path)} {}
  // What finds no room is lost, as of programs that do not look.
  void write(std::string_view text) override {
    if (!path_.empty()) static_cast<void>(files_.append(path_, text));
  }

 private:
  FileSystem& files_;
  std::string path_;
};

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
  // What a word could not become may have ended the shell.
  if (exited_) co_return status_;
  sim::Task<std::int32_t> task = run_redirected(node, std::move(words));
  co_return co_await task;
}

sim::Task<std::int32_t> Shell::run_redirected(const ShellNode& node,
                                              std::vector<std::string> words) {
  Output* const output = context_.output();
  Output* const error_output = context_.error_output();
  Input* const input = context_.input();
  Redirected redirected;
  std::int32_t status = 0;
  for (const ShellNode::Redirection& redirection : node.redirections) {
    sim::Task<bool> redirecting = redirect(redirection, redirected);
    if (co_await redirecting) continue;
    // As busybox's shell has it for what cannot be read, and for what cannot be written.
    status = redirection.source == ShellNode::Redirection::Source::none ? 1 : 2;
    break;
  }
  if (status == 0) {
    sim::Task<std::int32_t> task =
        node.kind == ShellNode::Kind::simple ? run_command(std::move(words)) : run_compound(node);
    status = co_await task;
  }
  context_.set_output(output);
  context_.set_error_output(error_output);
  context_.set_input(input);
  co_return status;
}

sim::Task<bool> Shell::redirect(const ShellNode::Redirection& redirection, Redirected& redirected) {
  using Source = ShellNode::Redirection::Source;
  std::string target = redirection.target;
  if (redirection.source != Source::literal_document) {
    sim::Task<std::string> expanding =
        expand_text(std::move(target),
                    redirection.source == Source::document ? Quoting::document : Quoting::command);
    target = co_await expanding;
  }
  if (redirection.source != Source::none) {
    if (redirection.source == Source::file) {
      const auto text =
          context_.machine().read_file(FileSystem::normalise(target, context_.working_folder()));
      if (!text && target != "/dev/null") {
        context_.print_error(fmt::format("sh: can't open {}: no such file\n", target));
        co_return false;
      }
      target = text.value_or("");
    }
    redirected.inputs.push_back(std::make_unique<Input>(std::move(target)));
    context_.set_input(redirected.inputs.back().get());
    co_return true;
  }
  Output* stream = nullptr;
  if (const std::optional<Output*> other = find_stream(target)) {
    stream = *other;
  } else {
    if (target != "/dev/null" && !open_file(target, redirection.appends)) co_return false;
    redirected.outputs.push_back(std::make_unique<FileOutput>(
        context_.files(), target == "/dev/null"
                              ? std::string{}
                              : FileSystem::normalise(target, context_.working_folder())));
    stream = redirected.outputs.back().get();
  }
  if (redirection.stream == 1) {
    context_.set_output(stream);
  } else {
    context_.set_error_output(stream);
  }
  co_return true;
}

std::optional<Output*> Shell::find_stream(std::string_view path) {
  if (path == "&1" || path == "/dev/stdout") return context_.output();
  if (path == "&2" || path == "/dev/stderr") return context_.error_output();
  if (path == "/proc/1/fd/1" || path == "/proc/1/fd/2") return nullptr;
  return std::nullopt;
}

bool Shell::open_file(const std::string& path, bool appends) {
  const std::string whole = FileSystem::normalise(path, context_.working_folder());
  FileSystem& files = context_.files();
  if (appends ? files.append(whole, {}) : files.write(whole, {})) return true;
  const std::string_view refusal = files.refusal(whole);
  context_.print_error(
      fmt::format("sh: can't create {}: {}\n", path, refusal.empty() ? "Is a directory" : refusal));
  return false;
}

sim::Task<std::int32_t> Shell::run_command(std::vector<std::string> words) {
  if (words.empty()) co_return 0;
  const auto function = functions_.find(words.front());
  if (function != functions_.end()) {
    sim::Task<std::int32_t> task = call(function->second, std::move(words));
    co_return co_await task;
  }
  if (const std::optional<std::int32_t> status = run_builtin(words)) co_return *status;
  if (is_waiting_builtin(words.front())) {
    sim::Task<std::int32_t> task = run_waiting_builtin(std::move(words));
    co_return co_await task;
  }
  co_await sim::sleep(kCommandTime);
  const Program program = find_program(context_.machine(), words.front());
  if (program == nullptr) co_return not_found(words.front());
  ProcessContext child{context_.machine(), std::move(words), context_.is_first(),
                       context_.output()};
  inherit_process(context_, child);
  child_ = &child;
  sim::Task<std::int32_t> task = program(child);
  const std::int32_t status = co_await task;
  child_ = nullptr;
  if (was_interrupted_ && job_) {
    // It has heard ^C, and so has everything else that runs here.
    interrupted_status_ = status;
    job_->done.set(false);
    sim::Task<void> forever = wait_forever();
    co_await forever;
  }
  co_return status;
}

sim::Task<std::int32_t> Shell::run_timed(std::vector<std::string> words) {
  const sim::Time started = context_.now();
  words.erase(words.begin());
  sim::Task<std::int32_t> task = run_command(std::move(words));
  const std::int32_t status = co_await task;
  const auto millis =
      std::chrono::duration_cast<std::chrono::milliseconds>(context_.now() - started).count();
  context_.print_error(fmt::format("\nreal\t{}m{}.{:03}s\nuser\t0m0.000s\nsys\t0m0.000s\n",
                                   millis / 60'000, millis / 1000 % 60, millis % 1000));
  co_return status;
}

sim::Task<std::int32_t> Shell::run_here(std::string script) {
  std::expected<std::unique_ptr<ShellNode>, std::string> tree = parse_shell(script);
  if (!tree) {
    context_.print_error(fmt::format("{}: {}\n", is_bash_ ? "bash" : "sh", tree.error()));
    co_return 2;
  }
  const std::shared_ptr<const ShellNode> outer =
      std::exchange(tree_, std::shared_ptr<const ShellNode>{std::move(*tree)});
  const std::shared_ptr<const ShellNode> own = tree_;
  sim::Task<std::int32_t> task = run(*own);
  const std::int32_t status = co_await task;
  tree_ = outer;
  co_return status;
}

sim::Task<std::int32_t> Shell::replace(std::vector<std::string> words) {
  if (words.empty()) co_return 0;
  if (functions_.contains(words.front())) {
    sim::Task<std::int32_t> task = run_command(std::move(words));
    co_return co_await task;
  }
  if (const std::optional<std::int32_t> status = run_builtin(words)) co_return *status;
  if (is_waiting_builtin(words.front())) {
    sim::Task<std::int32_t> task = run_waiting_builtin(std::move(words));
    co_return co_await task;
  }
  const Program program = find_program(context_.machine(), words.front());
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

std::int32_t Shell::not_found(std::string_view name) {
  context_.print_error(is_bash_ ? fmt::format("bash: {}: command not found\n", name)
                                : fmt::format("sh: {}: not found\n", name));
  return kNotFound;
}

}  // namespace rockpool::node
