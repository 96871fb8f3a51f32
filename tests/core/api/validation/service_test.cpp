// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::made;
using test::problems;
using test::update_problems;
using test::yaml;

std::string service_problems(std::string_view spec) {
  return problems(ResourceId::services,
                  "{metadata: {name: web, namespace: default}, spec: " + std::string{spec} + "}");
}

doc::Value service(std::string_view spec) {
  return made(ResourceId::services,
              "{metadata: {name: web, namespace: default}, spec: " + std::string{spec} + "}");
}

TEST_CASE("a proper Service is valid") {
  CHECK(service_problems("{ports: [{port: 80}]}") == "");
  CHECK(service_problems("{clusterIP: None, clusterIPs: [None]}") == "");
  CHECK(service_problems("{type: ExternalName, externalName: example.com.}") == "");
  CHECK(service_problems("{type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, "
                         "{name: b, port: 80, protocol: UDP, nodePort: 30080}]}") == "");
}

TEST_CASE("names of Services begin with a letter") {
  CHECK(problems(ResourceId::services,
                 "{metadata: {name: 1web, namespace: default}, spec: {ports: [{port: 80}]}}") ==
        "metadata.name: Invalid value: \"1web\": a DNS-1035 label must consist of lower case "
        "alphanumeric characters or '-', start with an alphabetic character, and end with an "
        "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
        "'[a-z]([-a-z0-9]*[a-z0-9])?')");
}

TEST_CASE("each rule of a Service in upstream's words") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"{}", "spec.ports: Required value"},
      {"{type: LoadBalancer, clusterIP: None, clusterIPs: [None], ports: [{port: 80}]}",
       "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for LoadBalancer "
       "services"},
      {"{type: NodePort, clusterIP: None, clusterIPs: [None], ports: [{port: 80}]}",
       "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort "
       "services"},
      {"{type: ExternalName}", "spec.externalName: Required value"},
      {"{type: ExternalName, externalName: a.b, clusterIPs: [10.0.0.1], clusterIP: 10.0.0.1}",
       "spec.clusterIPs: Forbidden: may not be set for ExternalName services"},
      {"{ports: [{port: 80}, {name: b, port: 81}]}", "spec.ports[0].name: Required value"},
      {"{ports: [{name: b, port: 80}, {name: b, port: 81}]}",
       "spec.ports[1].name: Duplicate value: \"b\""},
      {"{ports: [{port: 70000}]}",
       "spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive\n"
       "spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive"},
      {"{ports: [{port: 80, protocol: HTTP}]}",
       "spec.ports[0].protocol: Unsupported value: \"HTTP\": supported values: \"SCTP\", \"TCP\", "
       "\"UDP\""},
      {"{ports: [{port: 80, targetPort: a--b}]}",
       "spec.ports[0].targetPort: Invalid value: \"a--b\": must not contain consecutive hyphens"},
      {"{sessionAffinity: Cookie, ports: [{port: 80}]}",
       "spec.sessionAffinity: Unsupported value: \"Cookie\": supported values: \"ClientIP\", "
       "\"None\""},
      {"{sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}, ports: "
       "[{port: 80}]}",
       "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: must be greater than "
       "0 and less than 86400"},
      {"{clusterIP: 10.0.0.1, clusterIPs: [10.0.0.2], ports: [{port: 80}]}",
       "spec.clusterIPs: Invalid value: [\"10.0.0.2\"]: first value must match `clusterIP`"},
      {"{clusterIPs: [10.0.0.2], ports: [{port: 80}]}",
       "spec.clusterIPs: Invalid value: [\"10.0.0.2\"]: must be empty when `clusterIP` is not "
       "specified"},
      {"{clusterIP: x, clusterIPs: [x], ports: [{port: 80}]}",
       "spec.clusterIPs[0]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or "
       "2001:db8::ffff)"},
      {"{clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 10.0.0.2], ports: [{port: 80}]}",
       "spec.clusterIPs: Invalid value: [\"10.0.0.1\",\"10.0.0.2\"]: may specify no more than one "
       "IP for each IP family"},
      {"{clusterIP: '::1', clusterIPs: ['::1'], ipFamilies: [IPv4], ports: [{port: 80}]}",
       "spec.clusterIPs[0]: Invalid value: \"::1\": expected an IPv4 value as indicated by "
       "`ipFamilies[0]`"},
      {"{ipFamilies: [IPv4, IPv4], ports: [{port: 80}]}",
       "spec.ipFamilies[1]: Duplicate value: \"IPv4\""},
      {"{ipFamilyPolicy: Both, ports: [{port: 80}]}",
       "spec.ipFamilyPolicy: Unsupported value: \"Both\": supported values: \"PreferDualStack\", "
       "\"RequireDualStack\", \"SingleStack\""},
      {"{externalIPs: [127.0.0.1], ports: [{port: 80}]}",
       "spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range "
       "(127.0.0.0/8, ::1/128)"},
      {"{type: Foo, ports: [{port: 80}]}",
       "spec.type: Unsupported value: \"Foo\": supported values: \"ClusterIP\", \"ExternalName\", "
       "\"LoadBalancer\", \"NodePort\""},
      {"{ports: [{port: 80, nodePort: 30080}]}",
       "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"},
      {"{type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 81, "
       "nodePort: 30080}]}",
       "spec.ports[1].nodePort: Duplicate value: 30080"},
      {"{ports: [{name: a, port: 80}, {name: b, port: 80}]}",
       "spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,"
       "\"Port\":80,\"TargetPort\":0,\"NodePort\":0}"},
      {"{loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 80}]}",
       "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"},
      {"{allocateLoadBalancerNodePorts: true, ports: [{port: 80}]}",
       "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is "
       "'LoadBalancer'"},
      {"{loadBalancerClass: a/b, ports: [{port: 80}]}",
       "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"},
      {"{externalTrafficPolicy: Local, ports: [{port: 80}]}",
       "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for "
       "externally-accessible services"},
      {"{healthCheckNodePort: 30000, ports: [{port: 80}]}",
       "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is "
       "'LoadBalancer' and `externalTrafficPolicy` is 'Local'"},
      {"{internalTrafficPolicy: X, ports: [{port: 80}]}",
       "spec.internalTrafficPolicy: Unsupported value: \"X\": supported values: \"Cluster\", "
       "\"Local\""},
      {"{trafficDistribution: X, ports: [{port: 80}]}",
       "spec.trafficDistribution: Unsupported value: \"X\": supported values: \"PreferClose\", "
       "\"PreferSameZone\", \"PreferSameNode\""},
      {"{type: ExternalName, externalName: a.b, ipFamilies: [IPv4], ipFamilyPolicy: SingleStack}",
       "spec.ipFamilies: Forbidden: may not be set for ExternalName services\n"
       "spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services"},
      {"{type: ExternalName, externalName: a_b}",
       "spec.externalName: Invalid value: \"a_b\": a lowercase RFC 1123 subdomain must consist of "
       "lower case alphanumeric characters, '-' or '.', and must start and end with an "
       "alphanumeric character (e.g. 'example.com', regex used for validation is "
       "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"},
      {"{ports: [{name: A, port: 80}]}",
       "spec.ports[0].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower "
       "case alphanumeric characters or '-', and must start and end with an alphanumeric "
       "character (e.g. 'my-name',  or '123-abc', regex used for validation is "
       "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"},
      {"{ports: [{port: 80, targetPort: 65536}]}",
       "spec.ports[0].targetPort: Invalid value: 65536: must be between 1 and 65535, inclusive"},
      {"{ports: [{port: 80, targetPort: '123'}]}",
       "spec.ports[0].targetPort: Invalid value: \"123\": must contain at least one letter (a-z)"},
      {"{ports: [{port: 80, targetPort: abcdefghijklmnop}]}",
       "spec.ports[0].targetPort: Invalid value: \"abcdefghijklmnop\": must be no more than 15 "
       "characters"},
      {"{ports: [{port: 80, targetPort: a_b}]}",
       "spec.ports[0].targetPort: Invalid value: \"a_b\": must contain only alpha-numeric "
       "characters (a-z, 0-9), and hyphens (-)"},
      {"{ports: [{port: 80, targetPort: a-}]}",
       "spec.ports[0].targetPort: Invalid value: \"a-\": must not begin or end with a hyphen"},
      {"{ports: [{port: 80, appProtocol: a/b/c}]}",
       "spec.ports[0].appProtocol: Invalid value: \"a/b/c\": a valid label key must consist of "
       "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
       "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
       "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' "
       "(e.g. 'example.com/MyName')"},
      {"{sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86400}}, "
       "ports: [{port: 80}]}",
       ""},
      {"{sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}, "
       "ports: [{port: 80}]}",
       "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater "
       "than 0 and less than 86400"},
      {"{clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, '::1', 10.0.0.2], ports: [{port: 80}]}",
       "spec.clusterIPs: Invalid value: [\"10.0.0.1\",\"::1\",\"10.0.0.2\"]: may only hold up to 2 "
       "values"},
      {"{clusterIP: None, clusterIPs: [None, 10.0.0.1], ports: [{port: 80}]}",
       "spec.clusterIPs: Invalid value: [\"None\",\"10.0.0.1\"]: 'None' must be the first and only "
       "value"},
      {"{ipFamilies: [IPv5], ports: [{port: 80}]}",
       "spec.ipFamilies[0]: Unsupported value: \"IPv5\": supported values: \"IPv4\", \"IPv6\""},
      {"{externalIPs: [0.0.0.0, 224.0.0.1, 'fe80::1', x], ports: [{port: 80}]}",
       "spec.externalIPs[0]: Invalid value: \"0.0.0.0\": may not be unspecified (0.0.0.0)\n"
       "spec.externalIPs[1]: Invalid value: \"224.0.0.1\": may not be in the link-local multicast "
       "range (224.0.0.0/24, ff02::/10)\n"
       "spec.externalIPs[2]: Invalid value: \"fe80::1\": may not be in the link-local range "
       "(169.254.0.0/16, fe80::/10)\n"
       "spec.externalIPs[3]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or "
       "2001:db8::ffff)"},
      {"{selector: {a: 'b c'}, ports: [{port: 80}]}",
       "spec.selector: Invalid value: \"b c\": a valid label must be an empty string or consist of "
       "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
       "character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
       "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"},
  };
  for (const auto& [spec, expected] : cases) {
    CAPTURE(spec);
    CHECK(service_problems(spec) == expected);
  }
}

TEST_CASE("affinity without its settings, and settings without affinity") {
  // Defaults give the one and take the other, so only what comes without them shows it.
  doc::Value without = service("{sessionAffinity: ClientIP, ports: [{port: 80}]}");
  CHECK(without["spec"]["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"].as_int() == 10800);
  without.edit("spec").erase("sessionAffinityConfig");
  CHECK(test::messages(validate_create(resource(ResourceId::services), without)) ==
        std::vector<std::string>{"spec.sessionAffinityConfig: Required value: when session "
                                 "affinity type is ClientIP"});
  doc::Value with = service(
      "{sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}, ports: "
      "[{port: 80}]}");
  CHECK(with["spec"]["sessionAffinityConfig"].is_null());
  with.edit("spec").set("sessionAffinityConfig", yaml("{clientIP: {timeoutSeconds: 5}}"));
  CHECK(test::messages(validate_create(resource(ResourceId::services), with)) ==
        std::vector<std::string>{"spec.sessionAffinityConfig: Forbidden: must not be set when "
                                 "session affinity is None"});
}

TEST_CASE("what may not change of a Service") {
  const doc::Value old_service = service(
      "{clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ipFamilies: [IPv4], ports: [{port: "
      "80}]}");
  const auto changed = [&](std::string_view spec) {
    return update_problems(ResourceId::services, old_service, service(spec));
  };
  CHECK(changed("{clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ipFamilies: [IPv4], ports: [{port: "
                "81}]}") == "");
  CHECK(changed("{clusterIP: 10.0.0.9, clusterIPs: [10.0.0.9], ipFamilies: [IPv4], ports: [{port: "
                "80}]}") ==
        "spec.clusterIPs[0]: Invalid value: [\"10.0.0.9\"]: may not change once set");
  CHECK(changed("{ipFamilies: [IPv4], ports: [{port: 80}]}") ==
        "spec.clusterIPs[0]: Invalid value: []: primary clusterIP can not be unset");
  CHECK(changed("{type: ExternalName, externalName: a.b}") == "");
  const doc::Value dual = service(
      "{clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 'fd00::1'], ipFamilies: [IPv4, IPv6], "
      "ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]}");
  CHECK(
      update_problems(ResourceId::services, dual,
                      service("{clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ipFamilies: [IPv4], "
                              "ipFamilyPolicy: PreferDualStack, ports: [{port: 80}]}")) ==
      "spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be set to 'SingleStack' when "
      "releasing the secondary clusterIP\n"
      "spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be set to 'SingleStack' when "
      "releasing the secondary ipFamily");
  CHECK(changed("{ports: [{port: 80}]}") ==
        "spec.clusterIPs[0]: Invalid value: []: primary clusterIP can not be unset\n"
        "spec.ipFamilies[0]: Invalid value: []: primary ipFamily can not be unset");
  const auto balanced = [](std::string_view port) {
    return service(
        "{type: LoadBalancer, clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ipFamilies: "
        "[IPv4], externalTrafficPolicy: Local, healthCheckNodePort: " +
        std::string{port} + ", ports: [{port: 80}]}");
  };
  CHECK(update_problems(ResourceId::services, balanced("30001"), balanced("30002")) ==
        "spec.healthCheckNodePort: Forbidden: field is immutable");
  doc::Value renamed = old_service;
  renamed.edit("metadata").set("name", "other");
  CHECK(update_problems(ResourceId::services, old_service, renamed) ==
        "metadata.name: Invalid value: \"other\": field is immutable");
  CHECK(update_problems(
            ResourceId::services,
            service("{type: LoadBalancer, loadBalancerClass: a/b, ports: [{port: 80}]}"),
            service("{type: LoadBalancer, loadBalancerClass: a/c, ports: [{port: 80}]}")) ==
        "spec.loadBalancerClass: Invalid value: \"a/c\": may not change once set");
}

TEST_CASE("a balancer's status") {
  const doc::Value plain = service("{ports: [{port: 80}]}");
  doc::Value now = plain;
  now.set("status", yaml("{loadBalancer: {ingress: [{ip: 10.0.0.1, ipMode: VIP}]}}"));
  const auto found =
      test::messages(validate_status_update(resource(ResourceId::services), now, plain));
  REQUIRE(found.size() == 2);
  CHECK(found[1] ==
        "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is "
        "'LoadBalancer'");
}

}  // namespace
}  // namespace rockpool::api
