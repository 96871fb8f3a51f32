// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "core/apiserver/apiserver.h"
#include "core/apiserver/bootstrap_policy.h"
#include "core/apiserver/default_service_cidr.h"
#include "core/apiserver/state.h"

// What kube-apiserver makes when it starts (pkg/controlplane/controller: systemnamespaces,
// kubernetesservice, and the endpoint reconciler; pkg/registry/scheduling/rest).
namespace rockpool::apiserver {
namespace {

using doc::Value;

constexpr std::int64_t kServicePort = 443;

Value kubernetes_metadata() {
  return Value::object({{"name"_key, "kubernetes"}, {"namespace"_key, "default"}});
}

Value endpoint_ports(const Options& options) {
  return Value::array({Value::object(
      {{"name"_key, "https"}, {"port"_key, options.secure_port}, {"protocol"_key, "TCP"}})});
}

// The first address of the range is left to this Service, as nothing else asks so early.
Value kubernetes_service(const Options& options, const api::IpAddress& cluster_ip) {
  Value metadata = kubernetes_metadata();
  metadata.set("labels"_key, Value::map({{"component", "apiserver"}, {"provider", "kubernetes"}}));
  const Value port = Value::object({{"name"_key, "https"},
                                    {"protocol"_key, "TCP"},
                                    {"port"_key, kServicePort},
                                    {"targetPort"_key, options.secure_port}});
  return Value::object(
      {{"metadata"_key, metadata},
       {"spec"_key,
        Value::object({{"type"_key, "ClusterIP"},
                       {"clusterIP"_key, cluster_ip.to_string()},
                       {"clusterIPs"_key, Value::strings({cluster_ip.to_string()})},
                       {"ipFamilies"_key, Value::strings({ip_family_name(cluster_ip.family)})},
                       {"ipFamilyPolicy"_key, "SingleStack"},
                       {"sessionAffinity"_key, "None"},
                       {"ports"_key, Value::array({port})}})}});
}

Value kubernetes_endpoints(const Options& options) {
  Value metadata = kubernetes_metadata();
  metadata.set("labels"_key, Value::map({{"endpointslice.kubernetes.io/skip-mirror", "true"}}));
  const Value address = Value::object({{"ip"_key, options.advertise_address}});
  const Value subset = Value::object(
      {{"addresses"_key, Value::array({address})}, {"ports"_key, endpoint_ports(options)}});
  return Value::object({{"metadata"_key, metadata}, {"subsets"_key, Value::array({subset})}});
}

Value kubernetes_endpoint_slice(const Options& options, std::string_view family) {
  Value metadata = kubernetes_metadata();
  metadata.set("labels"_key, Value::map({{"kubernetes.io/service-name", "kubernetes"}}));
  const Value endpoint =
      Value::object({{"addresses"_key, Value::strings({options.advertise_address})},
                     {"conditions"_key, Value::object({{"ready"_key, true}})}});
  return Value::object({{"metadata"_key, metadata},
                        {"addressType"_key, family},
                        {"endpoints"_key, Value::array({endpoint})},
                        {"ports"_key, endpoint_ports(options)}});
}

Value priority_class(std::string_view name, std::int64_t value, std::string_view description) {
  return Value::object({{"metadata"_key, Value::object({{"name"_key, name}})},
                        {"value"_key, value},
                        {"description"_key, description}});
}

}  // namespace

void ApiServer::bootstrap() {
  using enum api::ResourceId;
  const Options& own = state_->options;
  for (const std::string_view name : {"kube-system", "kube-public", "kube-node-lease", "default"}) {
    (void)create(namespaces, {},
                 Value::object({{"metadata"_key, Value::object({{"name"_key, name}})}}));
  }
  (void)create(priorityclasses, {},
               priority_class("system-node-critical", 2'000'001'000,
                              "Used for system critical pods that must not be moved from their "
                              "current node."));
  (void)create(priorityclasses, {},
               priority_class("system-cluster-critical", 2'000'000'000,
                              "Used for system critical pods that must run in the cluster, but can "
                              "be moved to another node if necessary."));
  (void)sync_default_service_cidr(*this);
  const api::IpAddress cluster_ip = state_->cluster_ips.configured().front().network().plus(1);
  (void)create(services, "default", kubernetes_service(own, cluster_ip));
  (void)create(endpoints, "default", kubernetes_endpoints(own));
  (void)create(endpointslices, "default",
               kubernetes_endpoint_slice(own, ip_family_name(cluster_ip.family)));
  bootstrap_policy(*this);
}

}  // namespace rockpool::apiserver
