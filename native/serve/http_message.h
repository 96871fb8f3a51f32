// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <string_view>

#include "core/apiserver/http.h"
#include "native/serve/asio.h"

// Requests and responses between Beast's form and the API server's.
namespace rockpool::native {

/// A request as it came over a socket.
using WireRequest = beast::http::request<beast::http::string_body>;

/// The API server's request; takes the body.
apiserver::Request to_api_request(WireRequest& request);

/// What the first lines of a response say beside the response's own headers.
struct HeadOptions {
  bool keep_alive = true;
  /// The body comes in chunks; otherwise it is `content_length` long.
  bool chunked = false;
  std::size_t content_length = 0;
};

/// The status line and headers, with the empty line after them.
std::string response_head(const apiserver::Response& response, const HeadOptions& options);

/// One chunk of a chunked body; the last one for an empty text.
std::string chunk(std::string_view text);

}  // namespace rockpool::native
