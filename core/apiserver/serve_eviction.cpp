// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/object.h"
#include "core/api/pod_condition.h"
#include "core/api/selector.h"
#include "core/api/views/disruption_budget.h"
#include "core/apiserver/body.h"
#include "core/apiserver/routes.h"
#include "core/apiserver/state.h"

#include <fmt/format.h>

// pods/<name>/eviction (pkg/registry/core/pod/storage/eviction.go).
namespace rockpool::apiserver {
namespace {

constexpr std::string_view kRefusal =
    "Cannot evict pod as it would violate the pod's disruption budget.";
constexpr std::string_view kCause = "DisruptionBudget";
constexpr std::int32_t kRetrySeconds = 10;
// So many evictions may wait for the controller to notice (MaxDisruptedPodSize).
constexpr std::size_t kMaxDisruptedPods = 2000;

// Pods that nobody counts on: they are evicted whatever the budget says.
bool ignores_budget(const doc::Value& pod) {
  const std::string_view phase = pod["status"_key]["phase"_key].as_string();
  return phase == "Succeeded" || phase == "Failed" || phase == "Pending" ||
         !metadata_of(pod)["deletionTimestamp"_key].is_empty();
}

bool is_ready(const doc::Value& pod) {
  for (const doc::Value& condition : pod["status"_key]["conditions"_key].items()) {
    if (condition["type"_key].as_string() == "Ready") {
      return condition["status"_key].as_string() == "True";
    }
  }
  return false;
}

std::vector<doc::Value> budgets_of(ApiServer& server, const doc::Value& pod) {
  std::vector<doc::Value> budgets;
  const doc::Value& labels = metadata_of(pod)["labels"_key];
  server.store().visit(
      api::ResourceId::poddisruptionbudgets, namespace_name_of(pod), [&](const doc::Value& budget) {
        const auto selector = api::LabelSelector::from_value(budget["spec"_key]["selector"_key]);
        if (selector && selector->matches(labels)) budgets.push_back(budget);
        return true;
      });
  return budgets;
}

api::Status refusal(std::string cause, std::int32_t retry_seconds) {
  api::Status status = api::too_many_requests(kRefusal, retry_seconds);
  status.details.causes.push_back({std::string{kCause}, std::move(cause), {}});
  return status;
}

// What the budget's policy for Pods that are not ready allows beside it.
bool spares_unhealthy(const api::DisruptionBudget& budget, const doc::Value& pod) {
  if (is_ready(pod)) return false;
  if (budget.always_lets_unhealthy_go()) return true;
  return budget.desired_healthy() > 0 && budget.current_healthy() >= budget.desired_healthy();
}

api::Status forbidden(const api::DisruptionBudget& budget, std::string_view why) {
  return api::forbidden({"policy", "poddisruptionbudget"}, budget.name(), why);
}

// Takes one disruption off the budget (checkAndDecrement), or only finds out whether it might.
api::Result<void> take_disruption(ApiServer& server, doc::Value object, std::string_view pod,
                                  bool dry_run) {
  const api::DisruptionBudget budget{object};
  if (budget.observed_generation() < budget.generation()) {
    return std::unexpected{
        refusal(fmt::format("The disruption budget {} is still being processed by the server.",
                            budget.name()),
                kRetrySeconds)};
  }
  if (budget.disrupted_pods().size() > kMaxDisruptedPods) {
    return std::unexpected{forbidden(
        budget, "DisruptedPods map too big - too many evictions not confirmed by PDB controller")};
  }
  if (budget.disruptions_allowed() < 1) {
    return std::unexpected{
        refusal(fmt::format("The disruption budget {} needs {} healthy pods and has {} currently",
                            budget.name(), budget.desired_healthy(), budget.current_healthy()),
                0)};
  }
  if (dry_run) return {};
  doc::Value& status = object.edit("status"_key);
  const std::int64_t left = budget.disruptions_allowed() - 1;
  status.set("disruptionsAllowed"_key, left);
  status.edit("disruptedPods"_key).set(pod, api::time_value(server.loop().now()));
  if (left == 0) api::set_disruption_allowed_condition(object, server.loop().now());
  const auto updated =
      server.update_status(api::ResourceId::poddisruptionbudgets, std::move(object));
  if (!updated) return std::unexpected{updated.error()};
  return {};
}

api::Result<void> check_budgets(ApiServer& server, const doc::Value& pod, bool dry_run) {
  if (ignores_budget(pod)) return {};
  std::vector<doc::Value> budgets = budgets_of(server, pod);
  if (budgets.empty()) return {};
  if (budgets.size() > 1) {
    api::Status status = api::internal_error("");
    status.message =
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
        "support.";
    status.details.causes.clear();
    return std::unexpected{std::move(status)};
  }
  if (spares_unhealthy(api::DisruptionBudget{budgets.front()}, pod)) return {};
  return take_disruption(server, std::move(budgets.front()), name_of(pod), dry_run);
}

// Says in the Pod's status why it goes. Who asked for one version of the Pod gets the next.
api::Result<void> mark_for_disruption(ApiServer& server, const doc::Value& pod,
                                      Preconditions& preconditions) {
  const std::string version{metadata_of(pod)["resourceVersion"_key].as_string()};
  const auto fits = [](const auto& wanted, std::string_view present) {
    return !wanted || *wanted == present;
  };
  // A Pod that is not the one meant is refused below, where it is deleted.
  if (!fits(preconditions.uid, api::uid(pod)) || !fits(preconditions.resource_version, version)) {
    return {};
  }
  doc::Value marked = pod;
  api::set_pod_condition(marked,
                         {.type = "DisruptionTarget",
                          .status = "True",
                          .reason = "EvictionByEvictionAPI",
                          .message = "Eviction API: evicting"},
                         server.loop().now());
  const auto updated = server.update_status(api::ResourceId::pods, std::move(marked));
  if (!updated) return std::unexpected{updated.error()};
  if (preconditions.resource_version) {
    preconditions.resource_version = metadata_of(*updated)["resourceVersion"_key].to_string();
  }
  return {};
}

}  // namespace

Response serve_eviction(const Route& route) {
  if (route.request.method != "POST") {
    return respond_status(api::method_not_allowed(), route.format);
  }
  std::vector<std::string> warnings;
  const auto write = read_write_options(route.request, "CreateOptions", warnings);
  if (!write) return respond_status(write.error(), route.format);
  const auto eviction = read_other(route.request, "policy/v1", "policy/v1", "Eviction",
                                   write->field_validation, warnings);
  if (!eviction) return respond_status(eviction.error(), route.format);
  if (name_of(*eviction) != route.path.name) {
    return respond_status(
        api::bad_request(fmt::format("name in URL does not match name in Eviction object: {}",
                                     name_of(*eviction))),
        route.format);
  }
  const auto pod = route.server.get(route.resource->id, route.path.ns, route.path.name);
  if (!pod) return respond_status(pod.error(), route.format);
  const doc::Value& asked = (*eviction)["deleteOptions"_key];
  DeleteOptions options;
  options.dry_run = write->dry_run || asked["dryRun"_key].size() != 0;
  if (asked["gracePeriodSeconds"_key].is_integer()) {
    options.grace_period_seconds = asked["gracePeriodSeconds"_key].as_int();
  }
  const doc::Value& preconditions = asked["preconditions"_key];
  if (!preconditions["uid"_key].is_empty()) {
    options.preconditions.uid = preconditions["uid"_key].to_string();
  }
  if (!preconditions["resourceVersion"_key].is_empty()) {
    options.preconditions.resource_version = preconditions["resourceVersion"_key].to_string();
  }
  auto allowed = check_budgets(route.server, *pod, options.dry_run);
  if (allowed && !options.dry_run) {
    allowed = mark_for_disruption(route.server, *pod, options.preconditions);
  }
  if (!allowed) return respond_status(allowed.error(), route.format);
  const auto removed =
      route.server.remove(route.resource->id, route.path.ns, route.path.name, options);
  Response response = removed ? respond_success(201, nullptr, {}, route.format)
                              : respond_status(removed.error(), route.format);
  add_warnings(response, warnings);
  return response;
}

}  // namespace rockpool::apiserver
