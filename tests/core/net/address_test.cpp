// SPDX-License-Identifier: Apache-2.0
#include "core/net/address.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

namespace rockpool::net {
namespace {

std::string round_trip(const std::string& text) {
  const auto address = IpAddress::parse(text);
  return address ? address->to_string() : "(none)";
}

TEST_CASE("addresses read and print as Go's netip does") {
  CHECK(round_trip("0.0.0.0") == "0.0.0.0");
  CHECK(round_trip("10.244.1.7") == "10.244.1.7");
  CHECK(round_trip("255.255.255.255") == "255.255.255.255");
  CHECK(round_trip("::") == "::");
  CHECK(round_trip("::1") == "::1");
  CHECK(round_trip("1::") == "1::");
  CHECK(round_trip("2001:DB8:0:0:0:0:0:1") == "2001:db8::1");
  CHECK(round_trip("2001:0db8:0000:0001:0000:0000:0001:0000") == "2001:db8:0:1::1:0");
  // The first of two equally long gaps; a single zero group is no gap.
  CHECK(round_trip("1:0:0:2:0:0:3:4") == "1::2:0:0:3:4");
  CHECK(round_trip("1:0:2:3:4:5:6:7") == "1:0:2:3:4:5:6:7");
  CHECK(round_trip("1:2:3:4:5:6:7::") == "1:2:3:4:5:6:7:0");
  CHECK(round_trip("::ffff:1.2.3.4") == "::ffff:1.2.3.4");
  CHECK(round_trip("::1.2.3.4") == "::102:304");
  CHECK(*IpAddress::parse("::ffff:1.2.3.4") != IpAddress::v4(1, 2, 3, 4));
}

TEST_CASE("what is no address is refused") {
  const std::vector<std::string> bad{"",
                                     "1",
                                     "1.2.3",
                                     "1.2.3.4.5",
                                     "01.2.3.4",
                                     "1.2.3.256",
                                     "1.2.3.-4",
                                     " 1.2.3.4",
                                     "1.2.3.4 ",
                                     "1..2.3",
                                     "a.b.c.d",
                                     ":",
                                     ":::",
                                     "1:2",
                                     "1:2:3:4:5:6:7",
                                     "1:2:3:4:5:6:7:8:9",
                                     "1::2::3",
                                     "12345::",
                                     "g::",
                                     "::1%eth0",
                                     "1:2:3:4:5:6:7:8::",
                                     "::1.2.3",
                                     "::1.2.3.4.5",
                                     "1.2.3.4:80",
                                     "[::1]",
                                     "1:",
                                     ":1"};
  for (const std::string& text : bad) {
    CAPTURE(text);
    CHECK_FALSE(IpAddress::parse(text));
  }
}

TEST_CASE("addresses have kinds, order and successors") {
  CHECK(IpAddress::parse("127.0.0.53")->is_loopback());
  CHECK(IpAddress::parse("::1")->is_loopback());
  CHECK_FALSE(IpAddress::parse("128.0.0.1")->is_loopback());
  CHECK(IpAddress{}.is_unspecified());
  const std::set<IpAddress> sorted{*IpAddress::parse("::"), IpAddress::v4(10, 0, 0, 2),
                                   IpAddress::v4(9, 255, 0, 0)};
  CHECK(sorted.begin()->to_string() == "9.255.0.0");
  CHECK(IpAddress::v4(10, 0, 0, 255).plus(1).to_string() == "10.0.1.0");
  CHECK(IpAddress::parse("2001:db8::ffff:ffff:ffff:ffff")->plus(1).to_string() == "2001:db8:0:1::");
  CHECK(IpAddress::v4(1, 2, 3, 4).to_bytes() == "\x01\x02\x03\x04");
  CHECK(IpAddress::parse("102:304::5")->to_bytes() ==
        std::string("\x01\x02\x03\x04\0\0\0\0\0\0\0\0\0\0\0\x05", 16));
}

TEST_CASE("blocks hold their addresses") {
  const Cidr pods = *Cidr::parse("10.244.1.7/24");
  CHECK(pods.to_string() == "10.244.1.0/24");
  CHECK(pods.size() == 256);
  CHECK(pods.contains(IpAddress::v4(10, 244, 1, 255)));
  CHECK_FALSE(pods.contains(IpAddress::v4(10, 244, 2, 0)));
  CHECK_FALSE(pods.contains(*IpAddress::parse("::")));
  CHECK(pods.nth(255)->to_string() == "10.244.1.255");
  CHECK_FALSE(pods.nth(256));
  const Cidr wide = *Cidr::parse("fd00:1:2:3::/48");
  CHECK(wide.to_string() == "fd00:1:2::/48");
  CHECK(wide.size() == UINT64_MAX);
  CHECK(wide.nth(5)->to_string() == "fd00:1:2::5");
  CHECK(Cidr::parse("0.0.0.0/0")->contains(IpAddress::v4(255, 1, 2, 3)));
  CHECK(Cidr::parse("10.0.0.1/32")->size() == 1);
  CHECK(Cidr::parse("::1/128")->contains(*IpAddress::parse("::1")));
  for (const char* bad :
       {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/024", "::/129", "/8"}) {
    CAPTURE(bad);
    CHECK_FALSE(Cidr::parse(bad));
  }
}

TEST_CASE("socket addresses wear brackets around IPv6") {
  CHECK(SocketAddress::parse("10.0.0.1:80")->to_string() == "10.0.0.1:80");
  CHECK(SocketAddress::parse("[2001:db8::1]:65535")->to_string() == "[2001:db8::1]:65535");
  for (const char* bad :
       {"10.0.0.1", "10.0.0.1:", "10.0.0.1:65536", "2001:db8::1:80", "[10.0.0.1]:80"}) {
    CAPTURE(bad);
    CHECK_FALSE(SocketAddress::parse(bad));
  }
  CHECK(parse_protocol("") == Protocol::tcp);
  CHECK(parse_protocol("SCTP") == Protocol::sctp);
  CHECK_FALSE(parse_protocol("tcp"));
  CHECK(protocol_name(Protocol::udp) == "UDP");
}

}  // namespace
}  // namespace rockpool::net
