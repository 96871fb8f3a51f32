// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/pod.h"
#include "core/api/views/service.h"
#include "core/client/informer.h"
#include "core/client/selection.h"
#include "core/doc/value.h"
#include "core/sim/time.h"

// How Pods become endpoints of Services: what the controllers of Endpoints and of EndpointSlices
// share (k8s.io/endpointslice/util).
namespace rockpool::controllers {

/// True if the Pod has an address and has not run to its end; Pods being deleted count only if
/// `include_terminating`.
bool belongs_in_endpoints(const api::Pod& pod, bool include_terminating);
/// True if the endpoint carries the Pod's hostname: the Pod names this very Service as its
/// subdomain.
bool has_hostname_in(const api::Pod& pod, const api::Service& service);
/// The Pod's address of that family ("IPv4", "IPv6"), or empty.
std::string_view pod_ip(const api::Pod& pod, std::string_view family);
/// The `targetRef` of its endpoints, which shares the Pod's own texts.
doc::Value reference_to(const api::Pod& pod);
/// True if a change of a Pod can change its endpoints. Null means there was, or is, no Pod.
bool changes_endpoints(const doc::Value* before, const doc::Value* after);
/// True if controllers write this Service's endpoints, rather than people or nobody.
bool has_managed_endpoints(const api::Service& service);
/// The address families of the Service, primary first; never empty.
std::vector<std::string> ip_families(const api::Service& service);

/// A service port as one Pod offers it: {name?, port, protocol, appProtocol?}, the number found by
/// the Pod's own port names. Empty if the Pod has no port of that name.
std::optional<doc::Value> endpoint_port(const api::ServicePort& port, const api::Pod& pod,
                                        bool keep_empty_name);

/// Calls `visit(const doc::Value& pod)` for each Pod that the Service selects.
template <typename Visit>
void for_each_selected_pod(client::Informer& pods, const api::Service& service, Visit&& visit);

/// Which moment a change of endpoints goes back to, for measuring how long it takes to come into
/// effect (endpoints.kubernetes.io/last-change-trigger-time): the earliest change of a Pod's
/// readiness since the last look, or the Service's creation at the first.
class TriggerTimes {
 public:
  /// Takes note of a Pod as it is now; null if the Service no longer has that Pod.
  void observe(const std::string& pod_name, const doc::Value* pod);
  /// The moment since the last call; empty if nothing has changed that counts.
  std::optional<sim::Time> take(const api::Service& service);

 private:
  std::map<std::string, sim::Time> pods_;
  std::optional<sim::Time> earliest_;
  bool known_ = false;
};

/// Sets or removes the annotation with that moment.
void set_trigger_time(doc::Value& object, const std::optional<sim::Time>& moment);

// Defined here, because visitors are of any type.
template <typename Visit>
void for_each_selected_pod(client::Informer& pods, const api::Service& service, Visit&& visit) {
  const auto pairs = service.selector().members();
  if (pairs.empty()) return;
  const std::string value = client::label_index_value(
      service.namespace_name(), pairs.front().key.text(), pairs.front().value.as_string());
  for (const client::Entry* entry : pods.by_label().find(value)) {
    if (client::has_labels(api::labels(entry->second), service.selector())) visit(entry->second);
  }
}

}  // namespace rockpool::controllers
