// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::made;
using test::problems;
using test::update_problems;
using test::yaml;

std::string wrap(std::string_view spec) {
  return "{metadata: {name: a, namespace: default}, spec: " + std::string{spec} + "}";
}

std::string pod_problems(std::string_view spec) {
  return problems(ResourceId::pods, wrap(spec));
}

// A Pod whose one container has these members beside its name and image.
std::string container_problems(std::string_view members) {
  return pod_problems(
      "{volumes: [{name: v, emptyDir: {}}, {name: p, persistentVolumeClaim: "
      "{claimName: c}}], containers: [{name: c, image: i, " +
      std::string{members} + "}]}");
}

TEST_CASE("proper Pods are valid") {
  CHECK(pod_problems("{containers: [{name: a, image: b}]}") == "");
  CHECK(pod_problems(R"({
    initContainers: [{name: i, image: x}, {name: s, image: z, restartPolicy: Always, readinessProbe: {tcpSocket: {port: 1}}}],
    containers: [{name: a, image: b, ports: [{name: http, containerPort: 80}],
      env: [{name: A, value: b}, {name: B, valueFrom: {fieldRef: {fieldPath: "metadata.labels['x']"}}}],
      envFrom: [{configMapRef: {name: m}, prefix: P_}],
      resources: {requests: {cpu: 100m, memory: 1Gi}, limits: {cpu: '1', example.com/gpu: '2'}},
      volumeMounts: [{name: v, mountPath: /v}],
      livenessProbe: {exec: {command: [a]}}, lifecycle: {preStop: {sleep: {seconds: 5}}},
      securityContext: {runAsUser: 1000, capabilities: {drop: [ALL]}}}],
    volumes: [{name: v, projected: {sources: [{configMap: {name: m}}, {downwardAPI: {items: [{path: l, fieldRef: {fieldPath: metadata.labels}}]}}]}}],
    tolerations: [{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 5}],
    affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {a: b}}}}]}},
    topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}}],
    dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.1], searches: [a.b], options: [{name: ndots, value: '2'}]},
    hostAliases: [{ip: 10.0.0.1, hostnames: [a.b]}],
    securityContext: {fsGroup: 1, sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}]},
    readinessGates: [{conditionType: example.com/ready}], overhead: {cpu: 10m}, preemptionPolicy: Never, runtimeClassName: r
  })") == "");
}

TEST_CASE("each rule of a PodSpec in upstream's words") {
  const std::string one = "containers: [{name: a, image: b}]";
  const std::pair<std::string, std::string_view> cases[] = {
      {"{}", "spec.containers: Required value"},
      {"{containers: [{}]}",
       "spec.containers[0].name: Required value\nspec.containers[0].image: Required value"},
      {"{containers: [{name: A_b, image: b}]}",
       "spec.containers[0].name: Invalid value: \"A_b\": a lowercase RFC 1123 label must consist "
       "of lower case alphanumeric characters or '-', and must start and end with an alphanumeric "
       "character (e.g. 'my-name',  or '123-abc', regex used for validation is "
       "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"},
      {"{containers: [{name: a, image: b}, {name: a, image: c}]}",
       "spec.containers[1].name: Duplicate value: \"a\""},
      {"{" + one + ", initContainers: [{name: a, image: c}]}",
       "spec.initContainers[0].name: Duplicate value: \"a\""},
      {"{" + one +
           ", initContainers: [{name: i, image: c, livenessProbe: {exec: {command: [a]}}}]}",
       "spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers "
       "without "
       "restartPolicy=Always"},
      {"{" + one + ", initContainers: [{name: i, image: c, restartPolicy: Never}]}",
       "spec.initContainers[0].restartPolicy: Unsupported value: \"Never\": supported values: "
       "\"Always\""},
      {"{" + one + ", restartPolicy: Sometimes}",
       "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", "
       "\"OnFailure\", \"Never\""},
      {"{" + one + ", dnsPolicy: None}",
       "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"},
      {"{" + one + ", dnsConfig: {nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3, x]}}",
       "spec.dnsConfig.nameservers: Invalid value: [\"1.1.1.1\",\"1.1.1.2\",\"1.1.1.3\",\"x\"]: "
       "must not have more than 3 nameservers\n"
       "spec.dnsConfig.nameservers[3]: Invalid value: \"x\": must be a valid IP address, (e.g. "
       "10.9.8.7 or 2001:db8::ffff)"},
      {"{" + one + ", activeDeadlineSeconds: 0}",
       "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"},
      {"{" + one + ", tolerations: [{value: a}]}",
       "spec.tolerations[0].operator: Invalid value: \"\": operator must be Exists when `key` is "
       "empty, which means \"match all values and all keys\""},
      {"{" + one + ", tolerations: [{key: a, operator: Exists, tolerationSeconds: 1}]}",
       "spec.tolerations[0].effect: Invalid value: \"\": effect must be 'NoExecute' when "
       "`tolerationSeconds` is set"},
      {"{" + one + ", tolerations: [{key: a, operator: Like, effect: Nope}]}",
       "spec.tolerations[0].operator: Unsupported value: \"Like\": supported values: \"Equal\", "
       "\"Exists\"\nspec.tolerations[0].effect: Unsupported value: \"Nope\": supported values: "
       "\"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\""},
      {"{" + one + ", volumes: [{name: v}, {name: v}]}",
       "spec.volumes[1].name: Duplicate value: \"v\""},
      {"{" + one + ", volumes: [{name: v, emptyDir: {}, secret: {secretName: s}}]}",
       "spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type"},
      {"{" + one + ", volumes: [{name: v, configMap: {}}]}",
       "spec.volumes[0].configMap.name: Required value"},
      {"{" + one + ", volumes: [{name: v, hostPath: {path: a/../b, type: Dir}}]}",
       "spec.volumes[0].hostPath.path: Invalid value: \"a/../b\": must not contain '..'\n"
       "spec.volumes[0].hostPath.type: Unsupported value: \"Dir\": supported values: \"\", "
       "\"BlockDevice\", \"CharDevice\", \"Directory\", \"DirectoryOrCreate\", \"File\", "
       "\"FileOrCreate\", \"Socket\""},
      {"{" + one + ", volumes: [{name: v, secret: {secretName: s, defaultMode: 1000}}]}",
       "spec.volumes[0].secret.defaultMode: Invalid value: 1000: must be a number between 0 and "
       "0777 (octal), both inclusive"},
      {"{" + one +
           ", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {}}}}",
       "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
       "nodeSelectorTerms: Required value: must have at least one node selector term"},
      {"{" + one +
           ", affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{}]}}}",
       "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: "
       "Required value: can not be empty\n"
       "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: "
       "Invalid value: \"\": name part must be non-empty\n"
       "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: "
       "Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', "
       "and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
       "'123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"},
      {"{" + one +
           ", topologySpreadConstraints: [{maxSkew: 0, topologyKey: z, whenUnsatisfiable: X}]}",
       "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero\n"
       "spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: \"X\": supported "
       "values: \"DoNotSchedule\", \"ScheduleAnyway\""},
      {"{" + one + ", ephemeralContainers: [{name: e, image: x}]}",
       "spec.ephemeralContainers: Forbidden: cannot be set on create"},
      {"{" + one + ", hostUsers: false, hostNetwork: true}",
       "spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false"},
      {"{" + one + ", os: {name: plan9}}",
       "spec.os: Unsupported value: \"plan9\": supported values: \"linux\", \"windows\""},
      {"{" + one + ", os: {name: windows}, securityContext: {runAsUser: 1}}",
       "spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod"},
      {"{" + one + ", schedulingGates: [{name: g}], nodeName: node-1}",
       "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared"},
  };
  for (const auto& [spec, expected] : cases) {
    CAPTURE(spec);
    CHECK(pod_problems(spec) == expected);
  }
}

TEST_CASE("each rule of a container in upstream's words") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"imagePullPolicy: Perhaps",
       "spec.containers[0].imagePullPolicy: Unsupported value: \"Perhaps\": supported values: "
       "\"Always\", \"IfNotPresent\", \"Never\""},
      {"restartPolicy: Always",
       "spec.containers[0].restartPolicy: Forbidden: may not be set for non-init containers"},
      {"ports: [{containerPort: 0}]", "spec.containers[0].ports[0].containerPort: Required value"},
      {"ports: [{containerPort: 80, hostPort: 1, protocol: X}, {containerPort: 80, name: '80'}]",
       "spec.containers[0].ports[0].protocol: Unsupported value: \"X\": supported values: "
       "\"SCTP\", \"TCP\", \"UDP\"\n"
       "spec.containers[0].ports[1].name: Invalid value: \"80\": must contain at least one letter "
       "(a-z)"},
      {"ports: [{containerPort: 1, hostPort: 5}, {containerPort: 2, hostPort: 5}]",
       "spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//5\""},
      {"env: [{value: a}, {name: 'a=b'}]",
       "spec.containers[0].env[0].name: Required value\n"
       "spec.containers[0].env[1].name: Invalid value: \"a=b\": a valid environment variable name "
       "must consist only of printable ASCII characters other than '='"},
      {"env: [{name: a, valueFrom: {}}]",
       "spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify one of: "
       "`fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"},
      {"env: [{name: a, value: x, valueFrom: {secretKeyRef: {name: s, key: k}}}]",
       "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when "
       "`value` "
       "is not empty"},
      {"env: [{name: a, valueFrom: {fieldRef: {fieldPath: spec.foo}}}]",
       "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"spec.foo\": error "
       "converting fieldPath: field label not supported: spec.foo"},
      {"env: [{name: a, valueFrom: {fieldRef: {fieldPath: status.phase}}}]",
       "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "
       "\"status.phase\": supported values: \"metadata.name\", \"metadata.namespace\", "
       "\"metadata.uid\", \"spec.nodeName\", \"spec.serviceAccountName\", \"status.hostIP\", "
       "\"status.hostIPs\", \"status.podIP\", \"status.podIPs\""},
      {"envFrom: [{}]",
       "spec.containers[0].envFrom: Invalid value: \"\": must specify one of: `configMapRef` or "
       "`secretRef`"},
      {"volumeMounts: [{name: none, mountPath: /a}, {name: v}]",
       "spec.containers[0].volumeMounts[0].name: Not found: \"none\"\n"
       "spec.containers[0].volumeMounts[1].mountPath: Required value"},
      {"volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /a}]",
       "spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/a\": must be unique"},
      {"volumeMounts: [{name: v, mountPath: /a, subPath: /x}]",
       "spec.containers[0].volumeMounts.subPath: Invalid value: \"/x\": must be a relative path"},
      {"volumeDevices: [{name: v, devicePath: /dev/x}]",
       "spec.containers[0].volumeDevices[0].name: Invalid value: \"v\": can only use volume source "
       "type of PersistentVolumeClaim or Ephemeral for block mode"},
      {"volumeDevices: [{name: p, devicePath: /dev/x}]", ""},
      {"resources: {requests: {cpu: '2'}, limits: {cpu: '1'}}",
       "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to "
       "cpu limit of 1"},
      {"resources: {limits: {cpu: '-1'}, requests: {cpu: '-1'}}",
       "spec.containers[0].resources.limits[cpu]: Invalid value: \"-1\": must be greater than or "
       "equal to 0\n"
       "spec.containers[0].resources.requests[cpu]: Invalid value: \"-1\": must be greater than or "
       "equal to 0"},
      {"resources: {requests: {disk: '1'}}",
       "spec.containers[0].resources.requests[disk]: Invalid value: \"disk\": must be a standard "
       "resource type or fully qualified\n"
       "spec.containers[0].resources.requests[disk]: Invalid value: \"disk\": must be a standard "
       "resource for containers"},
      {"resources: {requests: {example.com/gpu: '1'}}",
       "spec.containers[0].resources.limits: Required value: Limit must be set for non "
       "overcommitable resources"},
      {"resources: {limits: {example.com/gpu: 500m}}",
       "spec.containers[0].resources.limits[example.com/gpu]: Invalid value: \"500m\": must be an "
       "integer\nspec.containers[0].resources.requests[example.com/gpu]: Invalid value: \"500m\": "
       "must be an integer"},
      {"livenessProbe: {}",
       "spec.containers[0].livenessProbe: Required value: must specify a handler type"},
      {"livenessProbe: {tcpSocket: {port: 1}, exec: {command: [a]}, successThreshold: 2}",
       "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler "
       "type\nspec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"},
      {"readinessProbe: {httpGet: {port: 99999, scheme: FTP}, terminationGracePeriodSeconds: 1}",
       "spec.containers[0].readinessProbe.httpGet.port: Invalid value: 99999: must be between 1 "
       "and 65535, inclusive\n"
       "spec.containers[0].readinessProbe.httpGet.scheme: Unsupported value: \"FTP\": supported "
       "values: \"HTTP\", \"HTTPS\"\n"
       "spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must "
       "not be set for readinessProbes"},
      {"startupProbe: {exec: {}, periodSeconds: -1}",
       "spec.containers[0].startupProbe.exec.command: Required value\n"
       "spec.containers[0].startupProbe.periodSeconds: Invalid value: -1: must be greater than or "
       "equal to 0"},
      {"lifecycle: {preStop: {sleep: {seconds: 31}}}",
       "spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and "
       "less than terminationGracePeriodSeconds (30)"},
      {"securityContext: {runAsUser: -1}",
       "spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and "
       "2147483647, inclusive"},
      {"securityContext: {seccompProfile: {type: Localhost}}",
       "spec.containers[0].securityContext.seccompProfile.localhostProfile: Required value: must "
       "be "
       "set when seccomp type is Localhost"},
      {"terminationMessagePolicy: X",
       "spec.containers[0].terminationMessagePolicy: Unsupported value: \"X\": supported values: "
       "\"File\", \"FallbackToLogsOnError\""},
  };
  for (const auto& [members, expected] : cases) {
    CAPTURE(members);
    CHECK(container_problems(members) == expected);
  }
}

TEST_CASE("metadata of any object") {
  const auto metadata_problems = [](std::string_view metadata) {
    return problems(ResourceId::pods, "{metadata: " + std::string{metadata} +
                                          ", spec: {containers: [{name: a, image: b}]}}");
  };
  CHECK(metadata_problems("{namespace: default}") ==
        "metadata.name: Required value: name or generateName is required");
  CHECK(metadata_problems("{name: a}") == "metadata.namespace: Required value");
  CHECK(metadata_problems("{name: a_b, namespace: default}")
            .starts_with("metadata.name: Invalid value: \"a_b\": a lowercase RFC 1123 subdomain"));
  CHECK(metadata_problems("{name: a-1, generateName: a-, namespace: default}") == "");
  CHECK(metadata_problems("{name: a, namespace: default, labels: {'a/b/c': x}}")
            .starts_with("metadata.labels: Invalid value: \"a/b/c\": a valid label key must"));
  CHECK(metadata_problems("{name: a, namespace: default, annotations: {'a b': x}}")
            .starts_with("metadata.annotations: Invalid value: \"a b\": name part must consist"));
  CHECK(metadata_problems(
            "{name: a, namespace: default, annotations: {a: " + std::string(262144, 'x') + "}}") ==
        "metadata.annotations: Too long: may not be more than 262144 bytes");
  CHECK(metadata_problems("{name: a, namespace: default, finalizers: [x]}") ==
        "metadata.finalizers[0]: Invalid value: \"x\": name is neither a standard finalizer name "
        "nor is it fully qualified");
  CHECK(metadata_problems("{name: a, namespace: default, ownerReferences: [{apiVersion: v1, kind: "
                          "Pod, name: p}]}") ==
        "metadata.ownerReferences.uid: Invalid value: \"\": must not be empty");
  CHECK(problems(ResourceId::namespaces, "metadata: {name: a.b}") ==
        "metadata.name: Invalid value: \"a.b\": must not contain dots");
  CHECK(problems(ResourceId::nodes, "metadata: {name: a, namespace: b}") ==
        "metadata.namespace: Forbidden: not allowed on this type");
}

TEST_CASE("a running Pod's spec is all but fixed") {
  const doc::Value pod =
      made(ResourceId::pods, wrap("{containers: [{name: a, image: b}], activeDeadlineSeconds: 10, "
                                  "tolerations: [{key: a, operator: Exists}]}"));
  const auto changed = [&](const auto& change) {
    doc::Value now = pod;
    change(now);
    return update_problems(ResourceId::pods, pod, now);
  };
  CHECK(changed([](doc::Value& now) {
          now.edit("spec").edit("containers").edit_at(0).set("image", "c");
          now.edit("spec").set("activeDeadlineSeconds", 5);
          now.edit("spec").edit("tolerations").push_back(yaml("{key: b, operator: Exists}"));
        }) == "");
  CHECK(changed([](doc::Value& now) { now.edit("spec").set("nodeName", "n"); }) ==
        "spec: Forbidden: pod updates may not change fields other than "
        "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
        "`spec.tolerations` (only additions to existing tolerations),"
        "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously "
        "negative)\nnodeName: <nil> -> \"n\"");
  CHECK(changed([](doc::Value& now) {
          now.edit("spec").edit("containers").push_back(now["spec"]["containers"].at(0));
        }).ends_with("spec.containers: Forbidden: pod updates may not add or remove containers"));
  CHECK(changed([](doc::Value& now) { now.edit("spec").set("activeDeadlineSeconds", 11); }) ==
        "spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous "
        "value");
  CHECK(changed([](doc::Value& now) { now.edit("spec").erase("tolerations"); }) ==
        "spec.tolerations: Forbidden: existing toleration can not be modified except its "
        "tolerationSeconds");
  CHECK(changed([](doc::Value& now) { now.edit("metadata").set("name", "b"); }) ==
        "metadata.name: Invalid value: \"b\": field is immutable");
  CHECK(changed([](doc::Value& now) { now.edit("metadata").set("resourceVersion", ""); }) ==
        "metadata.resourceVersion: Invalid value: \"\": must be specified for an update");
}

TEST_CASE("what a Pod's status may not do") {
  doc::Value before = made(ResourceId::pods, wrap("{containers: [{name: a, image: b}], "
                                                  "restartPolicy: Never}"));
  before.edit("metadata").set("resourceVersion", "1");
  before.set("status",
             yaml("{qosClass: BestEffort, containerStatuses: [{name: a, state: {terminated: "
                  "{exitCode: 0}}}]}"));
  doc::Value after = before;
  after.set("status", yaml("{qosClass: Burstable, containerStatuses: [{name: a, state: {running: "
                           "{}}}], podIPs: [{ip: x}]}"));
  CHECK(test::messages(validate_status_update(resource(ResourceId::pods), after, before)) ==
        std::vector<std::string>{
            "status.qosClass: Invalid value: \"Burstable\": field is immutable",
            "status.containerStatuses[0].state: Forbidden: may not be transitioned to "
            "non-terminated state",
            "status.podIPs[0]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or "
            "2001:db8::ffff)"});
}

TEST_CASE("bindings and ephemeral containers") {
  CHECK(validate_binding(yaml("target: {kind: Node, name: node-1}")).empty());
  CHECK(test::messages(validate_binding(yaml("target: {kind: Pod}"))) ==
        std::vector<std::string>{
            "target.kind: Unsupported value: \"Pod\": supported values: \"Node\", \"<empty>\"",
            "target.name: Required value"});
  doc::Value before = made(ResourceId::pods, wrap("{containers: [{name: a, image: b}]}"));
  before.edit("metadata").set("resourceVersion", "1");
  doc::Value after = before;
  after.edit("spec").set("ephemeralContainers",
                         yaml("[{name: e, image: x, imagePullPolicy: Always, "
                              "terminationMessagePolicy: File, targetContainerName: a}]"));
  CHECK(validate_ephemeral_containers_update(after, before).empty());
  CHECK(test::messages(validate_ephemeral_containers_update(before, after)) ==
        std::vector<std::string>{"spec.ephemeralContainers: Forbidden: existing ephemeral "
                                 "containers \"e\" may not be removed\n"});
  after.edit("spec")
      .edit("ephemeralContainers")
      .edit_at(0)
      .set("ports", yaml("[{containerPort: 1, protocol: TCP}]"));
  CHECK(test::messages(validate_ephemeral_containers_update(after, before)) ==
        std::vector<std::string>{"spec.ephemeralContainers[0].ports: Forbidden: cannot be set for "
                                 "an Ephemeral Container"});
}

}  // namespace
}  // namespace rockpool::api
