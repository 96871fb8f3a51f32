// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/node/file_system.h"
#include "core/node/images/nginx_location_config.h"
#include "core/node/images/nginx_proxy_config.h"

// What simulated nginx reads of its configuration: server blocks with their ports, names, document
// roots and certificates, locations, upstreams, and what is included. Directives that no client
// would notice (buffers, logs, ciphers, ...) are accepted; all others are refused as nginx refuses
// those of modules that it was built without, patterns (`~`) among them.
namespace rockpool::node {

/// How many files may include files.
inline constexpr int kMaxNginxIncludes = 64;

/// One `listen`.
struct NginxListen {
  std::uint16_t port = 80;
  bool is_tls = false;
  bool is_default = false;
};

/// One `server` block.
struct NginxServerBlock {
  std::vector<NginxListen> listens;
  std::vector<std::string> names;
  std::string certificate;
  std::string certificate_key;
  /// What holds where no location does; its path is empty.
  NginxLocation defaults;
  std::vector<NginxLocation> locations;
  /// `FILE:LINE` of its beginning, for messages.
  std::string place;
};

/// All server blocks and upstreams, in their order; those that only a `proxy_pass` stands for come
/// last.
struct NginxConfig {
  std::vector<NginxServerBlock> servers;
  std::vector<NginxUpstreamBlock> upstreams;
};

/// Reads /etc/nginx/nginx.conf, or what stands for it if nobody has put one there, with all that it
/// includes. The error is nginx's, as it follows `[emerg] `.
std::expected<NginxConfig, std::string> read_nginx_config(const FileSystem& files);

/// The server block that answers on a port for a host name: the one with the name, else the
/// default one, else the first. Null if none listens there.
const NginxServerBlock* find_nginx_server(const NginxConfig& config, std::uint16_t port,
                                          std::string_view host);

}  // namespace rockpool::node
