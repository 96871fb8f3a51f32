// SPDX-License-Identifier: Apache-2.0
#include "core/api/autoscaler_versions.h"

#include <string_view>
#include <utility>
#include <vector>

#include "core/api/object.h"
#include "core/doc/json.h"

namespace rockpool::api {

using namespace doc::literals;

namespace {

using doc::KnownKeyIndex;
using doc::Value;

constexpr std::string_view kMetrics = "autoscaling.alpha.kubernetes.io/metrics";
constexpr std::string_view kCurrentMetrics = "autoscaling.alpha.kubernetes.io/current-metrics";
constexpr std::string_view kConditions = "autoscaling.alpha.kubernetes.io/conditions";
constexpr std::string_view kBehavior = "autoscaling.alpha.kubernetes.io/behavior";

void copy(Value& to, KnownKeyIndex to_key, const Value& from, KnownKeyIndex from_key) {
  if (const Value& value = from[from_key]; !value.is_null()) to.set(to_key, value);
}

// Takes what an annotation holds out of the object; null if it is absent or unreadable.
Value take_annotation(Value& object, std::string_view key) {
  const auto parsed = doc::parse_json(annotation(object, key));
  if (annotations(object).contains(key)) remove_annotation(object, key);
  return parsed.value_or(Value{});
}

void put_annotation(Value& object, std::string_view key, const Value& content) {
  if (content.size() != 0) set_annotation(object, key, doc::to_json(content));
}

// How a metric's own part is called in both versions, and what v1 calls its numbers. Where v1
// writes the same for wanted and current numbers but for the beginning, `target` and `current` are
// those beginnings.
struct Part {
  std::string_view type;
  KnownKeyIndex member;
  bool has_metric_name;
};

constexpr Part kParts[] = {
    {"Object", "object"_key, true},
    {"External", "external"_key, true},
    {"Pods", "pods"_key, true},
    {"Resource", "resource"_key, false},
    {"ContainerResource", "containerResource"_key, false},
};

// The names of a metric's numbers in v1, for specs and for statuses.
struct Numbers {
  KnownKeyIndex holder;
  KnownKeyIndex value;
  KnownKeyIndex average;
  KnownKeyIndex utilization;
};

constexpr Numbers kWanted{"target"_key, "targetValue"_key, "targetAverageValue"_key,
                          "targetAverageUtilization"_key};
constexpr Numbers kCurrent{"current"_key, "currentValue"_key, "currentAverageValue"_key,
                           "currentAverageUtilization"_key};

// Object metrics name their average in another way.
KnownKeyIndex average_key(const Part& part, const Numbers& numbers) {
  return part.type == "Object" ? "averageValue"_key : numbers.average;
}

KnownKeyIndex selector_key(const Part& part) {
  return part.type == "External" ? "metricSelector"_key : "selector"_key;
}

Value metric_to_v1(const Value& metric, const Part& part, const Numbers& numbers) {
  const Value& source = metric[part.member];
  const Value& held = source[numbers.holder];
  Value own = Value::object();
  copy(own, "name"_key, source, "name"_key);
  copy(own, "container"_key, source, "container"_key);
  copy(own, "target"_key, source, "describedObject"_key);
  if (part.has_metric_name) {
    copy(own, "metricName"_key, source["metric"_key], "name"_key);
    copy(own, selector_key(part), source["metric"_key], "selector"_key);
  }
  copy(own, numbers.value, held, "value"_key);
  copy(own, average_key(part, numbers), held, "averageValue"_key);
  copy(own, numbers.utilization, held, "averageUtilization"_key);
  Value result = Value::object({{"type"_key, part.type}});
  result.set(part.member, std::move(own));
  return result;
}

Value metric_from_v1(const Value& metric, const Part& part, const Numbers& numbers) {
  const Value& own = metric[part.member];
  Value source = Value::object();
  copy(source, "name"_key, own, "name"_key);
  copy(source, "container"_key, own, "container"_key);
  copy(source, "describedObject"_key, own, "target"_key);
  if (part.has_metric_name) {
    Value identifier = Value::object({{"name"_key, own["metricName"_key].as_string()}});
    copy(identifier, "selector"_key, own, selector_key(part));
    source.set("metric"_key, std::move(identifier));
  }
  Value held = Value::object();
  copy(held, "value"_key, own, numbers.value);
  copy(held, "averageValue"_key, own, average_key(part, numbers));
  copy(held, "averageUtilization"_key, own, numbers.utilization);
  if (numbers.holder.value == "target"_key.value) {
    // Only what has requests can be utilized, whatever else is said of the others.
    const bool is_resource = part.type == "Resource" || part.type == "ContainerResource";
    const bool is_utilization = is_resource && held.contains("averageUtilization"_key);
    held.set("type"_key, is_utilization                      ? "Utilization"
                         : held.contains("averageValue"_key) ? "AverageValue"
                                                             : "Value");
  }
  source.set(numbers.holder, std::move(held));
  Value result = Value::object({{"type"_key, part.type}});
  result.set(part.member, std::move(source));
  return result;
}

using Convert = Value (*)(const Value& metric, const Part& part, const Numbers& numbers);

std::vector<Value> convert_metrics(const Value& metrics, Convert convert, const Numbers& numbers) {
  std::vector<Value> converted;
  for (const Value& metric : metrics.items()) {
    for (const Part& part : kParts) {
      if (metric["type"_key].as_string() == part.type) {
        converted.push_back(convert(metric, part, numbers));
      }
    }
  }
  return converted;
}

// The one metric that v1 has fields for: utilization of the CPU.
bool is_cpu_utilization(const Value& metric, KnownKeyIndex holder) {
  const Value& resource = metric["resource"_key];
  return metric["type"_key].as_string() == "Resource" &&
         resource["name"_key].as_string() == "cpu" &&
         !resource[holder]["averageUtilization"_key].is_null();
}

Value cpu_metric(const Value& utilization, KnownKeyIndex holder) {
  Value held = Value::object({{"averageUtilization"_key, utilization}});
  if (holder.value == "target"_key.value) held.set("type"_key, "Utilization");
  Value resource = Value::object({{"name"_key, "cpu"}});
  resource.set(holder, std::move(held));
  return Value::object({{"type"_key, "Resource"}, {"resource"_key, std::move(resource)}});
}

// Turns the number that v1 has and the metrics of an annotation into v2's list.
void merge_metrics(Value& part, KnownKeyIndex list, KnownKeyIndex number, const Value& others,
                   const Numbers& numbers) {
  std::vector<Value> metrics = convert_metrics(others, metric_from_v1, numbers);
  if (!part[number].is_null()) metrics.push_back(cpu_metric(part[number], numbers.holder));
  part.erase(number);
  if (!metrics.empty()) part.set(list, Value::array(std::move(metrics)));
}

// The other way round; returns what is left for the annotation.
Value split_metrics(Value& part, KnownKeyIndex list, KnownKeyIndex number, const Numbers& numbers) {
  const Value metrics = part[list];
  part.erase(list);
  std::vector<Value> others;
  for (const Value& metric : metrics.items()) {
    if (is_cpu_utilization(metric, numbers.holder)) {
      part.set(number, metric["resource"_key][numbers.holder]["averageUtilization"_key]);
    } else {
      others.push_back(metric);
    }
  }
  return Value::array(convert_metrics(Value::array(std::move(others)), metric_to_v1, numbers));
}

}  // namespace

Value autoscaler_from_v1(const Value& object) {
  Value result = object;
  result.set("apiVersion"_key, "autoscaling/v2");
  merge_metrics(result.edit("spec"_key), "metrics"_key, "targetCPUUtilizationPercentage"_key,
                take_annotation(result, kMetrics), kWanted);
  if (Value behavior = take_annotation(result, kBehavior); behavior.is_object()) {
    result.edit("spec"_key).set("behavior"_key, std::move(behavior));
  }
  const Value current = take_annotation(result, kCurrentMetrics);
  const Value conditions = take_annotation(result, kConditions);
  if (result["status"_key].is_null()) return result;
  Value& status = result.edit("status"_key);
  merge_metrics(status, "currentMetrics"_key, "currentCPUUtilizationPercentage"_key, current,
                kCurrent);
  if (conditions.size() != 0) status.set("conditions"_key, conditions);
  return result;
}

Value autoscaler_to_v1(const Value& object) {
  Value result = object;
  result.set("apiVersion"_key, "autoscaling/v1");
  Value& spec = result.edit("spec"_key);
  const Value metrics =
      split_metrics(spec, "metrics"_key, "targetCPUUtilizationPercentage"_key, kWanted);
  const Value behavior = spec["behavior"_key];
  spec.erase("behavior"_key);
  put_annotation(result, kMetrics, metrics);
  put_annotation(result, kBehavior, behavior);
  if (result["status"_key].is_null()) return result;
  Value& status = result.edit("status"_key);
  const Value current =
      split_metrics(status, "currentMetrics"_key, "currentCPUUtilizationPercentage"_key, kCurrent);
  const Value conditions = status["conditions"_key];
  status.erase("conditions"_key);
  if (status["currentReplicas"_key].is_null()) status.set("currentReplicas"_key, 0);
  put_annotation(result, kCurrentMetrics, current);
  put_annotation(result, kConditions, conditions);
  return result;
}

}  // namespace rockpool::api
