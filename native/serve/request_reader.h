// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <optional>

#include "core/apiserver/http.h"
#include "native/serve/http_message.h"
#include "native/serve/limits.h"
#include "native/serve/stream.h"

namespace rockpool::native {

/// What came of waiting for a request.
struct RequestOutcome {
  /// The request, if it came whole.
  std::optional<WireRequest> request;
  /// What to say to one that is malformed or too large; empty if there is nobody to hear it, or
  /// nothing to say.
  std::optional<apiserver::Response> refusal;
  /// True if the client ended the connection between two requests.
  bool has_ended = false;
};

/// Reads the requests of one connection, one after the other, each bounded in size and time.
class RequestReader {
 public:
  /// The stream must outlive this.
  explicit RequestReader(Stream& stream) : stream_{stream} {}

  /// Waits for a request's first bytes; false if none come within `timeout`.
  asio::awaitable<bool> wait(std::chrono::seconds timeout);
  /// Reads one request. Unless it came, nothing more can be read.
  asio::awaitable<RequestOutcome> read();

 private:
  // A body passes through in pieces; the lines between its chunks and after it must fit in whole.
  static constexpr std::size_t kMaxBuffered = kMaxHeaderBytes + (64u << 10);

  Stream& stream_;
  beast::flat_buffer buffer_{kMaxBuffered};
};

}  // namespace rockpool::native
