// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_nslookup.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/core/conformance/world.h"

namespace rockpool::node {
namespace {

using conformance::World;

// A cluster with a Pod `tools` of an image, and the Service `web`, 10.96.0.80.
struct Tools : World {
  explicit Tools(const std::string& image, const ClusterOptions& options = {}) : World{options} {
    apply(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        "spec: {clusterIP: 10.96.0.80, ports: [{name: http, port: 80}], selector: {app: web}}\n");
    apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: tools}\n"
        "spec: {containers: [{name: c, command: [sleep, infinity], image: '" +
        image + "'}]}\n");
    wait_ready({"tools"});
  }
  conformance::Executed nslookup(const std::string& arguments) {
    return shell("tools", "nslookup " + arguments);
  }
};

constexpr const char* kFound =
    "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n"
    "Name:\tweb.default.svc.cluster.local\nAddress: 10.96.0.80\n\n";

TEST_CASE("nslookup of busybox 1.28 asks the C library, and for the names of what it finds") {
  Tools world{"busybox:1.28"};
  const std::string server =
      "Server:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns.kube-system.svc.cluster.local\n\n";
  for (const char* name : {"web", "web.default", "web.default.svc.cluster.local"}) {
    const auto found = world.nslookup(name);
    CHECK(found.output == server + "Name:      " + name +
                              "\nAddress 1: 10.96.0.80 web.default.svc.cluster.local\n");
    CHECK(found.code == 0);
  }
  const auto missing = world.nslookup("missing");
  CHECK(missing.output == server);
  CHECK(missing.errors == "nslookup: can't resolve 'missing'\n");
  CHECK(missing.code == 1);
  CHECK(world.nslookup("web 10.96.0.10")
            .output.ends_with(
                "Name:      web\nAddress 1: 10.96.0.80 web.default.svc.cluster.local\n"));
}

TEST_CASE("nslookup of a new busybox searches for names without a dot only, and everywhere") {
  Tools world{"busybox"};
  const auto whole = world.nslookup("web.default.svc.cluster.local");
  CHECK(whole.output == std::string{kFound} + "\n");
  CHECK(whole.code == 0);
  const auto plain = world.nslookup("web");
  CHECK(plain.output == std::string{kFound} +
                            "** server can't find web.svc.cluster.local: NXDOMAIN\n\n"
                            "** server can't find web.cluster.local: NXDOMAIN\n\n\n"
                            "** server can't find web.svc.cluster.local: NXDOMAIN\n\n"
                            "** server can't find web.cluster.local: NXDOMAIN\n\n");
  CHECK(plain.code == 1);
  const auto dotted = world.nslookup("web.default");
  CHECK(dotted.output.find("** server can't find web.default: NXDOMAIN\n") != std::string::npos);
  CHECK(dotted.code == 1);
  CHECK(world.nslookup("10.96.0.80")
            .output.ends_with("80.0.96.10.in-addr.arpa\tname = web.default.svc.cluster.local\n\n"));
  CHECK(world.nslookup("-type=srv _http._tcp.web.default.svc.cluster.local")
            .output.ends_with("_http._tcp.web.default.svc.cluster.local\tservice = 0 100 80 "
                              "web.default.svc.cluster.local\n\n"));
  CHECK(world.nslookup("").code == 1);
  CHECK(world.nslookup("-type=none web").code == 1);
}

TEST_CASE(
    "nslookup of busybox 1.30 to 1.32 tells of answers without records, 1.29 never searches") {
  Tools world{"busybox:1.31"};
  CHECK(world.nslookup("web.default.svc.cluster.local").output ==
        std::string{kFound} + "*** Can't find web.default.svc.cluster.local: No answer\n\n");
  CHECK(world.nslookup("-type=srv web").code == 1);
  Tools older{"busybox:1.29"};
  const auto plain = older.nslookup("web");
  CHECK(plain.output.find("** server can't find web: NXDOMAIN\n") != std::string::npos);
  CHECK(plain.code == 0);
}

TEST_CASE("BIND's nslookup goes along the search path until a name is found") {
  Tools world{std::string{conformance::kAgnhost}};
  const std::string server = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\n";
  for (const char* name : {"web", "web.default", "web.default.svc.cluster.local."}) {
    const auto found = world.nslookup(name);
    CHECK(found.output == server + "Name:\tweb.default.svc.cluster.local\nAddress: 10.96.0.80\n\n");
    CHECK(found.code == 0);
  }
  const auto missing = world.nslookup("missing.default");
  CHECK(missing.output == server + "** server can't find missing.default: NXDOMAIN\n\n");
  CHECK(missing.code == 1);
  CHECK(world.nslookup("10.96.0.80").output ==
        "80.0.96.10.in-addr.arpa\tname = web.default.svc.cluster.local.\n\n");
  CHECK(world.nslookup("-type=srv _http._tcp.web").output ==
        server +
            "_http._tcp.web.default.svc.cluster.local\tservice = 0 100 80 "
            "web.default.svc.cluster.local.\n\n");
  CHECK(world.nslookup("-query=aaaa web").output == server + "*** Can't find web: No answer\n\n");
  world.apply(
      "apiVersion: v1\nkind: Service\nmetadata: {name: away}\n"
      "spec: {type: ExternalName, externalName: missing.example}\n");
  const auto away = world.nslookup("away");
  CHECK(away.output == server +
                           "away.default.svc.cluster.local\tcanonical name = missing.example.\n"
                           "** server can't find missing.example: NXDOMAIN\n\n");
  CHECK(away.code == 1);
  CHECK(world.nslookup("web kube-dns.kube-system")
            .output.starts_with(
                "Server:\t\tkube-dns.kube-system\nAddress:\t10.96.0.10#53\n\nName:\tweb."));
}

TEST_CASE("every nslookup says when nobody answers") {
  for (const char* image : {"busybox:1.36", "registry.k8s.io/e2e-test-images/agnhost:2.53"}) {
    Tools world{image, {.dns = false}};
    const auto silent = world.nslookup("web");
    CHECK(silent.output == ";; connection timed out; no servers could be reached\n\n");
    CHECK(silent.code == 1);
  }
  Tools world{"busybox:1.28", {.dns = false}};
  const auto silent = world.nslookup("web");
  CHECK(silent.output == "Server:    10.96.0.10\nAddress 1: 10.96.0.10\n\n");
  CHECK(silent.code == 1);
}

}  // namespace
}  // namespace rockpool::node
