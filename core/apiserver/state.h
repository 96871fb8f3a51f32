// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/cluster_ip_allocator.h"
#include "core/apiserver/custom/definitions.h"
#include "core/apiserver/event_expiry.h"
#include "core/apiserver/node_port_allocator.h"
#include "core/apiserver/node_port_repair.h"
#include "core/apiserver/recent_parts.h"
#include "core/doc/value.h"
#include "core/sim/loop.h"
#include "core/sim/random.h"
#include "core/store/store.h"

// What the files of this room share. Nothing outside includes it.
namespace rockpool::apiserver {

using namespace doc::literals;

/// The inside of an ApiServer.
struct ServerState {
  ServerState(sim::Loop& the_loop, store::Store& the_store, const sim::Random& random,
              Options the_options);

  sim::Loop& loop;
  store::Store& store;
  Options options;
  sim::Random uids;
  sim::Random names;
  ClusterIpAllocator cluster_ips;
  NodePortAllocator node_ports;
  NodePortRepair node_port_repair;
  EventExpiry event_expiry;
  RecentParts recent_parts;
  PodLogSource* pod_log_source = nullptr;
  std::uint64_t token_key;
  PodStreams* pod_streams = nullptr;
  ProxyTransport* proxy_transport = nullptr;
  MetricsSource* metrics_source = nullptr;
  NodeServer* node_server = nullptr;
  /// What every Pod's kube-api-access volume projects.
  doc::Value token_volume;
  /// Where containers find that volume; shared by all their mounts.
  doc::Value token_path;
  /// The tolerations that every Pod has unless it says otherwise.
  doc::Value default_tolerations;

  custom::Definitions definitions;
  bool is_serving = true;
  /// Watches that may still be open, so that they end with the server.
  std::vector<std::weak_ptr<WatchStream>> watches;

  /// The resource of that id as it is stored, built in or defined.
  const api::Resource& resource(api::ResourceId id) const;
  /// Keeps a watch among those that end with the server.
  void add_watch(const std::shared_ptr<WatchStream>& stream);
  /// What follows from an object having been written or removed.
  void note_written(const api::Resource& resource, const doc::Value& object);
  void note_removed(const api::Resource& resource, const doc::Value& object);

  /// The present as a metav1.Time. All objects of one second share one text.
  const doc::Value& now_text();

 private:
  std::int64_t now_text_second_ = INT64_MIN;
  doc::Value now_text_;
  // With so many watches those that are gone are forgotten.
  std::size_t next_watch_sweep_ = 64;
};

/// The `projected` part of the volume that carries a Pod's service account token.
doc::Value make_token_volume();
/// The path of that volume in containers.
doc::Value make_token_path();
/// Those of a lost node, for so many seconds.
doc::Value make_default_tolerations(std::int64_t seconds);

/// The metadata as a document; null if there is none.
inline const doc::Value& metadata_of(const doc::Value& object) {
  return object["metadata"_key];
}
/// metadata.name; valid as long as the document lives unchanged.
inline std::string_view name_of(const doc::Value& object) {
  return metadata_of(object)["name"_key].as_string();
}
/// metadata.namespace, likewise; empty for cluster-scoped objects.
inline std::string_view namespace_name_of(const doc::Value& object) {
  return metadata_of(object)["namespace"_key].as_string();
}

}  // namespace rockpool::apiserver
