// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/doc/value.h"

namespace rockpool::net::testing {

/// One endpoint of a slice under test.
struct EndpointSpec {
  std::string address;
  std::string pod;
  bool ready = true;
  bool serving = true;
  bool terminating = false;
  std::string hostname = {};
  std::string node = {};
  std::vector<std::string> zone_hints = {};
  std::vector<std::string> node_hints = {};
};

/// A port of a Service or slice under test.
struct PortSpec {
  std::string name;
  int port = 0;
  int node_port = 0;
  std::string protocol = "TCP";
};

inline doc::Value make_metadata(const std::string& name) {
  doc::Value metadata;
  metadata.set("name", doc::Value{name});
  metadata.set("namespace", doc::Value{"default"});
  return metadata;
}

/// A Service in the namespace "default"; `cluster_ip` may be "None".
inline doc::Value make_service(const std::string& name, const std::string& cluster_ip,
                               const std::vector<PortSpec>& ports) {
  doc::Value service;
  service.set("metadata", make_metadata(name));
  doc::Value& spec = service.edit("spec");
  spec.set("type", doc::Value{"ClusterIP"});
  spec.set("clusterIP", doc::Value{cluster_ip});
  spec.set("clusterIPs", doc::Value::array({doc::Value{cluster_ip}}));
  doc::Value list = doc::Value::array();
  for (const PortSpec& each : ports) {
    doc::Value port;
    if (!each.name.empty()) port.set("name", doc::Value{each.name});
    port.set("port", doc::Value{each.port});
    port.set("protocol", doc::Value{each.protocol});
    if (each.node_port != 0) port.set("nodePort", doc::Value{each.node_port});
    list.push_back(std::move(port));
  }
  spec.set("ports", std::move(list));
  return service;
}

/// An EndpointSlice of that Service.
inline doc::Value make_slice(const std::string& service, const std::vector<PortSpec>& ports,
                             const std::vector<EndpointSpec>& endpoints,
                             const std::string& suffix = "abcde") {
  doc::Value slice;
  slice.set("metadata", make_metadata(service + "-" + suffix));
  slice.edit("metadata").edit("labels").set("kubernetes.io/service-name", doc::Value{service});
  slice.set("addressType", doc::Value{"IPv4"});
  doc::Value list = doc::Value::array();
  for (const EndpointSpec& each : endpoints) {
    doc::Value endpoint;
    endpoint.set("addresses", doc::Value::array({doc::Value{each.address}}));
    doc::Value& conditions = endpoint.edit("conditions");
    conditions.set("ready", doc::Value{each.ready});
    conditions.set("serving", doc::Value{each.serving});
    conditions.set("terminating", doc::Value{each.terminating});
    if (!each.hostname.empty()) endpoint.set("hostname", doc::Value{each.hostname});
    if (!each.node.empty()) endpoint.set("nodeName", doc::Value{each.node});
    for (const auto& [field, hints] :
         {std::pair{"forZones", each.zone_hints}, std::pair{"forNodes", each.node_hints}}) {
      for (const std::string& hint : hints) {
        endpoint.edit("hints").edit(field).push_back(doc::Value::map({{"name", doc::Value{hint}}}));
      }
    }
    if (!each.pod.empty()) {
      doc::Value& target = endpoint.edit("targetRef");
      target.set("kind", doc::Value{"Pod"});
      target.set("namespace", doc::Value{"default"});
      target.set("name", doc::Value{each.pod});
    }
    list.push_back(std::move(endpoint));
  }
  slice.set("endpoints", std::move(list));
  list = doc::Value::array();
  for (const PortSpec& each : ports) {
    doc::Value port;
    port.set("name", doc::Value{each.name});
    port.set("port", doc::Value{each.port});
    port.set("protocol", doc::Value{each.protocol});
    list.push_back(std::move(port));
  }
  slice.set("ports", std::move(list));
  return slice;
}

}  // namespace rockpool::net::testing
