// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "core/controllers/absent_controllers.h"
#include "core/controllers/cluster_ip_repair.h"
#include "core/controllers/cluster_role_aggregation.h"
#include "core/controllers/controller.h"
#include "core/controllers/custom_resource_cleanup.h"
#include "core/controllers/default_service_cidr.h"
#include "core/controllers/deployment.h"
#include "core/controllers/disruption.h"
#include "core/controllers/endpoints.h"
#include "core/controllers/endpointslice.h"
#include "core/controllers/endpointslice_mirroring.h"
#include "core/controllers/garbage_collector.h"
#include "core/controllers/ingress_nginx.h"
#include "core/controllers/kubernetes_service.h"
#include "core/controllers/namespace.h"
#include "core/controllers/node_ipam.h"
#include "core/controllers/node_lifecycle.h"
#include "core/controllers/node_port_repair.h"
#include "core/controllers/pod_gc.h"
#include "core/controllers/replicaset.h"
#include "core/controllers/root_ca.h"
#include "core/controllers/service_account.h"
#include "core/controllers/service_cidr.h"
#include "core/controllers/service_lb.h"
#include "core/controllers/taint_eviction.h"

namespace rockpool::controllers {
namespace {

constexpr std::array kControllers = {
    Registration{"serviceaccount-controller", make_service_account_controller},
    Registration{"root-ca-certificate-publisher-controller", make_root_ca_publisher},
    Registration{"node-ipam-controller", make_node_ipam_controller},
    Registration{"node-lifecycle-controller", make_node_lifecycle_controller},
    Registration{"taint-eviction-controller", make_taint_eviction_controller},
    Registration{"deployment-controller", make_deployment_controller},
    Registration{"replicaset-controller", make_replicaset_controller},
    Registration{"disruption-controller", make_disruption_controller},
    Registration{"endpointslice-controller", make_endpointslice_controller},
    Registration{"endpoints-controller", make_endpoints_controller},
    Registration{"endpointslice-mirroring-controller", make_endpointslice_mirroring_controller},
    Registration{"service-lb-controller", make_service_lb_controller},
    Registration{"ingress-nginx-writer", make_ingress_nginx_writer},
    Registration{"pod-garbage-collector-controller", make_pod_gc_controller},
    Registration{"namespace-controller", make_namespace_controller},
    Registration{"garbage-collector-controller", make_garbage_collector},
    Registration{"absent-controllers-reporter", make_absent_controllers_reporter},
    Registration{"clusterrole-aggregation-controller", make_cluster_role_aggregation_controller},
    Registration{"crd-finalizer", make_custom_resource_cleanup},
    Registration{"kubernetes-service-cidr-controller", make_default_service_cidr_controller},
    Registration{"kubernetes-service-controller", make_kubernetes_service_controller},
    Registration{"service-cidr-controller", make_service_cidr_controller},
    Registration{"ipallocator-repair-controller", make_cluster_ip_repair},
    Registration{"portallocator-repair-controller", make_node_port_repair},
};

}  // namespace

std::span<const Registration> all_controllers() {
  return kControllers;
}

}  // namespace rockpool::controllers
