// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/node/images/process.h"
#include "core/node/images/shell.h"
#include "core/sim/channel.h"

namespace rockpool::node {

/// What running one command takes. It also keeps loops that never sleep from standing still.
inline constexpr sim::Duration kCommandTime = std::chrono::milliseconds{1};

/// True for what the name of a variable consists of.
bool is_name_character(char c);
/// The length of `NAME=` at the start of a word, or 0.
std::size_t assignment_length(std::string_view word);

/// One shell process: its variables and how far it has come.
class Shell {
 public:
  using Variables = std::map<std::string, std::string, std::less<>>;

  /// `parameters` are $0, $1, … The context must outlive the shell.
  Shell(ProcessContext& context, std::vector<std::string> parameters)
      : context_{context}, parameters_{std::move(parameters)} {}

  /// Runs a script and yields its status. With `may_replace` a script of one command becomes that
  /// command.
  sim::Task<std::int32_t> run_script(std::string script, bool may_replace);
  /// Reads commands from standard input and runs each when it is whole; with a terminal it prompts
  /// for them, and ^C ends what runs, not the shell.
  sim::Task<std::int32_t> run_input();

 private:
  // The statuses of jobs in the background, as they end.
  using EndedJobs = sim::Channel<std::int32_t>;
  struct Job {
    sim::Future<bool> done;
    sim::Process process;
  };

  static bool is_incomplete(std::string_view error);
  std::string prompt() const;
  // Runs the tree as a process of its own, so that it can be ended alone.
  sim::Task<void> run_job();
  sim::Task<void> run_as_job(Job& job);
  void interrupt();
  sim::Task<std::int32_t> run(const ShellNode& node);
  sim::Task<std::int32_t> run_kind(const ShellNode& node);
  sim::Task<std::int32_t> run_list(const ShellNode& node);
  // A job in the background has a shell of its own, which may outlive this one; what it prints
  // beside a first process that goes on goes to the log.
  static sim::Task<void> run_background(Machine& machine, bool is_first,
                                        std::shared_ptr<const ShellNode> tree,
                                        const ShellNode& node, std::vector<std::string> parameters,
                                        Variables variables, std::shared_ptr<EndedJobs> ended);
  sim::Task<std::int32_t> run_loop(const ShellNode& node);
  sim::Task<std::int32_t> run_for(const ShellNode& node);
  // Each command runs after the one before it, on all that it has printed.
  sim::Task<std::int32_t> run_pipeline(const ShellNode& node);
  bool is_leaving() const { return exited_ || break_ || continue_; }

  // --- shell_commands.cpp ---

  sim::Task<std::int32_t> run_simple(const ShellNode& node);
  sim::Task<std::int32_t> run_redirected(const ShellNode& node, std::vector<std::string> words);
  // The stream that is already open under that name; null is the container's log, where the output
  // of its first process goes.
  std::optional<Output*> find_stream(std::string_view path);
  bool write_file(const std::string& path, const std::string& text, bool appends);
  sim::Task<std::int32_t> run_command(std::vector<std::string> words);
  // `exec`: the program takes this process over, and hears its signals.
  sim::Task<std::int32_t> replace(std::vector<std::string> words);
  Program find(std::string_view name) const;
  std::int32_t not_found(std::string_view name);

  // --- shell_builtins.cpp ---

  // The commands that change the shell itself; empty if it is none of them.
  std::optional<std::int32_t> run_builtin(const std::vector<std::string>& words);
  // Those of them that may take time.
  static bool is_waiting_builtin(std::string_view name);
  sim::Task<std::int32_t> run_waiting_builtin(std::vector<std::string> words);
  // `read -r first second rest`: a line of standard input, cut at blanks; 1 at the end of it.
  sim::Task<std::int32_t> read(std::vector<std::string> words);
  // `wait`: until every job in the background has ended; which of them it names does not matter.
  sim::Task<std::int32_t> wait();
  std::int32_t shift(const std::vector<std::string>& words);
  std::int32_t export_variables(const std::vector<std::string>& words);
  // `trap 'exit 0' TERM`: of all traps, those that end the shell on a signal to stop.
  std::int32_t trap(const std::vector<std::string>& words);
  void exit(std::int32_t status);

  // --- shell_expansion.cpp ---

  std::optional<std::string> lookup(std::string_view name) const;
  sim::Task<std::vector<std::string>> expand_words(std::vector<std::string> raw_words);
  // What a word becomes: quotes taken away, variables and commands replaced, and, if `splits`, what
  // came of those outside quotes cut at white space.
  sim::Task<std::vector<std::string>> expand_word(std::string raw, bool splits);
  static void append_fields(const std::string& text, std::vector<std::string>& words,
                            std::string& word, bool& has_word);
  // The expansion that begins at raw[i]; leaves i at its last character.
  sim::Task<std::string> expand_dollar(const std::string& raw, std::size_t& i);
  static std::size_t closing(const std::string& raw, std::size_t open);
  // `${NAME}`, `${NAME:-default}`, `${NAME:=default}`, `${#NAME}`.
  std::string expand_braces(const std::string& inner);
  // What a script prints, without the final newlines.
  sim::Task<std::string> substitute(std::string script);

  ProcessContext& context_;
  std::vector<std::string> parameters_;
  Variables variables_;
  std::shared_ptr<const ShellNode> tree_;
  std::int32_t status_ = 0;
  int depth_ = 0;
  bool exited_ = false;
  bool break_ = false;
  bool continue_ = false;
  bool stops_on_error_ = false;
  bool is_bash_ = false;
  // ^C was typed since the last prompt.
  bool was_interrupted_ = false;
  std::unique_ptr<Job> job_;
  // Shared with the jobs, which may outlive the shell.
  std::shared_ptr<EndedJobs> ended_jobs_ = std::make_shared<EndedJobs>();
  // Those begun for whose end nobody has waited yet.
  int running_jobs_ = 0;
};

}  // namespace rockpool::node
