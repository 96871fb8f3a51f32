// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "core/cluster/cluster.h"
#include "core/net/observer.h"
#include "core/net/trace.h"
#include "web/app/model/dns_log.h"
#include "web/app/model/traffic.h"

namespace rockpool::app {

/// The places that the hops of a trace passed, in order. What the World does not know is left out.
std::vector<Stop> stops_of(const net::Trace& trace, const World& world);

/// Sees every request of a cluster and keeps those that have finished until they are taken. Hops
/// are recorded for as many as can be shown; the rest are only counted.
class RequestWatcher : public net::Observer {
 public:
  /// The World must outlive the watcher.
  explicit RequestWatcher(const World& world) : world_{world} {}

  /// How many requests may still be traced; set once per frame.
  void allow_traces(int count) { traces_allowed_ = count; }
  /// Requests finished since the last call, oldest first.
  std::vector<RequestSeen> take() { return std::exchange(finished_, {}); }
  /// The look-ups of the requests whose hops were recorded.
  const DnsLog& dns() const { return dns_; }

  bool wants_trace(const net::Host& client, std::string_view host) override;
  void on_finished(const net::RequestSummary& request) override;

 private:
  const World& world_;
  int traces_allowed_ = 0;
  std::vector<RequestSeen> finished_;
  DnsLog dns_;
};

}  // namespace rockpool::app
