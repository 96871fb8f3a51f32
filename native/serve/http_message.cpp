// SPDX-License-Identifier: Apache-2.0
#include "native/serve/http_message.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <chrono>
#include <iterator>

namespace rockpool::native {
namespace {

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

// A header's text must not end its line: what it holds may come from a client.
void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  for (const char c : value) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  out += "\r\n";
}

}  // namespace

apiserver::Request to_api_request(WireRequest& request) {
  apiserver::Request result =
      apiserver::make_request(view(request.method_string()), view(request.target()));
  for (const auto& field : request) {
    result.headers.add(view(field.name_string()), view(field.value()));
  }
  result.body = std::move(request.body());
  return result;
}

std::string response_head(const apiserver::Response& response, const HeadOptions& options) {
  const auto status = static_cast<beast::http::status>(response.status);
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status,
                                 view(beast::http::obsolete_reason(status)));
  for (const auto& [name, value] : response.headers.fields()) append_header(head, name, value);
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  append_header(head, "Date", fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(now)));
  if (!options.keep_alive) append_header(head, "Connection", "close");
  if (options.chunked) {
    append_header(head, "Transfer-Encoding", "chunked");
  } else {
    append_header(head, "Content-Length", fmt::format("{}", options.content_length));
  }
  head += "\r\n";
  return head;
}

std::string chunk(std::string_view text) {
  if (text.empty()) return "0\r\n\r\n";
  return fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

}  // namespace rockpool::native
