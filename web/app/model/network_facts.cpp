// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/network_facts.h"

#include <fmt/format.h>

#include <string_view>

#include "core/api/object.h"
#include "core/api/selector.h"

namespace rockpool::app {
namespace {

using Facts = Session::Facts;

void append(std::string& list, std::string_view item, std::string_view between = ", ") {
  if (item.empty()) return;
  if (!list.empty()) list += between;
  list += item;
}

std::string selected(const doc::Value& selector, std::string_view what) {
  if (selector.size() == 0) return fmt::format("all {}", what);
  return fmt::format("{} with {}", what, api::format_label_selector(selector));
}

// One peer of a rule: Pods here, Pods of other namespaces, or a range of addresses.
std::string peer_text(const doc::Value& peer) {
  const doc::Value& block = peer["ipBlock"];
  if (!block.is_null()) {
    std::string except;
    for (const doc::Value& one : block["except"].items()) append(except, one.as_string());
    return except.empty() ? block["cidr"].to_string()
                          : fmt::format("{} except {}", block["cidr"].as_string(), except);
  }
  const std::string pods =
      peer["podSelector"].is_null() ? "all Pods" : selected(peer["podSelector"], "Pods");
  if (peer["namespaceSelector"].is_null()) return pods + " of its namespace";
  return fmt::format("{} of {}", pods, selected(peer["namespaceSelector"], "namespaces"));
}

std::string port_text(const doc::Value& port) {
  const std::string_view protocol = port["protocol"].as_string("TCP");
  const doc::Value& number = port["port"];
  if (number.is_null()) return fmt::format("any {} port", protocol);
  if (number.is_string()) return fmt::format("{}/{}", number.as_string(), protocol);
  if (port["endPort"].is_null()) return fmt::format("{}/{}", number.as_int(), protocol);
  return fmt::format("{}-{}/{}", number.as_int(), port["endPort"].as_int(), protocol);
}

std::string rule_text(const doc::Value& rule, const doc::Value& peers) {
  std::string who;
  for (const doc::Value& peer : peers.items()) append(who, peer_text(peer), "; ");
  if (who.empty()) who = "anybody";
  std::string ports;
  for (const doc::Value& port : rule["ports"].items()) append(ports, port_text(port));
  return ports.empty() ? who : fmt::format("{}, {}", who, ports);
}

bool names_type(const doc::Value& types, std::string_view wanted) {
  for (const doc::Value& type : types.items()) {
    if (type.as_string() == wanted) return true;
  }
  return false;
}

void add_direction(Facts& facts, const doc::Value& spec, std::string_view type,
                   const doc::Value& rules, std::string_view peers_name, std::string_view label) {
  if (!names_type(spec["policyTypes"], type)) return;
  if (rules.size() == 0) facts.emplace_back(label, "nobody: everything is dropped");
  for (const doc::Value& rule : rules.items()) {
    facts.emplace_back(label, rule_text(rule, rule[peers_name]));
  }
}

std::string backend_text(const doc::Value& backend) {
  const doc::Value& service = backend["service"];
  if (service.is_null()) {
    const doc::Value& resource = backend["resource"];
    return fmt::format("{}/{}", resource["kind"].as_string(), resource["name"].as_string());
  }
  const doc::Value& port = service["port"];
  return fmt::format("{}:{}", service["name"].as_string(),
                     port["name"].is_null() ? fmt::format("{}", port["number"].as_int())
                                            : port["name"].to_string());
}

}  // namespace

Facts network_policy_facts(const doc::Value& policy) {
  const doc::Value& spec = policy["spec"];
  Facts facts;
  facts.emplace_back("Isolates", selected(spec["podSelector"], "Pods") + " of its namespace");
  add_direction(facts, spec, "Ingress", spec["ingress"], "from", "Lets in");
  add_direction(facts, spec, "Egress", spec["egress"], "to", "Lets out");
  return facts;
}

Facts ingress_facts(const doc::Value& ingress) {
  const doc::Value& spec = ingress["spec"];
  Facts facts;
  facts.emplace_back("Class", spec["ingressClassName"].to_string("the default one"));
  std::string addresses;
  for (const doc::Value& one : ingress["status"]["loadBalancer"]["ingress"].items()) {
    append(addresses, one["ip"].is_null() ? one["hostname"].as_string() : one["ip"].as_string());
  }
  facts.emplace_back("Address", addresses.empty() ? std::string{"none yet"} : addresses);
  for (const doc::Value& rule : spec["rules"].items()) {
    const std::string host = rule["host"].to_string("any host");
    for (const doc::Value& path : rule["http"]["paths"].items()) {
      facts.emplace_back(host,
                         fmt::format("{} ({}) \u2192 {}", path["path"].as_string("/"),
                                     path["pathType"].as_string(), backend_text(path["backend"])));
    }
  }
  if (!spec["defaultBackend"].is_null())
    facts.emplace_back("Otherwise", backend_text(spec["defaultBackend"]));
  for (const doc::Value& tls : spec["tls"].items()) {
    std::string hosts;
    for (const doc::Value& host : tls["hosts"].items()) append(hosts, host.as_string());
    facts.emplace_back("TLS", fmt::format("{} by the Secret {}", hosts.empty() ? "any host" : hosts,
                                          tls["secretName"].as_string("(none)")));
  }
  return facts;
}

}  // namespace rockpool::app
