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
constexpr std::string_view kWhatIsSeen =
    "Seen are the look-ups of requests that were followed hop by hop: all of them while there are "
    "few, some while there are many. The last 200 that went different ways are kept.";

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

float draw_resolv_conf(Ui& ui, const Rect& row, const std::string& text) {
  const Painter painter = ui.painter();
  const auto lines = static_cast<float>(std::ranges::count(text, '\n'));
  const float height = 34 + lines * kLine;
  painter.fill({row.x, row.y, row.w, height}, ui.theme.inset);
  painter.fill({row.x, row.y + height - ui.pixel, row.w, ui.pixel}, ui.theme.border);
  painter.text({row.x + space::kLarge, row.y + 8}, TextStyle::Caption, ui.theme.text_faint,
               "/etc/resolv.conf");
  float y = row.y + 26;
  for (std::string_view rest = text; !rest.empty(); y += kLine) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    painter.text_in({row.x + space::kLarge, y}, row.w - 2 * space::kLarge, TextStyle::CodeSmall,
                    ui.theme.text_soft, rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
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
  if (resolv_conf.empty() && lookups.empty()) {
    empty_state(ui, area, Icon::Search, "No look-ups seen",
                "Names that requests ask for appear here, with every name of the search path that "
                "was tried.");
    return;
  }
  const ScrollArea scroll{ui, id, area};
  float y = scroll.origin().y;
  if (!resolv_conf.empty())
    y += draw_resolv_conf(ui, {scroll.origin().x, y, scroll.width(), 0}, resolv_conf);
  for (std::size_t index = 0; index < lookups.size(); ++index) {
    const DnsLookup& lookup = lookups[index];
    const bool open = open_.contains(key_of_lookup(lookup));
    const Rect row{scroll.origin().x, y, scroll.width(),
                   kLookup + (open ? kQuestion * static_cast<float>(lookup.questions.size()) : 0)};
    y += row.h;
    if (!row.overlaps(area)) continue;
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
