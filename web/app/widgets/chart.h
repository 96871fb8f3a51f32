// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// One series of a stacked chart: a value per column, oldest first.
struct Series {
  std::vector<float> values;
  Colour colour = 0;
  std::string name;
};

/// A round number at or above `most` that makes a good top of a scale: 1, 2, 5, 10, 20, 50, …
float nice_ceiling(float most);

/// Columns stacked from series, with a scale on the left. Hovering names the values of a column.
void stacked_columns(Ui& ui, std::string_view id, const Rect& area, std::span<const Series> series,
                     std::string_view unit);
/// A bar split by share, each part as wide as its value.
void share_bar(const Painter& painter, const Theme& theme, const Rect& area,
               std::span<const Series> series);

}  // namespace rockpool::app
