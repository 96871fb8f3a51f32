// SPDX-License-Identifier: Apache-2.0
#include "core/net/connection.h"

#include <algorithm>
#include <utility>

namespace rockpool::net {
namespace {

using namespace std::chrono_literals;

}  // namespace

std::optional<sim::Duration> Connection::travel_time(bool to_server) {
  if (client_ == nullptr || !server_ || !server_->is_attached()) return {};
  Host* const middle = dialler();
  if (middle == nullptr) return {};
  const auto near_leg = to_server ? network_->travel_time(*middle, *server_)
                                  : network_->travel_time(*server_, *middle);
  if (!near_leg || middle == client_) return near_leg;
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
    case Packet::hello:
      progress(at);
      loop_.schedule_at(at, [self = Ref{this}] { self->deliver_hello(); });
      break;
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

bool Connection::reach_server(Packet packet) {
  if (client_ == nullptr || client_closed_) return false;
  if (server_ && server_->node() != nullptr && !server_->node()->is_up()) {
    // The machine was switched off while the request was on its way to it.
    transmit(true, packet);
    return false;
  }
  if (server_port_ == nullptr) {
    // Nobody there any more: the kernel answers with a reset.
    send_reset();
    return false;
  }
  return true;
}

void Connection::deliver_hello() {
  if (!reach_server(Packet::hello)) return;
  progress_at_ = kNever;
  if (server_port_->http() == nullptr) {
    // A server of another protocol cannot make sense of it.
    close_server();
    return;
  }
  TlsServer* const tls = server_port_->tls();
  if (tls != nullptr) {
    handshake_->chain = tls->certificates_for(handshake_->server_name);
  } else {
    // An HTTP server answers that this is no request.
    handshake_->refusal = TlsFailure::Cause::plain_http;
  }
  is_answered_ = true;
  transmit(false, Packet::response);
  if (!handshake_->chain) close_server();
}

void Connection::deliver_request() {
  if (!reach_server(Packet::request)) return;
  if (trace_) add_server_hop();
  progress_at_ = kNever;
  HttpHandler* const handler = server_port_->http();
  if (handler == nullptr) {
    close_server();
    return;
  }
  server_port_->note_work(now());
  TlsServer* const tls = server_port_->tls();
  if (tls != nullptr && !is_secure_) {
    if (auto answer = tls->answer_plain(request_)) {
      respond(std::move(*answer));
      close_server();
      return;
    }
  }
  handler->handle(HttpExchange{Ref{this}});
  // An answer that is not on its way now may never come.
  if (client_news_at() == kNever) progress(kNever);
}

}  // namespace rockpool::net
