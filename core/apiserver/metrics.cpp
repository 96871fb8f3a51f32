// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/metrics.h"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/quantity.h"
#include "core/apiserver/metrics_source.h"
#include "core/apiserver/print/table.h"
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

constexpr std::string_view kMeasures[] = {"cpu", "memory"};

Value column(std::string_view name, std::string_view format, std::string_view description = {}) {
  return Value::map({{"name", name},
                     {"type", "string"},
                     {"format", format},
                     {"description", description},
                     {"priority", 0}});
}

// One row as metrics-server prints it: a Pod's containers count together.
Value make_row(const Value& metrics, IncludeObject include) {
  std::vector<Value> cells{name_of(metrics)};
  for (const std::string_view measure : kMeasures) {
    api::Quantity sum;
    const auto add = [&](const Value& usage) { sum += api::Quantity::from_value(usage[measure]); };
    add(metrics["usage"]);
    for (const Value& container : metrics["containers"_key].items()) add(container["usage"]);
    cells.emplace_back(sum.to_value());
  }
  cells.push_back(metrics["window"]);
  Value shown;
  if (include == IncludeObject::metadata) shown = make_partial_metadata(metrics);
  if (include == IncludeObject::object) shown = metrics;
  return Value::map({{"cells", Value::array(std::move(cells))}, {"object", std::move(shown)}});
}

// As metrics-server makes it, which takes the columns from the first row.
Value make_usage_table(std::span<const Value> all, IncludeObject include) {
  std::vector<Value> rows;
  for (const Value& metrics : all) rows.push_back(make_row(metrics, include));
  Value columns;
  if (!rows.empty()) {
    std::vector<Value> definitions{column("Name", "name", "Name of the resource")};
    for (const std::string_view measure : kMeasures) {
      definitions.push_back(column(measure, "quantity"));
    }
    definitions.push_back(column("Window", "duration"));
    columns = Value::array(std::move(definitions));
  }
  return Value::map({{"kind", "Table"},
                     {"apiVersion", "meta.k8s.io/v1"},
                     {"metadata", Value::object()},
                     {"columnDefinitions", std::move(columns)},
                     {"rows", Value::array(std::move(rows))}});
}

Response read_one(const Route& route, api::ResourceId resource, std::string_view kind,
                  Measure measure) {
  const auto object = route.server.get(resource, route.path.ns, route.path.name);
  if (!object) return respond_status(object.error(), route.format);
  if (const auto metrics = measure(route, *object)) {
    Value shown = *metrics;
    if (route.format.as == As::partial_metadata) shown = make_partial_metadata(*metrics);
    if (route.format.as == As::table) {
      shown = make_usage_table({&*metrics, 1}, route.format.include_object);
    }
    return respond_object(200, shown, route.format);
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
  if (route.format.as == As::table) {
    return respond_object(200, make_usage_table(items, route.format.include_object), route.format);
  }
  if (route.format.as == As::partial_metadata) {
    return respond_object(200, make_partial_metadata_list(items, Value::object()), route.format);
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
