// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/inspector.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>

#include "web/app/view/endpoints_view.h"
#include "web/app/view/events_panel.h"
#include "web/app/view/text_lines.h"
#include "web/app/widgets/controls.h"
#include "web/app/widgets/status.h"

namespace rockpool::app {
namespace {

constexpr float kHead = 62;
constexpr float kActions = 48;

Icon kind_icon(std::string_view kind) {
  if (kind == "Node") return Icon::Node;
  if (kind == "Service") return Icon::Service;
  if (kind == "Pod") return Icon::Terminal;
  return Icon::Examples;
}

struct Standing {
  Health health = Health::Ready;
  std::string text;
  bool known = false;
};

Standing standing_of(const World& world, const ObjectRef& object) {
  const std::string key = key_of_object(object.ns, object.name);
  if (object.kind == "Pod") {
    if (const PodItem* pod = world.pods.get(key)) return {pod->health, pod->status, true};
  } else if (object.kind == "Node") {
    if (const NodeItem* node = world.nodes.get(key)) return {node->health, node->status, true};
  } else if (object.kind == "Service") {
    if (const ServiceItem* service = world.services.get(key)) {
      const bool none = service->ready_count() == 0;
      return {none ? Health::Failing : Health::Ready,
              none ? "no ready endpoints" : fmt::format("{} ready", service->ready_count()), true};
    }
  }
  return {};
}

// Buttons beside each other, from the left.
class ButtonRow {
 public:
  ButtonRow(Ui& ui, const Rect& area) : ui_{ui}, rest_{area} {}

  // True when it is pressed.
  bool add(std::string_view id, const ButtonLook& look) {
    const Rect place = rest_.take_left(button_width(ui_.painter(), look));
    rest_.take_left(6);
    return button(ui_, id, place, look);
  }

 private:
  Ui& ui_;
  Rect rest_;
};

void draw_why_action(ButtonRow& row, Desk& desk, const ObjectRef& object) {
  const ButtonLook look{.icon = Icon::Help,
                        .label = "Why?",
                        .emphasis = Emphasis::Normal,
                        .tooltip = object.kind == "Service"
                                       ? "How a request to it goes, and what is wrong (w)"
                                       : "How a request from it goes, and what is wrong (w)"};
  if (row.add("inspector/why", look)) ask_why_about(desk, object);
}

void draw_pod_actions(ButtonRow& row, Desk& desk, const ObjectRef& pod) {
  const ButtonLook kill{.icon = Icon::Trash,
                        .label = "Kill",
                        .emphasis = Emphasis::Danger,
                        .tooltip = "Delete the Pod, with its grace period (Ctrl+D)"};
  if (row.add("inspector/kill", kill)) desk.act(Action::Delete, pod);
  const ButtonLook crash{.icon = Icon::Bolt,
                         .label = "Crash",
                         .emphasis = Emphasis::Normal,
                         .tooltip = "Its containers die with SIGKILL and are restarted"};
  if (row.add("inspector/crash", crash)) desk.act(Action::Crash, pod);
  draw_why_action(row, desk, pod);
}

void draw_node_actions(ButtonRow& row, Desk& desk, const ObjectRef& object) {
  const NodeItem* node = desk.session.world().nodes.get(object.name);
  if (node == nullptr) return;
  const ButtonLook power{.icon = Icon::Power,
                         .label = node->powered ? "Stop" : "Start",
                         .emphasis = node->powered ? Emphasis::Danger : Emphasis::Main,
                         .tooltip = node->powered ? "Cut its power" : "Switch it on again"};
  if (row.add("inspector/power", power)) {
    desk.act(node->powered ? Action::StopNode : Action::StartNode, object);
  }
  const ButtonLook cordon{.icon = Icon::Cordon,
                          .label = node->cordoned ? "Uncordon" : "Cordon",
                          .emphasis = Emphasis::Normal,
                          .tooltip = "Whether new Pods may be placed on it"};
  if (row.add("inspector/cordon", cordon)) {
    desk.act(node->cordoned ? Action::Uncordon : Action::Cordon, object);
  }
  const ButtonLook freeze{.icon = Icon::Snowflake,
                          .label = node->proxy_frozen ? "Thaw" : "Freeze",
                          .emphasis = Emphasis::Normal,
                          .tooltip = "Whether its proxy takes news of Services"};
  if (row.add("inspector/freeze", freeze)) {
    desk.act(node->proxy_frozen ? Action::ThawProxy : Action::FreezeProxy, object);
  }
}

}  // namespace

void Inspector::refresh(const Ui& ui, const Desk& desk) {
  const bool same =
      cache_.object == desk.selection && cache_.tab == tab_ && cache_.container == container_;
  const std::uint64_t changes = desk.session.world().changes;
  // Logs and look-ups grow while no object changes; so do ages.
  const bool log = tab_ == inspector_tab::kLogs;
  const bool grows = log || tab_ == inspector_tab::kLookups;
  const bool unchanged = changes == cache_.changes && !grows;
  if (same && ui.time - cache_.asked_at < (unchanged ? kAskAgain : kAskEvery)) return;
  cache_ = {.object = desk.selection,
            .tab = tab_,
            .container = container_,
            .changes = changes,
            .asked_at = ui.time};
  if (tab_ == inspector_tab::kSummary) {
    cache_.facts = desk.session.facts(desk.selection);
    cache_.related = desk.session.related(desk.selection);
  } else if (tab_ == inspector_tab::kYaml) {
    cache_.text = desk.session.yaml(desk.selection);
  } else if (tab_ == inspector_tab::kEndpoints) {
    cache_.slices = desk.session.slices(desk.selection);
  } else if (tab_ == inspector_tab::kLookups) {
    cache_.lookups = desk.session.lookups(desk.selection);
    cache_.text = desk.session.resolv_conf(desk.selection);
  } else if (log) {
    Outcome outcome = desk.session.log(desk.selection, container_, previous_);
    cache_.text_ok = outcome.ok;
    cache_.text = std::move(outcome.message);
  }
}

void Inspector::draw(Ui& ui, Desk& desk, const Rect& area) {
  ui.painter().fill(area, ui.theme.panel);
  if (!desk.selection || desk.selection.kind == "Outside") {
    empty_state(ui, area, Icon::Inspect, "Nothing selected",
                "Select a Pod, Service or node in the map to see all about it.");
    return;
  }
  if (desk.wanted_inspector_tab >= 0) tab_ = desk.wanted_inspector_tab;
  desk.wanted_inspector_tab = -1;
  if (cache_.object != desk.selection) container_.clear();
  Rect rest = area;
  draw_head(ui, desk, rest.take_top(kHead));
  if (!desk.selection) return;
  draw_tabs(ui, rest.take_top(36), desk.selection.kind);
  refresh(ui, desk);
  draw_tab(ui, desk, rest);
}

void Inspector::draw_tabs(Ui& ui, const Rect& area, std::string_view kind) {
  std::vector<Tab> tabs;
  std::vector<int> meanings;
  const auto add = [&](std::string_view id, std::string_view label, int meaning) {
    tabs.push_back({.id = id, .label = label});
    meanings.push_back(meaning);
  };
  add("summary", "Summary", inspector_tab::kSummary);
  if (kind == "Service" || kind == "EndpointSlice")
    add("endpoints", "Endpoints", inspector_tab::kEndpoints);
  if (kind == "Node") add("proxy", "Proxy", inspector_tab::kProxy);
  if (kind == "Pod") add("logs", "Logs", inspector_tab::kLogs);
  if (kind == "Service" || kind == "Pod" || kind == "Node")
    add("dns", "DNS", inspector_tab::kLookups);
  add("events", "Events", inspector_tab::kEvents);
  add("yaml", "YAML", inspector_tab::kYaml);
  // What this object does not have gives way to its summary.
  const auto now = std::ranges::find(meanings, tab_);
  int chosen = now == meanings.end() ? 0 : static_cast<int>(now - meanings.begin());
  tab_strip(ui, "inspector", area, tabs, chosen);
  tab_ = meanings[static_cast<std::size_t>(chosen)];
}

void Inspector::draw_tab(Ui& ui, Desk& desk, const Rect& area) {
  switch (tab_) {
    case inspector_tab::kYaml:
      ui.painter().fill(area, ui.theme.inset);
      viewer_.draw(ui, "inspector-yaml", area, cache_.text);
      break;
    case inspector_tab::kEvents:
      draw_events(ui, desk, "inspector-events", area, desk.selection);
      break;
    case inspector_tab::kLogs:
      draw_logs(ui, desk, area);
      break;
    case inspector_tab::kEndpoints:
      draw_endpoints(ui, desk, "endpoints", area, cache_.slices);
      break;
    case inspector_tab::kLookups:
      lookups_.draw(ui, desk, "lookups", area, cache_.text, cache_.lookups);
      break;
    case inspector_tab::kProxy:
      proxy_.draw(ui, desk, area, desk.selection.name);
      break;
    default:
      draw_summary(ui, desk, area);
      break;
  }
}

void Inspector::draw_head(Ui& ui, Desk& desk, const Rect& area) {
  const Painter painter = ui.painter();
  Rect bar = area.inset(space::kMedium, space::kSmall);
  const Rect close = bar.take_right(control::kHeight);
  if (button(ui, "inspector/close", {close.x, close.y, control::kHeight, control::kHeight},
             {.icon = Icon::Close, .tooltip = "Close (Esc)"})) {
    desk.selection = {};
    return;
  }
  const Rect badge{bar.x, bar.y + 3, 36, 36};
  painter.fill(badge, ui.theme.hover, radius::kCard);
  draw_icon(painter, kind_icon(desk.selection.kind), badge, ui.theme.text_soft, 18);
  const float left = bar.x + 46;
  painter.text_in({left, bar.y + 2}, bar.right() - left - 6, TextStyle::Title, ui.theme.text,
                  desk.selection.name, Ellipsis::Middle);
  std::string line = desk.selection.kind;
  if (!desk.selection.ns.empty()) line += " \u00B7 " + desk.selection.ns;
  float x =
      left + painter.text({left, bar.y + 24}, TextStyle::Small, ui.theme.text_faint, line) + 10;
  const Standing standing = standing_of(desk.session.world(), desk.selection);
  if (!desk.selection_exists()) {
    painter.text({x, bar.y + 24}, TextStyle::Small, ui.theme.bad, "deleted");
  } else if (standing.known) {
    draw_health(painter, ui.theme, standing.health, {x + 6, bar.y + 32}, 12,
                ui.reduced_motion ? 0 : ui.time);
    painter.text_in({x + 17, bar.y + 24}, bar.right() - x - 17, TextStyle::Small,
                    health_colour(ui.theme, standing.health), standing.text);
  }
}

float Inspector::draw_facts(Ui& ui, const Rect& row) const {
  constexpr float kName = 104;
  constexpr float kLine = 16;
  const Painter painter = ui.painter();
  float y = row.y;
  for (const auto& [name, value] : cache_.facts) {
    // A container's name may be as long as a line: it gets one of its own then.
    const bool long_name =
        painter.width(TextStyle::Small, name) > kName - static_cast<float>(space::kSmall);
    const Rect place{row.x, y, long_name ? row.w : kName, kLine};
    painter.text_in(place.min(), place.w, TextStyle::Small, ui.theme.text_faint, name,
                    Ellipsis::Middle);
    if (long_name) y += kLine + 2;
    const float height =
        std::max(kLine, painter.wrapped_height(row.w - kName, TextStyle::Small, value));
    painter.text_wrapped({row.x + kName, y}, row.w - kName, TextStyle::Small, ui.theme.text, value);
    if (!name.empty()) {
      ui.widgets.add(fmt::format("fact/{}", name), place, name);
      ui.widgets.add(fmt::format("value/{}", name), {row.x + kName, y, row.w - kName, height},
                     value);
    }
    y += height + 7;
  }
  return y - row.y;
}

float Inspector::draw_related(Ui& ui, Desk& desk, const Rect& row) const {
  if (cache_.related.empty()) return 0;
  constexpr float kRow = 30;
  const Painter painter = ui.painter();
  painter.text({row.x, row.y}, TextStyle::Strong, ui.theme.text, "Related");
  float y = row.y + 24;
  for (const ObjectRef& object : cache_.related) {
    const Rect line{row.x - 8, y, row.w + 16, kRow};
    const Touch touch =
        touch_area(ui, fmt::format("related/{}/{}", object.kind, object.name), line, object.name);
    if (touch.hovered) painter.fill(line, ui.theme.hover, radius::kControl);
    const Standing standing = standing_of(desk.session.world(), object);
    if (standing.known) {
      draw_health(painter, ui.theme, standing.health, {line.x + 16, line.centre().y}, 13,
                  ui.reduced_motion ? 0 : ui.time);
    } else {
      draw_icon(painter, kind_icon(object.kind), {line.x + 8, line.y, 16, line.h},
                ui.theme.text_faint, 14);
    }
    painter.text_in({line.x + 32, y + 7}, line.w - 40 - 96, TextStyle::Small, ui.theme.text,
                    object.name, Ellipsis::Middle);
    painter.text_right({line.x, y, line.w - 8, kRow}, TextStyle::Caption, ui.theme.text_faint,
                       object.kind);
    if (touch.clicked) desk.select(object);
    y += kRow;
  }
  return y - row.y;
}

void Inspector::draw_summary(Ui& ui, Desk& desk, const Rect& area) {
  Rect rest = area;
  const std::string& kind = desk.selection.kind;
  const bool has_actions = kind == "Pod" || kind == "Node" || kind == "Service" ||
                           kind == "Deployment" || kind == "ReplicaSet";
  if (has_actions && desk.selection_exists()) draw_actions(ui, desk, rest.take_bottom(kActions));
  const ScrollArea scroll{ui, "summary", rest};
  const Rect row{scroll.origin().x + space::kLarge, scroll.origin().y + space::kMedium,
                 scroll.width() - 2 * space::kLarge, 0};
  float height = draw_facts(ui, row);
  height += space::kMedium;
  height += draw_related(ui, desk, {row.x, row.y + height, row.w, 0});
  scroll.content(scroll.width(), height + 2 * space::kMedium);
}

void Inspector::draw_actions(Ui& ui, Desk& desk, const Rect& area) {
  ui.painter().fill({area.x, area.y, area.w, ui.pixel}, ui.theme.border);
  ButtonRow row{ui, area.inset(space::kMedium, (area.h - control::kHeight) / 2)};
  const ObjectRef object = desk.selection;
  if (object.kind == "Pod") return draw_pod_actions(row, desk, object);
  if (object.kind == "Node") return draw_node_actions(row, desk, object);
  if (object.kind == "Service") draw_why_action(row, desk, object);
  const ButtonLook remove{.icon = Icon::Trash,
                          .label = "Delete",
                          .emphasis = Emphasis::Danger,
                          .tooltip = "Delete (Ctrl+D)"};
  if (row.add("inspector/delete", remove)) desk.delete_asked = object;
}

void Inspector::draw_logs(Ui& ui, Desk& desk, Rect area) {
  const PodItem* pod =
      desk.session.world().pods.get(key_of_object(desk.selection.ns, desk.selection.name));
  Rect bar = area.take_top(40).inset(space::kMedium, 6);
  const Painter painter = ui.painter();
  if (pod != nullptr && !pod->container_names.empty()) {
    if (container_.empty()) container_ = pod->container_names.front();
    int chosen = 0;
    std::vector<std::string_view> names(pod->container_names.begin(), pod->container_names.end());
    float width = 8;
    for (std::size_t index = 0; index < names.size(); ++index) {
      width += painter.width(TextStyle::Small, names[index]) + 24;
      if (names[index] == container_) chosen = static_cast<int>(index);
    }
    if (segmented(ui, "log-container", bar.take_left(std::min(width, bar.w * 0.6f)), names,
                  chosen)) {
      container_ = names[static_cast<std::size_t>(chosen)];
    }
  }
  const ButtonLook before{
      .label = "Previous", .chosen = previous_, .tooltip = "The run before the last restart"};
  if (button(ui, "log-previous", bar.take_right(button_width(painter, before)), before)) {
    previous_ = !previous_;
    cache_.tab = -1;
  }
  if (cache_.text.empty() || !cache_.text_ok) {
    empty_state(ui, area, Icon::Logs, cache_.text_ok ? "Nothing logged yet" : "No logs",
                cache_.text_ok ? "" : cache_.text);
    return;
  }
  draw_text_lines(ui, "logs", area, cache_.text, true);
}

}  // namespace rockpool::app
