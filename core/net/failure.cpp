// SPDX-License-Identifier: Apache-2.0
#include "core/net/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/net/tls.h"

namespace rockpool::net {
namespace {

constexpr std::pair<FailureKind, std::string_view> kNames[] = {
    {FailureKind::none, "none"},
    {FailureKind::invalid_url, "invalid_url"},
    {FailureKind::no_such_host, "no_such_host"},
    {FailureKind::dns_timed_out, "dns_timed_out"},
    {FailureKind::dns_failed, "dns_failed"},
    {FailureKind::connection_refused, "connection_refused"},
    {FailureKind::no_route_to_host, "no_route_to_host"},
    {FailureKind::connection_timed_out, "connection_timed_out"},
    {FailureKind::connection_reset, "connection_reset"},
    {FailureKind::connection_closed, "connection_closed"},
    {FailureKind::response_timed_out, "response_timed_out"},
    {FailureKind::network_unreachable, "network_unreachable"},
    {FailureKind::too_many_connections, "too_many_connections"},
    {FailureKind::certificate_rejected, "certificate_rejected"},
    {FailureKind::tls_handshake_failed, "tls_handshake_failed"},
};

constexpr std::string_view kDeadline =
    "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";

std::int64_t milliseconds(sim::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

std::string curl_text(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::none:
      return {};
    case FailureKind::invalid_url:
      return fmt::format("URL rejected: {}", failure.detail);
    case FailureKind::dns_timed_out:
      if (failure.by_client_timeout) {
        return fmt::format("Resolving timed out after {} milliseconds",
                           milliseconds(failure.elapsed));
      }
      [[fallthrough]];
    case FailureKind::no_such_host:
    case FailureKind::dns_failed:
      return fmt::format("Could not resolve host: {}", failure.host);
    case FailureKind::connection_refused:
    case FailureKind::no_route_to_host:
    case FailureKind::network_unreachable:
    case FailureKind::too_many_connections:
      return fmt::format("Failed to connect to {} port {} after {} ms: Couldn't connect to server",
                         failure.host, failure.port, milliseconds(failure.elapsed));
    case FailureKind::connection_timed_out:
      return fmt::format("Connection timed out after {} milliseconds",
                         milliseconds(failure.elapsed));
    case FailureKind::connection_reset:
      return "Recv failure: Connection reset by peer";
    case FailureKind::connection_closed:
      return "Empty reply from server";
    case FailureKind::response_timed_out:
      return fmt::format("Operation timed out after {} milliseconds with 0 bytes received",
                         milliseconds(failure.elapsed));
    case FailureKind::certificate_rejected:
    case FailureKind::tls_handshake_failed:
      return failure.tls ? curl_tls_message(*failure.tls) : std::string{};
  }
  return {};
}

// The part of Go's message after `dial tcp`, for a name that did not resolve.
std::string go_lookup(const Failure& failure, std::string_view words) {
  // Without a name server the resolver has not got as far as having an address to name.
  if (failure.remote.port == 0) return fmt::format("lookup {}: {}", failure.host, words);
  return fmt::format("lookup {} on {}: {}", failure.host, failure.remote.to_string(), words);
}

}  // namespace

std::string_view failure_kind_name(FailureKind kind) {
  const auto found =
      std::ranges::find(kNames, kind, &std::pair<FailureKind, std::string_view>::first);
  return found == std::end(kNames) ? std::string_view{} : found->second;
}

FailureKind parse_failure_kind(std::string_view name) {
  const auto found =
      std::ranges::find(kNames, name, &std::pair<FailureKind, std::string_view>::second);
  return found == std::end(kNames) ? FailureKind::none : found->first;
}

int curl_exit_code(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::none:
      return 0;
    case FailureKind::invalid_url:
      return 3;
    case FailureKind::dns_timed_out:
      return failure.by_client_timeout ? 28 : 6;
    case FailureKind::no_such_host:
    case FailureKind::dns_failed:
      return 6;
    case FailureKind::connection_refused:
    case FailureKind::no_route_to_host:
    case FailureKind::network_unreachable:
    case FailureKind::too_many_connections:
      return 7;
    case FailureKind::connection_timed_out:
    case FailureKind::response_timed_out:
      return 28;
    case FailureKind::connection_reset:
      return 56;
    case FailureKind::connection_closed:
      return 52;
    case FailureKind::certificate_rejected:
    case FailureKind::tls_handshake_failed:
      return failure.tls ? curl_tls_exit_code(*failure.tls) : 35;
  }
  return 2;
}

std::string curl_message(const Failure& failure) {
  if (failure.kind == FailureKind::none) return {};
  return fmt::format("curl: ({}) {}", curl_exit_code(failure), curl_text(failure));
}

std::string go_message(const Failure& failure) {
  const auto dial = [&failure](std::string_view words) {
    return fmt::format("dial tcp {}: {}", failure.remote.to_string(), words);
  };
  const auto ends = [&failure] {
    return fmt::format("{}->{}", failure.local.to_string(), failure.remote.to_string());
  };
  switch (failure.kind) {
    case FailureKind::none:
      return {};
    case FailureKind::invalid_url:
      return failure.detail;
    case FailureKind::no_such_host:
      return "dial tcp: " + go_lookup(failure, "no such host");
    case FailureKind::dns_timed_out:
      if (failure.by_client_timeout) return std::string{kDeadline};
      return "dial tcp: " + go_lookup(failure, fmt::format("read udp {}: i/o timeout", ends()));
    case FailureKind::dns_failed:
      return "dial tcp: " + go_lookup(failure, failure.detail);
    case FailureKind::connection_refused:
      return dial("connect: connection refused");
    case FailureKind::no_route_to_host:
      return dial("connect: no route to host");
    case FailureKind::connection_timed_out:
      if (!failure.by_client_timeout) return dial("connect: connection timed out");
      return failure.by_connect_timeout ? dial("i/o timeout") : std::string{kDeadline};
    case FailureKind::connection_reset:
      return fmt::format("read tcp {}: read: connection reset by peer", ends());
    case FailureKind::connection_closed:
      return "EOF";
    case FailureKind::response_timed_out:
      return std::string{kDeadline};
    case FailureKind::network_unreachable:
      return dial("connect: network is unreachable");
    case FailureKind::too_many_connections:
      return dial("connect: cannot assign requested address");
    case FailureKind::certificate_rejected:
    case FailureKind::tls_handshake_failed:
      return failure.tls ? go_tls_message(*failure.tls) : std::string{};
  }
  return {};
}

}  // namespace rockpool::net
