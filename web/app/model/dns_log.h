// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/trace.h"
#include "core/sim/time.h"
#include "web/app/model/world.h"

namespace rockpool::app {

/// One question to a name server, and its answer.
struct DnsQuestion {
  std::string name{};    ///< with its final dot
  std::string type{};    ///< A, AAAA
  std::string server{};  ///< address of the name server
  std::string pod{};     ///< the DNS Pod that the server's Service led to; empty if none
  std::string code{};    ///< NOERROR, NXDOMAIN; "no answer", "connection refused"
  std::string data{};    ///< what the records say: 10.96.41.7, 10.96.41.8
  bool found = false;    ///< there was a record
  sim::Duration took{};

  /// Asks the same and was answered the same, no matter by whom and when.
  bool is_like(const DnsQuestion& other) const {
    return name == other.name && type == other.type && code == other.code && data == other.data;
  }
};

/// How one name became addresses, or did not.
struct DnsLookup {
  std::string client{};  ///< pod/namespace/name, node/name or external
  std::string node{};    ///< of the client
  std::string name{};    ///< as it was asked for, before the search path was added
  std::vector<DnsQuestion> questions{};
  bool found = false;
  std::string result{};  ///< the addresses, or why there are none
  sim::Time started{};
  sim::Duration took{};
  /// How often it went the same way; the times are those of the last one.
  std::uint32_t count = 1;

  /// The Services that the questions name, as namespace/name: the one that was found, or every one
  /// that was tried.
  std::vector<std::string> services() const;
  /// It went the same way.
  bool is_like(const DnsLookup& other) const;
};

/// True if it was made by the Pod, on the node, or for the Service; or answered by the Pod, or for
/// the Service's cluster IP.
bool concerns(const DnsLookup& lookup, const ObjectRef& object, const World& world);

/// Reads the look-up of `name` out of a request's hops; empty if nothing was asked.
std::optional<DnsLookup> read_lookup(const net::Trace& trace, std::string_view client,
                                     std::string_view name);
/// The Service, as namespace/name, that a name of the cluster belongs to; empty if it has not the
/// form [endpoint.]service.namespace.svc.domain.
std::string service_of_name(std::string_view name);

/// Look-ups lately: those that went the same way are counted, not repeated.
class DnsLog {
 public:
  /// The most different look-ups kept.
  static constexpr std::size_t kMostLookups = 200;

  void add(DnsLookup lookup);
  void clear() { lookups_.clear(); }
  /// The last one to happen is the last.
  const std::deque<DnsLookup>& lookups() const { return lookups_; }

 private:
  std::deque<DnsLookup> lookups_;
};

}  // namespace rockpool::app
