// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "web/app/widgets/painter.h"

namespace rockpool::app {

/// Numbers that move smoothly to where they should be, by name. Forgets those not asked for.
class Animations {
 public:
  /// The value now of `key`, moving to `target`; starts there. `rate` is how much of the distance
  /// goes per second (12 is quick, 6 calm).
  float approach(std::uint32_t key, float target, float rate);
  /// Starts a frame `seconds` after the last. With `instant`, everything arrives at once.
  void begin(float seconds, bool instant);
  /// True if something asked for in this frame has not arrived.
  bool moving() const { return moving_; }

 private:
  struct Value {
    float now;
    std::uint64_t frame;
  };
  std::unordered_map<std::uint32_t, Value> values_;
  std::uint64_t frame_ = 0;
  float seconds_ = 0;
  bool instant_ = false;
  bool moving_ = false;
};

/// Where widgets are on the screen, by id, for tests that click with a real mouse and for the
/// page's description of itself. Collects only while asked to.
class WidgetMap {
 public:
  struct Entry {
    std::string id;
    Rect rect;
    std::string text;
  };
  void start() {
    recording_ = true;
    entries_.clear();
  }
  void stop() { recording_ = false; }
  bool recording() const { return recording_; }
  /// Notes a widget; `text` is what it shows.
  void add(std::string_view id, const Rect& rect, std::string_view text = {}) {
    if (recording_) entries_.push_back({std::string{id}, rect, std::string{text}});
  }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  bool recording_ = false;
  std::vector<Entry> entries_;
};

/// What every view gets to draw one frame with.
struct Ui {
  const Theme& theme;
  const Fonts& fonts;
  Animations& animations;
  WidgetMap& widgets;
  /// The size of a device pixel in logical ones.
  float pixel = 1;
  /// Seconds since the last frame, and since the start.
  float seconds = 0;
  double time = 0;
  /// The reader asked for less motion: states change at once, nothing flies.
  bool reduced_motion = false;
  /// Fingers need larger targets than a mouse.
  bool touch = false;
  /// Set by a view that will look different in the next frame without any input.
  bool moving = false;

  /// A painter on the window being drawn.
  Painter painter() const;
  /// A painter above all windows.
  Painter overlay() const;
};

/// A stable number for a name.
std::uint32_t key_of(std::string_view name);
/// The same with a part of it, e.g. a row of a table.
std::uint32_t key_of(std::string_view name, std::uint64_t part);

}  // namespace rockpool::app
