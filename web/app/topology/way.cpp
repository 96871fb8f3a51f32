// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/way.h"

#include <algorithm>
#include <cmath>

namespace rockpool::app {
namespace {

// How wide the turns of a lane are.
constexpr float kTurn = 9;

float distance_of(Point a, Point b) {
  return std::hypot(b.x - a.x, b.y - a.y);
}

// Where what leaves a card to the right gets past the Services beyond it: in the nearest gap
// between their rows. Empty if there are none.
std::optional<float> gap_beyond(const TopologyLayout& layout, Point from) {
  constexpr float kHalf = topology::kServiceGap / 2;
  bool blocked = false;
  std::optional<float> best;
  for (const auto& box : layout.services) {
    const Rect& card = box.rect;
    blocked |= card.x >= from.x && card.y - kHalf < from.y && card.bottom() + kHalf > from.y;
    for (const float gap : {card.y - kHalf, card.bottom() + kHalf}) {
      if (!best || std::abs(gap - from.y) < std::abs(*best - from.y)) best = gap;
    }
  }
  return blocked ? best : std::nullopt;
}

}  // namespace

// Out of the card's row into the gap beside or above it, out of its node, and to the lane.
Way::Spur Way::spur_of(const TopologyLayout& layout, const Stop& stop, const Anchor& anchor) {
  Spur spur;
  spur.add(anchor.at);
  Point last = anchor.at;
  const TopologyLayout::NodeBox* box = nullptr;
  if (stop.kind == Stop::Kind::Pod) {
    const Rect& card = layout.pod(stop.slot);
    const Slot home = layout.home[stop.slot];
    box = home == kNoSlot ? &layout.unscheduled : &layout.nodes[home];
    if (card.x > box->rect.x + topology::kNodePadding + 1) {
      const float half = layout.pod_gap / 2;
      spur.add({card.x - half, last.y});
      last.y = card.y - half;
      spur.add({card.x - half, last.y});
    }
  } else if (stop.kind == Stop::Kind::Proxy || stop.kind == Stop::Kind::Node) {
    box = layout.node(stop.slot);
  } else if (layout.tall) {
    // Out of it at the bottom, into the gap to the next row.
    last.y += topology::kServiceGap / 2;
    spur.add(last);
  } else if (const std::optional<float> gap = gap_beyond(layout, anchor.at)) {
    last.x += topology::kServiceGap / 2;
    spur.add(last);
    last.y = *gap;
    spur.add(last);
  }
  // Other nodes are between it and the lane.
  if (box != nullptr && box->rect.x > layout.nodes_left + 1) {
    const float beside = box->rect.x - topology::kNodeGap / 2;
    spur.add({beside, last.y});
    last.y = box->rect.y - topology::kNodeGap / 2;
    spur.add({beside, last.y});
  }
  spur.add({layout.lane, last.y});
  return spur;
}

void Way::add_corner(Point corner) {
  if (count_ > 0 && corners_[count_ - 1] == corner) return;
  distances_[count_] =
      count_ == 0 ? 0 : distances_[count_ - 1] + distance_of(corners_[count_ - 1], corner);
  corners_[count_++] = corner;
}

std::optional<Way> Way::between(const TopologyLayout& layout, const Stop& from, const Stop& to) {
  Way way;
  if (!find_anchor(layout, from, way.from_) || !find_anchor(layout, to, way.to_))
    return std::nullopt;
  if (!layout.has_lanes) return way;
  Spur there = spur_of(layout, from, way.from_);
  Spur back = spur_of(layout, to, way.to_);
  // What both share is no way between them.
  while (there.size() > 1 && back.size() > 1 && there.last() == back.last()) {
    there.drop_last();
    back.drop_last();
  }
  for (std::size_t index = 0; index < there.size(); ++index) way.add_corner(there[index]);
  for (std::size_t index = back.size(); index > 0; --index) way.add_corner(back[index - 1]);
  return way;
}

float Way::length() const {
  return count_ == 0 ? distance_of(from_.at, to_.at) : distances_[count_ - 1];
}

Point Way::at(float t) const {
  return count_ == 0 ? along(from_, to_, t) : along_lanes(t * length());
}

Point Way::along_lanes(float distance) const {
  if (count_ == 1) return corners_[0];
  const auto* const end = distances_.data() + count_;
  const auto found = std::upper_bound(distances_.data() + 1, end - 1, distance);
  const auto next = static_cast<std::size_t>(found - distances_.data());
  const float leg = distances_[next] - distances_[next - 1];
  const float into = distance - distances_[next - 1];
  const Point straight = mix(corners_[next - 1], corners_[next], leg > 0 ? into / leg : 1);
  // The nearer corner of the leg, unless it is an end.
  const std::size_t corner = into < leg / 2 ? next - 1 : next;
  if (corner == 0 || corner + 1 == count_) return straight;
  const float before = distances_[corner] - distances_[corner - 1];
  const float after = distances_[corner + 1] - distances_[corner];
  const float turn = std::min({kTurn, before / 2, after / 2});
  const float off = distance - distances_[corner];
  if (turn <= 0 || std::abs(off) >= turn) return straight;
  const Point start = mix(corners_[corner], corners_[corner - 1], turn / before);
  const Point out = mix(corners_[corner], corners_[corner + 1], turn / after);
  const float t = (off + turn) / (2 * turn);
  return mix(mix(start, corners_[corner], t), mix(corners_[corner], out, t), t);
}

}  // namespace rockpool::app
