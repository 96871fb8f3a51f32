// SPDX-License-Identifier: Apache-2.0
#include "native/serve/request_reader.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <string>
#include <utility>

#include "native/serve/http_service.h"

namespace rockpool::native {
namespace {

namespace http = beast::http;

std::optional<apiserver::Response> refusal_of(const error_code& error) {
  if (error == http::error::header_limit) {
    return failure(431, "BadRequest", "the request's headers are larger than 64 KiB");
  }
  // The length that the header promises is checked before anything of the body is read.
  if (error == http::error::body_limit) {
    return failure(413, "RequestEntityTooLarge",
                   "Request entity too large: limit is " + std::to_string(kMaxBodyBytes));
  }
  if (error == http::error::buffer_overflow) {
    return failure(400, "BadRequest", "malformed HTTP request: what frames the body is too long");
  }
  const bool is_malformed = error.category() == make_error_code(http::error::bad_method).category();
  if (!is_malformed || error == http::error::end_of_stream ||
      error == http::error::partial_message) {
    return std::nullopt;
  }
  return failure(400, "BadRequest", "malformed HTTP request: " + error.message());
}

// What Beast lets pass. A body whose end two readers would see in different places could hide a
// second request (RFC 9112, 6.1); two names for the host could hide the wrong one.
std::optional<apiserver::Response> refusal_of(const WireRequest& head) {
  if (head.count(http::field::host) > 1) {
    return failure(400, "BadRequest", "malformed HTTP request: too many Host headers");
  }
  const auto encodings = head.count(http::field::transfer_encoding);
  const bool is_chunked = beast::iequals(head[http::field::transfer_encoding], "chunked");
  if (encodings > 1 || (encodings == 1 && !is_chunked)) {
    return failure(501, "BadRequest", "unsupported transfer encoding");
  }
  return std::nullopt;
}

bool expects_continue(const WireRequest& head) {
  return beast::iequals(head[http::field::expect], "100-continue");
}

}  // namespace

asio::awaitable<bool> RequestReader::wait(std::chrono::seconds timeout) {
  if (buffer_.size() > 0) co_return true;
  constexpr std::size_t kFirstRead = 4096;
  error_code error;
  stream_.expires_after(timeout);
  const std::size_t count =
      co_await stream_.async_read_some(buffer_.prepare(kFirstRead), into(error));
  if (error) co_return false;
  buffer_.commit(count);
  co_return true;
}

asio::awaitable<RequestOutcome> RequestReader::read() {
  RequestOutcome outcome;
  http::request_parser<http::string_body> parser;
  parser.header_limit(kMaxHeaderBytes);
  parser.body_limit(kMaxBodyBytes);
  error_code error;
  stream_.expires_after(kRequestTimeout);
  co_await http::async_read_header(stream_, buffer_, parser, into(error));
  if (!error) outcome.refusal = refusal_of(parser.get());
  if (outcome.refusal) co_return outcome;
  if (!error && expects_continue(parser.get())) {
    co_await stream_.write_all("HTTP/1.1 100 Continue\r\n\r\n", error);
    stream_.expires_after(kRequestTimeout);
  }
  if (!error) co_await http::async_read(stream_, buffer_, parser, into(error));
  if (error) {
    outcome.refusal = refusal_of(error);
    outcome.has_ended = error == http::error::end_of_stream;
  } else {
    outcome.request = parser.release();
  }
  co_return outcome;
}

}  // namespace rockpool::native
