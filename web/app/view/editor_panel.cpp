// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/editor_panel.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>

#include "web/app/examples.h"
#include "web/app/widgets/controls.h"
#include "web/app/widgets/menu.h"
#include "web/app/widgets/status.h"

namespace rockpool::app {
namespace {

constexpr float kResultRow = 24;
constexpr std::size_t kMostResultRows = 7;

}  // namespace

EditorPanel::EditorPanel() {
  editor.buffer.set_text(first_manifest());
}

void EditorPanel::apply(Desk& desk) {
  report_ = desk.session.apply(editor.buffer.text());
  has_report_ = true;
  editor.error_line = std::string::npos;
  editor.error.clear();
  if (report_.ok) return;
  editor.error = report_.error;
  if (report_.error_line > 0) {
    editor.error_line = static_cast<std::size_t>(report_.error_line - 1);
    editor.reveal(editor.error_line);
  }
}

std::vector<std::string> EditorPanel::result_words() const {
  if (!has_report_) return {};
  if (!report_.ok) return {"Nothing was applied: " + report_.error};
  std::vector<std::string> words;
  for (const ApplyLine& line : report_.lines) words.push_back(line.object + ' ' + line.result);
  return words;
}

void EditorPanel::draw(Ui& ui, Desk& desk, const Rect& area) {
  const Painter painter = ui.painter();
  painter.fill(area, ui.theme.panel);
  Rect rest = area;
  draw_head(ui, desk, rest.take_top(control::kBar - 4));
  if (has_report_) {
    const Rect results = rest.take_bottom(std::min(results_height(painter, rest.w), rest.h * 0.5f));
    draw_results(ui, results);
  }
  if (editor.draw(ui, "editor", rest)) apply(desk);
}

void EditorPanel::draw_head(Ui& ui, Desk& desk, Rect head) {
  const Painter painter = ui.painter();
  painter.fill({head.x, head.bottom() - ui.pixel, head.w, ui.pixel}, ui.theme.border);
  Rect bar = head.inset(space::kMedium, (head.h - control::kHeight) / 2);
  const ButtonLook apply_look{.icon = Icon::Apply,
                              .label = "Apply",
                              .emphasis = Emphasis::Main,
                              .tooltip = "Apply the manifests, as kubectl apply does (Ctrl+Enter)"};
  if (button(ui, "apply", bar.take_right(button_width(painter, apply_look)), apply_look))
    apply(desk);
  bar.take_right(space::kSmall);
  const ButtonLook examples_look{.icon = Icon::Examples,
                                 .label = "Examples",
                                 .emphasis = Emphasis::Normal,
                                 .tooltip = "Worked examples to start from"};
  const Rect examples_rect = bar.take_right(button_width(painter, examples_look));
  const bool pressed = button(ui, "examples", examples_rect, examples_look);
  if (pressed || desk.examples_wanted) ImGui::OpenPopup("examples-menu");
  desk.examples_wanted = false;
  draw_examples(ui, desk, examples_rect);
  painter.text_in({bar.x, bar.y + (bar.h - Painter::height(TextStyle::Strong)) / 2}, bar.w - 8,
                  TextStyle::Strong, ui.theme.text, "Manifests");
}

void EditorPanel::draw_examples(Ui& ui, Desk& desk, const Rect& anchor) {
  Menu menu{ui, "examples-menu", place_menu_below(anchor, 320)};
  if (!menu.is_open()) return;
  for (const Example& example : examples()) {
    if (menu.wide_item(fmt::format("example/{}", example.path), example.title, example.summary)) {
      load_example(desk, example.path);
    }
  }
}

void EditorPanel::load_example(Desk& desk, std::string_view path) {
  for (const Example& example : examples()) {
    if (example.path != path) continue;
    editor.buffer.replace_all(example.text);
    editor.error_line = std::string::npos;
    has_report_ = false;
    desk.say(fmt::format("{} \u2014 press Apply to create it", example.title));
  }
}

float EditorPanel::results_height(const Painter& painter, float width) const {
  if (!report_.ok) {
    return painter.wrapped_height(width - 56, TextStyle::Small, report_.error) + 34;
  }
  const std::size_t rows = std::min(report_.lines.size(), kMostResultRows);
  return static_cast<float>(rows) * kResultRow + 16;
}

void EditorPanel::draw_results(Ui& ui, const Rect& area) const {
  const Painter painter = ui.painter();
  painter.fill(area, ui.theme.panel);
  painter.fill({area.x, area.y, area.w, ui.pixel}, ui.theme.border);
  if (!report_.ok) {
    draw_health(painter, ui.theme, Health::Failing, {area.x + 22, area.y + 18}, 15, 0);
    const std::string title =
        report_.error_line > 0
            ? fmt::format("Nothing was applied \u00B7 line {}", report_.error_line)
            : std::string{"Nothing was applied"};
    painter.text({area.x + 38, area.y + 8}, TextStyle::Strong, ui.theme.text, title);
    painter.text_wrapped({area.x + 38, area.y + 27}, area.w - 50, TextStyle::Small, ui.theme.bad,
                         report_.error);
    ui.widgets.add("apply/error", area, report_.error);
    return;
  }
  const ScrollArea scroll{ui, "results", area.inset(0, 6)};
  const Painter inner = ui.painter();
  float y = scroll.origin().y + 2;
  for (const ApplyLine& line : report_.lines) {
    const Rect row{scroll.origin().x + space::kMedium, y, scroll.width() - 2 * space::kMedium,
                   kResultRow};
    const bool changed = line.result != "unchanged";
    draw_health(inner, ui.theme, changed ? Health::Ready : Health::Finished,
                {row.x + 7, row.centre().y}, 13, 0);
    const float result_width = inner.width(TextStyle::Small, line.result) + 8;
    inner.text_in({row.x + 24, row.y + 4}, row.w - 24 - result_width, TextStyle::Small,
                  ui.theme.text, line.object, Ellipsis::Middle);
    inner.text_right(row, TextStyle::Small, changed ? ui.theme.good : ui.theme.text_faint,
                     line.result);
    ui.widgets.add(fmt::format("result/{}", line.object), row, line.result);
    y += kResultRow;
  }
  scroll.content(scroll.width(), y - scroll.origin().y);
}

}  // namespace rockpool::app
