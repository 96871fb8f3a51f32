// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "web/app/geometry.h"
#include "web/app/model/traffic.h"
#include "web/app/topology/layout.h"

namespace rockpool::app {

/// One request being shown on its way. A real one takes a millisecond; here it takes about a second
/// of the viewer's time, whatever the speed of the cluster's clock.
struct Flight {
  std::vector<Stop> stops;
  /// When it passes each stop, in seconds from its start; the way back follows with the same pace.
  std::vector<float> times;
  /// The length of the way there, the wait for the answer included, and of all.
  float there = 0;
  float total = 0;
  float age = 0;
  bool ok = true;
  /// A policy dropped it: nobody said no, and nobody heard it.
  bool dropped = false;
  /// Why it stopped.
  std::string reason;
  // For who points at it.
  FailedRequestRef failed;
  std::string url;
  std::string result;
  /// What it really took, in seconds.
  double latency = 0;
};

/// The way a request has taken, shown for a while instead of the request itself where nothing may
/// fly.
struct Route {
  Flight flight;
  float age = 0;
};

/// A failure that stays readable for a while where it happened; the same one again only counts up.
struct FailureMark {
  Stop place;
  std::string reason;
  bool dropped = false;
  int count = 1;
  float age = 0;
  /// The last of them.
  FailedRequestRef failed;
};

/// Chooses which requests are shown, and moves them.
class Flights {
 public:
  /// No more than this are under way at once: a crowd shows nothing.
  static constexpr std::size_t kMostFlights = 90;
  /// How long a failure's reason stays, in seconds.
  static constexpr float kMarkSeconds = 2.6f;
  /// How many routes are shown at most, and for how long.
  static constexpr std::size_t kMostRoutes = 6;
  static constexpr float kRouteSeconds = 1.5f;

  /// Takes a finished request to show, or drops it if there are enough. Failures come first.
  void add(const RequestSeen& request);
  /// Moves everything by `seconds` of the viewer's time. With `still`, nothing flies: routes are
  /// shown instead, and failures appear where they happened at once.
  void advance(float seconds, bool still);
  void clear();

  const std::vector<Flight>& flights() const { return flights_; }
  const std::vector<FailureMark>& marks() const { return marks_; }
  /// A mark at which somebody looks stays.
  void keep_mark(std::size_t index);
  /// Newest last.
  const std::vector<Route>& routes() const { return routes_; }
  bool any() const { return !flights_.empty() || !marks_.empty(); }
  /// How many requests of the last few were left out for each one shown; 0 if none.
  int left_out_per_shown() const;

 private:
  void mark(const Flight& flight);
  void turn_into_routes(float seconds);

  std::vector<Flight> flights_;
  std::vector<FailureMark> marks_;
  std::vector<Route> routes_;
  // New flights per second, so that a burst does not fill the sky at once.
  float allowance_ = 8;
  float shown_lately_ = 0;
  float dropped_lately_ = 0;
};

/// Where a flight is: between two of its stops, `t` from 0 to 1 along.
struct FlightPlace {
  std::size_t from = 0;
  std::size_t to = 0;
  float t = 0;
  /// The answer is coming back, or the request has stopped at the last stop.
  bool returning = false;
  bool stopped = false;
};
FlightPlace place_of(const Flight& flight);
/// The same at an earlier moment of the flight, for its tail.
FlightPlace place_at(const Flight& flight, float age);

/// Where requests touch a card, and in which direction (of length 1) they leave it.
struct Anchor {
  Point at;
  Point out;
  /// How far the curve is drawn in that direction at most.
  float most_bend = 160;
};
/// The anchor of a stop; false if the layout does not show it.
bool find_anchor(const TopologyLayout& layout, const Stop& stop, Anchor& result);
Anchor pod_anchor(const Rect& card, bool tall);
Anchor service_anchor(const Rect& card, bool tall);

/// The two inner control points of the curve from one anchor to another.
struct CurveControls {
  Point from;
  Point to;
};
CurveControls controls_of(const Anchor& from, const Anchor& to);
/// A point of that curve.
Point along(const Anchor& from, const Anchor& to, float t);

}  // namespace rockpool::app
