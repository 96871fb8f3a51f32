// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/flights.h"

#include <algorithm>
#include <cmath>

namespace rockpool::app {
namespace {

constexpr float kLegSeconds = 0.34f;
constexpr float kDnsLegSeconds = 0.20f;
// How long the server is seen to think.
constexpr float kPauseSeconds = 0.10f;
// The way back is quicker: the eye knows it by then.
constexpr float kBackPace = 0.75f;
// How long a failed request stays where it stopped.
constexpr float kStoppedSeconds = 0.9f;
constexpr float kMostNewPerSecond = 26;
constexpr float kMostBurst = 10;

float eased(float t) {
  return t * t * (3 - 2 * t);
}

FlightPlace on_the_way(const Flight& flight, float at) {
  const auto next = std::upper_bound(flight.times.begin(), flight.times.end(), at);
  if (next == flight.times.end()) {
    const std::size_t last = flight.stops.size() - 1;
    return {last, last, 1, false, false};
  }
  const auto to = static_cast<std::size_t>(next - flight.times.begin());
  const float from_time = flight.times[to - 1];
  return {to - 1, to, eased((at - from_time) / std::max(0.001f, *next - from_time)), false, false};
}

}  // namespace

void Flights::add(const RequestSeen& request) {
  // What may not even leave its client fails there.
  const bool known = request.stops.size() >= 2 || (!request.ok && !request.stops.empty());
  const bool room = known && flights_.size() < kMostFlights && (allowance_ >= 1 || !request.ok);
  if (!room) {
    dropped_lately_ += 1;
    return;
  }
  allowance_ -= 1;
  shown_lately_ += 1;
  Flight flight;
  flight.stops = request.stops;
  flight.ok = request.ok;
  flight.dropped = !request.dropped.empty();
  flight.reason = request.ok ? std::string{} : request.result;
  flight.failed = request.failure;
  flight.url = request.url;
  flight.result = request.result;
  flight.latency = std::chrono::duration<double>{request.finished - request.started}.count();
  float at = 0;
  flight.times.push_back(0);
  for (std::size_t index = 1; index < flight.stops.size(); ++index) {
    const bool dns = flight.stops[index].dns || flight.stops[index - 1].dns;
    at += dns ? kDnsLegSeconds : kLegSeconds;
    flight.times.push_back(at);
  }
  flight.there = at + kPauseSeconds;
  // The look-up has come back before the request starts: only the request itself returns.
  float first_own = 0;
  for (std::size_t index = 0; index < flight.stops.size(); ++index) {
    if (flight.stops[index].dns)
      first_own = flight.times[std::min(index + 1, flight.times.size() - 1)];
  }
  flight.total =
      flight.ok ? flight.there + (at - first_own) * kBackPace : flight.there + kStoppedSeconds;
  flights_.push_back(std::move(flight));
}

void Flights::advance(float seconds, bool still) {
  allowance_ = std::min(kMostBurst, allowance_ + seconds * kMostNewPerSecond);
  const float forget = std::exp(-seconds / 2);
  shown_lately_ *= forget;
  dropped_lately_ *= forget;
  for (FailureMark& mark : marks_) mark.age += seconds;
  std::erase_if(marks_, [](const FailureMark& mark) { return mark.age > kMarkSeconds; });
  if (still) return turn_into_routes(seconds);
  routes_.clear();
  for (Flight& flight : flights_) {
    const bool was_there = flight.age >= flight.there;
    flight.age += seconds;
    if (!flight.ok && !was_there && flight.age >= flight.there) mark(flight);
  }
  std::erase_if(flights_, [](const Flight& flight) { return flight.age >= flight.total; });
}

void Flights::turn_into_routes(float seconds) {
  for (Route& route : routes_) route.age += seconds;
  for (Flight& flight : flights_) {
    if (!flight.ok) mark(flight);
    flight.age = flight.total;
    routes_.push_back({std::move(flight), 0});
  }
  flights_.clear();
  const std::size_t excess = routes_.size() - std::min(routes_.size(), kMostRoutes);
  routes_.erase(routes_.begin(), routes_.begin() + static_cast<std::ptrdiff_t>(excess));
  std::erase_if(routes_, [](const Route& route) { return route.age > kRouteSeconds; });
}

void Flights::clear() {
  routes_.clear();
  flights_.clear();
  marks_.clear();
  shown_lately_ = 0;
  dropped_lately_ = 0;
}

void Flights::mark(const Flight& flight) {
  const Stop& place = flight.stops.back();
  const auto same = std::find_if(marks_.begin(), marks_.end(), [&](const FailureMark& candidate) {
    return candidate.place == place && candidate.reason == flight.reason;
  });
  if (same == marks_.end()) {
    marks_.push_back({place, flight.reason, flight.dropped, 1, 0, flight.failed});
  } else {
    ++same->count;
    same->age = 0;
    if (flight.failed != nullptr) same->failed = flight.failed;
  }
}

void Flights::keep_mark(std::size_t index) {
  constexpr float kGrown = 0.5f;
  if (index < marks_.size()) marks_[index].age = std::min(marks_[index].age, kGrown);
}

int Flights::left_out_per_shown() const {
  if (dropped_lately_ < 1) return 0;
  return static_cast<int>(std::lround(dropped_lately_ / std::max(1.0f, shown_lately_)));
}

FlightPlace place_at(const Flight& flight, float age) {
  const float at = std::clamp(age, 0.0f, flight.total);
  const float arrived = flight.times.back();
  if (at <= arrived) return on_the_way(flight, at);
  const std::size_t last = flight.stops.size() - 1;
  if (!flight.ok) return {last, last, 1, false, true};
  if (at <= flight.there) return {last, last, 1, false, false};
  const float back = arrived - (at - flight.there) / kBackPace;
  FlightPlace place = on_the_way(flight, std::max(0.0f, back));
  place.returning = true;
  return place;
}

FlightPlace place_of(const Flight& flight) {
  return place_at(flight, flight.age);
}

Anchor pod_anchor(const Rect& card, bool tall) {
  // Beside the cards of a tall pane there is little room.
  constexpr float kTallBend = 30;
  Anchor anchor{{card.x, card.centre().y}, {-1, 0}};
  if (tall) anchor.most_bend = kTallBend;
  return anchor;
}

Anchor service_anchor(const Rect& card, bool tall) {
  return tall ? Anchor{{card.centre().x, card.bottom()}, {0, 1}}
              : Anchor{{card.right(), card.centre().y}, {1, 0}};
}

bool find_anchor(const TopologyLayout& layout, const Stop& stop, Anchor& result) {
  switch (stop.kind) {
    case Stop::Kind::Outside:
      result = layout.outside.empty()
                   ? Anchor{{layout.bounds.x - 30, layout.bounds.centre().y}, {1, 0}}
                   : service_anchor(layout.outside, layout.tall);
      return true;
    case Stop::Kind::Pod: {
      const Rect& rect = layout.pod(stop.slot);
      result = pod_anchor(rect, layout.tall);
      return !rect.empty();
    }
    case Stop::Kind::Service: {
      const Rect rect = layout.service(stop.slot);
      result = service_anchor(rect, layout.tall);
      return !rect.empty();
    }
    case Stop::Kind::Proxy:
    case Stop::Kind::Node: {
      const TopologyLayout::NodeBox* box = layout.node(stop.slot);
      if (box == nullptr) return false;
      result = pod_anchor(box->proxy, layout.tall);
      return true;
    }
  }
  return false;
}

CurveControls controls_of(const Anchor& from, const Anchor& to) {
  constexpr float kBend = 0.42f;
  const float distance = std::hypot(to.at.x - from.at.x, to.at.y - from.at.y);
  const float reach = distance * kBend;
  return {from.at + from.out * std::min(reach, from.most_bend),
          to.at + to.out * std::min(reach, to.most_bend)};
}

Point along(const Anchor& from, const Anchor& to, float t) {
  const CurveControls inner = controls_of(from, to);
  const Point ab = mix(from.at, inner.from, t);
  const Point bc = mix(inner.from, inner.to, t);
  const Point cd = mix(inner.to, to.at, t);
  return mix(mix(ab, bc, t), mix(bc, cd, t), t);
}

}  // namespace rockpool::app
