// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/absent_controllers.h"

#include <string_view>
#include <vector>

#include "core/client/event_recorder.h"

namespace rockpool::controllers {
namespace {

constexpr std::string_view kReason = "ControllerMissing";

// A kind that is stored only, and what nobody does about its objects.
struct Row {
  api::ResourceId resource;
  std::string_view message;
};

using enum api::ResourceId;

constexpr Row kRows[] = {
    {statefulsets, "This cluster runs no StatefulSet controller: no Pods will be created."},
    {daemonsets, "This cluster runs no DaemonSet controller: no Pods will be created."},
    {replicationcontrollers,
     "This cluster runs no replication controller: no Pods will be created. A Deployment does the "
     "same."},
    {jobs, "This cluster runs no Job controller: no Pods will be created."},
    {cronjobs, "This cluster runs no CronJob controller: no Jobs will be created."},
    {horizontalpodautoscalers,
     "This cluster runs no autoscaler: the target's replicas will not change."},
    {resourcequotas, "This cluster does not enforce quotas: nothing is counted or refused."},
    {limitranges, "This cluster does not enforce limit ranges: nothing is defaulted or refused."},
    {persistentvolumes, "This cluster runs no volume controller: the volume will not be bound."},
    {persistentvolumeclaims, "This cluster runs no volume controller: the claim stays Pending."},
    {volumeattachments, "This cluster runs no attach/detach controller: nothing is attached."},
    {certificatesigningrequests, "This cluster runs no signer: no certificate will be issued."},
    {validatingwebhookconfigurations, "This cluster calls no admission webhooks."},
    {mutatingwebhookconfigurations, "This cluster calls no admission webhooks."},
    {validatingadmissionpolicies, "This cluster enforces no admission policies."},
    {validatingadmissionpolicybindings, "This cluster enforces no admission policies."},
};

class AbsentControllersReporter final : public Controller {
 public:
  explicit AbsentControllersReporter(const Context& context)
      : context_{context}, recorder_{context.loop, context.api, "rockpool"} {}

  std::string_view name() const override { return "absent-controllers-reporter"; }

  // Objects that are there already were spoken of when they were made.
  void start() override {
    for (const Row& row : kRows) {
      subscriptions_.push_back(
          context_.informers.of(row.resource)
              .subscribe([this, &row](const doc::Value* before, const doc::Value* after) {
                if (before != nullptr || after == nullptr) return;
                recorder_.warning(*after, kReason, row.message);
              }));
    }
  }

  void stop() override { subscriptions_.clear(); }

 private:
  Context context_;
  client::EventRecorder recorder_;
  std::vector<client::Subscription> subscriptions_;
};

}  // namespace

std::unique_ptr<Controller> make_absent_controllers_reporter(const Context& context) {
  return std::make_unique<AbsentControllersReporter>(context);
}

}  // namespace rockpool::controllers
