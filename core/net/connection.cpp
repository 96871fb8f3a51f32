// SPDX-License-Identifier: Apache-2.0
#include "core/net/connection.h"

#include <algorithm>
#include <array>
#include <new>

namespace rockpool::net {
namespace {

using namespace std::chrono_literals;

// kube-proxy's userspace mode (pkg/proxy/userspace/proxysocket.go, EndpointDialTimeouts): how long
// it tries each endpoint before it asks for the next.
constexpr std::array<sim::Duration, 4> kRelayDialTimeouts{250ms, 500ms, 1s, 2s};

constexpr sim::Duration kFirstSynRepeat = 1s;

// How a client finds out that its silent peer has gone: TCP keep-alive as Go's net.Dialer sets it.
constexpr sim::Duration kKeepAliveInterval = 15s;
constexpr int kKeepAliveProbes = 9;

}  // namespace

// ---- Connecting

Connection::Connection(Network& network, Host& client, const SocketAddress& to, Content content,
                       Ref<Trace> trace)
    : loop_{network.loop()},
      pool_{network.pool_},
      network_{&network},
      content_{content},
      client_{&client},
      client_address_{client.address(), client.take_ephemeral_port()},
      destination_{to},
      dial_to_{to},
      trace_{std::move(trace)} {
  next_outgoing_ = client.first_outgoing_;
  if (next_outgoing_ != nullptr) next_outgoing_->previous_outgoing_ = this;
  client.first_outgoing_ = this;
  ++client.outgoing_connections_;
}

Ref<Connection> Connection::open(Host& client, const SocketAddress& to, Content content,
                                 Ref<Trace> trace) {
  Network* network = client.network();
  if (network == nullptr) return {};
  Ref<Connection> connection =
      network->pool_->make(*network, client, to, content, std::move(trace));
  // An address of the client's own that has the destination's family, as the kernel would choose.
  for (const IpAddress& address : client.addresses()) {
    if (address.family() != to.ip.family()) continue;
    connection->client_address_.ip = to.ip.is_loopback() ? to.ip : address;
    break;
  }
  connection->server_peer_ = connection->client_address_;
  if (client.outgoing_connections_ > Host::kLastEphemeralPort - Host::kFirstEphemeralPort) {
    connection->end_client(FailureKind::too_many_connections, network->loop().now());
  } else {
    if (connection->trace_) {
      Hop hop = connection->make_hop(HopKind::connect, network->loop().now());
      hop.from = connection->client_address_;
      hop.to = to;
      connection->add_hop(std::move(hop));
    }
    connection->start();
  }
  return connection;
}

// Sends the first SYN, or the same again: the rules of the client's node decide, then those of the
// node to which it is addressed.
void Connection::start() {
  Host* const owner =
      destination_.ip.is_loopback() ? client_ : network_->find_host(destination_.ip);
  Node* node = nullptr;
  Route route =
      network_->route(*client_, owner, Protocol::tcp, client_address_, destination_, node);
  switch (route.verdict) {
    case Route::Verdict::pass:
      dial({});
      break;
    case Route::Verdict::drop:
      service_port_ = std::move(route.port);
      repeat_syn();
      break;
    case Route::Verdict::reject: {
      service_port_ = std::move(route.port);
      const auto latency = network_->travel_time(*client_, node->host());
      if (!latency) {
        repeat_syn();
        break;
      }
      if (trace_) {
        Hop hop = make_hop(HopKind::proxy, now() + *latency);
        hop.node = node->name();
        hop.service = service_port_->service_name();
        hop.failure = FailureKind::connection_refused;
        hop.detail = "the Service has no endpoints";
        add_hop(std::move(hop));
      }
      end_client(FailureKind::connection_refused, now() + 2 * *latency);
      break;
    }
    case Route::Verdict::relay:
      start_relay(*node, std::move(route.port));
      break;
  }
}

// The proxy process of `node` accepts, then dials.
void Connection::start_relay(Node& node, Ref<const ServicePort> port) {
  const auto latency = network_->travel_time(*client_, node.host());
  if (!latency) {
    repeat_syn();
    return;
  }
  service_port_ = std::move(port);
  is_relayed_ = true;
  relay_node_ = node.id();
  dial_retries_ = 0;
  connected_at_ = now() + 2 * *latency;
  earliest_departure_ = now() + *latency;
  if (trace_) {
    Hop hop = make_hop(HopKind::proxy, now() + *latency);
    hop.node = node.name();
    hop.from = client_address_;
    hop.to = destination_;
    hop.service = service_port_->service_name();
    hop.detail = network_->router()->mode_name(node);
    add_hop(std::move(hop));
  }
  dial_next_endpoint(false);
  if (client_wait_ != nullptr) client_wait_->waiter_.wake(connected_at_ - now());
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
                                          : router->next_endpoint(*node, *service_port_,
                                                                  client_address_, after_failure);
  if (!endpoint) {
    give_up_relay("missing endpoints");
    return;
  }
  // The first dial happens when the client's SYN has reached the proxy, which is not yet.
  const sim::Duration head_start = std::max(earliest_departure_ - now(), sim::Duration{0});
  dial_to_ = *endpoint;
  dial_retries_ = 0;
  dial_deadline_ = now() + head_start + kRelayDialTimeouts[relay_tries_++];
  server_peer_ = {node->host().address(), node->host().take_ephemeral_port()};
  if (trace_) {
    Hop hop = make_hop(HopKind::choice, now() + head_start);
    hop.node = node->name();
    hop.from = server_peer_;
    hop.to = dial_to_;
    hop.service = service_port_->service_name();
    hop.pod = router->endpoint_pod(*service_port_, dial_to_);
    add_hop(std::move(hop));
  }
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
  if (!is_relayed_) return client_;
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
  const sim::Time next = now() + kFirstSynRepeat * (std::int64_t{1} << dial_retries_);
  if (dial_retries_ >= network_->options().syn_retries || next >= dial_deadline_) {
    fail_dial(FailureKind::connection_timed_out, next);
    return;
  }
  ++dial_retries_;
  loop_.schedule_at(next, [self = Ref{this}, attempt = dial_attempt_] {
    if (self->client_ == nullptr || self->client_closed_ || attempt != self->dial_attempt_) return;
    if (self->is_relayed_) {
      self->dial({});
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
  ListeningPort* const port = server->find_port(dial_to_.port);
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
  if (content_ == Content::strings && !strings_) strings_ = std::make_unique<Strings>();
  if (content_ == Content::strings && port.stream() != nullptr) {
    port.stream()->accept(Socket{Ref{this}, true});
  }
}

// ---- The client's end

Connection::ClientWait Connection::wait_connected(sim::Time deadline) {
  return ClientWait{*this, deadline};
}

Connection::ClientWait Connection::wait_response(sim::Time deadline) {
  return ClientWait{*this, deadline};
}

sim::Time Connection::client_news_at() const {
  return std::min(request_under_way_ ? response_at_ : connected_at_, end_at_);
}

void Connection::begin_client_wait(ClientWait& wait) {
  client_wait_ = &wait;
  const sim::Time news = client_news_at();
  if (news != kNever) wait.waiter_.wake(news - now());
  const sim::Time sure = news != kNever ? news : progress_at_;
  if (wait.deadline_ < sure || sure <= now()) {
    if (wait.deadline_ != kNever) wait.timer_.wake(wait.deadline_ - now());
  }
}

void Connection::progress(sim::Time at) {
  progress_at_ = at;
  if (client_wait_ != nullptr && client_wait_->deadline_ < at) {
    client_wait_->timer_.wake(client_wait_->deadline_ - now());
  }
}

void Connection::wake_client(sim::Time at) {
  progress(at);
  if (client_wait_ != nullptr) client_wait_->waiter_.wake(at - now());
}

void Connection::send_request(HttpRequest request) {
  request_ = std::move(request);
  request_under_way_ = true;
  is_answered_ = false;
  response_at_ = kNever;
  if (end_at_ != kNever) return;
  transmit(true, Packet::request);
}

HttpResponse Connection::take_response() {
  request_under_way_ = false;
  response_at_ = kNever;
  return std::move(response_);
}

void Connection::close_client() {
  if (client_closed_) return;
  client_closed_ = true;
  client_wait_ = nullptr;
  detach_server();
  detach_client();
}

void Connection::lose_client_host() {
  end_at_ = now();
  end_kind_ = FailureKind::network_unreachable;
  // Its own waiter may have been told of a later moment.
  if (client_wait_ != nullptr) {
    client_wait_->waiter_.wake();
    client_wait_->timer_.wake();
  }
  if (strings_) {
    end_inbox(false, FailureKind::network_unreachable);
    end_inbox(true, FailureKind::connection_reset);
  }
  detach_server();
  detach_client();
}

// ---- The server's end

void Connection::respond(HttpResponse response) {
  if (!is_active() || server_port_ == nullptr) return;
  is_answered_ = true;
  const bool closes = server_port_->is_draining() ||
                      equal_ignoring_case(response.headers.get("Connection"), "close");
  response_ = std::move(response);
  transmit(false, Packet::response);
  if (closes) close_server();
}

void Connection::close_server() {
  if (server_port_ == nullptr) return;
  detach_server();
  transmit(false, Packet::fin);
}

void Connection::reset_server() {
  if (server_port_ == nullptr) return;
  detach_server();
  send_reset();
}

// A reset is not repeated: if it is lost, the client does not learn of it now. A proxy in between
// closes the client's connection in good order.
void Connection::send_reset() {
  const auto travel = travel_time(false);
  if (!travel) {
    probe_later(0);
    return;
  }
  end_client(is_relayed_ ? FailureKind::connection_closed : FailureKind::connection_reset,
             std::max(now() + *travel, last_arrival_[0]));
}

// The server's end is gone and the client does not know: it asks now and then whether anybody is
// there.
void Connection::probe_later(int probes_lost) {
  if (client_ == nullptr || end_at_ != kNever) return;
  progress(kNever);
  if (probes_lost == kKeepAliveProbes) {
    end_client(FailureKind::connection_timed_out, now());
    return;
  }
  loop_.schedule(kKeepAliveInterval, [self = Ref{this}, probes_lost] {
    if (self->client_ == nullptr || self->end_at_ != kNever) return;
    const Host* const peer = self->is_relayed_ ? self->dialler() : self->server_.get();
    const bool is_there = peer != nullptr && peer->is_attached();
    const auto travel = is_there ? self->network_->travel_time(*self->client_, *peer)
                                 : std::optional<sim::Duration>{};
    if (travel) {
      self->end_client(
          self->is_relayed_ ? FailureKind::connection_closed : FailureKind::connection_reset,
          self->now() + 2 * *travel);
    } else {
      self->probe_later(probes_lost + 1);
    }
  });
}

// ---- Packets on open connections

std::optional<sim::Duration> Connection::travel_time(bool to_server) {
  if (client_ == nullptr || !server_ || !server_->is_attached()) return {};
  Host* const middle = dialler();
  if (middle == nullptr) return {};
  const auto near_leg = to_server ? network_->travel_time(*middle, *server_)
                                  : network_->travel_time(*server_, *middle);
  if (!near_leg || !is_relayed_) return near_leg;
  const auto far_leg = to_server ? network_->travel_time(*client_, *middle)
                                 : network_->travel_time(*middle, *client_);
  if (!far_leg) return {};
  return *near_leg + *far_leg;
}

void Connection::transmit(bool to_server, Packet packet, std::string data) {
  if (client_ == nullptr) return;
  Pending pending{packet, now(), std::move(data)};
  std::unique_ptr<Backlog>& backlog = backlog_[to_server ? 1 : 0];
  const bool must_wait = (to_server && !server_ready_) || (backlog && !backlog->packets.empty());
  const bool sent = !must_wait && try_transmit(to_server, pending);
  if (sent) return;
  if (!backlog) backlog = std::make_unique<Backlog>();
  backlog->packets.push_back(std::move(pending));
  if (!must_wait) repeat_later(to_server);
}

// Puts one packet on its way; false if it got lost.
bool Connection::try_transmit(bool to_server, Pending& pending) {
  const auto travel = travel_time(to_server);
  if (!travel) return false;
  sim::Time at = std::max(pending.sent, to_server ? earliest_departure_ : now()) + *travel;
  sim::Time& last_arrival = last_arrival_[to_server ? 1 : 0];
  at = std::max({at, now(), last_arrival});
  last_arrival = at;
  switch (pending.packet) {
    case Packet::request:
      progress(at);
      loop_.schedule_at(at, [self = Ref{this}] { self->deliver_request(); });
      break;
    case Packet::response:
      response_at_ = at;
      wake_client(at);
      break;
    case Packet::fin:
      if (!to_server) end_client(FailureKind::connection_closed, at);
      if (content_ == Content::http) break;
      [[fallthrough]];
    case Packet::data:
      loop_.schedule_at(at, [self = Ref{this}, at_server = to_server, packet = pending.packet,
                             data = std::make_unique<std::string>(std::move(pending.data))] {
        self->arrive(at_server, packet, std::move(*data));
      });
      break;
  }
  return true;
}

void Connection::repeat_later(bool to_server) {
  progress(kNever);
  Backlog& backlog = *backlog_[to_server ? 1 : 0];
  const NetworkOptions& options = network_->options();
  if (backlog.retries >= options.data_retries) {
    backlog.packets.clear();
    detach_server();
    if (to_server) {
      end_client(FailureKind::connection_timed_out, now());
    } else {
      probe_later(0);
    }
    return;
  }
  // Linux never waits longer than two minutes (TCP_RTO_MAX).
  const sim::Duration wait = std::min<sim::Duration>(
      options.retransmission_timeout * (std::int64_t{1} << std::min(backlog.retries, 20)), 120s);
  ++backlog.retries;
  loop_.schedule(wait, [self = Ref{this}, to_server] { self->flush(to_server); });
}

// Sends what is waiting, as far as it gets.
void Connection::flush(bool to_server) {
  Backlog& backlog = *backlog_[to_server ? 1 : 0];
  while (!backlog.packets.empty() && client_ != nullptr) {
    if (backlog.retries > 0) backlog.packets.front().sent = now();
    if (!try_transmit(to_server, backlog.packets.front())) {
      repeat_later(to_server);
      return;
    }
    backlog.packets.pop_front();
    backlog.retries = 0;
  }
}

void Connection::deliver_request() {
  if (client_ == nullptr || client_closed_) return;
  if (server_ && server_->node() != nullptr && !server_->node()->is_up()) {
    // The machine was switched off while the request was on its way to it.
    transmit(true, Packet::request);
    return;
  }
  if (server_port_ == nullptr) {
    // Nobody there any more: the kernel answers with a reset.
    send_reset();
    return;
  }
  if (trace_) add_server_hop();
  progress_at_ = kNever;
  HttpHandler* const handler = server_port_->http();
  if (handler == nullptr) {
    close_server();
    return;
  }
  handler->handle(HttpExchange{Ref{this}});
  // An answer that is not on its way now may never come.
  if (client_news_at() == kNever) progress(kNever);
}

void Connection::end_client(FailureKind kind, sim::Time at) {
  if (end_at_ <= at) return;
  end_at_ = at;
  end_kind_ = kind;
  if (strings_ && kind != FailureKind::connection_closed) {
    loop_.schedule_at(at, [self = Ref{this}, kind] { self->end_inbox(false, kind); });
  }
  wake_client(at);
}

void Connection::detach_server() {
  if (server_port_ == nullptr) return;
  if (previous_incoming_ != nullptr) {
    previous_incoming_->next_incoming_ = next_incoming_;
  } else {
    server_port_->first_ = next_incoming_;
  }
  if (next_incoming_ != nullptr) next_incoming_->previous_incoming_ = previous_incoming_;
  previous_incoming_ = next_incoming_ = nullptr;
  --server_port_->open_connections_;
  server_port_ = nullptr;
}

void Connection::detach_client() {
  if (client_ == nullptr) return;
  if (previous_outgoing_ != nullptr) {
    previous_outgoing_->next_outgoing_ = next_outgoing_;
  } else {
    client_->first_outgoing_ = next_outgoing_;
  }
  if (next_outgoing_ != nullptr) next_outgoing_->previous_outgoing_ = previous_outgoing_;
  previous_outgoing_ = next_outgoing_ = nullptr;
  --client_->outgoing_connections_;
  client_ = nullptr;
}

// ---- Connections that carry strings

class [[nodiscard]] Connection::InboxWait {
 public:
  InboxWait(Inbox& inbox, std::optional<sim::Duration> timeout)
      : inbox_{inbox}, timeout_{timeout} {}
  InboxWait(const InboxWait&) = delete;
  InboxWait& operator=(const InboxWait&) = delete;
  ~InboxWait() { forget(); }
  bool await_ready() const { return !inbox_.messages.empty() || inbox_.ended; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    waiter_.wait(handle);
    inbox_.waiter = &waiter_;
    if (timeout_) {
      timer_.wait(handle);
      timer_.wake(*timeout_);
    }
  }
  void await_resume() { forget(); }

 private:
  void forget() {
    if (inbox_.waiter == &waiter_) inbox_.waiter = nullptr;
  }
  Inbox& inbox_;
  std::optional<sim::Duration> timeout_;
  sim::Waiter waiter_;
  sim::Waiter timer_;
};

bool Connection::is_open(bool server) const {
  if (!strings_) return false;
  const std::size_t side = server ? 1 : 0;
  if (strings_->closed[side] || strings_->inbox[side].ended) return false;
  return server || !client_failed();
}

void Connection::send(bool server, std::string data) {
  if (is_open(server)) transmit(!server, Packet::data, std::move(data));
}

void Connection::close(bool server) {
  if (!strings_) strings_ = std::make_unique<Strings>();
  if (std::exchange(strings_->closed[server ? 1 : 0], true)) return;
  if (server || server_ready_) {
    transmit(!server, Packet::fin);
  }
  if (server) {
    detach_server();
  } else {
    client_closed_ = true;
    detach_client();
  }
}

void Connection::reset(bool server) {
  if (!strings_ || std::exchange(strings_->closed[server ? 1 : 0], true)) return;
  if (server) {
    const auto travel = travel_time(false);
    detach_server();
    if (travel) {
      end_client(is_relayed_ ? FailureKind::connection_closed : FailureKind::connection_reset,
                 now() + *travel);
      if (is_relayed_) {
        loop_.schedule(*travel, [self = Ref{this}] {
          self->end_inbox(false, FailureKind::connection_closed);
        });
      }
    }
    return;
  }
  if (const auto travel = travel_time(true)) {
    loop_.schedule(*travel, [self = Ref{this}] {
      self->end_inbox(true, FailureKind::connection_reset);
      self->detach_server();
    });
  }
  client_closed_ = true;
  detach_client();
}

void Connection::arrive(bool at_server, Packet packet, std::string data) {
  if (packet == Packet::fin) {
    end_inbox(at_server, FailureKind::connection_closed);
    return;
  }
  if (at_server && server_port_ != nullptr && server_port_->stream() == nullptr) {
    // An HTTP server cannot make sense of it.
    close(true);
    return;
  }
  Inbox& inbox = strings_->inbox[at_server ? 1 : 0];
  if (inbox.ended) return;
  inbox.messages.push_back(std::move(data));
  if (inbox.waiter != nullptr) inbox.waiter->wake();
}

void Connection::end_inbox(bool server, FailureKind kind) {
  Inbox& inbox = strings_->inbox[server ? 1 : 0];
  if (inbox.ended) return;
  inbox.ended = true;
  inbox.failure = kind;
  if (inbox.waiter != nullptr) inbox.waiter->wake();
}

sim::Task<std::expected<std::string, Failure>> Connection::receive(
    bool server, std::optional<sim::Duration> timeout) {
  const Ref<Connection> self{this};
  if (!strings_) strings_ = std::make_unique<Strings>();
  Inbox& inbox = strings_->inbox[server ? 1 : 0];
  InboxWait wait{inbox, timeout};
  co_await wait;
  if (!inbox.messages.empty()) {
    std::string message = std::move(inbox.messages.front());
    inbox.messages.pop_front();
    co_return message;
  }
  if (inbox.ended && inbox.failure == FailureKind::connection_closed) co_return std::string{};
  Failure failure;
  failure.kind = inbox.ended ? inbox.failure : FailureKind::response_timed_out;
  failure.host = destination_.ip.to_string();
  failure.port = destination_.port;
  failure.local = server ? dial_to_ : client_address_;
  failure.remote = server ? server_peer_ : destination_;
  failure.by_client_timeout = !inbox.ended;
  co_return std::unexpected{std::move(failure)};
}

// ---- Traces

Hop Connection::make_hop(HopKind kind, sim::Time time) const {
  Hop hop;
  hop.kind = kind;
  hop.time = time;
  if (client_ != nullptr && kind == HopKind::connect) {
    if (client_->node() != nullptr) hop.node = client_->node()->name();
    if (client_->kind() == HostKind::pod) hop.pod = client_->name();
  }
  return hop;
}

void Connection::add_hop(Hop hop) {
  if (client_ != nullptr) network_->add_hop(*trace_, *client_, std::move(hop));
}

void Connection::add_server_hop() {
  Hop hop = make_hop(HopKind::server, now());
  hop.from = server_peer_;
  hop.to = dial_to_;
  if (server_->node() != nullptr) hop.node = server_->node()->name();
  if (server_->kind() == HostKind::pod) hop.pod = server_->name();
  if (service_port_) hop.service = service_port_->service_name();
  add_hop(std::move(hop));
}

// ---- Memory

void Connection::dispose() {
  detach_server();
  detach_client();
  pool_->give_back(this);
}

void retain_ref(Connection* connection) {
  connection->retain();
}
void release_ref(Connection* connection) {
  connection->release();
}

Ref<Connection> ConnectionPool::make(Network& network, Host& client, const SocketAddress& to,
                                     Connection::Content content, Ref<Trace> trace) {
  void* memory = nullptr;
  if (free_.empty()) {
    memory = ::operator new (sizeof(Connection), std::align_val_t{alignof(Connection)});
  } else {
    memory = free_.back();
    free_.pop_back();
  }
  ++in_use_;
  return Ref{new (memory) Connection{network, client, to, content, std::move(trace)}};
}

void ConnectionPool::give_back(Connection* connection) {
  connection->~Connection();
  if (free_.size() < kMaxFree) {
    free_.push_back(connection);
  } else {
    ::operator delete (connection, std::align_val_t{alignof(Connection)});
  }
  --in_use_;
  if (orphaned_ && in_use_ == 0) delete this;
}

void ConnectionPool::orphan() {
  orphaned_ = true;
  if (in_use_ == 0) delete this;
}

ConnectionPool::~ConnectionPool() {
  for (void* memory : free_) {
    ::operator delete (memory, std::align_val_t{alignof(Connection)});
  }
}

}  // namespace rockpool::net
