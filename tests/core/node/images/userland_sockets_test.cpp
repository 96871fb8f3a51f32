// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_sockets.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/core/conformance/world.h"

namespace rockpool::node {
namespace {

using conformance::World;

TEST_CASE("netstat, ss and telnet see what listens") {
  World world;
  world.apply(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, image: "
      "nginx}, {name: box, image: busybox, command: [sleep, infinity]}]}\n");
  world.apply(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: box}\nspec: {containers: [{name: c, image: "
      "busybox, command: [sh, -c, 'httpd -f -p 8081']}]}\n");
  world.start_agnhost("tools", "{}", "[netexec]");
  world.wait_ready({"web", "box", "tools"});
  const std::string header =
      "Active Internet connections (only servers)\n"
      "Proto Recv-Q Send-Q Local Address           Foreign Address         State       \n";
  CHECK(world.shell("box", "netstat -tln").output ==
        header +
            "tcp        0      0 :::8081                 :::*                    LISTEN      \n");
  CHECK(world.shell("tools", "netstat -lnu").output ==
        header +
            "udp        0      0 :::8081                 :::*                                \n");
  CHECK(world.shell("tools", "ss -tln").output ==
        "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
        "LISTEN 0      4096               *:8080            *:*          \n");
  CHECK(world.shell("box", "netstat -tn").errors ==
        "netstat: only what listens (-l) is simulated\n");
  const std::string web = world.pod_ip("web");
  const auto open = world.shell("box", "telnet " + web + " 80 < /dev/null");
  CHECK(open.output == "Connected to " + web + "\n");
  CHECK(open.code == 0);
  const auto closed = world.shell("box", "telnet " + web + " 81");
  CHECK(closed.errors ==
        "telnet: can't connect to remote host (" + web + "): Connection refused\n");
  CHECK(closed.code == 1);
  CHECK(world.shell("box", "telnet nobody 80").errors == "telnet: bad address 'nobody'\n");
}

}  // namespace
}  // namespace rockpool::node
