// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/cluster/why/explanation.h"
#include "web/app/model/failed_request.h"
#include "web/app/model/traffic.h"
#include "web/app/model/world.h"

namespace rockpool::app {

/// A request about whose way somebody wants to know.
struct WhyRequest {
  std::string from{};  ///< pod/namespace/name, node/name or external
  std::string url{};
  /// One such request that has failed, if it is about that one.
  FailedRequestRef failed{};

  friend bool operator==(const WhyRequest&, const WhyRequest&) = default;
};

/// The question why that request has failed.
WhyRequest why_failed(const FailedRequestRef& failed);

/// What is said of a request.
struct WhyAnswer {
  /// What is wrong with its way as things are.
  cluster::Explanation now{};
  /// Of one that has failed, what was wrong with it.
  std::optional<cluster::Explanation> then{};
};

/// Under what URL a client reaches a Service: by its name from a Pod, by its address from a node,
/// by a node's port from outside; empty if it cannot be reached like that.
std::string url_of_service(const World& world, const ServiceItem& service, std::string_view from);

/// What somebody who looks at a Service, Pod or node most likely wants to know: the last request
/// that failed there, else the last one, else one that could be made.
WhyRequest likely_request(const World& world, const Traffic& traffic, const ObjectRef& object);

/// Who may ask: the Pods that run, by namespace and name, then the nodes, then the outside.
std::vector<std::string> request_clients(const World& world);
/// Where to, from there: a URL of every Service that can be reached.
std::vector<std::string> request_urls(const World& world, std::string_view from);

}  // namespace rockpool::app
