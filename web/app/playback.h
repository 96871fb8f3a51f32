// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "core/sim/time.h"

namespace rockpool::app {

/// How the viewer's time turns into the cluster's: paused, or at a speed from 0.1 to 100.
class Playback {
 public:
  static constexpr double kSlowest = 0.1;
  static constexpr double kFastest = 100;
  /// Speeds offered as marks of the slider.
  static constexpr std::array<double, 7> kMarks{0.1, 0.3, 1, 3, 10, 30, 100};

  bool playing() const { return playing_; }
  void play() { playing_ = true; }
  void pause() { playing_ = false; }
  void toggle() { playing_ = !playing_; }

  double speed() const { return speed_; }
  void set_speed(double speed);
  /// The next mark in that direction, 1 or -1.
  void step_speed(int direction);
  /// The slider's place of a speed, 0 to 1, and back; the scale is logarithmic.
  static double position_of(double speed);
  static double speed_at(double position);

  /// How much of the cluster's time is due after `seconds` of the viewer's. A long gap (a tab that
  /// was hidden, a debugger) is not made up for.
  sim::Duration due(double seconds) const;

 private:
  bool playing_ = true;
  double speed_ = 1;
};

}  // namespace rockpool::app
