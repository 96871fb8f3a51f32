// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/metrics.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/quantity.h"
#include "core/apiserver/metrics_source.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {
namespace {

using doc::Value;

constexpr std::string_view kApiVersion = "metrics.k8s.io/v1beta1";

// In nanocores and Kibibytes, as metrics-server gives them.
Value to_value(const ResourceUsage& usage) {
  const auto cpu = api::Quantity::parse(fmt::format("{}n", usage.cpu_nanocores));
  const auto memory = api::Quantity::parse(fmt::format("{}Ki", usage.memory_bytes / 1024));
  return Value::map({{"cpu", cpu.value_or(api::Quantity{}).to_value()},
                     {"memory", memory.value_or(api::Quantity{}).to_value()}});
}

// What both kinds begin with: the object's own name and labels, and when this was measured.
Value make_metrics(const Route& route, const Value& object, std::string_view kind) {
  const sim::Time now = route.server.loop().now();
  Value metadata =
      Value::map({{"name", name_of(object)}, {"creationTimestamp", sim::format_rfc3339(now)}});
  const std::string_view ns = namespace_name_of(object);
  if (!ns.empty()) metadata.set("namespace"_key, ns);
  const Value& labels = metadata_of(object)["labels"_key];
  if (!labels.is_empty()) metadata.set("labels"_key, labels);
  return Value::map({{"kind", kind},
                     {"apiVersion", kApiVersion},
                     {"metadata", std::move(metadata)},
                     {"timestamp", sim::format_rfc3339(now)},
                     {"window", sim::format_duration(route.server.metrics_source()->window())}});
}

// Nothing if there is nothing to tell of that object yet.
using Measure = std::optional<Value> (*)(const Route& route, const Value& object);

std::optional<Value> measure_node(const Route& route, const Value& node) {
  const auto usage = route.server.metrics_source()->node_usage(name_of(node));
  if (!usage) return std::nullopt;
  Value metrics = make_metrics(route, node, "NodeMetrics");
  metrics.set("usage", to_value(*usage));
  return metrics;
}

std::optional<Value> measure_pod(const Route& route, const Value& pod) {
  std::vector<Value> containers;
  for (const ContainerUsage& each : route.server.metrics_source()->pod_usage(pod)) {
    containers.push_back(Value::map({{"name", each.name}, {"usage", to_value(each.usage)}}));
  }
  if (containers.empty()) return std::nullopt;
  Value metrics = make_metrics(route, pod, "PodMetrics");
  metrics.set("containers", Value::array(std::move(containers)));
  return metrics;
}

Response read_one(const Route& route, api::ResourceId resource, std::string_view kind,
                  Measure measure) {
  const auto object = route.server.get(resource, route.path.ns, route.path.name);
  if (!object) return respond_status(object.error(), route.format);
  if (const auto metrics = measure(route, *object)) {
    return respond_object(200, *metrics, route.format);
  }
  // metrics-server names the resource so, not by its plural.
  const std::string_view name = kind == "NodeMetrics" ? "nodemetrics" : "podmetrics";
  const std::string separator = route.path.ns.empty() ? "" : "/";
  const std::string full = fmt::format("{}{}{}", route.path.ns, separator, route.path.name);
  return respond_status(api::not_found({"metrics.k8s.io", name}, full), route.format);
}

Response read_list(const Route& route, api::ResourceId resource, std::string_view kind,
                   Measure measure) {
  ListOptions options;
  options.label_selector = route.request.query_value("labelSelector");
  options.field_selector = route.request.query_value("fieldSelector");
  const auto objects = route.server.list(resource, route.path.ns, options);
  if (!objects) return respond_status(objects.error(), route.format);
  std::vector<Value> items;
  for (const Value& object : objects->items) {
    std::optional<Value> metrics = measure(route, object);
    if (metrics) items.push_back(std::move(*metrics));
  }
  return respond_object(200,
                        Value::map({{"kind", fmt::format("{}List", kind)},
                                    {"apiVersion", kApiVersion},
                                    {"metadata", Value::object()},
                                    {"items", Value::array(std::move(items))}}),
                        route.format);
}

Response read(const Route& route, api::ResourceId resource, std::string_view kind,
              Measure measure) {
  if (route.server.metrics_source() == nullptr) {
    return respond_status(api::service_unavailable("no kubelet serves metrics"), route.format);
  }
  return route.path.name.empty() ? read_list(route, resource, kind, measure)
                                 : read_one(route, resource, kind, measure);
}

}  // namespace

Response read_node_metrics(const Route& route) {
  return read(route, api::ResourceId::nodes, "NodeMetrics", measure_node);
}

Response read_pod_metrics(const Route& route) {
  return read(route, api::ResourceId::pods, "PodMetrics", measure_pod);
}

}  // namespace rockpool::apiserver
