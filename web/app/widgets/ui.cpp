// SPDX-License-Identifier: Apache-2.0
#include "web/app/widgets/ui.h"

#include <imgui.h>

#include <cmath>

namespace rockpool::app {

float Animations::approach(std::uint32_t key, float target, float rate) {
  // Closer than this, nobody sees a difference.
  constexpr float kArrived = 0.002f;
  const auto [place, fresh] = values_.try_emplace(key, Value{target, frame_});
  Value& value = place->second;
  // A value that was not shown in the last frame does not slide in from where it once was.
  if (fresh || value.frame + 1 < frame_ || instant_) value.now = target;
  value.frame = frame_;
  if (value.now != target) {
    value.now += (target - value.now) * (1.0f - std::exp(-rate * seconds_));
    if (std::abs(target - value.now) <= kArrived * std::max(1.0f, std::abs(target))) {
      value.now = target;
    } else {
      moving_ = true;
    }
  }
  return value.now;
}

void Animations::begin(float seconds, bool instant) {
  constexpr std::uint64_t kSweepEvery = 600;
  ++frame_;
  seconds_ = seconds;
  instant_ = instant;
  moving_ = false;
  if (frame_ % kSweepEvery == 0) {
    std::erase_if(values_, [this](const auto& entry) { return entry.second.frame + 1 < frame_; });
  }
}

Painter Ui::painter() const {
  return {*ImGui::GetWindowDrawList(), fonts, pixel};
}
Painter Ui::overlay() const {
  return {*ImGui::GetForegroundDrawList(), fonts, pixel};
}

std::uint32_t key_of(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (const char letter : name) hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619u;
  return hash;
}

std::uint32_t key_of(std::string_view name, std::uint64_t part) {
  std::uint32_t hash = key_of(name);
  for (int shift = 0; shift < 64; shift += 8) {
    hash = (hash ^ static_cast<std::uint32_t>((part >> shift) & 0xFFu)) * 16777619u;
  }
  return hash;
}

}  // namespace rockpool::app
