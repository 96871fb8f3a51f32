// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "core/cluster/cluster.h"
#include "core/scenario/operations.h"
#include "core/scenario/runner.h"
#include "core/scenario/traffic_spec.h"
#include "core/scenario/traffic_statistics.h"

namespace rockpool::scenario {

/// Traffic under way: one request every 1/rate seconds, each on a connection of its own, whatever becomes of those
/// before it.
class Traffic {
 public:
  /// Begins at the present moment; the error says why there is no such client.
  static std::expected<std::unique_ptr<Traffic>, std::string> start(Cluster& cluster, World& world,
                                                                    const TrafficSpec& spec);

  /// Lets the cluster run until so long after the beginning (or longer, if it has run on already).
  void run_until(sim::Duration offset);
  /// Makes the remaining requests and waits for every answer.
  void finish();

  const TrafficStatistics& statistics() const { return *statistics_; }
  /// Compares what the test expects with what was found.
  std::vector<Measured> measure() const;

 private:
  Traffic(Cluster& cluster, const TrafficSpec& spec);
  sim::Duration offset_of(std::uint64_t request) const;
  void make_request();

  Cluster& cluster_;
  const TrafficSpec& spec_;
  FetchOptions options_;
  sim::Time began_;
  std::uint64_t count_;
  std::uint64_t made_ = 0;
  // Shared with the answers still to come, which may outlive this.
  std::shared_ptr<TrafficStatistics> statistics_ = std::make_shared<TrafficStatistics>();
};

}  // namespace rockpool::scenario
