// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/apiserver/pod_streams.h"
#include "core/apiserver/session.h"
#include "core/node/images/process.h"
#include "core/node/images/standard_streams.h"
#include "core/node/images/terminal.h"
#include "core/sim/task.h"

// What the kubelet and the runtime do for exec and attach (pkg/kubelet/cri/streaming,
// k8s.io/kubelet/pkg/cri/streaming/remotecommand).
namespace rockpool::node {

/// The Status that tells a client how its command has ended. `command` is as it was asked for.
std::string command_status(const std::vector<std::string>& command, std::int32_t exit_code);
/// The Status of a command that could not be run, for the runtime's reason.
std::string command_failure(std::string_view reason);

/// A command that runs beside a container's first process for a client. Destroying it kills the
/// command and tells the client.
class ExecSession {
 public:
  /// Runs `program`. All references must outlive this.
  ExecSession(Machine& machine, Program program, const apiserver::RemoteCommand& command,
              const std::string& working_folder, std::int32_t process_id,
              std::shared_ptr<apiserver::Session> session);
  ExecSession(const ExecSession&) = delete;
  ExecSession& operator=(const ExecSession&) = delete;
  ~ExecSession();

  bool is_over() const { return over_; }
  std::int32_t process_id() const { return context_.process_id(); }
  const std::vector<std::string>& command() const { return command_.command; }
  /// Sends it a signal by its number.
  void send_signal(int signal);

 private:
  // One of its output streams.
  class Pipe final : public Output {
   public:
    Pipe(apiserver::Session& session, std::uint32_t channel, bool is_open)
        : session_{session}, channel_{channel}, is_open_{is_open} {}
    void write(std::string_view text) override {
      if (is_open_) session_.push(channel_, text);
    }

   private:
    apiserver::Session& session_;
    std::uint32_t channel_;
    bool is_open_;
  };

  void take_input(const apiserver::SessionInput& input);
  sim::Task<void> run(Program program);
  void end(std::int32_t exit_code);

  std::shared_ptr<apiserver::Session> session_;
  apiserver::RemoteCommand command_;
  Input input_;
  Pipe output_;
  Pipe error_output_;
  std::optional<Terminal> terminal_;
  ProcessContext context_;
  bool over_ = false;
  sim::Process process_;
};

}  // namespace rockpool::node
