// SPDX-License-Identifier: Apache-2.0
#include "core/net/datagram_flows.h"

#include <doctest/doctest.h>

namespace rockpool::net {
namespace {

using namespace std::chrono_literals;

const SocketAddress kClient{IpAddress::v4(10, 0, 0, 1), 40000};
const SocketAddress kServer{IpAddress::v4(10, 0, 0, 2), 53};
const sim::Time kStart = sim::kEpoch;

TEST_CASE("an exchange lasts 30 s, and 120 s once it was answered") {
  DatagramFlows flows;
  CHECK_FALSE(flows.renew(kClient, kServer, kStart));
  flows.add(kClient, kServer, kStart);
  CHECK(flows.renew(kClient, kServer, kStart + 29s));
  CHECK_FALSE(flows.renew(kClient, kServer, kStart + 59s));
  flows.add(kClient, kServer, kStart + 60s);
  CHECK(flows.renew(kServer, kClient, kStart + 61s));
  CHECK(flows.renew(kClient, kServer, kStart + 180s));
  CHECK_FALSE(flows.renew(kClient, kServer, kStart + 300s));
}

TEST_CASE("another port is another exchange") {
  DatagramFlows flows;
  flows.add(kClient, kServer, kStart);
  CHECK_FALSE(flows.renew({kClient.ip, 40001}, kServer, kStart));
  CHECK_FALSE(flows.renew(kServer, {kClient.ip, 40001}, kStart));
}

}  // namespace
}  // namespace rockpool::net
