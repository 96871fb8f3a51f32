// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/node/images/nginx_proxy_config.h"
#include "core/node/images/nginx_syntax.h"

// What simulated nginx reads of a `location`, and of what may stand around it for all locations.
// Directives that no client would notice (buffers, logs, ciphers, …) are accepted; all others are
// refused as nginx refuses those of modules that it was built without. All errors are nginx's, as
// they follow `[emerg] `.
namespace rockpool::node {

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

/// Reads a `location` block.
std::expected<NginxLocation, std::string> read_nginx_location(const NginxDirective& directive,
                                                              std::string_view file);

/// Reads a directive that may stand in a location, or for all of them around it.
std::expected<void, std::string> read_nginx_location_part(const NginxDirective& directive,
                                                          NginxLocation& location,
                                                          std::string_view file);

/// A path of the configuration; one that is not absolute begins at the configuration's folder.
std::string nginx_absolute(std::string_view path);

}  // namespace rockpool::node
