// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/taint_eviction.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "core/api/pod_condition.h"
#include "core/api/views/node.h"
#include "core/api/views/pod.h"
#include "core/client/event_recorder.h"
#include "core/client/pods_by_node.h"
#include "core/client/work_queue.h"
#include "core/controllers/node_taints.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using client::Outcome;

constexpr auto kNodes = api::ResourceId::nodes;
constexpr auto kPods = api::ResourceId::pods;

std::vector<doc::Value> no_execute_taints(const doc::Value& node) {
  std::vector<doc::Value> taints;
  for (const doc::Value& taint : node["spec"_key]["taints"_key].items()) {
    if (taint["effect"_key].as_string() == "NoExecute") taints.push_back(taint);
  }
  return taints;
}

class TaintEvictionController final : public Controller {
 public:
  explicit TaintEvictionController(const Context& context)
      : context_{context},
        nodes_{context.informers.of(kNodes)},
        pods_{context.informers.of(kPods)},
        events_{context.loop, context.api, "taint-eviction-controller"},
        queue_{context.loop, [this](const api::ObjectKey& key) { return reconcile(key); }} {}

  std::string_view name() const override { return "taint-eviction-controller"; }

  void start() override {
    queue_.start();
    client::pods_by_node(pods_);
    subscriptions_.push_back(nodes_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_node(before, after); }));
    subscriptions_.push_back(pods_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_pod(before, after); }));
    for (const auto& [key, node] : nodes_.objects()) on_node(nullptr, &node);
  }

  void stop() override {
    subscriptions_.clear();
    queue_.stop();
    tainted_nodes_.clear();
    since_.clear();
  }

 private:
  void on_node(const doc::Value* before, const doc::Value* after);
  void on_pod(const doc::Value* before, const doc::Value* after);
  Outcome reconcile(const api::ObjectKey& key);
  Outcome evict(const doc::Value& pod);

  Context context_;
  client::Informer& nodes_;
  client::Informer& pods_;
  client::EventRecorder events_;
  client::WorkQueue<api::ObjectKey> queue_;
  // The NoExecute taints of nodes that have some.
  std::map<std::string, std::vector<doc::Value>, std::less<>> tainted_nodes_;
  // Since when each Pod has been only tolerating its node's taints.
  std::map<api::ObjectKey, sim::Time> since_;
  std::vector<client::Subscription> subscriptions_;
};

void TaintEvictionController::on_node(const doc::Value* before, const doc::Value* after) {
  const std::string name{api::name(after != nullptr ? *after : *before)};
  std::vector<doc::Value> taints =
      after != nullptr ? no_execute_taints(*after) : std::vector<doc::Value>{};
  const auto known = tainted_nodes_.find(name);
  if (known == tainted_nodes_.end() ? taints.empty() : known->second == taints) return;
  if (taints.empty()) {
    tainted_nodes_.erase(known);
  } else {
    tainted_nodes_[name] = std::move(taints);
  }
  for (const client::Entry* entry : client::pods_by_node(pods_).find(name))
    queue_.add(entry->first);
}

void TaintEvictionController::on_pod(const doc::Value* before, const doc::Value* after) {
  const api::ObjectKey key = api::key_of(after != nullptr ? *after : *before);
  if (after == nullptr) {
    since_.erase(key);
    return;
  }
  const api::Pod pod{*after};
  if (!tainted_nodes_.contains(pod.node_name())) return;
  const bool is_news = before == nullptr || api::Pod{*before}.node_name() != pod.node_name() ||
                       !(api::Pod{*before}.spec().tolerations() == pod.spec().tolerations());
  if (is_news) queue_.add(key);
}

Outcome TaintEvictionController::reconcile(const api::ObjectKey& key) {
  const doc::Value* found = pods_.find(key);
  if (found == nullptr || api::is_being_deleted(*found)) {
    since_.erase(key);
    return Outcome::done();
  }
  const api::Pod pod{*found};
  const auto taints = tainted_nodes_.find(pod.node_name());
  const std::optional<sim::Duration> time =
      taints != tainted_nodes_.end() ? toleration_time(taints->second, pod.spec().tolerations())
                                     : std::nullopt;
  if (!time) {
    if (since_.erase(key) != 0) {
      events_.normal(*found, "TaintManagerEviction",
                     fmt::format("Cancelling deletion of Pod {}", key.to_string()));
    }
    return Outcome::done();
  }
  const sim::Time now = context_.loop.now();
  const sim::Time due = since_.try_emplace(key, now).first->second + *time;
  return due <= now ? evict(*found) : Outcome::again(due - now);
}

Outcome TaintEvictionController::evict(const doc::Value& pod) {
  events_.normal(pod, "TaintManagerEviction",
                 fmt::format("Marking for deletion Pod {}", api::key_of(pod).to_string()));
  doc::Value marked = pod;
  api::set_pod_condition(marked,
                         {.type = "DisruptionTarget",
                          .status = "True",
                          .reason = "DeletionByTaintManager",
                          .message = "Taint manager: deleting due to NoExecute taint"},
                         context_.loop.now());
  const auto written = write_status(context_.api, kPods, pod, marked["status"_key]);
  if (!written) return is_not_found(written.error()) ? Outcome::done() : Outcome::retry();
  const auto removed = context_.api.remove(kPods, api::namespace_of(pod), api::name(pod));
  if (!removed && !is_not_found(removed.error())) return Outcome::retry();
  since_.erase(api::key_of(pod));
  return Outcome::done();
}

}  // namespace

std::unique_ptr<Controller> make_taint_eviction_controller(const Context& context) {
  return std::make_unique<TaintEvictionController>(context);
}

}  // namespace rockpool::controllers
