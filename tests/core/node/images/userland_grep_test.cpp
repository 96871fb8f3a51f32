// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_grep.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

constexpr const char* kLines = "printf 'Name: web\\nAddress: 10.0.0.1\\nname: db\\n' | ";

TEST_CASE("grep finds lines by regular expressions") {
  NodeWorld world;
  const std::string lines = kLines;
  CHECK(world.shell(lines + "grep ^Name") == "0 Name: web\n");
  CHECK(world.shell(lines + "grep -i ^name") == "0 Name: web\nname: db\n");
  CHECK(world.shell(lines + "grep -E 'web|db' | wc -l") == "0 2\n");
  CHECK(world.shell(lines + "grep -oE '[0-9]+\\.[0-9.]+'") == "0 10.0.0.1\n");
  CHECK(world.shell(lines + "grep -n db; " + lines + "grep -vc e:") == "0 3:name: db\n1\n");
  CHECK(world.shell(lines + "grep -A1 web; " + lines + "grep -B1 -m1 Addr") ==
        "0 Name: web\nAddress: 10.0.0.1\nName: web\nAddress: 10.0.0.1\n");
  CHECK(world.shell(lines + "grep -e web -e db -c; " + lines + "grep -F 'a.d'; echo $?") ==
        "0 2\n1\n");
  CHECK(world.shell(lines + "grep -w nam; " + lines + "grep -q db; echo $?") == "0 0\n");
  CHECK(world.shell("echo x > /tmp/x; grep x /tmp/x /tmp/none; echo $?") ==
        "0 /tmp/x:x\ngrep: /tmp/none: No such file or directory\n0\n");
  CHECK(world.shell("grep x /tmp/none") == "2 grep: /tmp/none: No such file or directory\n");
  CHECK(world.shell("echo | grep 'a\\{'") == "2 grep: bad regex 'a\\{': Unmatched { or \\{\n");
  CHECK(world.shell("grep -r x /tmp") == "2 grep: searching folders (-r) is not simulated\n");
}

}  // namespace
}  // namespace rockpool::node
