// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/pod.h"
#include "core/api/views/service.h"
#include "core/doc/value.h"

// What the EndpointSlices of a Service should hold, as pure functions (k8s.io/endpointslice).
namespace rockpool::controllers {

inline constexpr std::string_view kServiceNameLabel = "kubernetes.io/service-name";
inline constexpr std::string_view kSliceManagedByLabel = "endpointslice.kubernetes.io/managed-by";
inline constexpr std::string_view kSliceManager = "endpointslice-controller.k8s.io";
inline constexpr std::string_view kHeadlessLabel = "service.kubernetes.io/headless";

/// The endpoint of a Pod at one of its addresses. `zone` is its node's, or empty.
doc::Value make_endpoint(const api::Pod& pod, const api::Service& service, std::string_view ip,
                         std::string_view zone);

/// The ports of a Service as one Pod offers them. Endpoints of Pods that offer different ones go
/// into different slices.
doc::Value endpoint_ports(const api::Service& service, const api::Pod& pod);

/// The labels that a slice of the Service has; null if there are none.
doc::Value slice_labels(const api::Service& service);

/// One slice while its endpoints are being rearranged.
struct SliceDraft {
  /// Empty for a slice that is yet to be made.
  std::string name;
  /// An array.
  doc::Value endpoints = doc::Value::array();
  /// It has to be written anyway.
  bool changed = false;
};

/// Finds room for endpoints in slices of the same ports and address type, with as few writes as
/// possible: first slices that must be written anyway are filled, fullest first; what is left goes
/// into the one unchanged slice that it fills best, or else into new slices. A changed slice
/// without endpoints is on its way out and is not filled. Slices are never rearranged just to have
/// fewer of them.
void pack_endpoints(std::vector<SliceDraft>& slices, std::vector<doc::Value> additions,
                    std::size_t max_endpoints);

}  // namespace rockpool::controllers
