// SPDX-License-Identifier: Apache-2.0
#include "core/net/connection.h"

#include <algorithm>
#include <array>

namespace rockpool::net {
namespace {

using namespace std::chrono_literals;

// kube-proxy's userspace mode (pkg/proxy/userspace/proxysocket.go, EndpointDialTimeouts): how long
// it tries each endpoint before it asks for the next.
constexpr std::array<sim::Duration, 4> kRelayDialTimeouts{250ms, 500ms, 1s, 2s};

constexpr sim::Duration kFirstSynRepeat = 1s;
// Linux's net.sctp.rto_initial, rto_max and max_init_retransmits, for an INIT that is not answered.
constexpr sim::Duration kFirstInitRepeat = 3s;
constexpr sim::Duration kMaxInitRepeat = 60s;
constexpr int kInitRetries = 8;

}  // namespace

// Sends the first SYN, or the same again: the rules of the client's node decide, then those of the
// node to which it is addressed.
void Connection::start() {
  if (dial_retries_ != 0) {
    // An endpoint may have been chosen for a SYN that a policy dropped.
    dial_to_ = destination_;
    server_peer_ = client_address_;
  }
  Host* const owner =
      destination_.ip.is_loopback() ? client_ : network_->find_host(destination_.ip);
  Node* node = nullptr;
  Route route = network_->route(*client_, owner, protocol_, client_address_, destination_, node);
  switch (route.verdict) {
    case Route::Verdict::pass:
      if (network_->has_route(*client_, owner, destination_.ip)) {
        dial({});
      } else {
        repeat_syn();
      }
      break;
    case Route::Verdict::drop:
      if (dial_retries_ == 0) show_refusal(*node, route, FailureKind::connection_timed_out, now());
      service_port_ = std::move(route.port);
      repeat_syn();
      break;
    case Route::Verdict::reject:
      refuse_by_rules(*node, std::move(route));
      break;
    case Route::Verdict::relay:
      start_relay(*node, std::move(route));
      break;
    case Route::Verdict::forward:
      start_forward(*node, std::move(route));
      break;
  }
}

// The node answers for what the rules of its proxy do not let through.
void Connection::refuse_by_rules(Node& node, Route route) {
  const auto latency = network_->travel_time(*client_, node.host());
  if (!latency) {
    service_port_ = std::move(route.port);
    repeat_syn();
    return;
  }
  show_refusal(node, route, FailureKind::connection_refused, now() + *latency);
  service_port_ = std::move(route.port);
  end_client(FailureKind::connection_refused, now() + 2 * *latency);
}

void Connection::show_refusal(const Node& node, const Route& route, FailureKind kind,
                              sim::Time at) {
  if (!trace_) return;
  Hop hop = make_hop(HopKind::proxy, at);
  hop.node = node.name();
  if (route.port) hop.service = route.port->service_name();
  hop.failure = kind;
  hop.detail = route.reason;
  add_hop(std::move(hop));
}

// The kernel of `node` gives the connection an endpoint, which every packet of it then goes to.
void Connection::start_forward(Node& node, Route route) {
  Router& router = *network_->router();
  const auto endpoint =
      router.next_endpoint(node, *route.port, route.scope, client_address_, false);
  if (!endpoint) {
    // The rules have changed since the route was found, which they cannot in one moment.
    repeat_syn();
    return;
  }
  service_port_ = std::move(route.port);
  scope_ = route.scope;
  is_forwarded_ = true;
  relay_node_ = node.id();
  is_detoured_ = client_->node() != &node;
  dial_to_ = *endpoint;
  // A Pod that is sent to itself must not see its own address as the sender's.
  if (route.masquerades || client_->has_address(endpoint->ip)) {
    server_peer_ = node_end(node);
  }
  if (trace_) {
    show_proxy(node, now());
    show_choice(node, now());
  }
  send_forwarded();
}

// The node's address of the family of the endpoint that is tried.
IpAddress Connection::node_address(const Node& node) const {
  const IpAddress* const address = node.host().address_of(dial_to_.ip.family());
  return address != nullptr ? *address : node.host().address();
}

SocketAddress Connection::node_end(Node& node) const {
  return {node_address(node), node.host().take_ephemeral_port()};
}

// Sends the SYN, by way of the node that changes the addresses.
void Connection::send_forwarded() {
  if (!is_detoured_) {
    dial({});
    return;
  }
  if (network_->is_filtered()) {
    if (const auto denial = judge_departure()) {
      drop_by_policy(*denial, now());
      return;
    }
  }
  const Node* const node = network_->node(relay_node_);
  const auto detour =
      node == nullptr ? std::nullopt : network_->travel_time(*client_, node->host());
  if (!detour) {
    repeat_syn();
    return;
  }
  dial(*detour);
  dial_latency_ += *detour;
}

void Connection::show_proxy(const Node& node, sim::Time at) {
  Hop hop = make_hop(HopKind::proxy, at);
  hop.node = node.name();
  hop.from = client_address_;
  hop.to = destination_;
  hop.service = service_port_->service_name();
  hop.detail = network_->router()->mode_name(node);
  add_hop(std::move(hop));
}

void Connection::show_choice(const Node& node, sim::Time at) {
  Hop hop = make_hop(HopKind::choice, at);
  hop.node = node.name();
  hop.from = server_peer_;
  hop.to = dial_to_;
  hop.service = service_port_->service_name();
  hop.pod = network_->router()->endpoint_pod(*service_port_, dial_to_);
  add_hop(std::move(hop));
}

// The proxy process of `node` accepts, then dials.
//
// No network plugin works with such a proxy, which hides its clients (OpenShift SDN refused to
// start: "plugin is not compatible with proxy-mode"), and the API leaves the order of Services and
// policies open. So that policies mean the same in every mode, the agent here knows the proxy: it
// judges the client's SYN by the endpoint that the proxy chooses for it, and drops it there.
void Connection::start_relay(Node& node, Route route) {
  const auto latency = network_->travel_time(*client_, node.host());
  if (!latency) {
    repeat_syn();
    return;
  }
  service_port_ = std::move(route.port);
  scope_ = route.scope;
  is_relayed_ = true;
  relay_node_ = node.id();
  if (trace_) show_proxy(node, now() + *latency);
  std::optional<SocketAddress> first;
  if (network_->is_filtered()) {
    first = network_->router()->next_endpoint(node, *service_port_, scope_, client_address_, false);
    if (first) {
      dial_to_ = *first;
      server_peer_ = {node_address(node), 0};
      auto denial = judge_departure();
      if (!denial) denial = judge();
      if (denial) {
        if (trace_) show_choice(node, now() + *latency);
        drop_by_policy(*denial, now() + *latency);
        return;
      }
    }
  }
  dial_retries_ = 0;
  connected_at_ = now() + 2 * *latency;
  earliest_departure_ = now() + *latency;
  if (first) {
    dial_endpoint(node, *first);
  } else {
    dial_next_endpoint(false);
  }
  if (client_wait_ != nullptr) client_wait_->waiter_.wake(connected_at_ - now());
}

std::optional<PolicyDenial> Connection::judge_departure() const {
  const Node* const own = client_->node();
  if (own == nullptr || own->id() == relay_node_) return {};
  return network_->judge({.protocol = protocol_,
                          .sender = client_,
                          .receiver = nullptr,
                          .source = client_address_.ip,
                          .destination = destination_});
}

// A kernel that changes the sender's address does so last (POSTROUTING comes after FORWARD), so an
// endpoint on its own node is judged by the client's. What a proxy process sends counts as sent by
// its client if that is a Pod, as Cilium marks what its proxy sends with the client's identity.
std::optional<PolicyDenial> Connection::judge() const {
  if (dial_to_.ip.is_loopback()) return {};
  const bool has_middle = is_relayed_ || is_forwarded_;
  const Host* const receiver = network_->find_host(dial_to_.ip);
  const auto is_on_middle = [&](const Host* host) {
    return host != nullptr && host->node() != nullptr && host->node()->id() == relay_node_;
  };
  const bool shows_client =
      !has_middle || is_on_middle(receiver) || (is_relayed_ && client_->kind() == HostKind::pod);
  return network_->judge({.protocol = protocol_,
                          .sender = has_middle && !is_on_middle(client_) ? nullptr : client_,
                          .receiver = receiver,
                          .source = shows_client ? client_address_.ip : server_peer_.ip,
                          .destination = dial_to_});
}

// The SYN is gone without a word. What was chosen for it on its way is chosen anew for the next
// one: connection tracking keeps only what has left the node.
void Connection::drop_by_policy(const PolicyDenial& denial, sim::Time at) {
  const Node* const node =
      denial.direction == Direction::egress || !network_->find_host(dial_to_.ip)
          ? client_->node()
          : network_->find_host(dial_to_.ip)->node();
  if (trace_) {
    add_hop(Network::denial_hop(denial, node, at, client_address_,
                                is_relayed_ || is_forwarded_ ? dial_to_ : destination_));
  }
  const bool is_dialling = is_relayed_ && relay_tries_ > 0;
  const bool has_left = is_forwarded_ && node != nullptr && node->id() != relay_node_ &&
                        denial.direction == Direction::ingress;
  if (!is_dialling && !has_left) {
    if (is_forwarded_) {
      network_->router()->note_ended(*network_->node(relay_node_), *service_port_, dial_to_);
    }
    is_relayed_ = is_forwarded_ = is_detoured_ = false;
  }
  repeat_syn();
}

void Connection::dial_next_endpoint(bool after_failure) {
  Node* const node = network_->node(relay_node_);
  if (node == nullptr) {
    progress(kNever);
    return;
  }
  if (relay_tries_ == kRelayDialTimeouts.size()) {
    give_up_relay("failed to connect to an endpoint.");
    return;
  }
  Router* const router = network_->router();
  const auto endpoint = router == nullptr ? std::nullopt
                                          : router->next_endpoint(*node, *service_port_, scope_,
                                                                  client_address_, after_failure);
  if (!endpoint) {
    give_up_relay("missing endpoints");
    return;
  }
  dial_endpoint(*node, *endpoint);
}

void Connection::dial_endpoint(Node& node, const SocketAddress& endpoint) {
  // The first dial happens when the client's SYN has reached the proxy, which is not yet.
  const sim::Duration head_start = std::max(earliest_departure_ - now(), sim::Duration{0});
  dial_to_ = endpoint;
  dial_retries_ = 0;
  dial_deadline_ = now() + head_start + kRelayDialTimeouts[relay_tries_++];
  server_peer_ = node_end(node);
  if (trace_) show_choice(node, now() + head_start);
  dial(head_start);
}

void Connection::give_up_relay(std::string_view reason) {
  Node& node = *network_->node(relay_node_);
  if (trace_) {
    Hop hop = make_hop(HopKind::dial_failed, now());
    hop.node = node.name();
    hop.service = service_port_->service_name();
    hop.failure = FailureKind::connection_reset;
    hop.detail = reason;
    add_hop(std::move(hop));
  }
  // The process closes a connection on which data it never read is waiting; the kernel then resets
  // it.
  const auto latency =
      client_ == nullptr ? std::nullopt : network_->travel_time(*client_, node.host());
  if (latency) {
    end_client(FailureKind::connection_reset, std::max(now() + *latency, connected_at_));
  } else {
    probe_later(0);
  }
}

Host* Connection::dialler() const {
  if (!is_relayed_ && !is_detoured_) return client_;
  Node* const node = network_->node(relay_node_);
  return node == nullptr ? nullptr : &node->host();
}

// Sends a SYN to dial_to_ after `head_start`.
void Connection::dial(sim::Duration head_start) {
  ++dial_attempt_;
  Host* const from = dialler();
  if (from == nullptr) {
    // The proxy's machine has been taken away.
    progress(kNever);
    return;
  }
  if (network_->is_filtered()) {
    if (const auto denial = judge()) {
      drop_by_policy(*denial, now() + head_start);
      return;
    }
  }
  syn_at_ = now() + head_start;
  const Host* const owner = dial_to_.ip.is_loopback() ? from : network_->find_host(dial_to_.ip);
  const Network::Way way = network_->way(*from, owner, dial_to_.ip);
  switch (way.outcome) {
    case Network::Way::Outcome::delivered: {
      dial_latency_ = way.latency;
      const sim::Time arrival = now() + head_start + way.latency;
      if (dial_deadline_ != kNever && arrival + way.latency > dial_deadline_) {
        fail_dial(FailureKind::connection_timed_out, dial_deadline_);
        break;
      }
      progress(arrival);
      loop_.schedule_at(arrival,
                        [self = Ref{this}, attempt = dial_attempt_] { self->on_syn(attempt); });
      break;
    }
    case Network::Way::Outcome::no_neighbour:
      fail_dial(FailureKind::no_route_to_host,
                now() + head_start + 2 * way.latency + network_->options().neighbour_timeout);
      break;
    case Network::Way::Outcome::lost:
      repeat_syn();
      break;
  }
}

// The SYN got lost: sends it again later, until there is no point in it.
void Connection::repeat_syn() {
  progress(kNever);
  const bool is_sctp = protocol_ == Protocol::sctp;
  const sim::Duration first = is_sctp ? kFirstInitRepeat : kFirstSynRepeat;
  sim::Duration wait = first * (std::int64_t{1} << dial_retries_);
  if (is_sctp) wait = std::min(wait, kMaxInitRepeat);
  const sim::Time next = now() + wait;
  const int retries = is_sctp ? kInitRetries : network_->options().syn_retries;
  if (dial_retries_ >= retries || next >= dial_deadline_) {
    fail_dial(FailureKind::connection_timed_out, next);
    return;
  }
  ++dial_retries_;
  loop_.schedule_at(next, [self = Ref{this}, attempt = dial_attempt_] {
    if (self->client_ == nullptr || self->client_closed_ || attempt != self->dial_attempt_) return;
    if (self->is_relayed_) {
      self->dial({});
    } else if (self->is_forwarded_) {
      // The kernel remembers where the first one went.
      self->send_forwarded();
    } else {
      self->start();
    }
  });
}

// The attempt under way fails at `at`, or by its deadline before that.
void Connection::fail_dial(FailureKind kind, sim::Time at) {
  progress(kNever);
  if (at > dial_deadline_) {
    at = dial_deadline_;
    kind = FailureKind::connection_timed_out;
  }
  loop_.schedule_at(at, [self = Ref{this}, attempt = dial_attempt_, kind] {
    self->on_dial_failed(attempt, kind);
  });
}

void Connection::on_dial_failed(std::uint32_t attempt, FailureKind kind) {
  if (client_ == nullptr || client_closed_ || attempt != dial_attempt_) return;
  if (!is_relayed_) {
    end_client(kind, now());
    return;
  }
  if (trace_) {
    Hop hop = make_hop(HopKind::dial_failed, now());
    hop.to = dial_to_;
    hop.failure = kind;
    add_hop(std::move(hop));
  }
  dial_next_endpoint(true);
}

void Connection::on_syn(std::uint32_t attempt) {
  if (client_ == nullptr || client_closed_ || attempt != dial_attempt_) return;
  Host* const from = dialler();
  if (from == nullptr) {
    progress(kNever);
    return;
  }
  Host* const server = dial_to_.ip.is_loopback() ? from : network_->find_host(dial_to_.ip);
  if (server == nullptr || (server->node() != nullptr && !server->node()->is_up())) {
    // It vanished while the SYN was on its way.
    repeat_syn();
    return;
  }
  if (server->kind() == HostKind::node && network_->router() != nullptr &&
      protocol_ == Protocol::tcp) {
    network_->router()->tend_own_port(*server->node(), dial_to_.port);
  }
  ListeningPort* const port = server->find_port(dial_to_.port, protocol_);
  if (port == nullptr) {
    server_ = Ref{server};
    const sim::Time at = now() + dial_latency_;
    if (is_relayed_) {
      fail_dial(FailureKind::connection_refused, at);
    } else {
      end_client(FailureKind::connection_refused, at);
    }
    return;
  }
  accept(*server, *port);
}

void Connection::accept(Host& server, ListeningPort& port) {
  server_ = Ref{&server};
  server_port_ = &port;
  next_incoming_ = port.first_;
  if (next_incoming_ != nullptr) next_incoming_->previous_incoming_ = this;
  port.first_ = this;
  ++port.open_connections_;
  server_ready_ = true;
  if (is_relayed_) {
    // The proxy knows one latency from now and then passes on what the client has sent.
    const auto client_side = network_->travel_time(*client_, *dialler());
    earliest_departure_ = now() + dial_latency_ - client_side.value_or(sim::Duration{0});
    if (backlog_[1]) flush(true);
  } else {
    connected_at_ = now() + dial_latency_;
    wake_client(connected_at_);
  }
  if (content_ == Content::strings && port.stream() != nullptr) {
    port.note_work(now());
    port.stream()->accept(Socket{Ref{this}, true});
  }
}

}  // namespace rockpool::net
