// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/net/address.h"
#include "core/sim/time.h"

namespace rockpool::net {

struct TlsFailure;

/// Why a request came to nothing, as its client sees it.
enum class FailureKind : std::uint8_t {
  none,
  /// The URL cannot be read.
  invalid_url,
  /// The name does not exist (NXDOMAIN or no address for every name that was tried).
  no_such_host,
  /// No name server answered.
  dns_timed_out,
  /// A name server was not listening, or answered that it failed (SERVFAIL, REFUSED).
  dns_failed,
  /// Nobody listens on the port, or the proxy rejects because the Service has no endpoints.
  connection_refused,
  /// A router says that the address does not exist (ICMP host unreachable).
  no_route_to_host,
  /// No answer to the attempts to connect.
  connection_timed_out,
  /// The connection was torn down (RST) while it was in use.
  connection_reset,
  /// The other side closed the connection without answering (FIN).
  connection_closed,
  /// Connected, but no answer came in time.
  response_timed_out,
  /// The client's own network is gone or down.
  network_unreachable,
  /// The client has no socket left.
  too_many_connections,
  /// The server's certificate is not to be believed.
  certificate_rejected,
  /// The TLS handshake failed for another reason, such as a server that speaks plain HTTP.
  tls_handshake_failed,
};

/// `no_such_host` and so on: the spelling that scenarios, statistics and JavaScript use; "none" for
/// none.
std::string_view failure_kind_name(FailureKind kind);
/// Reads that spelling; `none` for anything else.
FailureKind parse_failure_kind(std::string_view name);

/// A failure with what is needed to put it into words.
struct Failure {
  FailureKind kind = FailureKind::none;
  /// The name or address as the URL gave it, and its port.
  std::string host;
  std::uint16_t port = 0;
  /// The ends of the connection, as far as it came; for name resolution those of the query.
  SocketAddress local;
  SocketAddress remote;
  /// How long the client had been trying.
  sim::Duration elapsed{0};
  /// True if the client's own time-out ended it, not the network's or the resolver's.
  bool by_client_timeout = false;
  /// True if that was its time-out for connecting alone, not for the whole request.
  bool by_connect_timeout = false;
  /// What a human may want to know beyond the kind: what a URL lacks, why a name server failed.
  std::string detail;
  /// Of `certificate_rejected` and `tls_handshake_failed`, what was wrong; else null.
  std::shared_ptr<const TlsFailure> tls = nullptr;
};

/// As curl prints it: `curl: (7) Failed to connect to web port 80 after 3 ms: Couldn't connect to
/// server`.
std::string curl_message(const Failure& failure);
/// curl's exit status: 3, 6, 7, 28, 35, 52, 56, 60.
int curl_exit_code(const Failure& failure);
/// As Go's net/http prints the error inside `Get "url": …`, for fortio, probes and the API server:
/// `dial tcp 10.96.0.10:80: connect: connection refused`.
std::string go_message(const Failure& failure);

}  // namespace rockpool::net
