// SPDX-License-Identifier: Apache-2.0
#include "core/net/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <limits>

namespace rockpool::net {
namespace {

constexpr int kGroups = 8;

std::optional<std::uint32_t> parse_v4(std::string_view text) {
  std::uint32_t number = 0;
  int fields = 0;
  std::size_t position = 0;
  for (;;) {
    std::uint32_t field = 0;
    std::size_t digits = 0;
    while (position < text.size() && text[position] >= '0' && text[position] <= '9') {
      field = field * 10 + static_cast<std::uint32_t>(text[position] - '0');
      ++digits;
      ++position;
      if (field > 255) return {};
    }
    const bool has_leading_zero = digits > 1 && text[position - digits] == '0';
    if (digits == 0 || has_leading_zero) return {};
    number = number << 8 | field;
    if (++fields == 4) break;
    if (position == text.size() || text[position] != '.') return {};
    ++position;
  }
  if (position != text.size()) return {};
  return number;
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return {};
}

// Reads up to four hexadecimal digits and advances past them.
std::optional<std::uint16_t> take_group(std::string_view& text) {
  unsigned group = 0;
  std::size_t digits = 0;
  while (digits < text.size()) {
    const auto digit = hex_digit(text[digits]);
    if (!digit) break;
    if (++digits > 4) return {};
    group = group << 4 | *digit;
  }
  if (digits == 0) return {};
  text.remove_prefix(digits);
  return static_cast<std::uint16_t>(group);
}

std::optional<IpAddress> parse_v6(std::string_view text) {
  std::array<std::uint16_t, kGroups> groups{};
  int count = 0;
  int gap = -1;
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (count == kGroups) return {};
    // The last 32 bits may be written as an IPv4 address.
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos && text.find('.') != std::string_view::npos) {
      const auto number = parse_v4(text);
      if (!number || count > kGroups - 2) return {};
      groups[static_cast<std::size_t>(count++)] = static_cast<std::uint16_t>(*number >> 16);
      groups[static_cast<std::size_t>(count++)] = static_cast<std::uint16_t>(*number & 0xffff);
      break;
    }
    const auto group = take_group(text);
    if (!group) return {};
    groups[static_cast<std::size_t>(count++)] = *group;
    if (text.empty()) break;
    if (text.front() != ':' || text.size() == 1) return {};
    text.remove_prefix(1);
    if (text.front() == ':') {
      if (gap >= 0) return {};
      gap = count;
      text.remove_prefix(1);
    }
  }
  // "::" stands for at least one group of zeros.
  if (gap < 0 ? count != kGroups : count >= kGroups) return {};
  std::array<std::uint16_t, kGroups> spread{};
  const int after_gap = gap < 0 ? 0 : count - gap;
  const int before_gap = count - after_gap;
  for (int i = 0; i < before_gap; ++i) {
    spread[static_cast<std::size_t>(i)] = groups[static_cast<std::size_t>(i)];
  }
  for (int i = 0; i < after_gap; ++i) {
    spread[static_cast<std::size_t>(kGroups - after_gap + i)] =
        groups[static_cast<std::size_t>(before_gap + i)];
  }
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  for (std::size_t i = 0; i < 4; ++i) high = high << 16 | spread[i];
  for (std::size_t i = 4; i < 8; ++i) low = low << 16 | spread[i];
  return IpAddress::v6(high, low);
}

std::string print_v4(std::uint64_t number) {
  char text[sizeof "255.255.255.255"];
  char* end = text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (shift != 24) *end++ = '.';
    end = std::to_chars(end, std::end(text), number >> shift & 255).ptr;
  }
  return {text, end};
}

std::string print_v6(std::uint64_t high, std::uint64_t low) {
  if (high == 0 && low >> 32 == 0xffff) return "::ffff:" + print_v4(low & 0xffffffffu);
  std::array<std::uint16_t, kGroups> groups;
  for (int i = 0; i < 4; ++i) {
    groups[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(high >> (48 - 16 * i));
    groups[static_cast<std::size_t>(i + 4)] = static_cast<std::uint16_t>(low >> (48 - 16 * i));
  }
  // RFC 5952: the longest run of at least two zero groups becomes "::", the first one among equals.
  std::size_t best_start = kGroups;
  std::size_t best_length = 1;
  for (std::size_t start = 0; start < kGroups;) {
    std::size_t end = start;
    while (end < kGroups && groups[end] == 0) ++end;
    if (end - start > best_length) {
      best_start = start;
      best_length = end - start;
    }
    start = end + 1;
  }
  std::string text;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (i == best_start) {
      text += "::";
      i += best_length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    fmt::format_to(std::back_inserter(text), "{:x}", groups[i]);
  }
  return text;
}

std::size_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t mixed = (a ^ 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 29) ^ b) * 0x94d049bb133111ebu;
  return static_cast<std::size_t>(mixed ^ (mixed >> 32));
}

}  // namespace

std::string_view protocol_name(Protocol protocol) {
  switch (protocol) {
    case Protocol::tcp:
      return "TCP";
    case Protocol::udp:
      return "UDP";
    case Protocol::sctp:
      return "SCTP";
  }
  return {};
}

std::optional<Protocol> parse_protocol(std::string_view text) {
  if (text.empty() || text == "TCP") return Protocol::tcp;
  if (text == "UDP") return Protocol::udp;
  if (text == "SCTP") return Protocol::sctp;
  return {};
}

std::string_view family_name(Family family) {
  return family == Family::ipv4 ? "IPv4" : "IPv6";
}

std::vector<Family> parse_families(std::string_view text) {
  const auto read = [](std::string_view name) -> std::optional<Family> {
    const bool is_ip = name.size() == 4 && (name[0] == 'I' || name[0] == 'i') &&
                       (name[1] == 'P' || name[1] == 'p') && (name[2] == 'v' || name[2] == 'V');
    if (is_ip && name[3] == '4') return Family::ipv4;
    if (is_ip && name[3] == '6') return Family::ipv6;
    return {};
  };
  const std::size_t comma = std::min(text.find(','), text.size());
  const auto first = read(text.substr(0, comma));
  if (!first) return {};
  if (comma == text.size()) return {*first};
  const auto second = read(text.substr(comma + 1));
  if (!second || second == first) return {};
  return {*first, *second};
}

std::string families_text(const std::vector<Family>& families) {
  std::string text;
  for (const Family family : families) {
    if (!text.empty()) text += ',';
    text += family_name(family);
  }
  return text;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return parse_v6(text);
  const auto number = parse_v4(text);
  if (!number) return {};
  return v4(*number);
}

IpAddress IpAddress::plus(std::uint64_t count) const {
  if (is_v4()) return v4(static_cast<std::uint32_t>(low_ + count));
  const std::uint64_t low = low_ + count;
  return v6(high_ + (low < low_ ? 1 : 0), low);
}

std::string IpAddress::to_string() const {
  return is_v4() ? print_v4(low_) : print_v6(high_, low_);
}

std::string IpAddress::to_bytes() const {
  std::string bytes;
  if (is_v6()) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(high_ >> shift & 255);
  }
  for (int shift = is_v6() ? 56 : 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(low_ >> shift & 255);
  }
  return bytes;
}

Cidr::Cidr(IpAddress address, int prefix_length)
    : prefix_length_{std::min(std::max(prefix_length, 0), address.bit_length())} {
  // A mask of `bits` ones at the top of 64.
  const auto mask = [](int bits) {
    return bits <= 0 ? 0 : bits >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64 - bits);
  };
  if (address.is_v4()) {
    base_ = IpAddress::v4(
        static_cast<std::uint32_t>(address.low() & mask(prefix_length_ + 32) & 0xffffffffu));
  } else {
    base_ = IpAddress::v6(address.high() & mask(prefix_length_),
                          address.low() & mask(prefix_length_ - 64));
  }
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return {};
  const auto address = IpAddress::parse(text.substr(0, slash));
  const std::string_view length_text = text.substr(slash + 1);
  const auto length = parse_port(length_text);
  const bool has_leading_zero = length_text.size() > 1 && length_text.front() == '0';
  if (!address || !length || has_leading_zero || *length > address->bit_length()) return {};
  return Cidr{*address, *length};
}

bool Cidr::contains(const IpAddress& address) const {
  return address.family() == base_.family() && Cidr{address, prefix_length_}.base_ == base_;
}

std::uint64_t Cidr::size() const {
  const int host_bits = base_.bit_length() - prefix_length_;
  if (host_bits >= 64) return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{1} << host_bits;
}

std::optional<IpAddress> Cidr::nth(std::uint64_t index) const {
  const int host_bits = base_.bit_length() - prefix_length_;
  if (host_bits < 64 && index >= size()) return {};
  return base_.plus(index);
}

std::string Cidr::to_string() const {
  return fmt::format("{}/{}", base_.to_string(), prefix_length_);
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto ip = IpAddress::parse(host);
  const auto port = parse_port(text.substr(colon + 1));
  if (!ip || !port || ip->is_v6() != bracketed) return {};
  return SocketAddress{*ip, *port};
}

std::string SocketAddress::to_string() const {
  return join_host_port(ip.to_string(), port);
}

std::string join_host_port(std::string_view host, std::uint16_t port) {
  if (host.find(':') != std::string_view::npos) return fmt::format("[{}]:{}", host, port);
  return fmt::format("{}:{}", host, port);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return {};
  std::uint32_t number = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return {};
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (number > 65535) return {};
  return static_cast<std::uint16_t>(number);
}

std::size_t AddressHash::operator()(const IpAddress& address) const {
  return mix(address.high() + (address.is_v6() ? 1 : 0), address.low());
}

std::size_t AddressHash::operator()(const SocketAddress& address) const {
  return mix(address.ip.high() + (std::uint64_t{address.port} << 17), address.ip.low());
}

}  // namespace rockpool::net
