// SPDX-License-Identifier: Apache-2.0
// The moving part of the topology: links, requests on their way, and where they failed.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "web/app/topology/flight_words.h"
#include "web/app/topology/label_place.h"
#include "web/app/topology/view.h"
#include "web/app/topology/way.h"
#include "web/app/widgets/controls.h"

namespace rockpool::app {
namespace {

// More ready Pods than this are linked by node, not one by one.
constexpr std::size_t kMostLinks = 24;
constexpr float kLabelHeight = 24;
constexpr float kLeastFullScale = 0.6f;

void draw_link(const Painter& painter, const Anchor& from, const Anchor& to, Colour colour,
               float width) {
  const CurveControls inner = controls_of(from, to);
  painter.curve(from.at, inner.from, inner.to, to.at, colour, width);
}

/// Where a flight is at each moment; the way between two stops is found once.
class FlightPath {
 public:
  FlightPath(const TopologyLayout& layout, const Flight& flight)
      : layout_{layout}, flight_{flight} {}

  /// Empty if the layout does not show it there.
  std::optional<Point> at(const FlightPlace& place) {
    if (from_ != place.from || to_ != place.to) {
      from_ = place.from;
      to_ = place.to;
      way_ = Way::between(layout_, flight_.stops[from_], flight_.stops[to_]);
    }
    if (!way_) return std::nullopt;
    return way_->at(place.t);
  }

 private:
  const TopologyLayout& layout_;
  const Flight& flight_;
  std::size_t from_ = SIZE_MAX;
  std::size_t to_ = SIZE_MAX;
  std::optional<Way> way_;
};

void draw_way(const Painter& painter, const Way& way, Colour colour, float width) {
  constexpr float kStep = 5;
  const int steps = std::max(24, static_cast<int>(way.length() / kStep));
  Point last = way.at(0);
  for (int step = 1; step <= steps; ++step) {
    const Point next = way.at(static_cast<float>(step) / static_cast<float>(steps));
    painter.line(last, next, colour, width);
    last = next;
  }
}

bool is_dns_leg(const Flight& flight, const FlightPlace& place) {
  return flight.stops[place.to].dns || (flight.stops[place.from].dns && place.from != place.to);
}

// A cross where somebody said no; a bar where a policy let nothing through.
void draw_failure_sign(const Painter& painter, Point at, float arm, bool dropped, Colour colour,
                       float width) {
  if (dropped) {
    painter.line(at - Point{arm * 1.3f, 0}, at + Point{arm * 1.3f, 0}, colour, width * 1.4f);
    return;
  }
  painter.line(at - Point{arm, arm}, at + Point{arm, arm}, colour, width);
  painter.line(at + Point{-arm, arm}, at + Point{arm, -arm}, colour, width);
}

}  // namespace

void TopologyView::draw_service_links(const Ui& ui, const Painter& painter,
                                      const ServiceItem& service, const Rect& card, bool strong,
                                      float presence) const {
  const Colour colour =
      strong ? faded(ui.theme.accent, 0.75f)
             : faded(ui.theme.border_strong, (ui.theme.dark ? 0.75f : 0.9f) * presence);
  const float width = strong ? 1.6f : 1.1f;
  const Anchor from = service_anchor(card, layout_.tall);
  if (service.ready.size() <= kMostLinks) {
    for (const Slot pod : service.ready) {
      if (pod < shapes_.size() && !layout_.pod(pod).empty()) {
        draw_link(painter, from, pod_anchor(shapes_[pod].rect, layout_.tall), colour, width);
      }
    }
    return;
  }
  std::vector<std::size_t> counts(layout_.nodes.size());
  for (const Slot pod : service.ready) {
    const Slot home = pod < layout_.home.size() ? layout_.home[pod] : kNoSlot;
    if (home != kNoSlot) ++counts[home];
  }
  for (std::size_t at = 0; at < counts.size(); ++at) {
    if (counts[at] == 0) continue;
    const TopologyLayout::NodeBox& box = layout_.nodes[at];
    const Rect head{box.rect.x, box.rect.y, box.rect.w, topology::kNodeHead};
    draw_link(painter, from, pod_anchor(head, layout_.tall), colour,
              strong ? width * (1.0f + std::log2(static_cast<float>(counts[at])) * 0.5f) : width);
  }
}

void TopologyView::draw_links(const Ui& ui, const Painter& painter, const Desk& desk,
                              LinkPass pass) const {
  // With many Services only the chosen one's links say anything.
  constexpr std::size_t kMostLinkedServices = 40;
  // More links than this grow paler, so that together they are no wall.
  constexpr float kMostPlainLinks = 40;
  constexpr float kLeastPresence = 0.16f;
  constexpr float kBesideChosen = 0.45f;
  const World& world = desk.session.world();
  std::size_t links = 0;
  bool any_strong = false;
  for (const auto& box : layout_.services) {
    const ServiceItem* service = world.services.get(box.service);
    if (service == nullptr) continue;
    const std::size_t ready = service->ready.size();
    links += ready <= kMostLinks ? ready : std::min(ready, layout_.nodes.size());
    const ObjectRef ref{"Service", service->ns, service->name};
    any_strong |= hovered_ == ref || desk.selection == ref;
  }
  const float crowd = kMostPlainLinks / static_cast<float>(std::max<std::size_t>(1, links));
  const float presence =
      std::clamp(crowd, kLeastPresence, 1.0f) * (any_strong ? kBesideChosen : 1.0f);
  for (const auto& box : layout_.services) {
    const ServiceItem* service = world.services.get(box.service);
    if (service == nullptr) continue;
    const ObjectRef ref{"Service", service->ns, service->name};
    const bool strong = hovered_ == ref || desk.selection == ref;
    if (strong != (pass == LinkPass::Strong)) continue;
    if (!strong && layout_.services.size() > kMostLinkedServices) continue;
    draw_service_links(ui, painter, *service, box.rect, strong, presence);
  }
}

void TopologyView::draw_flights(const Ui& ui, const Painter& painter, const Desk& desk) const {
  constexpr float kTailSeconds = 0.126f;
  // Lanes have corners.
  const int tail_steps = layout_.has_lanes ? 42 : 18;
  const float tail_step = kTailSeconds / static_cast<float>(tail_steps);
  if (ui.reduced_motion) return draw_routes(ui, painter, desk);
  // Dots keep their size on the screen unless the picture is far away.
  const float size = 1.0f / std::max(painter.scale(), 0.5f);
  for (const Flight& flight : desk.flights.flights()) {
    const FlightPlace place = place_of(flight);
    if (place.stopped) continue;
    FlightPath path{layout_, flight};
    const std::optional<Point> head = path.at(place);
    if (!head) continue;
    const Point at = *head;
    const bool doomed = !flight.ok && place.to + 1 == flight.stops.size() && place.t > 0.7f;
    const Colour colour = doomed                      ? ui.theme.bad
                          : is_dns_leg(flight, place) ? ui.theme.dns
                          : place.returning           ? ui.theme.good
                                                      : ui.theme.accent;
    Point ahead = at;
    for (int step = 1; step <= tail_steps; ++step) {
      const float back = flight.age - tail_step * static_cast<float>(step);
      const FlightPlace before = place_at(flight, back);
      if (back < 0 || before.returning != place.returning) break;
      const std::optional<Point> tail = path.at(before);
      if (!tail) break;
      const float part = 1.0f - static_cast<float>(step) / static_cast<float>(tail_steps + 1);
      painter.line(ahead, *tail, faded(colour, 0.55f * part), (0.8f + 2.4f * part) * size);
      ahead = *tail;
    }
    painter.circle(at, 7 * size, faded(colour, 0.16f));
    painter.circle(at, 3.6f * size, colour);
    painter.circle(at, 1.4f * size, faded(rgb(0xFFFFFF), ui.theme.dark ? 0.85f : 0.95f));
  }
}

void TopologyView::draw_routes(const Ui& ui, const Painter& painter, const Desk& desk) const {
  const float size = 1.0f / std::max(painter.scale(), 0.5f);
  for (const Route& route : desk.flights.routes()) {
    const std::vector<Stop>& stops = route.flight.stops;
    for (std::size_t index = 1; index < stops.size(); ++index) {
      const std::optional<Way> way = Way::between(layout_, stops[index - 1], stops[index]);
      if (!way) continue;
      const bool failed = !route.flight.ok && index + 1 == stops.size();
      const bool dns = stops[index].dns || stops[index - 1].dns;
      const Colour colour = failed ? ui.theme.bad : dns ? ui.theme.dns : ui.theme.accent;
      draw_way(painter, *way, faded(colour, 0.7f), 1.8f * size);
      painter.circle(way->at(1), 3.2f * size, colour);
    }
  }
}

const Flight* TopologyView::flight_at(const Painter& painter, const Desk& desk, Point at) const {
  constexpr float kReach = 11;
  const Flight* nearest = nullptr;
  float least = kReach;
  for (const Flight& flight : desk.flights.flights()) {
    const std::optional<Point> place = FlightPath{layout_, flight}.at(place_of(flight));
    if (!place) continue;
    const Point there = painter.to_screen(*place);
    const float distance = std::hypot(there.x - at.x, there.y - at.y);
    if (distance > least) continue;
    least = distance;
    nearest = &flight;
  }
  return nearest;
}

void TopologyView::record_traffic(Ui& ui, const Painter& painter, const Desk& desk) const {
  const World& world = desk.session.world();
  const auto note = [&](std::string id, Point at, std::string_view text) {
    const Point screen = painter.to_screen(at);
    ui.widgets.add(id, {screen.x - 4, screen.y - 4, 8, 8}, text);
  };
  std::size_t index = 0;
  for (const Flight& flight : desk.flights.flights()) {
    const std::optional<Point> at = FlightPath{layout_, flight}.at(place_of(flight));
    if (at)
      note(fmt::format("flight/{}", index), *at,
           fmt::to_string(fmt::join(flight_words(flight, world), "\n")));
    ++index;
  }
  for (const Route& route : desk.flights.routes()) {
    Anchor end;
    if (find_anchor(layout_, route.flight.stops.back(), end))
      note(fmt::format("route/{}", index++), end.at, route.flight.url);
  }
  for (const FailureMark& mark : desk.flights.marks()) {
    Anchor place;
    if (find_anchor(layout_, mark.place, place))
      note(fmt::format("failure/{}", stop_words(mark.place, world)), place.at, mark.reason);
  }
}

// The place of a mark asks why; while somebody points at it, it stays.
void TopologyView::take_mark(Ui& ui, Desk& desk, std::size_t index, const Rect& box) {
  const FailureMark& mark = desk.flights.marks()[index];
  if (mark.failed == nullptr) return;
  ui.widgets.add(
      fmt::format("why/{}/{}", stop_words(mark.place, desk.session.world()), mark.reason), box,
      mark.reason);
  mark_places_.push_back({box, mark.failed});
  if (!over_canvas_ || !box.contains(pointer())) return;
  ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  tooltip(ui, fmt::format("{}: click to see why", mark.failed->url));
  desk.flights.keep_mark(index);
}

// What the words of a mark at `at` should not hide: cards and heads of nodes near it.
std::vector<Rect> TopologyView::cards_near(const Painter& painter, Point at, float reach) const {
  const Rect near{at.x - reach, at.y - kLabelReach, 2 * reach, 2 * kLabelReach};
  std::vector<Rect> cards;
  const auto add = [&](const Rect& rect) {
    const Rect place = painter.to_screen(rect);
    if (!rect.empty() && place.overlaps(near)) cards.push_back(place);
  };
  for (const auto& box : layout_.services) add(box.rect);
  add(layout_.outside);
  const auto add_pods = [&](const TopologyLayout::NodeBox& box) {
    if (!painter.to_screen(box.rect).overlaps(near)) return;
    for (const Slot slot : box.pods) add(layout_.pod(slot));
  };
  for (const auto& box : layout_.nodes) {
    add(box.proxy);
    add({box.rect.x, box.rect.y, box.rect.w, topology::kNodeHead});
    add_pods(box);
  }
  add_pods(layout_.unscheduled);
  return cards;
}

void TopologyView::draw_marks(Ui& ui, const Painter& painter, Desk& desk) {
  mark_places_.clear();
  // Between the tools and the legend.
  Rect room = pane_.inset(space::kSmall, 0);
  room.take_top(topology::kToolbar);
  room.take_bottom(topology::kLegend);
  std::vector<Rect> labels;
  const Painter screen = ui.painter();
  for (std::size_t index = 0; index < desk.flights.marks().size(); ++index) {
    const FailureMark& mark = desk.flights.marks()[index];
    Anchor place;
    if (!find_anchor(layout_, mark.place, place)) continue;
    // A mark at the edge of a narrow map is to be seen as a whole.
    constexpr float kRoom = 12;
    Point at = painter.to_screen(place.at);
    if (const float hidden = pane_.x + kRoom - at.x; hidden > 0 && hidden < 2 * kRoom)
      at.x += hidden;
    const float alpha = std::clamp((Flights::kMarkSeconds - mark.age) * 3, 0.0f, 1.0f);
    const Colour colour = mark.dropped ? ui.theme.warning : ui.theme.bad;
    const std::string text =
        mark.count > 1 ? fmt::format("{}  \u00D7{}", mark.reason, mark.count) : mark.reason;
    const float width = screen.width(TextStyle::Small, text) + 18;
    std::vector<Rect> obstacles = cards_near(painter, at, width + kLabelReach);
    obstacles.insert(obstacles.end(), labels.begin(), labels.end());
    const Rect box = place_label(at, width, kLabelHeight, room, obstacles);
    labels.push_back(box);

    const Point near{std::clamp(at.x, box.x, box.right()), std::clamp(at.y, box.y, box.bottom())};
    screen.line(at, near, faded(colour, alpha), 1.2f);
    // Where the map is far away, so is the mark.
    const float grow = (1 + std::max(0.0f, 0.25f - mark.age) * 1.6f) *
                       std::min(1.0f, painter.scale() / kLeastFullScale);
    screen.circle(at, 9 * grow, faded(colour, alpha));
    draw_failure_sign(screen, at, 3.4f * grow, mark.dropped, faded(ui.theme.card, alpha), 1.8f);
    screen.shadow(box, faded(ui.theme.shadow, alpha), radius::kControl, 6);
    screen.fill(box, faded(ui.theme.card, alpha), radius::kControl);
    screen.outline(box, faded(colour, alpha), radius::kControl);
    screen.text_centred(box, TextStyle::Small, faded(colour, alpha), text);
    take_mark(ui, desk, index, box);
  }
}

void TopologyView::draw_legend(const Ui& ui, const Painter& screen, const Desk& desk,
                               const Rect& area) const {
  struct Entry {
    std::string_view text;
    Colour colour;
  };
  const Entry entries[] = {{"name look-up", ui.theme.dns},
                           {"request", ui.theme.accent},
                           {"answer", ui.theme.good},
                           {"failed", ui.theme.bad},
                           {"dropped", ui.theme.warning}};
  float x = area.x + space::kLarge;
  const float y = area.bottom() - 25;
  screen.fill({area.x, area.bottom() - topology::kLegend, area.w, topology::kLegend},
              ui.theme.ground);
  for (const Entry& entry : entries) {
    if (entry.text == "failed" || entry.text == "dropped") {
      draw_failure_sign(screen, {x + 4, y + 8}, 3, entry.text == "dropped", entry.colour, 1.8f);
    } else {
      screen.circle({x + 4, y + 8}, 3.5f, entry.colour);
    }
    x += 14;
    x += screen.text({x, y}, TextStyle::Caption, ui.theme.text_faint, entry.text) + space::kMedium;
  }
  const int left_out = desk.flights.left_out_per_shown();
  const std::string note =
      left_out > 0 ? fmt::format("1 request in {} is shown", left_out + 1) : std::string{};
  if (!note.empty() && x + screen.width(TextStyle::Caption, note) < area.right() - space::kLarge) {
    screen.text({x, y}, TextStyle::Caption, ui.theme.text_faint, note);
  }
}

}  // namespace rockpool::app
