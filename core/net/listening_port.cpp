// SPDX-License-Identifier: Apache-2.0
#include "core/net/connection.h"

namespace rockpool::net {

int ListeningPort::active_connections() const {
  int count = 0;
  for (const Connection* each = first_; each != nullptr; each = each->next_incoming_) {
    if (each->is_active()) ++count;
  }
  return count;
}

void ListeningPort::close() {
  if (host_ == nullptr) return;
  std::erase(host_->listening_, this);
  host_ = nullptr;
}

void ListeningPort::drain() {
  close();
  draining_ = true;
  for (Connection* each = first_; each != nullptr;) {
    Connection* const next = each->next_incoming_;
    if (!each->is_active()) each->close_server();
    each = next;
  }
}

void ListeningPort::abort() {
  close();
  while (first_ != nullptr) {
    const Ref<Connection> connection{first_};
    if (connection->strings_) {
      connection->end_inbox(true, FailureKind::connection_reset);
      connection->reset(true);
      connection->detach_server();
    } else if (connection->is_active()) {
      connection->reset_server();
    } else {
      connection->close_server();
    }
  }
}

TlsServer* find_tls_server(const Host& host, std::uint16_t port) {
  const ListeningPort* const found = ListeningPort::find(host, port);
  return found == nullptr ? nullptr : found->tls();
}

void retain_ref(ListeningPort* port) {
  port->retain();
}
void release_ref(ListeningPort* port) {
  port->release();
}

}  // namespace rockpool::net
