// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "core/apiserver/pending_response.h"
#include "native/serve/body_source.h"
#include "native/serve/guard.h"
#include "native/serve/http_message.h"
#include "native/serve/http_service.h"
#include "native/serve/request_reader.h"
#include "native/serve/stream.h"

namespace rockpool::native {

/// One client's connection: reads its requests one after the other and answers each. Every
/// request is bounded in size and time, and so is what waits to be taken by a slow client.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  /// The guard and the service must outlive this.
  HttpConnection(Stream stream, const RequestGuard& guard, HttpService& service)
      : stream_{std::move(stream)}, guard_{guard}, service_{service} {}

  /// Serves until either side has had enough.
  asio::awaitable<void> run();
  /// The server stops: an idle connection ends now, another after its answer; a stream ends.
  void stop();
  /// Tears the connection down.
  void abort();
  /// Since when the client has owed a request; nothing while one is answered.
  std::optional<std::chrono::steady_clock::time_point> quiet_since() const { return quiet_since_; }

 private:
  // Waits for a request's first byte; false if none comes.
  asio::awaitable<bool> wait_for_request();
  // Reads one request; false if the connection is at its end or had to be refused.
  asio::awaitable<bool> read_request(WireRequest& request);
  // Answers one request; false if the connection has come to its end.
  asio::awaitable<bool> answer(WireRequest& request);
  asio::awaitable<bool> send(apiserver::Response response, const WireRequest& request);
  asio::awaitable<bool> send_stream(apiserver::Response response, BodySource& body,
                                    const WireRequest& request);
  apiserver::Response respond_to(WireRequest& request);
  // What keeps a request from the service; empty if nothing does.
  std::optional<apiserver::Response> refusal(const WireRequest& request) const;
  // The response that comes later; a failure if the client or the server goes away before.
  asio::awaitable<apiserver::Response> wait_for(
      std::shared_ptr<apiserver::PendingResponse> pending);
  // Ends the stream when the client goes away.
  asio::awaitable<void> watch_client(std::shared_ptr<asio::steady_timer> news,
                                     std::shared_ptr<bool> is_gone);

  Stream stream_;
  const RequestGuard& guard_;
  HttpService& service_;
  RequestReader reader_{stream_};
  // Wakes whoever writes a stream.
  std::shared_ptr<asio::steady_timer> news_;
  // Ends a session.
  std::function<void()> stop_session_;
  std::optional<std::chrono::steady_clock::time_point> quiet_since_;
  bool is_idle_ = false;
  bool is_stopping_ = false;
};

}  // namespace rockpool::native
