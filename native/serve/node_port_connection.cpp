// SPDX-License-Identifier: Apache-2.0
#include "native/serve/node_port_connection.h"

#include <fmt/format.h>

#include "core/doc/ascii.h"
#include "native/serve/limits.h"
#include "native/serve/peer.h"

namespace rockpool::native {
namespace {

namespace http = beast::http;

// How long an answer may take, in the cluster's time: long enough for any real client to give up
// first.
constexpr std::chrono::hours kAnswerTimeout{1};

// What is said anew for each connection that a message passes.
bool belongs_to_connection(std::string_view name) {
  for (const std::string_view each :
       {"Connection", "Content-Length", "Keep-Alive", "Transfer-Encoding", "Expect"}) {
    if (doc::equal_ignoring_case(name, each)) return true;
  }
  return false;
}

}  // namespace

NodePortConnection::NodePortConnection(tcp::socket socket, Cluster& cluster, ClusterClock& clock,
                                       const net::SocketAddress& target)
    : stream_{std::move(socket)},
      cluster_{cluster},
      clock_{clock},
      target_{target},
      news_{stream_.get_executor()} {}

asio::awaitable<void> NodePortConnection::run() {
  WireRequest request;
  while (!is_gone_) {
    if (!co_await read_request(request)) break;
    if (!co_await answer(request)) break;
  }
  if (client_ != 0) {
    clock_.catch_up();
    static_cast<void>(cluster_.close_client(client_));
    clock_.catch_up_soon();
  }
  if (stream_.socket().is_open()) co_await stream_.close();
}

asio::awaitable<bool> NodePortConnection::read_request(WireRequest& request) {
  if (!co_await reader_.wait(kIdleTimeout)) co_return false;
  RequestOutcome outcome = co_await reader_.read();
  if (outcome.request) {
    request = std::move(*outcome.request);
    co_return true;
  }
  if (!outcome.has_ended) reset();
  co_return false;
}

FetchOptions NodePortConnection::fetch_options(WireRequest& request) {
  const beast::string_view target = request.target();
  FetchOptions options;
  options.url = fmt::format("http://{}{}", target_.to_string(),
                            std::string_view{target.data(), target.size()});
  options.method = std::string{request.method_string()};
  for (const auto& field : request) {
    const std::string name{field.name_string()};
    if (!belongs_to_connection(name)) options.headers.add(name, std::string{field.value()});
  }
  options.body = std::move(request.body());
  options.timeout = kAnswerTimeout;
  // Numbers must differ from those of every earlier connection of this cluster's history, and each
  // of those has put at least one input into it.
  if (client_ == 0) client_ = cluster_.input_count() + 1;
  options.client = client_;
  return options;
}

asio::awaitable<bool> NodePortConnection::answer(WireRequest& request) {
  const FetchOptions options = fetch_options(request);
  result_.reset();
  news_.expires_at(asio::steady_timer::time_point::max());
  clock_.catch_up();
  // The cluster outlives the sockets, so it must not keep them.
  const auto started =
      cluster_.start_fetch(options, [weak = weak_from_this()](const net::FetchResult& result) {
        const auto self = weak.lock();
        if (!self) return;
        self->result_ = result;
        self->news_.cancel();
      });
  clock_.catch_up_soon();
  if (!started) {
    co_return co_await respond(net::HttpResponse::plain(400, started.error().message + "\n"),
                               request);
  }
  asio::co_spawn(
      stream_.get_executor(), [self = shared_from_this()] { return self->watch_client(); },
      asio::detached);
  error_code error;
  while (!result_ && !is_gone_) co_await news_.async_wait(into(error));
  if (!result_) co_return false;
  stream_.socket().cancel(error);
  if (result_->ok()) co_return co_await respond(*result_->outcome, request);
  if (result_->outcome.error().kind != net::FailureKind::connection_closed) reset();
  co_return false;
}

asio::awaitable<bool> NodePortConnection::respond(const net::HttpResponse& response,
                                                  const WireRequest& request) {
  const bool keep_alive = request.keep_alive() &&
                          !doc::equal_ignoring_case(response.headers.get("Connection"), "close");
  const bool has_length =
      response.status >= 200 && response.status != 204 && response.status != 304;
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, net::http_status_text(response.status));
  for (const auto& [name, value] : response.headers.fields()) {
    if (!belongs_to_connection(name)) text += fmt::format("{}: {}\r\n", name, value);
  }
  if (has_length) text += fmt::format("Content-Length: {}\r\n", response.body.size());
  if (!keep_alive) text += "Connection: close\r\n";
  text += "\r\n";
  if (has_length && request.method() != http::verb::head) text += response.body;
  error_code error;
  co_await stream_.write_all(text, error);
  co_return !error && keep_alive;
}

asio::awaitable<void> NodePortConnection::watch_client() {
  const auto self = shared_from_this();
  const bool has_ended = co_await wait_for_end(stream_.socket());
  if (!has_ended || result_) co_return;
  is_gone_ = true;
  news_.cancel();
}

void NodePortConnection::reset() {
  error_code ignored;
  stream_.socket().set_option(asio::socket_base::linger{true, 0}, ignored);
  stream_.abort();
}

}  // namespace rockpool::native
