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
#include "core/net/http.h"
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

// `connection refused`.
std::string words_of(net::FailureKind kind) {
  std::string text{net::failure_kind_name(kind)};
  std::ranges::replace(text, '_', ' ');
  return text;
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

std::string_view going_text(const Remains& remains) {
  return remains.pod.is_null() ? "was deleted" : "is being deleted";
}

// The Pod is going or gone: did it stop too soon, or was it killed?
Explanation explain_stop(const Server& server, const Remains& remains, sim::Time now) {
  const api::Container container = container_of(remains.spec, server.address.port);
  const api::Handler hook = container.pre_stop();
  if (hook.value().is_null()) {
    return verdict(
        Cause::stopped_too_soon,
        fmt::format("The Pod {} {} and its process stopped at once, while {} or "
                    "waited for answers: its container {} has no preStop hook.",
                    server.pod.name, going_text(remains), by_whom(server), container.name()),
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
      fmt::format("The Pod {} {} and its process stopped after its preStop hook{}, "
                  "while {} or waited for answers.",
                  server.pod.name, going_text(remains),
                  sleep ? fmt::format(" ({})", seconds_text(*sleep)) : "", by_whom(server)),
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

// `12:00:03.25`: when it was, for who looks back at it.
std::string clock_text(sim::Time time) {
  constexpr std::size_t kDate = 11;
  constexpr std::size_t kMostDigits = 12;
  const std::string text = sim::format_rfc3339_nano(time).substr(kDate);
  return text.substr(0, std::min(text.find('Z'), kMostDigits));
}

// What happened, hop by hop, in words.
std::vector<Finding> findings_of(const net::Trace& trace) {
  std::vector<Finding> findings;
  const auto add = [&findings](bool is_well, std::string text) {
    findings.push_back({is_well, std::move(text)});
  };
  for (const net::Hop& hop : trace.hops) {
    const std::string to = hop.to.to_string();
    const std::string pod = hop.pod.empty() ? "" : fmt::format(" ({})", hop.pod);
    switch (hop.kind) {
      case net::HopKind::client:
        add(true, fmt::format("It began at {}.", clock_text(hop.time)));
        break;
      case net::HopKind::resolved:
        if (hop.failure == net::FailureKind::none) {
          add(true, fmt::format("The name led to {}.", hop.detail));
        }
        break;
      case net::HopKind::proxy:
        if (hop.failure == net::FailureKind::none) {
          add(true,
              fmt::format("The proxy of {} took it, for the Service {}.", hop.node, hop.service));
        }
        break;
      case net::HopKind::choice:
        // Those of the look-up have no part in what came after.
        if (hop.service != "kube-system/kube-dns") {
          add(true, fmt::format("The proxy of {} chose {}{}.", hop.node, to, pod));
        }
        break;
      case net::HopKind::dial_failed:
        add(true, fmt::format("{}{} could not be reached: {}.", to, pod, words_of(hop.failure)));
        break;
      case net::HopKind::server:
        add(true, fmt::format("It reached {}{}.", to, pod));
        break;
      case net::HopKind::policy:
      case net::HopKind::dns_query:
      case net::HopKind::dns_answer:
      case net::HopKind::connect:
      case net::HopKind::tls:
      case net::HopKind::response:
      case net::HopKind::failed:
        break;
    }
  }
  return findings;
}

const net::Hop* last_hop(const net::Trace& trace, net::HopKind kind) {
  const auto found = std::find_if(trace.hops.rbegin(), trace.hops.rend(),
                                  [kind](const net::Hop& hop) { return hop.kind == kind; });
  return found == trace.hops.rend() ? nullptr : &*found;
}

// By what its trace says alone: things may be other ones since.
Explanation verdict_of_trace(const net::FetchResult& result, const net::Url& url) {
  const net::FailureKind failure = result.outcome.error().kind;
  const net::Trace& trace = *result.trace;
  if (const net::Hop* const denial = last_hop(trace, net::HopKind::policy)) {
    return verdict(Cause::policy_drops, fmt::format("It was dropped: {}.", denial->detail),
                   "Nothing drops it now.");
  }
  if (failure == net::FailureKind::no_such_host) {
    return verdict(Cause::name_not_found, fmt::format("{} was the name of nothing then.", url.host),
                   "The name is found now.");
  }
  if (failure == net::FailureKind::dns_timed_out || failure == net::FailureKind::dns_failed) {
    return verdict(Cause::dns_is_down,
                   fmt::format("Nobody could say what {} is: {}.", url.host, words_of(failure)),
                   "The name is found now.");
  }
  const net::Hop* const proxy = last_hop(trace, net::HopKind::proxy);
  if (proxy != nullptr && proxy->failure != net::FailureKind::none) {
    return verdict(
        Cause::pods_not_ready,
        fmt::format("The proxy of {} let nobody have it: {}.", proxy->node, proxy->detail),
        "There are endpoints now. Clients that try again get an answer.");
  }
  const net::Hop* const last = last_hop(trace, net::HopKind::failed);
  const std::string where =
      last == nullptr || last->to == net::SocketAddress{} ? "" : " at " + last->to.to_string();
  return verdict(
      failure == net::FailureKind::connection_refused ? Cause::nobody_listens : Cause::none,
      fmt::format("It failed{}: {}.", where, words_of(failure)),
      "Nothing is wrong with its way now.");
}

Explanation explain_answer(const WhySources& sources, const net::Host& client,
                           const WhyTarget& target, const net::FetchResult& result) {
  Explanation now = explain(sources, client, target);
  constexpr int kFirstErrorStatus = 400;
  const auto server = server_of(result);
  const int status = result.outcome->status;
  if (now.cause != Cause::none || status < kFirstErrorStatus || !server) return now;
  now.summary = fmt::format("Nothing is wrong on the way: {} itself answered {} {}.",
                            server->pod.to_string(), status, net::http_status_text(status));
  now.advice = fmt::format("See what it says: kubectl logs {} -n {}.", server->pod.name,
                           server->pod.namespace_);
  return now;
}

}  // namespace

Explanation explain_failure(const WhySources& sources, const net::Host& client,
                            const WhyTarget& target, const net::FetchResult& result) {
  if (result.ok()) return explain_answer(sources, client, target, result);
  if (auto tls = explain_tls_failure(result)) return *std::move(tls);
  const std::optional<Server> server = server_of(result);
  const auto remains = server ? find_remains(sources.informers, server->pod) : std::nullopt;
  std::optional<Explanation> found;
  if (remains && !is_beyond_pods(sources, *server, *remains)) {
    if (remains->is_going()) {
      found = explain_stop(*server, *remains, result.ended);
    } else {
      found = explain_start(*server, api::Pod{remains->pod}, sources, result.ended);
    }
  }
  if (!found) {
    found = explain(sources, client, target);
    if (found->cause != Cause::none || !result.trace) return *std::move(found);
    found = verdict_of_trace(result, target.url);
  }
  if (result.trace) {
    std::vector<Finding> findings = findings_of(*result.trace);
    findings.insert(findings.end(), found->findings.begin(), found->findings.end());
    found->findings = std::move(findings);
  }
  return *std::move(found);
}

}  // namespace rockpool::cluster
