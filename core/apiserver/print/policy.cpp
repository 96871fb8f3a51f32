// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/api/object.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"

// What scales and limits others.

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kAutoscalerColumns[] = {
    kNameColumn,
    {"Reference", ColumnType::string, false, "What it scales."},
    {"Targets", ColumnType::string, false, "Each metric as it is, and as it should be."},
    {"MinPods", ColumnType::string, false, "The fewest Pods that it leaves."},
    {"MaxPods", ColumnType::string, false, "The most Pods that it makes."},
    {"Replicas", ColumnType::string, false, "The Pods that there are."},
    kAgeColumn,
};

constexpr Column kScaleColumns[] = {
    kNameColumn,
    {"Desired", ColumnType::integer, false, "How many Pods there should be."},
    {"Available", ColumnType::integer, false, "How many Pods there are."},
    kAgeColumn,
};

Cells scale_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), object["spec"_key]["replicas"_key].as_int(),
          object["status"_key]["replicas"_key].as_int(), age_of(object, now)};
}

// A number of a metric as it is now, from the member of the status that belongs to the metric.
std::string current_text(const doc::Value& current, doc::KnownKeyIndex member) {
  const doc::Value& value = current[member];
  if (value.is_null()) return "<unknown>";
  return value.is_integer() ? fmt::format("{}%", value.as_int()) : value.to_string();
}

// Of Resource and ContainerResource metrics.
std::string resource_metric_text(const doc::Value& source, const doc::Value& current) {
  const doc::Value& target = source["target"_key];
  const std::string_view name = source["name"_key].as_string();
  if (!target["averageValue"_key].is_null()) {
    return fmt::format("{}: {}/{}", name, current_text(current, "averageValue"_key),
                       target["averageValue"_key].as_string());
  }
  const doc::Value& utilization = target["averageUtilization"_key];
  return fmt::format("{}: {}/{}", name, current_text(current, "averageUtilization"_key),
                     utilization.is_null() ? "<auto>" : fmt::format("{}%", utilization.as_int()));
}

// Of Object and External metrics.
std::string value_metric_text(const doc::Value& source, const doc::Value& current) {
  const doc::Value& target = source["target"_key];
  if (!target["averageValue"_key].is_null()) {
    return fmt::format("{}/{} (avg)", current_text(current, "averageValue"_key),
                       target["averageValue"_key].as_string());
  }
  return fmt::format("{}/{}", current_text(current, "value"_key), target["value"_key].as_string());
}

std::string metric_text(const doc::Value& metric, const doc::Value& status) {
  const std::string_view type = metric["type"_key].as_string();
  const auto current = [&](doc::KnownKeyIndex member) -> const doc::Value& {
    return status[member]["current"_key];
  };
  if (type == "Resource") {
    return resource_metric_text(metric["resource"_key], current("resource"_key));
  }
  if (type == "ContainerResource") {
    return resource_metric_text(metric["containerResource"_key], current("containerResource"_key));
  }
  if (type == "Object") return value_metric_text(metric["object"_key], current("object"_key));
  if (type == "External") return value_metric_text(metric["external"_key], current("external"_key));
  if (type != "Pods") return "<unknown type>";
  return fmt::format("{}/{}", current_text(current("pods"_key), "averageValue"_key),
                     metric["pods"_key]["target"_key]["averageValue"_key].as_string());
}

// At most two.
std::string metrics_text(const doc::Value& metrics, const doc::Value& statuses) {
  constexpr std::size_t kShown = 2;
  if (metrics.size() == 0) return std::string{kNone};
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < metrics.size() && i < kShown; ++i) {
    texts.push_back(metric_text(metrics.at(i), statuses.at(i)));
  }
  const std::string text = fmt::format("{}", fmt::join(texts, ", "));
  if (metrics.size() <= kShown) return text;
  return fmt::format("{} + {} more...", text, metrics.size() - kShown);
}

Cells autoscaler_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  const doc::Value& status = object["status"_key];
  const doc::Value& target = spec["scaleTargetRef"_key];
  const doc::Value& least = spec["minReplicas"_key];
  return {api::name(object),
          fmt::format("{}/{}", target["kind"_key].as_string(), target["name"_key].as_string()),
          metrics_text(spec["metrics"_key], status["currentMetrics"_key]),
          least.is_null() ? std::string{kUnset} : fmt::format("{}", least.as_int()),
          spec["maxReplicas"_key].as_int(),
          status["currentReplicas"_key].as_int(),
          age_of(object, now)};
}

constexpr Column kBudgetColumns[] = {
    kNameColumn,
    {"Min Available", ColumnType::string, false, "How many Pods must stay."},
    {"Max Unavailable", ColumnType::string, false, "How many Pods may be missing."},
    {"Allowed Disruptions", ColumnType::integer, false, "How many Pods may be evicted now."},
    kAgeColumn,
};

std::string number_or_percent(const doc::Value& value) {
  if (value.is_null()) return "N/A";
  return value.is_string() ? value.to_string() : fmt::format("{}", value.as_int());
}

Cells budget_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  return {api::name(object), number_or_percent(spec["minAvailable"_key]),
          number_or_percent(spec["maxUnavailable"_key]),
          object["status"_key]["disruptionsAllowed"_key].as_int(), age_of(object, now)};
}

constexpr Column kQuotaColumns[] = {
    kNameColumn,
    {"Request", ColumnType::string, false, "What is requested, and what may be."},
    {"Limit", ColumnType::string, false, "The limits that are set, and that may be."},
    kAgeColumn,
};

Cells quota_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& status = object["status"_key];
  std::string requests;
  std::string limits;
  for (const doc::Member& hard : status["hard"_key].members()) {
    const std::string_view name = hard.key.text();
    std::string& text = name.starts_with("limits") ? limits : requests;
    if (!text.empty()) text += ", ";
    text += fmt::format("{}: {}/{}", name, status["used"_key][hard.key].to_string("0"),
                        hard.value.as_string());
  }
  return {api::name(object), requests, limits, age_of(object, now)};
}

constexpr Column kPriorityClassColumns[] = {
    kNameColumn,
    {"Value", ColumnType::integer, false, "The priority of Pods of this class."},
    {"Global-Default", ColumnType::boolean, false, "Whether Pods without a class get this one."},
    kAgeColumn,
    {"PreemptionPolicy", ColumnType::string, false, "Whether its Pods push others away."},
};

Cells priority_class_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), object["value"_key].as_int(), object["globalDefault"_key].as_bool(),
          age_of(object, now), object["preemptionPolicy"_key].as_string()};
}

constexpr Column kRuntimeClassColumns[] = {
    kNameColumn,
    {"Handler", ColumnType::string, false, "The runtime's configuration that it stands for."},
    kAgeColumn,
};

Cells runtime_class_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), object["handler"_key].as_string(), age_of(object, now)};
}

}  // namespace

constexpr Printer kAutoscalerPrinter{kAutoscalerColumns, autoscaler_cells};
constexpr Printer kDisruptionBudgetPrinter{kBudgetColumns, budget_cells};
constexpr Printer kResourceQuotaPrinter{kQuotaColumns, quota_cells};
constexpr Printer kPriorityClassPrinter{kPriorityClassColumns, priority_class_cells};
constexpr Printer kRuntimeClassPrinter{kRuntimeClassColumns, runtime_class_cells};

const Printer kScalePrinter{kScaleColumns, scale_cells};

}  // namespace rockpool::apiserver
