// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/scenario/result.h"
#include "core/scenario/timeline.h"
#include "core/scenario/traffic_spec.h"
#include "core/scenario/traffic_statistics.h"
#include "core/scenario/world.h"

namespace rockpool::scenario {

/// Traffic under way: one request every 1/rate seconds, each on a connection of its own, whatever
/// becomes of those before it. Flows while the world's time passes.
class Traffic : public Timeline::Actor {
 public:
  /// Begins at the present moment; the error says why there is no such client. World and spec must
  /// outlive it.
  static std::expected<std::unique_ptr<Traffic>, std::string> start(World& world,
                                                                    const TrafficSpec& spec);
  ~Traffic() override { world_.timeline().remove(*this); }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  /// Lets time pass until so long after the beginning, or not at all if that has passed.
  void run_until(sim::Duration offset);
  /// Makes the remaining requests and waits for every answer.
  void finish();

  const TrafficStatistics& statistics() const { return *statistics_; }
  /// Compares what the test expects with what was found.
  std::vector<Measured> measure() const;

  std::optional<sim::Time> next_action() const override;
  void act() override;

 private:
  Traffic(World& world, const TrafficSpec& spec, FetchOptions options);

  World& world_;
  const TrafficSpec& spec_;
  // Shared with the answers still to come, as the statistics are.
  std::shared_ptr<const FetchOptions> options_;
  // Each failure is to be explained, not only those that are kept.
  bool expects_causes_;
  sim::Time began_;
  std::uint64_t count_;
  std::uint64_t made_ = 0;
  // Shared with the answers still to come, which may outlive this.
  std::shared_ptr<TrafficStatistics> statistics_ = std::make_shared<TrafficStatistics>();
};

}  // namespace rockpool::scenario
