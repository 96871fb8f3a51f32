// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "core/cluster/cluster.h"
#include "core/sim/time.h"
#include "native/serve/asio.h"

namespace rockpool::native {

/// Lets a cluster's virtual time pass with the wall clock, `speed` times as fast. It sleeps until
/// the cluster's next event, so a cluster where nothing happens costs nothing.
///
/// A cluster that cannot keep up gets slower instead of falling ever further behind.
class ClusterClock {
 public:
  /// Both must outlive this.
  ClusterClock(asio::io_context& context, Cluster& cluster, double speed);

  /// Virtual time starts to pass.
  void start();
  /// Lets virtual time catch up with the wall clock: what is due happens now.
  void catch_up();
  /// How many virtual seconds pass in one.
  double speed() const { return speed_; }
  /// Lets what an input has led to at this moment happen, soon.
  void catch_up_soon();

 private:
  using Wall = std::chrono::steady_clock;

  // The moment of virtual time that belongs to the present one.
  sim::Time present() const;
  void arm();

  // How many events happen before sockets are looked at again.
  static constexpr std::uint64_t kEventsAtOnce = 20'000;
  // How far virtual time may be behind, in wall time, before it is given up to catch up.
  static constexpr std::chrono::milliseconds kMaxLag{500};
  // Sleeps at least so long, so that many small events make one.
  static constexpr std::chrono::milliseconds kShortestSleep{1};
  // Sleeps at most so long: beyond it, Asio's arithmetic would overflow.
  static constexpr std::chrono::hours kLongestSleep{24};

  Cluster& cluster_;
  double speed_;
  asio::steady_timer timer_;
  bool is_posted_ = false;
  Wall::time_point wall_origin_;
  sim::Time virtual_origin_;
};

}  // namespace rockpool::native
