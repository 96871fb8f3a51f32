// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::made;
using test::object;
using test::problems;
using test::update_problems;
using enum ResourceId;

std::string cluster_object(std::string_view members) {
  return "{metadata: {name: a}, " + std::string{members} + "}";
}

std::string one_path(std::string_view path) {
  return object("spec: {rules: [{http: {paths: [" + std::string{path} + "]}}]}");
}

TEST_CASE("Ingresses") {
  const auto check = [](std::string_view members) { return problems(ingresses, object(members)); };
  CHECK(check("spec: {defaultBackend: {service: {name: a, port: {name: http}}}}") == "");
  CHECK(check("spec: {}") ==
        "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified");
  CHECK(check("spec: {defaultBackend: {service: {name: a}}}") ==
        "spec.defaultBackend: Required value: port name or number is required");
  CHECK(check("spec: {defaultBackend: {service: {name: a, port: {name: http, number: 80}}}}") ==
        "spec.defaultBackend: Invalid value: \"\": cannot set both port name & port number");
  CHECK(check("spec: {defaultBackend: {}}") ==
        "spec.defaultBackend: Invalid value: \"\": resource or service backend is required");
  CHECK(problems(ingresses, one_path("{path: /, backend: {service: {name: a, port: {number: "
                                     "80}}}}")) ==
        "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified");
  CHECK(problems(ingresses, one_path("{path: a//b, pathType: Prefix, backend: {service: {name: a, "
                                     "port: {number: 80}}}}")) ==
        "spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must be an absolute path\n"
        "spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must not contain '//'");
  CHECK(problems(ingresses, one_path("{path: /, pathType: Fuzzy, backend: {service: {name: a, "
                                     "port: {number: 80}}}}")) ==
        "spec.rules[0].http.paths[0].pathType: Unsupported value: \"Fuzzy\": supported values: "
        "\"Exact\", \"ImplementationSpecific\", \"Prefix\"");
  CHECK(check("spec: {rules: [{host: 10.0.0.1}]}")
            .starts_with("spec.rules[0].host: Invalid value: \"10.0.0.1\": must be a DNS name, not "
                         "an IP address"));
  CHECK(check("spec: {rules: [{host: '*.example.com'}], tls: [{hosts: ['*']}]}")
            .starts_with("spec.tls[0].hosts[0]: Invalid value: \"*\": a wildcard DNS-1123 "
                         "subdomain must start with '*.'"));
  CHECK(problems(ingresses,
                 "{metadata: {name: a, namespace: default, annotations: "
                 "{kubernetes.io/ingress.class: x}}, spec: {ingressClassName: other, rules: "
                 "[{host: a.b}]}}") ==
        "annotations.kubernetes.io/ingress.class: Invalid value: \"x\": must match "
        "`ingressClassName` when both are specified");
}

TEST_CASE("IngressClasses") {
  const auto check = [](std::string_view spec) {
    return problems(ingressclasses, cluster_object("spec: {" + std::string{spec} + "}"));
  };
  CHECK(check("controller: example.com/a") == "");
  CHECK(check("") == "spec.controller: Required value");
  CHECK(check("controller: a") ==
        "spec.controller: Invalid value: \"a\": must be a domain-prefixed path (such as "
        "\"acme.io/foo\")");
  CHECK(check("controller: a.b/c, parameters: {kind: K, name: p, scope: Namespace}") ==
        "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'");
  CHECK(check("controller: a.b/c, parameters: {kind: K, name: p, namespace: x}") ==
        "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'");
  const auto before = made(ingressclasses, cluster_object("spec: {controller: a.b/c}"));
  CHECK(update_problems(ingressclasses, before,
                        made(ingressclasses, cluster_object("spec: {controller: a.b/d}"))) ==
        "spec.controller: Invalid value: \"a.b/d\": field is immutable");
}

TEST_CASE("NetworkPolicies") {
  const auto check = [](std::string_view spec) {
    return problems(networkpolicies, object("spec: {podSelector: {}, " + std::string{spec} + "}"));
  };
  CHECK(check("ingress: [{}]") == "");
  CHECK(check("ingress: [{from: [{}]}]") ==
        "spec.ingress[0].from[0]: Required value: must specify a peer");
  CHECK(check("egress: [{to: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]") ==
        "spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer");
  CHECK(check("ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/16, except: [10.0.0.0/8]}}]}]") ==
        "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"10.0.0.0/8\": must be a "
        "strict subset of `cidr`");
  CHECK(check("ingress: [{ports: [{port: 80, endPort: 70}]}]") ==
        "spec.ingress[0].ports[0].endPort: Invalid value: 70: must be greater than or equal to "
        "`port`");
  CHECK(check("ingress: [{ports: [{endPort: 70}]}]") ==
        "spec.ingress[0].ports[0].endPort: Invalid value: 70: may not be specified when `port` is "
        "not specified");
  CHECK(check("policyTypes: [Both]") ==
        "spec.policyTypes[0]: Unsupported value: \"Both\": supported values: \"Egress\", "
        "\"Ingress\"");
}

TEST_CASE("IPAddresses and ServiceCIDRs") {
  CHECK(problems(ipaddresses,
                 "{metadata: {name: 10.0.0.1}, spec: {parentRef: {resource: services, "
                 "name: a}}}") == "");
  CHECK(problems(ipaddresses, "{metadata: {name: 10.0.0.1}, spec: {}}") ==
        "spec.parentRef: Required value");
  CHECK(problems(ipaddresses,
                 "{metadata: {name: web}, spec: {parentRef: {resource: services, "
                 "name: a}}}")
            .starts_with("metadata.name: Invalid value: \"web\": must be a valid IP address"));
  CHECK(problems(servicecidrs, cluster_object("spec: {}")) ==
        "spec.cidrs: Required value: at least one CIDR required");
  const auto before = made(servicecidrs, cluster_object("spec: {cidrs: [10.0.0.0/16]}"));
  CHECK(update_problems(servicecidrs, before,
                        made(servicecidrs, cluster_object("spec: {cidrs: [10.1.0.0/16]}"))) ==
        "spec.cidrs: Invalid value: [\"10.1.0.0/16\"]: field is immutable");
}

}  // namespace
}  // namespace rockpool::api
