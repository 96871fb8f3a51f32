// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_launch.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/core/conformance/world.h"
#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

using conformance::World;

TEST_CASE("time and timeout measure and end programs") {
  NodeWorld world;
  CHECK(world.shell("time sleep 1.5") == "0 real\t0m 1.50s\nuser\t0m 0.00s\nsys\t0m 0.00s\n");
  CHECK(world.shell("time false 2>&1 | head -n 1") == "0 Command exited with non-zero status 1\n");
  CHECK(world.shell("time nothing 2>&1 | head -n 1") ==
        "0 time: can't execute 'nothing': No such file or directory\n");
  CHECK(world.shell("timeout 2 sleep 10; echo $?; timeout 2 echo in; echo $?") ==
        "0 Terminated\n143\nin\n0\n");
  CHECK(world.shell("timeout x sleep 1") == "1 timeout: invalid number 'x'\n");
}

TEST_CASE("xargs makes command lines of its input") {
  NodeWorld world;
  CHECK(world.shell("seq 3 | xargs; printf \"a 'b c'\\nd\" | xargs -n 1 echo -") ==
        "0 1 2 3\n- a\n- b c\n- d\n");
  CHECK(
      world.shell("seq 2 | xargs -I{} echo x{}y {}; seq 2 | xargs -I % sh -c 'echo $((% * 2))'") ==
      "0 x1y 1\nx2y 2\n2\n4\n");
  CHECK(world.shell("xargs echo none < /dev/null; xargs -r echo none < /dev/null") == "0 none\n");
  CHECK(world.shell("seq 2 | xargs -n1 false; echo $?; echo x | xargs nothing; echo $?") ==
        "0 123\nxargs: can't execute 'nothing': No such file or directory\n127\n");
  // Four seconds of sleep, two at a time.
  CHECK(world.shell("time sh -c 'echo 1 1 1 1 | xargs -n1 -P2 sleep' 2>&1 | head -n 1")
            .starts_with("0 real\t0m 2.0"));
  CHECK(world.shell("echo x | xargs -I '' echo") == "1 xargs: invalid number ''\n");
  CHECK(world.shell("xargs -z") == "1 xargs: unrecognized option: z\n");
}

TEST_CASE("images have what the real ones have") {
  World world;
  const auto start = [&](const std::string& name, const std::string& image,
                         const std::string& command) {
    world.apply("apiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
                "}\nspec: {containers: [{name: c, image: '" + image + "'" + command + "}]}\n");
  };
  const std::string sleep = ", command: [sleep, infinity]";
  start("nginx", "nginx:1.27", "");
  start("busybox", "busybox", sleep);
  start("alpine", "alpine", sleep);
  start("netshoot", "nicolaka/netshoot", sleep);
  world.wait_ready({"nginx", "busybox", "alpine", "netshoot"});
  const std::string which = "which ping curl ip ss netstat telnet sed awk xargs seq getent nginx";
  CHECK(world.shell("nginx", which).output ==
        "/usr/bin/curl\n/usr/bin/sed\n/usr/bin/awk\n/usr/bin/xargs\n/usr/bin/seq\n"
        "/usr/bin/getent\n/usr/sbin/nginx\n");
  CHECK(world.shell("busybox", which).output ==
        "/bin/ping\n/bin/ip\n/bin/netstat\n/bin/telnet\n/bin/sed\n/bin/awk\n/bin/xargs\n"
        "/bin/seq\n");
  CHECK(world.shell("alpine", which).output ==
        "/bin/ping\n/sbin/ip\n/bin/netstat\n/bin/sed\n/usr/bin/awk\n/usr/bin/xargs\n"
        "/usr/bin/seq\n/usr/bin/getent\n");
  CHECK(world.shell("netshoot", "command -v ss curl").output == "/sbin/ss\n/usr/bin/curl\n");
  CHECK(world.shell("nginx", "ping web").errors == "sh: ping: not found\n");
  CHECK(world.shell("nginx", "ping web").code == 127);
  CHECK(world.exec("nginx", {"bash", "-c", "for i in {1..3}; do echo $i; done"}).output ==
        "1\n2\n3\n");
  CHECK(world.shell("nginx", "echo {1..3}").output == "{1..3}\n");
  CHECK(world.exec("nginx", {"bash", "-c", "time sleep 1"}).errors ==
        "\nreal\t0m1.001s\nuser\t0m0.000s\nsys\t0m0.000s\n");
}

}  // namespace
}  // namespace rockpool::node
