// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/net/address.h"
#include "core/net/http.h"

// The variables of nginx's configuration: `$host`, `${uri}`, `$http_user_agent`, …
namespace rockpool::node {

/// What variables speak of.
struct NginxScope {
  const net::HttpRequest& request;
  net::SocketAddress peer = {};
  net::SocketAddress local = {};
  bool is_secure = false;
  /// The present path: decoded, normalised, and replaced by internal redirections.
  std::string_view uri = {};
  /// What follows `?`, which internal redirections replace too.
  std::string_view args = {};
  /// The first name of the server block.
  std::string_view server_name = {};
  std::string_view hostname = {};
  std::string_view version = {};
  /// Of `proxy_pass`; empty elsewhere.
  std::string_view proxy_host = {};
  std::string_view proxy_port = {};
  /// Who was asked and what they answered, separated by commas; empty where nobody was.
  std::string_view upstream_addresses = {};
  std::string_view upstream_statuses = {};
};

/// What nginx says at `place` (`FILE:LINE`) to a text with a variable that it, or the simulation,
/// does not have; empty if all are known.
std::string nginx_variable_problem(std::string_view text, std::string_view place);

/// The text with its variables replaced by their values.
std::string expand_nginx_variables(std::string_view text, const NginxScope& scope);

/// The name that a request is for, without its port, in small letters: the Host header, else the
/// server's own name.
std::string nginx_host_of(const net::HttpRequest& request, std::string_view server_name);

}  // namespace rockpool::node
