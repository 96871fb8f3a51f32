// SPDX-License-Identifier: Apache-2.0
#include "web/app/fingers.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rockpool::app {
namespace {

// Fingers closer than this count as this far apart: the smallest tremble would zoom otherwise.
constexpr float kLeastDistance = 24;

float distance(Point a, Point b) {
  return std::max(kLeastDistance, std::hypot(a.x - b.x, a.y - b.y));
}

// One gesture that does to the picture what the two do in turn.
Pinch joined(const Pinch& first, const Pinch& second) {
  const Point between = second.centre - first.centre;
  const Point torn = second.moved - between;
  const float shrunk = 1 / first.factor;
  return {second.centre, first.moved + between + torn * shrunk, first.factor * second.factor};
}

}  // namespace

Fingers::Finger* Fingers::find(std::int64_t id) {
  const auto found =
      std::find_if(fingers_.begin(), fingers_.end(), [id](const Finger& f) { return f.id == id; });
  return found == fingers_.end() ? nullptr : &*found;
}

void Fingers::down(std::int64_t id, Point at) {
  gather();
  if (fingers_.empty()) pinching_ = false;
  if (Finger* finger = find(id)) {
    *finger = {id, at, at};
  } else {
    fingers_.push_back({id, at, at});
  }
  if (fingers_.size() < 2) return;
  pinching_ = true;
  // The gesture starts from where all of them are now.
  for (Finger& finger : fingers_) finger.seen = finger.now;
}

void Fingers::move(std::int64_t id, Point at) {
  if (Finger* finger = find(id)) finger->now = at;
}

void Fingers::up(std::int64_t id) {
  gather();
  std::erase_if(fingers_, [id](const Finger& finger) { return finger.id == id; });
  for (Finger& finger : fingers_) finger.seen = finger.now;
}

std::optional<Pinch> Fingers::take() {
  gather();
  return std::exchange(gathered_, std::nullopt);
}

void Fingers::gather() {
  if (fingers_.size() < 2) return;
  Finger& a = fingers_[0];
  Finger& b = fingers_[1];
  if (a.now == a.seen && b.now == b.seen) return;
  const Point before = mix(a.seen, b.seen, 0.5f);
  const Point centre = mix(a.now, b.now, 0.5f);
  const Pinch pinch{centre, centre - before, distance(a.now, b.now) / distance(a.seen, b.seen)};
  a.seen = a.now;
  b.seen = b.now;
  gathered_ = gathered_ ? joined(*gathered_, pinch) : pinch;
}

}  // namespace rockpool::app
