// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "core/net/failure.h"
#include "core/net/network.h"
#include "core/net/socket.h"
#include "core/net/trace.h"
#include "core/sim/task.h"

// The inside of UDP sockets. Others use the handle of socket.h.
namespace rockpool::net {

/// A UDP port of a host. It belongs to a process there, or is one that the node's proxy uses to
/// pass on one client's datagrams and to get their answers back.
class DatagramPort : public Counted<DatagramPort> {
 public:
  /// How a proxy passes datagrams on.
  struct Relay {
    SocketAddress client;
    SocketAddress service;
    SocketAddress endpoint;
    sim::Time last_used;
  };

  DatagramPort(Host& host, std::uint16_t number, DatagramHandler* handler)
      : host_{&host}, number_{number}, handler_{handler} {}

  /// The port behind a handle, which then no longer owns it.
  static Ref<DatagramPort> of(DatagramSocket& socket) {
    socket.ownership_ = DatagramSocket::Ownership::borrower;
    return socket.port_;
  }

  bool is_open() const { return host_ != nullptr; }
  SocketAddress local() const;
  std::uint16_t number() const { return number_; }
  /// Sends from `from`, or from the host's own address of the right family if that is 0.0.0.0.
  void send(const IpAddress& from, const SocketAddress& to, std::string payload);
  sim::Task<std::expected<Datagram, Failure>> receive(std::optional<sim::Duration> timeout);
  void close();
  /// Records the way of the datagrams that are sent from here.
  void set_trace(Ref<Trace> trace) { trace_ = std::move(trace); }

  Relay* relay() const { return relay_.get(); }
  void make_relay(Relay relay) { relay_ = std::make_unique<Relay>(std::move(relay)); }

  void dispose() { delete this; }

 private:
  friend class Host;
  class ReceiveWait;

  // Takes `datagram` to `target` in `latency`. `sender` learns of errors if it is not null.
  static void deliver_later(Network& network, sim::Duration latency, Host& target,
                            Datagram datagram, Ref<DatagramPort> sender);
  // An answer to the proxy's port: goes on to the client.
  void pass_back(Network& network, sim::Duration so_far, Datagram datagram);
  void send_by_relay(Network& network, Node& node, const ServicePort& port, Datagram datagram);
  void arrive(Datagram datagram);
  void fail(FailureKind kind);
  void fail_later(Network& network, FailureKind kind, sim::Duration delay);

  Host* host_;
  std::uint16_t number_;
  DatagramHandler* handler_;
  std::deque<Datagram> queue_;
  FailureKind error_ = FailureKind::none;
  sim::Waiter* waiter_ = nullptr;
  std::unique_ptr<Relay> relay_;
  Ref<Trace> trace_;
};

}  // namespace rockpool::net
