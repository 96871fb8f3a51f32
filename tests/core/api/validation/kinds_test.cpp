// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::made;
using test::problems;
using test::update_problems;
using test::yaml;

std::string wrap(std::string_view members) {
  return "{metadata: {name: a, namespace: default}, " + std::string{members} + "}";
}

TEST_CASE("Deployments and ReplicaSets") {
  const std::string good_template =
      "selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: "
      "{containers: [{name: a, image: b}]}}";
  const auto deployment = [&](std::string_view more) {
    return problems(ResourceId::deployments,
                    wrap("spec: {" + good_template + std::string{more} + "}"));
  };
  CHECK(deployment("") == "");
  CHECK(deployment(", replicas: -1") ==
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0");
  CHECK(
      deployment(", strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 0%}}") ==
      "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` "
      "is 0");
  CHECK(deployment(", strategy: {rollingUpdate: {maxUnavailable: 101%}}") ==
        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater "
        "than 100%");
  CHECK(
      deployment(", strategy: {rollingUpdate: {maxSurge: some}}") ==
      "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"some\": a valid percent string must "
      "be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for "
      "validation is '[0-9]+%')");
  CHECK(deployment(", strategy: {type: Recreate, rollingUpdate: {}}") ==
        "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is "
        "'Recreate'");
  CHECK(deployment(", progressDeadlineSeconds: 5, minReadySeconds: 5") ==
        "spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds");
  CHECK(problems(ResourceId::deployments,
                 wrap("spec: {selector: {matchLabels: {app: a}}, template: {metadata: {labels: "
                      "{app: b}}, spec: {containers: [{name: a, image: b}]}}}")) ==
        "spec.template.metadata.labels: Invalid value: {\"app\":\"b\"}: `selector` does not match "
        "template `labels`");
  CHECK(
      problems(ResourceId::deployments,
               wrap("spec: {template: {metadata: {labels: {app: b}}, spec: {restartPolicy: Never, "
                    "containers: [{name: a, image: b}]}}}")) ==
      "spec.selector: Required value\n"
      "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: "
      "\"Always\"");
  CHECK(problems(ResourceId::replicasets,
                 wrap("spec: {selector: {}, template: {spec: {activeDeadlineSeconds: 1, "
                      "containers: [{name: a, image: b}]}}}")) ==
        "spec.selector: Invalid value: {}: empty selector is invalid for deployment\n"
        "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet "
        "is not Supported");
  const doc::Value before = made(ResourceId::deployments, wrap("spec: {" + good_template + "}"));
  doc::Value after = before;
  after.edit("spec").set("selector", yaml("matchLabels: {app: b}"));
  after.edit("spec").edit("template").edit("metadata").set("labels", yaml("{app: b}"));
  CHECK(update_problems(ResourceId::deployments, before, after) ==
        "spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"b\"}}: field is immutable");
}

TEST_CASE("statuses of workloads add up") {
  doc::Value before = made(ResourceId::deployments, wrap("spec: {}"));
  before.edit("metadata").set("resourceVersion", "1");
  before.set("status", yaml("{collisionCount: 2}"));
  doc::Value after = before;
  after.set("status", yaml("{replicas: 1, readyReplicas: 1, availableReplicas: 2, collisionCount: "
                           "1}"));
  CHECK(test::messages(validate_status_update(resource(ResourceId::deployments), after, before)) ==
        std::vector<std::string>{
            "status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas",
            "status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas",
            "status.collisionCount: Invalid value: 1: cannot be decremented"});
  CHECK(test::messages(validate_scale(yaml("{metadata: {name: a, namespace: b}, spec: {replicas: "
                                           "-1}}"))) ==
        std::vector<std::string>{
            "spec.replicas: Invalid value: -1: must be greater than or equal to 0"});
}

TEST_CASE("Endpoints and EndpointSlices") {
  CHECK(problems(ResourceId::endpoints, wrap("subsets: [{}]")) ==
        "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`");
  CHECK(problems(ResourceId::endpoints,
                 wrap("subsets: [{addresses: [{ip: 169.254.1.1}], ports: [{port: 0}, {port: 1, "
                      "name: b}]}]")) ==
        "subsets[0].addresses[0].ip: Invalid value: \"169.254.1.1\": may not be in the link-local "
        "range (169.254.0.0/16, fe80::/10)\n"
        "subsets[0].ports[0].name: Required value\n"
        "subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive");
  const auto address = [](std::string_view ip) {
    return problems(ResourceId::endpoints,
                    wrap("subsets: [{addresses: [{ip: '" + std::string{ip} + "'}]}]"));
  };
  const std::string at = "subsets[0].addresses[0].ip: Invalid value: ";
  CHECK(address("10.0.0.1") == "");
  CHECK(address("0.0.0.0") == at + "\"0.0.0.0\": may not be unspecified (0.0.0.0)");
  CHECK(address("127.1.1.1") ==
        at + "\"127.1.1.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)");
  CHECK(address("224.0.0.7") == at + "\"224.0.0.7\": may not be in the link-local multicast range "
                                     "(224.0.0.0/24, ff02::/10)");
  CHECK(address("web").starts_with(
      at + "\"web\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
  const auto slice = [](std::string_view members) {
    return problems(ResourceId::endpointslices, wrap(members));
  };
  CHECK(slice("addressType: IPv4, endpoints: [{addresses: [10.0.0.1]}], ports: [{port: 80}]") ==
        "");
  CHECK(slice("endpoints: []") == "addressType: Required value");
  CHECK(slice("addressType: IP, endpoints: []") ==
        "addressType: Unsupported value: \"IP\": supported values: \"FQDN\", \"IPv4\", \"IPv6\"");
  CHECK(slice("addressType: IPv4, endpoints: [{addresses: []}, {addresses: ['::2']}]") ==
        "endpoints[0].addresses: Required value: must contain at least 1 address\n"
        "endpoints[1].addresses[0]: Invalid value: \"::2\": must be a valid IPv4 address");
  CHECK(slice("addressType: IPv4, endpoints: [], ports: [{port: 1}, {port: 2}]") ==
        "ports[1].name: Duplicate value: \"\"");
  std::string many = "addressType: IPv4, endpoints: [";
  for (int i = 0; i < 1001; ++i) many += "{addresses: [10.0.0.1]},";
  CHECK(slice(many + "]") == "endpoints: Too many: 1001: must have at most 1000 items");
  std::string addresses = "addressType: IPv4, endpoints: [{addresses: [";
  std::string ports = "addressType: IPv4, endpoints: [], ports: [";
  for (int i = 0; i < 101; ++i) {
    addresses += "10.0.0." + std::to_string(i + 1) + ",";
    ports += "{name: p" + std::to_string(i) + ", port: 80},";
  }
  CHECK(slice(addresses + "]}]") ==
        "endpoints[0].addresses: Too many: 101: must have at most 100 items");
  CHECK(slice(ports + "]") == "ports: Too many: 101: must have at most 100 items");
  CHECK(
      update_problems(ResourceId::endpointslices,
                      made(ResourceId::endpointslices, wrap("addressType: IPv4, endpoints: []")),
                      made(ResourceId::endpointslices, wrap("addressType: IPv6, endpoints: []"))) ==
      "addressType: Invalid value: \"IPv6\": field is immutable");
}

TEST_CASE("ConfigMaps and Secrets") {
  CHECK(problems(ResourceId::configmaps, wrap("data: {a.b: x}, binaryData: {c: eA==}")) == "");
  CHECK(problems(ResourceId::configmaps, wrap("data: {a/b: x, c: z}, binaryData: {c: eA==}")) ==
        "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric "
        "characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used "
        "for validation is '[-._a-zA-Z0-9]+')\n"
        "data[c]: Invalid value: \"c\": duplicate of key present in binaryData");
  const auto update = [](std::string_view before, std::string_view after) {
    return update_problems(ResourceId::configmaps, made(ResourceId::configmaps, wrap(before)),
                           made(ResourceId::configmaps, wrap(after)));
  };
  CHECK(update("immutable: true, data: {a: b}", "immutable: true, data: {a: c}") ==
        "data: Forbidden: field is immutable when `immutable` is set");
  CHECK(update("immutable: true, data: {a: b}", "data: {a: b}") ==
        "immutable: Forbidden: field is immutable when `immutable` is set");
  CHECK(problems(ResourceId::secrets, wrap("type: kubernetes.io/tls, data: {tls.crt: eA==}")) ==
        "data[tls.key]: Required value");
  CHECK(problems(ResourceId::secrets,
                 wrap("type: kubernetes.io/dockerconfigjson, stringData: {.dockerconfigjson: "
                      "'{}'}")) == "");
  CHECK(problems(ResourceId::secrets,
                 wrap("type: kubernetes.io/dockerconfigjson, stringData: {.dockerconfigjson: "
                      "'{'}"))
            .starts_with("data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\""));
  CHECK(problems(ResourceId::secrets, wrap("type: kubernetes.io/service-account-token")) ==
        "metadata.annotations[kubernetes.io/service-account.name]: Required value");
  CHECK(update_problems(ResourceId::secrets, made(ResourceId::secrets, wrap("type: a")),
                        made(ResourceId::secrets, wrap("type: b"))) ==
        "type: Invalid value: \"b\": field is immutable");
}

TEST_CASE("Namespaces, Nodes, Events and Leases") {
  doc::Value space = made(ResourceId::namespaces, "metadata: {name: a, resourceVersion: '1'}");
  doc::Value ended = space;
  ended.edit("status").set("phase", "Terminating");
  CHECK(test::messages(validate_status_update(resource(ResourceId::namespaces), ended, space)) ==
        std::vector<std::string>{"status.Phase: Invalid value: \"Terminating\": may only be "
                                 "'Active' if `deletionTimestamp` is empty"});
  CHECK(problems(ResourceId::nodes,
                 "{metadata: {name: node-1}, spec: {taints: [{key: a, effect: X}, {key: b, effect: "
                 "NoSchedule}, {key: b, effect: NoSchedule}], podCIDRs: [10.0.0.0/24, "
                 "10.0.1.0/24], podCIDR: 10.0.0.0/24}, status: {capacity: {pods: 1500m}}}") ==
        "metadata.taints[0].effect: Unsupported value: \"X\": supported values: \"NoSchedule\", "
        "\"PreferNoSchedule\", \"NoExecute\"\n"
        "metadata.taints[2]: Duplicate value: {\"effect\":\"NoSchedule\",\"key\":\"b\"}: taints "
        "must be unique by key and effect pair\n"
        "status.capacity.pods: Invalid value: \"1500m\": must be an integer\n"
        "status.allocatable.pods: Invalid value: \"1500m\": must be an integer\n"
        "spec.podCIDRs: Invalid value: [\"10.0.0.0/24\",\"10.0.1.0/24\"]: may specify no more than "
        "one CIDR for each IP family");
  CHECK(update_problems(
            ResourceId::nodes,
            made(ResourceId::nodes, "{metadata: {name: node-1}, spec: {podCIDR: 10.0.0.0/24}}"),
            made(ResourceId::nodes, "{metadata: {name: node-1}, spec: {podCIDR: 10.0.1.0/24}}")) ==
        "spec.podCIDRs: Forbidden: node updates may not change podCIDR except from \"\" to valid");
  CHECK(problems(ResourceId::events, wrap("involvedObject: {namespace: other}, reason: R")) ==
        "involvedObject.namespace: Invalid value: \"other\": does not match event.namespace");
  CHECK(problems(ResourceId::events,
                 wrap("involvedObject: {namespace: default}, eventTime: "
                      "'2025-01-01T00:00:00.000000Z', reportingComponent: kubelet, "
                      "reportingInstance: node-1, action: Pulling, reason: R")) == "");
  CHECK(
      problems(ResourceId::leases, wrap("spec: {leaseDurationSeconds: 0, leaseTransitions: -1}")) ==
      "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0\n"
      "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0");
}

TEST_CASE("options of deletions") {
  CHECK(validate_delete_options(yaml("{propagationPolicy: Orphan, dryRun: [All]}")).empty());
  CHECK(test::messages(validate_delete_options(yaml("{propagationPolicy: X, dryRun: [Some]}"))) ==
        std::vector<std::string>{
            "propagationPolicy: Unsupported value: \"X\": supported values: \"Foreground\", "
            "\"Background\", \"Orphan\", \"nil\"",
            "dryRun: Unsupported value: [\"Some\"]: supported values: \"All\""});
  CHECK(!validate_delete_options(yaml("{orphanDependents: true, propagationPolicy: Orphan}"))
             .empty());
}

}  // namespace
}  // namespace rockpool::api
