// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/views/view.h"

namespace rockpool::api {

/// A port of a Service.
class ServicePort : public View {
 public:
  using View::View;
  std::string_view name() const { return text("name"_key); }
  std::string_view protocol() const { return value()["protocol"_key].as_string("TCP"); }
  std::int64_t port() const { return number("port"_key); }
  /// A number or the name of a container port.
  const doc::Value& target_port() const { return value()["targetPort"_key]; }
  /// 0 if there is none.
  std::int64_t node_port() const { return number("nodePort"_key); }
  std::string_view app_protocol() const { return text("appProtocol"_key); }
};

/// A Service.
class Service : public ObjectView {
 public:
  using ObjectView::ObjectView;
  std::string_view type() const { return spec_value()["type"_key].as_string("ClusterIP"); }
  ViewList<ServicePort> ports() const { return ViewList<ServicePort>{spec_value()["ports"_key]}; }
  /// An object of strings; null for Services whose endpoints somebody else writes.
  const doc::Value& selector() const { return spec_value()["selector"_key]; }
  bool has_selector() const { return selector().size() != 0; }
  /// "None" for headless Services; empty if there is none.
  std::string_view cluster_ip() const { return spec_value()["clusterIP"_key].as_string(); }
  /// An array of strings.
  const doc::Value& cluster_ips() const { return spec_value()["clusterIPs"_key]; }
  bool is_headless() const { return cluster_ip() == "None"; }
  bool is_external_name() const { return type() == "ExternalName"; }
  /// It has a cluster IP that a proxy serves (helper.IsServiceIPSet).
  bool has_cluster_ip() const { return !cluster_ip().empty() && !is_headless(); }
  std::string_view external_name() const { return spec_value()["externalName"_key].as_string(); }
  /// Arrays of strings.
  const doc::Value& external_ips() const { return spec_value()["externalIPs"_key]; }
  const doc::Value& ip_families() const { return spec_value()["ipFamilies"_key]; }
  const doc::Value& load_balancer_source_ranges() const {
    return spec_value()["loadBalancerSourceRanges"_key];
  }
  /// An array of {ip, hostname, ipMode, ports}.
  const doc::Value& load_balancer_ingress() const {
    return status_value()["loadBalancer"_key]["ingress"_key];
  }
  bool has_client_ip_affinity() const {
    return spec_value()["sessionAffinity"_key].as_string() == "ClientIP";
  }
  std::int64_t affinity_timeout_seconds() const {
    return spec_value()["sessionAffinityConfig"_key]["clientIP"_key]["timeoutSeconds"_key].as_int(
        10800);
  }
  bool publish_not_ready_addresses() const {
    return spec_value()["publishNotReadyAddresses"_key].as_bool();
  }
  /// True if only endpoints on the receiving node may serve traffic from outside.
  bool external_traffic_is_local() const {
    return spec_value()["externalTrafficPolicy"_key].as_string() == "Local";
  }
  /// True if only endpoints on the client's node may serve traffic to the cluster IP.
  bool internal_traffic_is_local() const {
    return spec_value()["internalTrafficPolicy"_key].as_string() == "Local";
  }
  std::int64_t health_check_node_port() const {
    return spec_value()["healthCheckNodePort"_key].as_int();
  }
  std::string_view traffic_distribution() const {
    return spec_value()["trafficDistribution"_key].as_string();
  }
};

}  // namespace rockpool::api
