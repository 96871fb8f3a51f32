// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/proxy_view.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>

#include "web/app/view/link.h"
#include "web/app/view/proxy_mode_menu.h"
#include "web/app/view/text_lines.h"
#include "web/app/widgets/controls.h"
#include "web/app/widgets/status.h"

namespace rockpool::app {
namespace {

constexpr float kLine = 20;
constexpr float kRuleHead = 56;
constexpr float kConnection = 62;
constexpr float kAffinity = 50;
// Of one rule's endpoints, so many are shown.
constexpr std::size_t kMostEnds = 12;

void draw_border(const Ui& ui, const Painter& painter, const Rect& row) {
  painter.fill({row.x + 12, row.bottom() - ui.pixel, row.w - 12, ui.pixel}, ui.theme.border);
}

// 119 s, 4 min, 4 h 59 min: as long as it would last.
std::string remaining_text(std::int64_t seconds) {
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} days", seconds / 86400);
}

// Why an endpoint gets connections, or does not, in a word.
std::string_view end_words(const RuleRow::End& end) {
  if (end.inside && end.outside) return end.terminating ? "terminating, the last" : "";
  if (end.inside) return "not from outside";
  if (end.outside) return "only from outside";
  return end.terminating ? "terminating" : "left out";
}

float height_of(const RuleRow& rule) {
  const std::size_t lines = std::min(rule.ends.size(), kMostEnds) +
                            (rule.ends.size() > kMostEnds || rule.ends.empty() ? 1 : 0);
  return kRuleHead + kLine * static_cast<float>(lines) + 8;
}

void draw_end(Ui& ui, Desk& desk, const RuleRow::End& end, const Rect& row) {
  const Painter painter = ui.painter();
  const bool used = end.inside || end.outside;
  const float left = row.x + 34;
  draw_health(painter, ui.theme,
              used              ? Health::Ready
              : end.terminating ? Health::Leaving
                                : Health::NotReady,
              {row.x + 22, row.y + kLine / 2}, 11, ui.reduced_motion ? 0 : ui.time);
  const float right = row.right() - space::kMedium;
  float x = left +
            painter.text_in({left, row.y + 3}, right - left, TextStyle::CodeSmall,
                            used ? ui.theme.text : ui.theme.text_faint, end.address) +
            10;
  const std::string_view words = end_words(end);
  const float words_width =
      words.empty() ? 0 : painter.width(TextStyle::Caption, words) + space::kSmall;
  if (end.pod && right - x - words_width > 30) {
    link_to(ui, desk, fmt::format("rule-pod/{}", end.pod.name), {x, row.y + 2},
            right - x - words_width, end.pod, end.pod.name, ui.theme.text_soft);
  }
  painter.text_right({row.x, row.y, right - row.x, kLine}, TextStyle::Caption, ui.theme.text_faint,
                     words);
}

void draw_rule(Ui& ui, Desk& desk, const RuleRow& rule, const Rect& row) {
  const Painter painter = ui.painter();
  const float left = row.x + space::kLarge;
  const float right = row.right() - space::kMedium;
  ui.widgets.add(fmt::format("rule/{}/{}/{}", rule.service.ns, rule.service.name, rule.port), row,
                 fmt::format("{}", rule.ends.size()));
  float x = left + link_to(ui, desk, "rule-service", {left, row.y + 10}, (right - left) * 0.7f,
                           rule.service, rule.service.name, ui.theme.text);
  painter.text_in({x + 8, row.y + 11}, right - x - 8, TextStyle::Caption, ui.theme.text_faint,
                  fmt::format("{} \u00B7 {}", rule.port, rule.service.ns));
  std::string frontends;
  for (const std::string& frontend : rule.frontends) {
    if (!frontends.empty()) frontends += "  ";
    frontends += frontend;
  }
  painter.text_in({left, row.y + 32}, right - left, TextStyle::CodeSmall, ui.theme.accent,
                  frontends);
  float y = row.y + kRuleHead;
  for (std::size_t index = 0; index < std::min(rule.ends.size(), kMostEnds); ++index, y += kLine) {
    draw_end(ui, desk, rule.ends[index], {row.x, y, row.w, kLine});
  }
  if (rule.ends.empty()) {
    painter.text({left, y + 2}, TextStyle::Small, ui.theme.bad, "No endpoints: refused");
  } else if (rule.ends.size() > kMostEnds) {
    painter.text({row.x + 34, y + 2}, TextStyle::Small, ui.theme.text_faint,
                 fmt::format("and {} more", rule.ends.size() - kMostEnds));
  }
  draw_border(ui, painter, row);
}

// An address with the Pod that has it, if there is room.
void draw_party(Ui& ui, Desk& desk, std::string_view id, Point at, float width,
                std::string_view address, const ObjectRef& pod, std::string_view changed) {
  const Painter painter = ui.painter();
  float x = at.x + painter.text_in(at, width, TextStyle::CodeSmall, ui.theme.text, address);
  if (!changed.empty()) {
    const std::string text = fmt::format(" \u2192 {}", changed);
    x += painter.text_in({x, at.y}, at.x + width - x, TextStyle::CodeSmall, ui.theme.accent, text);
  }
  if (pod && at.x + width - x > 40) {
    link_to(ui, desk, id, {x + 8, at.y - 1}, at.x + width - x - 8, pod, pod.name,
            ui.theme.text_soft);
  }
}

// Rows of one height, of which those in view are drawn.
template <typename Row, typename Draw>
void draw_rows(Ui& ui, std::string_view id, const Rect& area, const std::vector<Row>& rows,
               float height, Draw&& draw) {
  const ScrollArea scroll{ui, id, area};
  const auto first = static_cast<std::size_t>(std::max(0.0f, ImGui::GetScrollY() / height));
  const auto shown = static_cast<std::size_t>(area.h / height) + 2;
  for (std::size_t index = first; index < std::min(rows.size(), first + shown); ++index) {
    ImGui::PushID(static_cast<int>(index));
    draw(rows[index],
         Rect{scroll.origin().x, scroll.origin().y + static_cast<float>(index) * height,
              scroll.width(), height});
    ImGui::PopID();
  }
  scroll.content(scroll.width(), static_cast<float>(rows.size()) * height);
}

}  // namespace

void ProxyView::refresh(const Ui& ui, const Desk& desk, const std::string& node) {
  if (node == node_ && part_ == asked_part_ && ui.time - asked_at_ < kAskEvery) return;
  node_ = node;
  asked_part_ = part_;
  asked_at_ = ui.time;
  proxy_ = desk.session.node_proxy(node, static_cast<NodeProxyPart>(part_));
}

void ProxyView::draw_bar(Ui& ui, Desk& desk, Rect& rest) {
  const Painter painter = ui.painter();
  Rect bar = rest.take_top(44).inset(space::kMedium, 8);
  draw_proxy_mode(ui, desk, "node-proxy-mode",
                  bar.take_left(std::min(bar.w, proxy_mode_width(ui, desk))));
  painter.text_in({bar.x + 10, bar.y + (bar.h - Painter::height(TextStyle::Caption)) / 2},
                  bar.w - 10, TextStyle::Caption, ui.theme.text_faint, "on every node");
  const std::array<std::string_view, 4> parts{
      "Rules", rule_tool_name(desk.session.proxy_mode().kind), "Tracked", "Affinity"};
  const Rect choice = rest.take_top(36).inset(space::kMedium, 3);
  segmented(ui, "node-proxy", choice, parts, part_);
  painter.fill({rest.x, rest.y, rest.w, ui.pixel}, ui.theme.border);
}

void ProxyView::draw(Ui& ui, Desk& desk, const Rect& area, const std::string& node) {
  Rect rest = area;
  draw_bar(ui, desk, rest);
  rest.take_top(1);
  refresh(ui, desk, node);
  switch (static_cast<NodeProxyPart>(part_)) {
    case NodeProxyPart::Rules:
      return draw_rules(ui, desk, rest);
    case NodeProxyPart::Text:
      if (!proxy_.text.empty()) return draw_text_lines(ui, "proxy-text", rest, proxy_.text);
      return empty_state(ui, rest, Icon::Code, "No rules", "The node has none yet.");
    case NodeProxyPart::Connections:
      return draw_connections(ui, desk, rest);
    case NodeProxyPart::Affinities:
      return draw_affinities(ui, desk, rest);
  }
}

void ProxyView::draw_rules(Ui& ui, Desk& desk, const Rect& area) const {
  if (proxy_.rules.empty()) {
    return empty_state(ui, area, Icon::Service, "No rules",
                       "The proxy knows of no Service with a cluster IP.");
  }
  const ScrollArea scroll{ui, "proxy-rules", area};
  float y = scroll.origin().y;
  for (std::size_t index = 0; index < proxy_.rules.size(); ++index) {
    const RuleRow& rule = proxy_.rules[index];
    const Rect row{scroll.origin().x, y, scroll.width(), height_of(rule)};
    y += row.h;
    if (!row.overlaps(area)) continue;
    ImGui::PushID(static_cast<int>(index));
    draw_rule(ui, desk, rule, row);
    ImGui::PopID();
  }
  scroll.content(scroll.width(), y - scroll.origin().y);
}

void ProxyView::draw_connections(Ui& ui, Desk& desk, const Rect& area) const {
  if (proxy_.connections.empty()) {
    return empty_state(ui, area, Icon::Map, "Nothing is tracked",
                       "Connections that pass this node's kernel appear here while they last, and "
                       "a while after.");
  }
  draw_rows(ui, "connections", area, proxy_.connections, kConnection,
            [&](const ConnectionRow& one, const Rect& row) {
              const Painter painter = ui.painter();
              const float left = row.x + space::kLarge;
              const float width = row.w - space::kLarge - space::kMedium;
              ui.widgets.add(fmt::format("tracked/{}/{}", one.protocol, one.source), row,
                             one.destination);
              std::string head = one.protocol;
              if (!one.state.empty()) head += " \u00B7 " + one.state;
              const bool over = one.state == "TIME_WAIT" || one.state == "CLOSE";
              painter.text({left, row.y + 7}, TextStyle::Caption,
                           over ? ui.theme.text_faint : ui.theme.good, head);
              painter.text_right({left, row.y + 7, width, 14}, TextStyle::Caption,
                                 ui.theme.text_faint, remaining_text(one.remaining_seconds));
              draw_party(ui, desk, "client", {left, row.y + 24}, width, one.source, one.client,
                         one.new_source);
              draw_party(ui, desk, "server", {left, row.y + 41}, width, one.destination, one.server,
                         one.new_destination);
              draw_border(ui, painter, row);
            });
}

void ProxyView::draw_affinities(Ui& ui, Desk& desk, const Rect& area) const {
  if (proxy_.affinities.empty()) {
    return empty_state(ui, area, Icon::Inspect, "No client is remembered",
                       "With sessionAffinity: ClientIP a Service's clients stay with one endpoint; "
                       "this node's are listed here.");
  }
  draw_rows(ui, "affinities", area, proxy_.affinities, kAffinity,
            [&](const AffinityRow& one, const Rect& row) {
              const Painter painter = ui.painter();
              const float left = row.x + space::kLarge;
              const float right = row.right() - space::kMedium;
              ui.widgets.add("affinity", row, fmt::format("{} {}", one.client, one.endpoint));
              const std::string left_over = remaining_text(one.remaining_seconds);
              const float room = right - left - painter.width(TextStyle::Caption, left_over) - 10;
              const float width = link_to(ui, desk, "affinity-service", {left, row.y + 8}, room,
                                          one.service, one.service.name, ui.theme.text);
              painter.text_in({left + width + 8, row.y + 9}, room - width - 8, TextStyle::Caption,
                              ui.theme.text_faint, one.port);
              painter.text_right({left, row.y + 8, right - left, 14}, TextStyle::Caption,
                                 ui.theme.text_faint, left_over);
              draw_party(ui, desk, "affinity-pod", {left, row.y + 28}, right - left, one.client,
                         one.pod, one.endpoint);
              draw_border(ui, painter, row);
            });
}

}  // namespace rockpool::app
