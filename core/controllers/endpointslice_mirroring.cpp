// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpointslice_mirroring.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/views/service.h"
#include "core/client/event_recorder.h"
#include "core/client/selection.h"
#include "core/client/slices_of_service.h"
#include "core/client/work_queue.h"
#include "core/controllers/endpointslice_mirroring_plan.h"
#include "core/controllers/endpointslice_plan.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using client::Outcome;

constexpr std::string_view kSkipLabel = "endpointslice.kubernetes.io/skip-mirror";
constexpr std::string_view kLeaderAnnotation = "control-plane.alpha.kubernetes.io/leader";

constexpr auto kServices = api::ResourceId::services;
constexpr auto kEndpoints = api::ResourceId::endpoints;
constexpr auto kSlices = api::ResourceId::endpointslices;

bool is_mirrored(const doc::Value& endpoints) {
  return api::label(endpoints, kSkipLabel) != "true" &&
         !api::annotations(endpoints).contains(kLeaderAnnotation);
}

class EndpointSliceMirroringController final : public Controller {
 public:
  explicit EndpointSliceMirroringController(const Context& context)
      : context_{context},
        services_{context.informers.of(kServices)},
        endpoints_{context.informers.of(kEndpoints)},
        slices_{context.informers.of(kSlices)},
        events_{context.loop, context.api, "endpoint-slice-mirroring-controller"},
        queue_{context.loop, [this](const api::ObjectKey& key) { return reconcile(key); }} {}

  std::string_view name() const override { return "endpointslice-mirroring-controller"; }

  void start() override {
    queue_.start();
    subscriptions_.push_back(services_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_service(before, after); }));
    subscriptions_.push_back(
        endpoints_.subscribe([this](const doc::Value* before, const doc::Value* after) {
          on_endpoints(before, after);
        }));
    subscriptions_.push_back(slices_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_slice(before, after); }));
    for (const auto& [key, object] : endpoints_.objects()) on_endpoints(nullptr, &object);
    // Slices whose Endpoints went away while nobody looked.
    for (const auto& [key, slice] : slices_.objects()) on_slice(nullptr, &slice);
  }

  void stop() override {
    subscriptions_.clear();
    queue_.stop();
    unseen_.clear();
  }

 private:
  // Endpoints of Services with a selector are the endpoints controller's, and most of all: only a
  // change of whether they are counts for them.
  bool has_selector(const api::ObjectKey& key) const {
    const doc::Value* service = services_.find(key);
    return service != nullptr && api::Service{*service}.has_selector();
  }
  void on_service(const doc::Value* before, const doc::Value* after) {
    const auto selects = [](const doc::Value* service) {
      return service != nullptr && api::Service{*service}.has_selector();
    };
    const bool has_come_or_gone = (before == nullptr) != (after == nullptr);
    if (has_come_or_gone || selects(before) != selects(after)) {
      queue_.add(api::key_of(after != nullptr ? *after : *before));
    }
  }
  void on_endpoints(const doc::Value* before, const doc::Value* after) {
    const api::ObjectKey key = api::key_of(after != nullptr ? *after : *before);
    if (!has_selector(key)) queue_.add(key);
  }
  void on_slice(const doc::Value* before, const doc::Value* after);

  Outcome reconcile(const api::ObjectKey& key);
  std::vector<doc::Value> mirrors_of(const api::ObjectKey& key);
  Outcome apply(const api::ObjectKey& key, const SlicePlan& plan);
  void report(const doc::Value& endpoints, const MirrorPlan& plan);

  Context context_;
  client::Informer& services_;
  client::Informer& endpoints_;
  client::Informer& slices_;
  client::EventRecorder events_;
  client::WorkQueue<api::ObjectKey> queue_;
  // By Service and name: slices as they were written last, as long as the cache may not show them.
  std::map<api::ObjectKey, std::map<std::string, doc::Value, std::less<>>> unseen_;
  std::vector<client::Subscription> subscriptions_;
};

void EndpointSliceMirroringController::on_slice(const doc::Value* before, const doc::Value* after) {
  const doc::Value& slice = after != nullptr ? *after : *before;
  if (api::label(slice, kSliceManagedByLabel) != kMirrorManager) return;
  const api::ObjectKey key{std::string{api::namespace_of(slice)},
                           std::string{api::label(slice, kServiceNameLabel)}};
  if (const auto written = unseen_.find(key); written != unseen_.end()) {
    const auto known = written->second.find(api::name(slice));
    if (known != written->second.end() &&
        (after == nullptr ||
         api::resource_version(*after) >= api::resource_version(known->second))) {
      written->second.erase(known);
    }
    if (written->second.empty()) unseen_.erase(written);
  }
  queue_.add(key);
}

std::vector<doc::Value> EndpointSliceMirroringController::mirrors_of(const api::ObjectKey& key) {
  std::vector<doc::Value> mirrors;
  std::map<std::string, doc::Value, std::less<>> found;
  if (const auto written = unseen_.find(key); written != unseen_.end()) found = written->second;
  for (const client::Entry* entry : client::slices_of_service(slices_, key.namespace_, key.name)) {
    if (api::label(entry->second, kSliceManagedByLabel) == kMirrorManager) {
      found.emplace(entry->first.name, entry->second);
    }
  }
  mirrors.reserve(found.size());
  for (auto& [name, slice] : found) mirrors.push_back(std::move(slice));
  return mirrors;
}

Outcome EndpointSliceMirroringController::reconcile(const api::ObjectKey& key) {
  const doc::Value* endpoints = endpoints_.find(key);
  const doc::Value* service = services_.find(key);
  const std::vector<doc::Value> present = mirrors_of(key);
  if (endpoints == nullptr || !is_mirrored(*endpoints) || service == nullptr ||
      api::Service{*service}.has_selector()) {
    SlicePlan plan;
    for (const doc::Value& slice : present) plan.remove.emplace_back(api::name(slice));
    return apply(key, plan);
  }
  const doc::Value object = *endpoints;
  const MirrorPlan plan = plan_mirror(object, present);
  report(object, plan);
  return apply(key, plan.writes);
}

void EndpointSliceMirroringController::report(const doc::Value& endpoints, const MirrorPlan& plan) {
  if (plan.writes.is_empty()) return;
  if (plan.invalid_addresses > 0) {
    events_.warning(endpoints, "InvalidIPAddress",
                    fmt::format("Skipped {} invalid IP addresses when mirroring to EndpointSlices",
                                plan.invalid_addresses));
  }
  if (plan.skipped_addresses > plan.invalid_addresses) {
    events_.warning(endpoints, "TooManyAddressesToMirror",
                    fmt::format("A max of {} addresses can be mirrored to EndpointSlices per "
                                "Endpoints subset. {} addresses were skipped",
                                kMaxMirroredAddresses, plan.skipped_addresses));
  }
}

Outcome EndpointSliceMirroringController::apply(const api::ObjectKey& key, const SlicePlan& plan) {
  std::optional<api::Status> failure;
  const auto fail = [&](const api::Status& status) {
    if (!is_not_found(status)) failure = status;
  };
  const auto note = [&](const api::Result<doc::Value>& result) {
    if (!result) return fail(result.error());
    unseen_[key].insert_or_assign(std::string{api::name(*result)}, *result);
  };
  for (const doc::Value& slice : plan.create) {
    note(context_.api.create(kSlices, key.namespace_, slice));
  }
  for (const doc::Value& slice : plan.update) note(context_.api.update(kSlices, slice));
  for (const std::string& name : plan.remove) {
    const auto removed = context_.api.remove(kSlices, key.namespace_, name);
    if (!removed) fail(removed.error());
    if (const auto written = unseen_.find(key); written != unseen_.end()) {
      written->second.erase(name);
    }
  }
  return !failure || is_namespace_terminating(*failure) ? Outcome::done() : Outcome::retry();
}

}  // namespace

std::unique_ptr<Controller> make_endpointslice_mirroring_controller(const Context& context) {
  return std::make_unique<EndpointSliceMirroringController>(context);
}

}  // namespace rockpool::controllers
