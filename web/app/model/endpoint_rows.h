// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "web/app/model/world.h"

namespace rockpool {
class Cluster;
}

namespace rockpool::app {

/// One endpoint of an EndpointSlice.
struct EndpointRow {
  std::string addresses{};
  ObjectRef target{};  ///< its Pod; nothing if it is none
  std::string node{};
  std::string zone{};
  std::string hints{};  ///< "zone-a, zone-b": from where it should be used; empty for everywhere
  bool ready = false;
  bool serving = false;
  bool terminating = false;
};

/// An EndpointSlice of a Service.
struct SliceRow {
  ObjectRef slice{};
  std::string address_type{};  ///< IPv4, IPv6, FQDN
  std::string ports{};         ///< http 8080/TCP
  std::string managed_by{};    ///< who writes it
  std::vector<EndpointRow> endpoints{};
};

/// The EndpointSlices of a Service, in order of their names, or the one that is named.
std::vector<SliceRow> endpoint_slices(Cluster& cluster, const ObjectRef& object);

}  // namespace rockpool::app
