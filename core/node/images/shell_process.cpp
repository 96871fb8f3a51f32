// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/shell_process.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "core/node/images/child_process.h"
#include "core/node/images/image.h"
#include "core/node/images/shell_pattern.h"

namespace rockpool::node {
namespace {

using Kind = ShellNode::Kind;

// 128 + SIGINT
constexpr std::int32_t kInterrupted = 130;
// 128 + SIGTERM
constexpr std::int32_t kTerminated = 143;
constexpr int kMaxDepth = 50;

}  // namespace

sim::Task<std::int32_t> Shell::run_script(std::string script, bool may_replace) {
  std::expected<std::unique_ptr<ShellNode>, std::string> tree = parse_shell(script);
  if (!tree) {
    context_.print_error(fmt::format("sh: {}\n", tree.error()));
    co_return 2;
  }
  // `sh -c command` becomes the command, as shells that save a process do.
  ShellNode* only = tree->get();
  while (only->kind == Kind::sequence && only->children.size() == 1) {
    only = only->children.front().get();
  }
  if (may_replace && only->kind == Kind::simple && only->redirections.empty() &&
      assignment_length(only->words.front()) == 0) {
    only->words.insert(only->words.begin(), "exec");
  }
  tree_ = std::move(*tree);
  sim::Task<std::int32_t> task = run(*tree_);
  co_return co_await task;
}

sim::Task<std::int32_t> Shell::run_input() {
  const bool prompts = context_.is_terminal();
  if (prompts) context_.on_interrupt([this] { interrupt(); });
  std::string pending;
  while (!exited_) {
    if (prompts) context_.print(pending.empty() ? prompt() : std::string{"> "});
    was_interrupted_ = false;
    sim::Task<std::string> reading = context_.input()->read_line();
    const std::string line = co_await reading;
    if (was_interrupted_) pending.clear();
    const bool is_end = line.empty();
    if (is_end && pending.empty()) break;
    pending += line;
    std::expected<std::unique_ptr<ShellNode>, std::string> tree = parse_shell(pending);
    if (!tree && is_incomplete(tree.error()) && !is_end) continue;
    pending.clear();
    if (!tree) {
      context_.print_error(fmt::format("{}: {}\n", is_bash_ ? "bash" : "sh", tree.error()));
      status_ = 2;
    } else if (prompts) {
      tree_ = std::move(*tree);
      sim::Task<void> job = run_job();
      co_await job;
    } else {
      tree_ = std::move(*tree);
      sim::Task<std::int32_t> task = run(*tree_);
      co_await task;
    }
    if (is_end) break;
  }
  if (prompts && is_bash_) context_.print_error("exit\n");
  context_.on_interrupt(nullptr);
  co_return status_;
}

bool Shell::is_bash_name(const std::vector<std::string>& arguments) {
  return !arguments.empty() && base_name(arguments.front()) == "bash";
}

bool Shell::is_incomplete(std::string_view error) {
  return error.ends_with("unexpected \"end of file\"") ||
         error.ends_with("unterminated quoted string");
}

std::string Shell::prompt() const {
  if (!is_bash_) return context_.working_folder() + " # ";
  return fmt::format("root@{}:{}# ", context_.hostname(), context_.working_folder());
}

sim::Task<void> Shell::run_job() {
  Output* const output = context_.output();
  Output* const error_output = context_.error_output();
  Input* const input = context_.input();
  job_ = std::make_unique<Job>();
  job_->process = sim::Process{context_.loop(), run_as_job(*job_)};
  const std::optional<bool> finished = co_await job_->done.take();
  if (!finished.value_or(false)) {
    // It was ended wherever it was.
    job_->process.kill();
    context_.set_output(output);
    context_.set_error_output(error_output);
    context_.set_input(input);
    depth_ = 0;
    child_ = nullptr;
    hidden_.clear();
    break_ = continue_ = returned_ = false;
    status_ = std::exchange(interrupted_status_, {}).value_or(kInterrupted);
  }
  job_.reset();
}

sim::Task<void> Shell::run_as_job(Job& job) {
  sim::Task<std::int32_t> task = run(*tree_);
  co_await task;
  job.done.set(true);
}

void Shell::interrupt() {
  was_interrupted_ = true;
  // A program may want to say something before it ends; what would follow it does not run then.
  if (child_ != nullptr && child_->interrupt()) return;
  if (job_) {
    job_->done.set(false);
  } else {
    context_.print(prompt());
  }
}

sim::Task<std::int32_t> Shell::run(const ShellNode& node) {
  if (++depth_ > kMaxDepth) {
    --depth_;
    context_.print_error("sh: nested too deeply\n");
    co_return 2;
  }
  const bool is_redirected = node.kind != Kind::simple && !node.redirections.empty();
  sim::Task<std::int32_t> task = is_redirected ? run_redirected(node, {}) : run_kind(node);
  const std::int32_t status = co_await task;
  --depth_;
  status_ = exited_ ? status_ : status;
  co_return status_;
}

sim::Task<std::int32_t> Shell::run_kind(const ShellNode& node) {
  switch (node.kind) {
    case Kind::simple:
      return run_simple(node);
    default:
      return run_compound(node);
  }
}

sim::Task<std::int32_t> Shell::run_compound(const ShellNode& node) {
  switch (node.kind) {
    case Kind::case_of:
      return run_case(node);
    case Kind::subshell:
      return run_subshell(node);
    case Kind::while_loop:
    case Kind::until_loop:
      return run_loop(node);
    case Kind::for_loop:
      return run_for(node);
    case Kind::pipeline:
      return run_pipeline(node);
    default:
      return run_list(node);
  }
}

sim::Task<std::int32_t> Shell::run_list(const ShellNode& node) {
  std::int32_t status = 0;
  if (node.kind == Kind::function) {
    functions_[node.name] = {tree_, node.children.front().get()};
    co_return 0;
  }
  for (std::size_t i = 0; i < node.children.size() && !is_leaving(); ++i) {
    const ShellNode& child = *node.children[i];
    if (node.kind == Kind::background) {
      ++running_jobs_;
      const auto number = static_cast<std::int32_t>(background_.size()) + 1;
      background_.push_back(
          {context_.process_id() + number, std::make_shared<sim::Future<std::int32_t>>()});
      context_.machine().spawn(
          run_background(context_.machine(), context_.is_first(),
                         {tree_, parameters_, variables_, functions_, context_.working_folder()},
                         child, background_.back(), ended_jobs_));
      break;
    }
    sim::Task<std::int32_t> task = run(child);
    status = co_await task;
    if (node.kind == Kind::both && status != 0) break;
    if (node.kind == Kind::either && status == 0) break;
    if (node.kind == Kind::negation) status = status == 0 ? 1 : 0;
    if (node.kind == Kind::condition) {
      // Conditions stand at even places with their bodies after them; the last may be an `else`.
      const bool is_body = i % 2 == 1 || i + 1 == node.children.size();
      if (is_body) break;
      if (status != 0) ++i;
      status = 0;
    }
    if (stops_on_error_ && status != 0 && node.kind == Kind::sequence) exit(status);
  }
  co_return status;
}

sim::Task<std::int32_t> Shell::run_case(const ShellNode& node) {
  sim::Task<std::string> expanding = expand_text(node.name);
  const std::string word = co_await expanding;
  for (const std::unique_ptr<ShellNode>& list : node.children) {
    for (const std::string& raw : list->words) {
      sim::Task<std::string> matching = expand_text(raw, Quoting::pattern);
      const std::string pattern = co_await matching;
      if (!matches_pattern(pattern, word)) continue;
      sim::Task<std::int32_t> body = run(*list);
      co_return co_await body;
    }
  }
  co_return 0;
}

void Shell::inherit(const Shell& parent) {
  variables_ = parent.variables_;
  functions_ = parent.functions_;
  tree_ = parent.tree_;
  status_ = parent.status_;
  is_bash_ = parent.is_bash_;
  stops_on_error_ = parent.stops_on_error_;
  depth_ = parent.depth_;
}

sim::Task<std::int32_t> Shell::run_subshell(const ShellNode& node) {
  ProcessContext own{context_.machine(), {"sh"}, context_.is_first(), context_.output()};
  inherit_process(context_, own);
  Shell shell{own, parameters_};
  shell.inherit(*this);
  sim::Task<std::int32_t> task = shell.run(*node.children.front());
  co_return co_await task;
}

sim::Task<std::int32_t> Shell::call(Function function, std::vector<std::string> words) {
  words.front() = parameters_.empty() ? "sh" : parameters_.front();
  std::swap(parameters_, words);
  hidden_.emplace_back();
  sim::Task<std::int32_t> task = run(*function.body);
  const std::int32_t status = co_await task;
  returned_ = false;
  std::swap(parameters_, words);
  for (auto& [name, value] : hidden_.back()) {
    if (value) {
      variables_[name] = std::move(*value);
    } else {
      variables_.erase(name);
    }
  }
  hidden_.pop_back();
  co_return status;
}

sim::Task<void> Shell::run_background(Machine& machine, bool is_first, JobState state,
                                      const ShellNode& node, BackgroundJob job,
                                      std::shared_ptr<EndedJobs> ended) {
  // Keeps the script, of which the job is a part, for as long as that runs.
  const std::shared_ptr<const ShellNode> tree = state.tree;
  const sim::Process process{machine.loop,
                             run_detached(machine, is_first, std::move(state), node, job)};
  ended->put((co_await job.over->take()).value_or(0));
}

sim::Task<void> Shell::run_detached(Machine& machine, bool is_first, JobState state,
                                    const ShellNode& node, BackgroundJob job) {
  TextOutput unread;
  ProcessContext context{machine, {"sh"}, is_first, is_first ? nullptr : &unread};
  context.set_working_folder(state.working_folder);
  context.set_process_id(job.process_id);
  Shell shell{context, std::move(state.parameters)};
  shell.variables_ = std::move(state.variables);
  shell.functions_ = std::move(state.functions);
  shell.tree_ = std::move(state.tree);
  sim::Task<std::int32_t> task = shell.run(node);
  job.over->set(co_await task);
}

std::optional<std::int32_t> Shell::kill_job(const std::vector<std::string>& words) {
  const std::string& whom = words.back();
  for (std::size_t i = 0; i < background_.size(); ++i) {
    const BackgroundJob& job = background_[i];
    if (whom != fmt::format("%{}", i + 1) && whom != std::to_string(job.process_id)) continue;
    job.over->set(kTerminated);
    return 0;
  }
  return {};
}

sim::Task<std::int32_t> Shell::run_loop(const ShellNode& node) {
  std::int32_t status = 0;
  for (;;) {
    sim::Task<std::int32_t> condition = run(*node.children[0]);
    const bool holds = co_await condition == 0;
    if (is_leaving() || holds == (node.kind == Kind::until_loop)) break;
    sim::Task<std::int32_t> body = run(*node.children[1]);
    status = co_await body;
    continue_ = false;
    if (is_leaving()) break;
    co_await sim::sleep(kCommandTime);
  }
  break_ = false;
  co_return status;
}

sim::Task<std::int32_t> Shell::run_for(const ShellNode& node) {
  sim::Task<std::vector<std::string>> expand = expand_words(node.words);
  std::vector<std::string> values = co_await expand;
  if (node.is_over_parameters && !parameters_.empty()) {
    values.assign(parameters_.begin() + 1, parameters_.end());
  }
  std::int32_t status = 0;
  for (const std::string& value : values) {
    variables_[node.name] = value;
    sim::Task<std::int32_t> body = run(*node.children[0]);
    status = co_await body;
    continue_ = false;
    if (is_leaving()) break;
  }
  break_ = false;
  co_return status;
}

sim::Task<std::int32_t> Shell::run_pipeline(const ShellNode& node) {
  std::int32_t status = 0;
  std::string carried;
  Output* const output = context_.output();
  Input* const input = context_.input();
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const bool is_last = i + 1 == node.children.size();
    TextOutput pipe;
    Input from_before{std::move(carried)};
    if (i > 0) context_.set_input(&from_before);
    if (!is_last) context_.set_output(&pipe);
    sim::Task<std::int32_t> task = run(*node.children[i]);
    status = co_await task;
    context_.set_output(output);
    context_.set_input(input);
    carried = std::move(pipe.text);
    if (exited_) break;
  }
  co_return status;
}

}  // namespace rockpool::node
