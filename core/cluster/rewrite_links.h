// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace rockpool::cluster {

/// An HTML page as the API server's proxy hands it on: links to places on the same server
/// (`href="/style.css"`) get `prefix` before them, so that they stay behind the proxy. Relative
/// links and those to other servers stay as they are (apimachinery's pkg/util/proxy/transport.go).
std::string rewrite_links(std::string_view html, std::string_view prefix);

}  // namespace rockpool::cluster
