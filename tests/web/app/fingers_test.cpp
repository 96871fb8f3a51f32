// SPDX-License-Identifier: Apache-2.0
#include "web/app/fingers.h"

#include <doctest/doctest.h>

using namespace rockpool::app;

TEST_CASE("one finger is no pinch") {
  Fingers fingers;
  fingers.down(1, {100, 100});
  fingers.move(1, {180, 100});
  CHECK(fingers.any());
  CHECK(!fingers.pinching());
  CHECK(!fingers.take());
}

TEST_CASE("two fingers that part enlarge what is between them") {
  Fingers fingers;
  fingers.down(1, {100, 100});
  fingers.down(2, {200, 100});
  CHECK(fingers.pinching());
  CHECK(!fingers.take());
  fingers.move(1, {50, 100});
  fingers.move(2, {250, 100});
  const auto pinch = fingers.take();
  REQUIRE(pinch);
  CHECK(pinch->factor == doctest::Approx(2));
  CHECK(pinch->centre == Point{150, 100});
  CHECK(pinch->moved == Point{0, 0});
  CHECK(!fingers.take());
}

TEST_CASE("two fingers that go together move it") {
  Fingers fingers;
  fingers.down(7, {100, 100});
  fingers.down(9, {200, 100});
  fingers.move(7, {110, 130});
  fingers.move(9, {210, 130});
  const auto pinch = fingers.take();
  REQUIRE(pinch);
  CHECK(pinch->factor == doctest::Approx(1));
  CHECK(pinch->moved == Point{10, 30});
}

TEST_CASE("the finger that stays is not a press, until it has left too") {
  Fingers fingers;
  fingers.down(1, {100, 100});
  fingers.down(2, {200, 100});
  fingers.up(2);
  fingers.move(1, {150, 150});
  CHECK(fingers.pinching());
  CHECK(!fingers.take());
  fingers.up(1);
  CHECK(!fingers.pinching());
  fingers.down(1, {100, 100});
  CHECK(!fingers.pinching());
}

TEST_CASE("a finger put down again does not tear the picture along") {
  Fingers fingers;
  fingers.down(1, {100, 100});
  fingers.down(2, {200, 100});
  fingers.up(1);
  fingers.move(2, {400, 100});
  fingers.down(1, {300, 100});
  CHECK(!fingers.take());
}

TEST_CASE("what two fingers did before they left counts, though nobody looked in between") {
  Fingers fingers;
  fingers.down(1, {100, 100});
  fingers.down(2, {200, 100});
  fingers.move(1, {50, 100});
  fingers.move(2, {250, 100});
  fingers.up(1);
  fingers.up(2);
  const auto pinch = fingers.take();
  REQUIRE(pinch);
  CHECK(pinch->factor == doctest::Approx(2));
  CHECK(pinch->centre == Point{150, 100});
  CHECK(!fingers.take());
}

TEST_CASE(
    "two gestures between two looks do to the picture what each would have done in its turn") {
  struct Picture {
    Point at{10, 20};
    void follow(const std::optional<Pinch>& pinch) {
      REQUIRE(pinch);
      at = pinch->centre + (at + pinch->moved - pinch->centre) * pinch->factor;
    }
  };
  const auto first = [](Fingers& fingers) {
    fingers.down(1, {100, 100});
    fingers.down(2, {200, 100});
    fingers.move(2, {320, 140});
    fingers.up(2);
  };
  const auto second = [](Fingers& fingers) {
    fingers.down(3, {100, 300});
    fingers.move(3, {130, 250});
    fingers.up(3);
  };
  Fingers looked_at;
  Picture in_turn;
  first(looked_at);
  in_turn.follow(looked_at.take());
  second(looked_at);
  in_turn.follow(looked_at.take());
  Fingers unseen;
  Picture at_once;
  first(unseen);
  second(unseen);
  at_once.follow(unseen.take());
  CHECK(at_once.at.x == doctest::Approx(in_turn.at.x));
  CHECK(at_once.at.y == doctest::Approx(in_turn.at.y));
}
