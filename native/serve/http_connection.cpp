// SPDX-License-Identifier: Apache-2.0
#include "native/serve/http_connection.h"

#include <optional>
#include <string>
#include <utility>

#include "native/serve/gzip.h"
#include "native/serve/limits.h"
#include "native/serve/peer.h"
#include "native/serve/sessions/protocol.h"
#include "native/serve/sessions/web_socket.h"

namespace rockpool::native {
namespace {

namespace http = beast::http;

std::string_view header(const WireRequest& request, http::field name) {
  const beast::string_view value = request[name];
  return {value.data(), value.size()};
}

constexpr std::string_view kSpdy = "SPDY/3.1";

// True if a subprotocol that the client offers is known here.
bool can_carry(const apiserver::Request& request) {
  const auto kind = request.path.ends_with("/portforward")
                        ? apiserver::Session::Kind::port_forward
                        : apiserver::Session::Kind::remote_command;
  return !choose_subprotocol(kind, request.headers.get("Sec-WebSocket-Protocol")).empty();
}

}  // namespace

asio::awaitable<void> HttpConnection::run() {
  error_code error;
  quiet_since_ = std::chrono::steady_clock::now();
  co_await stream_.handshake(error);
  while (!error && !is_stopping_) {
    quiet_since_ = std::chrono::steady_clock::now();
    if (!co_await wait_for_request()) break;
    WireRequest request;
    if (!co_await read_request(request)) break;
    quiet_since_.reset();
    if (!co_await answer(request)) break;
  }
  co_await stream_.close();
}

void HttpConnection::stop() {
  is_stopping_ = true;
  if (is_idle_) abort();
  if (news_) news_->cancel();
  if (stop_session_) stop_session_();
}

void HttpConnection::abort() {
  stream_.abort();
}

asio::awaitable<bool> HttpConnection::wait_for_request() {
  is_idle_ = true;
  const bool has_come = co_await reader_.wait(kIdleTimeout);
  is_idle_ = false;
  co_return has_come;
}

asio::awaitable<bool> HttpConnection::read_request(WireRequest& request) {
  RequestOutcome outcome = co_await reader_.read();
  if (outcome.request) {
    request = std::move(*outcome.request);
    co_return true;
  }
  if (outcome.refusal) {
    const apiserver::Response& refusal = *outcome.refusal;
    const HeadOptions options{.keep_alive = false, .content_length = refusal.body.size()};
    error_code error;
    co_await stream_.write_all(response_head(refusal, options) + refusal.body, error);
  }
  co_return false;
}

std::optional<apiserver::Response> HttpConnection::refusal(const WireRequest& request) const {
  if (!guard_.is_own_host(header(request, http::field::host))) {
    return failure(421, "BadRequest", "the Host header does not name this server");
  }
  if (!guard_.is_own_origin(header(request, http::field::origin))) {
    return failure(403, "Forbidden", "requests of other origins are not answered");
  }
  if (request.target().empty() || request.target()[0] != '/') {
    return failure(400, "BadRequest", "the request's target must be a path");
  }
  return std::nullopt;
}

apiserver::Response HttpConnection::respond_to(WireRequest& request) {
  if (auto refused = refusal(request)) return std::move(*refused);
  const apiserver::Request asked = to_api_request(request);
  // Other upgrades are refused by the API server, after what is wrong with the request itself.
  const bool begins_session =
      apiserver::asks_for_session(asked) && asked.headers.get("Upgrade") != kSpdy;
  if (begins_session && !is_web_socket_upgrade(request)) {
    return failure(400, "BadRequest", "Upgrade request required");
  }
  if (begins_session && !can_carry(asked)) {
    return failure(400, "BadRequest",
                   "unable to upgrade: none of the subprotocols offered is served");
  }
  return service_.handle(asked);
}

asio::awaitable<apiserver::Response> HttpConnection::wait_for(
    std::shared_ptr<apiserver::PendingResponse> pending) {
  const auto news = std::make_shared<asio::steady_timer>(stream_.get_executor(),
                                                         asio::steady_timer::time_point::max());
  news_ = news;
  const auto is_gone = std::make_shared<bool>(false);
  const auto answer = std::make_shared<std::optional<apiserver::Response>>();
  pending->on_ready([answer, weak = std::weak_ptr{news}](apiserver::Response response) {
    *answer = std::move(response);
    if (const auto found = weak.lock()) found->cancel();
  });
  asio::co_spawn(
      stream_.get_executor(),
      [self = shared_from_this(), news, is_gone] { return self->watch_client(news, is_gone); },
      asio::detached);
  error_code error;
  while (!*answer && !*is_gone && !is_stopping_) co_await news->async_wait(into(error));
  const bool was_gone = std::exchange(*is_gone, true);
  pending->abandon();
  news_.reset();
  if (!was_gone) stream_.socket().cancel(error);
  if (*answer) co_return std::move(**answer);
  co_return failure(503, "ServiceUnavailable", "the server is shutting down");
}

asio::awaitable<bool> HttpConnection::answer(WireRequest& request) {
  apiserver::Response response = respond_to(request);
  if (response.pending) {
    const std::shared_ptr<apiserver::PendingResponse> pending = response.pending;
    response = co_await wait_for(pending);
  }
  if (response.session) {
    co_await carry_session(shared_from_this(), stream_, std::move(request), response.session,
                           service_, stop_session_);
    co_return false;
  }
  const std::unique_ptr<BodySource> body = body_source(response);
  if (!body) co_return co_await send(std::move(response), request);
  co_return co_await send_stream(std::move(response), *body, request);
}

asio::awaitable<bool> HttpConnection::send(apiserver::Response response,
                                           const WireRequest& request) {
  if (response.body.size() >= kGzipThreshold &&
      accepts_gzip(header(request, http::field::accept_encoding))) {
    response.body = gzip(response.body);
    response.headers.add("Content-Encoding", "gzip");
    response.headers.add("Vary", "Accept-Encoding");
  }
  HeadOptions options;
  options.keep_alive = request.keep_alive() && !is_stopping_;
  options.content_length = response.body.size();
  std::string text = response_head(response, options);
  if (request.method() != http::verb::head) text += response.body;
  error_code error;
  co_await stream_.write_all(text, error);
  co_return !error && options.keep_alive;
}

asio::awaitable<bool> HttpConnection::send_stream(apiserver::Response response, BodySource& body,
                                                  const WireRequest& request) {
  if (request.version() < 11) {
    co_return co_await send(failure(505, "BadRequest", "a stream needs HTTP/1.1"), request);
  }
  news_ = std::make_shared<asio::steady_timer>(stream_.get_executor());
  news_->expires_at(asio::steady_timer::time_point::max());
  const auto is_gone = std::make_shared<bool>(false);
  asio::co_spawn(
      stream_.get_executor(),
      [self = shared_from_this(), news = news_, is_gone] {
        return self->watch_client(news, is_gone);
      },
      asio::detached);
  body.start([news = news_] { news->cancel(); });
  HeadOptions options;
  options.keep_alive = request.keep_alive() && !is_stopping_;
  options.chunked = true;
  error_code error;
  co_await stream_.write_all(response_head(response, options), error);
  while (!error && !*is_gone && !is_stopping_) {
    const std::string text = body.take();
    if (!text.empty()) {
      co_await stream_.write_all(chunk(text), error);
    } else if (body.has_ended()) {
      break;
    } else {
      error_code woken;
      co_await news_->async_wait(into(woken));
    }
  }
  body.stop();
  news_.reset();
  if (error || *is_gone) co_return false;
  co_await stream_.write_all(chunk(""), error);
  *is_gone = true;
  stream_.socket().cancel(error);
  co_return !error && options.keep_alive;
}

asio::awaitable<void> HttpConnection::watch_client(std::shared_ptr<asio::steady_timer> news,
                                                   std::shared_ptr<bool> is_gone) {
  const bool has_ended = co_await wait_for_end(stream_.socket());
  if (!has_ended || *is_gone) co_return;
  *is_gone = true;
  news->cancel();
}

}  // namespace rockpool::native
