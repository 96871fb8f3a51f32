// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/api/quantity.h"
#include "core/api/status.h"
#include "core/apiserver/metrics_source.h"
#include "core/apiserver/node_server.h"
#include "core/node/eviction.h"
#include "core/node/node_context.h"
#include "core/node/node_status.h"
#include "core/node/pod_worker.h"

namespace rockpool::node {

/// The agent of one node: registers it, keeps its Lease and status fresh, and runs the Pods that
/// are bound to it (pkg/kubelet).
///
/// It sees its Pods through the shared Pod informer by node name, so what it costs does not grow
/// with the cluster. While nothing happens it has two timers, for the Lease and for the Node's
/// status.
class Kubelet : private EvictionHost {
 public:
  /// All references must outlive the kubelet. `machine` is a node of `network`.
  Kubelet(sim::Loop& loop, apiserver::ApiServer& api, client::Informers& informers,
          net::Network& network, net::Node& machine, sim::Random random, KubeletOptions options);
  Kubelet(const Kubelet&) = delete;
  Kubelet& operator=(const Kubelet&) = delete;
  ~Kubelet() override;

  const std::string& node_name() const { return context_.node_name(); }
  net::Node& machine() const { return context_.machine; }
  const KubeletOptions& options() const { return context_.options; }

  /// Registers the node and begins to run its Pods.
  void start();

  /// Switches the machine off: whatever runs on it is gone at once, its network is silent.
  void power_off();
  /// Switches it on again. Its kubelet is back after the boot time; its containers start anew.
  void power_on();
  bool is_powered() const { return powered_; }
  /// Cuts the way to the control plane or restores it. While it is cut, Pods run on but nothing is
  /// seen of the API nor reported to it; afterwards the kubelet lists its Pods anew.
  void set_connected(bool connected);
  bool is_connected() const { return context_.connected; }
  /// The API server has gone or come back, which is to the kubelet as if the way were cut.
  void set_api_server_up(bool up);
  /// Something that is no Pod takes that many bytes of the machine's memory and disk, instead of
  /// what it took before.
  void occupy(std::int64_t memory, std::int64_t disk);

  /// The worker of the Pod with that uid, or nullptr.
  PodWorker* find_pod(std::string_view uid);
  /// The worker of the Pod with that name, or nullptr.
  PodWorker* find_pod(const api::ObjectKey& key);
  /// All Pods by uid.
  const std::map<std::string, std::unique_ptr<PodWorker>, std::less<>>& pods() const {
    return workers_;
  }
  /// The images on the node.
  ImagePuller& images() { return context_.puller; }
  /// What the node and all that runs on it use; nothing while nobody can ask, and in its first
  /// `sim::RecentSum::kSpan`.
  std::optional<apiserver::ResourceUsage> usage() const;
  /// True once the machine has booted.
  bool is_running() const { return running_; }
  /// What it answers at its own port, 10250.
  apiserver::Response serve(std::string_view path, const apiserver::Request& request);
  /// What it has written into its log.
  const KubeletLog& log() const { return context_.log; }
  /// The number of statuses and deletions of Pods written so far.
  std::int64_t status_writes() const { return context_.status.writes(); }

 private:
  // Port, protocol, address.
  using HostPort = std::tuple<std::int64_t, std::string, std::string>;
  struct Rejection {
    std::string reason;
    std::string message;
  };

  void update_connection();
  void begin_to_watch();
  void list_pods();
  void handle_change(const doc::Value* before, const doc::Value* after);
  void take_pod(const doc::Value& pod);
  void note(KubeletLog::Event event, const doc::Value& pod);
  // EvictionHost
  std::vector<PodHoldings> measure_pods() const override;
  std::int64_t memory_used() const override;
  std::int64_t disk_used() const override;
  void remove_unused_images() override;
  void evict(const doc::Value& pod, const std::string& message, bool for_node) override;
  bool is_cleaned_up(std::string_view pod_uid) const override;
  void record_event(std::string_view type, std::string_view reason,
                    std::string_view message) override;
  void on_pressure_changed() override;
  void set_up_disk();

  apiserver::Response serve_logs(std::string_view path) const;
  apiserver::Response serve_summary() const;
  apiserver::Response serve_metrics() const;
  apiserver::Response serve_configuration() const;
  apiserver::Response serve_container_log(std::string_view path, const apiserver::Request& request);
  static doc::Value running_pod(const PodWorker& worker);

  std::optional<Rejection> admit(const doc::Value& pod) const;
  std::optional<Rejection> check_machine(const api::PodSpec& spec) const;
  std::optional<Rejection> check_resources(const api::PodSpec& spec) const;
  bool has_port_conflict(const api::PodSpec& spec) const;
  void watch_references(const doc::Value& pod);
  void schedule_volume_refresh();

  void register_node();
  void write_node_status();
  void record_node(std::string_view reason, std::string_view message,
                   std::string_view type = "Normal");
  void record_start();
  void renew_lease();
  void schedule_lease();
  void schedule_status_report();
  void boot();

  void note_change(const std::string& uid);
  void relist();
  void forget_finished();

  NodeContext context_;
  MachineIdentity identity_;
  sim::Random jitter_;
  EvictionManager eviction_;
  // What occupies the machine beside the system and Pods, in bytes.
  std::int64_t other_memory_ = 0;
  std::int64_t other_disk_ = 0;
  // The pressure that the Node's status shows, and that events have told of.
  NodePressure pressure_;
  std::map<std::string, std::unique_ptr<PodWorker>, std::less<>> workers_;
  client::Subscription subscription_;
  client::Subscription config_maps_;
  client::Subscription secrets_;
  // The way to the control plane, and whether there is an API server at its end.
  bool has_way_ = true;
  bool api_server_up_ = true;
  bool watches_references_ = false;
  bool started_ = false;
  bool powered_ = true;
  // The kubelet's own process runs: the machine is on and has booted.
  bool running_ = false;
  sim::Time running_since_;
  // Pods whose containers have changed since the last relist; pods that may be forgotten.
  std::vector<std::string> changed_;
  std::vector<std::string> finished_;
  sim::Time relist_anchor_;
  sim::TimerId relist_timer_;
  sim::TimerId finished_timer_;
  sim::TimerId lease_timer_;
  sim::TimerId status_timer_;
  sim::TimerId boot_timer_;
  sim::TimerId refresh_timer_;
};

/// The kubelets of a cluster, as the API server reaches them for logs and conversations with Pods.
class Kubelets : public apiserver::PodLogSource,
                 public apiserver::PodStreams,
                 public apiserver::MetricsSource,
                 public apiserver::NodeServer {
 public:
  /// Adds a kubelet, which must stay until it is removed.
  void add(Kubelet& kubelet) { by_node_[kubelet.node_name()] = &kubelet; }
  void remove(const Kubelet& kubelet) { by_node_.erase(kubelet.node_name()); }
  /// The kubelet of that node, or nullptr.
  Kubelet* find(std::string_view node_name) const;

  api::Result<std::string> read_log(const doc::Value& pod,
                                    const apiserver::PodLogOptions& options) override;
  api::Result<void> follow_log(const doc::Value& pod, const apiserver::PodLogOptions& options,
                               std::shared_ptr<apiserver::ByteStream> stream) override;
  api::Result<void> check(const doc::Value& pod, std::string_view container) override;
  api::Result<std::shared_ptr<apiserver::Session>> exec(
      const doc::Value& pod, const apiserver::RemoteCommand& command) override;
  api::Result<std::shared_ptr<apiserver::Session>> attach(
      const doc::Value& pod, const apiserver::RemoteCommand& command) override;
  api::Result<std::shared_ptr<apiserver::Session>> forward_ports(const doc::Value& pod) override;
  sim::Duration window() const override { return sim::RecentSum::kSpan; }
  std::optional<apiserver::ResourceUsage> node_usage(std::string_view node) const override;
  std::vector<apiserver::ContainerUsage> pod_usage(const doc::Value& pod) const override;
  apiserver::Response serve(std::string_view node, std::string_view address, std::string_view path,
                            const apiserver::Request& request) override;

 private:
  // The worker of a Pod whose kubelet can be reached.
  api::Result<PodWorker*> find_pod(const doc::Value& pod) const;
  // The worker that has that Pod's log.
  api::Result<PodWorker*> find_log(const doc::Value& pod,
                                   const apiserver::PodLogOptions& options) const;

  std::map<std::string, Kubelet*, std::less<>> by_node_;
};

}  // namespace rockpool::node
