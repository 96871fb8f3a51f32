// SPDX-License-Identifier: Apache-2.0
#include "core/net/connection.h"

#include <algorithm>
#include <utility>

#include "core/doc/ascii.h"

namespace rockpool::net {
namespace {

using namespace std::chrono_literals;

// How a client finds out that its silent peer has gone: TCP keep-alive as Go's net.Dialer sets it.
constexpr sim::Duration kKeepAliveInterval = 15s;
constexpr int kKeepAliveProbes = 9;

}  // namespace

Connection::Connection(Network& network, Host& client, Protocol protocol, const SocketAddress& to,
                       Content content, Ref<Trace> trace)
    : loop_{network.loop()},
      pool_{network.pool_},
      network_{&network},
      content_{content},
      protocol_{protocol},
      client_{&client},
      client_address_{client.address(), client.take_ephemeral_port()},
      destination_{to},
      dial_to_{to},
      trace_{std::move(trace)} {
  next_outgoing_ = client.first_outgoing_;
  if (next_outgoing_ != nullptr) next_outgoing_->previous_outgoing_ = this;
  client.first_outgoing_ = this;
  ++client.outgoing_connections_;
  // Behind a proxy the client may send before there is a server.
  if (content == Content::strings) strings_ = std::make_unique<Strings>();
}

Ref<Connection> Connection::open(Host& client, Protocol protocol, const SocketAddress& to,
                                 Content content, Ref<Trace> trace) {
  Network* network = client.network();
  if (network == nullptr) return {};
  Ref<Connection> connection =
      network->pool_->make(*network, client, protocol, to, content, std::move(trace));
  // An address of the client's own that has the destination's family, as the kernel would choose.
  const IpAddress* const own = to.ip.is_loopback() ? &to.ip : client.address_of(to.ip.family());
  if (own != nullptr) connection->client_address_.ip = *own;
  connection->server_peer_ = connection->client_address_;
  if (own == nullptr) {
    connection->end_client(FailureKind::network_unreachable, network->loop().now());
  } else if (client.outgoing_connections_ > Host::kLastEphemeralPort - Host::kFirstEphemeralPort) {
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

void Connection::send_hello(std::string server_name) {
  handshake_ = std::make_unique<Handshake>(Handshake{std::move(server_name), nullptr});
  request_under_way_ = true;
  is_answered_ = false;
  response_at_ = kNever;
  if (end_at_ != kNever) return;
  transmit(true, Packet::hello);
}

const Connection::Handshake& Connection::take_handshake() {
  request_under_way_ = false;
  response_at_ = kNever;
  return *handshake_;
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

void Connection::respond(HttpResponse response) {
  if (!is_active() || server_port_ == nullptr) return;
  is_answered_ = true;
  const bool closes = server_port_->is_draining() ||
                      doc::equal_ignoring_case(response.headers.get("Connection"), "close");
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

void Connection::lose_relay() {
  if (client_ == nullptr || end_at_ != kNever) return;
  ++dial_attempt_;
  const bool had_server = server_ready_;
  if (strings_ && server_port_ != nullptr) {
    if (const auto travel = travel_time(true)) {
      loop_.schedule(*travel, [self = Ref{this}] {
        self->end_inbox(true, FailureKind::connection_closed);
        self->detach_server();
      });
    }
  } else {
    detach_server();
  }
  const Node* const node = network_->node(relay_node_);
  const auto travel = node == nullptr ? std::optional<sim::Duration>{}
                                      : network_->travel_time(*client_, node->host());
  if (!travel) {
    probe_later(0);
    return;
  }
  // What the client has sent lies unread until there is a server, and is then answered by a reset.
  const sim::Time connected = connected_at_ == kNever ? now() : connected_at_;
  end_client(had_server ? FailureKind::connection_closed : FailureKind::connection_reset,
             std::max({now() + *travel, connected, last_arrival_[0]}));
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
  network_->tracking().note_end(*this);
  if (previous_outgoing_ != nullptr) {
    previous_outgoing_->next_outgoing_ = next_outgoing_;
  } else {
    client_->first_outgoing_ = next_outgoing_;
  }
  if (next_outgoing_ != nullptr) next_outgoing_->previous_outgoing_ = previous_outgoing_;
  previous_outgoing_ = next_outgoing_ = nullptr;
  --client_->outgoing_connections_;
  client_ = nullptr;
  if (!is_forwarded_) return;
  const Node* const node = network_->node(relay_node_);
  if (node != nullptr && network_->router() != nullptr) {
    network_->router()->note_ended(*node, *service_port_, dial_to_);
  }
}

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

}  // namespace rockpool::net
