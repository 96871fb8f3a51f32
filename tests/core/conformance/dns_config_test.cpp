// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <fmt/format.h>
#include "tests/core/conformance/world.h"

// test/e2e/network/dns.go: what conformance does not ask for.
namespace rockpool::conformance {
namespace {

TEST_CASE("[sig-network] DNS should support configurable pod resolv.conf") {
  World world;
  world.create(
      "/api/v1/namespaces/default/configmaps",
      "{metadata: {name: coredns-config}, data: {Corefile: \". {\\n  hosts {\\n    1.1.1.1 "
      "notexistname.resolv.conf.local\\n  }\\n  log\\n}\\n\"}}");
  world.apply(fmt::format(
      "apiVersion: v1\nkind: Pod\nmetadata: {{name: e2e-configmap-dns-server}}\n"
      "spec:\n  containers:\n  - name: agnhost-container\n    image: {}\n"
      "    command: [/coredns, -conf, /etc/coredns/Corefile]\n"
      "    volumeMounts: [{{name: coredns-config, mountPath: /etc/coredns, readOnly: true}}]\n"
      "  dnsPolicy: Default\n"
      "  volumes: [{{name: coredns-config, configMap: {{name: coredns-config}}}}]\n",
      kAgnhost));
  world.wait_ready({"e2e-configmap-dns-server"});
  const std::string server = world.pod_ip("e2e-configmap-dns-server");
  world.start_agnhost("e2e-dns-utils", "{}", "[pause]", "[]",
                      fmt::format("{{dnsPolicy: None, dnsConfig: {{nameservers: [{}], searches: "
                                  "[resolv.conf.local], options: [{{name: ndots, value: '2'}}]}}}}",
                                  server));
  world.wait_ready({"e2e-dns-utils"});
  CHECK(world.shell("e2e-dns-utils", "cat /etc/resolv.conf").output ==
        fmt::format("search resolv.conf.local\nnameserver {}\noptions ndots:2\n", server));
  CHECK(world.wait_for([&] {
    return world.shell("e2e-dns-utils", "dig +short +search notexistname").output == "1.1.1.1\n";
  }));
}

TEST_CASE(
    "[sig-network] DNS should work with the pod containing more than 6 DNS search paths and longer "
    "than 256 search list characters") {
  World world;
  std::string searches;
  for (int i = 1; i <= 8; ++i) {
    searches += fmt::format("{}a-search-path-of-forty-characters-number-{}.local",
                            searches.empty() ? "" : ", ", i);
  }
  REQUIRE(searches.size() > 256);
  world.start_agnhost("dns-querier", "{}", "[pause]", "[]",
                      "{dnsPolicy: ClusterFirst, dnsConfig: {searches: [" + searches + "]}}");
  world.wait_ready({"dns-querier"});
  const std::string file = world.shell("dns-querier", "cat /etc/resolv.conf").output;
  CHECK(
      file.starts_with("search default.svc.cluster.local svc.cluster.local cluster.local "
                       "a-search-path-of-forty-characters-number-1.local "));
  CHECK(file.find(" a-search-path-of-forty-characters-number-8.local\n") != std::string::npos);
  for (const char* name : {"kubernetes.default", "kubernetes.default.svc"}) {
    CHECK(world.wait_for([&] {
      return world.shell("dns-querier", fmt::format("dig +short +search {}", name)).output ==
             "10.96.0.1\n";
    }));
  }
}

}  // namespace
}  // namespace rockpool::conformance
