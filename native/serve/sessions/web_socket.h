// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/apiserver/session.h"
#include "native/serve/http_message.h"
#include "native/serve/http_service.h"
#include "native/serve/stream.h"

namespace rockpool::native {

/// True if the request asks to go on as a WebSocket.
bool is_web_socket_upgrade(const WireRequest& request);

/// Turns the connection into a WebSocket and carries the session over it until either side has had
/// enough. `stop` is set to what ends it from outside. `owner` keeps the stream alive; the service
/// must outlive it.
asio::awaitable<void> carry_session(std::shared_ptr<void> owner, Stream& stream,
                                    WireRequest request,
                                    std::shared_ptr<apiserver::Session> session,
                                    HttpService& service, std::function<void()>& stop);

}  // namespace rockpool::native
