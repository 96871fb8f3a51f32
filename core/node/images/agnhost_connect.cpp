// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/agnhost_connect.h"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace rockpool::node {
namespace {

// The flag's default.
constexpr sim::Duration kTimeout = std::chrono::seconds{1};

struct Wish {
  std::string host;
  std::uint16_t port = 0;
  sim::Duration timeout = kTimeout;
};

// Wants the value of `--NAME=VALUE` or `--NAME VALUE` at that place, which moves on.
std::optional<std::string> flag_value(const std::vector<std::string>& words, std::size_t& at,
                                      std::string_view name) {
  const std::string_view word = words[at];
  if (word == name && at + 1 < words.size()) return words[++at];
  if (!word.starts_with(name) || word.size() <= name.size() || word[name.size()] != '=') {
    return std::nullopt;
  }
  return std::string{word.substr(name.size() + 1)};
}

std::expected<Wish, std::string> read_wish(const std::vector<std::string>& words) {
  Wish wish;
  std::string place;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::string word = words[i];
    if (const auto timeout = flag_value(words, i, "--timeout")) {
      const auto duration = sim::parse_duration(*timeout);
      if (!duration) {
        return std::unexpected{fmt::format(
            "Error: invalid argument \"{0}\" for \"--timeout\" flag: time: invalid duration "
            "\"{0}\"\n",
            *timeout)};
      }
      wish.timeout = *duration;
    } else if (const auto protocol = flag_value(words, i, "--protocol")) {
      if (*protocol != "tcp") {
        return std::unexpected{fmt::format("Unsupported protocol \"{}\"\n", *protocol)};
      }
    } else if (word.starts_with('-')) {
      return std::unexpected{fmt::format("Error: unknown flag: {}\n", word)};
    } else {
      place = word;
    }
  }
  const std::size_t colon = place.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : net::parse_port(place.substr(colon + 1));
  if (!port) {
    return std::unexpected{
        fmt::format("DNS: address {}: {}\n", place,
                    colon == std::string::npos ? "missing port in address" : "invalid port")};
  }
  wish.host = place.substr(0, colon);
  if (wish.host.starts_with('[') && wish.host.ends_with(']')) {
    wish.host = wish.host.substr(1, wish.host.size() - 2);
  }
  wish.port = *port;
  return wish;
}

}  // namespace

sim::Task<std::int32_t> run_agnhost_connect(ProcessContext& context) {
  const auto wish = read_wish(context.arguments());
  if (!wish) {
    context.print_error(wish.error());
    co_return 1;
  }
  net::Ref<net::Host> host{&context.host()};
  sim::Task<std::expected<std::vector<net::IpAddress>, net::Failure>> resolving =
      context.resolve(wish->host);
  const std::expected<std::vector<net::IpAddress>, net::Failure> addresses = co_await resolving;
  if (!addresses) {
    context.print_error(fmt::format("DNS: {}\n", net::go_message(addresses.error())));
    co_return 1;
  }
  sim::Task<std::expected<net::Socket, net::Failure>> connecting =
      host->connect({addresses->front(), wish->port}, wish->timeout);
  const std::expected<net::Socket, net::Failure> socket = co_await connecting;
  if (socket) co_return 0;
  switch (socket.error().kind) {
    case net::FailureKind::connection_refused:
      context.print_error("REFUSED\n");
      break;
    case net::FailureKind::connection_timed_out:
      context.print_error("TIMEOUT\n");
      break;
    default:
      context.print_error(fmt::format("OTHER: {}\n", net::go_message(socket.error())));
      break;
  }
  co_return 1;
}

}  // namespace rockpool::node
