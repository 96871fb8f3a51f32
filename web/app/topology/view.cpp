// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/view.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "web/app/format.h"
#include "web/app/topology/cards.h"
#include "web/app/topology/flight_words.h"
#include "web/app/view/proxy_mode_menu.h"
#include "web/app/widgets/controls.h"
#include "web/app/widgets/status.h"

namespace rockpool::app {
namespace {

// Kept free around the content for the toolbar and the legend.
constexpr float kMargin = 24;
constexpr float kAdvice = 56;
constexpr float kAdviceButton = 40;
// A press that moves less than this is a click.
constexpr float kClickSlack = 4;

// What somebody made, other than Kubernetes itself.
bool holds_own(const World& world) {
  bool any = false;
  world.pods.each([&any](Slot, const PodItem& pod) { any |= !is_system(pod.ns); });
  world.services.each([&any](Slot, const ServiceItem& service) {
    any |= !is_system(service.ns) && !(service.ns == "default" && service.name == "kubernetes");
  });
  return any;
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// Where a Service with a selector sends requests.
std::string selected_words(const ServiceItem& service) {
  const std::size_t waiting = service.not_ready.size();
  if (service.ready.empty()) {
    return waiting == 1 ? std::string{"Its only Pod is not ready."}
                        : fmt::format("None of its {} Pods is ready.", waiting);
  }
  const std::string more = waiting == 0 ? "" : fmt::format("; {} more not ready", waiting);
  return fmt::format("Sends requests to {}{}.", counted(service.ready.size(), "ready Pod"), more);
}

std::string key_of_ref(const ObjectRef& ref) {
  return key_of_object(ref.ns, ref.name);
}

}  // namespace

void TopologyView::draw(Ui& ui, Desk& desk, const Rect& area) {
  const World& world = desk.session.world();
  if (seen_structure_ != world.structure) nothing_own_ = !holds_own(world);
  const bool advising = world.nodes.count() > 0 && (nothing_own_ || !desk.filter.empty());
  const float advice = !advising ? 0 : nothing_own_ ? kAdvice + kAdviceButton : kAdvice;
  pane_ = area;
  arrange(ui, desk,
          {area.x + kMargin, area.y + topology::kToolbar, area.w - 2 * kMargin,
           area.h - topology::kToolbar - topology::kLegend - advice});

  const Painter screen = ui.painter();
  ImGui::PushClipRect({area.x, area.y}, {area.right(), area.bottom()}, true);
  draw_grid(ui, screen, area);

  // The tools come first, so that they get the pointer before the canvas below them does; they are
  // drawn above it all the same. (The canvas may not be one that items after it overlap: ImGui lets
  // such a one be pressed only when the pointer was over it in the frame before, which no press is
  // that comes within one slow frame with the move to its place.)
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.ChannelsSplit(2);
  list.ChannelsSetCurrent(1);
  draw_toolbar(ui, desk, area);
  if (advising) {
    draw_advice(ui, desk, {area.x, area.bottom() - topology::kLegend - advice, area.w, advice});
  }
  list.ChannelsSetCurrent(0);
  const Touch canvas = touch_area(ui, "topology", area, "Topology");
  move_camera(ui, desk, area, canvas.hovered, canvas.held);
  const Painter painter = screen.transformed(camera_.origin(), camera_.zoom());
  find_pointed(painter, world, canvas);
  draw_cluster(ui, painter, desk, area);
  draw_legend(ui, screen, desk, area);
  if (ui.widgets.recording()) {
    record(ui, painter, world, area);
    record_traffic(ui, painter, desk);
  }
  take_pointer(ui, desk, painter, canvas);
  list.ChannelsMerge();
  if (world.nodes.count() == 0) {
    empty_state(ui, area, Icon::Node, "No nodes yet",
                "The cluster has no machines to run Pods on.");
  }
  ImGui::PopClipRect();
}

void TopologyView::arrange(Ui& ui, Desk& desk, const Rect& pane) {
  const World& world = desk.session.world();
  if (update_layout(desk, pane)) identify_shapes(ui, world);
  if (desk.fit_wanted) camera_.fit();
  desk.fit_wanted = false;
  camera_.frame(layout_.bounds, pane, layout_.tall, ui.seconds, ui.reduced_motion);
  ui.moving |= camera_.moving();
  const bool playing = desk.playback.playing();
  if (playing) turning_ += static_cast<double>(ui.seconds);
  update_shapes(ui, world, playing);
  pulse_arrivals(ui, desk);
}

void TopologyView::find_pointed(const Painter& painter, const World& world, const Touch& canvas) {
  over_canvas_ = canvas.hovered;
  const Point at = painter.from_screen(pointer());
  hovered_ = canvas.hovered || canvas.held ? hit(world, at) : ObjectRef{};
  if (canvas.held && !held_) pressed_ = hovered_;
  held_ = canvas.held;
}

void TopologyView::draw_cluster(Ui& ui, const Painter& painter, Desk& desk, const Rect& area) {
  const Point corner = painter.from_screen(area.min());
  const Rect visible{corner.x, corner.y, area.w / camera_.zoom(), area.h / camera_.zoom()};
  // Where cards stand beside each other, links pass below them, but for those of what is chosen.
  if (layout_.has_lanes) draw_links(ui, painter, desk, LinkPass::Calm);
  draw_nodes(ui, painter, desk, visible);
  if (!layout_.has_lanes) draw_links(ui, painter, desk, LinkPass::Calm);
  draw_links(ui, painter, desk, LinkPass::Strong);
  draw_outside(ui, painter, desk);
  draw_services(ui, painter, desk, visible);
  draw_pods(ui, painter, desk, visible);
  draw_flights(ui, painter, desk);
  draw_marks(ui, painter, desk);
}

void TopologyView::take_pointer(Ui& ui, Desk& desk, const Painter& painter, const Touch& canvas) {
  const bool pressed_long = long_press(ui, canvas.held);
  handle_clicks(desk, painter, canvas.clicked && !long_pressed_, canvas.context || pressed_long);
  if (!canvas.held) long_pressed_ = false;
  if (canvas.hovered && !canvas.held) explain(ui, desk, painter);
}

bool TopologyView::update_layout(const Desk& desk, const Rect& area) {
  const World& world = desk.session.world();
  if (seen_structure_ == world.structure && seen_area_ == area && seen_filter_ == desk.filter &&
      seen_system_ == desk.show_system) {
    return false;
  }
  if (seen_area_ != area) camera_.fit();
  seen_structure_ = world.structure;
  seen_area_ = area;
  seen_filter_ = desk.filter;
  seen_system_ = desk.show_system;
  layout_ = lay_out(
      world,
      {.width = area.w, .height = area.h, .show_system = desk.show_system, .filter = desk.filter});
  return true;
}

// Whose card each one is: another Pod in the same place starts anew.
void TopologyView::identify_shapes(const Ui& ui, const World& world) {
  seen_changes_ = UINT64_MAX;
  shapes_.resize(layout_.pods.size());
  for (Slot slot = 0; slot < layout_.pods.size(); ++slot) {
    PodShape& shape = shapes_[slot];
    const Rect& goal = layout_.pods[slot];
    const PodItem* pod = world.pods.get(slot);
    const std::uint32_t identity = pod == nullptr || goal.empty() ? 0 : key_of(pod->uid);
    if (shape.identity == identity) continue;
    if (shape.identity != 0) ghosts_.push_back({shape.rect, shape.alpha});
    shape = {goal, ui.reduced_motion ? 1.0f : 0.0f, 0, identity};
  }
}

void TopologyView::update_shapes(Ui& ui, const World& world, bool playing) {
  constexpr float kGlide = 11;
  constexpr float kFade = 9;
  const float glide = ui.reduced_motion ? 1 : 1.0f - std::exp(-kGlide * ui.seconds);
  const float fade = ui.reduced_motion ? 1 : 1.0f - std::exp(-kFade * ui.seconds);
  for (Slot slot = 0; slot < layout_.pods.size(); ++slot) {
    PodShape& shape = shapes_[slot];
    const Rect& goal = layout_.pods[slot];
    if (shape.identity == 0) continue;
    if (shape.rect != goal) {
      const Point corner = mix(shape.rect.min(), goal.min(), glide);
      shape.rect = {corner.x, corner.y, goal.w, goal.h};
      const float left = std::abs(corner.x - goal.x) + std::abs(corner.y - goal.y);
      if (left < 0.5f) shape.rect = goal;
      ui.moving = true;
    }
    if (shape.alpha < 1) {
      shape.alpha = shape.alpha > 0.98f ? 1.0f : shape.alpha + (1 - shape.alpha) * fade;
      ui.moving = true;
    }
    if (shape.pulse > 0) {
      shape.pulse = shape.pulse < 0.02f ? 0.0f : shape.pulse * std::exp(-4.0f * ui.seconds);
      ui.moving = true;
    }
  }
  if (seen_changes_ != world.changes) {
    seen_changes_ = world.changes;
    any_starting_ = false;
    world.pods.each([this](Slot slot, const PodItem& pod) {
      any_starting_ |= pod.health == Health::Starting && !layout_.pod(slot).empty();
    });
  }
  ui.moving |= any_starting_ && !ui.reduced_motion && playing;
  for (Ghost& ghost : ghosts_) ghost.alpha -= ui.seconds * 2.5f;
  std::erase_if(ghosts_,
                [&ui](const Ghost& ghost) { return ghost.alpha <= 0 || ui.reduced_motion; });
  ui.moving |= !ghosts_.empty();
}

void TopologyView::pulse_arrivals(Ui& ui, const Desk& desk) {
  if (ui.reduced_motion || !desk.playback.playing()) return;
  for (const Flight& flight : desk.flights.flights()) {
    const float arrived = flight.times.back();
    const bool now = flight.age >= arrived && flight.age - ui.seconds < arrived;
    const Stop& last = flight.stops.back();
    if (now && last.kind == Stop::Kind::Pod && last.slot < shapes_.size()) {
      shapes_[last.slot].pulse = 1;
    }
  }
}

void TopologyView::move_camera(Ui& ui, const Desk& desk, const Rect& area, bool over_canvas,
                               bool held) {
  const ImGuiIO& io = ImGui::GetIO();
  if (desk.pinching || desk.pinch) {
    // What the first of two fingers pressed is no click.
    dragging_ = true;
    dragged_ = 2 * kClickSlack;
    if (desk.pinch && area.contains(desk.pinch->centre)) {
      camera_.pan(desk.pinch->moved);
      camera_.zoom_at(desk.pinch->centre, desk.pinch->factor);
    }
    return;
  }
  if (over_canvas && io.MouseWheel != 0) {
    camera_.zoom_at(pointer(), std::exp(io.MouseWheel * 0.12f));
    ui.moving = true;
  }
  if (held) {
    const Point moved{io.MouseDelta.x, io.MouseDelta.y};
    dragged_ = dragging_ ? dragged_ + std::abs(moved.x) + std::abs(moved.y) : 0;
    dragging_ = true;
    if (dragged_ > kClickSlack) {
      camera_.pan(moved);
      ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
    }
  } else if (!ImGui::IsMouseReleased(ImGuiMouseButton_Left)) {
    dragging_ = false;
    dragged_ = 0;
  }
}

ObjectRef TopologyView::hit(const World& world, Point at) const {
  for (const auto& box : layout_.services) {
    if (!box.rect.contains(at)) continue;
    const ServiceItem& service = *world.services.get(box.service);
    return {"Service", service.ns, service.name};
  }
  if (layout_.outside.contains(at)) return {"Outside", "", "outside"};
  const auto in_box = [&](const TopologyLayout::NodeBox& box) -> ObjectRef {
    for (const Slot slot : box.pods) {
      const PodItem* pod = world.pods.get(slot);
      if (pod != nullptr && layout_.pods[slot].contains(at)) return {"Pod", pod->ns, pod->name};
    }
    return {};
  };
  for (const auto& box : layout_.nodes) {
    const NodeItem* node = world.nodes.get(box.node);
    if (node == nullptr) continue;
    if (box.proxy.contains(at)) return {"Proxy", "", node->name};
    if (!box.rect.contains(at)) continue;
    const ObjectRef pod = in_box(box);
    return pod ? pod : ObjectRef{"Node", "", node->name};
  }
  return in_box(layout_.unscheduled);
}

bool TopologyView::long_press(Ui& ui, bool held) {
  constexpr float kSeconds = 0.5f;
  if (!ui.touch || !held || long_pressed_ || dragged_ > kClickSlack) return false;
  ui.moving = true;
  long_pressed_ = ImGui::GetIO().MouseDownDuration[ImGuiMouseButton_Left] >= kSeconds;
  return long_pressed_;
}

void TopologyView::handle_clicks(Desk& desk, const Painter& painter, bool clicked, bool context) {
  if (clicked && dragged_ <= kClickSlack) {
    const auto mark = std::ranges::find_if(
        mark_places_, [](const MarkPlace& place) { return place.box.contains(pointer()); });
    if (mark != mark_places_.end()) return desk.ask_why(why_failed(mark->failed));
  }
  const Flight* const flight =
      clicked && dragged_ <= kClickSlack ? flight_at(painter, desk, pointer()) : nullptr;
  if (flight != nullptr && flight->failed != nullptr) {
    desk.ask_why(why_failed(flight->failed));
    return;
  }
  if (context && hovered_) {
    desk.open_menu(hovered_);
  } else if (clicked && dragged_ <= kClickSlack) {
    // What was pressed is meant, though it may have moved away since.
    if (pressed_.kind == "Outside") {
      desk.open_menu(pressed_);
    } else if (pressed_.kind == "Proxy") {
      desk.select({"Node", "", pressed_.name});
    } else if (pressed_) {
      desk.select(pressed_);
    } else {
      desk.selection = {};
      if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) camera_.fit();
    }
  }
}

void TopologyView::record(Ui& ui, const Painter& painter, const World& world,
                          const Rect& area) const {
  const auto note = [&](std::string id, const Rect& rect, std::string_view text) {
    const Rect screen = painter.to_screen(rect);
    if (!rect.empty() && screen.overlaps(area)) ui.widgets.add(id, screen, text);
  };
  for (const auto& box : layout_.nodes) {
    const NodeItem* node = world.nodes.get(box.node);
    if (node == nullptr) continue;
    note(fmt::format("node/{}", node->name),
         {box.rect.x, box.rect.y, box.rect.w, topology::kNodeHead}, node->status);
    note(fmt::format("proxy/{}", node->name), box.proxy, node->proxy_frozen ? "frozen" : "proxy");
  }
  for (const auto& box : layout_.services) {
    const ServiceItem& service = *world.services.get(box.service);
    note(fmt::format("service/{}/{}", service.ns, service.name), box.rect, service.type);
  }
  for (Slot slot = 0; slot < layout_.pods.size(); ++slot) {
    const PodItem* pod = world.pods.get(slot);
    if (pod == nullptr) continue;
    note(fmt::format("pod/{}/{}", pod->ns, pod->name), layout_.pods[slot], pod->status);
  }
  note("outside", layout_.outside, "Outside");
}

void TopologyView::explain_pod(Ui& ui, const Desk& desk, const PodItem& pod) const {
  std::vector<std::string> lines{
      fmt::format("{}/{}", pod.ns, pod.name),
      fmt::format("{} \u00B7 {} \u00B7 {}/{} containers ready", pod.status, health_name(pod.health),
                  pod.ready_containers, pod.containers)};
  lines.push_back(
      pod.node.empty()
          ? "no node yet"
          : fmt::format("{} on {}", pod.ip.empty() ? "no address yet" : pod.ip, pod.node));
  lines.push_back(fmt::format("{} old, {} restart{}", age_text(desk.session.now() - pod.created),
                              pod.restarts, pod.restarts == 1 ? "" : "s"));
  if (!pod.why.empty()) lines.push_back(pod.why);
  const NodeItem* node = desk.session.world().nodes.get(pod.node);
  if (node != nullptr && !node->powered) lines.push_back(fmt::format("{} is off.", node->name));
  const std::string key = key_of_object(pod.ns, pod.name);
  for (const std::string& service : desk.session.traffic().services()) {
    const auto load = load_of(*desk.session.traffic().service(service), ui.theme, key);
    if (load)
      lines.push_back(fmt::format("{} requests/s for {}", number_text(load->rate), service));
  }
  tooltip(ui, lines);
}

void TopologyView::explain(Ui& ui, Desk& desk, const Painter& painter) const {
  const World& world = desk.session.world();
  if (const Flight* flight = flight_at(painter, desk, pointer())) {
    tooltip(ui, flight_words(*flight, world));
    return;
  }
  if (hovered_.kind == "Pod") {
    if (const PodItem* pod = world.pods.get(key_of_ref(hovered_))) explain_pod(ui, desk, *pod);
  } else if (hovered_.kind == "Service") {
    const ServiceItem* service = world.services.get(key_of_ref(hovered_));
    if (service == nullptr) return;
    const std::string lines[] = {
        fmt::format("Service {}/{}", service->ns, service->name),
        fmt::format("{} {} {}", service->type, service->cluster_ip, service->ports),
        service->has_selector && service->ready_count() + service->not_ready_count() == 0
            ? std::string{"Its selector matches no Pod that has an address."}
        : service->has_selector ? selected_words(*service)
                                : fmt::format("Without a selector: its {} are written by hand.",
                                              counted(service->ready_count(), "ready endpoint"))};
    tooltip(ui, lines);
  } else if (hovered_.kind == "Proxy") {
    const std::string lines[] = {
        fmt::format("The proxy of {}", hovered_.name),
        "Takes what is sent to a Service from this node and passes it on to one of its ready Pods. "
        "It learns of changes a moment after the API does."};
    tooltip(ui, lines);
  } else if (hovered_.kind == "Node" && camera_.zoom() < 0.9f) {
    const NodeItem* node = world.nodes.get(hovered_.name);
    if (node != nullptr)
      tooltip(ui, fmt::format("{} \u00B7 {} \u00B7 {}", node->name, node->status, node->ip));
  } else if (hovered_.kind == "Outside") {
    const std::string lines[] = {
        "Outside the cluster",
        "Reaches Services of type NodePort and LoadBalancer only. Click to send a request."};
    tooltip(ui, lines);
  }
}

// What to do with a map that shows nothing of one's own.
void TopologyView::draw_advice(Ui& ui, Desk& desk, const Rect& area) const {
  const bool nothing_shown =
      layout_.services.empty() && layout_.unscheduled.pods.empty() &&
      std::ranges::all_of(layout_.nodes, [](const auto& box) { return box.pods.empty(); });
  if (!nothing_own_ && !nothing_shown) return;
  const Painter painter = ui.painter();
  const std::string title = nothing_own_
                                ? std::string{"Nothing of yours runs here yet"}
                                : fmt::format("Nothing matches \u201C{}\u201D", desk.filter);
  const std::string_view hint = nothing_own_
                                    ? "Apply a manifest, or begin with an example."
                                    : "Only Pods and Services are searched, by namespace and name.";
  painter.text_centred({area.x, area.y + 6, area.w, 18}, TextStyle::Strong, ui.theme.text, title);
  painter.text_centred({area.x, area.y + 27, area.w, 16}, TextStyle::Small, ui.theme.text_soft,
                       hint);
  ui.widgets.add("advice", area, title);
  if (!nothing_own_) return;
  const ButtonLook look{.icon = Icon::Examples,
                        .label = "Choose an example",
                        .emphasis = Emphasis::Normal,
                        .tooltip = "Worked examples to start from"};
  const float width = button_width(painter, look);
  const Rect place{area.centre().x - width / 2, area.y + kAdvice - 4, width, control::kHeight};
  painter.fill(place, ui.theme.panel, radius::kControl);
  if (button(ui, "advice/examples", place, look)) desk.show_examples();
}

void TopologyView::draw_grid(const Ui& ui, const Painter& screen, const Rect& area) const {
  screen.fill(area, ui.theme.ground);
  float step = 24 * camera_.zoom();
  while (step < 14) step *= 2;
  const Point origin = camera_.origin();
  const float first_x = area.x + std::fmod(std::fmod(origin.x - area.x, step) + step, step);
  const float first_y = area.y + std::fmod(std::fmod(origin.y - area.y, step) + step, step);
  for (float y = first_y; y < area.bottom(); y += step) {
    for (float x = first_x; x < area.right(); x += step) {
      screen.fill({std::floor(x), std::floor(y), 1.4f, 1.4f}, ui.theme.grid);
    }
  }
}

void TopologyView::draw_nodes(Ui& ui, const Painter& painter, const Desk& desk,
                              const Rect& visible) const {
  const World& world = desk.session.world();
  for (const auto& box : layout_.nodes) {
    const NodeItem* node = world.nodes.get(box.node);
    if (node == nullptr || !box.rect.overlaps(visible)) continue;
    const CardState state{
        .hovered = hovered_.kind == "Node" && hovered_.name == node->name,
        .selected = desk.selection.kind == "Node" && desk.selection.name == node->name,
        .time = ui.reduced_motion ? 0 : turning_};
    draw_node_card(painter, ui.theme, *node, box.pods.size(), box.rect, state);
  }
  if (!layout_.unscheduled.pods.empty() && layout_.unscheduled.rect.overlaps(visible)) {
    draw_unscheduled_card(painter, ui.theme, layout_.unscheduled.pods.size(),
                          layout_.unscheduled.rect);
  }
}

void TopologyView::draw_services(Ui& ui, const Painter& painter, const Desk& desk,
                                 const Rect& visible) const {
  const World& world = desk.session.world();
  for (const auto& box : layout_.services) {
    const ServiceItem* service = world.services.get(box.service);
    if (service == nullptr || !box.rect.overlaps(visible)) continue;
    const ObjectRef ref{"Service", service->ns, service->name};
    draw_service_card(painter, ui.theme, *service, desk.session.traffic().service(key_of_ref(ref)),
                      box.rect, {.hovered = hovered_ == ref, .selected = desk.selection == ref});
  }
  for (const auto& box : layout_.nodes) {
    const NodeItem* node = world.nodes.get(box.node);
    if (node == nullptr || !box.proxy.overlaps(visible)) continue;
    draw_proxy(painter, ui.theme, *node, box.proxy,
               {.hovered = hovered_.kind == "Proxy" && hovered_.name == node->name});
  }
}

void TopologyView::draw_outside(const Ui& ui, const Painter& painter, const Desk& desk) const {
  static_cast<void>(desk);
  if (layout_.outside.empty()) return;
  draw_outside_card(painter, ui.theme, layout_.outside, {.hovered = hovered_.kind == "Outside"});
}

void TopologyView::draw_pods(Ui& ui, const Painter& painter, const Desk& desk,
                             const Rect& visible) const {
  const World& world = desk.session.world();
  const Traffic& traffic = desk.session.traffic();
  const bool with_load = layout_.detail == Detail::Card;
  const auto draw_box = [&](const TopologyLayout::NodeBox& box) {
    if (!box.rect.overlaps(visible)) return;
    for (const Slot slot : box.pods) {
      const PodItem* pod = world.pods.get(slot);
      const PodShape& shape = shapes_[slot];
      if (pod == nullptr || !shape.rect.overlaps(visible)) continue;
      const bool is_pod = hovered_.kind == "Pod" || desk.selection.kind == "Pod";
      const CardState state{
          .hovered = is_pod && hovered_.name == pod->name && hovered_.ns == pod->ns,
          .selected = is_pod && desk.selection == ObjectRef{"Pod", pod->ns, pod->name},
          .alpha = shape.alpha,
          .pulse = shape.pulse,
          .time = ui.reduced_motion ? 0 : turning_};
      std::optional<PodLoad> load;
      if (with_load) {
        const std::string key = key_of_object(pod->ns, pod->name);
        for (const std::string& service : traffic.services()) {
          load = load_of(*traffic.service(service), ui.theme, key);
          if (load) break;
        }
      }
      draw_pod_card(painter, ui.theme, *pod, shape.rect, layout_.detail, state, load);
    }
  };
  for (const auto& box : layout_.nodes) draw_box(box);
  draw_box(layout_.unscheduled);
  for (const Ghost& ghost : ghosts_) {
    painter.outline(ghost.rect, faded(ui.theme.idle, ghost.alpha), radius::kCard);
  }
}

void TopologyView::draw_toolbar(Ui& ui, Desk& desk, const Rect& area) {
  const Painter painter = ui.painter();
  Rect bar{area.x + space::kMedium, area.y + space::kMedium, area.w - 2 * space::kMedium,
           control::kHeight};
  const bool wide = bar.w > 400;
  const Rect right = bar.take_right(wide ? 3 * control::kHeight + 4 : control::kHeight + 2);
  painter.fill(right, ui.theme.panel, radius::kControl);
  painter.outline(right, ui.theme.border, radius::kControl);
  const auto part = [&right](int index) {
    return Rect{right.x + 1 + static_cast<float>(index) * (control::kHeight + 1), right.y,
                control::kHeight, control::kHeight};
  };
  const Point centre = seen_area_.centre();
  // Where there is no room, two fingers or a wheel zoom.
  if (wide && button(ui, "zoom-out", part(0), {.icon = Icon::Minus, .tooltip = "Zoom out"})) {
    camera_.zoom_at(centre, 0.8f);
  }
  if (wide && button(ui, "zoom-in", part(1), {.icon = Icon::Plus, .tooltip = "Zoom in"})) {
    camera_.zoom_at(centre, 1.25f);
  }
  if (button(ui, "zoom-fit", part(wide ? 2 : 0),
             {.icon = Icon::Fit, .tooltip = "Show everything (double click)"})) {
    camera_.fit();
  }
  bar.take_right(6);
  if (ImGui::GetIO().DisplaySize.x < kProxyModeInBarFrom) {
    // The window's bar has no room for it.
    const Rect mode = bar.take_right(brief_proxy_mode_width(ui, desk));
    painter.fill(mode, ui.theme.panel, radius::kControl);
    draw_brief_proxy_mode(ui, desk, "proxy-mode", mode);
    bar.take_right(6);
  }
  const ButtonLook system{.icon = Icon::Eye,
                          .label = wide ? std::string_view{"System"} : std::string_view{},
                          .emphasis = Emphasis::Quiet,
                          .chosen = desk.show_system,
                          .tooltip = "Show what Kubernetes itself runs: kube-system"};
  const Rect filter{bar.x, bar.y, std::min(200.0f, bar.w - button_width(painter, system) - 6),
                    bar.h};
  painter.fill(filter, ui.theme.panel, radius::kControl);
  text_field(ui, "filter", filter, desk.filter, "Filter  ( / )", desk.focus_filter);
  desk.focus_filter = false;
  const Rect toggle{filter.right() + 6, bar.y, button_width(painter, system), bar.h};
  painter.fill(toggle, ui.theme.panel, radius::kControl);
  painter.outline(toggle, ui.theme.border, radius::kControl);
  if (button(ui, "show-system", toggle, system)) desk.show_system = !desk.show_system;
}

}  // namespace rockpool::app
