// SPDX-License-Identifier: Apache-2.0
#include "web/app/playback.h"

#include <algorithm>
#include <cmath>

namespace rockpool::app {

void Playback::set_speed(double speed) {
  speed_ = std::clamp(speed, kSlowest, kFastest);
}

void Playback::step_speed(int direction) {
  constexpr double kNear = 1.001;
  if (direction > 0) {
    const auto next = std::find_if(kMarks.begin(), kMarks.end(),
                                   [this](double mark) { return mark > speed_ * kNear; });
    if (next != kMarks.end()) speed_ = *next;
  } else {
    const auto next = std::find_if(kMarks.rbegin(), kMarks.rend(),
                                   [this](double mark) { return mark * kNear < speed_; });
    if (next != kMarks.rend()) speed_ = *next;
  }
}

double Playback::position_of(double speed) {
  return std::log(speed / kSlowest) / std::log(kFastest / kSlowest);
}

double Playback::speed_at(double position) {
  const double speed = kSlowest * std::pow(kFastest / kSlowest, position);
  // Two digits are enough, and 1 is exactly 1.
  const double unit = std::pow(10.0, std::floor(std::log10(speed)) - 1);
  return std::clamp(std::round(speed / unit) * unit, kSlowest, kFastest);
}

sim::Duration Playback::due(double seconds) const {
  constexpr double kLongestGap = 0.25;
  if (!playing_) return sim::Duration{0};
  const double span = std::clamp(seconds, 0.0, kLongestGap) * speed_;
  return std::chrono::duration_cast<sim::Duration>(std::chrono::duration<double>(span));
}

}  // namespace rockpool::app
