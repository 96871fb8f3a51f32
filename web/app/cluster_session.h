// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "web/app/model/request_watcher.h"
#include "web/app/model/world_feed.h"
#include "web/app/session.h"
#include "web/js/cluster_holder.h"

namespace rockpool::app {

/// What the application starts with.
struct SessionOptions {
  ClusterOptions cluster;
  /// Applied at the beginning; empty for nothing.
  std::string manifest;
  /// How much of the cluster's time has passed before it is first seen: Pods have started by then,
  /// and the charts of the last minute are full.
  sim::Duration head_start = std::chrono::seconds{75};
};

/// A real cluster. It is shared with whoever else holds the holder: what one does, the other sees,
/// and either may replace it.
class ClusterSession : public Session {
 public:
  ClusterSession(std::shared_ptr<web::ClusterHolder> holder, SessionOptions options);
  ~ClusterSession() override;

  const World& world() const override { return world_; }
  const Traffic& traffic() const override { return traffic_; }
  void on_request(std::function<void(const RequestSeen&)> listener) override {
    listener_ = std::move(listener);
  }
  sim::Time now() const override { return cluster().now(); }
  sim::Time start() const override { return cluster().options().start; }
  sim::Duration run_for(sim::Duration span, const std::function<bool()>& keep_going) override;
  bool step() override;
  std::vector<net::Family> ip_families() const override { return cluster().options().ip_families; }
  void reset(const std::vector<net::Family>& families) override;
  /// Takes in what somebody else did to the cluster since the last frame.
  void refresh();

  ApplyReport apply(std::string_view yaml) override;
  Outcome act(Action action, const ObjectRef& object) override;
  Outcome scale(const ObjectRef& workload, int replicas) override;
  Outcome request_from_outside(const ObjectRef& service) override;
  std::string yaml(const ObjectRef& object) const override;
  Outcome log(const ObjectRef& pod, std::string_view container, bool previous) const override;
  std::vector<ObjectRef> related(const ObjectRef& object) const override;
  Facts facts(const ObjectRef& object) const override;
  std::vector<ObjectGroup> objects(bool with_system) const override;
  ProxyMode proxy_mode() const override;
  Outcome set_proxy_mode(const ProxyMode& mode) override;
  NodeProxy node_proxy(const std::string& node, NodeProxyPart part) const override;
  std::vector<SliceRow> slices(const ObjectRef& object) const override;
  std::vector<DnsLookup> lookups(const ObjectRef& object) const override;
  std::string resolv_conf(const ObjectRef& object) const override;
  Outcome ask_name(const ObjectRef& client, std::string_view question) override;
  const NameAnswer* name_answer(const ObjectRef& client) const override;
  std::expected<WhyAnswer, std::string> explain(const WhyRequest& request) const override;

 private:
  // Traced requests per frame: as many as could be shown anyway.
  static constexpr int kTracesPerFrame = 24;
  // Failures that are explained at once, while the cluster is as it was: looking takes time
  // proportional to the number of Services.
  static constexpr int kExplainedPerFrame = 4;

  // The Pod's or node's place in the network; null if it has none, or is something else.
  const net::Host* find_host(const ObjectRef& object) const;
  Cluster& cluster() const { return *holder_->cluster; }
  void build();
  void attach();
  // Takes the requests that have finished.
  void collect();
  Outcome remove(const ObjectRef& object, bool now);
  Outcome set_unschedulable(const ObjectRef& node, bool value);
  Outcome do_fault(cluster::FaultKind kind, const ObjectRef& object, std::string done);

  std::shared_ptr<web::ClusterHolder> holder_;
  SessionOptions options_;
  World world_;
  Traffic traffic_;
  std::function<void(const RequestSeen&)> listener_;
  // What belongs to the present cluster.
  const Cluster* attached_ = nullptr;
  std::shared_ptr<RequestWatcher> watcher_;
  client::Subscription watching_;
  std::unique_ptr<WorldFeed> feed_;
  NameAsker asker_;
  int explanations_allowed_ = 0;
};

/// The cluster that a newcomer sees: its options, the first manifest, a head start.
SessionOptions newcomer_options();

}  // namespace rockpool::app
