// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/node/images/nginx_syntax.h"
#include "core/node/images/nginx_upstream.h"
#include "core/sim/time.h"

// What simulated nginx reads of a configuration about passing requests on: `upstream` blocks
// (ngx_http_upstream_module), `proxy_pass` and what goes with it (ngx_http_proxy_module). All
// errors are nginx's, as they follow `[emerg] `.
namespace rockpool::node {

/// One `server` of an `upstream`; its host may be a name, which has yet to be resolved.
struct NginxUpstreamServer {
  NginxPeer peer;
  /// As it is written, for messages: `web:8080`.
  std::string text;
  /// `FILE:LINE`.
  std::string place;
};

/// One `upstream`, or what a `proxy_pass` to a host stands for.
struct NginxUpstreamBlock {
  std::string name;
  /// Of those that a `proxy_pass` stands for; 0 for blocks.
  std::uint16_t port = 0;
  NginxUpstream::Method method = NginxUpstream::Method::round_robin;
  std::vector<NginxUpstreamServer> servers;
  std::string place;
};

/// A `proxy_pass`.
struct NginxProxyPass {
  /// "http" or "https".
  std::string scheme;
  /// The name and port as they are written: `$proxy_host`.
  std::string authority;
  std::string host;
  std::uint16_t port = 80;
  bool has_port = false;
  /// What takes the place of the location's path; empty: requests are passed on as they came.
  std::string uri;
  /// In the configuration's upstreams.
  std::size_t upstream = 0;
  std::string place;

  std::string url() const { return scheme + "://" + authority + uri; }
};

/// What a level of the configuration says about passing on; what it leaves open is as around it.
struct NginxProxySettings {
  std::optional<sim::Duration> connect_timeout;
  std::optional<sim::Duration> read_timeout;
  /// `proxy_set_header`: names and values with their variables.
  std::vector<std::pair<std::string, std::string>> headers;
  /// `proxy_hide_header` and `proxy_pass_header`.
  std::vector<std::string> hidden;
  std::vector<std::string> passed;
  /// `proxy_next_upstream`: `error`, `timeout`, `http_503`, …, or `off`.
  std::vector<std::string> next_upstream;
  std::optional<int> next_upstream_tries;
  /// `proxy_redirect`: beginnings of Location headers and what takes their place; `default` and
  /// `off` with nothing.
  std::vector<std::pair<std::string, std::string>> redirects;
  std::optional<bool> intercepts_errors;

  /// Takes over what it leaves open.
  void inherit(const NginxProxySettings& around);
};

/// Reads a directive of the proxy module other than `proxy_pass`; nothing if it is none of those
/// that are simulated, else what is wrong with it (empty: nothing).
std::optional<std::string> read_nginx_proxy_setting(const NginxDirective& directive,
                                                    std::string_view file,
                                                    NginxProxySettings& settings);

/// Reads a `proxy_pass`.
std::expected<NginxProxyPass, std::string> read_nginx_proxy_pass(const NginxDirective& directive,
                                                                 std::string_view file);

/// Reads an `upstream` block.
std::expected<NginxUpstreamBlock, std::string> read_nginx_upstream(const NginxDirective& directive,
                                                                   std::string_view file);

/// Finds the upstream that a `proxy_pass` is to, or adds one for its host. The error is what is
/// wrong.
std::expected<std::size_t, std::string> link_nginx_upstream(
    const NginxProxyPass& pass, std::vector<NginxUpstreamBlock>& upstreams);

/// `500ms`, `30s`, `1m30s`, `90`: a time as nginx reads it, whose plain numbers are seconds.
std::optional<sim::Duration> parse_nginx_time(std::string_view text);

}  // namespace rockpool::node
