// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/doc/headers.h"

namespace rockpool::net {

using doc::Headers;

/// One HTTP request, whole.
struct HttpRequest {
  std::string method = "GET";
  /// Path and query as on the request line: `/echo?msg=hi`. Left empty in a request handed to
  /// `fetch`, the URL's is used.
  std::string target;
  /// The Host header. Left empty in a request handed to `fetch`, the URL's host and port are used.
  std::string host;
  Headers headers;
  std::string body;

  /// The part of `target` before `?`.
  std::string_view path() const;
  /// The part of `target` after `?`, still percent-encoded; empty if there is none.
  std::string_view query() const;
  /// The decoded value of the first query parameter of that name; empty optional if absent.
  std::optional<std::string> query_parameter(std::string_view name) const;
};

/// One HTTP response, whole.
struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;

  /// A response of that status whose body is `text` as `text/plain; charset=utf-8`.
  static HttpResponse plain(int status, std::string text);
};

/// The reason phrase of a status: "Not Found" for 404; empty for an unknown one (Go's
/// http.StatusText).
std::string_view http_status_text(int status);

/// An absolute HTTP URL, taken apart.
struct Url {
  /// "http" or "https", in lower case.
  std::string scheme = "http";
  /// A name in lower case or an address; an IPv6 address without its brackets.
  std::string host;
  std::uint16_t port = 80;
  /// Path and query, at least "/"; the fragment is dropped.
  std::string target = "/";

  /// Reads a URL; without `scheme://` it is taken as http, as curl does. The error is one
  /// sentence that says what is wrong with the text.
  static std::expected<Url, std::string> parse(std::string_view text);
  /// `host`, or `host:port` if the port is not the scheme's own: what a Host header says.
  std::string authority() const;
  std::string to_string() const;
};

}  // namespace rockpool::net
