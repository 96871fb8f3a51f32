// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/net/address.h"
#include "core/net/failure.h"
#include "core/net/http.h"
#include "core/net/ref.h"
#include "core/net/trace.h"
#include "core/sim/recent_sum.h"
#include "core/sim/task.h"

// What a process holds of the network: listening ports, connections, datagram sockets. All of them
// are handles that may be moved. A process that is killed destroys its handles, and the network
// does then what a kernel does: it frees the port, resets what was being served and closes what was
// idle.
//
// Data travels in messages: whole HTTP requests and responses, or strings. A handle stays safe to
// use after the Host or the Network behind it has gone: it then reports failures or does nothing.
namespace rockpool::net {

class Connection;
class DatagramPort;
class ListeningPort;
/// How a Ref counts these, which are only names here.
void retain_ref(Connection* connection);
/// The same.
void release_ref(Connection* connection);
/// The same.
void retain_ref(DatagramPort* port);
/// The same.
void release_ref(DatagramPort* port);
/// The same.
void retain_ref(ListeningPort* port);
/// The same.
void release_ref(ListeningPort* port);

/// One request that a server has received and not yet answered. Keep it to answer later. Destroying
/// it unanswered closes the connection, as a handler that panics would.
class HttpExchange {
 public:
  explicit HttpExchange(Ref<Connection> connection);
  HttpExchange(HttpExchange&&) noexcept = default;
  HttpExchange& operator=(HttpExchange&& other) noexcept {
    std::swap(connection_, other.connection_);
    return *this;
  }
  ~HttpExchange();

  /// The request; valid until this exchange is answered or goes away.
  const HttpRequest& request() const;
  /// The client's address as this server sees it: a proxy may have put its own in place.
  SocketAddress peer() const;
  /// The address on which the request came in.
  SocketAddress local() const;
  /// True if it came over TLS.
  bool is_secure() const;
  /// False once the client has gone or the server was killed: an answer would reach nobody.
  bool is_open() const;

  /// Sends the answer; the exchange is then over. An answer with `Connection: close` closes the
  /// connection.
  void respond(HttpResponse response);
  /// Closes the connection without an answer: the client finds an empty reply.
  void close();
  /// Resets the connection.
  void reset();

 private:
  Ref<Connection> connection_;
};

/// Serves HTTP on a listening port. Must outlive the Listener it was given to.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// A request has arrived. Answer it here, or move `exchange` elsewhere and answer later.
  virtual void handle(HttpExchange exchange) = 0;
};

/// One end of a connection that carries strings. Destroying it closes the connection.
class Socket {
 public:
  Socket() = default;
  Socket(Ref<Connection> connection, bool is_server);
  Socket(Socket&& other) noexcept
      : connection_{std::move(other.connection_)}, is_server_{other.is_server_} {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(connection_, other.connection_);
    std::swap(is_server_, other.is_server_);
    return *this;
  }
  ~Socket() { close(); }

  /// True until either side has closed or the connection has failed.
  bool is_open() const;
  SocketAddress local() const;
  SocketAddress peer() const;

  /// Sends a message; it arrives whole and in order. Ignored if the connection is not open.
  void send(std::string data);
  /// The next message; "" once the other side has closed; a failure if the connection was reset
  /// or nothing came within `timeout` (none: waits for ever). One waiter at a time; the Socket must
  /// outlive it.
  sim::Task<std::expected<std::string, Failure>> receive(std::optional<sim::Duration> timeout = {});
  /// Closes in good order. Does nothing if it is closed.
  void close();
  /// Tears the connection down.
  void reset();

 private:
  Ref<Connection> connection_;
  bool is_server_ = false;
};

/// Serves connections that carry strings. Must outlive the Listener it was given to.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  /// A client has connected.
  virtual void accept(Socket socket) = 0;
};

/// Why a port cannot be had.
enum class ListenError : std::uint8_t { address_in_use, host_removed };

/// A TCP or SCTP port in use by a server. Destroying it is what happens when the process is killed:
/// the port is free, connections with an unanswered request are reset, idle ones are closed.
class Listener {
 public:
  Listener() = default;
  explicit Listener(Ref<ListeningPort> port);
  Listener(Listener&&) noexcept = default;
  Listener& operator=(Listener&& other) noexcept {
    std::swap(port_, other.port_);
    return *this;
  }
  ~Listener();

  /// Adds `amount` to `work`, which must outlive the listener, whenever a client's request arrives
  /// or, where strings are exchanged, a connection.
  void measure(sim::RecentSum& work, std::int64_t amount);

  /// True while new connections are accepted.
  bool is_listening() const;
  std::uint16_t port() const;
  /// The number of connections that are open, and of those the ones with an unanswered request.
  int open_connections() const;
  int active_connections() const;

  /// Stops in good order, as Go's Server.Shutdown or nginx on SIGQUIT: refuses new connections,
  /// closes idle ones, and closes each of the others after its answer.
  void drain();
  /// Accepts nothing more, but leaves the open connections as they are.
  void stop_listening();

 private:
  Ref<ListeningPort> port_;
};

/// One datagram as received.
struct Datagram {
  SocketAddress from;
  SocketAddress to;
  std::string payload;
};

class DatagramSocket;

/// Serves datagrams. Must outlive the DatagramSocket it was given to.
class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  /// A datagram has arrived; answer with `socket.send`. `socket` is a handle to the port that is
  /// valid during the call.
  virtual void receive(DatagramSocket& socket, Datagram datagram) = 0;
};

/// A UDP port. Destroying it frees the port.
class DatagramSocket {
 public:
  /// Whether destroying the handle frees the port.
  enum class Ownership : std::uint8_t { owner, borrower };

  DatagramSocket() = default;
  DatagramSocket(Ref<DatagramPort> port, Ownership ownership);
  DatagramSocket(DatagramSocket&&) noexcept = default;
  DatagramSocket& operator=(DatagramSocket&& other) noexcept {
    std::swap(port_, other.port_);
    std::swap(ownership_, other.ownership_);
    return *this;
  }
  ~DatagramSocket();

  bool is_open() const;
  SocketAddress local() const;
  /// Sends a datagram. It may be lost without a word.
  void send(SocketAddress to, std::string payload);
  /// Sends from a given address of the host, which a server with several uses to answer from the
  /// one that was asked.
  void send_from(IpAddress from, SocketAddress to, std::string payload);
  /// The next datagram; a failure if an ICMP error came back for one that was sent
  /// (connection_refused, no_route_to_host), if nothing came within `timeout`
  /// (response_timed_out), or if the host has gone (network_unreachable). Only for sockets without
  /// a handler; one waiter at a time.
  sim::Task<std::expected<Datagram, Failure>> receive(std::optional<sim::Duration> timeout = {});
  /// Adds the proxies that datagrams sent from here meet to a trace.
  void set_trace(Ref<Trace> trace);

 private:
  friend class DatagramPort;
  Ref<DatagramPort> port_;
  Ownership ownership_ = Ownership::owner;
};

}  // namespace rockpool::net
