// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/node/file_system.h"
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

/// One `add_header`.
struct NginxHeader {
  std::string name;
  std::string value;
  /// With every status, not only with those of success and redirection.
  bool is_always = false;
};

/// One `error_page`.
struct NginxErrorPage {
  std::vector<int> statuses;
  /// A path, the name of a location (`@fallback`), or a URL to be sent to.
  std::string target;
  /// With `=CODE`: the status that the client sees instead.
  std::optional<int> status;
  /// With `=` alone: the client sees whatever status the page has.
  bool takes_status_of_page = false;
};

/// One `location`.
struct NginxLocation {
  /// A path, or a name that only other directives lead to (`@fallback`).
  std::string path;
  /// With `=`: the path as a whole.
  bool is_exact = false;
  /// Empty: the server's.
  std::string root;
  /// Takes the place of `path` in the file's name; empty for none.
  std::string alias;
  std::vector<std::string> index;
  std::vector<std::string> try_files;
  /// The type of files without a known ending and of returned texts; empty: the server's.
  std::string default_type;
  /// Empty: the server's.
  std::vector<NginxHeader> headers;
  /// `return CODE [TEXT OR URL]`; 0 for none.
  int return_status = 0;
  std::string return_text;
  /// Empty: the server's.
  std::vector<NginxErrorPage> error_pages;
  /// The most bytes of a body, 0 for any number; none: the server's.
  std::optional<std::int64_t> max_body;
  std::optional<NginxProxyPass> proxy_pass;
  NginxProxySettings proxy;

  bool is_named() const { return path.starts_with('@'); }
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
