// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <set>
#include <string>
#include <string_view>

namespace rockpool::native {

/// Keeps web pages out. A page may rebind its own name to the loopback address (DNS rebinding), so
/// a request must name this server by a name that no page can own; and a page of another origin may
/// send requests without reading the answers, so a request that says it comes from one is refused.
class RequestGuard {
 public:
  /// `host` is the address that is listened on, `port` its port. With `any_host` the server may be
  /// called anything: its clients need a token, which no page has.
  RequestGuard(std::string_view host, std::uint16_t port, bool is_encrypted, bool any_host);

  /// True if the Host header's name, whatever its port, is this server: a forwarded port may
  /// differ.
  bool is_own_host(std::string_view host_header) const;
  /// True if the Origin header is absent (empty) or this server's own.
  bool is_own_origin(std::string_view origin_header) const;

 private:
  bool any_host_;
  std::set<std::string, std::less<>> names_;
  std::set<std::string, std::less<>> origins_;
};

/// True for 127.0.0.0/8 and ::1. The text is an address.
bool is_loopback_address(std::string_view address);

}  // namespace rockpool::native
