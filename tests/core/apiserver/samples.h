// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/api/resource.h"
#include "core/doc/yaml.h"
#include "tests/core/apiserver/fixture.h"

// One valid object of every kind.
namespace rockpool::apiserver {

namespace samples {

using enum api::ResourceId;

struct Sample {
  api::ResourceId id;
  /// The object, without apiVersion, kind and metadata.
  std::string_view members;
  /// Its name, where not every name will do.
  std::string_view name = "sample";
};

#define ROCKPOOL_TEST_POD \
  "{metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}"
#define ROCKPOOL_TEST_SELECTED "selector: {matchLabels: {app: a}}, template: " ROCKPOOL_TEST_POD
#define ROCKPOOL_TEST_JOB \
  "template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}"

inline constexpr Sample kSamples[] = {
    {namespaces, "spec: {}"},
    {nodes, "spec: {podCIDR: 10.9.0.0/24}"},
    {pods, "spec: {containers: [{name: c, image: i}]}"},
    {services, "spec: {selector: {app: a}, ports: [{port: 80}]}"},
    {endpoints, "subsets: [{addresses: [{ip: 10.1.1.1}], ports: [{port: 80}]}]"},
    {endpointslices, "addressType: IPv4, endpoints: [{addresses: [10.1.1.1]}]"},
    {replicasets, "spec: {" ROCKPOOL_TEST_SELECTED "}"},
    {deployments, "spec: {" ROCKPOOL_TEST_SELECTED "}"},
    {configmaps, "data: {a: b}"},
    {secrets, "data: {a: Yg==}"},
    {serviceaccounts, "secrets: [{name: a}]"},
    {events, "involvedObject: {kind: Pod, namespace: default, name: a}, reason: Tested"},
    {leases, "spec: {holderIdentity: a, leaseDurationSeconds: 15}"},
    {persistentvolumes,
     "spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: slow, "
     "hostPath: {path: /data}}"},
    {persistentvolumeclaims,
     "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}"},
    {replicationcontrollers, "spec: {replicas: 2, template: " ROCKPOOL_TEST_POD "}"},
    {resourcequotas, "spec: {hard: {pods: 10, requests.cpu: 2}}"},
    {limitranges, "spec: {limits: [{type: Container, max: {cpu: 2}, min: {cpu: 100m}}]}"},
    {podtemplates, "template: " ROCKPOOL_TEST_POD},
    {statefulsets,
     "spec: {serviceName: s, " ROCKPOOL_TEST_SELECTED
     ", volumeClaimTemplates: [{metadata: {name: d}, "
     "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}"},
    {daemonsets, "spec: {" ROCKPOOL_TEST_SELECTED "}"},
    {controllerrevisions, "revision: 3, data: {spec: {any: [1, two]}}"},
    {jobs, "spec: {" ROCKPOOL_TEST_JOB "}"},
    {cronjobs,
     "spec: {schedule: '*/5 * * * *', timeZone: Europe/Berlin, jobTemplate: "
     "{spec: {" ROCKPOOL_TEST_JOB "}}}"},
    {horizontalpodautoscalers,
     "spec: {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, "
     "behavior: {scaleDown: {stabilizationWindowSeconds: 60}}}"},
    {poddisruptionbudgets, "spec: {minAvailable: 50%, selector: {matchLabels: {app: a}}}"},
    {ingresses,
     "spec: {ingressClassName: a, tls: [{hosts: [a.example.com], secretName: s}], rules: [{host: "
     "a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: "
     "{number: 80}}}}]}}]}"},
    {ingressclasses, "spec: {controller: example.com/ingress, parameters: {kind: P, name: p}}"},
    {networkpolicies,
     "spec: {podSelector: {matchLabels: {app: a}}, ingress: [{from: [{ipBlock: {cidr: "
     "10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: 80, endPort: 90}]}], egress: [{}]}"},
    {ipaddresses, "spec: {parentRef: {resource: services, namespace: default, name: a}}",
     "192.168.1.5"},
    {servicecidrs, "spec: {cidrs: [10.200.0.0/16]}"},
    {storageclasses, "provisioner: example.com/disk, parameters: {type: ssd}"},
    {csidrivers, "spec: {tokenRequests: [{audience: a}]}"},
    {csinodes, "spec: {drivers: [{name: a.example.com, nodeID: node, topologyKeys: [zone]}]}"},
    {volumeattachments,
     "spec: {attacher: a.example.com, nodeName: node, source: {persistentVolumeName: p}}"},
    {csistoragecapacities, "storageClassName: slow, capacity: 10Gi, nodeTopology: {}"},
    {priorityclasses, "value: 1000, description: important"},
    {runtimeclasses, "handler: runsc, overhead: {podFixed: {memory: 64Mi}}"},
    {roles, "rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]"},
    {clusterroles, "rules: [{nonResourceURLs: [/metrics], verbs: [get]}]"},
    {rolebindings,
     "roleRef: {kind: Role, name: r}, subjects: [{kind: User, name: u}, {kind: ServiceAccount, "
     "name: s, namespace: default}]"},
    {clusterrolebindings,
     "roleRef: {kind: ClusterRole, name: r}, subjects: [{kind: Group, name: g}]"},
    {certificatesigningrequests,
     "spec: {signerName: example.com/signer, usages: [client auth], request: "
     "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJPQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRV"
     "NULS0tLS0K}"},
    {validatingwebhookconfigurations,
     "webhooks: [{name: a.example.com, sideEffects: None, admissionReviewVersions: [v1], "
     "clientConfig: {service: {namespace: default, name: a}}, rules: [{apiGroups: [''], "
     "apiVersions: [v1], resources: [pods], operations: [CREATE]}]}]"},
    {mutatingwebhookconfigurations,
     "webhooks: [{name: a.example.com, sideEffects: None, admissionReviewVersions: [v1], "
     "clientConfig: {url: 'https://a.example.com/hook'}}]"},
    {validatingadmissionpolicies,
     "spec: {matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], resources: "
     "[deployments], operations: [CREATE]}]}, validations: [{expression: 'object.spec.replicas < "
     "5'}]}"},
    {validatingadmissionpolicybindings, "spec: {policyName: a, validationActions: [Deny]}"},
    {customresourcedefinitions,
     "spec: {group: a.example.com, scope: Cluster, names: {plural: samples, kind: Sample}, "
     "versions: [{name: v1, served: true, storage: true, "
     "schema: {openAPIV3Schema: {type: object}}}]}",
     "samples.a.example.com"},
};

#undef ROCKPOOL_TEST_POD
#undef ROCKPOOL_TEST_SELECTED
#undef ROCKPOOL_TEST_JOB

/// Where the objects of a kind are, those with a namespace in `default`.
inline std::string collection_path(const api::Resource& resource) {
  const std::string base = resource.group.empty()
                               ? fmt::format("/api/{}", resource.version)
                               : fmt::format("/apis/{}/{}", resource.group, resource.version);
  return resource.namespaced ? fmt::format("{}/namespaces/default/{}", base, resource.plural)
                             : fmt::format("{}/{}", base, resource.plural);
}

/// The whole object.
inline Value manifest(const Sample& sample) {
  const api::Resource& resource = api::resource(sample.id);
  const auto read = doc::parse_yaml(
      fmt::format("{{apiVersion: {}, kind: {}, metadata: {{name: {}}}, {}}}", resource.api_version,
                  resource.kind, sample.name, sample.members));
  REQUIRE_MESSAGE(read.has_value(), resource.kind);
  return read->front().value;
}

}  // namespace samples

}  // namespace rockpool::apiserver
