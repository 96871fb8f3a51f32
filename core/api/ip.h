// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rockpool::api {

/// The two versions of the Internet Protocol.
enum class IpFamily : std::uint8_t { ipv4, ipv6 };

/// "IPv4" or "IPv6", as objects spell the family.
std::string_view ip_family_name(IpFamily family);

/// An IPv4 or IPv6 address. Ordered by family, then numerically.
struct IpAddress {
  IpFamily family = IpFamily::ipv4;
  /// Network order; IPv4 uses the first four bytes, the rest are 0.
  std::array<std::uint8_t, 16> bytes = {};

  auto operator<=>(const IpAddress&) const = default;

  /// The IPv4 address that the number stands for.
  static IpAddress from_ipv4(std::uint32_t host_order);
  /// The IPv4 address as a number; 0 for IPv6.
  std::uint32_t ipv4() const;
  /// The number that the last 64 bits are; of IPv4 all 32.
  std::uint64_t low() const;
  /// The address `count` times 2 to the power of `bits` further on; wraps around at the end of its
  /// family. Requires `bits` below that family's length.
  IpAddress plus(std::uint64_t count, int bits = 0) const;
  /// `10.0.0.1`, `2001:db8::1`: the canonical form (RFC 5952).
  std::string to_string() const;
  bool is_unspecified() const;
  bool is_loopback() const;
  bool is_link_local_unicast() const;
  bool is_link_local_multicast() const;
  bool is_multicast() const;
};

/// Reads an address; leading zeros in IPv4 parts are accepted as Go's ParseIPSloppy does, because
/// the API server does for stored fields. Empty if the text is no address.
std::optional<IpAddress> parse_ip(std::string_view text);

/// A network: an address and the number of its leading bits that count.
struct Cidr {
  IpAddress address;
  int prefix_length = 0;

  /// True if the address is of the same family and its leading bits are the network's.
  bool contains(const IpAddress& ip) const;
  /// The address with the bits beyond the prefix cleared.
  IpAddress network() const;
  /// The number of addresses, or 2^63 - 1 if there are more.
  std::int64_t size() const;
  std::string to_string() const;
};

/// Reads `10.0.0.0/8`; the bits beyond the prefix stay as written. Empty if the text is none.
std::optional<Cidr> parse_cidr(std::string_view text);

}  // namespace rockpool::api
