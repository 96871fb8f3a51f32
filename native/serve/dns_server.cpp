// SPDX-License-Identifier: Apache-2.0
#include "native/serve/dns_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "core/net/dns/message.h"

namespace rockpool::native {
namespace {

// Over TCP a message follows its length (RFC 1035, 4.2.2).
constexpr std::size_t kLengthBytes = 2;
constexpr int kMaxConnections = 256;
// RFC 7766 leaves it to the server; CoreDNS waits as long.
constexpr std::chrono::seconds kConnectionTimeout{10};
// After an error such as too many open files, before the next try.
constexpr std::chrono::milliseconds kPause{50};

// A node that is up, to ask from.
std::optional<std::string> find_node(Cluster& cluster) {
  for (int number = 1; number <= cluster.options().nodes; ++number) {
    const std::string name = fmt::format("node-{}", number);
    const net::Node* node = cluster.network().find_node(name);
    if (node != nullptr && node->is_up()) return "node/" + name;
  }
  return std::nullopt;
}

// What a forwarder says that has nobody to ask; none to what is no query.
std::optional<std::string> server_failure(std::string_view query) {
  const auto message = net::dns::decode(query);
  if (!message || message->is_response) return std::nullopt;
  net::dns::Message answer;
  answer.id = message->id;
  answer.is_response = true;
  answer.opcode = message->opcode;
  answer.recursion_desired = message->recursion_desired;
  answer.code = net::dns::ResponseCode::server_failure;
  answer.questions = message->questions;
  return net::dns::encode(answer, net::dns::kMaxPlainUdpSize);
}

// False for what every server drops without a word (miekg/dns: less than a header, or a response),
// so that it costs the cluster nothing.
bool may_be_query(std::string_view message) {
  constexpr std::size_t kHeaderSize = 12;
  constexpr unsigned kResponseBit = 0x80;
  return message.size() >= kHeaderSize &&
         (static_cast<unsigned char>(message[2]) & kResponseBit) == 0;
}

std::string framed(std::string_view message) {
  std::string result;
  result += static_cast<char>(message.size() >> 8);
  result += static_cast<char>(message.size() & 0xff);
  result += message;
  return result;
}

}  // namespace

DnsServer::DnsServer(asio::io_context& context, Cluster& cluster, ClusterClock& clock)
    : context_{context},
      cluster_{cluster},
      clock_{clock},
      datagrams_{std::make_shared<udp::socket>(context)},
      acceptor_{context} {}

std::expected<void, std::string> DnsServer::listen(const asio::ip::address& address,
                                                   std::uint16_t port) {
  error_code error;
  const tcp::endpoint place{address, port};
  acceptor_.open(place.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor_.bind(place, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (!error) port_ = acceptor_.local_endpoint().port();
  const udp::endpoint same_place{address, port_};
  if (!error) datagrams_->open(same_place.protocol(), error);
  if (!error) datagrams_->bind(same_place, error);
  // An answer that the system cannot take now is lost, as any datagram may be.
  if (!error) datagrams_->non_blocking(true, error);
  if (error == asio::error::address_in_use) {
    return std::unexpected{fmt::format("{} is in use", port)};
  }
  if (error) return std::unexpected{fmt::format("{}: {}", port, error.message())};
  return {};
}

void DnsServer::start() {
  asio::co_spawn(context_, [this] { return serve_datagrams(); }, asio::detached);
  asio::co_spawn(context_, [this] { return accept_all(); }, asio::detached);
}

void DnsServer::stop() {
  error_code ignored;
  datagrams_->close(ignored);
  acceptor_.close(ignored);
}

void DnsServer::ask(DnsTransport transport, std::string message, Answer answer) {
  const std::optional<std::string> node = find_node(cluster_);
  if (!node) return answer(server_failure(message));
  clock_.catch_up();
  const auto started =
      cluster_.start_dns_query(*node, transport, message, [answer](const DnsResult& result) {
        answer(result ? std::optional{*result} : std::nullopt);
      });
  clock_.catch_up_soon();
  if (!started) answer(server_failure(message));
}

asio::awaitable<void> DnsServer::serve_datagrams() {
  std::array<char, net::dns::kMaxMessageSize> buffer;
  asio::steady_timer pause{context_};
  while (datagrams_->is_open()) {
    udp::endpoint client;
    error_code error;
    const std::size_t size =
        co_await datagrams_->async_receive_from(asio::buffer(buffer), client, into(error));
    if (error) {
      pause.expires_after(kPause);
      co_await pause.async_wait(into(error));
      continue;
    }
    const std::string_view message{buffer.data(), size};
    if (!may_be_query(message)) continue;
    const auto send = [weak = std::weak_ptr{datagrams_},
                       client](const std::optional<std::string>& answer) {
      const auto socket = weak.lock();
      error_code ignored;
      if (socket && answer) socket->send_to(asio::buffer(*answer), client, 0, ignored);
    };
    ask(DnsTransport::udp, std::string{message}, send);
  }
}

asio::awaitable<void> DnsServer::accept_all() {
  asio::steady_timer pause{context_};
  while (acceptor_.is_open()) {
    error_code error;
    tcp::socket socket{context_};
    co_await acceptor_.async_accept(socket, into(error));
    if (error) {
      pause.expires_after(kPause);
      co_await pause.async_wait(into(error));
      continue;
    }
    if (connections_ >= kMaxConnections) continue;
    ++connections_;
    const auto stream = std::make_shared<beast::tcp_stream>(std::move(socket));
    asio::co_spawn(context_, [this, stream] { return serve_connection(stream); }, asio::detached);
  }
}

asio::awaitable<std::string> DnsServer::ask_and_wait(std::string message) {
  struct Waiting {
    asio::steady_timer news;
    std::optional<std::string> answer;
    bool is_done = false;
  };
  const auto waiting = std::make_shared<Waiting>(Waiting{asio::steady_timer{context_}, {}, false});
  waiting->news.expires_at(asio::steady_timer::time_point::max());
  // The cluster outlives the sockets, so it must not keep their timer.
  ask(DnsTransport::tcp, std::move(message),
      [weak = std::weak_ptr{waiting}](std::optional<std::string> answer) {
        const auto found = weak.lock();
        if (!found) return;
        found->answer = std::move(answer);
        found->is_done = true;
        found->news.cancel();
      });
  error_code ignored;
  while (!waiting->is_done) co_await waiting->news.async_wait(into(ignored));
  co_return waiting->answer.value_or("");
}

asio::awaitable<void> DnsServer::serve_connection(std::shared_ptr<beast::tcp_stream> stream) {
  for (;;) {
    error_code error;
    std::array<unsigned char, kLengthBytes> length{};
    stream->expires_after(kConnectionTimeout);
    co_await asio::async_read(*stream, asio::buffer(length), into(error));
    if (error) break;
    std::string message(static_cast<std::size_t>(length[0] << 8 | length[1]), '\0');
    co_await asio::async_read(*stream, asio::buffer(message), into(error));
    if (error || !may_be_query(message)) break;
    const std::string answer = co_await ask_and_wait(std::move(message));
    if (answer.empty()) break;
    const std::string text = framed(answer);
    stream->expires_after(kConnectionTimeout);
    co_await asio::async_write(*stream, asio::buffer(text), into(error));
    if (error) break;
  }
  --connections_;
}

}  // namespace rockpool::native
