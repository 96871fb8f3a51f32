// SPDX-License-Identifier: Apache-2.0
#include "core/api/ip.h"

#include <fmt/format.h>

#include <charconv>

namespace rockpool::api {

namespace {

constexpr int kIpv4Bits = 32;
constexpr int kIpv6Bits = 128;
constexpr std::size_t kIpv6Groups = 8;

int bits_of(IpFamily family) {
  return family == IpFamily::ipv4 ? kIpv4Bits : kIpv6Bits;
}

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    std::uint32_t number = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
      number = number * 10 + static_cast<std::uint32_t>(text[digits] - '0');
      if (number > 255) return std::nullopt;
      ++digits;
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    address = (address << 8) | number;
  }
  if (!text.empty()) return std::nullopt;
  return address;
}

// Reads the groups of an IPv6 address; `::` stands for as many zeros as are missing.
std::optional<IpAddress> parse_ipv6(std::string_view text) {
  std::array<std::uint16_t, kIpv6Groups> groups{};
  std::size_t count = 0;
  std::optional<std::size_t> gap;
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (count == kIpv6Groups) return std::nullopt;
    const std::size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    if (colon == std::string_view::npos && part.find('.') != std::string_view::npos) {
      const auto ipv4 = parse_ipv4(part);
      if (!ipv4 || count + 2 > kIpv6Groups) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>(*ipv4 >> 16);
      groups[count++] = static_cast<std::uint16_t>(*ipv4 & 0xffff);
      text = {};
      break;
    }
    if (part.empty() || part.size() > 4) return std::nullopt;
    std::uint16_t group = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), group, 16);
    if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
    groups[count++] = group;
    if (colon == std::string_view::npos) {
      text = {};
      break;
    }
    text.remove_prefix(colon + 1);
    if (text.starts_with(':')) {
      if (gap) return std::nullopt;
      gap = count;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return std::nullopt;
    }
  }
  if (gap ? count == kIpv6Groups : count != kIpv6Groups) return std::nullopt;
  IpAddress address{IpFamily::ipv6, {}};
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = gap && i >= *gap ? i + (kIpv6Groups - count) : i;
    address.bytes[place * 2] = static_cast<std::uint8_t>(groups[i] >> 8);
    address.bytes[place * 2 + 1] = static_cast<std::uint8_t>(groups[i] & 0xff);
  }
  return address;
}

std::string ipv6_text(const IpAddress& address) {
  std::array<std::uint16_t, kIpv6Groups> groups{};
  for (std::size_t i = 0; i < kIpv6Groups; ++i) {
    groups[i] = static_cast<std::uint16_t>((address.bytes[i * 2] << 8) | address.bytes[i * 2 + 1]);
  }
  // The longest run of at least two zero groups becomes "::", the first one among equals.
  std::size_t best = kIpv6Groups;
  std::size_t best_length = 1;
  for (std::size_t i = 0; i < kIpv6Groups; ++i) {
    std::size_t length = 0;
    while (i + length < kIpv6Groups && groups[i + length] == 0) ++length;
    if (length > best_length) {
      best = i;
      best_length = length;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < kIpv6Groups;) {
    if (i == best) {
      text += "::";
      i += best_length;
      continue;
    }
    if (!text.empty() && !text.ends_with(':')) text += ':';
    text += fmt::format("{:x}", groups[i]);
    ++i;
  }
  return text;
}

}  // namespace

std::string_view ip_family_name(IpFamily family) {
  return family == IpFamily::ipv4 ? "IPv4" : "IPv6";
}

IpAddress IpAddress::from_ipv4(std::uint32_t host_order) {
  IpAddress address;
  for (std::size_t i = 0; i < 4; ++i) {
    address.bytes[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  }
  return address;
}

std::uint32_t IpAddress::ipv4() const {
  if (family != IpFamily::ipv4) return 0;
  return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) |
         (std::uint32_t{bytes[2]} << 8) | std::uint32_t{bytes[3]};
}

std::uint64_t IpAddress::low() const {
  if (family == IpFamily::ipv4) return ipv4();
  std::uint64_t number = 0;
  for (std::size_t i = 8; i < bytes.size(); ++i) number = number << 8 | bytes[i];
  return number;
}

IpAddress IpAddress::plus(std::uint64_t count, int bits) const {
  IpAddress sum = *this;
  const int length = bits_of(family) / 8;
  // Byte by byte from the one in which the lowest bit of `count` falls.
  std::uint64_t carry = 0;
  for (int place = length - 1 - bits / 8, shift = bits % 8, at = 0; place >= 0; --place, ++at) {
    const int right = at * 8 - shift;
    std::uint64_t part = 0;
    if (right < 0) {
      part = count << shift;
    } else if (right < 64) {
      part = count >> right;
    }
    carry += (part & 0xff) + sum.bytes[static_cast<std::size_t>(place)];
    sum.bytes[static_cast<std::size_t>(place)] = static_cast<std::uint8_t>(carry & 0xff);
    carry >>= 8;
  }
  return sum;
}

std::string IpAddress::to_string() const {
  if (family == IpFamily::ipv6) return ipv6_text(*this);
  return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
}

bool IpAddress::is_unspecified() const {
  return bytes == std::array<std::uint8_t, 16>{};
}

bool IpAddress::is_loopback() const {
  if (family == IpFamily::ipv4) return bytes[0] == 127;
  std::array<std::uint8_t, 16> loopback{};
  loopback[15] = 1;
  return bytes == loopback;
}

bool IpAddress::is_link_local_unicast() const {
  if (family == IpFamily::ipv4) return bytes[0] == 169 && bytes[1] == 254;
  return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool IpAddress::is_link_local_multicast() const {
  if (family == IpFamily::ipv4) return bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0;
  return bytes[0] == 0xff && (bytes[1] & 0x0f) == 0x02;
}

bool IpAddress::is_multicast() const {
  if (family == IpFamily::ipv4) return (bytes[0] & 0xf0) == 0xe0;
  return bytes[0] == 0xff;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return parse_ipv6(text);
  const auto ipv4 = parse_ipv4(text);
  if (!ipv4) return std::nullopt;
  return IpAddress::from_ipv4(*ipv4);
}

IpAddress Cidr::network() const {
  IpAddress masked = address;
  for (int bit = prefix_length; bit < bits_of(address.family); ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    masked.bytes[byte] &= static_cast<std::uint8_t>(~(0x80 >> (bit % 8)));
  }
  return masked;
}

std::int64_t Cidr::size() const {
  constexpr int kBits = 63;
  const int free_bits = bits_of(address.family) - prefix_length;
  return free_bits >= kBits ? INT64_MAX : std::int64_t{1} << free_bits;
}

bool Cidr::contains(const IpAddress& ip) const {
  return ip.family == address.family && Cidr{ip, prefix_length}.network() == network();
}

std::string Cidr::to_string() const {
  return fmt::format("{}/{}", address.to_string(), prefix_length);
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_ip(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  int length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (!address || error != std::errc{} || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  if (length < 0 || length > bits_of(address->family)) return std::nullopt;
  return Cidr{*address, length};
}

}  // namespace rockpool::api
