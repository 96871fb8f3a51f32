// SPDX-License-Identifier: Apache-2.0
#include "native/serve/stream.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>

#include "native/serve/limits.h"

namespace rockpool::native {
namespace {

// As Go's servers tell who took `https` for `http`.
constexpr std::string_view kPlainHttpAnswer =
    "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

bool is_plain_http(const error_code& error) {
  return error.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
}

}  // namespace

asio::awaitable<void> Stream::handshake(error_code& error) {
  error = {};
  if (!tls_) co_return;
  expires_after(kHandshakeTimeout);
  co_await tls_->async_handshake(asio::ssl::stream_base::server, into(error));
  if (!is_plain_http(error)) co_return;
  error_code ignored;
  co_await asio::async_write(*tcp_, asio::buffer(kPlainHttpAnswer), into(ignored));
}

asio::awaitable<void> Stream::write_all(std::string_view text, error_code& error) {
  error = {};
  while (!text.empty()) {
    expires_after(kWriteTimeout);
    const asio::const_buffer piece{text.data(), std::min(text.size(), kWritePiece)};
    const std::size_t written = co_await async_write_some(piece, into(error));
    if (error) co_return;
    text.remove_prefix(written);
  }
}

asio::awaitable<void> Stream::close() {
  error_code error;
  if (tls_) {
    expires_after(kStopTimeout);
    co_await tls_->async_shutdown(into(error));
  }
  socket().shutdown(tcp::socket::shutdown_send, error);
  // What the client has still to say is read and dropped: closing with it unread would reset the
  // connection and could take the answer with it.
  char rest[4096];
  expires_after(kStopTimeout);
  for (int pieces = 0; pieces < 64 && !error; ++pieces) {
    co_await tcp_->async_read_some(asio::buffer(rest), into(error));
  }
  abort();
}

void Stream::abort() {
  error_code ignored;
  socket().close(ignored);
}

}  // namespace rockpool::native
