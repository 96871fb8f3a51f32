// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "web/app/model/traffic.h"
#include "web/app/topology/flights.h"
#include "web/app/topology/layout.h"

namespace rockpool::app {

/// The line that a request follows from one stop to the next: a curve; where cards stand beside
/// each other, along the lanes between them, so that they stay readable.
class Way {
 public:
  /// Empty if the layout does not show one of the stops.
  static std::optional<Way> between(const TopologyLayout& layout, const Stop& from, const Stop& to);

  /// The point at `t` of it, from 0 to 1.
  Point at(float t) const;
  /// Its length, in the layout's units; for a curve, that of the straight line.
  float length() const;

 private:
  // Corners of the way from a card to the lane beside everything.
  class Spur {
   public:
    static constexpr std::size_t kMost = 6;
    void add(Point corner) { corners_[size_++] = corner; }
    std::size_t size() const { return size_; }
    Point operator[](std::size_t index) const { return corners_[index]; }
    Point last() const { return corners_[size_ - 1]; }
    void drop_last() { --size_; }

   private:
    std::array<Point, kMost> corners_{};
    std::size_t size_ = 0;
  };

  static Spur spur_of(const TopologyLayout& layout, const Stop& stop, const Anchor& anchor);
  void add_corner(Point corner);
  // The point so far along the corners, which are rounded.
  Point along_lanes(float distance) const;

  // Of a curve; no corners then.
  Anchor from_;
  Anchor to_;
  std::array<Point, 2 * Spur::kMost> corners_{};
  // How far each corner is from the first.
  std::array<float, 2 * Spur::kMost> distances_{};
  std::size_t count_ = 0;
};

}  // namespace rockpool::app
