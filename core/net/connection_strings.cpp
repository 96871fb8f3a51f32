// SPDX-License-Identifier: Apache-2.0
#include "core/net/connection.h"

#include <utility>

#include "core/sim/timed_wait.h"

namespace rockpool::net {

class [[nodiscard]] Connection::InboxWait : public sim::TimedWait {
 public:
  InboxWait(Inbox& inbox, std::optional<sim::Duration> timeout)
      : TimedWait{inbox.waiter, timeout}, inbox_{inbox} {}
  bool await_ready() const { return !inbox_.messages.empty() || inbox_.ended; }

 private:
  Inbox& inbox_;
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

}  // namespace rockpool::net
