// SPDX-License-Identifier: Apache-2.0
//
// The middle of the way: the Service's port, its selector, and whether its Pods are endpoints.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/api/views/endpoints.h"
#include "core/client/selection.h"
#include "core/cluster/why/inquiry.h"
#include "core/controllers/endpoint_pods.h"
#include "core/doc/json.h"

namespace rockpool::cluster {
namespace {

std::string pairs_of(const doc::Value& labels) {
  std::vector<std::string> pairs;
  for (const doc::Member& pair : labels.members()) {
    pairs.push_back(fmt::format("{}={}", pair.key.text(), pair.value.as_string()));
  }
  return fmt::format("{}", fmt::join(pairs, ","));
}

std::string port_of(const api::ServicePort& port) {
  const doc::Value& target = port.target_port();
  return fmt::format("{} (→ {})", port.port(),
                     target.is_integer() ? std::to_string(target.as_int()) : target.to_string());
}

// What a readiness probe does, in words.
std::string probe_text(const api::Probe& probe) {
  const auto port_text = [](const doc::Value& port) {
    return port.is_integer() ? std::to_string(port.as_int()) : port.to_string();
  };
  if (!probe.http_get().value().is_null()) {
    return fmt::format("GET {} on port {}", probe.http_get().path(),
                       port_text(probe.http_get().port()));
  }
  if (!probe.tcp_socket().is_null()) {
    return fmt::format("connecting to port {}", port_text(probe.tcp_socket()["port"]));
  }
  if (!probe.exec().is_null()) {
    std::vector<std::string> words;
    for (const doc::Value& word : probe.exec()["command"].items()) {
      words.push_back(word.to_string());
    }
    return fmt::format("the command {}", fmt::join(words, " "));
  }
  return fmt::format("gRPC on port {}", port_text(probe.grpc()["port"]));
}

}  // namespace

std::optional<api::ServicePort> Inquiry::find_port(const api::Service& service, bool is_node_port) {
  std::vector<std::string> known;
  for (const api::ServicePort port : service.ports()) {
    if (port.protocol() != "TCP") continue;
    const std::int64_t number = is_node_port ? port.node_port() : port.port();
    // A headless Service only gives addresses: the client's port is the Pod's.
    if (number == port_ || service.is_headless()) return port;
    known.push_back(port_of(port));
  }
  if (service.is_headless()) return api::ServicePort{doc::Value{}};
  const bool is_target = std::ranges::any_of(service.ports(), [&](const api::ServicePort& port) {
    return port.target_port().as_int() == port_;
  });
  blame(Cause::no_such_port,
        fmt::format("The Service {} has no port {}; it has {}.", service.name(), port_,
                    known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))),
        is_target
            ? fmt::format("{} is the port of the Pods (targetPort). Ask for the Service's own "
                          "port.",
                          port_)
            : "Ask for a port that it has, or add this one to spec.ports.");
  return {};
}

bool Inquiry::ask_endpoints(const api::Service& service, std::string_view port_name) {
  std::size_t ready = 0;
  std::size_t listed = 0;
  const std::string place = client::label_index_value(service.namespace_name(),
                                                      "kubernetes.io/service-name", service.name());
  for (const client::Entry* entry :
       sources_.informers.of(api::ResourceId::endpointslices).by_label().find(place)) {
    const api::EndpointSlice slice{entry->second};
    if (slice.address_type() != net::family_name(family_)) continue;
    const bool has_port = service.is_headless() ||
                          std::ranges::any_of(slice.ports(), [&](const api::EndpointPort& port) {
                            return port.name() == port_name;
                          });
    listed += slice.endpoints().size();
    if (!has_port) continue;
    for (const api::Endpoint endpoint : slice.endpoints()) {
      const bool serves =
          endpoint.is_ready() || (endpoint.is_serving() && endpoint.is_terminating());
      ready += serves ? 1 : 0;
    }
  }
  if (ready > 0) {
    note(fmt::format("The Service {} has {} endpoint{} that can take requests.", service.name(),
                     ready, ready == 1 ? "" : "s"));
    return true;
  }
  if (service.has_selector()) return ask_pods(service, port_name);
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
  note(fmt::format("Its selector {} matches {} Pod{}.", pairs_of(service.selector()), pods.size(),
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
    return blame(Cause::no_such_target_port,
                 fmt::format("The Service {} sends to the port named {}, which no container of its "
                             "Pods has.",
                             service.name(), port.target_port().as_string()),
                 "Give a container's port that name, or write its number into targetPort.");
  }
  return blame(Cause::endpoints_lag,
               fmt::format("Pods of the Service {} are ready, but no EndpointSlice says so.",
                           service.name()),
               "Wait a moment. If it stays so, the endpointslice-controller does not run.");
}

// The Pod that comes closest to the selector says what is probably meant.
bool Inquiry::blame_selector(const api::Service& service) {
  std::string best;
  std::size_t best_score = 0;
  for (const client::Entry* entry :
       sources_.informers.of(api::ResourceId::pods).by_namespace().find(service.namespace_name())) {
    std::size_t score = 0;
    std::string differing;
    for (const doc::Member& pair : service.selector().members()) {
      for (const doc::Member& label : api::labels(entry->second).members()) {
        const bool same_key = label.key.text() == pair.key.text();
        if (same_key && label.value == pair.value) {
          score += 4;
        } else if (same_key || (label.value == pair.value &&
                                distance(label.key.text(), pair.key.text()) <= 2)) {
          score += distance(label.value.as_string(), pair.value.as_string()) <= 2 ? 2 : 1;
          differing = fmt::format("{}={}", label.key.text(), label.value.as_string());
        }
      }
    }
    if (score <= best_score || differing.empty()) continue;
    best_score = score;
    best = std::move(differing);
  }
  return blame(Cause::selects_nothing,
               fmt::format("The selector {} of the Service {} matches no Pod.",
                           pairs_of(service.selector()), service.name()),
               best.empty() ? fmt::format("Start Pods with these labels in the namespace {}, or "
                                          "change the selector.",
                                          service.namespace_name())
                            : fmt::format("There are Pods with {}: is that what is meant?", best));
}

bool Inquiry::blame_pods(const api::Service& service, const std::vector<api::Pod>& pods) {
  if (pods.empty()) {
    return blame(
        Cause::pods_not_running,
        fmt::format("All Pods of the Service {} have ended or are being deleted.", service.name()),
        "Wait until they are replaced, or start others.");
  }
  const auto running = std::ranges::find(pods, std::string_view{"Running"}, &api::Pod::phase);
  const api::Pod& pod = running != pods.end() ? *running : pods.front();
  const std::string trouble = trouble_of(pod);
  const bool is_running = running != pods.end() && trouble.find("probe") != std::string::npos;
  return blame(
      is_running ? Cause::pods_not_ready : Cause::pods_not_running,
      fmt::format("None of the Pods of the Service {} is ready. {}: {}", service.name(), pod.name(),
                  trouble),
      fmt::format("Look closer: kubectl describe pod -n {} {}.", pod.namespace_name(), pod.name()));
}

// Why a Pod is not ready, by its state and what was said of it last.
std::string Inquiry::trouble_of(const api::Pod& pod) const {
  if (!pod.is_scheduled()) {
    const doc::Value& condition = api::find_condition(pod.value(), "PodScheduled");
    return fmt::format("it has no node: {}",
                       condition["message"].to_string("the scheduler has not chosen one yet."));
  }
  for (const doc::Value& status : pod.value()["status"]["containerStatuses"].items()) {
    const api::ContainerStatus container{status};
    const doc::Value& waiting = container.state().waiting();
    if (!waiting.is_null()) {
      return fmt::format(
          "its container {} waits: {}{}", container.name(), waiting["reason"].as_string(),
          waiting["message"].is_null() ? "."
                                       : fmt::format(" ({}).", waiting["message"].as_string()));
    }
    if (container.state().running().is_null()) {
      return fmt::format("its container {} has ended.", container.name());
    }
    if (container.is_ready()) continue;
    for (const api::Container spec : pod.spec().containers()) {
      if (spec.name() != container.name() || spec.readiness_probe().value().is_null()) continue;
      const std::string said = last_event(pod, "Unhealthy");
      return fmt::format("the readiness probe of its container {} ({}) does not succeed{}",
                         container.name(), probe_text(spec.readiness_probe()),
                         said.empty() ? "." : ": " + said);
    }
  }
  return "it is still starting.";
}

// The newest event of that reason about the Pod. Nobody else reads events, so there is no cache.
std::string Inquiry::last_event(const api::Pod& pod, std::string_view reason) const {
  const apiserver::Response response = sources_.api.handle(apiserver::make_request(
      "GET", fmt::format("/api/v1/namespaces/{}/events?fieldSelector=involvedObject.uid%3D{}",
                         pod.namespace_name(), pod.uid())));
  const auto list = doc::parse_json(response.body);
  if (!list) return {};
  std::string latest;
  std::string message;
  for (const doc::Value& event : (*list)["items"].items()) {
    if (event["reason"].as_string() != reason) continue;
    const std::string time = event["lastTimestamp"].to_string();
    if (time < latest) continue;
    latest = time;
    message = event["message"].to_string();
  }
  return message;
}

}  // namespace rockpool::cluster
