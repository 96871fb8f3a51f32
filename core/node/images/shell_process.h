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
#include <utility>
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
      : context_{context},
        parameters_{std::move(parameters)},
        is_bash_{is_bash_name(context.arguments())} {}

  /// Runs a script and yields its status. With `may_replace` a script of one command becomes that
  /// command.
  sim::Task<std::int32_t> run_script(std::string script, bool may_replace);
  /// Reads commands from standard input and runs each when it is whole; with a terminal it prompts
  /// for them, and ^C ends what runs, not the shell.
  sim::Task<std::int32_t> run_input();

 private:
  // The statuses of jobs in the background, as they end.
  using EndedJobs = sim::Channel<std::int32_t>;
  // A job in the background: its number, and how to end it.
  struct BackgroundJob {
    std::int32_t process_id = 0;
    std::shared_ptr<sim::Future<std::int32_t>> over;
  };
  struct Job {
    sim::Future<bool> done;
    sim::Process process;
  };

  // What a function does. Holds the script that it is part of.
  struct Function {
    std::shared_ptr<const ShellNode> tree;
    const ShellNode* body = nullptr;
  };

  // What a job in the background takes along.
  struct JobState {
    std::shared_ptr<const ShellNode> tree;
    std::vector<std::string> parameters;
    Variables variables;
    std::map<std::string, Function, std::less<>> functions;
    std::string working_folder;
  };

  static bool is_bash_name(const std::vector<std::string>& arguments);
  static bool is_incomplete(std::string_view error);
  std::string prompt() const;
  // Runs the tree as a process of its own, so that it can be ended alone.
  sim::Task<void> run_job();
  sim::Task<void> run_as_job(Job& job);
  void interrupt();
  sim::Task<std::int32_t> run(const ShellNode& node);
  sim::Task<std::int32_t> run_kind(const ShellNode& node);
  sim::Task<std::int32_t> run_compound(const ShellNode& node);
  sim::Task<std::int32_t> run_list(const ShellNode& node);
  sim::Task<std::int32_t> run_case(const ShellNode& node);
  // In a shell of its own, with a copy of what this one has.
  sim::Task<std::int32_t> run_subshell(const ShellNode& node);
  void inherit(const Shell& parent);
  // Calls the function of that name with the words after it.
  sim::Task<std::int32_t> call(Function function, std::vector<std::string> words);
  // A job in the background has a shell of its own, which may outlive this one; what it prints
  // beside a first process that goes on goes to the log.
  static sim::Task<void> run_background(Machine& machine, bool is_first, JobState state,
                                        const ShellNode& node, BackgroundJob job,
                                        std::shared_ptr<EndedJobs> ended);
  static sim::Task<void> run_detached(Machine& machine, bool is_first, JobState state,
                                      const ShellNode& node, BackgroundJob job);
  // `kill` of jobs in the background: `%1`, or the number that `$!` was. Empty if it is for none.
  std::optional<std::int32_t> kill_job(const std::vector<std::string>& words);
  sim::Task<std::int32_t> run_loop(const ShellNode& node);
  sim::Task<std::int32_t> run_for(const ShellNode& node);
  // Each command runs after the one before it, on all that it has printed.
  sim::Task<std::int32_t> run_pipeline(const ShellNode& node);
  bool is_leaving() const { return exited_ || returned_ || break_ || continue_; }

  // --- shell_commands.cpp ---

  sim::Task<std::int32_t> run_simple(const ShellNode& node);
  // Where a command's input and output go while it runs.
  struct Redirected {
    std::vector<std::unique_ptr<Input>> inputs;
    std::vector<std::unique_ptr<Output>> outputs;
  };
  sim::Task<std::int32_t> run_redirected(const ShellNode& node, std::vector<std::string> words);
  // Does one redirection; false if it cannot be done, which has been told then.
  sim::Task<bool> redirect(const ShellNode::Redirection& redirection, Redirected& redirected);
  // The stream that is already open under that name; null is the container's log, where the output
  // of its first process goes.
  std::optional<Output*> find_stream(std::string_view path);
  bool open_file(const std::string& path, bool appends);
  sim::Task<std::int32_t> run_command(std::vector<std::string> words);
  // `exec`: the program takes this process over, and hears its signals.
  sim::Task<std::int32_t> replace(std::vector<std::string> words);
  // bash's `time`: runs the rest and tells how long that took.
  sim::Task<std::int32_t> run_timed(std::vector<std::string> words);
  // `eval words` and `. file`: a script in this very shell.
  sim::Task<std::int32_t> run_here(std::string script);
  std::int32_t not_found(std::string_view name);

  // --- shell_builtins.cpp ---

  // The commands that change the shell itself; empty if it is none of them.
  std::optional<std::int32_t> run_builtin(const std::vector<std::string>& words);
  // Those of them that may take time.
  bool is_waiting_builtin(std::string_view name) const;
  sim::Task<std::int32_t> run_waiting_builtin(std::vector<std::string> words);
  // `read -r first second rest`: a line of standard input, cut at blanks; 1 at the end of it.
  sim::Task<std::int32_t> read(std::vector<std::string> words);
  // `wait`: until every job in the background has ended; which of them it names does not matter.
  sim::Task<std::int32_t> wait();
  std::int32_t shift(const std::vector<std::string>& words);
  std::int32_t export_variables(const std::vector<std::string>& words);
  // `local x y=1`: what they were comes back when the function ends.
  std::int32_t declare_local(const std::vector<std::string>& words);
  std::int32_t set(const std::vector<std::string>& words);
  std::int32_t leave_function(const std::vector<std::string>& words);
  // `command -v name` and `type name`: what a name means to the shell; 127 (`type`) or 1 if
  // nothing.
  std::int32_t describe(const std::vector<std::string>& words);
  // `trap 'exit 0' TERM`: of all traps, those that end the shell on a signal to stop.
  std::int32_t trap(const std::vector<std::string>& words);
  void exit(std::int32_t status);

  // --- shell_expansion.cpp ---

  std::optional<std::string> lookup(std::string_view name) const;
  sim::Task<std::vector<std::string>> expand_words(std::vector<std::string> raw_words);
  // What quotes mean in a text: as in a command, in the lines of a document, or, as for a pattern,
  // that what they hold is not special.
  enum class Quoting : std::uint8_t { command, document, pattern };
  // What a word becomes: quotes taken away, variables and commands replaced, and, if `splits`, what
  // came of those outside quotes cut at white space and names of files put in for patterns.
  sim::Task<std::vector<std::string>> expand_word(std::string raw, bool splits,
                                                  Quoting quoting = Quoting::command);
  // The same as one text.
  sim::Task<std::string> expand_text(std::string raw, Quoting quoting = Quoting::command);
  // The expansion that begins at raw[i]; leaves i at its last character.
  sim::Task<std::string> expand_dollar(const std::string& raw, std::size_t& i);
  // `${NAME}`, `${NAME:-default}`, `${NAME:=default}`, `${NAME:+other}`, `${#NAME}`,
  // `${NAME#pattern}`, `${NAME%pattern}` and the last two doubled.
  sim::Task<std::string> expand_braces(std::string inner);
  // The words for texts of which each has its pattern: names of files, where some match; the text
  // where none do.
  std::vector<std::string> finish_words(
      std::vector<std::pair<std::string, std::string>> texts_and_patterns, bool splits,
      Quoting quoting) const;
  // The names of files that match.
  std::vector<std::string> expand_pattern(const std::string& pattern) const;
  // What a script prints, without the final newlines.
  sim::Task<std::string> substitute(std::string script);

  ProcessContext& context_;
  std::vector<std::string> parameters_;
  bool is_bash_;
  Variables variables_;
  std::map<std::string, Function, std::less<>> functions_;
  // For each function that runs: what its local variables were before.
  std::vector<std::map<std::string, std::optional<std::string>>> hidden_;
  std::shared_ptr<const ShellNode> tree_;
  // The program that runs, if one does.
  ProcessContext* child_ = nullptr;
  // What a program that heard ^C has returned.
  std::optional<std::int32_t> interrupted_status_;
  std::int32_t status_ = 0;
  int depth_ = 0;
  bool exited_ = false;
  bool returned_ = false;
  bool break_ = false;
  bool continue_ = false;
  bool stops_on_error_ = false;
  // ^C was typed since the last prompt.
  bool was_interrupted_ = false;
  std::unique_ptr<Job> job_;
  // Shared with the jobs, which may outlive the shell.
  std::shared_ptr<EndedJobs> ended_jobs_ = std::make_shared<EndedJobs>();
  std::vector<BackgroundJob> background_;
  // Those begun for whose end nobody has waited yet.
  int running_jobs_ = 0;
};

}  // namespace rockpool::node
