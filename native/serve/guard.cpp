// SPDX-License-Identifier: Apache-2.0
#include "native/serve/guard.h"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <cctype>

namespace rockpool::native {
namespace {

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// The host of `host:port`, `[::1]:port` or either without its port.
std::string_view without_port(std::string_view text) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return text;
  if (bracket != std::string_view::npos && bracket > colon) return text;
  return text.substr(0, colon);
}

std::string in_url(std::string_view address) {
  return address.find(':') == std::string_view::npos ? std::string{address}
                                                     : fmt::format("[{}]", address);
}

}  // namespace

RequestGuard::RequestGuard(std::string_view host, std::uint16_t port, bool is_encrypted,
                           bool any_host)
    : any_host_{any_host}, names_{"127.0.0.1", "localhost", "[::1]", lower(in_url(host))} {
  for (const std::string& name : names_) {
    origins_.insert(fmt::format("{}://{}:{}", is_encrypted ? "https" : "http", name, port));
  }
}

bool RequestGuard::is_own_host(std::string_view host_header) const {
  return any_host_ || names_.contains(lower(without_port(host_header)));
}

bool RequestGuard::is_own_origin(std::string_view origin_header) const {
  return origin_header.empty() || origins_.contains(lower(origin_header));
}

bool is_loopback_address(std::string_view address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string{address}, error);
  return !error && parsed.is_loopback();
}

}  // namespace rockpool::native
