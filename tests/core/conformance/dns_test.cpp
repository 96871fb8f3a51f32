// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include "tests/core/conformance/world.h"

// test/e2e/network/dns.go
namespace rockpool::conformance {
namespace {

constexpr std::string_view kServices = "/api/v1/namespaces/default/services";

void create_service(World& world, std::string_view name, bool is_headless,
                    std::string_view selector) {
  world.create(kServices, fmt::format("{{metadata: {{name: {}}}, spec: {{{} selector: {}, "
                                      "ports: [{{port: 80, name: http, protocol: TCP}}]}}}}",
                                      name, is_headless ? "clusterIP: None," : "", selector));
}

// A Pod to ask from, with a name of its own in a subdomain.
void start_querier(World& world, std::string_view labels, std::string_view hostname,
                   std::string_view subdomain) {
  world.start_agnhost("querier", labels, "[pause]", "[]",
                      fmt::format("{{hostname: {}, subdomain: {}}}", hostname, subdomain));
  world.wait_ready({"querier"});
}

// What dig finds, over either transport, sorted; the test fails if they differ.
std::set<std::string> dig(World& world, const std::string& name, std::string_view type) {
  const auto ask = [&](std::string_view transport) {
    const Executed run =
        world.shell("querier", fmt::format("dig {} +short +search {} {}", transport, name, type));
    CHECK_MESSAGE(run.code == 0, run.output);
    std::set<std::string> lines;
    for (std::size_t start = 0; start < run.output.size();) {
      const std::size_t end = run.output.find('\n', start);
      lines.insert(run.output.substr(start, end - start));
      start = end + 1;
    }
    return lines;
  };
  const std::set<std::string> lines = ask("+notcp");
  CHECK(lines == ask("+tcp"));
  return lines;
}

// Upstream's probe is asked again and again until it finds something.
bool comes_to_find(World& world, const std::string& name, std::string_view type,
                   const std::set<std::string>& expected) {
  const bool found = world.wait_for([&] { return dig(world, name, type) == expected; }, 1min);
  if (!found) {
    for (const std::string& line : dig(world, name, type)) MESSAGE(name << ": " << line);
  }
  return found;
}

// `getent hosts` finds the name, at that address.
void check_host_entry(World& world, const std::string& name, const std::string& address) {
  const Executed run = world.shell(
      "querier", fmt::format("test -n \"$(getent hosts {0})\" && getent hosts {0}", name));
  CHECK(run.code == 0);
  CHECK_MESSAGE(run.output.starts_with(address + " "), run.output);
}

// The records of a headless and a normal Service with one Pod, by names with that end.
void check_service_records(World& world, const std::vector<std::string>& headless_names,
                           const std::string& suffix) {
  create_service(world, "dns-test-service", true, "{dns-test: 'true'}");
  create_service(world, "test-service-2", false, "{dns-test: 'true'}");
  start_querier(world, "{dns-test: 'true'}", "dns-querier-1", "dns-test-service");
  const std::string pod_ip = world.pod_ip("querier");
  const std::string cluster_ip =
      text_at(world.get(service_path("test-service-2")), {"spec", "clusterIP"});

  for (const std::string& name : headless_names) {
    CHECK(comes_to_find(world, name, "A", {pod_ip}));
  }
  CHECK(comes_to_find(world, "_http._tcp.dns-test-service" + suffix, "SRV",
                      {"0 100 80 dns-querier-1.dns-test-service.default.svc.cluster.local."}));
  CHECK(comes_to_find(world, "_http._tcp.test-service-2" + suffix, "SRV",
                      {"0 100 80 test-service-2.default.svc.cluster.local."}));
  const auto reverse = [](const std::string& address) {
    const auto ip = net::IpAddress::parse(address);
    REQUIRE(ip);
    std::string name;
    std::string rest = address;
    for (std::size_t dot = rest.rfind('.'); dot != std::string::npos; dot = rest.rfind('.')) {
      name += rest.substr(dot + 1) + ".";
      rest.resize(dot);
    }
    return name + rest + ".in-addr.arpa.";
  };
  CHECK(comes_to_find(world, reverse(cluster_ip), "PTR",
                      {"test-service-2.default.svc.cluster.local."}));
  // Both Services have the Pod as an endpoint, but only the headless one knows it by its own name.
  std::string dashed = pod_ip;
  std::ranges::replace(dashed, '.', '-');
  CHECK(comes_to_find(world, reverse(pod_ip), "PTR",
                      {"dns-querier-1.dns-test-service.default.svc.cluster.local.",
                       dashed + ".test-service-2.default.svc.cluster.local."}));
  CHECK(dig(world, "no-such-service.default.svc.cluster.local", "A").empty());
}

TEST_CASE("[sig-network] DNS should provide DNS for the cluster") {
  World world;
  start_querier(world, "{}", "dns-querier-1", "dns-test-service");
  CHECK(comes_to_find(world, "kubernetes.default.svc.cluster.local", "A", {"10.96.0.1"}));
}

TEST_CASE("[sig-network] DNS should provide /etc/hosts entries for the cluster") {
  // Without a DNS server only the file can tell.
  World world{{.dns = false}};
  start_querier(world, "{}", "dns-querier-1", "dns-test-service");
  const std::string address = world.pod_ip("querier");
  check_host_entry(world, "dns-querier-1.dns-test-service.default.svc.cluster.local", address);
  check_host_entry(world, "dns-querier-1", address);
  CHECK(world.shell("querier", "getent hosts dns-querier-2").code != 0);
}

TEST_CASE("[sig-network] DNS should provide DNS for services") {
  World world;
  check_service_records(world, {"dns-test-service.default.svc.cluster.local"},
                        ".default.svc.cluster.local");
}

TEST_CASE(
    "[sig-network] DNS should resolve DNS of partial qualified names for services [LinuxOnly]") {
  World world;
  check_service_records(
      world, {"dns-test-service", "dns-test-service.default", "dns-test-service.default.svc"},
      ".default.svc");
}

TEST_CASE("[sig-network] DNS should provide DNS for pods for Hostname") {
  World world;
  create_service(world, "dns-test-service-2", true, "{dns-test-hostname-attribute: 'true'}");
  start_querier(world, "{dns-test-hostname-attribute: 'true'}", "dns-querier-2",
                "dns-test-service-2");
  const std::string address = world.pod_ip("querier");
  const std::string full_name = "dns-querier-2.dns-test-service-2.default.svc.cluster.local";
  check_host_entry(world, full_name, address);
  check_host_entry(world, "dns-querier-2", address);
  CHECK(comes_to_find(world, full_name, "A", {address}));
}

TEST_CASE("[sig-network] DNS should provide DNS for pods for Subdomain") {
  World world;
  create_service(world, "dns-test-service-2", true, "{dns-test-hostname-attribute: 'true'}");
  start_querier(world, "{dns-test-hostname-attribute: 'true'}", "dns-querier-2",
                "dns-test-service-2");
  const std::string address = world.pod_ip("querier");
  CHECK(comes_to_find(world, "dns-querier-2.dns-test-service-2.default.svc.cluster.local", "A",
                      {address}));
  CHECK(comes_to_find(world, "dns-test-service-2.default.svc.cluster.local", "A", {address}));
}

TEST_CASE("[sig-network] DNS should provide DNS for ExternalName services") {
  World world;
  const std::string path = service_path("dns-test-service-3");
  const std::string full_name = "dns-test-service-3.default.svc.cluster.local";
  world.create(kServices,
               "{metadata: {name: dns-test-service-3}, "
               "spec: {type: ExternalName, externalName: foo.example.com}}");
  start_querier(world, "{}", "dns-querier-1", "dns-test-service");
  CHECK(comes_to_find(world, full_name, "CNAME", {"foo.example.com."}));

  world.patch(path, "{spec: {externalName: bar.example.com}}");
  CHECK(comes_to_find(world, full_name, "CNAME", {"bar.example.com."}));

  const doc::Value service = world.patch(path,
                                         "{spec: {type: ClusterIP, externalName: null, "
                                         "ports: [{port: 80, name: http, protocol: TCP}]}}");
  const std::string cluster_ip = text_at(service, {"spec", "clusterIP"});
  CHECK_FALSE(cluster_ip.empty());
  CHECK(comes_to_find(world, full_name, "A", {cluster_ip}));
}

TEST_CASE("[sig-network] DNS should support configurable pod DNS nameservers") {
  World world;
  world.start_agnhost("test-dns-nameservers", "{}", "[pause]", "[]",
                      "{dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1], "
                      "searches: [resolv.conf.local]}}");
  world.wait_ready({"test-dns-nameservers"});
  CHECK(world.exec("test-dns-nameservers", {"/agnhost", "dns-suffix"}).output ==
        "resolv.conf.local");
  CHECK(world.exec("test-dns-nameservers", {"/agnhost", "dns-server-list"}).output == "1.1.1.1");
  CHECK(world.shell("test-dns-nameservers", "cat /etc/resolv.conf").output ==
        "search resolv.conf.local\nnameserver 1.1.1.1\n");
}

}  // namespace
}  // namespace rockpool::conformance
