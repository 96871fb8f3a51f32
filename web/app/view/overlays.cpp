// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/overlays.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>

#include "web/app/widgets/controls.h"
#include "web/app/widgets/status.h"

namespace rockpool::app {
namespace {

struct KeyHelp {
  std::string_view keys;
  std::string_view meaning;
};

constexpr std::array<KeyHelp, 17> kKeys{{
    {"Space", "pause, or go on"},
    {".", "one event further"},
    {"[  ]", "slower, faster"},
    {"/", "filter the map"},
    {"Esc", "back: close, deselect, leave the editor"},
    {"y", "YAML of what is selected"},
    {"l", "logs of the selected Pod"},
    {"d", "summary of what is selected"},
    {"w", "why a request there works, or does not"},
    {"f", "why the last request that failed did"},
    {"Ctrl+D", "delete what is selected (asks)"},
    {"Ctrl+K", "kill the selected Pod now"},
    {"Shift+J", "jump to the owner"},
    {"e", "write in the editor"},
    {"Ctrl+Enter", "apply the manifests"},
    {"0", "show the whole map"},
    {"?", "this help"},
}};

constexpr std::array<std::pair<Health, std::string_view>, 8> kSigns{{
    {Health::Ready, "ready: gets requests"},
    {Health::NotReady, "running, but a probe says no"},
    {Health::Starting, "pulling its image, starting"},
    {Health::Waiting, "waiting for a node"},
    {Health::Failing, "crashing, or its image is missing"},
    {Health::Leaving, "terminating"},
    {Health::Finished, "ran to its end"},
    {Health::Stopped, "switched off"},
}};

// A dimmed screen with a dialog in the middle; false when a click beside it or Esc closes it.
class Dialog {
 public:
  Dialog(Ui& ui, const char* id, const Rect& screen, float width, float height) {
    const Rect box{screen.centre().x - std::min(width, screen.w - 24) / 2,
                   screen.centre().y - std::min(height, screen.h - 24) / 2,
                   std::min(width, screen.w - 24), std::min(height, screen.h - 24)};
    ImGui::SetNextWindowPos({screen.x, screen.y});
    ImGui::SetNextWindowSize({screen.w, screen.h});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleColor(ImGuiCol_WindowBg, ImGui::ColorConvertU32ToFloat4(with_alpha(
                                                 rgb(0x05070A), ui.theme.dark ? 0.62f : 0.38f)));
    ImGui::Begin(
        id, nullptr,
        ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings);
    if (ImGui::IsWindowAppearing()) ImGui::SetWindowFocus();
    const Painter painter = ui.painter();
    painter.shadow(box, ui.theme.shadow, radius::kPanel, 24);
    painter.fill(box, ui.theme.panel, radius::kPanel);
    painter.outline(box, ui.theme.border_strong, radius::kPanel);
    content = box.inset(space::kHuge, space::kLarge + 2);
    closed = (ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !box.contains(pointer()) &&
              !ImGui::IsWindowAppearing()) ||
             ImGui::IsKeyPressed(ImGuiKey_Escape, false);
  }
  ~Dialog() {
    ImGui::End();
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(2);
  }
  Dialog(const Dialog&) = delete;
  Dialog& operator=(const Dialog&) = delete;

  Rect content;
  bool closed = false;
};

void draw_key(const Painter& painter, const Theme& theme, Point at, std::string_view keys) {
  const float width = painter.width(TextStyle::Small, keys) + 14;
  const Rect cap{at.x, at.y, width, 22};
  painter.fill(cap, theme.inset, radius::kSmall);
  painter.outline(cap, theme.border_strong, radius::kSmall);
  painter.text_centred(cap, TextStyle::Small, theme.text, keys);
}

// The rows of keys and signs.
constexpr float kHelpRow = 29;

float draw_keys(const Painter& painter, const Theme& theme, Point at, float width) {
  float y = at.y;
  for (const KeyHelp& key : kKeys) {
    draw_key(painter, theme, {at.x, y}, key.keys);
    painter.text_in({at.x + 92, y + 3}, width - 92, TextStyle::Small, theme.text_soft, key.meaning);
    y += kHelpRow;
  }
  return y - at.y;
}

float draw_signs(const Ui& ui, const Painter& painter, Point at, float width) {
  float y = at.y;
  for (const auto& [health, meaning] : kSigns) {
    draw_health(painter, ui.theme, health, {at.x + 9, y + 11}, 16, ui.reduced_motion ? 0 : ui.time);
    painter.text_in({at.x + 30, y + 3}, width - 30, TextStyle::Small, ui.theme.text_soft, meaning);
    y += kHelpRow;
  }
  return y - at.y;
}

}  // namespace

void draw_help(Ui& ui, Desk& desk, const Rect& screen) {
  if (!desk.help_open) return;
  const bool narrow = screen.w < 640;
  // As high as everything in it, where the screen is.
  constexpr float kAround = 40 + 2 * (space::kLarge + 2);
  const float rows = narrow ? kKeys.size() + kSigns.size() : kKeys.size();
  Dialog dialog{ui, "help", screen, narrow ? 400.0f : 780.0f,
                rows * kHelpRow + kAround + (narrow ? 12.0f : 0.0f)};
  Rect rest = dialog.content;
  Rect head = rest.take_top(40);
  const Painter painter = ui.painter();
  painter.text({head.x, head.y + 3}, TextStyle::Title, ui.theme.text, "Keys and signs");
  const bool close = button(ui, "help/close", head.take_right(control::kHeight).inset(0, 6),
                            {.icon = Icon::Close, .tooltip = "Close (Esc)"});
  {
    const ScrollArea scroll{ui, "help-text", rest};
    const Painter inner = ui.painter();
    const Point at = scroll.origin();
    float height = 0;
    if (narrow) {
      height = draw_keys(inner, ui.theme, at, scroll.width());
      height += 12 + draw_signs(ui, inner, at + Point{0, height + 12}, scroll.width());
    } else {
      const float half = scroll.width() / 2;
      height = std::max(draw_keys(inner, ui.theme, at, half - 12),
                        draw_signs(ui, inner, at + Point{half + 12, 0}, half - 12));
    }
    scroll.content(scroll.width(), height);
  }
  if (close || dialog.closed) desk.help_open = false;
}

void draw_delete_question(Ui& ui, Desk& desk, const Rect& screen) {
  if (!desk.delete_asked) return;
  Dialog dialog{ui, "delete-question", screen, 400, 168};
  const Painter painter = ui.painter();
  Rect rest = dialog.content;
  const ObjectRef object = desk.delete_asked;
  painter.text_in({rest.x, rest.y}, rest.w, TextStyle::Title, ui.theme.text,
                  fmt::format("Delete {} {}?", object.kind, object.name), Ellipsis::Middle);
  painter.text_wrapped(
      {rest.x, rest.y + 30}, rest.w, TextStyle::Body, ui.theme.text_soft,
      object.kind == "Pod"
          ? "It is stopped with its grace period. If something owns it, a new one takes its place."
          : "What it owns goes with it.");
  Rect bar = rest.take_bottom(control::kHeight + 2);
  const ButtonLook remove{.icon = Icon::Trash, .label = "Delete", .emphasis = Emphasis::Danger};
  const bool yes =
      button(ui, "delete/yes", bar.take_right(button_width(painter, remove)), remove) ||
      ImGui::IsKeyPressed(ImGuiKey_Enter, false);
  bar.take_right(space::kSmall);
  const ButtonLook keep{.label = "Cancel", .emphasis = Emphasis::Normal};
  const bool no = button(ui, "delete/no", bar.take_right(button_width(painter, keep)), keep);
  if (yes) desk.act(Action::Delete, object);
  if (yes || no || dialog.closed) desk.delete_asked = {};
}

void draw_toasts(Ui& ui, Desk& desk, const Rect& screen) {
  constexpr float kSeconds = 4;
  const Painter painter = ui.overlay();
  float y = screen.bottom() - 20;
  for (auto toast = desk.toasts.rbegin(); toast != desk.toasts.rend(); ++toast) {
    toast->age += ui.seconds;
    const float alpha =
        std::clamp(std::min(toast->age * 8, (kSeconds - toast->age) * 4), 0.0f, 1.0f);
    const float most = std::min(460.0f, screen.w - 32);
    const float text_width = std::min(painter.width(TextStyle::Body, toast->text) + 4, most - 52);
    const float text_height = painter.wrapped_height(text_width, TextStyle::Body, toast->text);
    const Rect box{screen.centre().x - (text_width + 52) / 2, y - text_height - 18, text_width + 52,
                   text_height + 18};
    painter.shadow(box, faded(ui.theme.shadow, alpha), radius::kCard, 12);
    painter.fill(box, faded(ui.theme.dark ? rgb(0x232933) : rgb(0x1B2029), alpha), radius::kCard);
    painter.outline(box, faded(ui.theme.dark ? ui.theme.border_strong : rgb(0x1B2029), alpha),
                    radius::kCard);
    const Health sign = toast->bad ? Health::Failing : Health::Ready;
    const Colour colour = faded(toast->bad ? rgb(0xF4707A) : rgb(0x43C288), alpha);
    static_cast<void>(sign);
    painter.circle({box.x + 20, box.centre().y}, 4, colour);
    painter.text_wrapped({box.x + 36, box.y + 9}, text_width, TextStyle::Body,
                         faded(rgb(0xF2F4F7), alpha), toast->text);
    ui.widgets.add("toast", box, toast->text);
    y = box.y - 8;
  }
  std::erase_if(desk.toasts, [](const Toast& toast) { return toast.age > kSeconds; });
  ui.moving |= !desk.toasts.empty();
}

}  // namespace rockpool::app
