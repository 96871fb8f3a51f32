// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_pages.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rockpool::node {
namespace {

constexpr std::string_view kWelcome = R"(<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
)";

constexpr std::string_view kErrorPage = R"(<!DOCTYPE html>
<html>
<head>
<title>Error</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>An error occurred.</h1>
<p>Sorry, the page you are looking for is currently unavailable.<br/>
Please try again later.</p>
<p>If you are the system administrator of this resource then you should check
the error log for details.</p>
<p><em>Faithfully yours, nginx.</em></p>
</body>
</html>
)";

}  // namespace

net::HttpResponse nginx_page(int status, std::string_view title, std::string_view server,
                             std::string_view detail) {
  net::HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", "text/html");
  const std::string line =
      detail.empty() ? std::string{} : fmt::format("<center>{}</center>\r\n", detail);
  response.body = fmt::format(
      "<html>\r\n<head><title>{1}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
      "{2}<hr><center>{3}</center>\r\n</body>\r\n</html>\r\n",
      fmt::format("{} {}", status, title),
      detail.empty() ? fmt::format("{} {}", status, title) : fmt::format("{} {}", status, detail),
      line, server);
  return response;
}

std::string_view nginx_page_title(int status) {
  switch (status) {
    case 302:
      return "Found";
    case 405:
      return "Not Allowed";
    case 408:
      return "Request Time-out";
    case 413:
      return "Request Entity Too Large";
    case 414:
      return "Request-URI Too Large";
    case 503:
      return "Service Temporarily Unavailable";
    case 504:
      return "Gateway Time-out";
    default:
      break;
  }
  constexpr int kOthers[] = {301, 303, 307, 308, 400, 401, 402, 403, 404, 406, 409, 410,
                             411, 412, 415, 416, 421, 429, 500, 501, 502, 505, 507};
  return std::ranges::binary_search(kOthers, status) ? net::http_status_text(status)
                                                     : std::string_view{};
}

const std::string* find_nginx_own_file(std::string_view path) {
  static const std::string kIndex{kWelcome};
  static const std::string kError{kErrorPage};
  if (!path.starts_with(kNginxDocumentRoot)) return nullptr;
  path.remove_prefix(kNginxDocumentRoot.size());
  if (path == "/index.html") return &kIndex;
  return path == "/50x.html" ? &kError : nullptr;
}

std::string_view nginx_content_type(std::string_view path, std::string_view other) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html"},
      {".htm", "text/html"},
      {".css", "text/css"},
      {".txt", "text/plain"},
      {".js", "application/javascript"},
      {".json", "application/json"},
      {".xml", "text/xml"},
      {".svg", "image/svg+xml"},
  };
  for (const auto& [suffix, type] : kTypes) {
    if (path.ends_with(suffix)) return type;
  }
  return other;
}

}  // namespace rockpool::node
