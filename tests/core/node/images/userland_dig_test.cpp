// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_dig.h"

#include <doctest/doctest.h>

#include "tests/core/conformance/world.h"

namespace rockpool::node {
namespace {

using conformance::World;

TEST_CASE("dig prints what the name server answers, whole or in brief") {
  World world;
  world.start_agnhost("tools", "{}", "[pause]");
  world.wait_ready({"tools"});
  const auto dig = [&](const std::string& arguments) {
    return world.shell("tools", "dig " + arguments);
  };
  const std::string full = dig("kubernetes.default.svc.cluster.local").output;
  for (const char* part :
       {"; <<>> DiG 9.18.27 <<>> kubernetes.default.svc.cluster.local\n", "status: NOERROR",
        ";; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 0\n"
        ";; WARNING: recursion requested but not available\n\n",
        ";; QUESTION SECTION:\n;kubernetes.default.svc.cluster.local. IN A\n",
        ";; ANSWER SECTION:\nkubernetes.default.svc.cluster.local. 30 IN A\t10.96.0.1\n",
        ";; SERVER: 10.96.0.10#53(10.96.0.10) (UDP)\n;; WHEN: "}) {
    CHECK_MESSAGE(full.find(part) != std::string::npos, part << full);
  }
  CHECK(dig("+noall +answer +tcp _https._tcp.kubernetes.default.svc.cluster.local SRV").output ==
        "_https._tcp.kubernetes.default.svc.cluster.local. 30 IN\tSRV 0 100 443 "
        "kubernetes.default.svc.cluster.local.\n");
  CHECK(dig("+short -x 10.96.0.1").output == "kubernetes.default.svc.cluster.local.\n");
  // As it was called, and in columns where there is room.
  CHECK(dig("+search +tcp kubernetes.default")
            .output.find(" <<>> +search +tcp kubernetes.default\n") != std::string::npos);
  CHECK(dig("+noall +question kube.dns").output == ";kube.dns.\t\t\tIN\tA\n");
  // Without +search a name is asked for as it is.
  CHECK(dig("+short kubernetes.default").output.empty());
  CHECK(dig("+short +search kubernetes.default").output == "10.96.0.1\n");
  CHECK(dig("missing.default.svc.cluster.local").output.find("status: NXDOMAIN") !=
        std::string::npos);
}

TEST_CASE("dig takes types by their numbers") {
  World world;
  world.start_agnhost("tools", "{}", "[pause]");
  world.wait_ready({"tools"});
  const auto dig = [&](const std::string& arguments) {
    return world.shell("tools", "dig " + arguments);
  };
  const std::string name = "kubernetes.default.svc.cluster.local";
  CHECK(dig("+short " + name + " TYPE1").output == "10.96.0.1\n");
  CHECK(dig("+short -t type1 " + name).output == "10.96.0.1\n");
  const std::string unnamed = dig(name + " TYPE65280").output;
  CHECK(unnamed.find(" IN TYPE65280\n") != std::string::npos);
  CHECK(unnamed.find("status: NOERROR, ") != std::string::npos);
  CHECK(unnamed.find("ANSWER: 0, AUTHORITY: 1,") != std::string::npos);
  CHECK(dig("-t TYPE0 " + name).code == 0);
  CHECK(dig("-t TYPE65535 " + name).code == 0);
  for (const char* type : {"TYPE65536", "TYPE", "TYPE-1", "TYPE1x"}) {
    CHECK_MESSAGE(dig("-t " + std::string{type} + " " + name).code == 1, type);
  }
}

TEST_CASE("dig fails when nobody answers, and on what it does not understand") {
  World world{{.dns = false}};
  world.start_agnhost("tools", "{}", "[pause]");
  world.wait_ready({"tools"});
  const auto silent = world.shell("tools", "dig +time=1 @10.255.0.9 web");
  CHECK(silent.code == 9);
  CHECK(silent.output.find(";; connection timed out; no servers could be reached\n") !=
        std::string::npos);
  CHECK(world.shell("tools", "dig +nonsense web").code == 1);
  CHECK(world.shell("tools", "dig -x nothing").code == 1);
}

}  // namespace
}  // namespace rockpool::node
