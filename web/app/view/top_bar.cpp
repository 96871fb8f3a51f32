// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/top_bar.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>

#include "web/app/format.h"
#include "web/app/view/proxy_mode_menu.h"
#include "web/app/view/reset_menu.h"
#include "web/app/widgets/controls.h"
#include "web/app/widgets/status.h"

namespace rockpool::app {
namespace {

// How far requests on their way move at one press of the step button.
constexpr float kStepFlightSeconds = 0.5f;

void draw_logo(const Painter& painter, const Theme& theme, const Rect& rect) {
  // A pool seen from above: rings around a drop.
  const Point centre = rect.centre();
  painter.fill(rect, theme.accent_fill, 7);
  painter.ring(centre, rect.w * 0.33f, faded(rgb(0xFFFFFF), 0.55f), 1.6f);
  painter.ring(centre, rect.w * 0.20f, faded(rgb(0xFFFFFF), 0.85f), 1.6f);
  painter.circle(centre, rect.w * 0.09f, rgb(0xFFFFFF));
}

}  // namespace

void toggle_play(Desk& desk) {
  desk.playback.toggle();
}

void step_once(Desk& desk) {
  desk.playback.pause();
  if (!desk.session.step()) desk.say("Nothing is going to happen by itself.");
  desk.flights.advance(kStepFlightSeconds, false);
}

void TopBar::draw(Ui& ui, Desk& desk, const Rect& area) {
  const Painter painter = ui.painter();
  painter.fill(area, ui.theme.panel);
  painter.fill({area.x, area.bottom() - ui.pixel, area.w, ui.pixel}, ui.theme.border);
  Rect bar = area.inset(space::kMedium, (area.h - control::kHeight) / 2);
  draw_right(ui, desk, bar);
  draw_name(ui, desk, bar);
  // The transport is in the middle of the window where there is room, and close by where there is
  // not.
  const float needed = 3 * (control::kHeight + 4) + 84 + (area.w > 620 ? 190.0f : 64.0f);
  const float wanted = area.centre().x - needed / 2;
  if (wanted > bar.x) bar.take_left(std::min(wanted - bar.x, std::max(0.0f, bar.w - needed)));
  draw_transport(ui, desk, bar);
  draw_speed(ui, desk, bar);
}

void TopBar::draw_name(Ui& ui, const Desk& desk, Rect& area) const {
  const Painter painter = ui.painter();
  const bool roomy = area.w > 520;
  draw_logo(painter, ui.theme, Rect{area.take_left(26)}.inset(0, 1));
  area.take_left(space::kSmall);
  if (!roomy) return;
  const float width = painter.width(TextStyle::Title, "Rockpool");
  const Rect name = area.take_left(width + space::kMedium);
  painter.text({name.x, name.y + (name.h - Painter::height(TextStyle::Title)) / 2},
               TextStyle::Title, ui.theme.text, "Rockpool");
  if (area.w < 840) return;
  const World& world = desk.session.world();
  std::size_t failing = 0;
  world.pods.each(
      [&failing](Slot, const PodItem& pod) { failing += pod.health == Health::Failing ? 1u : 0u; });
  const std::string counts =
      fmt::format("{} nodes \u00B7 {} pods", world.nodes.count(), world.pods.count());
  const float y = area.y + (area.h - Painter::height(TextStyle::Small)) / 2;
  float x = area.x;
  x += painter.text({x, y}, TextStyle::Small, ui.theme.text_faint, counts);
  if (failing > 0) {
    x += 10;
    draw_health(painter, ui.theme, Health::Failing, {x + 6, area.centre().y}, 12, 0);
    x += 16 + painter.text({x + 16, y}, TextStyle::Small, ui.theme.bad,
                           fmt::format("{} failing", failing));
  }
  area.take_left(x - area.x + space::kMedium);
}

void TopBar::draw_transport(Ui& ui, Desk& desk, Rect& area) {
  const bool playing = desk.playback.playing();
  const auto place = [&area] {
    const Rect rect = area.take_left(control::kHeight);
    area.take_left(4);
    return rect;
  };
  if (button(ui, "play", place(),
             {.icon = playing ? Icon::Pause : Icon::Play,
              .emphasis = playing ? Emphasis::Normal : Emphasis::Main,
              .tooltip = playing ? "Pause the cluster (Space)" : "Let time pass (Space)"})) {
    toggle_play(desk);
  }
  if (button(ui, "step", place(),
             {.icon = Icon::Step,
              .emphasis = Emphasis::Normal,
              .tooltip = "One event further ( . )"})) {
    step_once(desk);
  }
  const Painter painter = ui.painter();
  const std::string clock = clock_text(desk.session.now() - desk.session.start());
  const Rect rect = area.take_left(std::max(72.0f, painter.width(TextStyle::Strong, clock) + 12));
  ui.widgets.add("clock", rect, clock);
  painter.text_centred(rect, TextStyle::Strong, playing ? ui.theme.text : ui.theme.warning, clock);
  area.take_left(4);
}

void TopBar::draw_speed(Ui& ui, Desk& desk, Rect& area) {
  static constexpr std::array<float, 4> kTicks{0.0f, 1.0f / 3, 2.0f / 3, 1.0f};
  const Painter painter = ui.painter();
  const std::string text = speed_text(desk.playback.speed());
  if (area.w >= 180) {
    float position = static_cast<float>(Playback::position_of(desk.playback.speed()));
    const Rect rect = area.take_left(120);
    if (slider(ui, "speed", rect, position, kTicks, text)) {
      desk.playback.set_speed(Playback::speed_at(static_cast<double>(position)));
    }
    if (pointer_over(rect)) {
      const std::string lines[] = {
          fmt::format("Speed {}", text),
          "From a tenth of real time to a hundred times as fast ( [ and ] )"};
      tooltip(ui, lines);
    }
    area.take_left(space::kSmall);
    const Rect label = area.take_left(44);
    painter.text({label.x, label.y + (label.h - Painter::height(TextStyle::Small)) / 2},
                 TextStyle::Small, ui.theme.text_soft, text);
    return;
  }
  // No room for a slider: a button that goes through the marks.
  const Rect rect = area.take_left(std::min(48.0f, area.w));
  if (button(ui, "speed", rect,
             {.label = text, .emphasis = Emphasis::Normal, .tooltip = "Speed"})) {
    const double before = desk.playback.speed();
    desk.playback.step_speed(1);
    if (desk.playback.speed() == before) desk.playback.set_speed(Playback::kSlowest);
  }
}

void TopBar::draw_right(Ui& ui, Desk& desk, Rect& area) {
  if (button(ui, "help", area.take_right(control::kHeight),
             {.icon = Icon::Help, .tooltip = "Keys and signs ( ? )"})) {
    desk.help_open = !desk.help_open;
  }
  area.take_right(2);
  const Icon icon = desk.theme == ThemeChoice::Auto    ? Icon::Contrast
                    : desk.theme == ThemeChoice::Light ? Icon::Sun
                                                       : Icon::Moon;
  const std::string_view tip = desk.theme == ThemeChoice::Auto    ? "Theme: as the system"
                               : desk.theme == ThemeChoice::Light ? "Theme: light"
                                                                  : "Theme: dark";
  if (button(ui, "theme", area.take_right(control::kHeight), {.icon = icon, .tooltip = tip})) {
    desk.theme = desk.theme == ThemeChoice::Auto
                     ? (ui.theme.dark ? ThemeChoice::Light : ThemeChoice::Dark)
                 : desk.theme == ThemeChoice::Light
                     ? (ui.theme.dark ? ThemeChoice::Auto : ThemeChoice::Dark)
                     : (ui.theme.dark ? ThemeChoice::Light : ThemeChoice::Auto);
  }
  area.take_right(2);
  draw_reset(ui, desk, area.take_right(control::kHeight));
  area.take_right(space::kSmall);
  // Where there is no room, the map has it.
  if (ImGui::GetIO().DisplaySize.x < kProxyModeInBarFrom) return;
  draw_proxy_mode(ui, desk, "proxy-mode", area.take_right(proxy_mode_width(ui, desk)));
  area.take_right(space::kSmall);
}

}  // namespace rockpool::app
