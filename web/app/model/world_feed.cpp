// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/world_feed.h"

#include <algorithm>

#include "core/api/object.h"
#include "core/api/views/endpoints.h"
#include "core/client/slices_of_service.h"
#include "core/net/network.h"
#include "core/net/proxy.h"
#include "web/app/model/read_objects.h"

namespace rockpool::app {
namespace {

constexpr std::string_view kServiceNameLabel = "kubernetes.io/service-name";

std::string key_of_document(const doc::Value& object) {
  return key_of_object(api::namespace_of(object), api::name(object));
}

void sort_unique(std::vector<Slot>& slots) {
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
}

}  // namespace

WorldFeed::WorldFeed(Cluster& cluster, World& world) : cluster_{cluster}, world_{world} {
  world_.clear();
  follow(api::ResourceId::nodes, nodes_);
  follow(api::ResourceId::pods, pods_);
  follow(api::ResourceId::services, services_);
  follow(api::ResourceId::endpointslices, slices_);
  client::Informer& events = cluster.informers().of(api::ResourceId::events);
  for (const auto& [key, event] : events.objects()) events_.push_back(event);
  subscriptions_.push_back(events.subscribe([this](const doc::Value*, const doc::Value* after) {
    if (after != nullptr) events_.push_back(*after);
  }));
  refresh();
}

void WorldFeed::follow(api::ResourceId resource, Changes& changes) {
  client::Informer& informer = cluster_.informers().of(resource);
  for (const auto& [key, object] : informer.objects()) changes[key.to_string()] = object;
  subscriptions_.push_back(
      informer.subscribe([this, &changes](const doc::Value* before, const doc::Value* after) {
        const doc::Value& object = after != nullptr ? *after : *before;
        changes[key_of_document(object)] = after != nullptr ? *after : doc::Value{};
        if (&changes != &slices_) return;
        // A slice that is gone no longer says whose it was: note its Service now.
        const std::string_view service = api::label(object, kServiceNameLabel);
        if (!service.empty())
          stale_endpoints_.insert(key_of_object(api::namespace_of(object), service));
      }));
}

void WorldFeed::refresh() {
  refresh_nodes();
  refresh_pods();
  refresh_services();
  refresh_endpoints();
  refresh_events();
}

void WorldFeed::refresh_nodes() {
  for (auto& [key, object] : nodes_) {
    if (object.is_null()) {
      world_.nodes.remove(key);
      ++world_.structure;
    } else {
      if (world_.nodes.find(key) == kNoSlot) ++world_.structure;
      world_.nodes.put(key, read_node(object));
    }
    ++world_.changes;
  }
  nodes_.clear();
  // Power and frozen proxies are no part of the API; there are few nodes and this is two look-ups
  // each.
  for (Slot slot = 0; slot < world_.nodes.slots(); ++slot) {
    NodeItem* item = world_.nodes.get(slot);
    if (item == nullptr) continue;
    const net::Node* node = cluster_.network().find_node(item->name);
    const bool powered = node != nullptr && node->is_up();
    const bool frozen = node != nullptr && cluster_.proxy().is_frozen(*node);
    if (powered != item->powered || frozen != item->proxy_frozen) ++world_.changes;
    item->powered = powered;
    item->proxy_frozen = frozen;
  }
}

void WorldFeed::refresh_pods() {
  for (auto& [key, object] : pods_) {
    ++world_.changes;
    if (object.is_null()) {
      world_.pods.remove(key);
      ++world_.structure;
      continue;
    }
    PodItem item = read_pod(object);
    const PodItem* before = world_.pods.get(key);
    if (before == nullptr || before->uid != item.uid || before->node != item.node)
      ++world_.structure;
    world_.pods.put(key, std::move(item));
  }
  pods_.clear();
}

void WorldFeed::refresh_services() {
  for (auto& [key, object] : services_) {
    ++world_.changes;
    if (object.is_null()) {
      world_.services.remove(key);
      ++world_.structure;
      continue;
    }
    const ServiceItem* before = world_.services.get(key);
    ServiceItem item = read_service(object);
    if (before == nullptr) {
      ++world_.structure;
    } else {
      if (before->type != item.type) ++world_.structure;
      item.ready = before->ready;
      item.not_ready = before->not_ready;
      item.ready_others = before->ready_others;
      item.not_ready_others = before->not_ready_others;
    }
    world_.services.put(key, std::move(item));
    stale_endpoints_.insert(key);
  }
  services_.clear();
}

void WorldFeed::refresh_endpoints() {
  for (const auto& [key, object] : slices_) {
    const std::string_view service =
        object.is_null() ? std::string_view{} : api::label(object, kServiceNameLabel);
    if (!service.empty())
      stale_endpoints_.insert(key_of_object(api::namespace_of(object), service));
  }
  slices_.clear();
  for (const std::string& key : stale_endpoints_) read_endpoints(key);
  stale_endpoints_.clear();
}

void WorldFeed::read_endpoints(const std::string& service_key) {
  ServiceItem* service = world_.services.get(world_.services.find(service_key));
  if (service == nullptr) return;
  service->ready.clear();
  service->not_ready.clear();
  service->ready_others = 0;
  service->not_ready_others = 0;
  client::Informer& slices = cluster_.informers().of(api::ResourceId::endpointslices);
  for (const client::Entry* entry : client::slices_of_service(slices, service->ns, service->name)) {
    const api::EndpointSlice slice{entry->second};
    for (const api::Endpoint endpoint : slice.endpoints()) {
      const doc::Value& target = endpoint.target_ref();
      if (target["kind"].as_string() != "Pod") {
        ++(endpoint.is_ready() ? service->ready_others : service->not_ready_others);
        continue;
      }
      const Slot pod = world_.pods.find(
          key_of_object(target["namespace"].as_string(service->ns), target["name"].as_string()));
      if (pod != kNoSlot)
        (endpoint.is_ready() ? service->ready : service->not_ready).push_back(pod);
    }
  }
  sort_unique(service->ready);
  sort_unique(service->not_ready);
  ++world_.changes;
}

void WorldFeed::refresh_events() {
  for (const doc::Value& event : events_) world_.add_event(read_event(event));
  events_.clear();
}

}  // namespace rockpool::app
