// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/name.h"

#include <fmt/format.h>

#include <iterator>

#include "core/doc/ascii.h"

namespace rockpool::net::dns {

std::string lower_name(std::string_view name) {
  return doc::to_lower(name);
}

bool is_within(std::string_view name, std::string_view zone) {
  if (zone == ".") return true;
  if (!name.ends_with(zone)) return false;
  return name.size() == zone.size() || name[name.size() - zone.size() - 1] == '.';
}

std::optional<IpAddress> parse_reverse_name(std::string_view name) {
  constexpr std::string_view kReverseV4 = "in-addr.arpa.";
  constexpr std::string_view kReverseV6 = "ip6.arpa.";
  const auto take_last = [&name] {
    if (name.back() == '.') name.remove_suffix(1);
    const std::size_t start = name.rfind('.') + 1;
    const std::string_view label = name.substr(start);
    name.remove_suffix(name.size() - start);
    return label;
  };
  if (is_within(name, kReverseV4)) {
    name.remove_suffix(kReverseV4.size());
    std::string text;
    while (!name.empty()) {
      if (!text.empty()) text += '.';
      text += take_last();
    }
    return IpAddress::parse(text);
  }
  if (!is_within(name, kReverseV6)) return {};
  name.remove_suffix(kReverseV6.size());
  std::string text;
  int digits = 0;
  while (!name.empty()) {
    const std::string_view digit = take_last();
    if (digit.size() != 1) return {};
    if (digits > 0 && digits % 4 == 0) text += ':';
    text += digit;
    ++digits;
  }
  return digits == 32 ? IpAddress::parse(text) : std::nullopt;
}

bool is_valid_name(std::string_view name) {
  if (name == ".") return true;
  std::size_t length = 1;
  std::string buffer;
  while (!name.empty()) {
    const auto label = take_label(name, buffer);
    if (!label || label->empty() || label->size() > kMaxLabelLength) return false;
    length += label->size() + 1;
  }
  return length > 1 && length <= kMaxNameLength;
}

std::optional<std::string_view> take_label(std::string_view& name, std::string& buffer) {
  const std::size_t end = name.find_first_of(".\\");
  // Text without a final dot.
  if (end == std::string_view::npos) return {};
  if (name[end] == '.') {
    const std::string_view label = name.substr(0, end);
    name.remove_prefix(end + 1);
    return label;
  }
  buffer = name.substr(0, end);
  name.remove_prefix(end);
  while (!name.empty()) {
    const char c = name.front();
    name.remove_prefix(1);
    if (c == '.') return buffer;
    if (c != '\\') {
      buffer += c;
      continue;
    }
    const auto is_digit = [&name](std::size_t i) {
      return i < name.size() && name[i] >= '0' && name[i] <= '9';
    };
    if (is_digit(0) && is_digit(1) && is_digit(2)) {
      const int code = (name[0] - '0') * 100 + (name[1] - '0') * 10 + (name[2] - '0');
      if (code > 255) return {};
      buffer += static_cast<char>(code);
      name.remove_prefix(3);
    } else if (!name.empty()) {
      buffer += name.front();
      name.remove_prefix(1);
    } else {
      return {};
    }
  }
  return {};
}

void append_label(std::string& name, std::string_view label) {
  for (char c : label) {
    if (c == '.' || c == '\\') {
      name += '\\';
      name += c;
    } else if (c > ' ' && c < 0x7f) {
      name += c;
    } else {
      fmt::format_to(std::back_inserter(name), "\\{:03}", static_cast<unsigned char>(c));
    }
  }
  name += '.';
}

}  // namespace rockpool::net::dns
