// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/cluster_ip_allocator.h"

#include <set>

#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

using api::IpAddress;

ClusterIpRange range(const char* text) {
  return ClusterIpRange{*api::parse_cidr(text)};
}
IpAddress ip(const char* text) {
  return *api::parse_ip(text);
}

// An allocator with the ServiceCIDRs and IPAddresses of a store of its own.
struct World {
  explicit World(const char* ranges = "10.0.0.0/24") : allocator{ranges, sim::Random{3}, store} {
    add("kubernetes", ranges);
  }

  void add(const std::string& name, const std::string& cidr, const char* ready = "True",
           bool is_deleted = false) {
    Value object = json(fmt::format(
        R"({{"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{{"name":"{}"}},
            "spec":{{"cidrs":["{}"]}},
            "status":{{"conditions":[{{"type":"Ready","status":"{}"}}]}}}})",
        name, cidr, ready));
    if (is_deleted)
      object.edit("metadata"_key).set("deletionTimestamp"_key, "2026-01-01T00:00:00Z");
    REQUIRE(store.create(api::ResourceId::servicecidrs, object));
    allocator.reload();
  }
  void take(const IpAddress& address) {
    REQUIRE(
        store.create(api::ResourceId::ipaddresses,
                     json(fmt::format(R"({{"metadata":{{"name":"{}"}}}})", address.to_string()))));
  }
  IpAddress take_any(api::IpFamily family = api::IpFamily::ipv4) {
    const auto found = allocator.find_free(family);
    REQUIRE(found);
    take(*found);
    return *found;
  }

  sim::Loop loop;
  store::Store store{loop};
  ClusterIpAllocator allocator;
};

TEST_CASE("a network's first address and the last one of IPv4 are never given") {
  CHECK(range("10.0.0.0/24").size() == 254);
  CHECK_FALSE(range("10.0.0.0/24").contains(ip("10.0.0.0")));
  CHECK(range("10.0.0.0/24").contains(ip("10.0.0.1")));
  CHECK(range("10.0.0.0/24").contains(ip("10.0.0.254")));
  CHECK_FALSE(range("10.0.0.0/24").contains(ip("10.0.0.255")));
  CHECK_FALSE(range("10.0.0.0/24").contains(ip("10.0.1.7")));
  CHECK_FALSE(range("10.0.0.0/24").contains(ip("fd00::1")));
  CHECK(range("fd00::/112").size() == 65'535);
  CHECK_FALSE(range("fd00::/112").contains(ip("fd00::")));
  CHECK(range("fd00::/112").contains(ip("fd00::ffff")));
  CHECK(range("10.0.0.0/31").size() == 0);
  CHECK(range("10.0.0.7/32").size() == 0);
  CHECK_FALSE(range("10.0.0.7/32").contains(ip("10.0.0.7")));
}

TEST_CASE("an IPv6 network may be as large as 64 bits") {
  CHECK(range("fd00::/64").contains(ip("fd00::ffff:ffff:ffff:ffff")));
  CHECK(range("fd00::/63").size() == 0);
  CHECK_FALSE(range("fd00::/63").contains(ip("fd00::1")));
  World world{"fd00::/64"};
  std::set<IpAddress> given;
  for (int i = 0; i < 100; ++i) given.insert(world.take_any(api::IpFamily::ipv6));
  CHECK(given.size() == 100);
  // They are of the whole network: not one of the first 2^48.
  CHECK(given.begin()->low() > std::uint64_t{1} << 48);
}

TEST_CASE("an address can be asked for while nobody has it") {
  World world;
  CHECK(world.allocator.check(ip("10.0.0.7")));
  world.take(ip("10.0.0.7"));
  CHECK(world.allocator.check(ip("10.0.0.7")).error() == "provided IP is already allocated");
  CHECK(world.allocator.check(ip("10.0.0.0")).error() ==
        "the provided network does not match the current range");
  // A dry run takes nothing, so it does not ask either.
  CHECK(world.allocator.check_dry_run(ip("10.0.0.7")));
  CHECK(world.allocator.check_dry_run(ip("10.0.1.7")).error() ==
        "the provided IP (10.0.1.7) is not in the valid range. The range of valid IPs is "
        "10.0.0.0/24");
  CHECK(world.allocator.find_dry_run(api::IpFamily::ipv4)->to_string() == "10.0.0.0");
}

TEST_CASE("the lower band is given out only when the upper one is full") {
  for (const auto& [text, band] : {std::pair{"10.0.0.0/24", 16u}, std::pair{"10.0.0.0/20", 256u},
                                   std::pair{"10.0.0.0/26", 16u}, std::pair{"10.0.0.0/28", 0u}}) {
    World world{text};
    const std::uint32_t base = ip("10.0.0.0").ipv4();
    REQUIRE(range(text).static_band() == band);
    const std::uint64_t upper = range(text).size() - band;
    for (std::uint64_t index = 0; index < upper; ++index) {
      REQUIRE(world.take_any().ipv4() - base > band);
    }
    for (std::uint32_t index = 0; index < band; ++index) {
      REQUIRE(world.take_any().ipv4() - base <= band);
    }
    CHECK(world.allocator.find_free(api::IpFamily::ipv4).error() == "range is full");
  }
}

TEST_CASE("addresses come from every ServiceCIDR that is ready") {
  World world{"10.0.0.0/29"};
  for (int index = 0; index < 6; ++index) world.take_any();
  world.add("broken", "10.0.1.0/24", "False");
  world.add("going", "10.0.2.0/24", "True", true);
  CHECK(world.allocator.find_free(api::IpFamily::ipv4).error() == "range is full");
  CHECK_FALSE(world.allocator.check(ip("10.0.1.7")));
  CHECK_FALSE(world.allocator.check(ip("10.0.2.7")));
  world.add("more", "10.0.3.0/24");
  CHECK(range("10.0.3.0/24").contains(world.take_any()));
  CHECK(world.allocator.check(ip("10.0.3.7")));
  // The same network once more, and ready this time.
  world.add("repaired", "10.0.1.0/24");
  CHECK(world.allocator.check(ip("10.0.1.7")));
}

TEST_CASE("two networks may hold the same address, which is given once") {
  World world{"10.0.0.0/29"};
  world.add("wider", "10.0.0.0/28");
  std::set<IpAddress> given;
  for (int index = 0; index < 14; ++index) {
    const IpAddress address = world.take_any();
    CHECK(range("10.0.0.0/28").contains(address));
    CHECK(given.insert(address).second);
  }
  CHECK_FALSE(world.allocator.find_free(api::IpFamily::ipv4));
}

}  // namespace
}  // namespace rockpool::apiserver
