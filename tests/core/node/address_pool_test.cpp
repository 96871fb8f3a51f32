// SPDX-License-Identifier: Apache-2.0
#include "core/node/address_pool.h"

#include <doctest/doctest.h>

namespace rockpool::node {
namespace {

TEST_CASE("addresses are used again as late as possible") {
  AddressPool pool{*net::Cidr::parse("10.244.3.0/29")};
  const auto take = [&pool] {
    const auto address = pool.take();
    return address ? address->to_string() : std::string{"none"};
  };
  CHECK(take() == "10.244.3.2");
  CHECK(take() == "10.244.3.3");
  pool.release(*net::IpAddress::parse("10.244.3.2"));
  CHECK(take() == "10.244.3.4");
  CHECK(take() == "10.244.3.5");
  CHECK(take() == "10.244.3.6");
  CHECK(take() == "10.244.3.2");
  CHECK(take() == "none");
  CHECK(pool.in_use() == 5);
  pool.release(*net::IpAddress::parse("10.244.3.5"));
  CHECK(take() == "10.244.3.5");
}

}  // namespace
}  // namespace rockpool::node
