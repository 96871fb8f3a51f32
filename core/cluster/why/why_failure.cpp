// SPDX-License-Identifier: Apache-2.0
//
// What has happened to a request that failed while Pods came and went.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "core/api/views/workloads.h"
#include "core/cluster/why/inquiry.h"
#include "core/net/trace.h"

namespace rockpool::cluster {
namespace {

// A process that does not listen so long after its container's start is not about to.
constexpr sim::Duration kLongStart = std::chrono::minutes{2};

// The Pod to which a request was sent last, and where it should have been answered.
struct Server {
  api::ObjectKey pod;
  net::SocketAddress address;
  // Whose proxy chose it; empty if none did.
  std::string node;
};

std::optional<Server> server_of(const net::FetchResult& result) {
  if (!result.trace) return std::nullopt;
  std::optional<Server> server;
  for (const net::Hop& hop : result.trace->hops) {
    const bool names_server = hop.kind == net::HopKind::choice || hop.kind == net::HopKind::server;
    if (!names_server || hop.pod.empty()) continue;
    std::string node = hop.kind == net::HopKind::choice ? hop.node
                       : server                         ? server->node
                                                        : std::string{};
    server = Server{api::ObjectKey::parse(hop.pod), hop.to, std::move(node)};
  }
  return server;
}

// The Pod as it is now, or what its ReplicaSet made it from.
struct Remains {
  api::PodSpec spec;
  // Null if it is gone.
  doc::Value pod;

  bool is_going() const { return pod.is_null() || api::is_being_deleted(pod); }
  sim::Duration grace() const {
    const doc::Value& given = api::metadata(pod)["deletionGracePeriodSeconds"];
    return std::chrono::seconds{given.is_integer() ? given.as_int()
                                                   : spec.termination_grace_period_seconds()};
  }
};

std::optional<Remains> find_remains(client::Informers& informers, const api::ObjectKey& key) {
  if (const doc::Value* pod = informers.of(api::ResourceId::pods).find(key)) {
    return Remains{api::Pod{*pod}.spec(), *pod};
  }
  // A ReplicaSet's Pods bear its name and a suffix.
  const api::ObjectKey owner{key.namespace_, key.name.substr(0, key.name.rfind('-'))};
  const doc::Value* replica_set = informers.of(api::ResourceId::replicasets).find(owner);
  if (replica_set == nullptr) return std::nullopt;
  return Remains{api::ReplicaSet{*replica_set}.pod_spec(), {}};
}

// The container that should have answered on that port.
api::Container container_of(const api::PodSpec& spec, std::uint16_t port) {
  for (const api::Container container : spec.containers()) {
    for (const api::ContainerPort declared : container.ports()) {
      if (declared.container_port() == port) return container;
    }
  }
  return spec.containers().empty() ? api::Container{} : spec.containers()[0];
}

// How long a preStop hook takes that does nothing but sleep; empty if that cannot be told.
std::optional<sim::Duration> sleep_of(const api::Handler& hook) {
  if (!hook.sleep().is_null()) return std::chrono::seconds{hook.sleep()["seconds"].as_int()};
  const auto command = hook.exec()["command"].items();
  if (command.empty()) return std::nullopt;
  std::string text;
  for (const doc::Value& word : command) text += (text.empty() ? "" : " ") + word.to_string();
  constexpr std::string_view kSleep = "sleep ";
  const std::size_t at = text.rfind(kSleep);
  if (at == std::string::npos) return std::nullopt;
  const std::string_view number = std::string_view{text}.substr(at + kSleep.size());
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), seconds);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  return std::chrono::seconds{seconds};
}

std::string by_whom(const Server& server) {
  return server.node.empty()
             ? "requests were still sent to it"
             : fmt::format("the proxy of {} still sent requests to it", server.node);
}

Explanation verdict(Cause cause, std::string summary, std::string advice) {
  return {cause, summary, std::move(advice), {{false, summary}}};
}

std::string seconds_text(sim::Duration span) {
  return sim::format_duration(span);
}

// The failure has to do with a node that is off, or a proxy that hears of nothing, rather than with
// how Pods come and go.
bool is_beyond_pods(const WhySources& sources, const Server& server, const Remains& remains) {
  const net::Node* const home =
      sources.network.find_node(remains.pod["spec"]["nodeName"].as_string());
  if (home != nullptr && !home->is_up()) return true;
  const net::Node* const proxy = sources.network.find_node(server.node);
  return proxy != nullptr && sources.proxy.is_frozen(*proxy);
}

// The Pod is going or gone: did it stop too soon, or was it killed?
Explanation explain_stop(const Server& server, const Remains& remains, sim::Time now) {
  const api::Container container = container_of(remains.spec, server.address.port);
  const api::Handler hook = container.pre_stop();
  if (hook.value().is_null()) {
    return verdict(
        Cause::stopped_too_soon,
        fmt::format("The Pod {} is being deleted and its process stopped at once, while {} or "
                    "waited for answers: its container {} has no preStop hook.",
                    server.pod.name, by_whom(server), container.name()),
        "Give the container a preStop hook that sleeps until all proxies have heard and what was "
        "asked is answered: lifecycle: {preStop: {sleep: {seconds: 10}}}.");
  }
  const std::optional<sim::Duration> sleep = sleep_of(hook);
  const sim::Duration grace = remains.grace();
  const auto deadline = api::deletion_timestamp(remains.pod);
  if ((sleep && *sleep >= grace) || (deadline && now >= *deadline)) {
    return verdict(
        Cause::killed_too_soon,
        fmt::format("The Pod {} was killed while it still had requests to answer: its grace period "
                    "of {} ended before its preStop hook{} and its last answers.",
                    server.pod.name, seconds_text(grace),
                    sleep ? fmt::format(" ({})", seconds_text(*sleep)) : ""),
        "Make terminationGracePeriodSeconds longer than the preStop hook and the longest request "
        "together.");
  }
  return verdict(
      Cause::stopped_too_soon,
      fmt::format("The Pod {} is being deleted and its process stopped after its preStop hook{}, "
                  "while {} or waited for answers.",
                  server.pod.name, sleep ? fmt::format(" ({})", seconds_text(*sleep)) : "",
                  by_whom(server)),
      "Let the preStop hook sleep longer than the news of an endpoint's end travels and the "
      "longest request takes.");
}

// A Pod that counts as ready although its process does not listen yet.
std::optional<Explanation> explain_start(const Server& server, const api::Pod& pod,
                                         const WhySources& sources, sim::Time now) {
  const net::Host* const host = sources.network.find_host(server.address.ip);
  if (host == nullptr || host->is_listening(server.address.port)) return std::nullopt;
  const api::Container container = container_of(pod.spec(), server.address.port);
  if (!container.readiness_probe().value().is_null()) return std::nullopt;
  for (const api::ContainerStatus status : pod.container_statuses()) {
    if (status.name() != container.name() || !status.is_ready()) continue;
    const auto started = api::read_time(status.state().running()["startedAt"]);
    if (!started || now - *started > kLongStart) return std::nullopt;
    return verdict(
        Cause::taken_for_ready,
        fmt::format("The Pod {} was taken for ready before it listened on port {}: its container "
                    "{} has no readiness probe.",
                    server.pod.name, server.address.port, container.name()),
        "Give the container a readinessProbe that asks for what it serves.");
  }
  return std::nullopt;
}

}  // namespace

Explanation explain_failure(const WhySources& sources, const net::Host& client, const net::Url& url,
                            const net::FetchResult& result) {
  if (auto tls = explain_tls_failure(result)) return *std::move(tls);
  const std::optional<Server> server = result.ok() ? std::nullopt : server_of(result);
  const auto remains = server ? find_remains(sources.informers, server->pod) : std::nullopt;
  if (!remains || is_beyond_pods(sources, *server, *remains)) return explain(sources, client, url);
  if (remains->is_going()) return explain_stop(*server, *remains, result.ended);
  if (auto start = explain_start(*server, api::Pod{remains->pod}, sources, result.ended)) {
    return *std::move(start);
  }
  return explain(sources, client, url);
}

}  // namespace rockpool::cluster
