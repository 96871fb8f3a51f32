// SPDX-License-Identifier: Apache-2.0
#include "core/node/prober.h"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/net/tls.h"
#include "core/node/grpc_health.h"

namespace rockpool::node {
namespace {

using namespace doc::literals;
using Outcome = ProbeResult::Outcome;

constexpr int kErrorStatus = 400;
// How much of a probe's output an event repeats (pkg/probe: maxReadLength).
constexpr std::size_t kMaxOutput = 10 << 10;

std::vector<std::string> strings(const doc::Value& array) {
  std::vector<std::string> result;
  for (const doc::Value& item : array.items()) result.push_back(item.to_string());
  return result;
}

// A port by number, or by the name of one of the container's ports.
std::expected<std::uint16_t, std::string> resolve_port(const doc::Value& port,
                                                       const api::Container& container) {
  if (port.is_integer()) {
    const std::int64_t number = port.as_int();
    if (number > 0 && number < 65536) return static_cast<std::uint16_t>(number);
    return std::unexpected{fmt::format("invalid port number: {}", number)};
  }
  const std::string name = port.to_string();
  for (const api::ContainerPort declared : container.ports()) {
    if (declared.name() == name) return static_cast<std::uint16_t>(declared.container_port());
  }
  if (const auto number = net::parse_port(name); number && *number != 0) return *number;
  return std::unexpected{fmt::format("strconv.Atoi: parsing \"{}\": invalid syntax", name)};
}

struct HttpProbe {
  net::Url url;
  net::HttpRequest request;
  // As the messages show it: always with its port.
  std::string text;
};

std::expected<HttpProbe, std::string> make_http_probe(const api::HttpGetAction& action,
                                                      const ProbeTarget& target,
                                                      std::string_view user_agent) {
  const auto port = resolve_port(action.port(), target.spec);
  if (!port) return std::unexpected{port.error()};
  HttpProbe probe;
  const std::string host = action.value()["host"_key].to_string(target.pod_ip);
  std::string path{action.path()};
  if (!path.starts_with('/')) path = "/" + path;
  probe.url.scheme = action.scheme() == "HTTPS" ? "https" : "http";
  probe.url.host = host.empty() ? target.pod_ip : host;
  probe.url.port = *port;
  probe.url.target = path;
  probe.text = probe.url.scheme + "://" + net::join_host_port(probe.url.host, *port) + path;
  probe.request.headers.add("User-Agent", user_agent);
  probe.request.headers.add("Accept", "*/*");
  for (const doc::Value& header : action.http_headers().items()) {
    const std::string name = header["name"_key].to_string();
    const std::string value = header["value"_key].to_string();
    if (name == "Host" || name == "host") {
      probe.request.host = value;
    } else {
      probe.request.headers.set(name, value);
    }
  }
  return probe;
}

sim::Task<ProbeResult> probe_http(net::Ref<net::Host> node, api::HttpGetAction action,
                                  ProbeTarget target, net::FetchOptions options) {
  std::expected<HttpProbe, std::string> probe = make_http_probe(action, target, "kube-probe/1.33");
  if (!probe) co_return ProbeResult{Outcome::error, probe.error()};
  // The kubelet takes any certificate.
  if (probe->url.scheme == "https") options.tls = net::insecure_tls();
  sim::Task<net::FetchResult> fetch = node->fetch(probe->url, probe->request, options);
  const net::FetchResult result = co_await fetch;
  if (!result.ok()) {
    co_return ProbeResult{Outcome::failure, fmt::format("Get \"{}\": {}", probe->text,
                                                        net::go_message(result.outcome.error()))};
  }
  const int status = result.outcome->status;
  if (status >= 200 && status < kErrorStatus) co_return ProbeResult{};
  co_return ProbeResult{Outcome::failure,
                        fmt::format("HTTP probe failed with statuscode: {}", status)};
}

sim::Task<ProbeResult> probe_tcp(net::Ref<net::Host> node, doc::Value action, ProbeTarget target,
                                 sim::Duration timeout) {
  const auto port = resolve_port(action["port"_key], target.spec);
  if (!port) co_return ProbeResult{Outcome::error, port.error()};
  std::string host = action["host"_key].to_string();
  if (host.empty()) host = target.pod_ip;
  const std::optional<net::IpAddress> address = net::IpAddress::parse(host);
  if (!address) {
    co_return ProbeResult{Outcome::failure, fmt::format("dial tcp: lookup {}: no such host", host)};
  }
  const net::SocketAddress to{*address, *port};
  sim::Task<std::expected<net::Socket, net::Failure>> connect = node->connect(to, timeout);
  const std::expected<net::Socket, net::Failure> socket = co_await connect;
  if (!socket) co_return ProbeResult{Outcome::failure, net::go_message(socket.error())};
  co_return ProbeResult{};
}

sim::Task<ProbeResult> probe_exec(std::vector<std::string> command, ProbeTarget target,
                                  std::int64_t timeout_seconds) {
  std::string joined;
  for (const std::string& word : command) joined += (joined.empty() ? "" : " ") + word;
  sim::Task<ExecResult> exec =
      target.container->exec(std::move(command), std::chrono::seconds{timeout_seconds});
  ExecResult result = co_await exec;
  if (!result.error.empty()) {
    co_return ProbeResult{Outcome::error,
                          "rpc error: code = Unknown desc = failed to exec in container: failed to "
                          "start exec: " +
                              result.error};
  }
  if (result.timed_out) {
    co_return ProbeResult{
        Outcome::failure,
        fmt::format("command timed out: \"{}\" timed out after {}s", joined, timeout_seconds)};
  }
  if (result.exit_code == 0) co_return ProbeResult{};
  result.output.resize(std::min(result.output.size(), kMaxOutput));
  co_return ProbeResult{Outcome::failure, std::move(result.output)};
}

sim::Task<ProbeResult> probe_grpc(net::Ref<net::Host> node, doc::Value action, ProbeTarget target,
                                  std::int64_t timeout_seconds) {
  const auto port = resolve_port(action["port"_key], target.spec);
  if (!port) co_return ProbeResult{Outcome::error, port.error()};
  const std::optional<net::IpAddress> address = net::IpAddress::parse(target.pod_ip);
  if (!address) co_return ProbeResult{Outcome::error, "the Pod has no address"};
  sim::Task<std::expected<void, std::string>> check =
      grpc_health::check(node, {*address, *port}, action["service"_key].to_string(),
                         std::chrono::seconds{timeout_seconds});
  const std::expected<void, std::string> healthy = co_await check;
  if (!healthy) co_return ProbeResult{Outcome::failure, healthy.error()};
  co_return ProbeResult{};
}

// Go's %v of a []string.
std::string bracketed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return "[" + text + "]";
}

sim::Task<std::optional<std::string>> run_exec_hook(std::vector<std::string> command,
                                                    ProbeTarget target) {
  const std::string text = bracketed(command);
  sim::Task<ExecResult> exec = target.container->exec(std::move(command), std::nullopt);
  const ExecResult result = co_await exec;
  if (result.error.empty() && result.exit_code == 0) co_return std::nullopt;
  const std::string reason = result.error.empty() ? fmt::format("command '{}' exited with {}: {}",
                                                                text.substr(1, text.size() - 2),
                                                                result.exit_code, result.output)
                                                  : result.error;
  co_return fmt::format(
      "Exec lifecycle hook ({}) for Container \"{}\" failed - error: {}, message: "
      "\"{}\"",
      text, target.spec.name(), reason, result.output);
}

sim::Task<std::optional<std::string>> run_http_hook(net::Ref<net::Host> node,
                                                    api::HttpGetAction action, ProbeTarget target) {
  std::expected<HttpProbe, std::string> probe =
      make_http_probe(action, target, "kube-lifecycle/1.33");
  std::string problem;
  if (probe) {
    net::FetchOptions options;
    if (probe->url.scheme == "https") options.tls = net::insecure_tls();
    sim::Task<net::FetchResult> fetch = node->fetch(probe->url, probe->request, options);
    const net::FetchResult result = co_await fetch;
    if (!result.ok()) {
      problem = fmt::format("Get \"{}\": {}", probe->text, net::go_message(result.outcome.error()));
    }
  } else {
    problem = probe.error();
  }
  if (problem.empty()) co_return std::nullopt;
  co_return fmt::format(
      "HTTP lifecycle hook ({}) for Container \"{}\" failed - error: {}, message: "
      "\"\"",
      action.path(), target.spec.name(), problem);
}

}  // namespace

std::string_view probe_kind_name(ProbeKind kind) {
  switch (kind) {
    case ProbeKind::startup:
      return "Startup";
    case ProbeKind::liveness:
      return "Liveness";
    case ProbeKind::readiness:
      return "Readiness";
  }
  return {};
}

sim::Task<ProbeResult> run_probe(net::Ref<net::Host> node, api::Probe probe, ProbeTarget target) {
  const std::int64_t seconds = probe.timeout_seconds();
  if (probe.http_get()) {
    net::FetchOptions options;
    options.timeout = std::chrono::seconds{seconds};
    sim::Task<ProbeResult> task = probe_http(node, probe.http_get(), target, options);
    co_return co_await task;
  }
  if (!probe.tcp_socket().is_null()) {
    sim::Task<ProbeResult> task =
        probe_tcp(node, probe.tcp_socket(), target, std::chrono::seconds{seconds});
    co_return co_await task;
  }
  if (!probe.exec().is_null()) {
    sim::Task<ProbeResult> task = probe_exec(strings(probe.exec()["command"_key]), target, seconds);
    co_return co_await task;
  }
  sim::Task<ProbeResult> task = probe_grpc(node, probe.grpc(), target, seconds);
  co_return co_await task;
}

sim::Task<std::optional<std::string>> run_hook(net::Ref<net::Host> node, api::Handler hook,
                                               ProbeTarget target) {
  if (!hook.exec().is_null()) {
    sim::Task<std::optional<std::string>> task =
        run_exec_hook(strings(hook.exec()["command"_key]), target);
    co_return co_await task;
  }
  if (hook.http_get()) {
    sim::Task<std::optional<std::string>> task = run_http_hook(node, hook.http_get(), target);
    co_return co_await task;
  }
  if (!hook.sleep().is_null()) {
    co_await sim::sleep(std::chrono::seconds{hook.sleep()["seconds"_key].as_int()});
  }
  co_return std::nullopt;
}

std::optional<bool> ProbeVerdict::add(bool success) {
  if (run_ > 0 && last_ == success) {
    ++run_;
  } else {
    last_ = success;
    run_ = 1;
  }
  if (run_ < (success ? success_threshold_ : failure_threshold_)) return std::nullopt;
  return success;
}

}  // namespace rockpool::node
