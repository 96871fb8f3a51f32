// SPDX-License-Identifier: Apache-2.0
#include "core/api/defaults.h"

#include <string_view>

#include "core/api/defaults/parts.h"
#include "core/api/object.h"
#include "core/doc/base64.h"

namespace rockpool::api {

using namespace doc::literals;

namespace {

using defaults::set_default;
using defaults::update;
using defaults::update_each;
using doc::KnownKeyIndex;
using doc::Value;

// v1.SecretVolumeSourceDefaultMode and its siblings: 0644.
constexpr int kVolumeFileMode = 0644;
constexpr int kTokenExpirationSeconds = 3600;
constexpr int kTerminationGracePeriodSeconds = 30;
constexpr int kClientIpAffinitySeconds = 10800;

// True for an image whose tag is `latest`, by name or by default.
bool has_latest_tag(std::string_view image) {
  if (image.empty() || image.find('@') != std::string_view::npos) return false;
  const std::size_t slash = image.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? image : image.substr(slash + 1);
  const std::size_t colon = last.find(':');
  return colon == std::string_view::npos || last.substr(colon + 1) == "latest";
}

void default_pull_policy(Value& object, KnownKeyIndex key, const Value& image) {
  if (!object[key].is_empty()) return;
  object.set(key, has_latest_tag(image.as_string()) ? "Always" : "IfNotPresent");
}

void default_resource_requirements(Value& resources) {
  update(resources, "limits"_key, defaults::round_resources);
  update(resources, "requests"_key, defaults::round_resources);
}

void default_field_ref(Value& source) {
  update(source, "fieldRef"_key, [](Value& ref) { set_default(ref, "apiVersion"_key, "v1"); });
}

void default_handler(Value& handler) {
  update(handler, "httpGet"_key, [](Value& action) {
    set_default(action, "path"_key, "/");
    set_default(action, "scheme"_key, "HTTP");
  });
  update(handler, "grpc"_key, [](Value& action) {
    if (action["service"_key].is_null()) action.set("service"_key, "");
  });
}

void default_probe(Value& probe) {
  default_handler(probe);
  set_default(probe, "timeoutSeconds"_key, 1);
  set_default(probe, "periodSeconds"_key, 10);
  set_default(probe, "successThreshold"_key, 1);
  set_default(probe, "failureThreshold"_key, 3);
}

void default_container(Value& container) {
  default_pull_policy(container, "imagePullPolicy"_key, container["image"_key]);
  set_default(container, "terminationMessagePath"_key, "/dev/termination-log");
  set_default(container, "terminationMessagePolicy"_key, "File");
  update_each(container, "ports"_key,
              [](Value& port) { set_default(port, "protocol"_key, "TCP"); });
  update_each(container, "env"_key,
              [](Value& variable) { update(variable, "valueFrom"_key, default_field_ref); });
  update(container, "resources"_key, default_resource_requirements);
  update(container, "livenessProbe"_key, default_probe);
  update(container, "readinessProbe"_key, default_probe);
  update(container, "startupProbe"_key, default_probe);
  update(container, "lifecycle"_key, [](Value& lifecycle) {
    update(lifecycle, "postStart"_key, default_handler);
    update(lifecycle, "preStop"_key, default_handler);
  });
}

void default_file_mode(Value& source) {
  set_default(source, "defaultMode"_key, kVolumeFileMode);
}

void default_projected(Value& projected) {
  default_file_mode(projected);
  update_each(projected, "sources"_key, [](Value& source) {
    update(source, "serviceAccountToken"_key, [](Value& token) {
      set_default(token, "expirationSeconds"_key, kTokenExpirationSeconds);
    });
    update(source, "downwardAPI"_key,
           [](Value& downward) { update_each(downward, "items"_key, default_field_ref); });
  });
}

void default_volume(Value& volume) {
  // Nothing but a name: an empty directory.
  if (volume.size() == (volume.contains("name"_key) ? 1u : 0u)) {
    volume.set("emptyDir"_key, Value::object());
  }
  update(volume, "secret"_key, default_file_mode);
  update(volume, "configMap"_key, default_file_mode);
  update(volume, "downwardAPI"_key, [](Value& downward) {
    default_file_mode(downward);
    update_each(downward, "items"_key, default_field_ref);
  });
  update(volume, "projected"_key, default_projected);
  update(volume, "hostPath"_key, [](Value& host_path) {
    if (host_path["type"_key].is_null()) host_path.set("type"_key, "");
  });
  update(volume, "image"_key, [](Value& image) {
    default_pull_policy(image, "pullPolicy"_key, image["reference"_key]);
  });
  update(volume, "ephemeral"_key, [](Value& ephemeral) {
    update(ephemeral, "volumeClaimTemplate"_key,
           [](Value& claim) { update(claim, "spec"_key, defaults::apply_to_claim_spec); });
  });
  defaults::apply_to_rare_volumes(volume);
}

// The old and the new name of the same field.
void sync_service_account(Value& spec) {
  if (spec["serviceAccountName"_key].is_empty() && !spec["serviceAccount"_key].is_empty()) {
    const Value name = spec["serviceAccount"_key];
    spec.set("serviceAccountName"_key, name);
  }
  if (!spec["serviceAccountName"_key].is_empty() &&
      spec["serviceAccount"_key] != spec["serviceAccountName"_key]) {
    const Value name = spec["serviceAccountName"_key];
    spec.set("serviceAccount"_key, name);
  }
}

void requests_from_limits(Value& container) {
  update(container, "resources"_key, [](Value& resources) {
    const Value limits = resources["limits"_key];
    for (const doc::Member& limit : limits.members()) {
      if (resources["requests"_key].find(limit.key) == nullptr) {
        resources.edit("requests"_key).set(limit.key, limit.value);
      }
    }
  });
}

void default_host_ports(Value& container) {
  update_each(container, "ports"_key, [](Value& port) {
    if (port["hostPort"_key].as_int() == 0) {
      const Value number = port["containerPort"_key];
      port.set("hostPort"_key, number);
    }
  });
}

// The address by itself and as the first of a list are kept alike; the single one wins.
void sync_first_address(Value& object, KnownKeyIndex single, KnownKeyIndex list,
                        bool items_are_objects) {
  const Value first = items_are_objects ? object[list].at(0)["ip"_key] : object[list].at(0);
  const Value one = object[single];
  if (one.is_empty()) {
    if (!first.is_empty()) object.set(single, first);
  } else if (first != one) {
    Value item = items_are_objects ? Value::object({{"ip"_key, one}}) : one;
    object.set(list, Value::array({std::move(item)}));
  }
}

void default_pod_status(Value& pod) {
  update(pod, "status"_key,
         [](Value& status) { sync_first_address(status, "podIP"_key, "podIPs"_key, true); });
}

void default_pod(Value& pod) {
  update(pod, "spec"_key, [](Value& spec) {
    apply_pod_spec_defaults(spec);
    update_each(spec, "containers"_key, requests_from_limits);
    update_each(spec, "initContainers"_key, requests_from_limits);
    set_default(spec, "enableServiceLinks"_key, true);
    if (spec["hostNetwork"_key].as_bool()) {
      update_each(spec, "containers"_key, default_host_ports);
      update_each(spec, "initContainers"_key, default_host_ports);
    }
  });
  default_pod_status(pod);
}

bool is_externally_accessible(const Value& spec) {
  const std::string_view type = spec["type"_key].as_string();
  return type == "LoadBalancer" || type == "NodePort" ||
         (type == "ClusterIP" && spec["externalIPs"_key].size() != 0);
}

void default_session_affinity(Value& spec) {
  set_default(spec, "sessionAffinity"_key, "None");
  const std::string_view affinity = spec["sessionAffinity"_key].as_string();
  if (affinity == "None") {
    spec.erase("sessionAffinityConfig"_key);
  } else if (affinity == "ClientIP" &&
             spec["sessionAffinityConfig"_key]["clientIP"_key]["timeoutSeconds"_key].is_null()) {
    spec.set("sessionAffinityConfig"_key,
             Value::object({{"clientIP"_key,
                             Value::object({{"timeoutSeconds"_key, kClientIpAffinitySeconds}})}}));
  }
}

void default_service_port(Value& port) {
  set_default(port, "protocol"_key, "TCP");
  // An absent, empty or zero targetPort is the port itself.
  if (port["targetPort"_key].is_empty()) {
    const Value number = port["port"_key];
    port.set("targetPort"_key, number);
  }
}

void default_service(Value& service) {
  update(service, "spec"_key, [](Value& spec) {
    default_session_affinity(spec);
    set_default(spec, "type"_key, "ClusterIP");
    update_each(spec, "ports"_key, default_service_port);
    if (is_externally_accessible(spec)) {
      set_default(spec, "externalTrafficPolicy"_key, "Cluster");
    }
    const std::string_view type = spec["type"_key].as_string();
    if (type == "NodePort" || type == "LoadBalancer" || type == "ClusterIP") {
      set_default(spec, "internalTrafficPolicy"_key, "Cluster");
    }
    if (spec["type"_key].as_string() == "LoadBalancer") {
      set_default(spec, "allocateLoadBalancerNodePorts"_key, true);
    }
  });
  if (service["spec"_key]["type"_key].as_string() != "LoadBalancer") return;
  update(service, "status"_key, [](Value& status) {
    update(status, "loadBalancer"_key, [](Value& balancer) {
      update_each(balancer, "ingress"_key, [](Value& ingress) {
        if (!ingress["ip"_key].is_empty()) set_default(ingress, "ipMode"_key, "VIP");
      });
    });
  });
}

void default_endpoints(Value& endpoints) {
  update_each(endpoints, "subsets"_key, [](Value& subset) {
    update_each(subset, "ports"_key, [](Value& port) { set_default(port, "protocol"_key, "TCP"); });
  });
}

void default_endpoint_slice(Value& slice) {
  update_each(slice, "ports"_key, [](Value& port) {
    if (port["name"_key].is_null()) port.set("name"_key, "");
    set_default(port, "protocol"_key, "TCP");
  });
}

// stringData is only a way in: its entries become data.
void default_secret(Value& secret) {
  set_default(secret, "type"_key, "Opaque");
  const Value text = secret["stringData"_key];
  for (const doc::Member& entry : text.members()) {
    secret.edit("data"_key).set(entry.key, doc::encode_base64(entry.value.as_string()));
  }
  secret.erase("stringData"_key);
}

void default_namespace(Value& object) {
  const std::string_view object_name = name(object);
  if (!object_name.empty() && label(object, "kubernetes.io/metadata.name") != object_name) {
    set_label(object, "kubernetes.io/metadata.name", std::string{object_name});
  }
  if (object["status"_key].is_null()) object.set("status"_key, Value::object());
  update(object, "status"_key, [](Value& status) { set_default(status, "phase"_key, "Active"); });
}

void default_node(Value& node) {
  update(node, "spec"_key,
         [](Value& spec) { sync_first_address(spec, "podCIDR"_key, "podCIDRs"_key, false); });
  update(node, "status"_key, [](Value& status) {
    update(status, "capacity"_key, defaults::round_resources);
    update(status, "allocatable"_key, defaults::round_resources);
    if (status["allocatable"_key].is_null() && !status["capacity"_key].is_null()) {
      const Value capacity = status["capacity"_key];
      status.set("allocatable"_key, capacity);
    }
  });
}

struct Row {
  ResourceId id;
  void (*apply)(Value& object);
};

using enum ResourceId;

// The kinds whose defaults are in files of their group.
constexpr Row kRows[] = {
    {deployments, defaults::apply_to_deployment},
    {replicasets, defaults::apply_to_replica_set},
    {statefulsets, defaults::apply_to_stateful_set},
    {daemonsets, defaults::apply_to_daemon_set},
    {replicationcontrollers, defaults::apply_to_replication_controller},
    {podtemplates, defaults::apply_to_pod_template},
    {jobs, defaults::apply_to_job},
    {cronjobs, defaults::apply_to_cron_job},
    {horizontalpodautoscalers, defaults::apply_to_autoscaler},
    {persistentvolumes, defaults::apply_to_volume},
    {persistentvolumeclaims, defaults::apply_to_claim},
    {storageclasses, defaults::apply_to_storage_class},
    {csidrivers, defaults::apply_to_csi_driver},
    {volumeattachments, defaults::apply_to_volume_attachment},
    {networkpolicies, defaults::apply_to_network_policy},
    {ingressclasses, defaults::apply_to_ingress_class},
    {resourcequotas, defaults::apply_to_resource_quota},
    {limitranges, defaults::apply_to_limit_range},
    {priorityclasses, defaults::apply_to_priority_class},
    {rolebindings, defaults::apply_to_role_binding},
    {clusterrolebindings, defaults::apply_to_role_binding},
    {validatingwebhookconfigurations, defaults::apply_to_validating_webhooks},
    {mutatingwebhookconfigurations, defaults::apply_to_mutating_webhooks},
    {validatingadmissionpolicies, defaults::apply_to_admission_policy},
    {validatingadmissionpolicybindings, defaults::apply_to_admission_policy_binding},
};

}  // namespace

void apply_pod_spec_defaults(doc::Value& spec) {
  set_default(spec, "dnsPolicy"_key, "ClusterFirst");
  set_default(spec, "restartPolicy"_key, "Always");
  if (spec["securityContext"_key].is_null()) spec.set("securityContext"_key, Value::object());
  set_default(spec, "terminationGracePeriodSeconds"_key, kTerminationGracePeriodSeconds);
  set_default(spec, "schedulerName"_key, "default-scheduler");
  sync_service_account(spec);
  update_each(spec, "volumes"_key, default_volume);
  update_each(spec, "containers"_key, default_container);
  update_each(spec, "initContainers"_key, default_container);
  update_each(spec, "ephemeralContainers"_key, default_container);
  update(spec, "overhead"_key, defaults::round_resources);
  update(spec, "resources"_key, default_resource_requirements);
}

void apply_defaults(const Resource& resource, doc::Value& object) {
  switch (resource.id) {
    case ResourceId::pods:
      return default_pod(object);
    case ResourceId::services:
      return default_service(object);
    case ResourceId::endpoints:
      return default_endpoints(object);
    case ResourceId::endpointslices:
      return default_endpoint_slice(object);
    case ResourceId::secrets:
      return default_secret(object);
    case ResourceId::namespaces:
      return default_namespace(object);
    case ResourceId::nodes:
      return default_node(object);
    default:
      break;
  }
  for (const Row& row : kRows) {
    if (row.id == resource.id) return row.apply(object);
  }
}

void apply_status_defaults(const Resource& resource, doc::Value& object) {
  switch (resource.id) {
    case ResourceId::pods:
      return default_pod_status(object);
    case ResourceId::deployments:
    case ResourceId::replicasets:
      // All their defaults are of the spec.
      return;
    default:
      return apply_defaults(resource, object);
  }
}

}  // namespace rockpool::api
