// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "native/serve/asio.h"

namespace rockpool::native {

/// A TCP connection, encrypted or not, whose operations fail after a time: with
/// `beast::error::timeout`, and then the connection is closed. One type for both kinds, so that
/// what stands on it is compiled once; an AsyncStream.
class Stream {
 public:
  using executor_type = beast::tcp_stream::executor_type;

  /// Takes over a socket. With a context it is encrypted once `handshake` has succeeded; the
  /// context must outlive this.
  explicit Stream(tcp::socket socket, asio::ssl::context* tls = nullptr)
      : tcp_{std::make_unique<beast::tcp_stream>(std::move(socket))} {
    if (tls != nullptr) tls_ = std::make_unique<beast::ssl_stream<beast::tcp_stream&>>(*tcp_, *tls);
  }

  executor_type get_executor() { return tcp_->get_executor(); }
  tcp::socket& socket() { return tcp_->socket(); }
  bool is_encrypted() const { return tls_ != nullptr; }

  /// What begins from now on fails if it has not ended by then.
  void expires_after(std::chrono::steady_clock::duration span) { tcp_->expires_after(span); }
  /// What begins from now on may take for ever.
  void expires_never() { tcp_->expires_never(); }

  /// Agrees on keys; does nothing if this is not encrypted.
  asio::awaitable<void> handshake(error_code& error);
  /// Writes all of `text`; fails if the client takes nothing for kWriteTimeout.
  asio::awaitable<void> write_all(std::string_view text, error_code& error);
  /// Ends the connection in good order.
  asio::awaitable<void> close();
  /// Tears the connection down; what is under way fails.
  void abort();

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto&& handler, const Buffers& into) {
          if (tls_) {
            tls_->async_read_some(into, std::forward<decltype(handler)>(handler));
          } else {
            tcp_->async_read_some(into, std::forward<decltype(handler)>(handler));
          }
        },
        token, buffers);
  }

  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto&& handler, const Buffers& from) {
          if (tls_) {
            tls_->async_write_some(from, std::forward<decltype(handler)>(handler));
          } else {
            tcp_->async_write_some(from, std::forward<decltype(handler)>(handler));
          }
        },
        token, buffers);
  }

 private:
  std::unique_ptr<beast::tcp_stream> tcp_;
  std::unique_ptr<beast::ssl_stream<beast::tcp_stream&>> tls_;
};

}  // namespace rockpool::native
