// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/client.h"
#include "core/sim/time.h"

namespace rockpool::scenario {

/// One request of some traffic that failed.
struct FailedRequest {
  /// How long after the beginning of the traffic it was made.
  sim::Duration offset{0};
  std::string reason;
  std::string message;
  /// How far it came: `client → 10.96.3.7:80 → node-1 → default/web-abc`.
  std::string way;
  /// Why it failed, in one sentence; empty if that was not asked for.
  std::string explanation;
};

/// Why a request failed, as the cluster explains it.
struct FailureCause {
  /// As `cluster::cause_name` gives it.
  std::string_view name;
  std::string summary;
};

/// True if traffic can be measured by that name; `failures.…`, `statuses.…`, `causes.…` and
/// `bodies.…` go by their prefix.
bool is_metric(std::string_view name);
/// All names, for error messages.
std::string metric_names();
/// Whether what is expected of a measure counts as met when there is nothing to measure: of when
/// requests failed, when none did; but not of how quick answers were, when there were none.
bool holds_for_none(std::string_view metric);

/// What came of the requests of some traffic.
class TrafficStatistics {
 public:
  /// Failures that are kept whole; the rest are only counted.
  static constexpr std::size_t kMaxKeptFailures = 10;

  /// Adds the result of a request made `offset` after the beginning. An answer of status 400 or
  /// more counts as failed for the reason `status_<code>`. `cause`, if known, is why it failed.
  void add(sim::Duration offset, const net::FetchResult& result,
           const std::optional<FailureCause>& cause = {});

  /// A number by its name: a count, a share of 1, or seconds. Empty if there is none: the latency
  /// when no request succeeded, the moment of a failure when none failed; or for a name that means
  /// nothing (see `is_metric`).
  std::optional<double> measure(std::string_view metric) const;
  std::uint64_t requests() const { return latencies_.size() + failures_; }
  const std::vector<FailedRequest>& failed() const { return kept_; }
  /// Answered requests by the Pod (or address) that answered.
  const std::map<std::string, std::uint64_t>& backends() const { return backends_; }
  /// Failed requests by reason.
  const std::map<std::string, std::uint64_t>& reasons() const { return reasons_; }
  std::uint64_t failures() const { return failures_; }

 private:
  std::optional<double> latency(double quantile) const;
  std::optional<double> share(bool largest) const;
  double count_bodies(std::string_view text) const;

  std::uint64_t failures_ = 0;
  // Of the answered ones, in seconds, in order of their end.
  std::vector<double> latencies_;
  std::map<std::string, std::uint64_t> backends_;
  std::map<std::string, std::uint64_t> reasons_;
  std::map<std::string, std::uint64_t, std::less<>> causes_;
  std::map<int, std::uint64_t> statuses_;
  std::map<std::string, std::uint64_t> bodies_;
  std::optional<sim::Duration> first_failure_;
  std::optional<sim::Duration> last_failure_;
  std::vector<FailedRequest> kept_;
};

}  // namespace rockpool::scenario
