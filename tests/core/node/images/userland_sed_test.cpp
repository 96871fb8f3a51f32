// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_sed.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

constexpr const char* kLines = "printf 'Name: web\\nAddress: 10.0.0.1\\nname: db\\n' | ";

TEST_CASE("sed edits lines") {
  NodeWorld world;
  const std::string lines = kLines;
  CHECK(world.shell("echo a.b.c | sed 's/\\./-/'; echo a.b.c | sed 's/\\./-/g'") ==
        "0 a-b.c\na-b-c\n");
  CHECK(world.shell("echo a/b | sed 's|/|:|; s/a/[&]/'; echo aaa | sed 's/a/b/2'") ==
        "0 [a]:b\naba\n");
  CHECK(world.shell("echo 'k=v' | sed -E 's/(.*)=(.*)/\\2=\\1/'; echo Web | sed 's/w/x/I'") ==
        "0 v=k\nxeb\n");
  CHECK(world.shell(lines + "sed -n 2p; " + lines + "sed -n '/^Name/p'; " + lines + "sed '1,2d'") ==
        "0 Address: 10.0.0.1\nName: web\nname: db\n");
  CHECK(world.shell(lines + "sed '$d' | sed -n '$='; " + lines + "sed -n '/web/,/Addr/!p'") ==
        "0 2\nname: db\n");
  CHECK(world.shell("seq 5 | sed 2q; seq 3 | sed -e 2i\\\\two -e '3a three' -e 1c\\\\one") ==
        "0 1\n2\none\ntwo\n2\n3\nthree\n");
  CHECK(
      world.shell("seq 3 | sed -n 's/2/x/p'; echo abc | sed y/abc/xyz/; printf abc | sed s/b/B/") ==
      "0 x\nxyz\naBc");
  CHECK(world.shell("echo xay | sed 's/[^/]*a/b/; s/x*$/!/'; echo abc | sed 's/x*/-/g'") ==
        "0 by!\n-a-b-c-\n");
  CHECK(world.shell("echo old > /tmp/f; sed -i 's/old/new/' /tmp/f; sed -i.bak s/w/W/ /tmp/f; cat "
                    "/tmp/f /tmp/f.bak") == "0 neW\nnew\n");
  CHECK(world.shell("echo x | sed 's/x/y'") == "1 sed: unmatched '/'\n");
  CHECK(world.shell("echo x | sed 's/x/y/z'") == "1 sed: bad option in substitution expression\n");
  CHECK(world.shell("echo x | sed N") == "1 sed: unsupported command N\n");
  CHECK(world.shell("sed p /none") == "1 sed: /none: No such file or directory\n");
}

}  // namespace
}  // namespace rockpool::node
