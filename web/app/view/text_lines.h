// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// A text of any length in letters of one width, scrolling both ways; only what is in view is
/// drawn. With `follow` its end stays in view as it grows, as long as it is.
void draw_text_lines(Ui& ui, std::string_view id, const Rect& area, const std::string& text,
                     bool follow = false);

}  // namespace rockpool::app
