// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_path.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>
#include "core/doc/percent.h"

namespace rockpool::node {

std::optional<std::string> normalise_nginx_path(std::string_view path) {
  const std::string decoded = doc::percent_decode(path, false);
  std::vector<std::string_view> parts;
  std::string_view rest = decoded;
  bool ends_with_slash = true;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, end);
    ends_with_slash = end < rest.size() || part == "." || part == "..";
    if (part == "..") {
      if (parts.empty()) return std::nullopt;
      parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::string result;
  for (const std::string_view part : parts) {
    result += '/';
    result += part;
  }
  if (ends_with_slash) result += '/';
  return result;
}

std::string escape_nginx_path(std::string_view path) {
  constexpr std::string_view kEscaped = " \"#%<>?\\^`{|}";
  std::string result;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = byte > 0x20 && byte < 0x7f && kEscaped.find(c) == std::string_view::npos;
    if (is_plain) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", byte);
    }
  }
  return result;
}

}  // namespace rockpool::node
