// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/image.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/node/images/userland.h"

namespace rockpool::node {
namespace {

// The next number of a dotted version; takes it and the dot away.
std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return number;
  if (text.front() != '.' || text.size() == 1) return std::nullopt;
  text.remove_prefix(1);
  return number;
}

}  // namespace

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_one_of(std::string_view tag, std::span<const std::string_view> tags) {
  return std::ranges::find(tags, tag) != tags.end();
}

bool is_version_in(std::string_view tag, std::span<const VersionRange> ranges) {
  std::vector<int> parts;
  while (!tag.empty() && parts.size() < 3) {
    const std::optional<int> part = take_number(tag);
    if (!part) return false;
    parts.push_back(*part);
  }
  if (!tag.empty() || parts.empty()) return false;
  return std::ranges::any_of(ranges, [&parts](const VersionRange& range) {
    if (parts[0] != range.major) return false;
    if (parts.size() > 1 && (parts[1] < range.first_minor || parts[1] > range.last_minor)) {
      return false;
    }
    return parts.size() < 3 || parts[2] <= range.last_patch;
  });
}

Program find_executable(const Image& image, const ImageConfig& config, std::string_view name) {
  if (const Program program = image.find_program(name)) return program;
  if (!config.has_shell || is_one_of(base_name(name), config.missing_programs)) return nullptr;
  return find_userland_program(name);
}

}  // namespace rockpool::node
