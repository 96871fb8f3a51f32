// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <vector>

#include "core/net/failure.h"
#include "core/net/http.h"
#include "core/net/ref.h"
#include "core/net/socket.h"
#include "core/net/trace.h"
#include "core/sim/task.h"

namespace rockpool::net {

struct TlsClient;
/// How a Ref counts where TlsClient is only a name.
void retain_ref(const TlsClient* client);
/// The same.
void release_ref(const TlsClient* client);

class Host;
/// How a Ref counts where Host is only a name.
void retain_ref(Host* host);
/// The same.
void release_ref(Host* host);

namespace dns {
struct ResolverConfig;
}

/// How a client behaves.
struct FetchOptions {
  /// How long to try to connect, name resolution not counted. None: as long as Linux tries (127 s).
  std::optional<sim::Duration> connect_timeout;
  /// How long the whole request may take, name resolution included. None: no limit but the others.
  std::optional<sim::Duration> timeout;
  /// Records every hop. Costs time and memory; an observer may ask for it too.
  bool trace = false;
  /// How to handle `https`; null verifies and trusts nobody.
  Ref<const TlsClient> tls = {};
  /// What it knows about names; null: what its host knows.
  std::shared_ptr<const dns::ResolverConfig> resolver = {};
};

/// What came of a request.
struct FetchResult {
  std::expected<HttpResponse, Failure> outcome;
  sim::Time started;
  sim::Time ended;
  /// The address that was connected to, if it came that far.
  SocketAddress remote;
  /// The hops; null unless they were recorded.
  Ref<Trace> trace;

  bool ok() const { return outcome.has_value(); }
};

/// An HTTP client that keeps what a browser or a load generator keeps between requests to one
/// place: the connection while it is open, and, if asked to, the addresses of the name.
///
///   net::HttpClient client{host, {.keep_alive = true}};
///   auto fetching = client.fetch(url);
///   const net::FetchResult result = co_await fetching;
///
/// One request at a time. Destroying it closes the connection.
class HttpClient {
 public:
  /// How much it keeps.
  struct Options {
    /// Uses a connection for more than one request. A connection that was closed meanwhile is
    /// replaced; a request that finds it closing is sent once more, as Go and curl do.
    bool keep_alive = true;
    /// Resolves the name once, not for every connection.
    bool remember_addresses = false;
  };

  HttpClient(Ref<Host> host, Options options);
  HttpClient(HttpClient&&) noexcept = default;
  HttpClient& operator=(HttpClient&&) = delete;
  ~HttpClient();

  /// Makes one request. What `request` leaves empty (target, Host) comes from `url`. The client
  /// must outlive it.
  sim::Task<FetchResult> fetch(Url url, HttpRequest request = {}, FetchOptions options = {});
  /// Closes the connection and forgets the addresses.
  void forget();

 private:
  Ref<Host> host_;
  Options options_;
  // Where the connection and the addresses lead.
  std::string place_host_;
  std::uint16_t place_port_ = 0;
  bool place_is_secure_ = false;
  Ref<const TlsClient> place_tls_;
  Ref<Connection> connection_;
  std::vector<IpAddress> addresses_;

  friend class FetchRun;
};

}  // namespace rockpool::net
