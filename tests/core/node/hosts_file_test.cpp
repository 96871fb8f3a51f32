// SPDX-License-Identifier: Apache-2.0
#include "core/node/hosts_file.h"

#include <doctest/doctest.h>

#include <vector>

namespace rockpool::node {
namespace {

using net::IpAddress;

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

TEST_CASE("a Pod's hosts file has its machine's names, its own and its aliases") {
  net::dns::ResolverConfig config;
  config.hosts = {{"localhost", ip("127.0.0.1")},
                  {"web-0.web.default.svc.cluster.local", ip("10.244.0.7")},
                  {"web-0", ip("10.244.0.7")},
                  {"web-0.web.default.svc.cluster.local", ip("fd00::7")},
                  {"web-0", ip("fd00::7")}};
  const std::vector<IpAddress> own{ip("10.244.0.7"), ip("fd00::7")};
  const std::string plain =
      "# Kubernetes-managed hosts file.\n"
      "127.0.0.1\tlocalhost\n"
      "::1\tlocalhost ip6-localhost ip6-loopback\n"
      "fe00::0\tip6-localnet\n"
      "fe00::0\tip6-mcastprefix\n"
      "fe00::1\tip6-allnodes\n"
      "fe00::2\tip6-allrouters\n"
      "10.244.0.7\tweb-0.web.default.svc.cluster.local\tweb-0\n"
      "fd00::7\tweb-0.web.default.svc.cluster.local\tweb-0\n";
  CHECK(hosts_file(config, own, "web-0") == plain);
  config.hosts.emplace_back("foo.local", ip("127.0.0.1"));
  config.hosts.emplace_back("bar.local", ip("127.0.0.1"));
  config.hosts.emplace_back("foo.remote", ip("10.1.2.3"));
  CHECK(hosts_file(config, own, "web-0") == plain +
                                                "\n# Entries added by HostAliases.\n"
                                                "127.0.0.1\tfoo.local\tbar.local\n"
                                                "10.1.2.3\tfoo.remote\n");
}

TEST_CASE("a Pod on its node's network has the node's hosts file") {
  net::dns::ResolverConfig config;
  config.hosts = {{"localhost", ip("127.0.0.1")}, {"foo.remote", ip("10.1.2.3")}};
  const std::vector<IpAddress> own{ip("172.18.0.2")};
  CHECK(hosts_file(config, own, "node-1") ==
        "# Kubernetes-managed hosts file (host network).\n"
        "127.0.0.1\tlocalhost\n"
        "::1\tlocalhost ip6-localhost ip6-loopback\n"
        "fe00::0\tip6-localnet\n"
        "ff00::0\tip6-mcastprefix\n"
        "ff02::1\tip6-allnodes\n"
        "ff02::2\tip6-allrouters\n"
        "172.18.0.2\tnode-1\n"
        "\n# Entries added by HostAliases.\n"
        "10.1.2.3\tfoo.remote\n");
}

}  // namespace
}  // namespace rockpool::node
