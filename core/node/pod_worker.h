// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/quantity.h"
#include "core/api/status.h"
#include "core/api/views/pod.h"
#include "core/apiserver/metrics_source.h"
#include "core/apiserver/pod_log_source.h"
#include "core/apiserver/pod_streams.h"
#include "core/node/container.h"
#include "core/node/container_state.h"
#include "core/node/eviction_plan.h"
#include "core/node/node_context.h"
#include "core/node/pod_sandbox.h"
#include "core/node/prober.h"
#include "core/node/volumes.h"
#include "core/sim/task.h"

namespace rockpool::node {

/// Runs one Pod on its node (pkg/kubelet/pod_workers.go, kuberuntime): makes its sandbox, pulls its
/// images, starts its containers, probes and restarts them, stops them in the end, and reports all
/// of it.
///
/// While nothing changes it does nothing: there is no timer for an idle Pod unless it has probes.
class PodWorker {
 public:
  PodWorker(NodeContext& node, doc::Value pod);
  PodWorker(const PodWorker&) = delete;
  PodWorker& operator=(const PodWorker&) = delete;
  ~PodWorker();

  /// The newest version that the kubelet has seen.
  const doc::Value& pod() const { return pod_; }
  const std::string& uid() const { return uid_; }
  const PodState& state() const { return state_; }
  /// False once everything has stopped for good.
  bool is_active() const { return !state_.terminated; }
  /// What it asks of the node.
  const api::Quantity& cpu_request() const { return cpu_request_; }
  const api::Quantity& memory_request() const { return memory_request_; }

  /// Begins to run the Pod.
  void start();
  /// Takes on a Pod that ended before this kubelet knew of it: nothing is left to do but its
  /// removal.
  void restore_ended();
  /// Refuses the Pod for good.
  void reject(std::string_view reason, std::string_view message);
  /// Stops the Pod for good; it fails as `Evicted`. With `for_node` its node is short of
  /// something, which its status then says too.
  void evict(std::string_view message, bool for_node);
  /// The Pod has changed in the API.
  void update(doc::Value pod);
  /// The Pod is gone from the API: everything is stopped, then the worker asks to be forgotten.
  void remove();
  /// Something about the containers has changed: look at all of it.
  void wake();

  /// The machine loses its power: everything that runs is gone at once.
  void lose_power();
  /// The machine is back: begins again with what the Pod still has to do.
  void regain_power();
  /// Writes volumes anew whose ConfigMaps and Secrets may have changed.
  void refresh_volumes();

  /// Ends a running container's first process; false if none of that name runs.
  bool kill_container(std::string_view name, std::int32_t exit_code, std::string_view reason = {});
  /// The running instance of that container, or nullptr.
  Container* find_running(std::string_view name);
  /// What its running containers use; nothing as long as one of them runs for less than
  /// `sim::RecentSum::kSpan`.
  std::vector<apiserver::ContainerUsage> usage() const;
  /// What its containers and volumes hold of the node now; valid until the Pod changes.
  PodHoldings measure() const;
  /// The log that `kubectl logs` reads, or the kubelet's reason why there is none.
  api::Result<ContainerLog*> find_log(const apiserver::PodLogOptions& options) const;
  /// One of its containers' logs, as a file of its node: restarts count from 0.
  struct LogFile {
    std::string container;
    std::string container_id;
    std::int64_t restart = 0;
    const ContainerLog* log = nullptr;
  };
  /// The logs that are there, in order of containers, older ones first.
  std::vector<LogFile> log_files() const;
  /// Whether a conversation with that container could begin now; with none, one with the ports.
  api::Result<void> check_connection(std::string_view container);
  /// Begin a conversation with a container, or with the Pod's ports. Errors are the kubelet's.
  api::Result<std::shared_ptr<apiserver::Session>> exec(const apiserver::RemoteCommand& command);
  api::Result<std::shared_ptr<apiserver::Session>> attach(const apiserver::RemoteCommand& command);
  api::Result<std::shared_ptr<apiserver::Session>> forward_ports();

 private:
  struct ProbeLoop {
    ProbeKind kind;
    ProbeVerdict verdict;
    sim::Process process;
  };
  struct ContainerInputs {
    std::vector<EnvironmentVariable> environment;
    // What each mount shows of its volume.
    std::vector<std::string> sub_paths;
  };
  // One container of the Pod.
  struct Slot {
    bool is_init = false;
    // It was added while the Pod ran, and runs but once.
    bool is_ephemeral = false;
    std::size_t index = 0;
    ContainerState* ephemeral_state = nullptr;
    std::unique_ptr<Container> instance;
    std::unique_ptr<ContainerLog> log;
    std::unique_ptr<ContainerLog> previous_log;
    std::vector<std::unique_ptr<ProbeLoop>> probes;
    // The image with which the present instance was started.
    doc::Value started_image;
    // Set if a probe wants the instance replaced: which one.
    std::optional<ProbeKind> failed_probe;
    // Set by whoever ends the instance, for its status: `OOMKilled`.
    std::string end_reason;
    sim::Process kill;
    std::unique_ptr<sim::Future<bool>> killed;
    sim::Time kill_deadline;
  };

  ContainerState& state_of(const Slot& slot) {
    if (slot.is_ephemeral) return *slot.ephemeral_state;
    return slot.is_init ? state_.init_containers[slot.index] : state_.containers[slot.index];
  }
  const ContainerState& state_of(const Slot& slot) const {
    return const_cast<PodWorker*>(this)->state_of(slot);
  }
  api::Container spec_of(const Slot& slot) const;
  bool is_sidecar(const Slot& slot) const;
  std::string pod_text() const;
  ReferenceSource make_reference_source() const;
  void record(std::string_view type, std::string_view reason, std::string_view message);
  void record(const Slot& slot, std::string_view type, std::string_view reason,
              std::string_view message);
  void publish();

  // Syncing.
  sim::Task<void> sync();
  sim::Task<void> sync_once();
  bool prepare_volumes();
  sim::Task<bool> ensure_sandbox();
  sim::Task<bool> sync_init_containers();
  sim::Task<void> sync_ephemeral_containers();
  sim::Task<void> sync_container(Slot& slot);
  sim::Task<void> replace_container(Slot& slot);
  bool has_initialised() const;
  void finish_if_done();
  void retry_after(sim::Duration delay);

  // Starting a container.
  bool may_restart(Slot& slot, std::optional<sim::Time> failure);
  sim::Task<bool> start_container(Slot& slot);
  sim::Task<const PulledImage*> ensure_image(Slot& slot);
  const PulledImage* back_off_pulling(Slot& slot, const std::string& name, const std::string& key);
  sim::Task<const PulledImage*> pull_image(Slot& slot, ImageReference reference, std::string key);
  const PulledImage* fail_image(Slot& slot, std::string_view reason, std::string message);
  std::function<std::vector<EnvironmentVariable>()> make_service_environment();
  // What is found out before a container is made, or why it cannot be, in the kubelet's words.
  std::expected<ContainerInputs, std::string> find_inputs(const api::Container& container,
                                                          const PulledImage& image);
  std::unique_ptr<Machine> make_machine(Slot& slot, const PulledImage& image,
                                        ContainerInputs inputs);
  void run_instance(Slot& slot, const PulledImage& image, std::unique_ptr<Machine> machine,
                    std::vector<std::string> arguments);
  void fail_start(Slot& slot, const std::string& message);
  sim::Task<bool> run_post_start(Slot& slot);
  void on_exit(Slot& slot, std::int32_t exit_code);
  std::string termination_message(const Slot& slot, std::int32_t exit_code) const;

  // Probing.
  void start_probes(Slot& slot);
  void trigger_readiness_probes();
  sim::Task<void> probe_loop(Slot& slot, ProbeLoop& loop, bool immediately);
  bool wants_probe(const Slot& slot, ProbeKind kind, const api::Probe& probe) const;
  // Returns false if the loop has nothing more to do.
  bool take_result(Slot& slot, ProbeLoop& loop, const ProbeResult& result);
  sim::Duration until_next_tick(const api::Probe& probe) const;
  ProbeTarget target_of(const Slot& slot) const;

  // Stopping.
  void begin_termination(sim::Duration grace);
  void shorten_termination(sim::Duration grace);
  sim::Task<void> terminate(sim::Duration grace);
  void begin_kill(Slot& slot, sim::Duration grace, bool with_hook);
  sim::Task<void> kill_slot(Slot& slot, sim::Duration grace, bool with_hook);
  sim::Task<void> run_pre_stop(Slot& slot, std::optional<std::string>& problem,
                               sim::Future<bool>& done);
  void release_sandbox();
  void finish();
  sim::Duration termination_grace() const;

  NodeContext& node_;
  doc::Value pod_;
  std::string uid_;
  PodState state_;
  // Init containers, main ones, ephemeral ones; a list, as each must stay where it is.
  std::list<Slot> slots_;
  PodVolumes volumes_;
  PodSandbox sandbox_;
  api::Quantity cpu_request_;
  api::Quantity memory_request_;
  bool had_sandbox_ = false;
  bool ended_before_ = false;
  bool removed_ = false;
  bool dirty_ = false;
  bool powered_ = true;
  int volume_failures_ = 0;
  sim::Process sync_;
  sim::Process termination_;
  sim::TimerId retry_;
  sim::Time retry_moment_;
  sim::TimerId deadline_;
};

/// An error that the kubelet's server answers as plain text: 500 without a reason.
api::Status kubelet_error(std::string message);

/// The containers' status `status.message` and back-off texts call a Pod `name_namespace(uid)`.
std::string format_pod(const doc::Value& pod);

}  // namespace rockpool::node
