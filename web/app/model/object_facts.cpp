// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/object_facts.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/api/object.h"
#include "web/app/format.h"
#include "web/app/model/api_paths.h"
#include "web/app/model/network_facts.h"
#include "web/app/model/read_objects.h"

namespace rockpool::app {
namespace {

using Facts = Session::Facts;

void add(Facts& facts, std::string_view name, std::string value) {
  if (!value.empty()) facts.emplace_back(name, std::move(value));
}

// app=web, tier=front
std::string pairs_text(const doc::Value& map) {
  std::string text;
  for (const doc::Member& member : map.members()) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{}={}", member.key.text(), member.value.as_string());
  }
  return text;
}

// One address or range of each family, in their order: a line each.
void add_lines(Facts& facts, std::string_view name, std::string_view names,
               const std::vector<std::string>& lines) {
  add(facts, lines.size() > 1 ? names : name, fmt::format("{}", fmt::join(lines, "\n")));
}

std::vector<std::string> texts_of(const doc::Value& list) {
  std::vector<std::string> texts;
  for (const doc::Value& item : list.items()) texts.push_back(item.to_string());
  return texts;
}

std::vector<std::string> pod_addresses(const doc::Value& pod) {
  std::vector<std::string> addresses;
  for (const doc::Value& one : pod["status"]["podIPs"].items())
    addresses.push_back(one["ip"].to_string());
  return addresses;
}

std::vector<std::string> node_addresses(const doc::Value& node) {
  std::vector<std::string> addresses;
  for (const doc::Value& one : node["status"]["addresses"].items()) {
    if (one["type"].as_string() == "InternalIP") addresses.push_back(one["address"].to_string());
  }
  return addresses;
}

std::string container_state(const doc::Value& status) {
  const doc::Value& state = status["state"];
  if (!state["running"].is_null())
    return status["ready"].as_bool() ? "running, ready" : "running, not ready";
  if (!state["waiting"].is_null()) {
    const std::string message = state["waiting"]["message"].to_string();
    return message.empty() ? state["waiting"]["reason"].to_string()
                           : fmt::format("{}: {}", state["waiting"]["reason"].as_string(), message);
  }
  if (!state["terminated"].is_null()) {
    return fmt::format("{}, exit code {}", state["terminated"]["reason"].as_string("terminated"),
                       state["terminated"]["exitCode"].as_int());
  }
  return {};
}

std::string last_exit(const doc::Value& status) {
  const doc::Value& last = status["lastState"]["terminated"];
  if (last.is_null()) return {};
  return fmt::format("{}, exit code {}", last["reason"].as_string(), last["exitCode"].as_int());
}

std::string false_conditions(const doc::Value& object) {
  std::string text;
  for (const doc::Value& condition : object["status"]["conditions"].items()) {
    if (condition["status"].as_string() == "True") continue;
    if (!text.empty()) text += '\n';
    text += fmt::format("{}: {}", condition["type"].as_string(), condition["status"].as_string());
    if (const auto message = condition["message"].as_string(); !message.empty())
      text += fmt::format(" \u2014 {}", message);
  }
  return text;
}

void add_pod(Facts& facts, const doc::Value& pod) {
  const PodItem item = read_pod(pod);
  add(facts, "Status", fmt::format("{} \u00B7 {}", item.status, health_name(item.health)));
  add_lines(facts, "Address", "Addresses", pod_addresses(pod));
  add(facts, "Node", item.node);
  add(facts, "Restarts", fmt::format("{}", item.restarts));
  add(facts, "Quality", pod["status"]["qosClass"].to_string());
  for (const doc::Value& container : pod["spec"]["containers"].items()) {
    const std::string_view name = container["name"].as_string();
    add(facts, name, container["image"].to_string());
    for (const doc::Value& status : pod["status"]["containerStatuses"].items()) {
      if (status["name"].as_string() != name) continue;
      add(facts, "", container_state(status));
      const std::string last = last_exit(status);
      if (!last.empty()) add(facts, "last run", last);
    }
  }
  if (item.health != Health::Ready && item.health != Health::Finished)
    add(facts, "Not true", false_conditions(pod));
}

void add_node(Facts& facts, const doc::Value& node) {
  const NodeItem item = read_node(node);
  add(facts, "Status", item.status);
  add_lines(facts, "Address", "Addresses", node_addresses(node));
  add_lines(facts, "Pod range", "Pod ranges", texts_of(node["spec"]["podCIDRs"]));
  const doc::Value& capacity = node["status"]["allocatable"];
  add(facts, "Room",
      fmt::format("{} CPU, {} memory, {} Pods", capacity["cpu"].as_string(),
                  capacity["memory"].as_string(), capacity["pods"].as_string()));
  for (const doc::Value& taint : node["spec"]["taints"].items()) {
    add(facts, "Taint",
        fmt::format("{}:{}", taint["key"].as_string(), taint["effect"].as_string()));
  }
  add(facts, "Kubelet", node["status"]["nodeInfo"]["kubeletVersion"].to_string());
  if (item.health != Health::Ready) {
    const doc::Value& ready = api::find_condition(node, "Ready");
    add(facts, "Reason",
        fmt::format("{} \u2014 {}", ready["reason"].as_string(), ready["message"].as_string()));
  }
}

void add_service(Facts& facts, const doc::Value& service) {
  const doc::Value& spec = service["spec"];
  add(facts, "Type", spec["type"].to_string());
  add_lines(facts, "Cluster IP", "Cluster IPs", texts_of(spec["clusterIPs"]));
  add(facts, "Name",
      fmt::format("{}.{}.svc.cluster.local", api::name(service), api::namespace_of(service)));
  for (const doc::Value& port : spec["ports"].items()) {
    std::string text = fmt::format(
        "{}/{} \u2192 {}", port["port"].as_int(), port["protocol"].as_string("TCP"),
        port["targetPort"].is_string() ? port["targetPort"].to_string()
                                       : fmt::format("{}", port["targetPort"].as_int()));
    if (port["nodePort"].as_int() != 0)
      text += fmt::format(", on every node {}", port["nodePort"].as_int());
    add(facts, port["name"].to_string("Port"), std::move(text));
  }
  add(facts, "Selector",
      spec["selector"].size() == 0 ? std::string{"none"} : pairs_text(spec["selector"]));
  add(facts, "Affinity", spec["sessionAffinity"].to_string());
}

void add_workload(Facts& facts, const doc::Value& object) {
  const doc::Value& status = object["status"];
  add(facts, "Replicas",
      fmt::format("{} wanted, {} there, {} ready", object["spec"]["replicas"].as_int(),
                  status["replicas"].as_int(), status["readyReplicas"].as_int()));
  if (!object["spec"]["strategy"].is_null())
    add(facts, "Strategy", object["spec"]["strategy"]["type"].to_string());
  for (const doc::Value& container : object["spec"]["template"]["spec"]["containers"].items()) {
    add(facts, container["name"].to_string(), container["image"].to_string());
  }
  add(facts, "Selector", pairs_text(object["spec"]["selector"]["matchLabels"]));
  for (const doc::Value& condition : status["conditions"].items()) {
    add(facts, condition["type"].to_string(),
        fmt::format("{} \u2014 {}", condition["reason"].as_string(),
                    condition["message"].as_string()));
  }
}

void add_endpoint_slice(Facts& facts, const doc::Value& slice) {
  for (const doc::Value& endpoint : slice["endpoints"].items()) {
    add(facts, endpoint["addresses"].at(0).to_string(),
        fmt::format("{}{}{}", endpoint["conditions"]["ready"].as_bool(true) ? "ready" : "not ready",
                    endpoint["conditions"]["terminating"].as_bool() ? ", terminating" : "",
                    endpoint["nodeName"].is_null() ? "" : ", " + endpoint["nodeName"].to_string()));
  }
}

}  // namespace

Facts object_facts(Cluster& cluster, const ObjectRef& object) {
  Facts facts;
  const doc::Value document = find_object(cluster, object);
  if (document.is_null()) {
    add(facts, "Status", "deleted");
    return facts;
  }
  if (object.kind == "Pod") add_pod(facts, document);
  if (object.kind == "Node") add_node(facts, document);
  if (object.kind == "Service") add_service(facts, document);
  if (object.kind == "Deployment" || object.kind == "ReplicaSet") add_workload(facts, document);
  if (object.kind == "EndpointSlice") add_endpoint_slice(facts, document);
  if (object.kind == "NetworkPolicy") facts = network_policy_facts(document);
  if (object.kind == "Ingress") facts = ingress_facts(document);
  add(facts, "Labels", pairs_text(api::labels(document)));
  if (const auto created = api::creation_timestamp(document)) {
    add(facts, "Age", age_text(cluster.now() - *created));
  }
  return facts;
}

}  // namespace rockpool::app
