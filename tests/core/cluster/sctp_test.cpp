// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include "core/cluster/cluster.h"
#include "core/cluster/proxy_view.h"
#include "tests/core/conformance/world.h"

// SCTP beyond what upstream's checks ask.
namespace rockpool::cluster {
namespace {

using namespace std::chrono_literals;
using conformance::World;
using net::proxy::ModeKind;

constexpr std::string_view kArguments =
    "[netexec, --http-port=8080, --udp-port=-1, --sctp-port=8081]";

struct SctpWorld : World {
  explicit SctpWorld(ModeKind mode)
      : World{[mode] {
          ClusterOptions options;
          options.proxy_mode = mode;
          return options;
        }()} {
    start_agnhost("server", "{app: sctp}", kArguments,
                  "[{containerPort: 8081, protocol: SCTP, hostPort: 9999}]", "{nodeName: node-1}");
    start_agnhost("client", "{}", "[netexec, --http-port=8080]", "[]", "{nodeName: node-2}");
    service = create("/api/v1/namespaces/default/services",
                     "{metadata: {name: sctp}, spec: {selector: {app: sctp}, ports: [{name: sctp, "
                     "port: 8081, protocol: SCTP}]}}");
    wait_ready({"server", "client"});
    cluster().run_for(2s);
  }

  // What the client's /dial prints.
  std::string dial(const std::string& host, int port, std::string_view request = "hostname") {
    return fetch(fmt::format("http://{}:8080/dial?host={}&port={}&protocol=sctp&request={}",
                             pod_ip("client"), host, port, request),
                 "client", 600s);
  }

  doc::Value service;
};

TEST_CASE("an SCTP server answers its commands, and is nobody's TCP server") {
  SctpWorld world{ModeKind::iptables};
  const std::string server = world.pod_ip("server");
  CHECK(world.dial(server, 8081) == R"({"responses":["server"]})");
  CHECK(world.dial(server, 8081, "echo%20Hello") == R"({"responses":["hello"]})");
  CHECK(world.dial(server, 8081, "clientip")
            .starts_with(R"({"responses":[")" + world.pod_ip("client") + ":"));
  CHECK(world.dial(server, 8081, "nothing") ==
        R"({"errors":["reading from sctp connection failed. err:'EOF'"]})");
  CHECK(world.dial(server, 8080) == R"({"errors":["sctp dial failed. err:connection refused"]})");
  CHECK(world.fetch(fmt::format("http://{}:8081/", server), "client") ==
        "failed: connection_refused");
  // By the port of its host, too.
  CHECK(world.dial("node-1", 9999).find("errors") != std::string::npos);
  const std::string node = conformance::text_at(
      world.get("/api/v1/nodes/node-1")["status"]["addresses"].at(0), {"address"});
  CHECK(world.dial(node, 9999) == R"({"responses":["server"]})");
}

TEST_CASE("SCTP Services refuse when nobody serves, and the kernel tracks who is served") {
  SctpWorld world{ModeKind::ipvs};
  const std::string ip = conformance::text_at(world.service, {"spec", "clusterIP"});
  CHECK(world.dial(ip, 8081) == R"({"responses":["server"]})");
  const auto tracked = connections(world.cluster(), "node-2");
  REQUIRE(tracked);
  const auto entry =
      std::ranges::find(*tracked, net::Protocol::sctp, &net::TrackedConnection::protocol);
  REQUIRE(entry != tracked->end());
  CHECK(entry->destination.to_string() == ip + ":8081");
  CHECK(entry->reply_source.to_string() == world.pod_ip("server") + ":8081");
  CHECK(entry->to_string().starts_with("sctp     132 "));
  world.must("DELETE", "/api/v1/namespaces/default/pods/server");
  world.cluster().run_for(60s);
  CHECK(world.dial(ip, 8081) == R"({"errors":["sctp dial failed. err:connection refused"]})");
}

TEST_CASE("the userspace proxy takes no notice of SCTP, so that its clients hear nothing") {
  SctpWorld world{ModeKind::userspace};
  const std::string ip = conformance::text_at(world.service, {"spec", "clusterIP"});
  const sim::Time start = world.cluster().now();
  CHECK(world.dial(ip, 8081) == R"({"errors":["sctp dial failed. err:connection timed out"]})");
  // Nine INITs with 3, 6, 12, 24, 48 and four times 60 seconds after them.
  const auto taken = world.cluster().now() - start;
  CHECK(taken >= 333s);
  CHECK(taken < 334s);
  // A Pod itself can be reached without any proxy.
  CHECK(world.dial(world.pod_ip("server"), 8081) == R"({"responses":["server"]})");
}

}  // namespace
}  // namespace rockpool::cluster
