// SPDX-License-Identifier: Apache-2.0
#include "core/net/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "core/net/answer_timeout.h"
#include "core/net/connection.h"
#include "core/net/host.h"
#include "core/net/network.h"
#include "core/net/tls.h"

namespace rockpool::net {

/// One request under way: what its coroutine knows between its steps. It is made for every request,
/// so it and the coroutine's frame are kept small enough for the allocator's fast path: what is
/// only needed for failures is built at the end.
class FetchRun {
 public:
  FetchRun(Host& host, HttpClient* client, const Url& url, const FetchOptions& options)
      : host_{&host}, client_{client}, url_{url}, options_{options}, started_{host.loop().now()} {
    if (options_.timeout) deadline_ = started_ + *options_.timeout;
    begin_trace();
  }
  FetchRun(const FetchRun&) = delete;
  FetchRun& operator=(const FetchRun&) = delete;
  ~FetchRun() { close_own(); }

  // No answer timeout: only the limits of `options` count.
  static sim::Task<FetchResult> run(Ref<Host> host, HttpClient* client, Url url,
                                    HttpRequest request, FetchOptions options,
                                    sim::Duration answer_timeout = kNoTimeout);

 private:
  static sim::Task<bool> establish(FetchRun& self);
  static sim::Task<bool> shake_hands(FetchRun& self);

  static constexpr sim::Time kNever = Connection::kNever;
  static constexpr sim::Duration kNoTimeout{0};

  sim::Time now() const { return host_->loop().now(); }
  bool is_secure() const { return url_.scheme == "https"; }
  bool keeps_alive() const { return client_ != nullptr && client_->options_.keep_alive; }
  Ref<Connection>& connection() { return client_ != nullptr ? client_->connection_ : own_; }

  void begin_trace();
  void complete(HttpRequest& request) const;
  bool take_kept_connection();
  bool find_known_addresses();
  void remember_addresses(std::vector<IpAddress> addresses);
  void close_connection();
  void close_own();
  bool believes(const Connection::Handshake& handshake);
  void add_tls_hop(const Connection::Handshake* handshake);
  void note_failure(FailureKind kind, bool timed_out, bool while_connecting);
  FetchResult fail();
  FetchResult finish(std::expected<HttpResponse, Failure> outcome);
  void tell_observer(const FetchResult& result);

  // All these are arguments of the coroutine, which outlive this.
  Host* host_;
  HttpClient* client_;
  const Url& url_;
  const FetchOptions& options_;
  sim::Time started_;
  sim::Time deadline_ = kNever;
  sim::Duration answer_timeout_ = kNoTimeout;
  Ref<Connection> own_;
  std::vector<IpAddress> addresses_;
  SocketAddress remote_;
  Ref<Trace> trace_;
  // Why it failed: in short, or in full if the resolver said so.
  FailureKind failure_kind_ = FailureKind::none;
  bool by_client_timeout_ = false;
  bool by_connect_timeout_ = false;
  std::unique_ptr<Failure> lookup_failure_;
  std::shared_ptr<TlsFailure> tls_failure_;
};

void FetchRun::begin_trace() {
  Network* const network = host_->network();
  if (network == nullptr) return;
  Observer* const observer = network->observer();
  const bool wanted =
      options_.trace || (observer != nullptr && observer->wants_trace(*host_, url_.host));
  if (!wanted) return;
  trace_ = Ref{new Trace};
  trace_->id = network->next_trace_id();
  Hop hop;
  hop.kind = HopKind::client;
  hop.time = started_;
  if (host_->node() != nullptr) hop.node = host_->node()->name();
  if (host_->kind() == HostKind::pod) hop.pod = host_->name();
  hop.detail = url_.to_string();
  network->add_hop(*trace_, *host_, std::move(hop));
}

void FetchRun::complete(HttpRequest& request) const {
  if (request.target.empty()) request.target = url_.target;
  if (request.host.empty()) request.host = url_.authority();
}

// True if the client still has a connection to this place.
bool FetchRun::take_kept_connection() {
  if (client_ == nullptr) return false;
  const bool same_place = client_->place_port_ == url_.port && client_->place_host_ == url_.host &&
                          client_->place_is_secure_ == is_secure() &&
                          client_->place_tls_ == options_.tls;
  if (!same_place) {
    client_->forget();
    client_->place_host_ = url_.host;
    client_->place_port_ = url_.port;
    client_->place_is_secure_ = is_secure();
    client_->place_tls_ = options_.tls;
    return false;
  }
  if (keeps_alive() && client_->connection_ && client_->connection_->is_idle()) return true;
  close_connection();
  return false;
}

// True if the host part needs no resolving.
bool FetchRun::find_known_addresses() {
  if (client_ != nullptr && client_->options_.remember_addresses && !client_->addresses_.empty()) {
    addresses_ = client_->addresses_;
    return true;
  }
  const auto address = IpAddress::parse(url_.host);
  if (address) addresses_ = {*address};
  return address.has_value();
}

void FetchRun::remember_addresses(std::vector<IpAddress> addresses) {
  addresses_ = std::move(addresses);
  if (client_ != nullptr && client_->options_.remember_addresses) client_->addresses_ = addresses_;
}

void FetchRun::close_connection() {
  Ref<Connection>& open = connection();
  if (open) open->close_client();
  open.reset();
}

void FetchRun::close_own() {
  if (own_) own_->close_client();
  // A request that is given up half-way leaves its connection unusable.
  if (client_ != nullptr && client_->connection_ && !client_->connection_->is_idle()) {
    close_connection();
  }
}

void FetchRun::note_failure(FailureKind kind, bool timed_out, bool while_connecting) {
  failure_kind_ = kind;
  by_client_timeout_ = timed_out;
  by_connect_timeout_ = timed_out && while_connecting;
}

FetchResult FetchRun::fail() {
  if (lookup_failure_) return finish(std::unexpected{std::move(*lookup_failure_)});
  Failure failure;
  failure.kind = failure_kind_;
  failure.host = url_.host;
  failure.port = url_.port;
  failure.remote = remote_;
  failure.by_client_timeout = by_client_timeout_;
  failure.by_connect_timeout = by_connect_timeout_;
  failure.tls = std::move(tls_failure_);
  if (const Ref<Connection>& open = connection()) failure.local = open->client_address();
  return finish(std::unexpected{std::move(failure)});
}

FetchResult FetchRun::finish(std::expected<HttpResponse, Failure> outcome) {
  FetchResult result{std::move(outcome), started_, now(), remote_, trace_};
  if (!result.outcome) result.outcome.error().elapsed = result.ended - started_;
  tell_observer(result);
  if (!keeps_alive() || !result.ok()) close_connection();
  return result;
}

void FetchRun::tell_observer(const FetchResult& result) {
  Network* const network = host_->network();
  if (network == nullptr || (network->observer() == nullptr && !trace_)) return;
  const Connection* const open = connection().get();
  const Host* const server = open == nullptr ? nullptr : open->server_host();
  const ServicePort* const port = open == nullptr ? nullptr : open->service_port();
  if (trace_) {
    Hop hop;
    hop.kind = result.ok() ? HopKind::response : HopKind::failed;
    hop.time = result.ended;
    if (open != nullptr) hop.to = open->endpoint();
    if (server != nullptr && server->node() != nullptr) hop.node = server->node()->name();
    if (server != nullptr && server->kind() == HostKind::pod) hop.pod = server->name();
    if (port != nullptr) hop.service = port->service_name();
    if (result.ok()) {
      hop.detail = fmt::format("{}", result.outcome->status);
    } else {
      hop.failure = result.outcome.error().kind;
      hop.detail = go_message(result.outcome.error());
    }
    network->add_hop(*trace_, *host_, std::move(hop));
  }
  if (network->observer() == nullptr) return;
  RequestSummary summary{
      .client = *host_,
      .host = url_.host,
      .port = url_.port,
      .service = port == nullptr ? std::string_view{} : std::string_view{port->service_name()},
      .server = server,
      .endpoint = open == nullptr ? SocketAddress{} : open->endpoint(),
      .failure = result.ok() ? FailureKind::none : result.outcome.error().kind,
      .status = result.ok() ? result.outcome->status : 0,
      .started = result.started,
      .ended = result.ended,
      .trace = trace_.get(),
  };
  network->observer()->on_finished(summary);
}

// Whether the client takes what the server presents; if not, the failure is noted.
bool FetchRun::believes(const Connection::Handshake& handshake) {
  const TlsClient* const tls = options_.tls.get();
  if (handshake.chain && tls != nullptr && !tls->verifies) return true;
  TlsFailure failure;
  failure.at = now();
  failure.peer =
      peer_name(tls != nullptr && !tls->server_name.empty() ? tls->server_name : url_.host);
  if (handshake.chain) {
    const pki::Chain none;
    const pki::Chain& roots = tls == nullptr ? none : tls->roots;
    failure.cause = TlsFailure::Cause::certificate;
    failure.findings = pki::examine(*handshake.chain, roots, failure.peer, failure.at);
    failure.certificate = handshake.chain->front();
    if (failure.findings.is_trusted() && !failure.findings.wrong_name) return true;
    note_failure(FailureKind::certificate_rejected, false, false);
  } else {
    failure.cause = handshake.refusal;
    note_failure(FailureKind::tls_handshake_failed, false, false);
  }
  tls_failure_ = std::make_shared<TlsFailure>(std::move(failure));
  return false;
}

void FetchRun::add_tls_hop(const Connection::Handshake* handshake) {
  const Connection& open = *connection();
  Hop hop;
  hop.kind = HopKind::tls;
  hop.time = now();
  hop.to = open.endpoint();
  const Host* const server = open.server_host();
  if (server != nullptr && server->node() != nullptr) hop.node = server->node()->name();
  if (server != nullptr && server->kind() == HostKind::pod) hop.pod = server->name();
  if (open.service_port() != nullptr) hop.service = open.service_port()->service_name();
  if (handshake != nullptr && handshake->chain) {
    hop.detail = describe_certificate(handshake->chain->front());
  }
  if (tls_failure_) {
    hop.failure = failure_kind_;
    if (!hop.detail.empty()) hop.detail += ": ";
    hop.detail += go_tls_message(*tls_failure_);
  }
  host_->network()->add_hop(*trace_, *host_, std::move(hop));
}

// The TLS handshake on a connection that was just made; false, with the failure noted, if it fails.
sim::Task<bool> FetchRun::shake_hands(FetchRun& self) {
  Connection* const open = self.connection().get();
  const TlsClient* const tls = self.options_.tls.get();
  const std::string& name =
      tls != nullptr && !tls->server_name.empty() ? tls->server_name : self.url_.host;
  // Addresses are not asked for by name (RFC 6066).
  open->send_hello(IpAddress::parse(name) ? std::string{} : name);
  {
    Connection::ClientWait wait = open->wait_response(self.deadline_);
    co_await wait;
  }
  bool is_believed = false;
  const Connection::Handshake* handshake = nullptr;
  if (open->has_response()) {
    handshake = &open->take_handshake();
    is_believed = self.believes(*handshake);
  } else if (!open->client_failed()) {
    self.note_failure(FailureKind::response_timed_out, true, false);
  } else if (open->end_kind() == FailureKind::connection_closed) {
    self.tls_failure_ = std::make_shared<TlsFailure>();
    self.note_failure(FailureKind::tls_handshake_failed, false, false);
  } else {
    self.note_failure(open->end_kind(), false, false);
  }
  if (self.trace_ && self.host_->network() != nullptr) self.add_tls_hop(handshake);
  if (is_believed) open->set_secure();
  co_return is_believed;
}

// Opens a connection to the first address that takes one; false, with the failure noted, if none
// does.
sim::Task<bool> FetchRun::establish(FetchRun& self) {
  if (!self.find_known_addresses()) {
    const std::optional<sim::Time> deadline =
        self.options_.timeout ? std::optional{self.deadline_} : std::nullopt;
    auto resolving = dns::resolve(Ref{self.host_}, self.url_.host, deadline, self.trace_,
                                  self.options_.resolver);
    auto resolved = co_await resolving;
    if (!resolved) {
      self.lookup_failure_ = std::make_unique<Failure>(std::move(resolved.error()));
      self.lookup_failure_->port = self.url_.port;
      co_return false;
    }
    self.remember_addresses(std::move(*resolved));
  }
  sim::Time deadline = self.deadline_;
  if (self.options_.connect_timeout) {
    deadline = std::min(deadline, self.now() + *self.options_.connect_timeout);
  }
  self.note_failure(FailureKind::network_unreachable, false, true);
  for (const IpAddress& address : self.addresses_) {
    self.close_connection();
    self.remote_ = {address, self.url_.port};
    self.connection() = Connection::open(*self.host_, Protocol::tcp, self.remote_,
                                         Connection::Content::http, self.trace_);
    Connection* const open = self.connection().get();
    if (open == nullptr) break;
    Connection::ClientWait wait = open->wait_connected(deadline);
    co_await wait;
    if (open->is_connected()) {
      if (self.answer_timeout_ != kNoTimeout) {
        self.deadline_ = std::min(self.deadline_, self.now() + self.answer_timeout_);
      }
      if (!self.is_secure()) co_return true;
      auto shaking = shake_hands(self);
      co_return co_await shaking;
    }
    const bool timed_out = !open->client_failed();
    self.note_failure(timed_out ? FailureKind::connection_timed_out : open->end_kind(), timed_out,
                      deadline < self.deadline_);
    if (timed_out) break;
  }
  co_return false;
}

sim::Task<FetchResult> FetchRun::run(Ref<Host> host, HttpClient* client, Url url,
                                     HttpRequest request, FetchOptions options,
                                     sim::Duration answer_timeout) {
  FetchRun self{*host, client, url, options};
  self.answer_timeout_ = answer_timeout;
  self.complete(request);
  bool is_reused = self.take_kept_connection();
  for (;;) {
    if (!is_reused) {
      auto establishing = establish(self);
      if (!co_await establishing) co_return self.fail();
    }
    Connection* const open = self.connection().get();
    self.remote_ = open->destination();
    open->send_request(std::move(request));
    {
      Connection::ClientWait wait = open->wait_response(self.deadline_);
      co_await wait;
    }
    if (open->has_response()) co_return self.finish(open->take_response());
    const bool timed_out = !open->client_failed();
    const FailureKind kind = timed_out ? FailureKind::response_timed_out : open->end_kind();
    const bool found_closed =
        kind == FailureKind::connection_closed || kind == FailureKind::connection_reset;
    self.note_failure(kind, timed_out, false);
    if (!is_reused || !found_closed) co_return self.fail();
    // The server had let go of the idle connection; that is no fault of this request.
    request = open->take_request();
    self.close_connection();
    is_reused = false;
  }
}

HttpClient::HttpClient(Ref<Host> host, Options options)
    : host_{std::move(host)}, options_{options} {}

HttpClient::~HttpClient() {
  forget();
}

void HttpClient::forget() {
  if (connection_) connection_->close_client();
  connection_.reset();
  addresses_.clear();
}

sim::Task<FetchResult> HttpClient::fetch(Url url, HttpRequest request, FetchOptions options) {
  return FetchRun::run(host_, this, std::move(url), std::move(request), options);
}

sim::Task<FetchResult> Host::fetch(Url url, HttpRequest request, FetchOptions options) {
  return FetchRun::run(Ref{this}, nullptr, std::move(url), std::move(request), options);
}

sim::Task<FetchResult> fetch_with_answer_timeout(Ref<Host> host, Url url, HttpRequest request,
                                                 FetchOptions options,
                                                 sim::Duration answer_timeout) {
  return FetchRun::run(std::move(host), nullptr, std::move(url), std::move(request),
                       std::move(options), answer_timeout);
}

void retain_ref(const TlsClient* client) {
  client->retain();
}
void release_ref(const TlsClient* client) {
  client->release();
}

}  // namespace rockpool::net
