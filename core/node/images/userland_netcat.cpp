// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_netcat.h"

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace rockpool::node {
namespace {

using Code = sim::Task<std::int32_t>;

struct NetcatOptions {
  std::vector<std::string> places;
  std::optional<sim::Duration> timeout;
  bool verbose = false;
  bool is_udp = false;
  bool only_probes = false;
  std::uint16_t own_port = 0;
};

NetcatOptions read_netcat(const std::vector<std::string>& arguments) {
  NetcatOptions options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!argument.starts_with('-')) {
      options.places.push_back(argument);
      continue;
    }
    options.verbose = options.verbose || argument.find('v') != std::string::npos;
    options.is_udp = options.is_udp || argument.find('u') != std::string::npos;
    options.only_probes = options.only_probes || argument.find('z') != std::string::npos;
    if (argument.ends_with('w') && i + 1 < arguments.size()) {
      options.timeout = sim::parse_duration(arguments[++i] + "s");
    } else if (argument.ends_with('p') && i + 1 < arguments.size()) {
      options.own_port = net::parse_port(arguments[++i]).value_or(0);
    }
  }
  return options;
}

// nc -u: sends its input as one datagram and prints what comes back until the time is over. With
// `only_probes` one empty datagram, which counts as answered unless it is refused.
Code run_netcat_udp(ProcessContext& context, const NetcatOptions& options, net::SocketAddress to) {
  net::Ref<net::Host> host{&context.host()};
  std::expected<net::DatagramSocket, net::ListenError> socket = host->bind(options.own_port);
  if (!socket) {
    context.print_error("nc: bind: Address already in use\n");
    co_return 1;
  }
  std::string input;
  if (!options.only_probes) {
    sim::Task<std::string> reading = context.read_input();
    input = co_await reading;
  }
  socket->send(to, std::move(input));
  bool is_refused = false;
  for (;;) {
    sim::Task<std::expected<net::Datagram, net::Failure>> receiving =
        socket->receive(options.timeout);
    const std::expected<net::Datagram, net::Failure> received = co_await receiving;
    if (!received) {
      is_refused = received.error().kind == net::FailureKind::connection_refused;
      break;
    }
    if (options.only_probes) break;
    context.print(received->payload);
  }
  co_return is_refused ? 1 : 0;
}

}  // namespace

Code run_netcat(ProcessContext& context) {
  const NetcatOptions options = read_netcat(context.arguments());
  const std::vector<std::string>& places = options.places;
  const auto port = places.size() < 2 ? std::nullopt : net::parse_port(places[1]);
  if (!port) {
    context.print_error("nc: usage: nc [-zvu] [-w SECONDS] [-p PORT] HOST PORT\n");
    co_return 1;
  }
  net::Ref<net::Host> host{&context.host()};
  sim::Task<std::expected<std::vector<net::IpAddress>, net::Failure>> resolve =
      context.resolve(places[0]);
  const std::expected<std::vector<net::IpAddress>, net::Failure> addresses = co_await resolve;
  if (!addresses) {
    context.print_error(fmt::format("nc: bad address '{}'\n", places[0]));
    co_return 1;
  }
  const net::SocketAddress to{addresses->front(), *port};
  const std::string shown = fmt::format("{} ({}:{})", places[0], to.ip.to_string(), *port);
  if (options.is_udp) {
    Code asking = run_netcat_udp(context, options, to);
    const std::int32_t code = co_await asking;
    if (options.verbose && code == 0) context.print_error(shown + " open\n");
    co_return code;
  }
  sim::Task<std::expected<net::Socket, net::Failure>> connect = host->connect(to, options.timeout);
  const std::expected<net::Socket, net::Failure> socket = co_await connect;
  if (!socket) {
    const bool refused = socket.error().kind == net::FailureKind::connection_refused;
    if (options.verbose) {
      context.print_error(fmt::format("nc: {}: {}\n", shown,
                                      refused ? "Connection refused" : "Operation timed out"));
    }
    co_return 1;
  }
  if (options.verbose) context.print_error(shown + " open\n");
  co_return 0;
}

}  // namespace rockpool::node
