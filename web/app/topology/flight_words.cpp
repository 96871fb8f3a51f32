// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/flight_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "web/app/format.h"

namespace rockpool::app {
namespace {

// Where it was addressed: the Service, or what it reached without one.
const Stop& goal_of(const Flight& flight) {
  const auto service = std::find_if(flight.stops.begin(), flight.stops.end(), [](const Stop& stop) {
    return stop.kind == Stop::Kind::Service && !stop.dns;
  });
  return service != flight.stops.end() ? *service : flight.stops.back();
}

std::string now_words(const Flight& flight, const FlightPlace& place, const World& world) {
  const Stop& next = flight.stops[place.to];
  if (place.stopped) {
    return fmt::format("Failed at {}: {}", stop_words(next, world), flight.reason);
  }
  if (place.returning) return fmt::format("The answer is on its way back: {}", flight.result);
  if (place.from == place.to) return fmt::format("Being answered by {}", stop_words(next, world));
  const Stop& last = flight.stops[place.from];
  if (last.dns && next.kind == Stop::Kind::Pod && last.kind == Stop::Kind::Service)
    return fmt::format("The name is being looked up: {} was chosen", stop_words(next, world));
  if (last.dns && next.dns) return "The address of the name comes back";
  if (next.dns) return fmt::format("The name is being looked up at {}", stop_words(next, world));
  if (last.kind == Stop::Kind::Proxy && next.kind == Stop::Kind::Pod) {
    return fmt::format("{} has chosen {}", stop_words(last, world), stop_words(next, world));
  }
  return fmt::format("On its way to {}", stop_words(next, world));
}

// What is known once the look-up is behind it.
std::string look_up_words(const Flight& flight, const FlightPlace& place, const World& world) {
  for (std::size_t at = 0; at < std::min(place.from, flight.stops.size()); ++at) {
    const Stop& stop = flight.stops[at];
    if (stop.dns && stop.kind == Stop::Kind::Pod && at > 0 && flight.stops[at - 1].dns)
      return fmt::format("Its name was found by {}", stop_words(stop, world));
  }
  return {};
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

}  // namespace

std::string stop_words(const Stop& stop, const World& world) {
  switch (stop.kind) {
    case Stop::Kind::Outside:
      return "outside";
    case Stop::Kind::Pod:
      if (const PodItem* pod = world.pods.get(stop.slot))
        return fmt::format("Pod {}/{}", pod->ns, pod->name);
      return "a Pod that is gone";
    case Stop::Kind::Service:
      if (const ServiceItem* service = world.services.get(stop.slot))
        return fmt::format("Service {}/{}", service->ns, service->name);
      return "a Service that is gone";
    case Stop::Kind::Proxy:
    case Stop::Kind::Node:
      if (const NodeItem* node = world.nodes.get(stop.slot))
        return stop.kind == Stop::Kind::Node ? node->name
                                             : fmt::format("the proxy of {}", node->name);
      return "a node that is gone";
  }
  return {};
}

std::vector<std::string> flight_words(const Flight& flight, const World& world) {
  const FlightPlace place = place_of(flight);
  std::vector<std::string> lines{
      fmt::format("GET {}", flight.url),
      fmt::format("From {} to {}", stop_words(flight.stops.front(), world),
                  stop_words(goal_of(flight), world))};
  if (std::string looked_up = look_up_words(flight, place, world); !looked_up.empty())
    lines.push_back(std::move(looked_up));
  lines.push_back(capital(now_words(flight, place, world)));
  if (place.returning || place.stopped)
    lines.push_back(fmt::format("It took {} of the cluster's time", latency_text(flight.latency)));
  return lines;
}

}  // namespace rockpool::app
