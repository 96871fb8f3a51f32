// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/quantity.h"
#include "core/api/views/view.h"

namespace rockpool::api {

/// A Node.
class Node : public ObjectView {
 public:
  using ObjectView::ObjectView;
  bool is_unschedulable() const { return spec_value()["unschedulable"_key].as_bool(); }
  /// An array of {key, value, effect, timeAdded} or null.
  const doc::Value& taints() const { return spec_value()["taints"_key]; }
  std::string_view pod_cidr() const { return spec_value()["podCIDR"_key].as_string(); }
  /// An array of strings.
  const doc::Value& pod_cidrs() const { return spec_value()["podCIDRs"_key]; }
  /// Condition Ready is True.
  bool is_ready() const { return is_condition_true(value(), "Ready"); }
  const doc::Value& capacity() const { return status_value()["capacity"_key]; }
  const doc::Value& allocatable() const { return status_value()["allocatable"_key]; }
  Quantity allocatable(std::string_view resource_name) const {
    return Quantity::from_value(allocatable()[resource_name]);
  }
  /// The first address of that type ("InternalIP", "Hostname", …), or empty.
  std::string_view address(std::string_view type) const {
    for (const doc::Value& entry : status_value()["addresses"_key].items()) {
      if (entry["type"_key].as_string() == type) return entry["address"_key].as_string();
    }
    return {};
  }
  std::string_view internal_ip() const { return address("InternalIP"); }
  std::string_view zone() const { return label(value(), "topology.kubernetes.io/zone"); }
  const doc::Value& conditions() const { return status_value()["conditions"_key]; }
  const doc::Value& node_info() const { return status_value()["nodeInfo"_key]; }
};

}  // namespace rockpool::api
