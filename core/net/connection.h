// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/net/failure.h"
#include "core/net/http.h"
#include "core/net/network.h"
#include "core/net/router.h"
#include "core/net/socket.h"
#include "core/net/tls.h"
#include "core/net/trace.h"
#include "core/sim/task.h"

// The inside of TCP connections. Others use the handles of socket.h and client.h.
namespace rockpool::net {

/// A TCP port that a server has open, with its connections.
class ListeningPort : public Counted<ListeningPort> {
 public:
  ListeningPort(Host& host, Protocol protocol, std::uint16_t number, HttpHandler* http,
                StreamHandler* stream, TlsServer* tls)
      : host_{&host},
        protocol_{protocol},
        number_{number},
        http_{http},
        stream_{stream},
        tls_{tls} {}

  /// TCP or SCTP, whose numbers have nothing to do with each other.
  Protocol protocol() const { return protocol_; }
  std::uint16_t number() const { return number_; }
  bool is_open() const { return host_ != nullptr; }
  HttpHandler* http() const { return http_; }
  StreamHandler* stream() const { return stream_; }
  /// Null if it speaks plain text.
  TlsServer* tls() const { return tls_; }
  bool is_draining() const { return draining_; }
  int open_connections() const { return open_connections_; }
  int active_connections() const;
  /// Whom to tell of work; see Listener::measure.
  void measure(sim::RecentSum& work, std::int64_t amount) {
    work_ = &work;
    work_amount_ = amount;
  }
  /// Tells whoever wants to know.
  void note_work(sim::Time now) {
    if (work_ != nullptr) work_->add(now, work_amount_);
  }

  /// Whose port it is that has that number, or null.
  static ListeningPort* find(const Host& host, std::uint16_t number) {
    return host.find_port(number);
  }

  /// Gives the port back; open connections stay.
  void close();
  /// Also ends connections: idle ones at once, the others after their answer.
  void drain();
  /// The process is gone: ends everything.
  void abort();
  void dispose() { delete this; }

 private:
  friend class Connection;
  Host* host_;
  Protocol protocol_;
  std::uint16_t number_;
  HttpHandler* http_;
  StreamHandler* stream_;
  TlsServer* tls_;
  bool draining_ = false;
  int open_connections_ = 0;
  Connection* first_ = nullptr;
  sim::RecentSum* work_ = nullptr;
  std::int64_t work_amount_ = 0;
};

/// One TCP connection or SCTP association with both its ends, and the proxy process between them if
/// there is one.
///
/// What one end does is computed at once and becomes visible to the other end at the moment at
/// which the packet arrives; the `_at_` members hold such moments, `kNever` if nothing is on its
/// way. So the ordinary life of a request needs four events: SYN at the server, client connected,
/// request at the server, response at the client.
class Connection : public Counted<Connection> {
 public:
  static constexpr sim::Time kNever = sim::Time::max();

  /// What the ends exchange.
  enum class Content : std::uint8_t { http, strings };

  /// Starts to connect `client` to `to`. Connection attempts of hosts that are not attached fail,
  /// as do those of hosts without an address of that family.
  static Ref<Connection> open(Host& client, Protocol protocol, const SocketAddress& to,
                              Content content, Ref<Trace> trace);

  /// Waits until the client's end has news, or until `deadline`.
  class [[nodiscard]] ClientWait {
   public:
    ClientWait(Connection& connection, sim::Time deadline)
        : connection_{connection}, deadline_{deadline} {}
    ClientWait(const ClientWait&) = delete;
    ClientWait& operator=(const ClientWait&) = delete;
    ~ClientWait() { forget(); }
    bool await_ready() const { return connection_.client_news_at() <= connection_.loop_.now(); }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> handle) {
      waiter_.wait(handle);
      timer_.wait(handle);
      connection_.begin_client_wait(*this);
    }
    void await_resume() { forget(); }

   private:
    friend class Connection;
    void forget() {
      if (connection_.client_wait_ == this) connection_.client_wait_ = nullptr;
    }
    Connection& connection_;
    sim::Time deadline_;
    sim::Waiter waiter_;
    sim::Waiter timer_;
  };

  // The client's end.

  /// Waits until connected or failed.
  ClientWait wait_connected(sim::Time deadline);
  bool is_connected() const { return connected_at_ <= loop_.now() && !client_failed(); }
  /// True once the connection has come to an end as far as the client knows.
  bool client_failed() const { return end_at_ <= loop_.now(); }
  FailureKind end_kind() const { return end_kind_; }
  /// What came of a TLS handshake at the server.
  struct Handshake {
    /// What the client asked for.
    std::string server_name;
    /// What was presented; null if the handshake failed there, for the reason told.
    pki::SharedChain chain;
    TlsFailure::Cause refusal = TlsFailure::Cause::alert;
  };
  /// Begins a TLS handshake, in place of a request: its answer is waited for like a response.
  void send_hello(std::string server_name);
  /// Its result once there is one; the connection is then ready for a request.
  const Handshake& take_handshake();
  /// True once the client believes the server; requests are then encrypted.
  void set_secure() { is_secure_ = true; }
  bool is_secure() const { return is_secure_; }
  /// Sends a request; requires `is_connected` and no other under way.
  void send_request(HttpRequest request);
  /// Waits until there is an answer or the connection has ended.
  ClientWait wait_response(sim::Time deadline);
  bool has_response() const { return response_at_ <= loop_.now(); }
  HttpResponse take_response();
  /// The request that got no answer, to send it on another connection.
  HttpRequest take_request() { return std::move(request_); }
  /// True if another request can be sent.
  bool is_idle() const { return is_connected() && !request_under_way_; }
  /// The client lets go. Does nothing the second time.
  void close_client();

  Protocol protocol() const { return protocol_; }
  const SocketAddress& client_address() const { return client_address_; }
  /// Where the client connected to.
  const SocketAddress& destination() const { return destination_; }
  /// The server's address, or that of the endpoint tried last.
  const SocketAddress& endpoint() const { return dial_to_; }
  const Host* server_host() const { return server_.get(); }
  const ServicePort* service_port() const { return service_port_.get(); }

  // The server's end.

  const HttpRequest& request() const { return request_; }
  const SocketAddress& server_peer() const { return server_peer_; }
  const SocketAddress& server_local() const { return dial_to_; }
  bool is_server_open() const { return server_port_ != nullptr; }
  /// True while a request has been sent and not answered.
  bool is_active() const { return request_under_way_ && !is_answered_; }
  void respond(HttpResponse response);
  /// The server's end closes in good order, or tears the connection down.
  void close_server();
  void reset_server();

  // Both ends of a connection that carries strings; `server` says which.

  /// True until either end has closed, as far as this end knows.
  bool is_open(bool server) const;
  /// Sends a message to the other end; ignored if the connection is not open.
  void send(bool server, std::string data);
  /// Closes in good order.
  void close(bool server);
  /// Tears the connection down.
  void reset(bool server);
  /// What has come from the other end; see Socket::receive.
  sim::Task<std::expected<std::string, Failure>> receive(bool server,
                                                         std::optional<sim::Duration> timeout);

  /// The client's host has left the network.
  void lose_client_host();
  /// The proxy process between the ends is gone: its kernel closes both of its sockets.
  void lose_relay();

  /// Gives the memory back to the pool.
  void dispose();

 private:
  friend class ListeningPort;
  friend class ConnectionPool;
  friend class ConnectionTracking;
  friend class Host;
  friend class Network;

  enum class Packet : std::uint8_t { hello, request, response, data, fin };
  struct Pending {
    Packet packet;
    sim::Time sent;
    std::string data;
  };
  // One direction's packets that could not leave yet, in order.
  struct Backlog {
    std::deque<Pending> packets;
    int retries = 0;
  };
  struct Inbox {
    std::deque<std::string> messages;
    bool ended = false;
    FailureKind failure = FailureKind::none;
    sim::Waiter* waiter = nullptr;
  };
  // What only connections that carry strings need.
  struct Strings {
    Inbox inbox[2];
    bool closed[2] = {false, false};
  };
  class InboxWait;

  Connection(Network& network, Host& client, Protocol protocol, const SocketAddress& to,
             Content content, Ref<Trace> trace);
  ~Connection() = default;

  sim::Time now() const { return loop_.now(); }

  // Connecting.
  void start();
  void start_relay(Node& node, Route route);
  void start_forward(Node& node, Route route);
  void send_forwarded();
  IpAddress node_address(const Node& node) const;
  SocketAddress node_end(Node& node) const;
  void show_proxy(const Node& node, sim::Time at);
  void show_choice(const Node& node, sim::Time at);
  void dial_endpoint(Node& node, const SocketAddress& endpoint);
  void refuse_by_rules(Node& node, Route route);
  void show_refusal(const Node& node, const Route& route, FailureKind kind, sim::Time at);
  void dial_next_endpoint(bool after_failure);
  void dial(sim::Duration head_start);
  // What policies say of a SYN to dial_to_; of one to the address of a node that is not the
  // client's own.
  std::optional<PolicyDenial> judge() const;
  std::optional<PolicyDenial> judge_departure() const;
  void drop_by_policy(const PolicyDenial& denial, sim::Time at);
  void repeat_syn();
  void fail_dial(FailureKind kind, sim::Time at);
  void on_dial_failed(std::uint32_t attempt, FailureKind kind);
  void give_up_relay(std::string_view reason);
  void on_syn(std::uint32_t attempt);
  void accept(Host& server, ListeningPort& port);
  // Where packets to the server come from last: the client, or the node between them.
  Host* dialler() const;

  // Exchanging.
  std::optional<sim::Duration> travel_time(bool to_server);
  void transmit(bool to_server, Packet packet, std::string data = {});
  bool try_transmit(bool to_server, Pending& pending);
  void repeat_later(bool to_server);
  void flush(bool to_server);
  void arrive(bool at_server, Packet packet, std::string data);
  void deliver_hello();
  void deliver_request();
  // What a packet that carries a request or begins one finds: false if there is no server to take
  // it, and what follows from that has been done.
  bool reach_server(Packet packet);

  // Ending.
  void send_reset();
  void probe_later(int probes_lost);
  void end_client(FailureKind kind, sim::Time at);
  void end_inbox(bool server, FailureKind kind);
  void detach_server();
  void detach_client();

  // What the client waits for: its next news, kNever if none is known yet.
  sim::Time client_news_at() const;
  void begin_client_wait(ClientWait& wait);
  // Something that concerns the client happens at `at`; kNever if nothing is sure to happen. Only
  // then does a deadline need an event of its own.
  void progress(sim::Time at);
  void wake_client(sim::Time at);
  Hop make_hop(HopKind kind, sim::Time time) const;
  void add_hop(Hop hop);
  void add_server_hop();

  sim::Loop& loop_;
  ConnectionPool* pool_;
  Network* network_;
  Content content_;
  Protocol protocol_;
  // From sending a request until its answer is taken; answered once the server has done so.
  bool request_under_way_ = false;
  bool is_answered_ = false;
  bool server_ready_ = false;
  bool client_closed_ = false;
  FailureKind end_kind_ = FailureKind::none;
  // A proxy process is between the ends; or a kernel changes addresses, and then maybe on a node
  // that the packets would not pass otherwise.
  bool is_relayed_ = false;
  bool is_forwarded_ = false;
  bool is_detoured_ = false;
  bool is_secure_ = false;
  NodeId relay_node_ = 0;
  int dial_retries_ = 0;
  std::uint32_t dial_attempt_ = 0;
  Scope scope_ = Scope::cluster;
  // How many endpoints the proxy has tried.
  std::uint8_t relay_tries_ = 0;

  Host* client_;
  Connection* previous_outgoing_ = nullptr;
  Connection* next_outgoing_ = nullptr;
  Ref<Host> server_;
  ListeningPort* server_port_ = nullptr;
  Connection* previous_incoming_ = nullptr;
  Connection* next_incoming_ = nullptr;

  SocketAddress client_address_;
  SocketAddress destination_;
  // What the server sees, or the endpoint that is tried would see: the client, or the proxy.
  SocketAddress server_peer_;
  SocketAddress dial_to_;
  Ref<const ServicePort> service_port_;

  sim::Duration dial_latency_{0};
  // Packets to the server leave the client no earlier than this, as the proxy was not ready before.
  sim::Time earliest_departure_ = sim::Time::min();
  sim::Time dial_deadline_ = kNever;
  // When the last SYN was sent; kNever before the first.
  sim::Time syn_at_ = kNever;
  sim::Time connected_at_ = kNever;
  sim::Time response_at_ = kNever;
  sim::Time end_at_ = kNever;
  sim::Time last_arrival_[2] = {sim::Time::min(), sim::Time::min()};
  sim::Time progress_at_ = kNever;
  ClientWait* client_wait_ = nullptr;

  HttpRequest request_;
  HttpResponse response_;
  // Rarely needed, so made on demand: [0] to the client, [1] to the server.
  std::unique_ptr<Backlog> backlog_[2];
  std::unique_ptr<Strings> strings_;
  std::unique_ptr<Handshake> handshake_;
  Ref<Trace> trace_;
};

/// Memory for connections. Lives until the last connection has gone, which may be after its
/// Network.
class ConnectionPool {
 public:
  ConnectionPool() = default;
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  /// A new connection; see Connection::open.
  Ref<Connection> make(Network& network, Host& client, Protocol protocol, const SocketAddress& to,
                       Connection::Content content, Ref<Trace> trace);
  /// Takes back one that nobody holds any more.
  void give_back(Connection* connection);
  std::size_t in_use() const { return in_use_; }
  /// The Network is gone: goes away too as soon as nothing is in use.
  void orphan();

 private:
  ~ConnectionPool();
  // Kept for reuse, at most.
  static constexpr std::size_t kMaxFree = 4096;
  std::vector<void*> free_;
  std::size_t in_use_ = 0;
  bool orphaned_ = false;
};

}  // namespace rockpool::net
