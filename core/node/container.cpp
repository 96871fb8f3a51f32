// SPDX-License-Identifier: Apache-2.0
#include "core/node/container.h"

#include <utility>

#include <fmt/format.h>
#include "core/node/environment.h"

namespace rockpool::node {

using namespace doc::literals;

Container::Container(std::unique_ptr<Machine> machine, std::shared_ptr<const ImageConfig> config,
                     std::vector<std::string> arguments, std::string working_folder,
                     ExitHandler on_exit)
    : machine_{std::move(machine)},
      config_{std::move(config)},
      on_exit_{std::move(on_exit)},
      context_{*machine_, std::move(arguments), true} {
  context_.set_working_folder(working_folder.empty() ? config_->working_folder
                                                     : std::move(working_folder));
}

Container::~Container() {
  process_.kill();
  machine_->children.clear();
}

void Container::start() {
  running_ = true;
  process_ = sim::Process{machine_->loop, run()};
}

sim::Task<void> Container::run() {
  const std::vector<std::string>& arguments = context_.arguments();
  const std::string name = arguments.empty() ? std::string{} : arguments.front();
  const Program program = find_executable(machine_->image, *config_, name);
  sim::Task<std::int32_t> task = program(context_);
  const std::int32_t exit_code = co_await task;
  end(exit_code);
}

void Container::end(std::int32_t exit_code) {
  if (!running_) return;
  running_ = false;
  machine_->children.clear();
  ended_.set(true);
  on_exit_(exit_code);
}

void Container::signal(Signal signal) {
  if (!running_ || context_.deliver(signal)) return;
  if (const std::optional<std::int32_t> exit_code = context_.signal_exit_code()) kill(*exit_code);
}

void Container::kill(std::int32_t exit_code) {
  if (!running_) return;
  process_.kill();
  end(exit_code);
}

sim::Task<bool> Container::wait_for_exit(sim::Duration timeout) {
  if (!running_) co_return true;
  co_await ended_.take(timeout);
  co_return !running_;
}

sim::Task<void> Container::run_beside(Program program, ProcessContext& context,
                                      sim::Future<std::int32_t>& done) {
  sim::Task<std::int32_t> task = program(context);
  const std::int32_t exit_code = co_await task;
  done.set(exit_code);
}

sim::Task<ExecResult> Container::exec(std::vector<std::string> arguments,
                                      std::optional<sim::Duration> timeout) {
  ExecResult result;
  const std::string name = arguments.empty() ? std::string{} : arguments.front();
  const Program program = running_ ? find_executable(machine_->image, *config_, name) : nullptr;
  if (program == nullptr) {
    result.exit_code = 127;
    result.error = fmt::format(
        "OCI runtime exec failed: exec failed: unable to start container "
        "process: exec: \"{}\": {}: unknown",
        name,
        name.find('/') == std::string::npos ? "executable file not found in $PATH"
                                            : "stat " + name + ": no such file or directory");
    co_return result;
  }
  ProcessContext context{*machine_, std::move(arguments), false, &result.output};
  context.set_working_folder(context_.working_folder());
  sim::Future<std::int32_t> done;
  sim::Process process{machine_->loop, run_beside(program, context, done)};
  const std::optional<std::int32_t> exit_code = co_await done.take(timeout);
  result.timed_out = !exit_code;
  result.exit_code = exit_code.value_or(137);
  co_return result;
}

std::vector<std::string> make_arguments(const doc::Value& container, const ImageConfig& config,
                                        const Machine& machine) {
  const auto lookup = [&machine](std::string_view name) { return machine.variable(name); };
  const auto append = [&lookup](const doc::Value& texts, std::vector<std::string>& arguments) {
    for (const doc::Value& text : texts.items()) {
      arguments.push_back(expand_variables(text.as_string(), lookup));
    }
  };
  const doc::Value& command = container["command"_key];
  const doc::Value& args = container["args"_key];
  std::vector<std::string> arguments;
  if (command.size() != 0) {
    append(command, arguments);
  } else {
    arguments = config.entrypoint;
  }
  if (args.size() != 0) {
    append(args, arguments);
  } else if (command.size() == 0) {
    arguments.insert(arguments.end(), config.command.begin(), config.command.end());
  }
  return arguments;
}

std::string executable_not_found(const std::string& name) {
  const bool is_path = name.find('/') != std::string::npos;
  return fmt::format(
      "failed to create containerd task: failed to create shim task: OCI runtime "
      "create failed: runc create failed: unable to start container process: error "
      "during container init: exec: \"{}\": {}: unknown",
      name,
      is_path ? "stat " + name + ": no such file or directory"
              : "executable file not found in $PATH");
}

}  // namespace rockpool::node
