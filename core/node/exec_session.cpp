// SPDX-License-Identifier: Apache-2.0
#include "core/node/exec_session.h"

#include <utility>

#include <fmt/format.h>
#include "core/api/status.h"
#include "core/doc/json.h"
#include "core/node/container_state.h"

namespace rockpool::node {
namespace {

namespace channel = apiserver::channel;
using InputKind = apiserver::SessionInput::Kind;

constexpr int kHangUp = 1;
constexpr int kInterrupt = 2;
constexpr int kKill = 9;
constexpr std::int32_t kSignalExit = 128;

}  // namespace

std::string command_status(const std::vector<std::string>& command, std::int32_t exit_code) {
  doc::Value status = doc::Value::map({{"metadata", doc::Value::object()}});
  if (exit_code == 0) {
    status.set("status", "Success");
    return doc::to_json(status);
  }
  const doc::Value cause =
      doc::Value::map({{"reason", "ExitCode"}, {"message", fmt::format("{}", exit_code)}});
  status.set("status", "Failure");
  status.set("message",
             fmt::format("command terminated with non-zero exit code: error executing command "
                         "[{}], exit code {}",
                         fmt::join(command, " "), exit_code));
  status.set("reason", "NonZeroExitCode");
  status.set("details", doc::Value::map({{"causes", doc::Value::array({cause})}}));
  return doc::to_json(status);
}

std::string command_failure(std::string_view reason) {
  const api::Status status =
      api::internal_error(fmt::format("error executing command in container: {}", reason));
  return doc::to_json(status.to_value());
}

ExecSession::ExecSession(Machine& machine, Program program, const apiserver::RemoteCommand& command,
                         const std::string& working_folder, std::int32_t process_id,
                         std::shared_ptr<apiserver::Session> session)
    : session_{std::move(session)},
      command_{command},
      output_{*session_, channel::kOutput, command_.output},
      error_output_{*session_, channel::kErrorOutput, command_.error_output},
      context_{machine, command_.command, false, &output_} {
  context_.set_error_output(&error_output_);
  context_.set_working_folder(working_folder);
  context_.set_process_id(process_id);
  if (command_.input) context_.set_input(&input_);
  if (command_.terminal) {
    terminal_.emplace(
        input_, [this](std::string_view text) { output_.write(text); },
        [this] { send_signal(kInterrupt); });
    context_.set_output(&*terminal_);
    context_.set_error_output(&*terminal_);
    context_.set_terminal(true);
  }
  session_->on_input([this](const apiserver::SessionInput& input) { take_input(input); });
  process_ = sim::Process{machine.loop, run(program)};
}

ExecSession::~ExecSession() {
  process_.kill();
  end(kExitCodeKilled);
}

void ExecSession::take_input(const apiserver::SessionInput& input) {
  const bool is_input = input.channel == channel::kInput;
  if (input.kind == InputKind::data && is_input) {
    if (terminal_) return terminal_->type(input.data);
    input_.put(input.data);
  } else if (input.kind == InputKind::end && is_input) {
    input_.end();
  } else if (input.kind == InputKind::close) {
    // The command goes on, but a shell finds the end of its input, and a terminal hangs up.
    input_.end();
    if (terminal_) send_signal(kHangUp);
  }
}

void ExecSession::send_signal(int signal) {
  if (over_) return;
  if (signal == kInterrupt && context_.interrupt()) return;
  const auto known =
      signal == kKill ? std::nullopt : std::optional{parse_signal(fmt::format("{}", signal))};
  if (known && context_.deliver(*known)) return;
  process_.kill();
  end(known ? context_.signal_exit_code().value_or(kSignalExit + signal) : kExitCodeKilled);
}

sim::Task<void> ExecSession::run(Program program) {
  sim::Task<std::int32_t> task = program(context_);
  const std::int32_t exit_code = co_await task;
  end(exit_code);
}

void ExecSession::end(std::int32_t exit_code) {
  if (std::exchange(over_, true)) return;
  session_->on_input(nullptr);
  if (command_.output) session_->push_end(channel::kOutput);
  if (command_.error_output) session_->push_end(channel::kErrorOutput);
  session_->push(channel::kStatus, command_status(command_.command, exit_code));
  session_->finish();
}

}  // namespace rockpool::node
