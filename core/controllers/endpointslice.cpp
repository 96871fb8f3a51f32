// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpointslice.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/api/views/node.h"
#include "core/client/event_recorder.h"
#include "core/client/selection.h"
#include "core/client/slices_of_service.h"
#include "core/controllers/endpoint_pods.h"
#include "core/controllers/paced_queue.h"
#include "core/controllers/service_slices.h"
#include "core/controllers/topology_hints.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using client::Outcome;

// Changes of a Service's Pods that come closer together than this are written together. Upstream's
// --endpoint-updates-batch-period delays even the first change; this does not.
constexpr sim::Duration kBatchPeriod = std::chrono::milliseconds{50};

constexpr auto kServices = api::ResourceId::services;
constexpr auto kPods = api::ResourceId::pods;
constexpr auto kNodes = api::ResourceId::nodes;
constexpr auto kSlices = api::ResourceId::endpointslices;

class EndpointSliceController final : public Controller {
 public:
  explicit EndpointSliceController(const Context& context)
      : context_{context},
        services_{context.informers.of(kServices)},
        pods_{context.informers.of(kPods)},
        nodes_{context.informers.of(kNodes)},
        slices_{context.informers.of(kSlices)},
        events_{context.loop, context.api, "endpoint-slice-controller"},
        queue_{context.loop, kBatchPeriod,
               [this](const api::ObjectKey& key) { return reconcile(key); }} {}

  std::string_view name() const override { return "endpointslice-controller"; }

  void start() override {
    queue_.start();
    client::by_selector(services_, client::SelectorForm::labels);
    subscriptions_.push_back(
        services_.subscribe([this](const doc::Value* before, const doc::Value* after) {
          on_service(api::key_of(after != nullptr ? *after : *before));
        }));
    subscriptions_.push_back(pods_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_pod(before, after); }));
    subscriptions_.push_back(slices_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_slice(before, after); }));
    subscriptions_.push_back(nodes_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_node(before, after); }));
    for (const auto& [name, node] : nodes_.objects()) zones_.on_node(nullptr, &node);
    for (const auto& [key, service] : services_.objects()) queue_.add(key);
  }

  void stop() override {
    subscriptions_.clear();
    queue_.stop();
    states_.clear();
    hints_.clear();
    zones_ = {};
    waiting_for_node_.clear();
  }

 private:
  void on_service(const api::ObjectKey& key);
  void on_pod(const doc::Value* before, const doc::Value* after);
  void on_slice(const doc::Value* before, const doc::Value* after);
  void on_node(const doc::Value* before, const doc::Value* after);
  void touch(const doc::Value& pod);

  Outcome reconcile(const api::ObjectKey& key);
  ServiceSlices& state_of(const api::ObjectKey& key);
  void want_pod(ServiceSlices& state, const api::Service& service,
                const std::vector<std::string>& families, const std::string& pod_name);
  void set_topology_hints(const ServiceSlices& state, const api::Service& service,
                          const std::vector<std::string>& families, SlicePlan& plan);
  bool apply(ServiceSlices& state, const api::Service& service, const SlicePlan& plan);

  Context context_;
  client::Informer& services_;
  client::Informer& pods_;
  client::Informer& nodes_;
  client::Informer& slices_;
  client::EventRecorder events_;
  PacedQueue<api::ObjectKey> queue_;
  std::map<api::ObjectKey, ServiceSlices> states_;
  ZoneCapacity zones_;
  // Of Services whose endpoints have them, by address type.
  std::map<api::ObjectKey, std::map<std::string, HintsByZone>> hints_;
  // Services with Pods on nodes that the cache does not show yet.
  std::map<std::string, std::set<api::ObjectKey>, std::less<>> waiting_for_node_;
  std::vector<client::Subscription> subscriptions_;
};

void EndpointSliceController::on_service(const api::ObjectKey& key) {
  if (const auto state = states_.find(key); state != states_.end()) state->second.touch_all();
  queue_.add(key);
}

void EndpointSliceController::on_pod(const doc::Value* before, const doc::Value* after) {
  if (!changes_endpoints(before, after)) return;
  if (after != nullptr) touch(*after);
  if (before != nullptr && (after == nullptr || !(api::labels(*before) == api::labels(*after)))) {
    touch(*before);
  }
}

void EndpointSliceController::touch(const doc::Value& pod) {
  client::for_each_selecting(services_, client::SelectorForm::labels, api::namespace_of(pod),
                             api::labels(pod), [&](const doc::Value& service) {
                               const api::ObjectKey key = api::key_of(service);
                               // Without state the first reconciliation looks at everything anyway.
                               if (const auto state = states_.find(key); state != states_.end()) {
                                 state->second.touch(api::name(pod));
                               }
                               queue_.add(key);
                             });
}

void EndpointSliceController::on_slice(const doc::Value* before, const doc::Value* after) {
  const doc::Value& slice = after != nullptr ? *after : *before;
  for (const doc::Value* version : {before, after}) {
    if (version == nullptr || api::label(*version, kSliceManagedByLabel) != kSliceManager) continue;
    const api::ObjectKey key{std::string{api::namespace_of(slice)},
                             std::string{api::label(*version, kServiceNameLabel)}};
    const auto state = states_.find(key);
    if (state == states_.end()) continue;
    // A slice whose labels were taken away is no longer one of ours.
    const bool is_ours = version == after;
    const bool is_news = is_ours ? state->second.observe(slice)
                         : after == nullptr || !(api::labels(*before) == api::labels(*after))
                             ? state->second.observe_removal(api::name(slice))
                             : false;
    if (!is_news) continue;
    state->second.touch_all();
    queue_.add(key);
  }
}

void EndpointSliceController::on_node(const doc::Value* before, const doc::Value* after) {
  if (zones_.on_node(before, after)) {
    for (const auto& [key, by_type] : hints_) {
      const bool must_change = std::ranges::any_of(
          by_type, [&](const auto& hints) { return is_overloaded(hints.second, zones_.shares()); });
      if (must_change) on_service(key);
    }
  }
  if (before != nullptr || after == nullptr) return;
  const auto found = waiting_for_node_.find(api::name(*after));
  if (found == waiting_for_node_.end()) return;
  for (const api::ObjectKey& key : found->second) on_service(key);
  waiting_for_node_.erase(found);
}

Outcome EndpointSliceController::reconcile(const api::ObjectKey& key) {
  const doc::Value* found = services_.find(key);
  if (found == nullptr || !has_managed_endpoints(api::Service{*found})) {
    // The slices of a Service that is gone go with their owner; others stay as they are.
    states_.erase(key);
    hints_.erase(key);
    if (found == nullptr) queue_.forget(key);
    return Outcome::done();
  }
  const api::Service service{*found};
  ServiceSlices& state = state_of(key);
  state.keep_hints(wants_topology_hints(service));
  const bool everything = state.is_all_touched();
  std::set<std::string> touched = state.take_touched();
  if (everything) {
    for_each_selected_pod(pods_, service,
                          [&](const doc::Value& pod) { touched.emplace(api::name(pod)); });
  }
  const std::vector<std::string> families = ip_families(service);
  for (const std::string& pod_name : touched) want_pod(state, service, families, pod_name);
  SlicePlan plan =
      state.plan(service, {families.begin(), families.end()}, state.trigger_times.take(service),
                 static_cast<std::size_t>(context_.options.max_endpoints_per_slice));
  set_topology_hints(state, service, families, plan);
  if (apply(state, service, plan)) return Outcome::done();
  state.touch_all();
  return Outcome::retry();
}

ServiceSlices& EndpointSliceController::state_of(const api::ObjectKey& key) {
  const auto [found, is_new] = states_.try_emplace(key);
  if (!is_new) return found->second;
  for (const client::Entry* entry : client::slices_of_service(slices_, key.namespace_, key.name)) {
    if (api::label(entry->second, kSliceManagedByLabel) == kSliceManager) {
      found->second.observe(entry->second);
    }
  }
  return found->second;
}

void EndpointSliceController::want_pod(ServiceSlices& state, const api::Service& service,
                                       const std::vector<std::string>& families,
                                       const std::string& pod_name) {
  const doc::Value* found = pods_.find({std::string{service.namespace_name()}, pod_name});
  const bool selected =
      found != nullptr && client::has_labels(api::labels(*found), service.selector());
  state.trigger_times.observe(pod_name, selected ? found : nullptr);
  const api::Pod pod = selected ? api::Pod{*found} : api::Pod{};
  bool included = selected && belongs_in_endpoints(pod, true);
  std::string zone;
  if (included && pod.is_scheduled()) {
    const doc::Value* node = nodes_.find({{}, std::string{pod.node_name()}});
    if (node != nullptr) {
      zone = api::Node{*node}.zone();
    } else if (!service.publish_not_ready_addresses()) {
      // Without its node the zone is not known; the Pod comes in when the node shows.
      included = false;
      waiting_for_node_[std::string{pod.node_name()}].insert(service.key());
    }
  }
  for (const std::string& family : families) {
    const std::string_view ip = included ? pod_ip(pod, family) : std::string_view{};
    if (ip.empty()) {
      state.want(family, pod_name, std::nullopt);
    } else {
      state.want(
          family, pod_name,
          WantedEndpoint{endpoint_ports(service, pod), make_endpoint(pod, service, ip, zone)});
    }
  }
}

void EndpointSliceController::set_topology_hints(const ServiceSlices& state,
                                                 const api::Service& service,
                                                 const std::vector<std::string>& families,
                                                 SlicePlan& plan) {
  const api::ObjectKey key = service.key();
  const auto tell = [&](const TopologyEvent& event) {
    if (event.is_warning) {
      events_.warning(service.value(), event.reason, event.message);
    } else {
      events_.normal(service.value(), event.reason, event.message);
    }
  };
  if (!wants_topology_hints(service)) {
    // The endpoints are wanted without them by now.
    const auto had = hints_.find(key);
    if (had == hints_.end()) return;
    for (const auto& [family, hints] : had->second) {
      tell({true, "TopologyAwareHintsDisabled",
            fmt::format("Topology Aware Hints has been disabled, addressType: {}", family)});
    }
    hints_.erase(had);
    return;
  }
  for (const std::string& family : families) {
    HintsResult result = add_topology_hints(plan, state.unchanged(plan, family), family,
                                            zones_.shares(), hints_.contains(key));
    if (result.event) tell(*result.event);
    if (!result.hints.empty()) {
      hints_[key][family] = std::move(result.hints);
    } else if (const auto had = hints_.find(key); had != hints_.end()) {
      had->second.erase(family);
      if (had->second.empty()) hints_.erase(had);
    }
  }
}

bool EndpointSliceController::apply(ServiceSlices& state, const api::Service& service,
                                    const SlicePlan& plan) {
  std::optional<api::Status> failure;
  const auto observe = [&](const api::Result<doc::Value>& result) {
    if (result) {
      state.observe(*result);
    } else if (!failure) {
      failure = result.error();
    }
  };
  for (const doc::Value& slice : plan.create) {
    observe(context_.api.create(kSlices, service.namespace_name(), slice));
  }
  for (const doc::Value& slice : plan.update) observe(context_.api.update(kSlices, slice));
  for (const std::string& name : plan.remove) {
    const auto removed = context_.api.remove(kSlices, service.namespace_name(), name);
    if (removed || is_not_found(removed.error())) {
      state.observe_removal(name);
    } else if (!failure) {
      failure = removed.error();
    }
  }
  if (!failure || is_namespace_terminating(*failure)) return true;
  // A slice that is gone will be known to be gone in a moment.
  if (!is_conflict(*failure) && !is_not_found(*failure)) {
    events_.warning(service.value(), "FailedToUpdateEndpointSlices",
                    fmt::format("Error updating Endpoint Slices for Service {}/{}: {}",
                                service.namespace_name(), service.name(), failure->message));
  }
  return false;
}

}  // namespace

std::unique_ptr<Controller> make_endpointslice_controller(const Context& context) {
  return std::make_unique<EndpointSliceController>(context);
}

}  // namespace rockpool::controllers
