// SPDX-License-Identifier: Apache-2.0
#include "core/net/connection.h"

#include <new>
#include <utility>

namespace rockpool::net {

Ref<Connection> ConnectionPool::make(Network& network, Host& client, Protocol protocol,
                                     const SocketAddress& to, Connection::Content content,
                                     Ref<Trace> trace) {
  void* memory = nullptr;
  if (free_.empty()) {
    memory = ::operator new(sizeof(Connection), std::align_val_t{alignof(Connection)});
  } else {
    memory = free_.back();
    free_.pop_back();
  }
  ++in_use_;
  return Ref{new (memory) Connection{network, client, protocol, to, content, std::move(trace)}};
}

void ConnectionPool::give_back(Connection* connection) {
  connection->~Connection();
  if (free_.size() < kMaxFree) {
    free_.push_back(connection);
  } else {
    ::operator delete(connection, std::align_val_t{alignof(Connection)});
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
    ::operator delete(memory, std::align_val_t{alignof(Connection)});
  }
}

}  // namespace rockpool::net
