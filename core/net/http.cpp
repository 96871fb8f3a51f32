// SPDX-License-Identifier: Apache-2.0
#include "core/net/http.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/doc/ascii.h"
#include "core/doc/percent.h"
#include "core/net/address.h"

namespace rockpool::net {
namespace {

constexpr std::size_t kMaxHostLength = 253;

std::uint16_t default_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

bool is_host_character(char c) {
  const char low = doc::to_lower(c);
  return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// Takes `host[:port]` apart.
std::expected<void, std::string> parse_authority(std::string_view authority, Url& url) {
  if (authority.find('@') != std::string_view::npos) {
    return std::unexpected{"user names in a URL are not supported"};
  }
  std::string_view port_text;
  bool has_port = false;
  std::string_view host = authority;
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return std::unexpected{"missing ']' in host"};
    host = authority.substr(1, bracket - 1);
    const auto address = IpAddress::parse(host);
    if (!address || !address->is_v6()) {
      return std::unexpected{fmt::format("\"{}\" is not an IPv6 address", host)};
    }
    const std::string_view rest = authority.substr(bracket + 1);
    if (!rest.empty() && rest.front() != ':') {
      return std::unexpected{fmt::format("unexpected \"{}\" after the host", rest)};
    }
    has_port = !rest.empty();
    if (has_port) port_text = rest.substr(1);
  } else {
    const std::size_t colon = authority.find(':');
    host = authority.substr(0, colon);
    has_port = colon != std::string_view::npos;
    if (has_port) port_text = authority.substr(colon + 1);
    if (!std::ranges::all_of(host, is_host_character)) {
      return std::unexpected{fmt::format("invalid character in host name \"{}\"", host)};
    }
  }
  if (host.empty()) return std::unexpected{"no host part in the URL"};
  if (host.size() > kMaxHostLength) return std::unexpected{"the host name is too long"};
  url.host = doc::to_lower(host);
  // A colon with nothing after it means the default port, as for Go and curl.
  if (has_port && !port_text.empty()) {
    const auto port = parse_port(port_text);
    if (!port || *port == 0) {
      return std::unexpected{
          fmt::format("port number \"{}\" is not between 1 and 65535", port_text)};
    }
    url.port = *port;
  }
  return {};
}

}  // namespace

std::string_view HttpRequest::path() const {
  return std::string_view{target}.substr(0, target.find('?'));
}

std::string_view HttpRequest::query() const {
  const std::size_t mark = target.find('?');
  if (mark == std::string::npos) return {};
  return std::string_view{target}.substr(mark + 1);
}

std::optional<std::string> HttpRequest::query_parameter(std::string_view name) const {
  std::string_view rest = query();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (doc::percent_decode(pair.substr(0, equals), true) == name) {
      return doc::percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    }
  }
  return {};
}

HttpResponse HttpResponse::plain(int status, std::string text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text)};
}

std::string_view http_status_text(int status) {
  static constexpr std::pair<int, std::string_view> kTexts[] = {
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {203, "Non-Authoritative Information"},
      {204, "No Content"},
      {205, "Reset Content"},
      {206, "Partial Content"},
      {300, "Multiple Choices"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Request Entity Too Large"},
      {414, "Request URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Requested Range Not Satisfiable"},
      {418, "I'm a teapot"},
      {422, "Unprocessable Entity"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  const auto found = std::ranges::find(kTexts, status, &std::pair<int, std::string_view>::first);
  return found == std::end(kTexts) ? std::string_view{} : found->second;
}

std::expected<Url, std::string> Url::parse(std::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) {
      return std::unexpected{"a URL may not contain spaces or control characters"};
    }
  }
  Url url;
  std::string_view rest = text;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end != std::string_view::npos && text.find_first_of("/?#") == scheme_end + 1) {
    url.scheme = doc::to_lower(text.substr(0, scheme_end));
    if (url.scheme != "http" && url.scheme != "https") {
      return std::unexpected{fmt::format("protocol \"{}\" is not supported", url.scheme)};
    }
    rest = text.substr(scheme_end + 3);
  }
  url.port = default_port(url.scheme);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  if (auto parsed = parse_authority(rest.substr(0, authority_end), url); !parsed) {
    return std::unexpected{std::move(parsed.error())};
  }
  const std::string_view target = rest.substr(authority_end);
  url.target = target.starts_with('/') ? std::string{target} : fmt::format("/{}", target);
  return url;
}

std::string Url::authority() const {
  if (port != default_port(scheme)) return join_host_port(host, port);
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

std::string Url::to_string() const {
  return fmt::format("{}://{}{}", scheme, authority(), target);
}

}  // namespace rockpool::net
