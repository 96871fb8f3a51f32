// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpointslice_plan.h"

#include <algorithm>

#include "core/api/object.h"
#include "core/controllers/endpoint_pods.h"
#include "core/controllers/topology_hints.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

// Moves endpoints into the slice until it is full or none is left.
void fill(SliceDraft& slice, std::vector<doc::Value>& additions, std::size_t& next,
          std::size_t max_endpoints) {
  while (next < additions.size() && slice.endpoints.size() < max_endpoints) {
    slice.endpoints.push_back(std::move(additions[next++]));
    slice.changed = true;
  }
}

// The unchanged slice that so many endpoints fill best, or nullptr if none has room for all of
// them.
SliceDraft* best_fit(std::vector<SliceDraft>& slices, std::size_t count,
                     std::size_t max_endpoints) {
  SliceDraft* best = nullptr;
  for (SliceDraft& slice : slices) {
    if (slice.changed || slice.endpoints.size() + count > max_endpoints) continue;
    if (best == nullptr || slice.endpoints.size() > best->endpoints.size()) best = &slice;
  }
  return best;
}

doc::Value hint(std::string_view name) {
  return doc::Value::array({doc::Value::object({{"name"_key, name}})});
}

// Endpoints of Services that prefer short ways say where they are meant to be used from
// (spec.trafficDistribution). PreferClose is the older name of PreferSameZone.
void set_hints(doc::Value& endpoint, const api::Service& service) {
  const std::string_view wish = service.traffic_distribution();
  if (wish.empty()) return;
  const std::string zone = endpoint["zone"_key].to_string();
  if (!zone.empty()) endpoint.edit("hints"_key).set("forZones"_key, hint(zone));
  const std::string node = endpoint["nodeName"_key].to_string();
  if (wish == "PreferSameNode" && !node.empty()) {
    endpoint.edit("hints"_key).set("forNodes"_key, hint(node));
  }
}

}  // namespace

doc::Value make_endpoint(const api::Pod& pod, const api::Service& service, std::string_view ip,
                         std::string_view zone) {
  const bool serving = pod.is_ready();
  const bool terminating = pod.is_being_deleted();
  const bool ready = service.publish_not_ready_addresses() || (serving && !terminating);
  doc::Value endpoint = doc::Value::object({
      {"addresses"_key, doc::Value::strings({ip})},
      {"conditions"_key,
       doc::Value::object(
           {{"ready"_key, ready}, {"serving"_key, serving}, {"terminating"_key, terminating}})},
      {"nodeName"_key, pod.value()["spec"_key]["nodeName"_key]},
      {"targetRef"_key, reference_to(pod)},
  });
  if (pod.node_name().empty()) endpoint.erase("nodeName"_key);
  if (has_hostname_in(pod, service)) endpoint.set("hostname"_key, pod.spec().hostname());
  if (!zone.empty()) endpoint.set("zone"_key, zone);
  // What the annotation asks for goes first, and needs a look at all endpoints.
  if (ready && !wants_topology_hints(service)) set_hints(endpoint, service);
  return endpoint;
}

doc::Value endpoint_ports(const api::Service& service, const api::Pod& pod) {
  std::vector<doc::Value> ports;
  for (const api::ServicePort port : service.ports()) {
    if (auto found = endpoint_port(port, pod, true)) ports.push_back(std::move(*found));
  }
  return doc::Value::array(std::move(ports));
}

doc::Value slice_labels(const api::Service& service) {
  doc::Value labels = service.labels();
  labels.set(kServiceNameLabel, service.name());
  labels.set(kSliceManagedByLabel, kSliceManager);
  if (service.has_cluster_ip()) {
    labels.erase(kHeadlessLabel);
  } else {
    labels.set(kHeadlessLabel, "");
  }
  return labels;
}

void pack_endpoints(std::vector<SliceDraft>& slices, std::vector<doc::Value> additions,
                    std::size_t max_endpoints) {
  std::size_t next = 0;
  std::vector<SliceDraft*> changed;
  for (SliceDraft& slice : slices) {
    if (slice.changed && slice.endpoints.size() != 0) changed.push_back(&slice);
  }
  std::ranges::stable_sort(changed, [](const SliceDraft* left, const SliceDraft* right) {
    return left->endpoints.size() > right->endpoints.size();
  });
  for (SliceDraft* slice : changed) fill(*slice, additions, next, max_endpoints);

  while (next < additions.size()) {
    const std::size_t count = additions.size() - next;
    SliceDraft* target = count < max_endpoints ? best_fit(slices, count, max_endpoints) : nullptr;
    if (target == nullptr) target = &slices.emplace_back();
    fill(*target, additions, next, max_endpoints);
  }
}

}  // namespace rockpool::controllers
