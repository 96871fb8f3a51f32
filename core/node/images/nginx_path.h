// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

// The paths of requests as nginx has them.
namespace rockpool::node {

/// A path decoded, without `.` and `..` and repeated slashes (ngx_http_parse_complex_uri); nothing
/// if it leads out of the root.
std::optional<std::string> normalise_nginx_path(std::string_view path);

/// Encodes what may not stand in the path of a request (ngx_escape_uri).
std::string escape_nginx_path(std::string_view path);

}  // namespace rockpool::node
