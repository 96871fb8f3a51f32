// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/net/failure.h"
#include "core/net/network.h"
#include "core/net/socket.h"
#include "core/net/trace.h"
#include "core/sim/task.h"
#include "core/sim/timed_wait.h"

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
    /// It is the kernel that puts this port's address in the place of the client's.
    bool is_translation = false;
  };

  DatagramPort(Host& host, std::uint16_t number, DatagramHandler* handler)
      : host_{&host}, number_{number}, handler_{handler} {}

  /// The port behind a handle.
  static Ref<DatagramPort> of(const DatagramSocket& socket) { return socket.port_; }
  /// The same, but the handle then no longer owns it.
  static Ref<DatagramPort> take_from(DatagramSocket& socket) {
    socket.ownership_ = DatagramSocket::Ownership::borrower;
    return socket.port_;
  }

  bool is_open() const { return host_ != nullptr; }
  SocketAddress local() const;
  std::uint16_t number() const { return number_; }
  /// Sends from `from`, or from the host's own address of the right family if that is 0.0.0.0.
  void send(const IpAddress& from, const SocketAddress& to, std::string payload);
  sim::Task<std::expected<Datagram, Failure>> receive(std::optional<sim::Duration> timeout);

  /// Waits until there is something to take, or for `timeout`.
  class [[nodiscard]] ReceiveWait : public sim::TimedWait {
   public:
    ReceiveWait(DatagramPort& port, std::optional<sim::Duration> timeout)
        : TimedWait{port.waiter_, timeout}, port_{port} {}
    bool await_ready() const { return !port_.queue_.empty() || port_.error_ != FailureKind::none; }

   private:
    DatagramPort& port_;
  };
  /// What has come after a wait: a datagram, an error, or nothing in time (response_timed_out).
  std::expected<Datagram, FailureKind> take();

  /// Frees the port. Who waits is not woken.
  void close();
  /// Records the way of the datagrams that are sent from here.
  void set_trace(Ref<Trace> trace) { trace_ = std::move(trace); }

  Relay* relay() const { return relay_.get(); }
  /// Makes this a proxy's port.
  void make_relay(Relay relay) { relay_ = std::make_unique<Relay>(std::move(relay)); }

  /// Called when nobody holds it any more.
  void dispose() { delete this; }

 private:
  friend class Host;
  // Takes `datagram` to `target` in `latency`. `sender` learns of errors if it is not null.
  static void deliver_later(Network& network, sim::Duration latency, Host& target,
                            Datagram datagram, Ref<DatagramPort> sender);
  // An answer to the proxy's port: goes on to the client.
  void pass_back(Network& network, sim::Duration so_far, Datagram datagram);
  void send_on(Network& network, Datagram datagram);
  void forward(Network& network, Node& node, const Route& route, Datagram datagram);
  bool is_admitted(Network& network, const Host& from, const Host* owner,
                   const SocketAddress& source, const PolicyPacket& packet);
  bool may_depart(Network& network, const Node& node, const Datagram& datagram);
  void show_choice(Network& network, const Node& node, const Route& route,
                   const SocketAddress& from, const SocketAddress& to, sim::Time at);
  void send_by_relay(Network& network, Node& node, const Route& route, Datagram datagram,
                     const std::optional<SocketAddress>& endpoint);
  void arrive(Datagram datagram);
  void fail(FailureKind kind);
  void fail_later(Network& network, FailureKind kind, sim::Duration delay);

  Host* host_;
  std::uint16_t number_;
  DatagramHandler* handler_;
  // A vector, as it seldom holds more than one.
  std::vector<Datagram> queue_;
  FailureKind error_ = FailureKind::none;
  sim::Waiter* waiter_ = nullptr;
  std::unique_ptr<Relay> relay_;
  Ref<Trace> trace_;
};

}  // namespace rockpool::net
