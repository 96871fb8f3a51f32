// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/process.h"

#include <algorithm>

#include <fmt/format.h>
#include "core/node/hosts_file.h"

namespace rockpool::node {

namespace {

constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// What runc sets HOME to if nobody else does: the user's folder in /etc/passwd, `/` for users that
// it does not know.
std::string home_folder(const ProcessUser& user) {
  if (user.id == 0) return "/root";
  return user.name.empty() ? "/" : fmt::format("/home/{}", user.name);
}

}  // namespace

Signal parse_signal(std::string_view name) {
  if (name == "SIGQUIT" || name == "3") return Signal::quit;
  if (name == "SIGINT" || name == "2") return Signal::interrupt;
  if (name == "SIGHUP" || name == "1") return Signal::hang_up;
  return Signal::terminate;
}

int signal_number(Signal signal) {
  switch (signal) {
    case Signal::terminate:
      return 15;
    case Signal::quit:
      return 3;
    case Signal::interrupt:
      return 2;
    case Signal::hang_up:
      return 1;
  }
  return 15;
}

std::optional<std::string> Machine::variable(std::string_view name) const {
  for (auto entry = environment.rbegin(); entry != environment.rend(); ++entry) {
    if (entry->first == name) return entry->second;
  }
  if (name == "HOSTNAME") return hostname;
  if (name == "PATH") return std::string{kDefaultPath};
  if (service_environment) {
    for (const auto& [service_name, value] : service_environment()) {
      if (service_name == name) return value;
    }
  }
  if (name == "HOME") return home_folder(user);
  return std::nullopt;
}

std::vector<EnvironmentVariable> Machine::all_variables() const {
  std::vector<EnvironmentVariable> all = {{"PATH", std::string{kDefaultPath}},
                                          {"HOSTNAME", hostname}};
  // A later setting replaces an earlier one in its place, as execve's caller sees to.
  const auto set = [&all](const EnvironmentVariable& variable) {
    for (EnvironmentVariable& entry : all) {
      if (entry.first == variable.first) {
        entry.second = variable.second;
        return;
      }
    }
    all.push_back(variable);
  };
  for (const EnvironmentVariable& entry : environment) set(entry);
  if (service_environment) {
    for (EnvironmentVariable& entry : service_environment()) {
      const auto is_set = [&entry](const EnvironmentVariable& other) {
        return other.first == entry.first;
      };
      if (std::ranges::none_of(all, is_set)) all.push_back(std::move(entry));
    }
  }
  if (std::ranges::find(all, "HOME", &EnvironmentVariable::first) == all.end()) {
    all.emplace_back("HOME", home_folder(user));
  }
  return all;
}

std::optional<std::string> Machine::read_file(const std::string& path) const {
  if (const std::string* text = files.read(path)) return *text;
  if (path == "/etc/resolv.conf") return resolver().resolv_conf();
  if (path == "/etc/hostname") return hostname + "\n";
  if (path == "/etc/hosts") return hosts_file(resolver(), host->addresses(), hostname);
  return std::nullopt;
}

void Machine::spawn(sim::Task<void> task) {
  std::erase_if(children, [](const sim::Process& child) { return !child.is_running(); });
  children.emplace_back(loop, std::move(task));
}

void ProcessContext::print(std::string_view text) {
  if (output_ != nullptr) {
    output_->write(text);
  } else {
    machine_.work.add(machine_.loop.now(), kPrintCost);
    machine_.log.print(machine_.loop.now(), text);
  }
}

std::expected<net::Listener, net::ListenError> ProcessContext::listen(std::uint16_t port,
                                                                      net::HttpHandler& handler) {
  auto listener = host().listen(port, handler);
  if (listener) listener->measure(machine_.work, kRequestCost);
  return listener;
}

std::expected<net::Listener, net::ListenError> ProcessContext::listen(std::uint16_t port,
                                                                      net::HttpHandler& handler,
                                                                      net::TlsServer& tls) {
  auto listener = host().listen(port, handler, tls);
  if (listener) listener->measure(machine_.work, kRequestCost);
  return listener;
}

void ProcessContext::print_error(std::string_view text) {
  if (error_output_ != nullptr) {
    error_output_->write(text);
  } else {
    machine_.log.print(machine_.loop.now(), text);
  }
}

void ProcessContext::print_access(AccessRecord record, AccessFormat format) {
  machine_.log.print(machine_.loop.now(), std::move(record), format, machine_.started_at);
}

sim::Task<std::string> ProcessContext::read_input() {
  if (input_ == nullptr) co_return std::string{};
  sim::Task<std::string> reading = input_->read_all();
  co_return co_await reading;
}

bool ProcessContext::interrupt() {
  if (!interrupt_handler_) return false;
  const std::function<void()> handler = interrupt_handler_;
  handler();
  return true;
}

sim::Task<Signal> ProcessContext::stop_signal() {
  handles_signals_ = true;
  const std::optional<Signal> signal = co_await signal_.take();
  co_return signal.value_or(Signal::terminate);
}

bool ProcessContext::deliver(Signal signal) {
  signal_.set(signal);
  return handles_signals_;
}

sim::Task<void> wait_forever() {
  sim::Future<bool> never;
  co_await never.take();
}

}  // namespace rockpool::node
