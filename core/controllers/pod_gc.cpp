// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/pod_gc.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/api/pod_condition.h"
#include "core/api/views/node.h"
#include "core/api/views/pod.h"
#include "core/client/pods_by_node.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr auto kNodes = api::ResourceId::nodes;
constexpr auto kPods = api::ResourceId::pods;
// How often Pods are collected (gcCheckPeriod).
constexpr sim::Duration kPeriod = std::chrono::seconds{20};
// For how long a node must have been missing before its Pods go (quarantineTime).
constexpr sim::Duration kQuarantine = std::chrono::seconds{40};
// How many finished Pods may stay (--terminated-pod-gc-threshold).
constexpr std::size_t kTerminatedThreshold = 12'500;
constexpr std::string_view kOutOfServiceTaint = "node.kubernetes.io/out-of-service";

class PodGcController final : public Controller {
 public:
  explicit PodGcController(const Context& context)
      : context_{context},
        nodes_{context.informers.of(kNodes)},
        pods_{context.informers.of(kPods)} {}

  std::string_view name() const override { return "pod-garbage-collector-controller"; }

  void start() override {
    started_at_ = context_.loop.now();
    client::pods_by_node(pods_);
    finished_pods();
    subscriptions_.push_back(
        nodes_.subscribe([this](const doc::Value* before, const doc::Value* after) {
          on_node(after != nullptr ? *after : *before, after != nullptr);
        }));
    subscriptions_.push_back(pods_.subscribe([this](const doc::Value*, const doc::Value* after) {
      if (after != nullptr) on_pod(*after);
    }));
    for (const auto& [key, node] : nodes_.objects()) on_node(node, true);
    for (const auto& [key, pod] : pods_.objects()) on_pod(pod);
  }

  void stop() override {
    subscriptions_.clear();
    context_.loop.cancel(timer_);
    missing_.clear();
    out_of_service_.clear();
    unbound_.clear();
  }

 private:
  const client::EntrySet& finished_pods() const {
    return pods_
        .index(
            "finished",
            [](const doc::Value& pod, std::vector<std::string>& values) {
              if (api::Pod{pod}.is_terminal()) values.emplace_back("yes");
            },
            [](const doc::Value& before, const doc::Value& after) {
              return before["status"_key]["phase"_key].identical(after["status"_key]["phase"_key]);
            })
        .find("yes");
  }

  // Rounds take place in fixed intervals, but only when there may be something to collect.
  void wake() {
    if (context_.loop.is_pending(timer_)) return;
    const auto rounds = (context_.loop.now() - started_at_) / kPeriod + 1;
    timer_ = context_.loop.schedule_at(started_at_ + rounds * kPeriod, [this] { collect(); });
  }

  void on_node(const doc::Value& node, bool exists);
  void on_pod(const doc::Value& value);
  void collect();
  void collect_of_missing_nodes();
  void collect_out_of_service();
  void collect_unbound();
  void collect_finished();
  bool remove(const doc::Value& pod, std::string_view why);

  Context context_;
  client::Informer& nodes_;
  client::Informer& pods_;
  sim::Time started_at_;
  sim::TimerId timer_;
  // Nodes that do not exist but have Pods, and when a round first noticed; empty: none has yet.
  std::map<std::string, std::optional<sim::Time>> missing_;
  std::set<std::string> out_of_service_;
  // Pods being deleted that no node has.
  std::set<api::ObjectKey> unbound_;
  std::vector<client::Subscription> subscriptions_;
};

void PodGcController::on_node(const doc::Value& value, bool exists) {
  const std::string name{api::name(value)};
  out_of_service_.erase(name);
  if (!exists) {
    if (!client::pods_by_node(pods_).find(name).empty()) missing_.try_emplace(name);
    return wake();
  }
  missing_.erase(name);
  const auto taints = api::Node{value}.taints().items();
  const bool is_out = std::ranges::any_of(taints, [](const doc::Value& taint) {
    return taint["key"_key].as_string() == kOutOfServiceTaint;
  });
  if (!is_out || api::Node{value}.is_ready()) return;
  out_of_service_.insert(name);
  wake();
}

void PodGcController::on_pod(const doc::Value& value) {
  const api::Pod pod{value};
  if (!pod.is_scheduled()) {
    if (!pod.is_being_deleted()) return;
    unbound_.insert(pod.key());
    return wake();
  }
  if (nodes_.find({{}, std::string{pod.node_name()}}) == nullptr) {
    missing_.try_emplace(std::string{pod.node_name()});
    wake();
  }
  if (pod.is_terminal() && finished_pods().size() > kTerminatedThreshold) wake();
  if (pod.is_being_deleted() && out_of_service_.contains(std::string{pod.node_name()})) wake();
}

void PodGcController::collect() {
  collect_finished();
  collect_of_missing_nodes();
  collect_unbound();
  collect_out_of_service();
  if (!missing_.empty() || !unbound_.empty()) wake();
}

void PodGcController::collect_of_missing_nodes() {
  const sim::Time now = context_.loop.now();
  std::vector<std::string> done;
  for (auto& [name, since] : missing_) {
    if (!since) since = now;
    if (now - *since < kQuarantine) continue;
    bool all_gone = true;
    // The cache may be behind: only the API knows that there is no such node.
    const auto node = context_.api.get(kNodes, {}, name);
    if (!node && is_not_found(node.error())) {
      for (const client::Entry* entry : client::pods_by_node(pods_).find(name)) {
        all_gone = remove(entry->second, "PodGC: node no longer exists") && all_gone;
      }
    }
    if (all_gone) done.push_back(name);
  }
  for (const std::string& name : done) missing_.erase(name);
}

void PodGcController::collect_out_of_service() {
  for (const std::string& name : out_of_service_) {
    for (const client::Entry* entry : client::pods_by_node(pods_).find(name)) {
      if (api::is_being_deleted(entry->second)) remove(entry->second, {});
    }
  }
}

void PodGcController::collect_unbound() {
  std::erase_if(unbound_, [this](const api::ObjectKey& key) {
    const doc::Value* pod = pods_.find(key);
    return pod == nullptr || api::Pod{*pod}.is_scheduled() || remove(*pod, {});
  });
}

// The oldest ones beyond the threshold.
void PodGcController::collect_finished() {
  const client::EntrySet& finished = finished_pods();
  if (finished.size() <= kTerminatedThreshold) return;
  std::vector<doc::Value> pods;
  for (const client::Entry* entry : finished) pods.push_back(entry->second);
  std::ranges::stable_sort(pods, {},
                           [](const doc::Value& pod) { return api::creation_timestamp(pod); });
  pods.resize(pods.size() - kTerminatedThreshold);
  for (const doc::Value& pod : pods) remove(pod, {});
}

// Removes the Pod at once. One that had not finished is first marked as failed, so that its owner
// does not take it for done. `why` is empty if nothing has disrupted it. False if it is to be tried
// again.
bool PodGcController::remove(const doc::Value& pod, std::string_view why) {
  doc::Value marked = pod;
  if (!api::Pod{pod}.is_terminal()) marked.edit("status"_key).set("phase"_key, "Failed");
  if (!why.empty()) {
    api::set_pod_condition(
        marked,
        {.type = "DisruptionTarget", .status = "True", .reason = "DeletionByPodGC", .message = why},
        context_.loop.now());
  }
  const auto written = write_status(context_.api, kPods, pod, marked["status"_key]);
  if (!written) return is_not_found(written.error());
  apiserver::DeleteOptions options;
  options.grace_period_seconds = 0;
  options.preconditions.uid = std::string{api::uid(pod)};
  const auto removed = context_.api.remove(kPods, api::namespace_of(pod), api::name(pod), options);
  return removed || is_not_found(removed.error());
}

}  // namespace

std::unique_ptr<Controller> make_pod_gc_controller(const Context& context) {
  return std::make_unique<PodGcController>(context);
}

}  // namespace rockpool::controllers
