// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/service_warnings.h"

#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

// The warnings about a Service of that spec, a line each.
std::string warnings(std::string_view spec, std::string_view metadata = "{}") {
  std::vector<std::string> all;
  add_service_warnings(json(fmt::format(R"({{"metadata":{},"spec":{}}})", metadata, spec)), all);
  std::string text;
  for (const std::string& each : all) text += each + "\n";
  return text;
}

TEST_CASE("an ordinary Service makes no warning") {
  CHECK(warnings(R"({"type":"ClusterIP","clusterIP":"10.0.0.7","clusterIPs":["10.0.0.7","fd00::7"],
      "externalIPs":["192.0.2.1"],"loadBalancerSourceRanges":["192.0.2.0/24","2001:db8::/64"]})") ==
        "");
  CHECK(warnings(R"({"clusterIP":"None","clusterIPs":["None"]})") == "");
  CHECK(warnings(R"({"type":"ExternalName","externalName":"a.b"})") == "");
}

TEST_CASE("addresses and networks that are not written as they should be") {
  CHECK(warnings(R"({"clusterIP":"10.0.0.07","clusterIPs":["10.0.0.07","fd00:0:0::7"]})") ==
        "spec.clusterIPs[0]: non-standard IP address \"10.0.0.07\" will be considered invalid in a "
        "future Kubernetes release: use \"10.0.0.7\"\n"
        "spec.clusterIPs[1]: IPv6 address \"fd00:0:0::7\" should be in RFC 5952 canonical format "
        "(\"fd00::7\")\n");
  CHECK(warnings(R"({"externalIPs":["192.0.2.01"],"loadBalancerIP":"192.0.02.1"})") ==
        "spec.externalIPs[0]: non-standard IP address \"192.0.2.01\" will be considered invalid in "
        "a future Kubernetes release: use \"192.0.2.1\"\n"
        "spec.loadBalancerIP: non-standard IP address \"192.0.02.1\" will be considered invalid in "
        "a future Kubernetes release: use \"192.0.2.1\"\n");
  CHECK(warnings(R"({"loadBalancerSourceRanges":["192.12.2.8/24","2001:db8:0::/64"]})") ==
        "spec.loadBalancerSourceRanges[0]: CIDR value \"192.12.2.8/24\" is ambiguous in this "
        "context (should be \"192.12.2.0/24\" or \"192.12.2.8/32\"?)\n"
        "spec.loadBalancerSourceRanges[1]: IPv6 CIDR value \"2001:db8:0::/64\" should be in RFC "
        "5952 canonical format (\"2001:db8::/64\")\n");
}

TEST_CASE("fields that are ignored") {
  CHECK(warnings(R"({"type":"ExternalName","externalName":"a.b","externalIPs":["192.0.2.1"]})") ==
        "spec.externalIPs is ignored when spec.type is \"ExternalName\"\n");
  CHECK(warnings(R"({"type":"ClusterIP","externalName":"a.b"})") ==
        "spec.externalName is ignored when spec.type is not \"ExternalName\"\n");
  CHECK(
      warnings("{}", R"({"annotations":{"service.kubernetes.io/topology-aware-hints":"auto"}})") ==
      "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use "
      "service.kubernetes.io/topology-mode instead\n");
}

TEST_CASE("clients are warned when they make a Service and when they change it") {
  Cluster cluster;
  const std::string body = R"({"metadata":{"name":"web"},
      "spec":{"externalIPs":["192.0.2.01"],"ports":[{"port":80}]}})";
  const auto warned = [](const Response& response) {
    return response.headers.get("Warning").find("non-standard IP address") != std::string::npos;
  };
  CHECK(warned(cluster.send("POST", kServices, body)));
  CHECK(
      warned(cluster.send("PATCH", std::string{kServices} + "/web",
                          R"({"metadata":{"labels":{"a":"b"}}})", "application/merge-patch+json")));
}

}  // namespace
}  // namespace rockpool::apiserver
