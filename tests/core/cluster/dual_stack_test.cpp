// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include "core/cluster/address_plan.h"
#include "core/cluster/cluster.h"
#include "core/cluster/proxy_view.h"
#include "tests/core/conformance/world.h"

// What a cluster of two IP families, or of IPv6 alone, is from end to end.
namespace rockpool::cluster {
namespace {

using namespace std::chrono_literals;
using conformance::text_at;
using conformance::World;
using net::Family;
using net::proxy::ModeKind;

constexpr ModeKind kModes[] = {ModeKind::userspace, ModeKind::iptables, ModeKind::ipvs,
                               ModeKind::nftables};

ClusterOptions with_families(std::vector<Family> families, ModeKind mode = ModeKind::userspace) {
  ClusterOptions options;
  options.ip_families = std::move(families);
  options.proxy_mode = mode;
  return options;
}

ClusterOptions dual_stack(ModeKind mode = ModeKind::userspace) {
  return with_families({Family::ipv4, Family::ipv6}, mode);
}

std::vector<std::string> texts(const doc::Value& list, std::string_view member = {}) {
  std::vector<std::string> result;
  for (const doc::Value& item : list.items()) {
    result.push_back(member.empty() ? item.to_string() : item[member].to_string());
  }
  return result;
}

std::string url(std::string_view ip, std::int64_t port, std::string_view path = "/hostname") {
  return fmt::format("http://{}{}", net::join_host_port(ip, static_cast<std::uint16_t>(port)),
                     path);
}

// A server on node-1 behind a Service of that type with both families, and a client on node-2.
struct DualWorld : World {
  explicit DualWorld(const ClusterOptions& options, std::string_view type = "ClusterIP",
                     std::string_view extra = "{}")
      : World{options} {
    start_agnhost("server", "{app: web}", "[netexec, --http-port=8080]", "[]",
                  "{nodeName: node-1}");
    doc::Value made =
        create("/api/v1/namespaces/default/services",
               fmt::format("{{metadata: {{name: web}}, spec: {{type: {}, selector: {{app: web}}, "
                           "ipFamilyPolicy: PreferDualStack, ports: [{{name: http, port: 80, "
                           "targetPort: 8080}}]}}}}",
                           type));
    service = patch(conformance::service_path("web"), fmt::format("{{spec: {}}}", extra));
    start_agnhost("client", "{}", "[netexec, --http-port=8080]", "[]", "{nodeName: node-2}");
    wait_ready({"server", "client"});
  }

  std::vector<std::string> pod_ips(const std::string& pod) {
    return texts(get("/api/v1/namespaces/default/pods/" + pod)["status"]["podIPs"], "ip");
  }

  doc::Value service;
};

TEST_CASE("Services are reached in both families in every mode of the proxies") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    DualWorld world{dual_stack(mode), "NodePort"};
    const std::vector<std::string> own = world.pod_ips("client");
    const std::vector<std::string> ips = texts(world.service["spec"]["clusterIPs"]);
    REQUIRE(ips.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(world.is_served_by(url(ips[i], 80), "client", {"server"}));
      // A process in between shows its own address, of the same family.
      const auto peer =
          net::SocketAddress::parse(world.fetch(url(ips[i], 80, "/clientip"), "client"));
      REQUIRE(peer);
      CHECK(net::family_name(peer->ip.family()) == (i == 0 ? "IPv4" : "IPv6"));
      CHECK((peer->ip.to_string() == own[i]) == (mode != ModeKind::userspace));
    }
    const std::int64_t port = world.service["spec"]["ports"].at(0)["nodePort"].as_int();
    const AddressPlan plan{world.cluster().options()};
    for (const net::IpAddress& address : plan.node_addresses(2)) {
      CHECK(world.is_served_by(url(address.to_string(), port), "external", {"server"}));
      CHECK(world.is_served_by(url(address.to_string(), port), "client", {"server"}));
    }
    // Each mode's own tool shows the rules of both.
    const auto rules = proxy_rules(world.cluster(), "node-2");
    REQUIRE(rules);
    for (const std::string& ip : ips) CHECK(rules->find(ip) != std::string::npos);
  }
}

TEST_CASE("load balancers get an address of each of the Service's families") {
  DualWorld world{dual_stack(ModeKind::iptables), "LoadBalancer", "{externalTrafficPolicy: Local}"};
  REQUIRE(world.wait_for([&] {
    const doc::Value now = world.get(conformance::service_path("web"));
    return now["status"]["loadBalancer"]["ingress"].size() == 2;
  }));
  const doc::Value ingress =
      world.get(conformance::service_path("web"))["status"]["loadBalancer"]["ingress"];
  const AddressPlan plan{world.cluster().options()};
  const std::vector<net::IpAddress> outside = plan.outside_addresses();
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(text_at(ingress.at(i), {"ipMode"}) == "VIP");
    const std::string ip = text_at(ingress.at(i), {"ip"});
    CHECK(world.is_served_by(url(ip, 80), "external", {"server"}));
    // The policy Local keeps the client's address.
    const auto peer = net::SocketAddress::parse(world.fetch(url(ip, 80, "/clientip"), "external"));
    REQUIRE(peer);
    CHECK(peer->ip == outside[i]);
  }
  // A Service that gives a family back gives that address back too.
  world.patch(conformance::service_path("web"), "{spec: {ipFamilyPolicy: SingleStack}}");
  CHECK(world.wait_for([&] {
    const doc::Value now = world.get(conformance::service_path("web"));
    const doc::Value& left = now["status"]["loadBalancer"]["ingress"];
    return left.size() == 1 && text_at(left.at(0), {"ip"}) == text_at(ingress.at(0), {"ip"});
  }));
  CHECK(world.wait_for([&] {
    const doc::Value slices = world.get(conformance::slices_path("web"));
    return texts(slices["items"], "addressType") == std::vector<std::string>{"IPv4"};
  }));
  CHECK(world.fetch(url(text_at(ingress.at(1), {"ip"}), 80), "external", 2s).starts_with("failed"));
}

TEST_CASE("DNS answers with the addresses of both families and knows their names") {
  DualWorld world{dual_stack()};
  world.create("/api/v1/namespaces/default/services",
               "{metadata: {name: pods}, spec: {clusterIP: None, selector: {app: web}, "
               "ipFamilyPolicy: RequireDualStack, ports: [{name: http, port: 8080}]}}");
  const std::vector<std::string> ips = texts(world.service["spec"]["clusterIPs"]);
  const std::vector<std::string> pod_ips = world.pod_ips("server");
  const auto dig = [&](const std::string& what) {
    return world.shell("client", "dig +short " + what).output;
  };
  const std::string zone = ".default.svc.cluster.local";
  CHECK(dig("web" + zone + " A") == ips[0] + "\n");
  CHECK(dig("web" + zone + " AAAA") == ips[1] + "\n");
  CHECK(world.wait_for([&] { return dig("pods" + zone + " AAAA") == pod_ips[1] + "\n"; }));
  CHECK(dig("pods" + zone + " A") == pod_ips[0] + "\n");
  CHECK(dig("-x " + ips[1]) == "web" + zone + ".\n");
  CHECK(dig("-x " + ips[0]) == "web" + zone + ".\n");
  std::string dashed = pod_ips[1];
  std::ranges::replace(dashed, ':', '-');
  // Each Service that has the Pod gives it a name.
  CHECK(dig("-x " + pod_ips[1]) == fmt::format("{0}.pods{1}.\n{0}.web{1}.\n", dashed, zone));
  CHECK(dig(dashed + ".pods" + zone + " AAAA") == pod_ips[1] + "\n");
  CHECK(dig(dashed + ".default.pod.cluster.local AAAA") == pod_ips[1] + "\n");
  // A name is looked up in both families; the request goes by the first.
  CHECK(world.fetch("http://web/hostname", "client") == "server");
}

TEST_CASE("a Pod knows its addresses, and those of its host, in both families") {
  World world{dual_stack()};
  world.apply(R"(
apiVersion: v1
kind: Pod
metadata: {name: knows}
spec:
  hostname: me
  containers:
  - name: main
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    args: [netexec]
    env:
    - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    - {name: POD_IPS, valueFrom: {fieldRef: {fieldPath: status.podIPs}}}
    - {name: HOST_IPS, valueFrom: {fieldRef: {fieldPath: status.hostIPs}}}
)");
  world.start_agnhost("on-host", "{}", "[pause]", "[]", "{hostNetwork: true}");
  world.wait_ready({"knows", "on-host"});
  const doc::Value status = world.get("/api/v1/namespaces/default/pods/knows")["status"];
  const std::vector<std::string> ips = texts(status["podIPs"], "ip");
  const std::vector<std::string> hosts = texts(status["hostIPs"], "ip");
  REQUIRE(ips.size() == 2);
  REQUIRE(hosts.size() == 2);
  CHECK(world.shell("knows", "echo $POD_IP $POD_IPS $HOST_IPS").output ==
        fmt::format("{} {},{} {},{}\n", ips[0], ips[0], ips[1], hosts[0], hosts[1]));
  const std::string file = world.shell("knows", "cat /etc/hosts").output;
  for (const std::string& ip : ips) CHECK(file.find(ip + "\tme\n") != std::string::npos);
  const doc::Value on_host = world.get("/api/v1/namespaces/default/pods/on-host")["status"];
  CHECK(texts(on_host["podIPs"], "ip") == texts(on_host["hostIPs"], "ip"));
}

TEST_CASE("a cluster of IPv6 alone works like any other") {
  DualWorld world{with_families({Family::ipv6})};
  const doc::Value kubernetes = world.get(conformance::service_path("kubernetes"));
  CHECK(text_at(kubernetes, {"spec", "clusterIP"}) == "fd00:10:96::1");
  CHECK(texts(world.service["spec"]["ipFamilies"]) == std::vector<std::string>{"IPv6"});
  CHECK(world.pod_ips("client").size() == 1);
  CHECK(world.is_served_by("http://web/hostname", "client", {"server"}));
  CHECK(world.shell("client", "echo $KUBERNETES_SERVICE_HOST $KUBERNETES_PORT").output ==
        "fd00:10:96::1 tcp://[fd00:10:96::1]:443\n");
  CHECK(world.shell("client", "cat /etc/resolv.conf").output.find("nameserver fd00:10:96::a\n") !=
        std::string::npos);
  const auto peer = net::SocketAddress::parse(world.fetch("http://web/clientip", "client"));
  REQUIRE(peer);
  CHECK(peer->ip.is_v6());
  // What has only the other family cannot be reached.
  CHECK(world.fetch("http://10.96.0.1/", "client", 1s) == "failed: network_unreachable");
}

TEST_CASE("a container is probed at its Pod's primary address") {
  World world{with_families({Family::ipv6, Family::ipv4})};
  world.apply(R"(
apiVersion: v1
kind: Pod
metadata: {name: probed}
spec:
  containers:
  - name: main
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    args: [netexec, --http-port=8080]
    readinessProbe: {httpGet: {path: /hostname, port: 8080}, periodSeconds: 1}
    livenessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
)");
  world.wait_ready({"probed"});
  const doc::Value pod = world.get("/api/v1/namespaces/default/pods/probed");
  CHECK(text_at(pod, {"status", "podIP"}).starts_with("fd00:10:244:"));
  CHECK(text_at(pod["status"]["podIPs"].at(1), {"ip"}).starts_with("10.244."));
}

TEST_CASE("a snapshot brings the families back") {
  Cluster cluster{dual_stack()};
  cluster.run_for(20s);
  const auto restored = Cluster::restore(cluster.snapshot());
  REQUIRE_MESSAGE(restored, (restored ? "" : restored.error().message));
  CHECK((*restored)->options().ip_families == cluster.options().ip_families);
  CHECK((*restored)->digest() == cluster.digest());
  std::string damaged = cluster.snapshot();
  const std::size_t place = damaged.find("IPv4,IPv6");
  REQUIRE(place != std::string::npos);
  damaged.replace(place, 9, "IPv4,IPv5");
  CHECK_FALSE(Cluster::restore(damaged));
}

TEST_CASE("why names the family that is missing, and else follows the one that is asked for") {
  DualWorld world{dual_stack()};
  const auto why = [&](const std::string& target, const std::string& from) {
    FetchOptions options;
    options.url = target;
    options.from = from;
    const auto explanation = world.cluster().explain(options);
    REQUIRE(explanation);
    return *explanation;
  };
  world.cluster().run_for(5s);
  for (const std::string& ip : texts(world.service["spec"]["clusterIPs"])) {
    CHECK(why(url(ip, 80), "pod/default/client").cause == Cause::none);
  }
  world.create("/api/v1/namespaces/default/services",
               "{metadata: {name: four}, spec: {type: NodePort, selector: {app: web}, "
               "ports: [{port: 80, targetPort: 8080}]}}");
  world.cluster().run_for(5s);
  const std::int64_t port =
      world.get(conformance::service_path("four"))["spec"]["ports"].at(0)["nodePort"].as_int();
  const std::string node = AddressPlan{dual_stack()}.node_addresses(0)[1].to_string();
  const Explanation missing = why(url(node, port), "external");
  CHECK(missing.cause == Cause::no_common_family);
  CHECK(missing.summary ==
        fmt::format("{} is an IPv6 address, and the Service four has only IPv4.", node));
  CHECK(world.fetch(url(node, port), "external", 2s) == "failed: connection_refused");
  World four;
  four.start_agnhost("client", "{}", "[pause]");
  four.wait_ready({"client"});
  FetchOptions options;
  options.url = "http://[fd00:10:96::1]/";
  options.from = "pod/default/client";
  const auto explanation = four.cluster().explain(options);
  REQUIRE(explanation);
  CHECK(explanation->cause == Cause::no_common_family);
}

TEST_CASE("nodes that register themselves get a network of each family") {
  World world{dual_stack()};
  const auto add = [&](std::string_view name) {
    world.create("/api/v1/nodes", fmt::format("{{metadata: {{name: {}}}}}", name));
    CHECK(world.wait_for([&] {
      return world.get(fmt::format("/api/v1/nodes/{}", name))["spec"]["podCIDRs"].size() == 2;
    }));
    return texts(world.get(fmt::format("/api/v1/nodes/{}", name))["spec"]["podCIDRs"]);
  };
  CHECK(add("guest-1") == std::vector<std::string>{"10.244.3.0/24", "fd00:10:244:3::/64"});
  CHECK(add("guest-2") == std::vector<std::string>{"10.244.4.0/24", "fd00:10:244:4::/64"});
  world.must("DELETE", "/api/v1/nodes/guest-1");
  CHECK(add("guest-3") == std::vector<std::string>{"10.244.3.0/24", "fd00:10:244:3::/64"});
}

}  // namespace
}  // namespace rockpool::cluster
