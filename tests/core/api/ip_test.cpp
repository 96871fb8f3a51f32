// SPDX-License-Identifier: Apache-2.0
#include "core/api/ip.h"

#include <doctest/doctest.h>

#include <utility>

namespace rockpool::api {
namespace {

TEST_CASE("addresses read and print canonically") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"10.0.0.1", "10.0.0.1"},
      {"010.0.0.1", "10.0.0.1"},
      {"255.255.255.255", "255.255.255.255"},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"fe80::1:2", "fe80::1:2"},
      {"::ffff:1.2.3.4", "::ffff:102:304"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"}};
  for (const auto& [text, canonical] : cases) {
    CAPTURE(text);
    REQUIRE(parse_ip(text).has_value());
    CHECK(parse_ip(text)->to_string() == canonical);
  }
  for (const std::string_view bad :
       {"", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.x", "::1::", ":1", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "12345::", "1:2:3:4:5:6:7:8::", "1:"}) {
    CAPTURE(bad);
    CHECK(!parse_ip(bad).has_value());
  }
}

TEST_CASE("special ranges are recognised") {
  CHECK(parse_ip("0.0.0.0")->is_unspecified());
  CHECK(parse_ip("::")->is_unspecified());
  CHECK(parse_ip("127.1.2.3")->is_loopback());
  CHECK(parse_ip("::1")->is_loopback());
  CHECK(!parse_ip("::2")->is_loopback());
  CHECK(parse_ip("169.254.1.1")->is_link_local_unicast());
  CHECK(parse_ip("fe80::1")->is_link_local_unicast());
  CHECK(parse_ip("224.0.0.9")->is_link_local_multicast());
  CHECK(!parse_ip("224.0.1.9")->is_link_local_multicast());
  CHECK(parse_ip("239.0.0.1")->is_multicast());
}

TEST_CASE("networks contain their addresses") {
  const auto cidr = parse_cidr("10.96.1.2/12");
  REQUIRE(cidr.has_value());
  CHECK(cidr->network().to_string() == "10.96.0.0");
  CHECK(cidr->contains(*parse_ip("10.111.255.255")));
  CHECK(!cidr->contains(*parse_ip("10.112.0.0")));
  CHECK(!cidr->contains(*parse_ip("::1")));
  CHECK(parse_cidr("::/0")->contains(*parse_ip("fd00::1")));
  for (const std::string_view bad : {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "x/8", "::/129"}) {
    CHECK(!parse_cidr(bad).has_value());
  }
}

TEST_CASE("IPv4 addresses are numbers") {
  CHECK(IpAddress::from_ipv4(0x0a000001).to_string() == "10.0.0.1");
  CHECK(parse_ip("10.0.0.1")->ipv4() == 0x0a000001);
  CHECK(*parse_ip("10.0.0.9") < *parse_ip("10.0.0.10"));
}

}  // namespace
}  // namespace rockpool::api
