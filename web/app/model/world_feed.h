// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cluster/cluster.h"
#include "web/app/model/world.h"

namespace rockpool::app {

/// Keeps a World equal to a cluster. Changes are only noted when they happen, and read once per
/// refresh: an object that changes a hundred times between two frames is read once, one that does
/// not change never.
class WorldFeed {
 public:
  /// Starts with what there is. Both must outlive the feed.
  WorldFeed(Cluster& cluster, World& world);

  /// Brings the World up to date. Costs time in proportion to what has changed.
  void refresh();

 private:
  // The newest version of each changed object by key; null: it is gone.
  using Changes = std::unordered_map<std::string, doc::Value>;

  void follow(api::ResourceId resource, Changes& changes);
  void refresh_nodes();
  void refresh_pods();
  void refresh_services();
  void refresh_endpoints();
  void refresh_events();
  void read_endpoints(const std::string& service_key);

  Cluster& cluster_;
  World& world_;
  std::vector<client::Subscription> subscriptions_;
  Changes nodes_;
  Changes pods_;
  Changes services_;
  Changes slices_;
  std::vector<doc::Value> events_;
  // Services whose endpoints are to be read again, by key.
  std::set<std::string> stale_endpoints_;
};

}  // namespace rockpool::app
