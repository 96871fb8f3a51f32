// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/apiserver/metrics_source.h"
#include "core/apiserver/pod_streams.h"
#include "core/node/exec_session.h"
#include "core/node/images/image.h"
#include "core/node/images/process.h"
#include "core/sim/channel.h"
#include "core/sim/task.h"

namespace rockpool::node {

/// What came of a command executed in a container.
struct ExecResult {
  std::int32_t exit_code = 0;
  /// Standard output and standard error together.
  std::string output;
  /// Set if it could not be run at all, in the runtime's words.
  std::string error;
  bool timed_out = false;
};

/// The instance of a container: its first process and whatever runs beside it. Destroying it kills
/// everything at once without telling anyone.
class Container : public ProcessTable {
 public:
  /// Called once, when the first process has ended.
  using ExitHandler = std::function<void(std::int32_t exit_code)>;

  /// The machine's image must have a program for the first argument, or for none if there are none.
  Container(std::unique_ptr<Machine> machine, std::shared_ptr<const ImageConfig> config,
            std::vector<std::string> arguments, std::string working_folder, ExitHandler on_exit);
  /// Gives the first process a standard input, to be called before `start`; with `terminal` it is a
  /// terminal. With `once` it ends with the first client that was attached to it.
  void open_input(bool terminal, bool once);
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;
  ~Container() override;

  /// Starts the first process.
  void start();
  bool is_running() const { return running_; }
  /// Asks it to stop. Does nothing if the first process does not listen for signals.
  void signal(Signal signal);
  /// Ends everything at once.
  void kill(std::int32_t exit_code);
  /// Waits until it has ended, for no longer than given; false if it still runs then. One waiter at
  /// a time.
  sim::Task<bool> wait_for_exit(sim::Duration timeout);
  /// Runs a command beside the first process. The container must outlive it.
  sim::Task<ExecResult> exec(std::vector<std::string> arguments,
                             std::optional<sim::Duration> timeout);

  /// Runs a command beside the first process for the client of `session`.
  void exec(const apiserver::RemoteCommand& command, std::shared_ptr<apiserver::Session> session);
  /// Connects the first process with the client of `session`: what it prints from now on, and, if
  /// it was given one, its standard input.
  void attach(const apiserver::RemoteCommand& command,
              const std::shared_ptr<apiserver::Session>& session);

  std::vector<Entry> list() const override;
  bool send_signal(std::int32_t process, int signal) override;

  /// What it uses at that moment.
  apiserver::ResourceUsage usage(sim::Time now) const;
  /// What its processes see.
  Machine& machine() { return *machine_; }
  /// What its image says.
  const ImageConfig& config() const { return *config_; }

 private:
  sim::Task<void> run();
  sim::Task<void> run_beside(Program program, ProcessContext& context,
                             sim::Future<std::int32_t>& done);
  void end(std::int32_t exit_code);
  std::string exec_error(const std::string& name) const;
  sim::Task<void> deliver_later(std::int32_t process, int signal);
  void take_attached(const apiserver::SessionInput& input);

  std::unique_ptr<Machine> machine_;
  std::shared_ptr<const ImageConfig> config_;
  ExitHandler on_exit_;
  bool running_ = false;
  sim::Future<bool> ended_;
  std::unique_ptr<Input> input_;
  bool input_ends_once_ = false;
  std::unique_ptr<Terminal> terminal_;
  ProcessContext context_;
  sim::Process process_;
  std::int32_t last_process_id_ = 1;
  std::vector<std::unique_ptr<ExecSession>> execs_;
  std::vector<std::shared_ptr<apiserver::Session>> attached_;
};

/// The command line of a container: its own `command` and `args`, or what the image says, with
/// `$(NAME)` replaced.
std::vector<std::string> make_arguments(const doc::Value& container, const ImageConfig& config,
                                        const Machine& machine);

/// runc's error for a program that is not there, as the status of a container that could not start
/// shows it.
std::string executable_not_found(const std::string& name);

}  // namespace rockpool::node
