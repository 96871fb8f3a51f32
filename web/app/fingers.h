// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "web/app/geometry.h"

namespace rockpool::app {

/// What two fingers did since the last look: the picture moves and grows between them.
struct Pinch {
  Point centre;      ///< where they are now
  Point moved;       ///< how far their middle has moved
  float factor = 1;  ///< how many times farther apart they are
};

/// Follows the fingers on a screen, in logical pixels. One finger is a mouse; two are a pinch, and
/// whatever the first of them did before is no longer a press.
class Fingers {
 public:
  void down(std::int64_t id, Point at);
  void move(std::int64_t id, Point at);
  void up(std::int64_t id);
  bool any() const { return !fingers_.empty(); }
  /// True from the second finger until the last has left.
  bool pinching() const { return pinching_ && any(); }
  /// What two fingers did since the last call, even if one of them has left since; nothing if they
  /// have not moved.
  std::optional<Pinch> take();

 private:
  struct Finger {
    std::int64_t id;
    Point now;
    Point seen;
  };
  Finger* find(std::int64_t id);
  void gather();

  std::vector<Finger> fingers_;
  std::optional<Pinch> gathered_;
  bool pinching_ = false;
};

}  // namespace rockpool::app
