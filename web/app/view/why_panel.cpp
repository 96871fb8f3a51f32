// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/why_panel.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>

#include "web/app/format.h"
#include "web/app/widgets/controls.h"
#include "web/app/widgets/menu.h"
#include "web/app/widgets/status.h"

namespace rockpool::app {
namespace {

constexpr float kField = 30;
constexpr float kLabel = 44;
constexpr float kNarrowBelow = 560;
// A menu is for choosing: among more, typing is quicker.
constexpr std::size_t kMostChoices = 60;

// Those that contain what is typed; all once it is one of them.
std::vector<std::string_view> matching(const std::vector<std::string>& choices,
                                       const std::string& typed) {
  const bool is_chosen = std::ranges::find(choices, typed) != choices.end();
  std::vector<std::string_view> found;
  for (const std::string& choice : choices) {
    if (found.size() < kMostChoices && (is_chosen || choice.contains(typed)))
      found.push_back(choice);
  }
  return found;
}

Icon icon_of(std::string_view choice) {
  if (choice.starts_with("pod/")) return Icon::Terminal;
  if (choice.starts_with("node/")) return Icon::Node;
  return choice.starts_with("http") ? Icon::Service : Icon::Globe;
}

}  // namespace

void WhyPanel::refresh(const Ui& ui, Desk& desk) {
  // Who asks for something else does not mean that request any more.
  const FailedRequestRef& failed = desk.why.failed;
  if (failed != nullptr && (failed->from != desk.why.from || failed->url != desk.why.url))
    desk.why.failed = nullptr;
  if (desk.why == asked_ && ui.time - asked_at_ < kAskEvery) return;
  asked_ = desk.why;
  asked_at_ = ui.time;
  answer_ = desk.session.explain(asked_);
}

void WhyPanel::draw_choice(Ui& ui, std::string_view id, const Rect& rect, std::string& text,
                           std::string_view label, std::string_view hint,
                           const std::vector<std::string>& choices) const {
  const Painter painter = ui.painter();
  Rect row = rect;
  const Rect name = row.take_left(kLabel);
  painter.text({name.x, name.centre().y - Painter::height(TextStyle::Small) / 2}, TextStyle::Small,
               ui.theme.text_faint, label);
  const Rect arrow = row.take_right(kField);
  row.take_right(4);
  text_field(ui, id, row, text, hint, false, icon_of(text));
  const std::string menu_id = fmt::format("{}-menu", id);
  const ButtonLook look{
      .icon = Icon::ChevronDown, .emphasis = Emphasis::Normal, .tooltip = "Choose"};
  if (button(ui, fmt::format("{}/choose", id), arrow, look)) ImGui::OpenPopup(menu_id.c_str());
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float width = std::min(std::max(row.w, 280.0f), screen.x - 40);
  const float below = screen.y - rect.bottom() - 20;
  const bool upwards = below < 260;
  ImGui::SetNextWindowPos({std::clamp(row.x, 8.0f, std::max(8.0f, screen.x - width - 20)),
                           upwards ? rect.y - 4 : rect.bottom() + 4},
                          ImGuiCond_Appearing, {0, upwards ? 1.0f : 0.0f});
  ImGui::SetNextWindowSizeConstraints({0, 0}, {FLT_MAX, upwards ? rect.y - 20 : below});
  Menu menu{ui, menu_id, width};
  if (!menu.is_open()) return;
  const std::vector<std::string_view> found = matching(choices, text);
  if (found.empty()) menu.heading("Nothing here contains what is written");
  for (const std::string_view choice : found) {
    if (menu.item(fmt::format("{}/{}", id, choice), icon_of(choice), choice)) text = choice;
  }
}

float WhyPanel::draw_question(Ui& ui, Desk& desk, const Rect& area) {
  const World& world = desk.session.world();
  // Nothing has been asked yet: what is looked at is a good guess.
  if (desk.why == WhyRequest{})
    desk.why = likely_request(world, desk.session.traffic(), desk.selection);
  const bool narrow = area.w < kNarrowBelow;
  Rect rest = Rect{area}.inset(space::kMedium, 10);
  Rect from = rest.take_top(kField);
  Rect to = from;
  if (narrow) {
    rest.take_top(6);
    to = rest.take_top(kField);
  } else {
    from.w = (from.w - space::kLarge) / 2;
    to = {from.right() + space::kLarge, from.y, from.w, from.h};
  }
  draw_choice(ui, "why-from", from, desk.why.from, "From", "pod/default/name, node/name, external",
              request_clients(world));
  draw_choice(ui, "why-to", to, desk.why.url, "To", "http://name/",
              request_urls(world, desk.why.from));
  const float height = to.bottom() + 10 - area.y;
  ui.painter().fill({area.x, area.y + height - ui.pixel, area.w, ui.pixel}, ui.theme.border);
  return height;
}

float WhyPanel::draw_heading(Ui& ui, std::string_view text, const Rect& row) const {
  ui.painter().text_in({row.x, row.y}, row.w, TextStyle::Small, ui.theme.text_faint, text);
  return 22;
}

float WhyPanel::draw_verdict(Ui& ui, std::string_view part, const cluster::Explanation& explanation,
                             const Rect& row) const {
  const Painter painter = ui.painter();
  const bool well = explanation.cause == cluster::Cause::none;
  const float left = row.x + 26;
  const float width = row.right() - left - space::kMedium;
  const float top = row.y + 10;
  const float summary = painter.wrapped_height(width, TextStyle::Strong, explanation.summary);
  const float advice =
      explanation.advice.empty()
          ? 0
          : 4 + painter.wrapped_height(width, TextStyle::Small, explanation.advice);
  const float height = summary + advice + 20;
  painter.fill({row.x - 8, row.y, row.w + 16, height},
               faded(well ? ui.theme.good : ui.theme.bad, ui.theme.dark ? 0.13f : 0.08f),
               radius::kCard);
  draw_health(painter, ui.theme, well ? Health::Ready : Health::Failing, {row.x + 9, top + 8}, 15,
              0);
  painter.text_wrapped({left, top}, width, TextStyle::Strong, ui.theme.text, explanation.summary);
  painter.text_wrapped({left, top + summary + 4}, width, TextStyle::Small, ui.theme.text_soft,
                       explanation.advice);
  ui.widgets.add(fmt::format("{}/verdict", part), {row.x, row.y, row.w, height},
                 fmt::format("{}: {} {}", cluster::cause_name(explanation.cause),
                             explanation.summary, explanation.advice));
  return height;
}

float WhyPanel::draw_findings(Ui& ui, std::string_view part,
                              const cluster::Explanation& explanation, const Rect& row) const {
  const Painter painter = ui.painter();
  const float left = row.x + 26;
  float y = row.y;
  for (std::size_t index = 0; index < explanation.findings.size(); ++index) {
    const cluster::Finding& finding = explanation.findings[index];
    const float height =
        painter.wrapped_height(row.right() - left, TextStyle::Small, finding.text) + 10;
    const Point sign{row.x + 9, y + 8};
    if (index + 1 < explanation.findings.size()) {
      painter.line({sign.x, sign.y + 8}, {sign.x, sign.y + height - 8}, ui.theme.border_strong);
    }
    draw_health(painter, ui.theme, finding.is_well ? Health::Ready : Health::Failing, sign, 12, 0);
    painter.text_wrapped({left, y}, row.right() - left, TextStyle::Small,
                         finding.is_well ? ui.theme.text_soft : ui.theme.text, finding.text);
    ui.widgets.add(fmt::format("{}/finding/{}", part, index), {row.x, y, row.w, height},
                   finding.text);
    y += height;
  }
  return y - row.y;
}

// Of a request that has failed first how it did, then, if that is something else, how it would go
// now.
float WhyPanel::draw_answer(Ui& ui, const Desk& desk, const Rect& row) const {
  const auto below = [&row](float height) { return Rect{row.x, row.y + height, row.w, 0}; };
  const auto draw_one = [&](std::string_view part, const cluster::Explanation& explanation,
                            float height) {
    height += draw_verdict(ui, part, explanation, below(height)) + space::kMedium;
    return height + draw_findings(ui, part, explanation, below(height));
  };
  if (!answer_->then || asked_.failed == nullptr) return draw_one("why", answer_->now, 0);
  const FailedRequest& failed = *asked_.failed;
  const std::string when = fmt::format(
      "{} ago it failed: {}", age_text(desk.session.now() - failed.result.ended), failed.words);
  float height = draw_heading(ui, when, row);
  height = draw_one("why-then", *answer_->then, height) + space::kMedium;
  const bool same =
      answer_->now.cause == answer_->then->cause && answer_->now.summary == answer_->then->summary;
  height +=
      draw_heading(ui, same ? "The same is wrong now." : "If it were made now:", below(height));
  if (same) {
    ui.widgets.add("why/same", below(height - 22), "The same is wrong now.");
    return height;
  }
  return draw_one("why", answer_->now, height);
}

void WhyPanel::draw(Ui& ui, Desk& desk, const Rect& area) {
  const Painter painter = ui.painter();
  painter.fill(area, ui.theme.panel);
  Rect rest = area;
  rest.take_top(draw_question(ui, desk, area));
  refresh(ui, desk);
  if (!answer_) {
    const bool is_blank = asked_.url.empty() || asked_.from.empty();
    empty_state(ui, rest, Icon::Help, is_blank ? "Who asks for what?" : "Nobody can ask that",
                is_blank ? "Choose a client and a URL: the way of the request is looked at, and "
                           "nothing is sent."
                         : answer_.error());
    return;
  }
  const ScrollArea scroll{ui, "why", rest};
  const Rect row{scroll.origin().x + space::kLarge, scroll.origin().y + space::kMedium,
                 scroll.width() - 2 * space::kLarge, 0};
  const float height = draw_answer(ui, desk, row);
  scroll.content(scroll.width(), height + 2 * space::kMedium);
}

}  // namespace rockpool::app
