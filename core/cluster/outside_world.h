// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/net/host.h"
#include "core/net/http.h"
#include "core/net/network.h"
#include "core/net/socket.h"
#include "core/sim/task.h"

namespace rockpool::cluster {

/// The addresses of a name outside the cluster, in lower case and with its final dot; none if there
/// is no such name.
std::vector<net::IpAddress> outside_addresses(std::string_view name);

/// What there is outside the cluster for its Pods to find: the gateway of the nodes' network, which
/// is their name server, and a web server at the names that RFC 2606 reserves for examples.
class OutsideWorld : public net::DatagramHandler, public net::StreamHandler {
 public:
  /// Loop and network must outlive it.
  OutsideWorld(sim::Loop& loop, net::Network& network, std::vector<net::IpAddress> gateway);

  void receive(net::DatagramSocket& socket, net::Datagram datagram) override;
  void accept(net::Socket socket) override;

 private:
  class WebServer : public net::HttpHandler {
   public:
    void handle(net::HttpExchange exchange) override;
  };

  static sim::Task<void> serve(net::Socket socket);

  sim::Loop& loop_;
  net::Ref<net::Host> gateway_;
  net::Ref<net::Host> web_host_;
  WebServer web_server_;
  net::DatagramSocket dns_datagrams_;
  net::Listener dns_connections_;
  net::Listener web_listener_;
  std::vector<sim::Process> conversations_;
};

}  // namespace rockpool::cluster
