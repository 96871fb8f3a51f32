// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/label_place.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace rockpool::app {
namespace {

constexpr Rect kPane{0, 0, 800, 500};
constexpr Point kMark{400, 250};

TEST_CASE("with room around it, a label stands beside its mark, on the side of who asks") {
  const Rect box = place_label(kMark, 150, 24, kPane, {});
  CHECK(box.right() < kMark.x);
  CHECK(box.centre().y == doctest::Approx(kMark.y));
}

TEST_CASE("a label hides no card while there is a free place near its mark") {
  // A Service beside the mark, as a Service without endpoints stands beside the node that refuses.
  const std::vector<Rect> cards{{180, 210, 190, 86}, {415, 120, 300, 90}, {415, 270, 300, 90}};
  const Rect box = place_label(kMark, 150, 24, kPane, cards);
  for (const Rect& card : cards) CHECK_FALSE(box.overlaps(card));
  CHECK(std::abs(box.centre().y - kMark.y) < kLabelReach);
}

TEST_CASE("labels of one mark hide neither each other nor the mark") {
  std::vector<Rect> placed;
  for (int label = 0; label < 4; ++label)
    placed.push_back(place_label(kMark, 150, 24, kPane, placed));
  for (std::size_t one = 0; one < placed.size(); ++one) {
    CHECK_FALSE(placed[one].contains(kMark));
    for (std::size_t other = 0; other < one; ++other)
      CHECK_FALSE(placed[one].overlaps(placed[other]));
  }
}

TEST_CASE("a label stays within the pane, whatever is at its edge") {
  for (const Point mark : {Point{3, 4}, Point{797, 250}, Point{400, 499}}) {
    const Rect box = place_label(mark, 150, 24, kPane, {});
    CHECK(box.x >= kPane.x);
    CHECK(box.y >= kPane.y);
    CHECK(box.right() <= kPane.right());
    CHECK(box.bottom() <= kPane.bottom());
    CHECK_FALSE(box.contains(mark));
  }
}

}  // namespace
}  // namespace rockpool::app
