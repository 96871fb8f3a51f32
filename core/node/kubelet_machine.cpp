// SPDX-License-Identifier: Apache-2.0
// The kubelet's node: its registration, Lease and status, and what becomes of it when the machine
// is switched off or cut from the control plane.
#include <string>
#include <utility>

#include <fmt/format.h>
#include "core/node/kubelet.h"

namespace rockpool::node {

using namespace doc::literals;

namespace {

// A Lease is renewed up to this part of its period later, so that nodes do not march in step.
constexpr std::int64_t kLeaseJitterPercent = 4;

}  // namespace

void Kubelet::register_node() {
  const api::Result<doc::Value> created =
      context_.api.create(api::ResourceId::nodes, {}, make_node(context_, identity_, pressure_));
  // Registered before: only its status is new.
  if (!created) write_node_status();
}

void Kubelet::write_node_status() {
  const doc::Value* node = context_.api.store().find(api::ResourceId::nodes, {}, node_name());
  if (node == nullptr) {
    // Somebody has deleted the Node; the kubelet registers it anew.
    static_cast<void>(
        context_.api.create(api::ResourceId::nodes, {}, make_node(context_, identity_, pressure_)));
    return;
  }
  static_cast<void>(context_.api.update_status(
      api::ResourceId::nodes, with_node_status(*node, context_, identity_, pressure_)));
}

void Kubelet::record_node(std::string_view reason, std::string_view message,
                          std::string_view type) {
  // Kubelets refer to their Node by name only, and put that also in the place of the uid.
  doc::Value reference = doc::Value::object({{"apiVersion"_key, "v1"}, {"kind"_key, "Node"}});
  reference.set("metadata"_key,
                doc::Value::object({{"name"_key, node_name()}, {"uid"_key, node_name()}}));
  context_.recorder.record(reference, {}, type, reason, message);
}

void Kubelet::record_start() {
  note(KubeletLog::Event::starting, {});
  record_node("Starting", "Starting kubelet.");
  for (const std::string_view state :
       {"NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"}) {
    record_node(state, fmt::format("Node {} status is now: {}", node_name(), state));
  }
  record_node("NodeAllocatableEnforced", "Updated Node Allocatable limit across pods");
  record_node("NodeReady", fmt::format("Node {} status is now: NodeReady", node_name()));
}

void Kubelet::renew_lease() {
  const doc::Value* node = context_.api.store().find(api::ResourceId::nodes, {}, node_name());
  doc::Value lease = make_lease(context_, node == nullptr ? doc::Value{} : *node);
  const doc::Value* present =
      context_.api.store().find(api::ResourceId::leases, "kube-node-lease", node_name());
  if (present == nullptr) {
    static_cast<void>(
        context_.api.create(api::ResourceId::leases, "kube-node-lease", std::move(lease)));
    return;
  }
  doc::Value renewed = *present;
  renewed.set("spec"_key, lease["spec"_key]);
  static_cast<void>(context_.api.update(api::ResourceId::leases, std::move(renewed)));
}

void Kubelet::schedule_lease() {
  const std::int64_t period = context_.options.lease_renewal.count();
  const auto jitter = static_cast<std::int64_t>(
      jitter_.below(static_cast<std::uint64_t>(period / 100 * kLeaseJitterPercent)));
  lease_timer_ = context_.loop.schedule(sim::Duration{period + jitter}, [this] {
    if (context_.connected) {
      renew_lease();
      // Whoever says that the node is not ready is told otherwise at once.
      const doc::Value* node = context_.api.store().find(api::ResourceId::nodes, {}, node_name());
      if (node == nullptr || !api::is_condition_true(*node, "Ready")) write_node_status();
    }
    schedule_lease();
  });
}

void Kubelet::schedule_status_report() {
  status_timer_ = context_.loop.schedule(context_.options.node_status_report, [this] {
    if (context_.connected) write_node_status();
    schedule_status_report();
  });
}

void Kubelet::set_connected(bool connected) {
  has_way_ = connected;
  update_connection();
}

void Kubelet::set_api_server_up(bool up) {
  api_server_up_ = up;
  update_connection();
}

void Kubelet::update_connection() {
  const bool connected = has_way_ && api_server_up_;
  if (context_.connected == connected) return;
  context_.connected = connected;
  if (!running_) return;
  context_.status.set_connected(connected);
  if (!connected) {
    subscription_ = {};
    return;
  }
  renew_lease();
  write_node_status();
  begin_to_watch();
}

void Kubelet::power_off() {
  if (!powered_) return;
  powered_ = false;
  running_ = false;
  // Silent first, so that nobody hears the sockets close.
  context_.network.set_node_up(context_.machine, false);
  subscription_ = {};
  context_.status.set_connected(false);
  for (const sim::TimerId timer :
       {lease_timer_, status_timer_, relist_timer_, boot_timer_, refresh_timer_}) {
    context_.loop.cancel(timer);
  }
  changed_.clear();
  eviction_.stop();
  pressure_ = {};
  other_memory_ = 0;
  for (const auto& [uid, worker] : workers_) worker->lose_power();
  context_.puller.forget_queue();
}

void Kubelet::power_on() {
  if (powered_) return;
  powered_ = true;
  context_.network.set_node_up(context_.machine, true);
  if (!started_) return;
  boot_timer_ = context_.loop.schedule(context_.options.boot_time, [this] { boot(); });
}

void Kubelet::boot() {
  running_ = true;
  running_since_ = context_.loop.now();
  identity_.boot_id = jitter_.uuid();
  context_.crash_back_off.clear();
  context_.pull_back_off.clear();
  context_.status.set_connected(context_.connected);
  eviction_.wake();
  schedule_lease();
  schedule_status_report();
  if (context_.connected) {
    register_node();
    record_start();
    record_node(
        "Rebooted",
        fmt::format("Node {} has been rebooted, boot id: {}", node_name(), identity_.boot_id),
        "Warning");
    renew_lease();
  }
  // What was deleted meanwhile is removed before the rest starts again.
  std::vector<std::string> known;
  for (const auto& [uid, worker] : workers_) known.push_back(uid);
  if (context_.connected) begin_to_watch();
  for (const std::string& uid : known) {
    if (PodWorker* worker = find_pod(uid)) worker->regain_power();
  }
}

}  // namespace rockpool::node
