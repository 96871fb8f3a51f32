// SPDX-License-Identifier: Apache-2.0
#include "core/node/port_forwarder.h"

#include <doctest/doctest.h>

#include <map>

#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;
using Kind = apiserver::SessionInput::Kind;

struct ForwardWorld : NodeWorld {
  ForwardWorld() {
    kubelets.add(*kubelet);
    create_pod("web", "  containers: [{name: c, image: 'nginx:1.27'}]\n");
    run(30s);
    auto begun = kubelets.forward_ports(pod("web").value());
    REQUIRE(begun.has_value());
    session = std::move(*begun);
    session->on_output([this](const apiserver::SessionOutput& output) {
      received[output.channel] += output.ends ? "<end>" : output.data;
    });
    session->on_close([this] { closed = true; });
  }
  void open(std::uint32_t channel, std::int32_t port) {
    session->put({.kind = Kind::open, .channel = channel, .port = port});
    run(1s);
  }
  void send(std::uint32_t channel, std::string data) {
    session->put({.kind = Kind::data, .channel = channel, .data = std::move(data)});
    run(1s);
  }
  Kubelets kubelets;
  std::shared_ptr<apiserver::Session> session;
  std::map<std::uint32_t, std::string> received;
  bool closed = false;
};

TEST_CASE("HTTP goes to a Pod's port and back, request by request") {
  ForwardWorld world;
  world.open(0, 80);
  world.send(0, "GET / HT");
  CHECK(world.received[0].empty());
  world.send(0, "TP/1.1\r\nHost: localhost:8080\r\n\r\n");
  CHECK(world.received[0].starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(world.received[0].find("Welcome to nginx!") != std::string::npos);
  CHECK(world.log("web", "c").find("\"GET / HTTP/1.1\" 200") != std::string::npos);
  world.received.clear();
  world.send(0, "GET /no HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(world.received[0].starts_with("HTTP/1.1 404 Not Found\r\n"));
  CHECK(world.received[0].ends_with("<end>"));
  CHECK(world.received[1] == "<end>");
  CHECK_FALSE(world.closed);
}

TEST_CASE("a port where nobody listens is an error of that connection alone") {
  ForwardWorld world;
  world.open(4, 81);
  CHECK(world.received[5].starts_with("error forwarding port 81 to pod "));
  CHECK(world.received[5].find("connect: connection refused") != std::string::npos);
  CHECK(world.received[4] == "<end>");
  world.open(6, 0);
  CHECK(world.received[7].find("invalid port") != std::string::npos);
  CHECK_FALSE(world.closed);
  world.remove("web", 0);
  world.run(5s);
  CHECK(world.closed);
}

}  // namespace
}  // namespace rockpool::node
