// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/flights.h"

#include <doctest/doctest.h>

namespace rockpool::app {
namespace {

RequestSeen make_request(bool ok) {
  RequestSeen request;
  request.stops = {{Stop::Kind::Pod, 0, false},
                   {Stop::Kind::Service, 0, false},
                   {Stop::Kind::Proxy, 0, false},
                   {Stop::Kind::Pod, 1, false}};
  request.ok = ok;
  request.result = ok ? "200 OK" : "connection refused";
  return request;
}

TEST_CASE("a request passes its stops in order, comes back, and is gone") {
  Flights flights;
  flights.add(make_request(true));
  REQUIRE(flights.flights().size() == 1);
  std::size_t farthest = 0;
  bool returned = false;
  for (int frame = 0; frame < 600 && !flights.flights().empty(); ++frame) {
    const FlightPlace place = place_of(flights.flights().front());
    if (!place.returning) {
      CHECK(place.from >= farthest);
      farthest = std::max(farthest, place.from);
    }
    returned = returned || place.returning;
    flights.advance(1.0f / 60, false);
  }
  CHECK(farthest == 3);
  CHECK(returned);
  CHECK(flights.flights().empty());
  CHECK(flights.marks().empty());
}

TEST_CASE("a failure stops where it failed and says why; the same again counts up") {
  Flights flights;
  flights.add(make_request(false));
  flights.add(make_request(false));
  for (int frame = 0; frame < 90; ++frame) flights.advance(1.0f / 60, false);
  REQUIRE(flights.marks().size() == 1);
  CHECK(flights.marks()[0].reason == "connection refused");
  CHECK(flights.marks()[0].place == Stop{Stop::Kind::Pod, 1, false});
  CHECK(flights.marks()[0].count == 2);
  for (int frame = 0; frame < 300; ++frame) flights.advance(1.0f / 60, false);
  CHECK_FALSE(flights.any());
}

TEST_CASE("a stopped clock stops everything on its way") {
  Flights flights;
  flights.add(make_request(true));
  flights.advance(0.3f, false);
  const float age = flights.flights()[0].age;
  flights.advance(0, false);
  CHECK(flights.flights()[0].age == age);
}

TEST_CASE("only so many requests are shown, and the rest is admitted") {
  Flights flights;
  for (int count = 0; count < 1000; ++count) flights.add(make_request(true));
  CHECK(flights.flights().size() <= Flights::kMostFlights);
  CHECK(flights.left_out_per_shown() > 10);
}

TEST_CASE("without motion nothing flies, but failures are still named") {
  Flights flights;
  flights.add(make_request(true));
  flights.add(make_request(false));
  flights.advance(1.0f / 60, true);
  CHECK(flights.flights().empty());
  CHECK(flights.marks().size() == 1);
}

TEST_CASE("without motion the ways of the last requests are shown for a while") {
  Flights flights;
  for (int count = 0; count < 20; ++count) flights.add(make_request(true));
  flights.advance(0.25f, true);
  CHECK(flights.routes().size() == Flights::kMostRoutes);
  flights.advance(0, true);
  CHECK(flights.routes().size() == Flights::kMostRoutes);
  flights.advance(Flights::kRouteSeconds + 0.1f, true);
  CHECK(flights.routes().empty());
}

TEST_CASE("a curve starts and ends at its anchors and leaves them in their direction") {
  const Anchor from{{0, 0}, {1, 0}};
  const Anchor to{{100, 50}, {-1, 0}};
  CHECK(along(from, to, 0) == Point{0, 0});
  CHECK(along(from, to, 1) == Point{100, 50});
  const Point soon = along(from, to, 0.02f);
  CHECK(soon.x > 10 * soon.y);
}

}  // namespace
}  // namespace rockpool::app
