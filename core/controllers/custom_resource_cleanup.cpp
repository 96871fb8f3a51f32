// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/custom_resource_cleanup.h"

#include "core/api/object.h"
#include "core/apiserver/custom/definition_object.h"
#include "core/client/work_queue.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr auto kDefinitions = api::ResourceId::customresourcedefinitions;
// How long objects with finalizers of their own are waited for before the next look.
constexpr sim::Duration kRecheck = std::chrono::seconds{5};

class CustomResourceCleanup final : public Controller {
 public:
  explicit CustomResourceCleanup(const Context& context)
      : context_{context},
        definitions_{context.informers.of(kDefinitions)},
        queue_{context.loop, [this](const api::ObjectKey& key) { return reconcile(key); }} {}

  std::string_view name() const override { return "crd-finalizer"; }

  void start() override {
    queue_.start();
    subscription_ = definitions_.subscribe([this](const doc::Value*, const doc::Value* after) {
      if (after != nullptr) enqueue(*after);
    });
    for (const auto& [key, definition] : definitions_.objects()) enqueue(definition);
  }

  void stop() override {
    subscription_ = {};
    queue_.stop();
  }

 private:
  void enqueue(const doc::Value& definition) {
    if (!api::is_being_deleted(definition)) return;
    if (!api::has_finalizer(definition, apiserver::custom::kCleanupFinalizer)) return;
    queue_.add(api::key_of(definition));
  }

  client::Outcome reconcile(const api::ObjectKey& key) {
    const doc::Value* found = definitions_.find(key);
    if (found == nullptr) return client::Outcome::done();
    doc::Value definition = *found;
    if (!remove_objects(definition)) return client::Outcome::again(kRecheck);
    api::remove_finalizer(definition, apiserver::custom::kCleanupFinalizer);
    const auto written = context_.api.update(kDefinitions, std::move(definition));
    const bool well = written || is_not_found(written.error());
    return well ? client::Outcome::done() : client::Outcome::retry();
  }

  // Returns whether none is left.
  bool remove_objects(const doc::Value& definition) {
    const doc::Value& spec = definition["spec"_key];
    for (const api::Resource* resource : context_.api.resources()) {
      if (resource->definition == nullptr) continue;
      if (resource->group != spec["group"_key].as_string()) continue;
      if (resource->plural != spec["names"_key]["plural"_key].as_string()) continue;
      const auto removed = context_.api.remove_collection(resource->id, {});
      const auto left = context_.api.list(resource->id, {});
      return removed && left && left->items.empty();
    }
    return true;
  }

  Context context_;
  client::Informer& definitions_;
  client::WorkQueue<api::ObjectKey> queue_;
  client::Subscription subscription_;
};

}  // namespace

std::unique_ptr<Controller> make_custom_resource_cleanup(const Context& context) {
  return std::make_unique<CustomResourceCleanup>(context);
}

}  // namespace rockpool::controllers
