// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/address.h"
#include "core/net/failure.h"
#include "core/net/ref.h"
#include "core/sim/time.h"

namespace rockpool::net {

/// What happened at one point of a request's way.
enum class HopKind : std::uint8_t {
  /// The client begins.
  client,
  /// The stub resolver settles on addresses (`detail` lists them), or gives up (`failure`).
  resolved,
  /// A DNS query leaves the client; `detail` is the name and type asked for, `to` the name server.
  dns_query,
  /// Its answer is back; `detail` is the code and records.
  dns_answer,
  /// The client begins to connect to `to`.
  connect,
  /// The proxy of `node` takes the connection to `service`; `detail` is its mode.
  proxy,
  /// The proxy chose an endpoint: `to`, and its Pod if it has one.
  choice,
  /// An attempt of the proxy to reach an endpoint failed; `failure` says how.
  dial_failed,
  /// A NetworkPolicy dropped the packet to `to`; `pod` is the one that is isolated, `detail` names
  /// the direction and the policies.
  policy,
  /// The TLS handshake with `pod` on `node` is over at the client; `detail` tells of the
  /// certificate, `failure` is set if it came to nothing.
  tls,
  /// The request reached the server: `pod` on `node`.
  server,
  /// The response is back at the client; `detail` is its status.
  response,
  /// The request has failed; `failure` says how, `node`, `pod` and `to` how far it came.
  failed,
};

/// `client`, `dns_query` and so on.
std::string_view hop_kind_name(HopKind kind);

/// One point of a request's way. Fields that do not apply are empty.
struct Hop {
  HopKind kind = HopKind::client;
  /// When it was there.
  sim::Time time;
  /// The packet's addresses when it left this point.
  SocketAddress from;
  SocketAddress to;
  /// The node on which it happened; empty for the outside.
  std::string node;
  /// The Pod in which it happened, or which was chosen: `namespace/name`.
  std::string pod;
  /// The Service by whose rules it went: `namespace/name`.
  std::string service;
  FailureKind failure = FailureKind::none;
  /// Words for people: codes, names tried, the proxy's own error text.
  std::string detail;
};

/// The way of one request, hop by hop in order of time. It grows while the request is under way.
class Trace : public Counted<Trace> {
 public:
  /// A number of its own for every request that is traced in a Network.
  std::uint64_t id = 0;
  std::vector<Hop> hops;

  /// Called when nobody holds it any more.
  void dispose() { delete this; }
};

}  // namespace rockpool::net
