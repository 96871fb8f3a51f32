// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/request_watcher.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/net/host.h"
#include "core/net/http.h"
#include "core/net/load_balancers.h"

namespace rockpool::app {
namespace {

bool is_health_check(const net::Host& client) {
  return client.kind() == net::HostKind::external &&
         client.name() == net::LoadBalancers::kCheckerName;
}

/// Turns hops into stops, one after the other.
class StopCollector {
 public:
  explicit StopCollector(const World& world) : world_{world} {}

  void take(const net::Hop& hop) {
    switch (hop.kind) {
      case net::HopKind::client:
        start(hop);
        break;
      case net::HopKind::dns_query:
        query(hop);
        break;
      case net::HopKind::dns_answer:
        answer();
        break;
      case net::HopKind::connect:
        service_at(hop.to, false);
        break;
      case net::HopKind::proxy:
        add(Stop::Kind::Service, world_.services.find(hop.service), false);
        add(Stop::Kind::Proxy, world_.nodes.find(hop.node), false);
        break;
      case net::HopKind::dial_failed:
        chosen(hop);
        // The proxy tries the next one.
        add(Stop::Kind::Proxy, world_.nodes.find(hop.node), false);
        break;
      case net::HopKind::choice:
        choose(hop);
        break;
      case net::HopKind::server:
        server(hop);
        break;
      case net::HopKind::failed:
        failed(hop);
        break;
      case net::HopKind::policy:
        denied(hop);
        break;
      case net::HopKind::resolved:
      case net::HopKind::tls:
      case net::HopKind::response:
        break;
    }
  }

  std::vector<Stop> stops;

 private:
  void add(Stop::Kind kind, Slot slot, bool dns) {
    if (slot == kNoSlot && kind != Stop::Kind::Outside) return;
    const Stop stop{kind, slot, dns};
    if (stops.empty() || !(stops.back() == stop)) stops.push_back(stop);
  }

  void start(const net::Hop& hop) {
    if (!hop.pod.empty()) {
      add(Stop::Kind::Pod, world_.pods.find(hop.pod), false);
    } else if (!hop.node.empty()) {
      add(Stop::Kind::Node, world_.nodes.find(hop.node), false);
    } else {
      add(Stop::Kind::Outside, kNoSlot, false);
    }
    if (!stops.empty()) client_ = stops.front();
  }

  void service_at(const net::SocketAddress& address, bool dns) {
    const std::string ip = address.ip.to_string();
    Slot found = kNoSlot;
    world_.services.each([&](Slot slot, const ServiceItem& service) {
      if (service.cluster_ip == ip) found = slot;
    });
    add(Stop::Kind::Service, found, dns);
  }

  // A resolver asks several names, each twice (A and AAAA): one look-up is shown.
  void query(const net::Hop& hop) {
    if (asked_) return;
    asked_ = true;
    service_at(hop.to, true);
  }

  void answer() {
    if (answered_) return;
    answered_ = true;
    if (!stops.empty() && stops.back().dns) add(client_.kind, client_.slot, true);
  }

  // A node's proxy passes queries on, too: to one of the DNS Pods.
  void choose(const net::Hop& hop) {
    if (asked_ && !answered_) {
      add(Stop::Kind::Pod, world_.pods.find(hop.pod), true);
    } else {
      choice_ = hop.pod;
    }
  }

  void chosen(const net::Hop& hop) {
    const std::string& pod = hop.pod.empty() ? choice_ : hop.pod;
    add(Stop::Kind::Pod, world_.pods.find(pod), false);
  }

  void server(const net::Hop& hop) {
    if (!hop.pod.empty()) {
      add(Stop::Kind::Pod, world_.pods.find(hop.pod), false);
    } else {
      add(Stop::Kind::Node, world_.nodes.find(hop.node), false);
    }
  }

  // It ends at the Pod that may not have it; one that may not send keeps it.
  void denied(const net::Hop& hop) {
    const Slot pod = world_.pods.find(hop.pod);
    const bool is_client = client_.kind == Stop::Kind::Pod && client_.slot == pod;
    if (!is_client) add(Stop::Kind::Pod, pod, asked_ && !answered_);
  }

  void failed(const net::Hop& hop) {
    const bool name_failed = hop.failure == net::FailureKind::no_such_host ||
                             hop.failure == net::FailureKind::dns_failed ||
                             hop.failure == net::FailureKind::dns_timed_out;
    // It ends where the name was asked, not back at the client.
    if (name_failed && stops.size() > 1 && stops.back() == Stop{client_.kind, client_.slot, true})
      stops.pop_back();
    if (!name_failed && !hop.pod.empty()) add(Stop::Kind::Pod, world_.pods.find(hop.pod), false);
  }

  const World& world_;
  Stop client_;
  std::string choice_;
  bool asked_ = false;
  bool answered_ = false;
};

// For a request whose hops were not recorded: where it began, its Service, and where it ended.
std::vector<Stop> stops_of_summary(const net::RequestSummary& request, const World& world) {
  net::Trace trace;
  trace.hops.push_back({});
  net::Hop& client = trace.hops.back();
  if (request.client.kind() == net::HostKind::pod) client.pod = request.client.name();
  if (request.client.kind() == net::HostKind::node) client.node = request.client.name();
  if (!request.service.empty()) {
    net::Hop proxy;
    proxy.kind = net::HopKind::proxy;
    proxy.service = request.service;
    if (const net::Node* node = request.client.node()) proxy.node = node->name();
    trace.hops.push_back(std::move(proxy));
  }
  if (request.server != nullptr && request.server->kind() == net::HostKind::pod) {
    net::Hop server;
    server.kind = net::HopKind::server;
    server.pod = request.server->name();
    trace.hops.push_back(std::move(server));
  }
  return stops_of(trace, world);
}

// As Cluster::start_fetch calls it.
std::string client_text(const net::Host& client) {
  if (client.kind() == net::HostKind::pod) return fmt::format("pod/{}", client.name());
  if (client.kind() == net::HostKind::node) return fmt::format("node/{}", client.name());
  return "external";
}

// By which policies it came to nothing; empty if by none.
std::string denial_text(const net::RequestSummary& request) {
  if (request.trace == nullptr || request.failure == net::FailureKind::none) return {};
  const auto& hops = request.trace->hops;
  const auto denial = std::find_if(hops.rbegin(), hops.rend(), [](const net::Hop& hop) {
    return hop.kind == net::HopKind::policy;
  });
  return denial == hops.rend() ? std::string{} : denial->detail;
}

std::string result_text(const net::RequestSummary& request) {
  if (request.failure == net::FailureKind::none) {
    return fmt::format("{} {}", request.status, net::http_status_text(request.status));
  }
  std::string text{net::failure_kind_name(request.failure)};
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::shared_ptr<FailedRequest> failure_of(const net::RequestSummary& request,
                                          const RequestSeen& seen) {
  auto failed = std::make_shared<FailedRequest>();
  failed->from = seen.from;
  failed->url = seen.url;
  failed->words = seen.result;
  failed->result.started = request.started;
  failed->result.ended = request.ended;
  if (request.failure == net::FailureKind::none) {
    failed->result.outcome->status = request.status;
  } else {
    net::Failure failure;
    failure.kind = request.failure;
    failed->result.outcome = std::unexpected{std::move(failure)};
  }
  if (request.trace != nullptr) {
    // The request may go on to add to its own.
    failed->result.trace = net::Ref{new net::Trace};
    failed->result.trace->hops = request.trace->hops;
  }
  return failed;
}

}  // namespace

std::vector<Stop> stops_of(const net::Trace& trace, const World& world) {
  StopCollector collector{world};
  for (const net::Hop& hop : trace.hops) collector.take(hop);
  return std::move(collector.stops);
}

bool RequestWatcher::wants_trace(const net::Host& client, std::string_view host) {
  static_cast<void>(host);
  // A kubelet's probes are not traffic, nor are the questions of load balancers.
  if (client.kind() == net::HostKind::node || is_health_check(client) || traces_allowed_ <= 0) {
    return false;
  }
  --traces_allowed_;
  return true;
}

void RequestWatcher::on_finished(const net::RequestSummary& request) {
  if (request.client.kind() == net::HostKind::node && request.service.empty()) return;
  if (is_health_check(request.client)) return;
  RequestSeen seen;
  seen.started = request.started;
  seen.finished = request.ended;
  seen.service_key = request.service;
  seen.service = world_.services.find(request.service);
  seen.client = request.client.name();
  seen.from = client_text(request.client);
  seen.url = request.port == 80 ? fmt::format("http://{}/", request.host)
                                : fmt::format("http://{}:{}/", request.host, request.port);
  seen.ok = request.failure == net::FailureKind::none && request.status < 400;
  seen.dropped = denial_text(request);
  seen.result = seen.dropped.empty() ? result_text(request) : "dropped by a NetworkPolicy";
  if (request.failure == net::FailureKind::none && request.server != nullptr &&
      request.server->kind() == net::HostKind::pod) {
    seen.endpoint = request.server->name();
  }
  if (request.trace != nullptr) {
    seen.stops = stops_of(*request.trace, world_);
    if (auto lookup = read_lookup(*request.trace, seen.from, request.host))
      dns_.add(std::move(*lookup));
  } else if (!seen.ok) {
    seen.stops = stops_of_summary(request, world_);
  }
  if (!seen.ok) seen.failure = failure_of(request, seen);
  finished_.push_back(std::move(seen));
}

}  // namespace rockpool::app
