// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/apiserver/session.h"

namespace rockpool::native {

/// How a session (exec, attach, portforward) looks as messages of a WebSocket: one of the
/// subprotocols that Kubernetes' clients speak.
class SessionProtocol {
 public:
  /// Where what the client does goes.
  using Put = std::function<void(const apiserver::SessionInput& input)>;
  /// Sends one binary message to the client.
  using Send = std::function<void(std::string message)>;

  virtual ~SessionProtocol() = default;
  /// The connection has been made.
  virtual void begin() {}
  /// A message has come. False if it makes no sense; the connection is then closed.
  virtual bool receive(std::string_view message) = 0;
  /// The session has something for the client.
  virtual void deliver(const apiserver::SessionOutput& output) = 0;
};

/// The first of the subprotocols a client offers (a header's text, separated by commas) that
/// carries such a session; empty if there is none.
std::string choose_subprotocol(apiserver::Session::Kind kind, std::string_view offered);

/// That subprotocol. `ports` are those that the request's query names, for portforward.
std::unique_ptr<SessionProtocol> make_session_protocol(apiserver::Session::Kind kind,
                                                       std::string_view subprotocol,
                                                       const std::vector<std::int32_t>& ports,
                                                       SessionProtocol::Put put,
                                                       SessionProtocol::Send send);

}  // namespace rockpool::native
