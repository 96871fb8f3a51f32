// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/cluster_role_aggregation.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/api/selector.h"
#include "core/client/work_queue.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {

using namespace doc::literals;

doc::Value aggregated_rules(const doc::Value& role,
                            const std::map<api::ObjectKey, doc::Value>& roles) {
  std::vector<doc::Value> rules;
  for (const doc::Value& given : role["aggregationRule"_key]["clusterRoleSelectors"_key].items()) {
    const auto selector = api::LabelSelector::from_value(given);
    if (!selector) continue;
    for (const auto& [key, other] : roles) {
      if (key.name == api::name(role)) continue;
      if (!selector->matches(other["metadata"_key]["labels"_key])) continue;
      for (const doc::Value& rule : other["rules"_key].items()) {
        if (std::ranges::find(rules, rule) == rules.end()) rules.push_back(rule);
      }
    }
  }
  return doc::Value::array(std::move(rules));
}

namespace {

constexpr auto kRoles = api::ResourceId::clusterroles;

bool is_aggregated(const doc::Value& role) {
  return !role["aggregationRule"_key].is_null();
}

class ClusterRoleAggregationController final : public Controller {
 public:
  explicit ClusterRoleAggregationController(const Context& context)
      : api_{context.api},
        roles_{context.informers.of(kRoles)},
        queue_{context.loop, [this](const std::string& name) { return reconcile(name); }} {}

  std::string_view name() const override { return "clusterrole-aggregation-controller"; }

  void start() override {
    queue_.start();
    subscription_ =
        roles_.subscribe([this](const doc::Value*, const doc::Value*) { add_aggregated(); });
    add_aggregated();
  }

  void stop() override {
    subscription_ = {};
    queue_.stop();
  }

 private:
  // Any role may be part of any of them, whose number is small.
  void add_aggregated() {
    for (const auto& [key, role] : roles_.objects()) {
      if (is_aggregated(role)) queue_.add(key.name);
    }
  }

  client::Outcome reconcile(const std::string& name) {
    const doc::Value* role = roles_.find({{}, name});
    if (role == nullptr || !is_aggregated(*role)) return client::Outcome::done();
    doc::Value rules = aggregated_rules(*role, roles_.objects());
    const doc::Value& present = (*role)["rules"_key];
    if (present == rules || (present.size() == 0 && rules.size() == 0)) {
      return client::Outcome::done();
    }
    doc::Value changed = *role;
    changed.set("rules"_key, std::move(rules));
    const auto written = api_.update(kRoles, std::move(changed));
    if (!written && !is_not_found(written.error())) return client::Outcome::retry();
    return client::Outcome::done();
  }

  apiserver::ApiServer& api_;
  client::Informer& roles_;
  client::WorkQueue<std::string> queue_;
  client::Subscription subscription_;
};

}  // namespace

std::unique_ptr<Controller> make_cluster_role_aggregation_controller(const Context& context) {
  return std::make_unique<ClusterRoleAggregationController>(context);
}

}  // namespace rockpool::controllers
