// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/default_service_cidr.h"

#include <set>
#include <string>
#include <string_view>

#include "core/apiserver/cluster_ip_allocator.h"
#include "core/apiserver/default_service_cidr.h"
#include "core/client/event_recorder.h"
#include "core/client/work_queue.h"

namespace rockpool::controllers {
namespace {

// How often upstream looks. Between changes there is nothing to see.
constexpr sim::Duration kInterval = std::chrono::seconds{10};
constexpr std::string_view kName = "kubernetes-service-cidr-controller";

class DefaultServiceCidrController final : public Controller {
 public:
  explicit DefaultServiceCidrController(const Context& context)
      : api_{context.api},
        service_cidrs_{context.informers.of(api::ResourceId::servicecidrs)},
        recorder_{context.loop, context.api, std::string{kName}},
        queue_{context.loop, [this](const std::string&) { return reconcile(); }} {}

  std::string_view name() const override { return kName; }

  void start() override {
    queue_.start();
    subscription_ =
        service_cidrs_.subscribe([this](const doc::Value* before, const doc::Value* after) {
          const doc::Value& object = after != nullptr ? *after : *before;
          if (api::name(object) == apiserver::kDefaultServiceCidr) {
            queue_.add_after(std::string{apiserver::kDefaultServiceCidr}, kInterval);
          }
        });
    queue_.add(std::string{apiserver::kDefaultServiceCidr});
  }

  void stop() override {
    subscription_ = {};
    queue_.stop();
    told_.clear();
  }

 private:
  client::Outcome reconcile() {
    const auto problem = apiserver::sync_default_service_cidr(api_);
    // What an administrator has to settle is said once.
    if (problem && told_.insert(problem->message).second) {
      recorder_.warning(problem->service_cidr, problem->reason, problem->message);
    }
    return client::Outcome::done();
  }

  apiserver::ApiServer& api_;
  client::Informer& service_cidrs_;
  client::EventRecorder recorder_;
  client::WorkQueue<std::string> queue_;
  client::Subscription subscription_;
  std::set<std::string> told_;
};

}  // namespace

std::unique_ptr<Controller> make_default_service_cidr_controller(const Context& context) {
  return std::make_unique<DefaultServiceCidrController>(context);
}

}  // namespace rockpool::controllers
