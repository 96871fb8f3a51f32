// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/views/view.h"

namespace rockpool::api {

/// A port of an EndpointSlice or of an Endpoints subset.
class EndpointPort : public View {
 public:
  using View::View;
  std::string_view name() const { return text("name"_key); }
  std::string_view protocol() const { return value()["protocol"_key].as_string("TCP"); }
  std::int64_t port() const { return number("port"_key); }
  std::string_view app_protocol() const { return text("appProtocol"_key); }
};

/// One endpoint of an EndpointSlice.
class Endpoint : public View {
 public:
  using View::View;
  /// An array of strings, of which consumers use the first.
  const doc::Value& addresses() const { return value()["addresses"_key]; }
  std::string_view address() const { return addresses().at(0).as_string(); }
  /// Absent conditions count as upstream says: ready and serving as true, terminating as false.
  bool is_ready() const { return value()["conditions"_key]["ready"_key].as_bool(true); }
  bool is_serving() const { return value()["conditions"_key]["serving"_key].as_bool(is_ready()); }
  bool is_terminating() const { return value()["conditions"_key]["terminating"_key].as_bool(); }
  std::string_view hostname() const { return text("hostname"_key); }
  std::string_view node_name() const { return text("nodeName"_key); }
  std::string_view zone() const { return text("zone"_key); }
  /// An ObjectReference, mostly to a Pod.
  const doc::Value& target_ref() const { return value()["targetRef"_key]; }
  /// Arrays of {name}.
  const doc::Value& zone_hints() const { return value()["hints"_key]["forZones"_key]; }
  const doc::Value& node_hints() const { return value()["hints"_key]["forNodes"_key]; }
};

/// An EndpointSlice.
class EndpointSlice : public ObjectView {
 public:
  using ObjectView::ObjectView;
  /// "IPv4", "IPv6" or "FQDN".
  std::string_view address_type() const { return value()["addressType"_key].as_string(); }
  ViewList<Endpoint> endpoints() const { return ViewList<Endpoint>{value()["endpoints"_key]}; }
  ViewList<EndpointPort> ports() const { return ViewList<EndpointPort>{value()["ports"_key]}; }
  /// The Service it belongs to, by its label; empty if it has none.
  std::string_view service_name() const { return label(value(), "kubernetes.io/service-name"); }
};

/// One subset of an Endpoints object.
class EndpointSubset : public View {
 public:
  using View::View;
  /// Arrays of {ip, hostname, nodeName, targetRef}.
  const doc::Value& addresses() const { return value()["addresses"_key]; }
  const doc::Value& not_ready_addresses() const { return value()["notReadyAddresses"_key]; }
  ViewList<EndpointPort> ports() const { return ViewList<EndpointPort>{value()["ports"_key]}; }
};

/// An Endpoints object (the older, deprecated kind).
class Endpoints : public ObjectView {
 public:
  using ObjectView::ObjectView;
  ViewList<EndpointSubset> subsets() const {
    return ViewList<EndpointSubset>{value()["subsets"_key]};
  }
};

}  // namespace rockpool::api
