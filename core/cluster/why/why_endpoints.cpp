// SPDX-License-Identifier: Apache-2.0
//
// The middle of the way: the Service's port, its selector, and whether its Pods are endpoints.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/api/views/endpoints.h"
#include "core/api/views/workloads.h"
#include "core/client/selection.h"
#include "core/client/slices_of_service.h"
#include "core/cluster/why/inquiry.h"
#include "core/controllers/endpoint_pods.h"
#include "core/doc/ascii.h"

namespace rockpool::cluster {

using namespace doc::literals;

namespace {

// What makes Pods after a template.
struct Maker {
  api::ResourceId resource;
  std::string_view kind;
};
// Deployments come before the ReplicaSets that they make.
constexpr Maker kMakers[] = {{api::ResourceId::deployments, "Deployment"},
                             {api::ResourceId::statefulsets, "StatefulSet"},
                             {api::ResourceId::daemonsets, "DaemonSet"},
                             {api::ResourceId::replicasets, "ReplicaSet"},
                             {api::ResourceId::replicationcontrollers, "ReplicationController"}};

std::string port_words(const api::ServicePort& port, bool is_node_port) {
  const doc::Value& target = port.target_port();
  const std::string protocol =
      port.protocol() == "TCP" ? std::string{} : fmt::format("/{}", port.protocol());
  if (is_node_port) return fmt::format("{}{}", port.node_port(), protocol);
  return fmt::format("{}{} (→ {})", port.port(), protocol,
                     target.is_integer() ? std::to_string(target.as_int()) : target.to_string());
}

bool serves(const api::Endpoint& endpoint) {
  return endpoint.is_ready() || (endpoint.is_serving() && endpoint.is_terminating());
}

}  // namespace

std::string pairs_text(const doc::Value& labels) {
  std::vector<std::string> pairs;
  for (const doc::Member& pair : labels.members()) {
    pairs.push_back(fmt::format("{}={}", pair.key.text(), pair.value.as_string()));
  }
  return fmt::format("{}", fmt::join(pairs, ","));
}

std::vector<const doc::Value*> slices_of(client::Informers& informers,
                                         const api::Service& service) {
  std::vector<const doc::Value*> slices;
  client::Informer& all = informers.of(api::ResourceId::endpointslices);
  for (const client::Entry* entry :
       client::slices_of_service(all, service.namespace_name(), service.name())) {
    slices.push_back(&entry->second);
  }
  return slices;
}

std::optional<api::ServicePort> Inquiry::find_port(const api::Service& service, bool is_node_port) {
  // A headless Service only gives addresses: the client's port is the Pod's.
  if (service.is_headless()) return api::ServicePort{doc::Value{}};
  for (const api::ServicePort port : service.ports()) {
    const std::int64_t number = is_node_port ? port.node_port() : port.port();
    if (number == port_ && port.protocol() == net::protocol_name(protocol_)) return port;
  }
  blame_port(service, is_node_port);
  return {};
}

bool Inquiry::blame_port(const api::Service& service, bool is_node_port) {
  std::vector<std::string> known;
  for (const api::ServicePort port : service.ports()) {
    if (is_node_port && port.node_port() == 0) continue;
    known.push_back(port_words(port, is_node_port));
    if ((is_node_port ? port.node_port() : port.port()) != port_) continue;
    return blame(
        Cause::wrong_protocol,
        fmt::format("The {}port {} of the Service {} is for {}, not for {}.",
                    is_node_port ? "node " : "", port_, service.name(), port.protocol(),
                    net::protocol_name(protocol_)),
        fmt::format("Ask for it by {}, or add a port of the same number with protocol: {} to "
                    "spec.ports.",
                    port.protocol(), net::protocol_name(protocol_)));
  }
  std::string advice = "Ask for a port that it has, or add this one to spec.ports.";
  for (const api::ServicePort port : service.ports()) {
    if (port.target_port().as_int() == port_) {
      advice = fmt::format(
          "{} is the port of the Pods (targetPort). Ask for the Service's own port, {}.", port_,
          port.port());
    } else if (port.node_port() == port_) {
      advice =
          fmt::format("{} is its node port, which nodes have. Ask for the Service's own port, {}.",
                      port_, port.port());
    }
  }
  return blame(Cause::no_such_port,
               fmt::format("The Service {} has no {}; it has {}.", service.name(), port_text(port_),
                           known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))),
               std::move(advice));
}

bool Inquiry::ask_endpoints(const api::Service& service, std::string_view port_name) {
  std::size_t ready = 0;
  std::size_t listed = 0;
  for (const doc::Value* each : slices_of(sources_.informers, service)) {
    const api::EndpointSlice slice{*each};
    if (slice.address_type() != net::family_name(family_)) continue;
    const bool has_port =
        service.is_headless() ||
        std::ranges::any_of(slice.ports(), [&](const api::EndpointPort& port) {
          return port.name() == port_name && port.protocol() == net::protocol_name(protocol_);
        });
    listed += slice.endpoints().size();
    if (!has_port) continue;
    for (const api::Endpoint endpoint : slice.endpoints()) ready += serves(endpoint) ? 1 : 0;
  }
  if (ready == 0) return blame_endpoints(service, listed);
  note(fmt::format("The Service {} has {} endpoint{} that can take requests.", service.name(),
                   ready, ready == 1 ? "" : "s"));
  return true;
}

bool Inquiry::blame_endpoints(const api::Service& service, std::size_t listed) {
  if (service.has_selector()) {
    for (const api::ServicePort port : service.ports()) {
      const bool is_it = port.port() == port_ || port.node_port() == port_ || service.is_headless();
      if (is_it && port.protocol() == net::protocol_name(protocol_))
        return ask_pods(service, port.name());
    }
    return ask_pods(service, {});
  }
  const doc::Value* const endpoints =
      sources_.informers.of(api::ResourceId::endpoints)
          .find({std::string{service.namespace_name()}, std::string{service.name()}});
  bool has_addresses = false;
  if (endpoints != nullptr && listed == 0) {
    for (const api::EndpointSubset subset : api::Endpoints{*endpoints}.subsets()) {
      has_addresses = has_addresses || subset.addresses().size() != 0;
    }
  }
  if (has_addresses) {
    return blame(
        Cause::endpoints_lag,
        fmt::format("There are Endpoints {}, but no EndpointSlice says the same, and proxies "
                    "look at EndpointSlices only.",
                    service.name()),
        "Wait a moment. If it stays so, the endpointslice-mirroring-controller does not run, "
        "or the Endpoints have the label endpointslice.kubernetes.io/skip-mirror.");
  }
  return blame(
      Cause::no_endpoints_written,
      fmt::format("The Service {} has no selector, and nobody has written endpoints for it "
                  "that are ready{}.",
                  service.name(), listed > 0 ? " and have its port" : ""),
      fmt::format("Make an EndpointSlice with the label kubernetes.io/service-name={}, or "
                  "give the Service a selector.",
                  service.name()));
}

bool Inquiry::ask_pods(const api::Service& service, std::string_view port_name) {
  std::vector<api::Pod> pods;
  controllers::for_each_selected_pod(sources_.informers.of(api::ResourceId::pods), service,
                                     [&](const doc::Value& pod) { pods.emplace_back(pod); });
  if (pods.empty()) return blame_selector(service);
  note(fmt::format("Its selector {} matches {} Pod{}.", pairs_text(service.selector()), pods.size(),
                   pods.size() == 1 ? "" : "s"));
  std::erase_if(pods, [](const api::Pod& pod) { return !pod.is_active(); });
  const bool none_is_ready = std::ranges::none_of(pods, &api::Pod::is_ready);
  if (none_is_ready) return blame_pods(service, pods);
  for (const api::ServicePort port : service.ports()) {
    if (port.name() != port_name || !port.target_port().is_string()) continue;
    const bool has_port = std::ranges::any_of(pods, [&](const api::Pod& pod) {
      return controllers::endpoint_port(port, pod, true).has_value();
    });
    if (has_port) continue;
    std::vector<std::string> known;
    for (const api::Container container : pods.front().spec().containers()) {
      for (const api::ContainerPort each : container.ports()) {
        known.push_back(each.name().empty()
                            ? fmt::format("{}", each.container_port())
                            : fmt::format("{} ({})", each.name(), each.container_port()));
      }
    }
    return blame(
        Cause::no_such_target_port,
        fmt::format(
            "The Service {} sends to the port named {}, which no container of its "
            "Pods has{}.",
            service.name(), port.target_port().as_string(),
            known.empty() ? std::string{} : fmt::format("; they have {}", fmt::join(known, ", "))),
        "Give a container's port that name, or write the name or number of one that there is "
        "into targetPort.");
  }
  return blame(Cause::endpoints_lag,
               fmt::format("Pods of the Service {} are ready, but no EndpointSlice says so.",
                           service.name()),
               "Wait a moment. If it stays so, the endpointslice-controller does not run.");
}

// Whoever should make such Pods says why there are none; else the Pod that comes closest to the
// selector says what is probably meant.
bool Inquiry::blame_selector(const api::Service& service) {
  if (const auto is_well = blame_makers(service)) return *is_well;
  std::string best;
  std::size_t best_score = 0;
  std::string elsewhere;
  for (const auto& [key, pod] : sources_.informers.of(api::ResourceId::pods).objects()) {
    if (key.namespace_ != service.namespace_name()) {
      if (elsewhere.empty() && client::has_labels(api::labels(pod), service.selector())) {
        elsewhere = key.namespace_;
      }
      continue;
    }
    std::size_t score = 0;
    std::string differing;
    for (const doc::Member& pair : service.selector().members()) {
      for (const doc::Member& label : api::labels(pod).members()) {
        const bool same_key = label.key.text() == pair.key.text();
        if (same_key && label.value == pair.value) {
          score += 4;
        } else if (same_key || (label.value == pair.value &&
                                distance(label.key.text(), pair.key.text()) <= kCloseDistance)) {
          score +=
              distance(label.value.as_string(), pair.value.as_string()) <= kCloseDistance ? 2 : 1;
          differing = fmt::format("{}={}", label.key.text(), label.value.as_string());
        }
      }
    }
    if (score <= best_score || differing.empty()) continue;
    best_score = score;
    best = std::move(differing);
  }
  std::string advice =
      !elsewhere.empty()
          ? fmt::format(
                "There are such Pods in the namespace {}, but a Service sends to Pods of its own "
                "namespace only: make it there.",
                elsewhere)
      : best.empty() ? fmt::format(
                           "Start Pods with these labels in the namespace {}, or change the "
                           "selector.",
                           service.namespace_name())
                     : fmt::format("There are Pods with {}: is that what is meant?", best);
  return blame(Cause::selects_nothing,
               fmt::format("The selector {} of the Service {} matches no Pod.",
                           pairs_text(service.selector()), service.name()),
               std::move(advice));
}

// What has a template of Pods that the selector matches. Empty if there is none.
std::optional<bool> Inquiry::blame_makers(const api::Service& service) {
  for (const Maker& maker : kMakers) {
    for (const client::Entry* entry :
         sources_.informers.of(maker.resource).by_namespace().find(service.namespace_name())) {
      const api::Workload workload{entry->second};
      const doc::Value& labels = workload.pod_template()["metadata"_key]["labels"_key];
      if (!client::has_labels(labels, service.selector())) continue;
      return blame_maker(entry->second, maker.kind, service);
    }
  }
  return {};
}

bool Inquiry::blame_maker(const doc::Value& maker, std::string_view kind,
                          const api::Service& service) {
  const api::ObjectKey key = api::key_of(maker);
  const std::int64_t wanted = api::Workload{maker}.replicas();
  if (const std::string missing = last_event(maker, "ControllerMissing"); !missing.empty()) {
    return blame(Cause::pods_not_made,
                 fmt::format("The {} {} should make the Pods of the Service {}. {}", kind, key.name,
                             service.name(), missing),
                 "Let a Deployment make them.");
  }
  if (wanted == 0) {
    return blame(Cause::scaled_to_zero,
                 fmt::format("The {} {} makes the Pods of the Service {}, but is scaled to 0.",
                             kind, key.name, service.name()),
                 fmt::format("kubectl scale {} {} -n {} --replicas=1", doc::to_lower(kind),
                             key.name, key.namespace_));
  }
  // A Deployment repeats what its ReplicaSet says.
  std::string said = api::find_condition(maker, "ReplicaFailure")["message"_key].to_string();
  if (said.empty()) said = last_event(maker, "FailedCreate");
  if (!said.empty()) {
    return blame(
        Cause::pods_not_made,
        fmt::format("The {} {} may not make its Pods: {}", kind, key.name, said),
        said.find("quota") != std::string::npos
            ? fmt::format("Raise the quota, or ask for less: kubectl describe quota -n {}.",
                          key.namespace_)
            : fmt::format("Look closer: kubectl describe {} {} -n {}.", doc::to_lower(kind),
                          key.name, key.namespace_));
  }
  return blame(Cause::pods_not_made,
               fmt::format("The {} {} wants {} Pod{}, and there is none yet.", kind, key.name,
                           wanted, wanted == 1 ? "" : "s"),
               "Wait a moment. If it stays so, its controller does not run.");
}

}  // namespace rockpool::cluster
