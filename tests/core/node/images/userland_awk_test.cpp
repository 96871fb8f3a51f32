// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_awk.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

constexpr const char* kLines = "printf 'Name: web\\nAddress: 10.0.0.1\\nname: db\\n' | ";

TEST_CASE("awk takes columns out of lines, and refuses what is more than that") {
  NodeWorld world;
  const std::string lines = kLines;
  CHECK(world.shell(lines + "awk '{print $2}'") == "0 web\n10.0.0.1\ndb\n");
  CHECK(world.shell(lines + "awk '/^Addr/ {print $1, $NF}'") == "0 Address: 10.0.0.1\n");
  CHECK(world.shell(lines + "awk -F: '{ print NR \"=\" $1 }' | head -1") == "0 1=Name\n");
  CHECK(world.shell(lines + "awk 'NR>1{print}' | awk '$2 == \"db\"'") == "0 name: db\n");
  CHECK(world.shell(lines + "awk '!/web/ {print NF}; NR==1'") == "0 Name: web\n2\n2\n");
  CHECK(world.shell("echo 'a|b||c' | awk -F'|' '{print $3 \"-\" $4}'; echo a1b22c | awk -F'[0-9]+' "
                    "'{print $3}'") == "0 -c\nc\n");
  const std::string refused = world.shell("seq 3 | awk '{s+=$1} END {print s}'");
  CHECK(refused ==
        "1 awk: cmd. line:1: Syntax error: of awk only patterns and print are "
        "simulated: {s+=$1} END {print s}\n");
}

}  // namespace
}  // namespace rockpool::node
