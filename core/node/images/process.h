// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/client/informer.h"
#include "core/doc/value.h"
#include "core/net/host.h"
#include "core/node/container_log.h"
#include "core/node/environment.h"
#include "core/node/file_system.h"
#include "core/node/image_reference.h"
#include "core/node/images/standard_streams.h"
#include "core/node/node_disk.h"
#include "core/sim/channel.h"
#include "core/sim/loop.h"
#include "core/sim/random.h"
#include "core/sim/recent_sum.h"
#include "core/sim/task.h"

namespace rockpool::node {

class Image;
class ProcessContext;

/// What the deeds of processes cost, in nanoseconds of CPU: of the size that one measures of small
/// servers.
inline constexpr std::int64_t kStartCost = 1'500'000;
inline constexpr std::int64_t kRequestCost = 150'000;
inline constexpr std::int64_t kPrintCost = 10'000;

/// What a process is: a coroutine that returns its exit code. It is killed by being destroyed.
using Program = sim::Task<std::int32_t> (*)(ProcessContext& context);

/// The signals that a container's first process may be sent before it is killed.
enum class Signal : std::uint8_t { terminate, quit, interrupt, hang_up };

/// Reads `SIGTERM`, `SIGQUIT`, …; `terminate` for anything else.
Signal parse_signal(std::string_view name);
/// 15 for `terminate` and so on.
int signal_number(Signal signal);

/// The processes of a container, as `ps` and `kill` see them.
class ProcessTable {
 public:
  /// One process.
  struct Entry {
    std::int32_t id = 0;
    std::string command;
  };

  virtual ~ProcessTable() = default;
  /// The first process and those executed beside it, by number.
  virtual std::vector<Entry> list() const = 0;
  /// Sends a signal by its number; false if there is no such process.
  virtual bool send_signal(std::int32_t process, int signal) = 0;
};

/// Whose small programs a container has, where they differ from one another.
enum class Userland : std::uint8_t {
  /// Busybox and nothing else, all of it in /bin.
  busybox,
  /// Alpine: its busybox, in the usual folders.
  alpine,
  /// Alpine with the network tools that others have: iputils, net-tools, OpenBSD's netcat.
  alpine_with_tools,
  /// Debian and Ubuntu: GNU's programs, dash as the shell.
  debian,
};

/// Who runs a container's processes.
struct ProcessUser {
  std::int64_t id = 0;
  std::int64_t group = 0;
  /// All groups, the first one among them, in order.
  std::vector<std::int64_t> groups = {};
  /// As the image's /etc/passwd knows it; empty for numbers that it does not know, and for root.
  std::string_view name = {};

  /// What they are called; empty for numbers that /etc/passwd does not know.
  std::string_view known_name() const { return id == 0 ? "root" : name; }
};

/// The machine as one container's processes see it. Lives as long as the container's instance.
struct Machine {
  sim::Loop& loop;
  sim::Random random;
  /// The network namespace; with hostNetwork the node's.
  net::Ref<net::Host> host;
  std::string hostname;
  /// Where standard output of the first process goes.
  ContainerLog& log;
  const Image& image;
  ImageReference reference;
  /// `containerPorts` of the container, as its spec declares them.
  doc::Value ports;
  /// Variables from the image and the container's spec, in the order in which they were set.
  std::vector<EnvironmentVariable> environment;
  /// Makes the variables that tell of Services, when they are asked for.
  std::function<std::vector<EnvironmentVariable>()> service_environment;
  FileSystem files;
  /// How many bytes of `files` the image brought.
  std::int64_t image_bytes = 0;
  /// The API as cached by the node, for the few images that watch it.
  client::Informers& informers;
  sim::Time started_at;
  /// Processes beside the first one; they end with it.
  std::vector<sim::Process> children;
  /// Of the small programs those that the image does not have.
  std::span<const std::string_view> missing_programs = {};
  Userland userland = Userland::busybox;
  /// Null until there is a container.
  ProcessTable* processes = nullptr;
  /// The node's disk, or nullptr where nobody measures it.
  const NodeDisk* disk = nullptr;
  /// Nanoseconds of CPU that its processes have used lately.
  sim::RecentSum work = {};
  /// What its processes know about names; null: what the host knows, whose network is the Pod's.
  net::dns::SharedResolverConfig own_resolver = {};
  ProcessUser user = {};

  /// What its processes know about names.
  const net::dns::ResolverConfig& resolver() const {
    return own_resolver ? *own_resolver : host->resolver();
  }

  /// The variable's value: the container's own, then those of Services.
  std::optional<std::string> variable(std::string_view name) const;
  /// All variables: PATH and HOSTNAME, those of Services, the container's own.
  std::vector<EnvironmentVariable> all_variables() const;
  /// The content of a file: the container's own, or one of those that the kubelet makes.
  std::optional<std::string> read_file(const std::string& path) const;
  /// Runs another process beside the first one.
  void spawn(sim::Task<void> task);
};

/// One process: its arguments, where its output goes, and how it hears of signals.
class ProcessContext {
 public:
  /// Output goes to the container's log, or to `output` if given.
  ProcessContext(Machine& machine, std::vector<std::string> arguments, bool is_first,
                 Output* output = nullptr)
      : machine_{machine},
        arguments_{std::move(arguments)},
        is_first_{is_first},
        output_{output},
        error_output_{output} {
    machine.work.add(machine.loop.now(), kStartCost);
  }
  ProcessContext(const ProcessContext&) = delete;
  ProcessContext& operator=(const ProcessContext&) = delete;

  /// The machine it runs on, and parts of it that are often needed.
  Machine& machine() { return machine_; }
  /// Its clock.
  sim::Loop& loop() { return machine_.loop; }
  /// The present.
  sim::Time now() const { return machine_.loop.now(); }
  /// Its network.
  net::Host& host() { return *machine_.host; }
  /// What it knows about names.
  const net::dns::ResolverConfig& resolver() const { return machine_.resolver(); }
  /// The addresses of a name, as it finds them.
  sim::Task<std::expected<std::vector<net::IpAddress>, net::Failure>> resolve(std::string name) {
    return machine_.host->resolve(std::move(name), machine_.own_resolver);
  }
  /// One HTTP request on a connection of its own (net::Host::fetch), by the names that it knows.
  sim::Task<net::FetchResult> fetch(net::Url url, net::HttpRequest request,
                                    net::FetchOptions options) {
    options.resolver = machine_.own_resolver;
    return machine_.host->fetch(std::move(url), std::move(request), std::move(options));
  }
  /// Its files.
  FileSystem& files() { return machine_.files; }
  /// Its name.
  const std::string& hostname() const { return machine_.hostname; }

  /// What it was called with; the first is the program's own name. May be empty for images that
  /// need none.
  const std::vector<std::string>& arguments() const { return arguments_; }
  /// The process becomes another program, as by execve.
  void set_arguments(std::vector<std::string> arguments) { arguments_ = std::move(arguments); }
  /// True for the process that the container runs, false for what is executed beside it.
  bool is_first() const { return is_first_; }

  /// Where relative paths start.
  const std::string& working_folder() const { return working_folder_; }
  void set_working_folder(std::string folder) { working_folder_ = std::move(folder); }

  /// Prints to standard output; lines end with a newline.
  void print(std::string_view text);
  /// Prints to standard error.
  void print_error(std::string_view text);
  /// Notes a request in the access log.
  void print_access(AccessRecord record, AccessFormat format);
  /// Notes that a request was sent or, where no listener counts, answered.
  void note_request() { machine_.work.add(machine_.loop.now(), kRequestCost); }
  /// Serves HTTP on a TCP port of its host; each request is noted.
  std::expected<net::Listener, net::ListenError> listen(std::uint16_t port,
                                                        net::HttpHandler& handler);
  /// The same over TLS.
  std::expected<net::Listener, net::ListenError> listen(std::uint16_t port,
                                                        net::HttpHandler& handler,
                                                        net::TlsServer& tls);
  /// Where output goes instead of the log, or nullptr.
  Output* output() const { return output_; }
  void set_output(Output* output) { output_ = output; }
  /// Where standard error goes instead of the log, or nullptr; at first as standard output.
  Output* error_output() const { return error_output_; }
  void set_error_output(Output* output) { error_output_ = output; }

  /// Standard input, or nullptr if there is none, which reads as empty.
  Input* input() const { return input_; }
  void set_input(Input* input) { input_ = input; }
  /// All of standard input.
  sim::Task<std::string> read_input();
  /// True if its input and output are a terminal.
  bool is_terminal() const { return is_terminal_; }
  void set_terminal(bool is_terminal) { is_terminal_ = is_terminal; }
  /// Its number among the container's processes.
  std::int32_t process_id() const { return process_id_; }
  void set_process_id(std::int32_t id) { process_id_ = id; }

  /// What ^C does instead of ending the process.
  void on_interrupt(std::function<void()> handler) { interrupt_handler_ = std::move(handler); }
  /// Does it; false if there is nothing to do.
  bool interrupt();

  /// Waits for the first signal to stop; a process that never waits for it ignores signals, as the
  /// first process of a container does without a handler, unless `exit_on_signal` was called.
  sim::Task<Signal> stop_signal();
  /// A signal to stop ends the process at once with that exit code.
  void exit_on_signal(std::int32_t exit_code) { signal_exit_code_ = exit_code; }
  std::optional<std::int32_t> signal_exit_code() const { return signal_exit_code_; }
  /// Hands a signal to whoever waits for it. False if nobody ever began to wait.
  bool deliver(Signal signal);

 private:
  Machine& machine_;
  std::vector<std::string> arguments_;
  bool is_first_;
  Output* output_;
  Output* error_output_;
  Input* input_ = nullptr;
  std::int32_t process_id_ = 1;
  bool is_terminal_ = false;
  std::function<void()> interrupt_handler_;
  std::string working_folder_ = "/";
  std::optional<std::int32_t> signal_exit_code_;
  bool handles_signals_ = false;
  sim::Future<Signal> signal_;
};

/// Never returns.
sim::Task<void> wait_forever();

}  // namespace rockpool::node
