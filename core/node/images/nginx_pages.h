// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/net/http.h"

// What nginx answers without anybody having written it: its pages for statuses, and the files that
// its image has.
namespace rockpool::node {

/// Where the image keeps its files.
inline constexpr std::string_view kNginxDocumentRoot = "/usr/share/nginx/html";

/// nginx's own page for a status. `server` is what it calls itself: `nginx`, `nginx/1.27.5`;
/// `detail` is one more line, if it is not empty.
net::HttpResponse nginx_page(int status, std::string_view title, std::string_view server,
                             std::string_view detail = {});

/// The title of that page, as ngx_http_special_response.c has it; a status without one has an empty
/// body.
std::string_view nginx_page_title(int status);

/// The content of a file that the image has under kNginxDocumentRoot; null if it has none there.
const std::string* find_nginx_own_file(std::string_view path);

/// The type of a file by its ending; `other` where that says nothing.
std::string_view nginx_content_type(std::string_view path, std::string_view other);

}  // namespace rockpool::node
