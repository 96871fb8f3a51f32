// SPDX-License-Identifier: Apache-2.0
#include "core/node/container.h"

#include <algorithm>
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
  machine_->processes = this;
}

Container::~Container() {
  process_.kill();
  execs_.clear();
  machine_->children.clear();
}

// Typed keys are echoed into the log, as a terminal's are.
void Container::open_input(bool terminal, bool once) {
  input_ = std::make_unique<Input>();
  input_ends_once_ = once;
  context_.set_input(input_.get());
  if (!terminal) return;
  terminal_ = std::make_unique<Terminal>(
      *input_, [this](std::string_view text) { machine_->log.print(machine_->loop.now(), text); },
      [this] {
        if (!context_.interrupt()) signal(Signal::interrupt);
      });
  context_.set_terminal(true);
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
  // Whatever else ran in the container dies with its first process.
  execs_.clear();
  machine_->children.clear();
  ended_.set(true);
  for (const auto& session : std::exchange(attached_, {})) {
    session->on_input(nullptr);
    session->push_end(apiserver::channel::kOutput);
    // How the process ended, the Pod's status tells; the attachment itself went well.
    session->push(apiserver::channel::kStatus, command_status(context_.arguments(), 0));
    session->finish();
  }
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
    result.error = exec_error(name);
    co_return result;
  }
  TextOutput output;
  ProcessContext context{*machine_, std::move(arguments), false, &output};
  context.set_process_id(++last_process_id_);
  context.set_working_folder(context_.working_folder());
  sim::Future<std::int32_t> done;
  sim::Process process{machine_->loop, run_beside(program, context, done)};
  const std::optional<std::int32_t> exit_code = co_await done.take(timeout);
  result.timed_out = !exit_code;
  result.exit_code = exit_code.value_or(137);
  result.output = std::move(output.text);
  co_return result;
}

std::string Container::exec_error(const std::string& name) const {
  return fmt::format(
      "OCI runtime exec failed: exec failed: unable to start container process: exec: \"{}\": {}: "
      "unknown",
      name,
      name.find('/') == std::string::npos ? "executable file not found in $PATH"
                                          : "stat " + name + ": no such file or directory");
}

void Container::exec(const apiserver::RemoteCommand& command,
                     std::shared_ptr<apiserver::Session> session) {
  std::erase_if(execs_, [](const auto& each) { return each->is_over(); });
  const std::string& name = command.command.front();
  const Program program = find_executable(machine_->image, *config_, name);
  if (program == nullptr) {
    // The runtime names each command that it runs by 64 hexadecimal digits.
    std::string id;
    for (int word = 0; word < 4; ++word) id += fmt::format("{:016x}", machine_->random.next());
    session->push(apiserver::channel::kStatus,
                  command_failure(fmt::format("failed to exec in container: failed to start exec "
                                              "\"{}\": {}",
                                              id, exec_error(name))));
    return session->finish();
  }
  execs_.push_back(std::make_unique<ExecSession>(*machine_, program, command,
                                                 context_.working_folder(), ++last_process_id_,
                                                 std::move(session)));
}

void Container::attach(const apiserver::RemoteCommand& command,
                       const std::shared_ptr<apiserver::Session>& session) {
  std::erase_if(attached_, [](const auto& each) { return each->is_closed(); });
  attached_.push_back(session);
  if (command.output) {
    // What was printed before is not shown again, as the log's own reader would.
    apiserver::PodLogOptions options;
    options.tail_lines = 0;
    const auto stream = std::make_shared<apiserver::ByteStream>();
    const std::weak_ptr<apiserver::Session> client = session;
    stream->on_data([client, raw = stream.get()](std::string_view text) {
      const auto present = client.lock();
      if (!present || present->is_closed()) return raw->close();
      present->push(apiserver::channel::kOutput, text);
    });
    machine_->log.follow(options, stream);
  }
  if (command.input && input_) {
    session->on_input([this](const apiserver::SessionInput& input) { take_attached(input); });
  }
}

void Container::take_attached(const apiserver::SessionInput& input) {
  using Kind = apiserver::SessionInput::Kind;
  if (input.kind == Kind::data && input.channel == apiserver::channel::kInput) {
    if (terminal_) return terminal_->type(input.data);
    input_->put(input.data);
  } else if (input.kind == Kind::end && input.channel == apiserver::channel::kInput) {
    if (input_ends_once_) input_->end();
  }
}

std::vector<ProcessTable::Entry> Container::list() const {
  std::vector<Entry> entries;
  entries.push_back({1, fmt::format("{}", fmt::join(context_.arguments(), " "))});
  for (const auto& exec : execs_) {
    if (exec->is_over()) continue;
    entries.push_back({exec->process_id(), fmt::format("{}", fmt::join(exec->command(), " "))});
  }
  return entries;
}

bool Container::send_signal(std::int32_t process, int signal) {
  const auto is_target = [process](const Entry& entry) { return entry.id == process; };
  if (std::ranges::none_of(list(), is_target)) return false;
  // Later: it may be the target itself that asks, and nothing can be destroyed while it runs.
  machine_->spawn(deliver_later(process, signal));
  return true;
}

sim::Task<void> Container::deliver_later(std::int32_t process, int signal) {
  constexpr int kKill = 9;
  if (signal == 0) co_return;
  if (process == 1) {
    // A namespace's first process is not killed from inside it, only asked.
    if (signal != kKill) this->signal(parse_signal(fmt::format("{}", signal)));
    co_return;
  }
  for (const auto& exec : execs_) {
    if (exec->process_id() != process) continue;
    exec->send_signal(signal);
    break;
  }
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
