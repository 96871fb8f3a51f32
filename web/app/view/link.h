// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// A word that selects an object when it is pressed; returns its width. It is only a word if it
/// names no object.
float link_to(Ui& ui, Desk& desk, std::string_view id, Point at, float max_width,
              const ObjectRef& object, std::string_view text, Colour colour);

/// A sign before one word, for states that must not be told by colour alone; returns its width.
float state_word(const Painter& painter, const Theme& theme, Point at, bool on,
                 std::string_view word, Colour colour);

}  // namespace rockpool::app
