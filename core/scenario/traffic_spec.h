// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/doc/value.h"
#include "core/net/proxy/mode.h"
#include "core/scenario/comparison.h"
#include "core/sim/time.h"

namespace rockpool::scenario {

/// One thing that a test wants of traffic.
struct Expectation {
  /// A name that `TrafficStatistics::measure` knows: `successRate`, `failures.connection_refused`,
  /// …
  std::string metric;
  Comparison comparison;
  /// Where it stands in the test file.
  int line = 0;
  /// The modes of the proxies in which it is wanted; empty: in all for which nothing else is said
  /// of this measure.
  std::vector<net::proxy::ModeKind> modes = {};
};

/// Who makes requests.
struct Client {
  /// `pod/namespace/name`, `pod/name` (in the test's namespace), `node/name`, `external`; empty
  /// with a selector.
  std::string address = "external";
  /// A Pod by label: the first in order of names. An empty namespace is the test's.
  std::string namespace_;
  std::string selector;

  /// As a report names it.
  const std::string& label() const { return selector.empty() ? address : selector; }
};

/// Requests that a client makes at a steady rate.
struct TrafficSpec {
  Client from;
  std::string url;
  std::string method = "GET";
  /// Requests per second; more than 0 and at most kMaxRate.
  double rate = 10;
  sim::Duration duration = std::chrono::seconds{10};
  /// After how long the client gives up on a request.
  sim::Duration timeout = std::chrono::seconds{5};
  /// Of `https`: takes any certificate, as `curl -k` does.
  bool insecure = false;
  std::vector<Expectation> expectations;

  /// Those that count while proxies work in that mode: what is said of a measure for the mode takes
  /// the place of what is said of it for all.
  std::vector<Expectation> expectations_in(net::proxy::ModeKind mode) const;
};

/// The highest rate, and the most requests, of one traffic operation.
inline constexpr double kMaxRate = 100'000;
inline constexpr double kMaxRequests = 1'000'000;

}  // namespace rockpool::scenario
