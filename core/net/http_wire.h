// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/http.h"

// HTTP/1.1 as bytes, for whoever speaks it over a forwarded port: inside, requests travel whole.
namespace rockpool::net {

/// Reads requests from bytes that come in pieces.
class HttpRequestReader {
 public:
  /// How large a request's line and headers may be, and its body.
  static constexpr std::size_t kMaxHead = 64u << 10;
  static constexpr std::size_t kMaxBody = 16u << 20;

  /// More bytes have come.
  void put(std::string_view bytes) { buffer_ += bytes; }
  /// The next whole request, or nothing if it is not all there. The error says what is wrong with
  /// the bytes; nothing can be read after it.
  std::expected<std::optional<HttpRequest>, std::string> next();
  /// True if the client asked for the connection to be closed after the last request.
  bool wants_close() const { return wants_close_; }

 private:
  // What of a body is there: its length with all framing, or nothing if it is not all there.
  std::expected<std::optional<std::size_t>, std::string> read_body(std::size_t start,
                                                                   HttpRequest& request) const;
  std::expected<std::optional<std::size_t>, std::string> read_chunks(std::size_t start,
                                                                     std::string& body) const;

  std::string buffer_;
  bool wants_close_ = false;
};

/// The bytes of a response to a request of that method.
std::string write_http_response(const HttpResponse& response, std::string_view method,
                                bool keeps_alive);

}  // namespace rockpool::net
