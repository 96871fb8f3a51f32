// SPDX-License-Identifier: Apache-2.0
// What there is a route to from outside the cluster (core/net/network.h).
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/core/net/world.h"

using namespace rockpool;
using namespace rockpool::net;
using namespace rockpool::net::testing;
using namespace std::chrono_literals;

namespace {

// Keeps what arrives, and sends it back if told to.
struct Mailbox : DatagramHandler {
  void receive(DatagramSocket& socket, Datagram datagram) override {
    if (answers) socket.send_from(datagram.to.ip, datagram.from, "re: " + datagram.payload);
    texts.push_back(std::move(datagram.payload));
  }
  bool answers = false;
  std::vector<std::string> texts;
};

}  // namespace

TEST_CASE("from outside, Pods' addresses are silent and nodes' are not") {
  World world;
  const Ref<Host> pod = world.add_pod(*world.one, "pod", 2);
  NamedServer handler{"x"};
  const Listener on_pod = pod->listen(80, handler).value();
  const Listener on_node = world.one->host().listen(80, handler).value();
  CHECK(failure_of(world.fetch(world.outside, "http://10.244.0.2/")) ==
        FailureKind::connection_timed_out);
  // Nor does a node say there which of its addresses are free.
  CHECK(failure_of(world.fetch(world.outside, "http://10.244.0.9/")) ==
        FailureKind::connection_timed_out);
  CHECK(world.fetch(world.outside, "http://192.168.0.1/").ok());
}

TEST_CASE("Pods reach the outside, and the control plane reaches Pods") {
  World world;
  const Ref<Host> pod = world.add_pod(*world.one, "pod", 2);
  const Ref<Host> control_plane =
      world.network.add_control_plane("apiserver", {IpAddress::v4(192, 168, 0, 100)});
  NamedServer handler{"x"};
  const Listener on_pod = pod->listen(80, handler).value();
  const Listener on_laptop = world.outside->listen(80, handler).value();
  CHECK(world.fetch(pod, "http://203.0.113.7/").ok());
  CHECK(world.fetch(control_plane, "http://10.244.0.2/").ok());
}

TEST_CASE("a datagram from outside reaches a Pod only as an answer, while it is waited for") {
  World world;
  const Ref<Host> pod = world.add_pod(*world.one, "pod", 2);
  Mailbox at_pod;
  Mailbox at_laptop;
  DatagramSocket pods = pod->bind(5000, at_pod).value();
  DatagramSocket laptops = world.outside->bind(53, at_laptop).value();
  const auto settle = [&] { world.loop.run_for(1s); };

  laptops.send({pod->address(), 5000}, "unasked");
  settle();
  CHECK(at_pod.texts.empty());

  at_laptop.answers = true;
  pods.send({world.outside->address(), 53}, "question");
  settle();
  CHECK(at_laptop.texts == std::vector<std::string>{"question"});
  CHECK(at_pod.texts == std::vector<std::string>{"re: question"});

  laptops.send({pod->address(), 5000}, "one more");
  settle();
  CHECK(at_pod.texts.back() == "one more");
  world.loop.run_for(121s);
  laptops.send({pod->address(), 5000}, "too late");
  settle();
  CHECK(at_pod.texts.back() == "one more");
}
