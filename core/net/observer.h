// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "core/net/address.h"
#include "core/net/failure.h"
#include "core/net/trace.h"
#include "core/sim/time.h"

namespace rockpool::net {

class Host;

/// A finished request, for statistics. References are valid only during the call.
struct RequestSummary {
  /// Who asked.
  const Host& client;
  /// The URL's host and port.
  std::string_view host;
  std::uint16_t port = 0;
  /// The Service whose rules it went by, `namespace/name`; empty if no proxy was involved.
  std::string_view service;
  /// The server that answered or was being reached; null if it did not come so far.
  const Host* server = nullptr;
  /// The address of that server or of the last endpoint that was tried.
  SocketAddress endpoint;
  /// `none` if an answer came, whatever its status.
  FailureKind failure = FailureKind::none;
  /// The HTTP status; 0 without an answer.
  int status = 0;
  sim::Time started;
  sim::Time ended;
  /// The hops, if they were recorded.
  const Trace* trace = nullptr;
};

/// Sees every request of a Network: for traffic statistics and for showing requests as they travel.
/// It must not change the Network from within these calls.
class Observer {
 public:
  virtual ~Observer() = default;
  /// Asked when a request starts: whether to record its hops.
  virtual bool wants_trace(const Host& client, const std::string_view host) {
    static_cast<void>(client);
    static_cast<void>(host);
    return false;
  }
  /// A hop was added to a trace; it is the last of `trace.hops`.
  virtual void on_hop(const Host& client, const Trace& trace) {
    static_cast<void>(client);
    static_cast<void>(trace);
  }
  /// A request has ended. A client that is killed while it waits ends no request.
  virtual void on_finished(const RequestSummary& request) = 0;
};

}  // namespace rockpool::net
