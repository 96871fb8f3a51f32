// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/camera.h"

#include <cmath>

namespace rockpool::app {

namespace {
constexpr float kLeastTallPart = 0.72f;
}  // namespace

void Camera::frame(const Rect& bounds, const Rect& area, bool tall, float seconds, bool instant) {
  moving_ = false;
  if (!following_ || bounds.empty() || area.empty()) return;
  const float across = area.w / bounds.w;
  const float whole = std::min(across, area.h / bounds.h);
  // What is tall is made a little smaller to fit, and else scrolled.
  const float wanted = tall ? std::max(whole, std::min(across, 1.0f) * kLeastTallPart) : whole;
  const float zoom = std::clamp(wanted, kLeastZoom, tall ? 1.0f : kMostFitZoom);
  Point origin = area.centre() - bounds.centre() * zoom;
  if (tall && bounds.h * zoom > area.h) origin.y = area.y - bounds.y * zoom;
  const bool arrived = std::abs(zoom - zoom_) < 0.001f * zoom &&
                       std::abs(origin.x - origin_.x) + std::abs(origin.y - origin_.y) < 0.5f;
  if (!placed_ || instant || arrived) {
    zoom_ = zoom;
    // Whole pixels keep text and hairlines crisp.
    origin_ = {std::round(origin.x), std::round(origin.y)};
    placed_ = true;
    return;
  }
  constexpr float kRate = 9;
  const float part = 1.0f - std::exp(-kRate * seconds);
  zoom_ += (zoom - zoom_) * part;
  origin_ = mix(origin_, origin, part);
  moving_ = true;
}

void Camera::pan(Point screen_distance) {
  following_ = false;
  origin_ = origin_ + screen_distance;
}

void Camera::zoom_at(Point screen_point, float factor) {
  following_ = false;
  const float zoom = std::clamp(zoom_ * factor, kLeastZoom, kMostZoom);
  origin_ = screen_point - (screen_point - origin_) * (zoom / zoom_);
  zoom_ = zoom;
}

}  // namespace rockpool::app
