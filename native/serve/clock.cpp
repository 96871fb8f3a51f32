// SPDX-License-Identifier: Apache-2.0
#include "native/serve/clock.h"

#include <algorithm>

namespace rockpool::native {

using Nanoseconds = std::chrono::duration<double, std::nano>;

ClusterClock::ClusterClock(asio::io_context& context, Cluster& cluster, double speed)
    : cluster_{cluster}, speed_{speed}, timer_{context} {}

void ClusterClock::start() {
  wall_origin_ = Wall::now();
  virtual_origin_ = cluster_.now();
  arm();
}

sim::Time ClusterClock::present() const {
  const Nanoseconds passed{Wall::now() - wall_origin_};
  return virtual_origin_ + std::chrono::duration_cast<sim::Duration>(passed * speed_);
}

void ClusterClock::catch_up() {
  const sim::Time target = std::max(present(), cluster_.now());
  if (cluster_.run_until(target, kEventsAtOnce)) return arm();
  const Nanoseconds lag{target - cluster_.now()};
  if (lag > Nanoseconds{kMaxLag} * speed_) {
    wall_origin_ = Wall::now();
    virtual_origin_ = cluster_.now();
  }
  catch_up_soon();
}

void ClusterClock::catch_up_soon() {
  if (is_posted_) return;
  is_posted_ = true;
  asio::post(timer_.get_executor(), [this] {
    is_posted_ = false;
    catch_up();
  });
}

void ClusterClock::arm() {
  const auto next = cluster_.loop().next_event_time();
  if (!next) return;
  const Nanoseconds wait{static_cast<double>((*next - virtual_origin_).count()) / speed_};
  const Wall::time_point now = Wall::now();
  const Nanoseconds ahead = std::clamp(wait - Nanoseconds{now - wall_origin_},
                                       Nanoseconds{kShortestSleep}, Nanoseconds{kLongestSleep});
  timer_.expires_at(now + std::chrono::duration_cast<Wall::duration>(ahead));
  timer_.async_wait([this](const error_code& error) {
    if (!error) catch_up();
  });
}

}  // namespace rockpool::native
