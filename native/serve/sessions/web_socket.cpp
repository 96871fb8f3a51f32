// SPDX-License-Identifier: Apache-2.0
#include "native/serve/sessions/web_socket.h"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <charconv>
#include <chrono>
#include <deque>
#include <utility>
#include <vector>

#include "native/serve/limits.h"
#include "native/serve/sessions/protocol.h"

namespace rockpool::native {

// What Beast asks of a stream that it does not know.
void beast_close_socket(Stream& stream) {
  stream.abort();
}
template <typename Handler>
void async_teardown(beast::role_type role, Stream& stream, Handler&& handler) {
  beast::websocket::async_teardown(role, stream.socket(), std::forward<Handler>(handler));
}

namespace {

namespace http = beast::http;
namespace websocket = beast::websocket;

// The longest message that is read; kubectl's have 32 KiB.
constexpr std::size_t kMaxMessageBytes = 4u << 20;

// kubectl reads a connection before it knows its channels, and drops what arrives on those it does
// not know
// ("Unknown stream id 1, discarding message"). Runtimes of real nodes need longer than this to
// start a command.
constexpr std::chrono::milliseconds kUntilChannelsAreKnown{100};

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

// The ports that a request names, `ports=80&ports=443` or `ports=80,443`.
std::vector<std::int32_t> ports_of(const WireRequest& request) {
  std::vector<std::int32_t> ports;
  const apiserver::Request parsed = apiserver::make_request("GET", view(request.target()));
  for (const auto& [name, value] : parsed.query) {
    if (name != "ports") continue;
    const char* at = value.data();
    const char* const end = at + value.size();
    for (std::int32_t port = 0; at < end;) {
      const auto [rest, error] = std::from_chars(at, end, port);
      if (error != std::errc{}) break;
      if (port > 0 && port <= UINT16_MAX) ports.push_back(port);
      at = rest + 1;
    }
  }
  return ports;
}

// One session over one WebSocket.
class Carrier : public std::enable_shared_from_this<Carrier> {
 public:
  Carrier(std::shared_ptr<void> owner, Stream& stream, std::shared_ptr<apiserver::Session> session,
          HttpService& service)
      : owner_{std::move(owner)},
        socket_{stream},
        session_{std::move(session)},
        service_{service},
        news_{stream.get_executor(), asio::steady_timer::time_point::max()} {}
  ~Carrier() { session_->close(); }

  asio::awaitable<void> run(WireRequest request);
  // Ends it from outside.
  void stop() {
    ended_ = true;
    news_.cancel();
  }

 private:
  asio::awaitable<bool> accept(const WireRequest& request, const std::string& subprotocol);
  asio::awaitable<void> read_all();
  asio::awaitable<void> write_all();
  void put(const apiserver::SessionInput& input) { service_.put(*session_, input); }
  void listen();
  void enqueue(std::string message);

  // Reading may end after `run` has: what is read from must be there until then.
  std::shared_ptr<void> owner_;
  websocket::stream<Stream&> socket_;
  std::shared_ptr<apiserver::Session> session_;
  HttpService& service_;
  std::unique_ptr<SessionProtocol> protocol_;
  // Wakes the writer.
  asio::steady_timer news_;
  std::deque<std::string> outbox_;
  std::size_t outbox_bytes_ = 0;
  bool paused_ = false;
  bool ended_ = false;
};

void Carrier::enqueue(std::string message) {
  outbox_bytes_ += message.size();
  outbox_.push_back(std::move(message));
  if (outbox_bytes_ >= kMaxStreamAhead && !paused_) {
    paused_ = true;
    session_->on_output(nullptr);
  }
  news_.cancel();
}

void Carrier::listen() {
  paused_ = false;
  session_->on_output(
      [this](const apiserver::SessionOutput& output) { protocol_->deliver(output); });
}

asio::awaitable<bool> Carrier::accept(const WireRequest& request, const std::string& subprotocol) {
  socket_.set_option(
      websocket::stream_base::timeout{kRequestTimeout, websocket::stream_base::none(), false});
  socket_.set_option(websocket::stream_base::decorator([&](websocket::response_type& response) {
    response.set(http::field::sec_websocket_protocol, subprotocol);
  }));
  socket_.read_message_max(kMaxMessageBytes);
  socket_.binary(true);
  error_code error;
  co_await socket_.async_accept(request, into(error));
  co_return !error;
}

asio::awaitable<void> Carrier::run(WireRequest request) {
  const std::string subprotocol =
      choose_subprotocol(session_->kind(), view(request[http::field::sec_websocket_protocol]));
  protocol_ = make_session_protocol(
      session_->kind(), subprotocol, ports_of(request),
      [this](const apiserver::SessionInput& input) { put(input); },
      [this](std::string message) { enqueue(std::move(message)); });
  if (!co_await accept(request, subprotocol)) {
    put({.kind = apiserver::SessionInput::Kind::close});
    co_return;
  }
  protocol_->begin();
  session_->on_close([this] { stop(); });
  listen();
  asio::co_spawn(
      socket_.get_executor(), [self = shared_from_this()] { return self->read_all(); },
      asio::detached);
  co_await write_all();
}

asio::awaitable<void> Carrier::read_all() {
  const auto self = shared_from_this();
  beast::flat_buffer buffer;
  error_code error;
  while (!error) {
    buffer.clear();
    co_await socket_.async_read(buffer, into(error));
    if (error || ended_) break;
    const std::string message = beast::buffers_to_string(buffer.data());
    if (!protocol_->receive(message)) break;
  }
  if (!ended_) put({.kind = apiserver::SessionInput::Kind::close});
  stop();
}

asio::awaitable<void> Carrier::write_all() {
  error_code error;
  if (session_->kind() == apiserver::Session::Kind::remote_command) {
    asio::steady_timer known{socket_.get_executor(), kUntilChannelsAreKnown};
    co_await known.async_wait(into(error));
    error = {};
  }
  while (!error) {
    if (!outbox_.empty()) {
      const std::string message = std::move(outbox_.front());
      outbox_.pop_front();
      outbox_bytes_ -= message.size();
      co_await socket_.async_write(asio::buffer(message), into(error));
      if (paused_ && outbox_.empty() && !ended_) listen();
    } else if (ended_) {
      break;
    } else {
      error_code woken;
      co_await news_.async_wait(into(woken));
    }
  }
  ended_ = true;
  session_->on_output(nullptr);
  if (!error) co_await socket_.async_close(websocket::close_code::normal, into(error));
  socket_.next_layer().abort();
}

}  // namespace

bool is_web_socket_upgrade(const WireRequest& request) {
  return websocket::is_upgrade(request);
}

asio::awaitable<void> carry_session(std::shared_ptr<void> owner, Stream& stream,
                                    WireRequest request,
                                    std::shared_ptr<apiserver::Session> session,
                                    HttpService& service, std::function<void()>& stop) {
  stream.expires_never();
  const auto carrier =
      std::make_shared<Carrier>(std::move(owner), stream, std::move(session), service);
  stop = [weak = std::weak_ptr{carrier}] {
    if (const auto found = weak.lock()) found->stop();
  };
  co_await carrier->run(std::move(request));
}

}  // namespace rockpool::native
