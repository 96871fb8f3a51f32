// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/traffic_panel.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>

#include "web/app/format.h"
#include "web/app/widgets/chart.h"
#include "web/app/widgets/controls.h"
#include "web/app/widgets/status.h"

namespace rockpool::app {
namespace {

constexpr float kWideRow = 132;
constexpr float kNarrowRow = 300;
constexpr float kNarrowBelow = 620;
constexpr float kFailureRow = 48;
constexpr std::size_t kMostFailureRows = 6;

void draw_number(const Painter& painter, const Theme& theme, Point at, std::string_view value,
                 std::string_view label, Colour colour) {
  painter.text(at, TextStyle::Title, colour, value);
  painter.text({at.x, at.y + 20}, TextStyle::Caption, theme.text_faint, label);
}

// Requests by endpoint and, on top, failures; second by second.
std::vector<Series> columns_of(const ServiceTraffic& traffic, const Theme& theme) {
  std::vector<Series> series;
  const auto fill = [&](Series& part, auto&& value) {
    for (int ago = ServiceTraffic::kSeconds - 1; ago >= 0; --ago) part.values.push_back(value(ago));
  };
  for (const ServiceTraffic::Share& share : traffic.shares()) {
    Series part{{}, theme.series[static_cast<std::size_t>(share.colour)], share.endpoint};
    fill(part, [&](int ago) { return static_cast<float>(traffic.share_second(share, ago)); });
    series.push_back(std::move(part));
  }
  Series failed{{}, theme.bad, "failed"};
  fill(failed, [&](int ago) { return static_cast<float>(traffic.second(ago).failures); });
  series.push_back(std::move(failed));
  return series;
}

void draw_failure(Ui& ui, Desk& desk, const FailureGroup& group, const Rect& row) {
  const Painter painter = ui.painter();
  const RequestSeen& last = *group.last;
  const bool dropped = !last.dropped.empty();
  const Colour colour = dropped ? ui.theme.warning : ui.theme.bad;
  painter.fill(row, faded(colour, ui.theme.dark ? 0.10f : 0.06f));
  painter.fill({row.x, row.bottom() - ui.pixel, row.w, ui.pixel}, ui.theme.border);
  const Point sign{row.x + 22, row.centre().y};
  if (dropped) {
    painter.circle(sign, 7, colour);
    painter.line(sign - Point{4, 0}, sign + Point{4, 0}, ui.theme.panel, 2.4f);
  } else {
    draw_health(painter, ui.theme, Health::Failing, sign, 14, 0);
  }
  const ButtonLook why{.icon = Icon::Help,
                       .label = "Why?",
                       .emphasis = Emphasis::Normal,
                       .tooltip = "Why the last of these failed, and what is wrong now"};
  Rect rest = Rect{row}.inset(space::kMedium, (row.h - control::kHeight) / 2);
  const Rect place = rest.take_right(button_width(painter, why));
  const std::string id = fmt::format("{} {}", last.from, last.url);
  if (button(ui, fmt::format("failure/{}", id), place, why))
    desk.ask_why({last.from, last.url, last.failure});
  rest.take_right(space::kSmall);
  const float left = row.x + 38;
  const float width = rest.right() - left;
  const std::string age = age_text(desk.session.now() - last.finished);
  painter.text_in({left, row.y + 8}, width, TextStyle::Small, ui.theme.text,
                  fmt::format("{} \u2192 {}", last.client, last.url), Ellipsis::Middle);
  std::string times = group.count == 1 ? age : fmt::format("\u00D7{} \u00B7 {}", group.count, age);
  if (dropped) times += " \u00B7 " + last.dropped;
  const float result =
      painter.text_in({left, row.y + 26}, width, TextStyle::Small, colour, last.result);
  painter.text_in({left + result + 8, row.y + 26}, width - result - 8, TextStyle::Small,
                  ui.theme.text_faint, times);
}

// How the last request to a Service failed; empty if none of the last ones did.
std::string last_failure(const Traffic& traffic, const std::string& key) {
  const auto& recent = traffic.recent();
  const auto found = std::find_if(recent.rbegin(), recent.rend(), [&key](const RequestSeen& one) {
    return !one.ok && one.service_key == key;
  });
  return found == recent.rend() ? std::string{} : found->result;
}

void draw_shares(Ui& ui, const ServiceTraffic& traffic, const Rect& area,
                 const std::string& failure) {
  const Painter painter = ui.painter();
  std::uint32_t all = 0;
  for (const auto& share : traffic.shares()) all += share.total;
  std::vector<Series> parts;
  for (const auto& share : traffic.shares()) {
    parts.push_back({{static_cast<float>(share.total)},
                     ui.theme.series[static_cast<std::size_t>(share.colour)],
                     share.endpoint});
  }
  share_bar(painter, ui.theme, {area.x, area.y, area.w, 8}, parts);
  if (parts.empty()) {
    painter.text_wrapped({area.x, area.y + 16}, area.w, TextStyle::Small, ui.theme.bad,
                         failure.empty() ? std::string{"No Pod answered."}
                                         : fmt::format("No Pod answered: {}.", failure));
    return;
  }
  constexpr float kRow = 20;
  const auto room = static_cast<std::size_t>(std::max(1.0f, (area.h - 16) / kRow));
  std::vector<const ServiceTraffic::Share*> sorted;
  for (const auto& share : traffic.shares()) sorted.push_back(&share);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](auto* a, auto* b) { return a->total > b->total; });
  float y = area.y + 16;
  for (std::size_t index = 0; index < sorted.size(); ++index, y += kRow) {
    if (index + 1 == room && sorted.size() > room) {
      painter.text({area.x + 14, y}, TextStyle::Small, ui.theme.text_faint,
                   fmt::format("and {} more", sorted.size() - index));
      break;
    }
    const ServiceTraffic::Share& share = *sorted[index];
    painter.fill({area.x, y + 5, 8, 8}, ui.theme.series[static_cast<std::size_t>(share.colour)], 2);
    const std::string percent = percent_text(static_cast<double>(share.total) / std::max(1u, all));
    const std::string_view name =
        std::string_view{share.endpoint}.substr(share.endpoint.find('/') + 1);
    const float percent_width = painter.width(TextStyle::Small, percent) + 10;
    painter.text_in({area.x + 14, y}, area.w - 14 - percent_width, TextStyle::Small,
                    ui.theme.text_soft, name, Ellipsis::Middle);
    painter.text_right({area.x, y, area.w, Painter::height(TextStyle::Small)}, TextStyle::Small,
                       ui.theme.text, percent);
    ui.widgets.add(fmt::format("share/{}", share.endpoint), {area.x, y, area.w, kRow},
                   fmt::format("{}", share.total));
  }
}

}  // namespace

float TrafficPanel::draw_failures(Ui& ui, Desk& desk, const Rect& area) {
  const std::vector<FailureGroup> groups = desk.session.traffic().failure_groups();
  float y = area.y;
  for (std::size_t index = 0; index < std::min(groups.size(), kMostFailureRows); ++index) {
    ImGui::PushID(static_cast<int>(index));
    draw_failure(ui, desk, groups[index], {area.x, y, area.w, kFailureRow});
    ImGui::PopID();
    y += kFailureRow;
  }
  if (groups.size() <= kMostFailureRows) return y - area.y;
  ui.painter().text({area.x + 38, y + 6}, TextStyle::Small, ui.theme.text_faint,
                    fmt::format("and {} others", groups.size() - kMostFailureRows));
  return y + 28 - area.y;
}

float TrafficPanel::row_height(float width) {
  return width < kNarrowBelow ? kNarrowRow : kWideRow;
}

void TrafficPanel::draw(Ui& ui, Desk& desk, const Rect& area) {
  const Painter painter = ui.painter();
  painter.fill(area, ui.theme.panel);
  const Traffic& traffic = desk.session.traffic();
  std::vector<std::string> keys;
  for (const std::string& key : traffic.services()) {
    const bool system = key.starts_with("kube-");
    const ServiceTraffic* service = traffic.service(key);
    if (service->summary().requests == 0 || (system && !desk.show_system)) continue;
    keys.push_back(key);
  }
  std::stable_partition(keys.begin(), keys.end(), [&](const std::string& key) {
    return desk.selection.kind == "Service" &&
           key == key_of_object(desk.selection.ns, desk.selection.name);
  });
  if (keys.empty() && desk.session.traffic().failed().empty()) {
    empty_state(ui, area, Icon::Chart, "No requests in the last minute",
                "Requests to Services are counted here as soon as there are some.");
    return;
  }
  const ScrollArea scroll{ui, "traffic", area};
  float y = scroll.origin().y;
  const float failures = draw_failures(ui, desk, {scroll.origin().x, y, scroll.width(), 0});
  y += failures;
  // A few rows share the room there is, as far as that helps to read them.
  constexpr float kMostStretch = 1.7f;
  const float least = row_height(scroll.width());
  const auto rows = static_cast<float>(std::max<std::size_t>(1, keys.size()));
  const float height = std::clamp((area.h - failures) / rows, least, least * kMostStretch);
  for (const std::string& key : keys) {
    const Rect row{scroll.origin().x, y, scroll.width(), height};
    if (row.overlaps(area)) draw_service(ui, desk, key, *traffic.service(key), row);
    y += height;
  }
  scroll.content(scroll.width(), y - scroll.origin().y);
}

void TrafficPanel::draw_service(Ui& ui, Desk& desk, const std::string& key,
                                const ServiceTraffic& traffic, const Rect& row) const {
  const Painter painter = ui.painter();
  const ServiceTraffic::Summary summary = traffic.summary();
  painter.fill({row.x, row.bottom() - ui.pixel, row.w, ui.pixel}, ui.theme.border);
  Rect rest = row.inset(space::kLarge, space::kMedium);
  const bool narrow = row.w < kNarrowBelow;
  Rect head = narrow ? rest.take_top(84) : rest.take_left(208);
  const std::string_view name = std::string_view{key}.substr(key.find('/') + 1);
  const std::string_view ns = std::string_view{key}.substr(0, key.find('/'));
  const Rect title{head.x, head.y, head.w, 20};
  const Touch touch = touch_area(ui, fmt::format("traffic/{}", key), title, name);
  draw_icon(painter, Icon::Service, {title.x, title.y, 16, 18}, ui.theme.accent, 15);
  float x = title.x + 22;
  x += painter.text_in({x, title.y}, head.w - 30, TextStyle::Strong,
                       touch.hovered ? ui.theme.accent : ui.theme.text, name) +
       8;
  constexpr float kLeastForNamespace = 30;
  if (const float room = title.right() - x; room >= kLeastForNamespace)
    painter.text_in({x, title.y + 1}, room, TextStyle::Small, ui.theme.text_faint, ns);
  if (touch.clicked) desk.select({"Service", std::string{ns}, std::string{name}});

  const float column = narrow ? head.w / 4 : 104;
  const float second_row = narrow ? 0.0f : 42.0f;
  const Point first{head.x, head.y + 30};
  const Colour success = summary.success >= 1 ? ui.theme.good : ui.theme.bad;
  draw_number(painter, ui.theme, first, number_text(summary.rate), "requests/s", ui.theme.text);
  draw_number(painter, ui.theme, first + Point{column, 0}, percent_text(summary.success),
              "succeeded", success);
  draw_number(painter, ui.theme, first + (narrow ? Point{2 * column, 0} : Point{0, second_row}),
              latency_text(summary.mean_latency), "mean latency", ui.theme.text);
  draw_number(painter, ui.theme,
              first + (narrow ? Point{3 * column, 0} : Point{column, second_row}),
              latency_text(summary.p99_latency), "99th percentile", ui.theme.text);
  ui.widgets.add(fmt::format("rate/{}", key), {first.x, first.y, column, 36},
                 number_text(summary.rate));
  ui.widgets.add(fmt::format("success/{}", key), {first.x + column, first.y, column, 36},
                 percent_text(summary.success));

  Rect shares =
      narrow ? rest.take_bottom(88) : rest.take_right(std::clamp(rest.w * 0.34f, 150.0f, 260.0f));
  if (narrow) {
    rest.take_bottom(space::kSmall);
  } else {
    rest.take_right(space::kLarge);
  }
  ui.widgets.add(fmt::format("chart/{}", key), rest, "");
  stacked_columns(ui, fmt::format("chart/{}", key), rest, columns_of(traffic, ui.theme), "to");
  draw_shares(ui, traffic, shares, last_failure(desk.session.traffic(), key));
}

}  // namespace rockpool::app
