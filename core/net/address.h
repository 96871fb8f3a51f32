// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rockpool::net {

/// The protocols that a Service port may have (core/v1 Protocol).
enum class Protocol : std::uint8_t { tcp, udp, sctp };

/// "TCP", "UDP" or "SCTP", as the API spells them.
std::string_view protocol_name(Protocol protocol);
/// Reads the API's spelling; an empty text means TCP, the API's default. Empty result for others.
std::optional<Protocol> parse_protocol(std::string_view text);

/// The two kinds of IP address.
enum class Family : std::uint8_t { ipv4, ipv6 };

/// "IPv4" or "IPv6", as the API spells them.
std::string_view family_name(Family family);
/// Reads one or two families with a comma between them, in capitals or not: "ipv4", "IPv6,IPv4".
/// Empty for anything else.
std::vector<Family> parse_families(std::string_view text);
/// The same families as one text.
std::string families_text(const std::vector<Family>& families);

/// An IPv4 or IPv6 address. The default is 0.0.0.0. Ordered IPv4 first, then by number.
///
/// An IPv4 address mapped into IPv6 (`::ffff:1.2.3.4`) is an IPv6 address of its own, as in Go's
/// netip. Zones (`fe80::1%eth0`) are not supported.
class IpAddress {
 public:
  constexpr IpAddress() = default;
  /// The IPv4 address of that number: 0x0a000001 is 10.0.0.1.
  static constexpr IpAddress v4(std::uint32_t number) { return {Family::ipv4, 0, number}; }
  static constexpr IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    return v4(std::uint32_t{a} << 24 | std::uint32_t{b} << 16 | std::uint32_t{c} << 8 | d);
  }
  /// The IPv6 address of that number, given as its upper and lower half.
  static constexpr IpAddress v6(std::uint64_t high, std::uint64_t low) {
    return {Family::ipv6, high, low};
  }
  /// Reads what Go's netip.ParseAddr reads, but for zones: no leading zeros, no spaces, no port.
  static std::optional<IpAddress> parse(std::string_view text);

  constexpr Family family() const { return family_; }
  constexpr bool is_v4() const { return family_ == Family::ipv4; }
  constexpr bool is_v6() const { return family_ == Family::ipv6; }
  /// 0.0.0.0 or ::.
  constexpr bool is_unspecified() const { return high_ == 0 && low_ == 0; }
  /// 127.0.0.0/8 or ::1.
  constexpr bool is_loopback() const {
    return is_v4() ? low_ >> 24 == 127 : high_ == 0 && low_ == 1;
  }
  /// 32 or 128.
  constexpr int bit_length() const { return is_v4() ? 32 : 128; }
  /// The number's upper and lower half; the upper half of an IPv4 address is 0.
  constexpr std::uint64_t high() const { return high_; }
  constexpr std::uint64_t low() const { return low_; }

  /// The address `count` further on; wraps around at the end of its family.
  IpAddress plus(std::uint64_t count) const;
  /// Canonical text as Go's netip prints it: `10.0.0.1`, `2001:db8::1`, `::ffff:1.2.3.4`.
  std::string to_string() const;
  /// The network's bytes in order: 4 or 16 of them.
  std::string to_bytes() const;

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  constexpr IpAddress(Family family, std::uint64_t high, std::uint64_t low)
      : family_{family}, high_{high}, low_{low} {}

  Family family_ = Family::ipv4;
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

/// A block of addresses: `10.244.1.0/24`. Bits below the prefix are always zero.
class Cidr {
 public:
  /// 0.0.0.0/0.
  constexpr Cidr() = default;
  /// The block of that prefix length which holds `address`; the length is cut to the family's.
  Cidr(IpAddress address, int prefix_length);
  /// Reads `address/length`; bits below the prefix are cleared.
  static std::optional<Cidr> parse(std::string_view text);

  /// The block's first address.
  IpAddress base() const { return base_; }
  int prefix_length() const { return prefix_length_; }
  bool contains(const IpAddress& address) const;
  /// The number of addresses, or 2^64 - 1 if there are more.
  std::uint64_t size() const;
  /// The address with that index, the base being 0; empty beyond the last.
  std::optional<IpAddress> nth(std::uint64_t index) const;
  std::string to_string() const;

  friend bool operator==(const Cidr&, const Cidr&) = default;

 private:
  IpAddress base_;
  int prefix_length_ = 0;
};

/// An address and a port.
struct SocketAddress {
  IpAddress ip;
  std::uint16_t port = 0;

  /// Reads `10.0.0.1:80` or `[2001:db8::1]:80`.
  static std::optional<SocketAddress> parse(std::string_view text);
  /// `10.0.0.1:80`, `[2001:db8::1]:80`.
  std::string to_string() const;
  friend constexpr auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
};

/// `host:port`, with brackets around an IPv6 address (Go's net.JoinHostPort).
std::string join_host_port(std::string_view host, std::uint16_t port);

/// Reads a port number from 0 to 65535, without sign or spaces.
std::optional<std::uint16_t> parse_port(std::string_view text);

/// Hashes for unordered containers; equal on every platform.
struct AddressHash {
  std::size_t operator()(const IpAddress& address) const;
  std::size_t operator()(const SocketAddress& address) const;
};

}  // namespace rockpool::net
