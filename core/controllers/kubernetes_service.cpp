// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/kubernetes_service.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/client/work_queue.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr std::string_view kName = "kubernetes-service-controller";
constexpr std::string_view kNamespace = "default";
constexpr std::string_view kService = "kubernetes";
// How often upstream looks. Between changes there is nothing to see.
constexpr sim::Duration kInterval = std::chrono::seconds{10};

constexpr std::array kResources = {api::ResourceId::services, api::ResourceId::endpoints,
                                   api::ResourceId::endpointslices};

// The object as it was asked for, without what the API server has made of it.
doc::Value as_new(const doc::Value& object) {
  const doc::Value& metadata = object["metadata"_key];
  doc::Value copy = object;
  copy.set("metadata"_key, doc::Value::object({{"name"_key, metadata["name"_key]},
                                               {"namespace"_key, metadata["namespace"_key]},
                                               {"labels"_key, metadata["labels"_key]}}));
  copy.erase("status"_key);
  return copy;
}

class KubernetesServiceController final : public Controller {
 public:
  explicit KubernetesServiceController(const Context& context)
      : context_{context},
        queue_{context.loop, [this](const std::string&) { return reconcile(); }} {}

  std::string_view name() const override { return kName; }

  void start() override {
    queue_.start();
    bool is_missing = false;
    for (std::size_t i = 0; i < kResources.size(); ++i) {
      client::Informer& informer = context_.informers.of(kResources[i]);
      const doc::Value* found = informer.find(kNamespace, kService);
      if (found != nullptr && !originals_[i]) originals_[i] = as_new(*found);
      is_missing = is_missing || (found == nullptr && originals_[i]);
      subscriptions_.push_back(
          informer.subscribe([this](const doc::Value* before, const doc::Value* after) {
            if (after == nullptr && before != nullptr && api::name(*before) == kService &&
                api::namespace_of(*before) == kNamespace) {
              queue_.add_after(std::string{kService}, kInterval);
            }
          }));
    }
    if (is_missing) queue_.add(std::string{kService});
  }

  void stop() override {
    subscriptions_.clear();
    queue_.stop();
  }

 private:
  client::Outcome reconcile() {
    for (std::size_t i = 0; i < kResources.size(); ++i) {
      if (!originals_[i] || context_.api.get(kResources[i], kNamespace, kService)) continue;
      if (!context_.api.create(kResources[i], kNamespace, *originals_[i])) {
        return client::Outcome::again(kInterval);
      }
    }
    return client::Outcome::done();
  }

  Context context_;
  client::WorkQueue<std::string> queue_;
  std::vector<client::Subscription> subscriptions_;
  std::array<std::optional<doc::Value>, kResources.size()> originals_;
};

}  // namespace

std::unique_ptr<Controller> make_kubernetes_service_controller(const Context& context) {
  return std::make_unique<KubernetesServiceController>(context);
}

}  // namespace rockpool::controllers
