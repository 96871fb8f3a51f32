// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/lookups_view.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>

#include "web/app/format.h"
#include "web/app/view/link.h"
#include "web/app/widgets/controls.h"

namespace rockpool::app {
namespace {

constexpr float kLookup = 56;
constexpr float kQuestion = 40;
constexpr float kLine = 16;
constexpr float kField = 46;
constexpr std::string_view kWhatIsSeen =
    "Seen are the look-ups of requests that were followed hop by hop: all of them while there are "
    "few, some while there are many. The last 200 that went different ways are kept. What is asked "
    "by hand goes to the cluster's DNS Service, with the search path of /etc/resolv.conf.";

double seconds_of(sim::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string key_of_lookup(const DnsLookup& lookup) {
  return fmt::format("{}/{}", lookup.client, lookup.name);
}

// The object that pod/namespace/name or node/name names.
ObjectRef client_ref(std::string_view client) {
  if (client.starts_with("node/")) return {"Node", "", std::string{client.substr(5)}};
  const std::size_t slash = client.find('/', 4);
  if (!client.starts_with("pod/") || slash == std::string_view::npos) return {};
  return {"Pod", std::string{client.substr(4, slash - 4)}, std::string{client.substr(slash + 1)}};
}

void for_each_line(std::string_view text, const auto& take) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    take(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
}

// Returns the height that it takes.
float draw_text_block(Ui& ui, const Rect& row, std::string_view title, std::string_view text) {
  const Painter painter = ui.painter();
  const float width = row.w - 2 * space::kLarge;
  const auto height_of = [&](std::string_view line) {
    return std::max(kLine, painter.wrapped_height(width, TextStyle::CodeSmall, line));
  };
  float height = 34;
  for_each_line(text, [&](std::string_view line) { height += height_of(line); });
  painter.fill({row.x, row.y, row.w, height}, ui.theme.inset);
  painter.fill({row.x, row.y + height - ui.pixel, row.w, ui.pixel}, ui.theme.border);
  painter.text({row.x + space::kLarge, row.y + 8}, TextStyle::Caption, ui.theme.text_faint, title);
  float y = row.y + 26;
  for_each_line(text, [&](std::string_view line) {
    painter.text_wrapped({row.x + space::kLarge, y}, width, TextStyle::CodeSmall,
                         line.starts_with(';') ? ui.theme.text_faint : ui.theme.text_soft, line);
    y += height_of(line);
  });
  return height;
}

void draw_question(const Ui& ui, const Painter& painter, const DnsQuestion& question,
                   const Rect& row) {
  const float left = row.x + 38;
  const float right = row.right() - space::kMedium;
  painter.line({row.x + 21, row.y}, {row.x + 21, row.y + 14}, ui.theme.border_strong);
  painter.line({row.x + 21, row.y + 14}, {row.x + 32, row.y + 14}, ui.theme.border_strong);
  const std::string took = latency_text(seconds_of(question.took));
  const float took_width = painter.width(TextStyle::Caption, took) + 8;
  painter.text_in({left, row.y + 5}, right - left - took_width, TextStyle::CodeSmall,
                  ui.theme.text_soft, fmt::format("{} {}", question.name, question.type),
                  Ellipsis::Middle);
  painter.text_right({row.x, row.y + 5, right - row.x, kLine}, TextStyle::Caption,
                     ui.theme.text_faint, took);
  std::string answer = question.code.empty() ? std::string{"waiting"} : question.code;
  if (question.found) {
    answer += " \u00B7 " + question.data;
  } else if (question.code == "NOERROR") {
    answer += " \u00B7 no such record";
  }
  std::string by = question.server;
  if (!question.pod.empty()) by = question.pod.substr(question.pod.find('/') + 1);
  const float width = painter.text_in({left, row.y + 21}, right - left, TextStyle::Caption,
                                      question.found ? ui.theme.good : ui.theme.text_soft, answer);
  painter.text_in({left + width + 8, row.y + 21}, right - left - width - 8, TextStyle::Caption,
                  ui.theme.text_faint, "by " + by);
}

}  // namespace

void LookupsView::draw_field(Ui& ui, Desk& desk, const Rect& area) {
  Rect bar = area.inset(space::kMedium, (area.h - control::kHeight) / 2);
  const ButtonLook look{.label = "Look up",
                        .emphasis = Emphasis::Normal,
                        .enabled = !question_.empty(),
                        .tooltip = "Ask the cluster's DNS from here"};
  const bool pressed =
      button(ui, "lookup-ask", bar.take_right(button_width(ui.painter(), look)), look);
  bar.take_right(6);
  text_field(ui, "lookup-name", bar, question_, "A name, and a type: web SRV");
  const bool entered = ImGui::IsItemDeactivated() && (ImGui::IsKeyPressed(ImGuiKey_Enter) ||
                                                      ImGui::IsKeyPressed(ImGuiKey_KeypadEnter));
  if ((!pressed && !entered) || question_.empty()) return;
  const Outcome outcome = desk.session.ask_name(desk.selection, question_);
  if (!outcome.ok) desk.say(outcome.message, true);
}

float LookupsView::draw_answer(Ui& ui, const Desk& desk, const Rect& row) {
  const NameAnswer* const answer = desk.session.name_answer(desk.selection);
  if (answer == nullptr) return 0;
  std::string text = answer->text;
  if (answer->waiting) {
    text += desk.playback.playing() ? ";; waiting for an answer\n"
                                    : ";; waiting for an answer: the cluster is paused\n";
  }
  ui.widgets.add("lookup-answer", {row.x, row.y, row.w, 34}, text);
  return draw_text_block(ui, row, fmt::format("{}, asked by hand", answer->asked), text);
}

void LookupsView::draw_lookup(Ui& ui, Desk& desk, const DnsLookup& lookup, const Rect& row) {
  const Painter painter = ui.painter();
  const std::string key = key_of_lookup(lookup);
  const bool open = open_.contains(key);
  const Rect head{row.x, row.y, row.w, kLookup};
  // The client's name lies in the row: it is pressed by itself.
  const Rect upper{head.x, head.y, head.w, 28};
  const Touch touch = touch_area(ui, fmt::format("lookup/{}", key), upper, lookup.result);
  if (touch.hovered) painter.fill(head, ui.theme.hover);
  draw_icon(painter, open ? Icon::ChevronDown : Icon::ChevronRight, {row.x + 13, row.y + 9, 16, 16},
            ui.theme.text_faint, 12);
  const float left = row.x + 38;
  const float right = row.right() - space::kMedium;
  const std::string age = age_text(desk.session.now() - lookup.started);
  const std::string when =
      lookup.count > 1 ? fmt::format("\u00D7{} \u00B7 {}", lookup.count, age) : age;
  const float when_width = painter.width(TextStyle::Caption, when) + 10;
  const float name =
      painter.text_in({left, row.y + 9}, (right - left - when_width) * 0.6f, TextStyle::Strong,
                      ui.theme.text, lookup.name, Ellipsis::Middle);
  const Colour colour = lookup.found ? ui.theme.good : ui.theme.bad;
  painter.text_in({left + name + 10, row.y + 10}, right - when_width - left - name - 10,
                  TextStyle::Small, colour,
                  lookup.found
                      ? lookup.result
                      : (lookup.questions.back().code.empty() ? std::string{"no answer"}
                                                              : lookup.questions.back().code));
  painter.text_right({row.x, row.y + 9, right - row.x, kLine}, TextStyle::Caption,
                     ui.theme.text_faint, when);
  const ObjectRef client = client_ref(lookup.client);
  float x = left + painter.text({left, row.y + 32}, TextStyle::Small, ui.theme.text_faint, "by ");
  x += link_to(ui, desk, fmt::format("lookup-client/{}", key), {x, row.y + 32}, (right - x) * 0.62f,
               client, client ? client.name : lookup.client, ui.theme.text_soft) +
       8;
  const std::size_t asked = lookup.questions.size();
  painter.text_in({x, row.y + 32}, right - x, TextStyle::Small, ui.theme.text_faint,
                  fmt::format("{} {} \u00B7 {}", asked, asked == 1 ? "question" : "questions",
                              latency_text(seconds_of(lookup.took))));
  if (touch.clicked) {
    if (open) {
      open_.erase(key);
    } else {
      open_.insert(key);
    }
  }
  float y = row.y + kLookup;
  for (std::size_t index = 0; open && index < lookup.questions.size(); ++index, y += kQuestion) {
    draw_question(ui, painter, lookup.questions[index], {row.x, y, row.w, kQuestion});
  }
  painter.fill({row.x + 12, row.bottom() - ui.pixel, row.w - 12, ui.pixel}, ui.theme.border);
}

void LookupsView::draw(Ui& ui, Desk& desk, std::string_view id, const Rect& area,
                       const std::string& resolv_conf, const std::vector<DnsLookup>& lookups) {
  // Whoever can ask.
  const bool asks =
      desk.selection_exists() && (desk.selection.kind == "Pod" || desk.selection.kind == "Node");
  if (!asks && resolv_conf.empty() && lookups.empty()) {
    empty_state(ui, area, Icon::Search, "No look-ups seen",
                "Names that requests ask for appear here, with every name of the search path that "
                "was tried.");
    return;
  }
  Rect rest = area;
  if (asks) draw_field(ui, desk, rest.take_top(kField));
  const ScrollArea scroll{ui, id, rest};
  float y = scroll.origin().y;
  y += draw_answer(ui, desk, {scroll.origin().x, y, scroll.width(), 0});
  if (!resolv_conf.empty()) {
    y += draw_text_block(ui, {scroll.origin().x, y, scroll.width(), 0}, "/etc/resolv.conf",
                         resolv_conf);
  }
  for (std::size_t index = 0; index < lookups.size(); ++index) {
    const DnsLookup& lookup = lookups[index];
    const bool open = open_.contains(key_of_lookup(lookup));
    const Rect row{scroll.origin().x, y, scroll.width(),
                   kLookup + (open ? kQuestion * static_cast<float>(lookup.questions.size()) : 0)};
    y += row.h;
    if (!row.overlaps(rest)) continue;
    ImGui::PushID(static_cast<int>(index));
    draw_lookup(ui, desk, lookup, row);
    ImGui::PopID();
  }
  if (lookups.empty()) {
    ui.painter().text_wrapped({scroll.origin().x + space::kLarge, y + space::kMedium},
                              scroll.width() - 2 * space::kLarge, TextStyle::Small,
                              ui.theme.text_soft, "No name was looked up lately.");
    y += 40;
  }
  const float width = scroll.width() - 2 * space::kLarge;
  const Painter painter = ui.painter();
  painter.text_wrapped({scroll.origin().x + space::kLarge, y + space::kMedium}, width,
                       TextStyle::Caption, ui.theme.text_faint, kWhatIsSeen);
  y += painter.wrapped_height(width, TextStyle::Caption, kWhatIsSeen) + 2 * space::kMedium;
  scroll.content(scroll.width(), y - scroll.origin().y);
}

}  // namespace rockpool::app
