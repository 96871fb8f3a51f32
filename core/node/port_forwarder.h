// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/apiserver/session.h"
#include "core/net/host.h"
#include "core/net/http_wire.h"
#include "core/net/socket.h"
#include "core/node/images/standard_streams.h"
#include "core/sim/task.h"

namespace rockpool::node {

/// Connects a client to ports of a Pod, from inside the Pod's network namespace (containerd's
/// sandbox_portforward). Destroying it ends the session.
///
/// Servers of the simulated network take whole HTTP requests, so bytes for one of them are read as
/// HTTP/1.1, and its responses written so; bytes for any other server travel as they are.
class PortForwarder {
 public:
  /// How many connections one client may have open.
  static constexpr std::size_t kMaxConnections = 1000;

  PortForwarder(net::Ref<net::Host> pod, std::string pod_id,
                std::shared_ptr<apiserver::Session> session);
  PortForwarder(const PortForwarder&) = delete;
  PortForwarder& operator=(const PortForwarder&) = delete;
  ~PortForwarder();

  /// True once the client has gone.
  bool is_over() const { return session_->is_closed(); }

 private:
  struct Connection {
    std::uint32_t channel = 0;
    std::uint16_t port = 0;
    Input input;
    net::Socket socket;
    bool is_raw = false;
    bool is_over = false;
    sim::Process process;
  };

  void take_input(const apiserver::SessionInput& input);
  void open(const apiserver::SessionInput& input);
  Connection* find(std::uint32_t channel);
  sim::Task<void> run(Connection& connection);
  sim::Task<void> run_http(Connection& connection);
  sim::Task<void> run_raw(Connection& connection);
  // Answers what of `reader` is whole; false if the connection is to be closed.
  sim::Task<bool> answer(Connection& connection, net::HttpClient& client,
                         net::HttpRequestReader& reader);
  void fail(const Connection& connection, const std::string& why);

  net::Ref<net::Host> pod_;
  std::string pod_id_;
  std::shared_ptr<apiserver::Session> session_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace rockpool::node
