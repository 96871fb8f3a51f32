// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_http.h"

#include <cstddef>

namespace rockpool::node {

std::optional<sim::Duration> seconds_of(const std::string& text) {
  return sim::parse_duration(text + "s");
}

void add_header(const std::string& text, net::HttpRequest& request) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return;
  const std::size_t start = text.find_first_not_of(' ', colon + 1);
  const std::string value = start == std::string::npos ? "" : text.substr(start);
  const std::string name = text.substr(0, colon);
  if (name == "Host" || name == "host") {
    request.host = value;
  } else {
    request.headers.set(name, value);
  }
}

}  // namespace rockpool::node
