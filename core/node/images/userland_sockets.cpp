// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_sockets.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include "core/node/images/userland_options.h"

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;

struct OpenPort {
  net::Protocol protocol = net::Protocol::tcp;
  std::uint16_t number = 0;
};

// By protocol and number. A server here listens at all addresses of both families; the ports that
// clients have got for themselves are left out.
std::vector<OpenPort> open_ports(const net::Host& host, bool with_tcp, bool with_udp) {
  std::vector<OpenPort> ports;
  for (const net::Protocol protocol : {net::Protocol::tcp, net::Protocol::udp}) {
    if (!(protocol == net::Protocol::tcp ? with_tcp : with_udp)) continue;
    for (std::uint32_t number = 1; number <= 0xffff; ++number) {
      const auto port = static_cast<std::uint16_t>(number);
      const bool is_clients = protocol == net::Protocol::udp &&
                              port >= net::Host::kFirstEphemeralPort &&
                              port <= net::Host::kLastEphemeralPort;
      if (!is_clients && host.is_listening(port, protocol)) ports.push_back({protocol, port});
    }
  }
  return ports;
}

// The options of both; nothing if one is not understood, which has been told then.
std::optional<LetterOptions> read_options(ProcessContext& context) {
  auto options = read_letter_options(context, "ltunpaWeroH46", "");
  if (!options) {
    context.print_error(options.error());
    return {};
  }
  if (!options->has('l')) {
    context.print_error(
        fmt::format("{}: only what listens (-l) is simulated\n", context.arguments().front()));
    return {};
  }
  return std::move(*options);
}

}  // namespace

Code run_netstat(ProcessContext& context) {
  const auto options = read_options(context);
  if (!options) co_return 1;
  const bool all = !options->has('t') && !options->has('u');
  const bool with_program = options->has('p');
  std::string text =
      "Active Internet connections (only servers)\n"
      "Proto Recv-Q Send-Q Local Address           Foreign Address         State       ";
  text += with_program ? "PID/Program name    \n" : "\n";
  const bool has_six = context.machine().userland == Userland::alpine_with_tools;
  for (const OpenPort& port :
       open_ports(context.host(), all || options->has('t'), all || options->has('u'))) {
    const bool is_tcp = port.protocol == net::Protocol::tcp;
    // net-tools tell the families apart.
    const std::string name = fmt::format("{}{}", is_tcp ? "tcp" : "udp", has_six ? "6" : "");
    text += fmt::format("{:<5} {:>6} {:>6} {:<23} {:<23} {:<12}{}\n", name, 0, 0,
                        fmt::format(":::{}", port.number), ":::*", is_tcp ? "LISTEN" : "",
                        with_program ? "-" : "");
  }
  context.print(text);
  co_return 0;
}

Code run_ss(ProcessContext& context) {
  const auto options = read_options(context);
  if (!options) co_return 1;
  const bool all = !options->has('t') && !options->has('u');
  // The kernel's own length of a queue (net.core.somaxconn).
  constexpr int kBacklog = 4096;
  const std::string network = all || (options->has('t') && options->has('u')) ? "Netid " : "";
  std::string text;
  if (!options->has('H')) {
    text = fmt::format("{}State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n",
                       network);
  }
  for (const OpenPort& port :
       open_ports(context.host(), all || options->has('t'), all || options->has('u'))) {
    const bool is_tcp = port.protocol == net::Protocol::tcp;
    if (!network.empty()) text += fmt::format("{:<6}", is_tcp ? "tcp" : "udp");
    text +=
        fmt::format("{:<6} {:<6} {:<6} {:>13}:{:<4} {:>12}:*          \n",
                    is_tcp ? "LISTEN" : "UNCONN", 0, is_tcp ? kBacklog : 0, "*", port.number, "*");
  }
  context.print(text);
  co_return 0;
}

Code run_telnet(ProcessContext& context) {
  const std::vector<std::string> arguments = context.arguments();
  const auto port =
      arguments.size() < 3 ? std::optional<std::uint16_t>{23} : net::parse_port(arguments[2]);
  if (arguments.size() < 2 || !port) {
    context.print_error(arguments.size() < 2
                            ? std::string{"BusyBox v1.37.0 multi-call binary.\n\n"
                                          "Usage: telnet [-a] [-l USER] HOST [PORT]\n"}
                            : fmt::format("telnet: bad port '{}'\n", arguments[2]));
    co_return 1;
  }
  auto resolving = context.resolve(arguments[1]);
  const std::expected<std::vector<net::IpAddress>, net::Failure> addresses = co_await resolving;
  if (!addresses) {
    context.print_error(fmt::format("telnet: bad address '{}'\n", arguments[1]));
    co_return 1;
  }
  net::Ref<net::Host> host{&context.host()};
  auto connecting = host->connect({addresses->front(), *port});
  const std::expected<net::Socket, net::Failure> socket = co_await connecting;
  if (!socket) {
    std::string_view why = "Operation timed out";
    if (socket.error().kind == net::FailureKind::connection_refused) why = "Connection refused";
    if (socket.error().kind == net::FailureKind::no_route_to_host) why = "Host is unreachable";
    context.print_error(fmt::format("telnet: can't connect to remote host ({}): {}\n",
                                    addresses->front().to_string(), why));
    co_return 1;
  }
  context.print(fmt::format("Connected to {}\n", arguments[1]));
  sim::Task<std::string> reading = context.read_input();
  co_await reading;
  co_return 0;
}

}  // namespace rockpool::node
