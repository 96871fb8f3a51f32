// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpoints.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/client/event_recorder.h"
#include "core/client/selection.h"
#include "core/controllers/endpoint_pods.h"
#include "core/controllers/endpoints_plan.h"
#include "core/controllers/paced_queue.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using client::Outcome;

// As for EndpointSlices, but longer: each write carries all addresses of the Service.
constexpr sim::Duration kBatchPeriod = std::chrono::milliseconds{250};

constexpr std::string_view kManagedByLabel = "endpoints.kubernetes.io/managed-by";
constexpr std::string_view kManager = "endpoint-controller";
constexpr std::string_view kHeadlessLabel = "service.kubernetes.io/headless";
constexpr std::string_view kOverCapacityAnnotation = "endpoints.kubernetes.io/over-capacity";
constexpr std::string_view kLeaderAnnotation = "control-plane.alpha.kubernetes.io/leader";

constexpr auto kServices = api::ResourceId::services;
constexpr auto kPods = api::ResourceId::pods;
constexpr auto kEndpoints = api::ResourceId::endpoints;

class EndpointsController final : public Controller {
 public:
  explicit EndpointsController(const Context& context)
      : context_{context},
        services_{context.informers.of(kServices)},
        pods_{context.informers.of(kPods)},
        endpoints_{context.informers.of(kEndpoints)},
        events_{context.loop, context.api, "endpoint-controller"},
        queue_{context.loop, kBatchPeriod,
               [this](const api::ObjectKey& key) { return reconcile(key); }} {}

  std::string_view name() const override { return "endpoints-controller"; }

  void start() override {
    queue_.start();
    client::by_selector(services_, client::SelectorForm::labels);
    subscriptions_.push_back(
        services_.subscribe([this](const doc::Value* before, const doc::Value* after) {
          touch_all(api::key_of(after != nullptr ? *after : *before));
        }));
    subscriptions_.push_back(pods_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_pod(before, after); }));
    subscriptions_.push_back(
        endpoints_.subscribe([this](const doc::Value* before, const doc::Value* after) {
          on_endpoints(before, after);
        }));
    for (const auto& [key, service] : services_.objects()) queue_.add(key);
    // Endpoints whose Service went away while nobody looked.
    for (const auto& [key, object] : endpoints_.objects()) {
      if (api::annotation(object, kLeaderAnnotation).empty()) queue_.add(key);
    }
  }

  void stop() override {
    subscriptions_.clear();
    queue_.stop();
    states_.clear();
  }

 private:
  struct State {
    ServiceAddresses addresses;
    TriggerTimes trigger_times;
    std::set<std::string> touched;
    bool all_touched = true;
    // The object as this controller wrote it last.
    doc::Value written;
  };

  void touch_all(const api::ObjectKey& key);
  void on_pod(const doc::Value* before, const doc::Value* after);
  void on_endpoints(const doc::Value* before, const doc::Value* after);
  void touch(const doc::Value& pod);

  Outcome reconcile(const api::ObjectKey& key);
  Outcome clean_up(const api::ObjectKey& key);
  void refresh(State& state, const api::Service& service);
  doc::Value present(const State& state, const api::ObjectKey& key) const;
  Outcome write(State& state, const api::Service& service, const doc::Value& before);

  Context context_;
  client::Informer& services_;
  client::Informer& pods_;
  client::Informer& endpoints_;
  client::EventRecorder events_;
  PacedQueue<api::ObjectKey> queue_;
  std::map<api::ObjectKey, State> states_;
  std::vector<client::Subscription> subscriptions_;
};

void EndpointsController::touch_all(const api::ObjectKey& key) {
  if (const auto state = states_.find(key); state != states_.end()) {
    state->second.all_touched = true;
  }
  queue_.add(key);
}

void EndpointsController::on_pod(const doc::Value* before, const doc::Value* after) {
  if (!changes_endpoints(before, after)) return;
  if (after != nullptr) touch(*after);
  if (before != nullptr && (after == nullptr || !(api::labels(*before) == api::labels(*after)))) {
    touch(*before);
  }
}

void EndpointsController::touch(const doc::Value& pod) {
  client::for_each_selecting(services_, client::SelectorForm::labels, api::namespace_of(pod),
                             api::labels(pod), [&](const doc::Value& service) {
                               const api::ObjectKey key = api::key_of(service);
                               if (const auto state = states_.find(key); state != states_.end()) {
                                 state->second.touched.emplace(api::name(pod));
                               }
                               queue_.add(key);
                             });
}

// Only what others do to the object matters.
void EndpointsController::on_endpoints(const doc::Value* before, const doc::Value* after) {
  const api::ObjectKey key = api::key_of(after != nullptr ? *after : *before);
  const auto state = states_.find(key);
  if (state == states_.end()) return;
  doc::Value& written = state->second.written;
  if (after == nullptr) {
    if (api::uid(written) == api::uid(*before)) written = {};
    queue_.add(key);
  } else if (api::resource_version(*after) > api::resource_version(written)) {
    queue_.add(key);
  }
}

Outcome EndpointsController::reconcile(const api::ObjectKey& key) {
  const doc::Value* found = services_.find(key);
  if (found == nullptr) return clean_up(key);
  const api::Service service{*found};
  if (!has_managed_endpoints(service)) {
    states_.erase(key);
    return Outcome::done();
  }
  State& state = states_[key];
  refresh(state, service);
  return write(state, service, present(state, key));
}

Outcome EndpointsController::clean_up(const api::ObjectKey& key) {
  states_.erase(key);
  queue_.forget(key);
  const auto removed = context_.api.remove(kEndpoints, key.namespace_, key.name);
  return removed || is_not_found(removed.error()) ? Outcome::done() : Outcome::retry();
}

void EndpointsController::refresh(State& state, const api::Service& service) {
  std::set<std::string> touched = std::exchange(state.touched, {});
  if (std::exchange(state.all_touched, false)) {
    touched.clear();
    for (std::string& name : state.addresses.pod_names()) touched.insert(std::move(name));
    for_each_selected_pod(pods_, service,
                          [&](const doc::Value& pod) { touched.emplace(api::name(pod)); });
  }
  for (const std::string& name : touched) {
    const doc::Value* pod = pods_.find({std::string{service.namespace_name()}, name});
    if (pod != nullptr && !client::has_labels(api::labels(*pod), service.selector())) pod = nullptr;
    state.trigger_times.observe(name, pod);
    state.addresses.set(name,
                        pod != nullptr ? endpoints_member(service, api::Pod{*pod}) : std::nullopt);
  }
}

// The newest known version of the object; null if there is none.
doc::Value EndpointsController::present(const State& state, const api::ObjectKey& key) const {
  const doc::Value* cached = endpoints_.find(key);
  if (cached == nullptr) return state.written;
  return api::resource_version(*cached) >= api::resource_version(state.written) ? *cached
                                                                                : state.written;
}

Outcome EndpointsController::write(State& state, const api::Service& service,
                                   const doc::Value& before) {
  doc::Value labels = service.labels();
  labels.set(kManagedByLabel, kManager);
  if (!service.has_cluster_ip()) labels.set(kHeadlessLabel, "");
  const std::optional<sim::Time> trigger = state.trigger_times.take(service);
  const doc::Value subsets = state.addresses.subsets();
  const bool over_capacity = state.addresses.is_over_capacity();
  const bool says_so = api::annotations(before).contains(kOverCapacityAnnotation);
  if (!before.is_null() && before["subsets"_key] == subsets && api::labels(before) == labels &&
      over_capacity == says_so) {
    return Outcome::done();
  }
  doc::Value wanted = before;
  if (before.is_null()) {
    wanted.edit("metadata"_key).set("name"_key, service.name());
    wanted.edit("metadata"_key).set("namespace"_key, service.namespace_name());
  }
  wanted.edit("metadata"_key).set("labels"_key, std::move(labels));
  wanted.set("subsets"_key, subsets);
  if (subsets.is_null()) wanted.erase("subsets"_key);
  set_trigger_time(wanted, trigger);
  if (over_capacity) {
    api::set_annotation(wanted, kOverCapacityAnnotation, "truncated");
  } else if (says_so) {
    api::remove_annotation(wanted, kOverCapacityAnnotation);
  }
  const auto result = before.is_null()
                          ? context_.api.create(kEndpoints, service.namespace_name(), wanted)
                          : context_.api.update(kEndpoints, wanted);
  if (result) {
    state.written = *result;
    return Outcome::done();
  }
  if (is_namespace_terminating(result.error())) return Outcome::done();
  if (!is_conflict(result.error()) && !is_not_found(result.error())) {
    events_.warning(
        service.value(), before.is_null() ? "FailedToCreateEndpoint" : "FailedToUpdateEndpoint",
        fmt::format("Failed to {}{}/{}: {}",
                    before.is_null() ? "create endpoint for service " : "update endpoint ",
                    service.namespace_name(), service.name(), result.error().message));
  }
  return Outcome::retry();
}

}  // namespace

std::unique_ptr<Controller> make_endpoints_controller(const Context& context) {
  return std::make_unique<EndpointsController>(context);
}

}  // namespace rockpool::controllers
