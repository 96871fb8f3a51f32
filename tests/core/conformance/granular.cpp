// SPDX-License-Identifier: Apache-2.0
#include "tests/core/conformance/granular.h"

#include <doctest/doctest.h>

#include <fmt/format.h>
#include "core/doc/json.h"
#include "core/net/address.h"

namespace rockpool::conformance {
namespace {

constexpr std::string_view kArguments =
    "[netexec, --http-port=8080, --udp-port=8081, --sctp-port=8081]";

bool is_of(std::string_view text, std::string_view family) {
  const auto address = net::IpAddress::parse(text);
  return address && net::family_name(address->family()) == family;
}

}  // namespace

Granular::Granular(std::string_view protocol, const ClusterOptions& options)
    : World{options}, protocol_{protocol} {
  for (int node = 1; node <= 3; ++node) {
    servers.insert(fmt::format("netserver-{}", node));
    start_agnhost(fmt::format("netserver-{}", node), "{selector: netserver}", kArguments,
                  "[{containerPort: 8080}, {containerPort: 8081, protocol: UDP}, "
                  "{containerPort: 8081, protocol: SCTP}]",
                  fmt::format("{{nodeName: node-{}}}", node));
  }
  start_agnhost("test-container-pod", "{}", kArguments);
  start_agnhost("host-test-container-pod", "{}", "[pause]", "[]",
                "{hostNetwork: true, nodeName: node-1}");
  service_ = create("/api/v1/namespaces/default/services",
                    "{metadata: {name: node-port-service}, spec: {type: NodePort, ipFamilyPolicy: "
                    "PreferDualStack, selector: {selector: netserver}, ports: [{name: http, port: "
                    "80, targetPort: 8080}, {name: udp, port: 90, protocol: UDP, targetPort: "
                    "8081}, {name: sctp, port: 95, protocol: SCTP, targetPort: 8081}]}}");
  wait_ready({servers.begin(), servers.end()});
  wait_ready({"test-container-pod", "host-test-container-pod"});
}

Granular::Place Granular::at_cluster_ip(std::string_view family) const {
  for (const doc::Value& ip : service_["spec"]["clusterIPs"].items()) {
    if (!is_of(ip.as_string(), family)) continue;
    for (const doc::Value& port : service_["spec"]["ports"].items()) {
      if (port["name"].as_string() == protocol_) return {ip.to_string(), port["port"].as_int()};
    }
  }
  FAIL("the Service has no such address");
  return {};
}

Granular::Place Granular::at_node(std::string_view family) {
  const doc::Value node = get("/api/v1/nodes/node-2");
  for (const doc::Value& address : node["status"]["addresses"].items()) {
    if (!is_of(address["address"].as_string(), family)) continue;
    for (const doc::Value& port : service_["spec"]["ports"].items()) {
      if (port["name"].as_string() == protocol_) {
        return {address["address"].to_string(), port["nodePort"].as_int()};
      }
    }
  }
  FAIL("the node has no such address");
  return {};
}

std::vector<std::string> Granular::dial(const std::string& pod, const Place& place,
                                        std::string_view request, int tries) {
  const Executed run =
      shell(pod, fmt::format("curl -g -q -s 'http://{}:8080/dial?request={}&protocol={}&host={}"
                             "&port={}&tries={}'",
                             pod_ip(pod), request, protocol_, place.first, place.second, tries));
  std::vector<std::string> responses;
  const auto answer = doc::parse_json(run.output);
  if (!answer) return responses;
  for (const doc::Value& each : (*answer)["responses"].items()) {
    responses.push_back(each.to_string());
  }
  return responses;
}

bool Granular::dial_finds(const std::string& pod, const Place& place,
                          const std::set<std::string>& expected) {
  constexpr int kTries = 30;
  return wait_for([&] {
    const std::vector<std::string> found = dial(pod, place, "hostname", kTries);
    return found.size() == kTries && std::set<std::string>{found.begin(), found.end()} == expected;
  });
}

bool Granular::node_finds(const Place& place, const std::set<std::string>& expected) {
  const std::string pod = "host-test-container-pod";
  const std::string authority =
      net::join_host_port(place.first, static_cast<std::uint16_t>(place.second));
  return wait_for([&] {
    std::set<std::string> found;
    for (int i = 0; i < 15; ++i) {
      found.insert(protocol_ == "udp"
                       ? ask_udp(pod, place.first, static_cast<int>(place.second), "hostName")
                       : shell(pod, fmt::format("curl -g -q -s --max-time 15 --connect-timeout 1 "
                                                "http://{}/hostName",
                                                authority))
                             .output);
    }
    return found == expected;
  });
}

}  // namespace rockpool::conformance
