// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/world.h"

#include <algorithm>

namespace rockpool::app {

std::string_view health_name(Health health) {
  switch (health) {
    case Health::Ready:
      return "ready";
    case Health::NotReady:
      return "not ready";
    case Health::Starting:
      return "starting";
    case Health::Waiting:
      return "waiting";
    case Health::Failing:
      return "failing";
    case Health::Leaving:
      return "terminating";
    case Health::Finished:
      return "finished";
    case Health::Stopped:
      return "stopped";
  }
  return "";
}

void World::clear() {
  pods.clear();
  nodes.clear();
  services.clear();
  events.clear();
  ++structure;
  ++changes;
}

void World::add_event(EventItem event) {
  const auto same = [&event](const EventItem& other) {
    return other.about == event.about && other.reason == event.reason &&
           other.message == event.message;
  };
  // A repetition is nearly always of something recent.
  constexpr std::ptrdiff_t kLookBack = 200;
  const auto from = events.rbegin();
  const auto to = from + std::min<std::ptrdiff_t>(kLookBack, std::distance(from, events.rend()));
  const auto found = std::find_if(from, to, same);
  if (found != to) events.erase(std::next(found).base());
  events.push_back(std::move(event));
  if (events.size() > kMostEvents) events.pop_front();
  ++changes;
}

}  // namespace rockpool::app
