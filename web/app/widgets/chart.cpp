// SPDX-License-Identifier: Apache-2.0
#include "web/app/widgets/chart.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "web/app/format.h"
#include "web/app/widgets/controls.h"

namespace rockpool::app {
namespace {

std::size_t columns_of(std::span<const Series> series) {
  std::size_t columns = 0;
  for (const Series& part : series) columns = std::max(columns, part.values.size());
  return columns;
}

float value_at(const Series& series, std::size_t column) {
  return column < series.values.size() ? series.values[column] : 0.0f;
}

// 10, 5, 2.5: a number of the scale needs no more digits than it has.
std::string scale_text(float value) {
  if (value == std::round(value) && value < 1000) return fmt::format("{:.0f}", value);
  return number_text(static_cast<double>(value));
}

void explain_column(Ui& ui, std::span<const Series> series, std::size_t column, std::size_t columns,
                    std::string_view unit) {
  std::vector<std::string> lines;
  const std::size_t ago = columns - 1 - column;
  lines.push_back(ago == 0 ? std::string{"this second"} : fmt::format("{} s ago", ago));
  for (const Series& part : series) {
    const float value = value_at(part, column);
    if (value > 0)
      lines.push_back(
          fmt::format("{}  {} {}", number_text(static_cast<double>(value)), unit, part.name));
  }
  if (lines.size() == 1) lines.push_back("no requests");
  tooltip(ui, lines);
}

}  // namespace

float nice_ceiling(float most) {
  if (most <= 1) return 1;
  const float unit = std::pow(10.0f, std::floor(std::log10(most)));
  for (const float factor : {1.0f, 2.0f, 5.0f, 10.0f}) {
    if (most <= unit * factor * 1.0001f) return unit * factor;
  }
  return unit * 10;
}

void stacked_columns(Ui& ui, std::string_view id, const Rect& area, std::span<const Series> series,
                     std::string_view unit) {
  constexpr float kScaleWidth = 30;
  const Painter painter = ui.painter();
  const std::size_t columns = columns_of(series);
  float most = 0;
  for (std::size_t column = 0; column < columns; ++column) {
    float sum = 0;
    for (const Series& part : series) sum += value_at(part, column);
    most = std::max(most, sum);
  }
  const float top = ui.animations.approach(key_of(id, 1), nice_ceiling(most), 10);
  Rect plot = area;
  plot.take_left(kScaleWidth);
  const bool with_times = plot.h > 70;
  plot = {plot.x, plot.y + 7, plot.w, plot.h - (with_times ? 22.0f : 9.0f)};
  for (const float part : {0.0f, 0.5f, 1.0f}) {
    const float y = plot.bottom() - plot.h * part;
    painter.fill({plot.x, std::floor(y), plot.w, ui.pixel},
                 part == 0 ? ui.theme.border_strong : ui.theme.border);
    if (part == 0) continue;
    painter.text_right({area.x, y - 8, kScaleWidth - 7, 16}, TextStyle::Caption,
                       ui.theme.text_faint, scale_text(nice_ceiling(most) * part));
  }
  if (columns == 0) return;
  if (with_times) {
    const Rect times{plot.x, plot.bottom() + 3, plot.w, 14};
    painter.text({times.x, times.y}, TextStyle::Caption, ui.theme.text_faint,
                 fmt::format("{} s ago", columns));
    painter.text_right(times, TextStyle::Caption, ui.theme.text_faint, "now");
  }
  const float step = plot.w / static_cast<float>(columns);
  const float gap = step > 5 ? 1.5f : step > 3 ? 1.0f : 0.0f;
  for (std::size_t column = 0; column < columns; ++column) {
    float y = plot.bottom();
    const float x = plot.x + step * static_cast<float>(column);
    for (const Series& part : series) {
      const float height = value_at(part, column) / top * plot.h;
      if (height <= 0) continue;
      painter.fill({x + gap / 2, y - height, step - gap, height}, part.colour,
                   gap > 1 ? 1.0f : 0.0f);
      y -= height;
    }
  }
  if (pointer_over(plot)) {
    const auto column =
        std::min(columns - 1, static_cast<std::size_t>((pointer().x - plot.x) / step));
    painter.fill({plot.x + step * static_cast<float>(column), plot.y, step, plot.h},
                 faded(ui.theme.text, 0.08f));
    explain_column(ui, series, column, columns, unit);
  }
}

void share_bar(const Painter& painter, const Theme& theme, const Rect& area,
               std::span<const Series> series) {
  float all = 0;
  for (const Series& part : series) all += part.values.empty() ? 0.0f : part.values.front();
  if (all <= 0) {
    painter.fill(area, theme.pressed, area.h / 2);
    return;
  }
  float x = area.x;
  for (const Series& part : series) {
    const float width = area.w * (part.values.empty() ? 0.0f : part.values.front()) / all;
    if (width < 0.5f) continue;
    painter.fill({x, area.y, std::max(1.0f, width - 2), area.h}, part.colour,
                 std::min(area.h / 2, width / 3));
    x += width;
  }
}

}  // namespace rockpool::app
