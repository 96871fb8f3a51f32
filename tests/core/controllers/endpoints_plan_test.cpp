// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpoints_plan.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

ServiceAddresses::Member member(int index, bool ready, int port = 80) {
  return {.ports = doc::Value::array({doc::Value::object({{"port"_key, port}})}),
          .address =
              doc::Value::object({{"ip"_key, fmt::format("10.0.{}.{}", index / 250, index % 250)}}),
          .ready = ready};
}

TEST_CASE("addresses are in the order of their text, ready and not ready apart") {
  ServiceAddresses addresses;
  addresses.set("a", member(10, true));
  addresses.set("b", member(9, true));
  addresses.set("c", member(1, false));
  const doc::Value subsets = addresses.subsets();
  REQUIRE(subsets.size() == 1);
  CHECK(subsets.at(0)["addresses"_key].at(0)["ip"_key].as_string() == "10.0.0.10");
  CHECK(subsets.at(0)["addresses"_key].at(1)["ip"_key].as_string() == "10.0.0.9");
  CHECK(subsets.at(0)["notReadyAddresses"_key].size() == 1);
  addresses.set("c", std::nullopt);
  addresses.set("b", member(9, false));
  CHECK(addresses.subsets().at(0)["addresses"_key].size() == 1);
  CHECK(addresses.subsets().at(0)["notReadyAddresses"_key].size() == 1);
}

TEST_CASE("other ports make another subset; none at all make none") {
  ServiceAddresses addresses;
  CHECK(addresses.subsets().is_null());
  addresses.set("a", member(1, true, 80));
  addresses.set("b", member(2, true, 81));
  CHECK(addresses.subsets().size() == 2);
  addresses.set("b", member(2, true, 80));
  CHECK(addresses.subsets().size() == 1);
}

TEST_CASE("beyond the capacity ready addresses come first") {
  ServiceAddresses addresses;
  for (int index = 0; index < 700; ++index) {
    addresses.set(fmt::format("ready-{}", index), member(index, true));
    addresses.set(fmt::format("other-{}", index), member(index + 1000, false));
  }
  CHECK(addresses.is_over_capacity());
  CHECK(addresses.subsets().at(0)["addresses"_key].size() == 700);
  CHECK(addresses.subsets().at(0)["notReadyAddresses"_key].size() == 300);
  for (int index = 700; index < 1100; ++index) {
    addresses.set(fmt::format("ready-{}", index), member(index, true, index % 2 == 0 ? 80 : 81));
  }
  std::size_t ready = 0;
  const doc::Value subsets = addresses.subsets();
  for (const doc::Value& subset : subsets.items()) {
    ready += subset["addresses"_key].size();
    CHECK(subset["notReadyAddresses"_key].is_null());
  }
  CHECK(ready == 1000);
}

}  // namespace
}  // namespace rockpool::controllers
