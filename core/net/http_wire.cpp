// SPDX-License-Identifier: Apache-2.0
#include "core/net/http_wire.h"
#include "core/doc/ascii.h"
#include "core/doc/trim.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace rockpool::net {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

std::unexpected<std::string> malformed(std::string_view what) {
  return std::unexpected{"malformed HTTP request: " + std::string{what}};
}

std::optional<std::size_t> read_number(std::string_view text, int base) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// `GET /path HTTP/1.1`
bool read_request_line(std::string_view line, HttpRequest& request) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last == first) return false;
  if (!line.substr(last + 1).starts_with("HTTP/1.")) return false;
  request.method = line.substr(0, first);
  std::string_view target = line.substr(first + 1, last - first - 1);
  // A proxy's client names the whole URL.
  if (target.starts_with("http://")) {
    target.remove_prefix(7);
    target.remove_prefix(std::min(target.find('/'), target.size()));
  }
  request.target = target.empty() ? "/" : target;
  return !request.method.empty() && request.target.starts_with('/');
}

bool read_header(std::string_view line, HttpRequest& request) {
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = doc::trim(line.substr(colon + 1), doc::kBlanks);
  if (doc::equal_ignoring_case(name, "Host")) {
    request.host = value;
  } else {
    request.headers.add(name, value);
  }
  return true;
}

}  // namespace

std::expected<std::optional<HttpRequest>, std::string> HttpRequestReader::next() {
  const std::size_t end = buffer_.find(kHeadEnd);
  if (end == std::string::npos) {
    if (buffer_.size() > kMaxHead) return malformed("the headers are too large");
    return std::nullopt;
  }
  HttpRequest request;
  std::string_view head = std::string_view{buffer_}.substr(0, end);
  for (bool first = true; !head.empty(); first = false) {
    const std::size_t line_end = std::min(head.find(kLineEnd), head.size());
    const std::string_view line = head.substr(0, line_end);
    head.remove_prefix(std::min(line_end + kLineEnd.size(), head.size()));
    if (first ? !read_request_line(line, request) : !read_header(line, request)) {
      return malformed(line.substr(0, 80));
    }
  }
  const auto length = read_body(end + kHeadEnd.size(), request);
  if (!length) return std::unexpected{length.error()};
  if (!*length) return std::nullopt;
  buffer_.erase(0, end + kHeadEnd.size() + **length);
  wants_close_ = doc::equal_ignoring_case(request.headers.get("Connection"), "close");
  for (const char* name : {"Connection", "Content-Length", "Transfer-Encoding", "Expect"}) {
    request.headers.remove(name);
  }
  return request;
}

std::expected<std::optional<std::size_t>, std::string> HttpRequestReader::read_body(
    std::size_t start, HttpRequest& request) const {
  if (doc::equal_ignoring_case(request.headers.get("Transfer-Encoding"), "chunked")) {
    return read_chunks(start, request.body);
  }
  if (!request.headers.contains("Content-Length")) return std::size_t{0};
  const auto length = read_number(request.headers.get("Content-Length"), 10);
  if (!length || *length > kMaxBody) return malformed("Content-Length");
  if (buffer_.size() - start < *length) return std::nullopt;
  request.body = buffer_.substr(start, *length);
  return *length;
}

std::expected<std::optional<std::size_t>, std::string> HttpRequestReader::read_chunks(
    std::size_t start, std::string& body) const {
  std::size_t at = start;
  for (;;) {
    const std::size_t line_end = buffer_.find(kLineEnd, at);
    if (line_end == std::string::npos) return std::nullopt;
    std::string_view line = std::string_view{buffer_}.substr(at, line_end - at);
    const auto size = read_number(doc::trim(line.substr(0, line.find(';')), doc::kBlanks), 16);
    if (!size || body.size() + *size > kMaxBody) return malformed("chunk size");
    at = line_end + kLineEnd.size();
    if (buffer_.size() - at < *size + kLineEnd.size()) return std::nullopt;
    // Trailers after the last chunk are not read: an empty line ends it.
    body.append(buffer_, at, *size);
    at += *size + kLineEnd.size();
    if (*size == 0) return at - start;
  }
}

std::string write_http_response(const HttpResponse& response, std::string_view method,
                                bool keeps_alive) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " ";
  text.append(http_status_text(response.status)).append(kLineEnd);
  for (const auto& [name, value] : response.headers.fields()) {
    if (doc::equal_ignoring_case(name, "Content-Length") ||
        doc::equal_ignoring_case(name, "Connection")) {
      continue;
    }
    text.append(name).append(": ").append(value).append(kLineEnd);
  }
  text.append("Content-Length: ").append(std::to_string(response.body.size())).append(kLineEnd);
  if (!keeps_alive) text.append("Connection: close").append(kLineEnd);
  text.append(kLineEnd);
  if (method != "HEAD") text.append(response.body);
  return text;
}

}  // namespace rockpool::net
