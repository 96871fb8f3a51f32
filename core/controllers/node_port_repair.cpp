// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/node_port_repair.h"

#include "core/apiserver/node_port_repair.h"
#include "core/client/event_recorder.h"

namespace rockpool::controllers {
namespace {

// RepairServicesInterval.
constexpr sim::Duration kInterval = std::chrono::minutes{3};

class NodePortRepairController final : public Controller {
 public:
  explicit NodePortRepairController(const Context& context)
      : loop_{context.loop},
        api_{context.api},
        recorder_{context.loop, context.api, "portallocator-repair-controller"} {}
  ~NodePortRepairController() override { stop(); }

  std::string_view name() const override { return "portallocator-repair-controller"; }

  void start() override {
    timer_ = loop_.post([this] { run_forever(); });
  }
  void stop() override { loop_.cancel(timer_); }

 private:
  void run_forever() {
    for (const apiserver::NodePortProblem& problem : api_.repair_node_ports()) {
      recorder_.warning(problem.service, problem.reason, problem.message);
    }
    timer_ = loop_.schedule(kInterval, [this] { run_forever(); });
  }

  sim::Loop& loop_;
  apiserver::ApiServer& api_;
  client::EventRecorder recorder_;
  sim::TimerId timer_;
};

}  // namespace

std::unique_ptr<Controller> make_node_port_repair(const Context& context) {
  return std::make_unique<NodePortRepairController>(context);
}

}  // namespace rockpool::controllers
