// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>
#include <string>

#include "core/api/views/endpoints.h"
#include "core/api/views/service.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kServiceColumns[] = {
    kNameColumn,
    {"Type", ColumnType::string, false, "How the Service is exposed."},
    {"Cluster-IP", ColumnType::string, false, "The address inside the cluster."},
    {"External-IP", ColumnType::string, false, "Addresses or names outside the cluster."},
    {"Port(s)", ColumnType::string, false, "Ports, with the node's port after a colon."},
    kAgeColumn,
    {"Selector", ColumnType::string, true, "Which Pods back the Service."},
};

std::string external_text(const api::Service& service) {
  const std::string external_ips = join_texts(service.external_ips());
  if (service.is_external_name()) return std::string{service.external_name()};
  if (service.type() != "LoadBalancer") return std::string{or_none(external_ips)};
  const std::string balancer = load_balancer_text(service.load_balancer_ingress());
  if (external_ips.empty()) return balancer.empty() ? "<pending>" : balancer;
  return balancer.empty() ? external_ips : fmt::format("{},{}", balancer, external_ips);
}

std::string ports_text(const api::Service& service) {
  std::string text;
  for (const api::ServicePort port : service.ports()) {
    if (!text.empty()) text += ',';
    text += port.node_port() > 0
                ? fmt::format("{}:{}/{}", port.port(), port.node_port(), port.protocol())
                : fmt::format("{}/{}", port.port(), port.protocol());
  }
  return std::string{or_none(text)};
}

Cells service_cells(const doc::Value& object, sim::Time now) {
  const api::Service service{object};
  return {service.name(),
          service.type(),
          or_none(service.cluster_ips().at(0).as_string()),
          external_text(service),
          ports_text(service),
          age_of(object, now),
          labels_text(service.selector())};
}

constexpr Column kEndpointsColumns[] = {
    kNameColumn,
    {"Endpoints", ColumnType::string, false, "Addresses and ports that are ready."},
    kAgeColumn,
};

std::string host_and_port(std::string_view host, std::int64_t port) {
  const bool bracketed = host.find(':') != std::string_view::npos;
  return bracketed ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::string endpoints_text(const api::Endpoints& endpoints) {
  if (endpoints.subsets().empty()) return std::string{kNone};
  ShortList list;
  for (const api::EndpointSubset subset : endpoints.subsets()) {
    if (subset.ports().empty()) {
      for (const doc::Value& address : subset.addresses().items()) {
        list.add(address["ip"_key].as_string());
      }
    }
    for (const api::EndpointPort port : subset.ports()) {
      for (const doc::Value& address : subset.addresses().items()) {
        list.add(host_and_port(address["ip"_key].as_string(), port.port()));
      }
    }
  }
  return list.to_string("");
}

Cells endpoints_cells(const doc::Value& object, sim::Time now) {
  const api::Endpoints endpoints{object};
  return {endpoints.name(), endpoints_text(endpoints), age_of(object, now)};
}

constexpr Column kEndpointSliceColumns[] = {
    kNameColumn,
    {"AddressType", ColumnType::string, false, "What the addresses are."},
    {"Ports", ColumnType::string, false, "The ports of every endpoint."},
    {"Endpoints", ColumnType::string, false, "The endpoints' addresses, ready or not."},
    kAgeColumn,
};

Cells endpoint_slice_cells(const doc::Value& object, sim::Time now) {
  const api::EndpointSlice slice{object};
  ShortList ports;
  for (const api::EndpointPort port : slice.ports()) {
    const bool any = port.value()["port"_key].is_null();
    ports.add(any ? "*" : fmt::format("{}", port.port()));
  }
  ShortList addresses;
  for (const api::Endpoint endpoint : slice.endpoints()) {
    for (const doc::Value& address : endpoint.addresses().items()) {
      addresses.add(address.as_string());
    }
  }
  return {slice.name(), slice.address_type(), ports.to_string("<unset>"),
          addresses.to_string("<unset>"), age_of(object, now)};
}

}  // namespace

constexpr Printer kServicePrinter{kServiceColumns, service_cells};
constexpr Printer kEndpointsPrinter{kEndpointsColumns, endpoints_cells};
constexpr Printer kEndpointSlicePrinter{kEndpointSliceColumns, endpoint_slice_cells};

}  // namespace rockpool::apiserver
