// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_ping.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "tests/core/conformance/world.h"

namespace rockpool::node {
namespace {

using conformance::Executed;
using conformance::World;

constexpr const char* kObjects = R"(
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.96.0.80, ports: [{port: 80}], selector: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: direct}
spec: {clusterIP: None, ports: [{port: 80}], selector: {app: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: node-1, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: box, labels: {app: box}}
spec: {nodeName: node-1, containers: [{name: c, image: busybox, command: [sleep, infinity]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: shoot}
spec:
  nodeName: node-2
  containers: [{name: c, image: nicolaka/netshoot, command: [sleep, infinity]}]
)";

struct Pings : World {
  explicit Pings(const ClusterOptions& options = {}) : World{options} {
    apply(kObjects);
    wait_ready({"web", "box", "shoot"});
  }
  Executed ping(const std::string& arguments, const std::string& pod = "box") {
    return shell(pod, "ping " + arguments);
  }
};

TEST_CASE("ping of busybox") {
  Pings world;
  const std::string web = world.pod_ip("web");
  const Executed found = world.ping("-c 2 " + web);
  CHECK(found.output == "PING " + web + " (" + web + "): 56 data bytes\n64 bytes from " + web +
                            ": seq=0 ttl=64 time=0.100 ms\n64 bytes from " + web +
                            ": seq=1 ttl=64 time=0.100 ms\n\n--- " + web +
                            " ping statistics ---\n2 packets transmitted, 2 packets received, 0% "
                            "packet loss\nround-trip min/avg/max = 0.100/0.100/0.100 ms\n");
  CHECK(found.code == 0);
  // By a name, as the Pod's resolver finds it.
  CHECK(world.ping("-qc1 direct").output ==
        "PING direct (" + web +
            "): 56 data bytes\n\n--- direct ping statistics ---\n1 packets transmitted, 1 packets "
            "received, 0% packet loss\nround-trip min/avg/max = 0.100/0.100/0.100 ms\n");
  const Executed unknown = world.ping("-c1 nobody");
  CHECK(unknown.errors == "ping: bad address 'nobody'\n");
  CHECK(unknown.code == 1);
  CHECK(world.ping("-z x").errors.starts_with("ping: unrecognized option: z\n"));
  CHECK(world.ping("-c x web").errors == "ping: invalid number 'x'\n");
}

TEST_CASE("ping waits as long as it is told") {
  Pings world;
  const auto seconds = [&](const std::string& arguments) {
    const sim::Time before = world.cluster().now();
    CHECK(world.ping(arguments).code == 1);
    return std::chrono::duration<double>(world.cluster().now() - before).count();
  };
  CHECK(seconds("-c 1 -W 2 10.96.0.80") == doctest::Approx(2).epsilon(0.1));
  CHECK(seconds("-w 3 10.96.0.80") == doctest::Approx(3).epsilon(0.1));
  CHECK(seconds("-c 3 -i 0.5 -W 1 10.96.0.80") == doctest::Approx(2).epsilon(0.1));
  CHECK(world.ping("-w 3 10.96.0.80")
            .output.find("3 packets transmitted, 0 packets received, "
                         "100% packet loss\n") != std::string::npos);
}

TEST_CASE("ping of the iputils") {
  Pings world;
  const std::string web = world.pod_ip("web");
  std::string name = web;
  std::ranges::replace(name, '.', '-');
  name += ".direct.default.svc.cluster.local";
  const Executed found = world.ping("-c 2 " + web, "shoot");
  CHECK(found.output == "PING " + web + " (" + web + ") 56(84) bytes of data.\n64 bytes from " +
                            web + ": icmp_seq=1 ttl=62 time=0.500 ms\n64 bytes from " + web +
                            ": icmp_seq=2 ttl=62 time=0.500 ms\n\n--- " + web +
                            " ping statistics ---\n2 packets transmitted, 2 received, 0% packet "
                            "loss, time 1000ms\nrtt min/avg/max/mdev = 0.500/0.500/0.500/0.000 "
                            "ms\n");
  const std::string named = world.ping("-c 1 direct", "shoot").output;
  CHECK_MESSAGE(named.find("\n64 bytes from ") != std::string::npos, named);
  CHECK_MESSAGE(
      named.find(".default.svc.cluster.local (" + web + "): icmp_seq=1 ") != std::string::npos,
      named);
  const Executed unknown = world.ping("-c1 nobody", "shoot");
  CHECK(unknown.errors == "ping: nobody: Name does not resolve\n");
  CHECK(unknown.code == 2);
  // Nobody has that address on the node of `web`, which finds out and says so.
  const Executed missing = world.ping("-c 2 " + web + "9", "shoot");
  CHECK(missing.code == 1);
  CHECK_MESSAGE(missing.output.find(" Destination Host Unreachable\n") != std::string::npos,
                missing.output);
  CHECK(missing.output.find(", +2 errors, 100% packet loss, time ") != std::string::npos);
}

TEST_CASE("no port of a Service takes a ping: a cluster IP never answers, by proxy mode") {
  for (const auto mode : {net::proxy::ModeKind::userspace, net::proxy::ModeKind::iptables,
                          net::proxy::ModeKind::ipvs, net::proxy::ModeKind::nftables}) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    ClusterOptions options;
    options.proxy_mode = mode;
    Pings world{options};
    const bool refuses =
        mode == net::proxy::ModeKind::ipvs || mode == net::proxy::ModeKind::nftables;
    const Executed asked = world.ping("-c 1 -W 1 web", "shoot");
    CHECK(asked.code == 1);
    CHECK((asked.output.find("Destination Port Unreachable") != std::string::npos) == refuses);
    // Busybox hears nothing of it.
    CHECK(world.ping("-c 1 -W 1 web")
              .output.find("1 packets transmitted, 0 packets received, 100% packet loss\n") !=
          std::string::npos);
    CHECK(world.shell("box", "wget -q -O- web | grep -c title").code == 0);
  }
}

TEST_CASE("policies count for pings: a rule that names ports lets none through") {
  Pings world;
  const std::string arguments = "-c 1 -W 1 " + world.pod_ip("web");
  const auto set_policy = [&](const std::string& ingress) {
    world.apply(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
        "spec: {podSelector: {matchLabels: {app: web}}, ingress: " +
        ingress + "}\n");
    world.cluster().run_for(std::chrono::seconds{5});
  };
  CHECK(world.ping(arguments).code == 0);
  set_policy("[]");
  CHECK(world.ping(arguments).code == 1);
  set_policy("[{from: [{podSelector: {matchLabels: {app: box}}}]}]");
  CHECK(world.ping(arguments).code == 0);
  CHECK(world.ping(arguments, "shoot").code == 1);
  set_policy("[{ports: [{port: 80}]}]");
  CHECK(world.ping(arguments).code == 1);
  CHECK(world.shell("box", "wget -q -O- -T 2 direct | grep -c title").code == 0);
}

}  // namespace
}  // namespace rockpool::node
