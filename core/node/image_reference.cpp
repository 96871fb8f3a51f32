// SPDX-License-Identifier: Apache-2.0
#include "core/node/image_reference.h"

#include <algorithm>

namespace rockpool::node {
namespace {

constexpr std::size_t kMaxNameLength = 255;
constexpr std::size_t kMaxTagLength = 128;
constexpr std::string_view kDefaultDomain = "docker.io";

bool is_lower_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_alphanumeric(char c) {
  return is_lower_alphanumeric(c) || is_upper(c);
}

// One component of a path: alphanumeric runs joined by `.`, `_`, `__` or any number of `-`.
bool is_path_component(std::string_view text) {
  if (text.empty() || !is_lower_alphanumeric(text.front()) || !is_lower_alphanumeric(text.back())) {
    return false;
  }
  for (std::size_t i = 0; i < text.size();) {
    if (is_lower_alphanumeric(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && !is_lower_alphanumeric(text[end])) ++end;
    const std::string_view separator = text.substr(i, end - i);
    const bool is_dashes = std::ranges::all_of(separator, [](char c) { return c == '-'; });
    if (!is_dashes && separator != "." && separator != "_" && separator != "__") return false;
    i = end;
  }
  return true;
}

bool is_path(std::string_view text) {
  for (;;) {
    const std::size_t slash = text.find('/');
    if (!is_path_component(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_domain_component(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_domain(std::string_view text) {
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    if (port.empty() || !std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; })) {
      return false;
    }
    text = text.substr(0, colon);
  }
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_domain_component(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_tag(std::string_view text) {
  if (text.empty() || text.size() > kMaxTagLength) return false;
  if (!is_alphanumeric(text.front()) && text.front() != '_') return false;
  return std::ranges::all_of(
      text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_digest(std::string_view text) {
  constexpr std::string_view kAlgorithm = "sha256:";
  constexpr std::size_t kHexDigits = 64;
  if (!text.starts_with(kAlgorithm)) return false;
  text.remove_prefix(kAlgorithm.size());
  return text.size() == kHexDigits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// What comes before the first slash is a host if it looks like one.
bool looks_like_host(std::string_view text) {
  return text == "localhost" || text.find_first_of(".:") != std::string_view::npos ||
         std::ranges::any_of(text, is_upper);
}

}  // namespace

std::string ImageReference::to_string() const {
  std::string text = repository();
  if (!tag.empty()) text += ":" + tag;
  if (!digest.empty()) text += "@" + digest;
  return text;
}

std::expected<ImageReference, std::string> parse_image_reference(std::string_view text) {
  const std::unexpected<std::string> kInvalid{"invalid reference format"};
  ImageReference reference;
  std::string_view rest = text;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && looks_like_host(text.substr(0, slash))) {
    reference.domain = text.substr(0, slash);
    rest = text.substr(slash + 1);
  } else {
    reference.domain = kDefaultDomain;
  }
  if (reference.domain == "index.docker.io") reference.domain = kDefaultDomain;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    reference.digest = rest.substr(at + 1);
    rest = rest.substr(0, at);
    if (!is_digest(reference.digest)) return kInvalid;
  }
  if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
    reference.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (!is_tag(reference.tag)) return kInvalid;
  }
  reference.path = rest;
  if (reference.domain == kDefaultDomain && rest.find('/') == std::string_view::npos) {
    reference.path = "library/" + reference.path;
  }
  if (std::ranges::any_of(rest, is_upper)) {
    return std::unexpected{"invalid reference format: repository name (" + reference.path +
                           ") must be lowercase"};
  }
  if (!is_domain(reference.domain) || !is_path(reference.path)) return kInvalid;
  if (reference.repository().size() > kMaxNameLength) {
    return std::unexpected{std::string{"repository name must not be more than 255 characters"}};
  }
  if (reference.tag.empty() && reference.digest.empty()) reference.tag = "latest";
  return reference;
}

}  // namespace rockpool::node
