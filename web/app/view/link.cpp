// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/link.h"

#include <fmt/format.h>

#include <algorithm>

#include "web/app/widgets/controls.h"

namespace rockpool::app {

float link_to(Ui& ui, Desk& desk, std::string_view id, Point at, float max_width,
              const ObjectRef& object, std::string_view text, Colour colour) {
  const Painter painter = ui.painter();
  if (!object) return painter.text_in(at, max_width, TextStyle::Small, colour, text);
  const float width = std::min(max_width, painter.width(TextStyle::Small, text));
  const float height = Painter::height(TextStyle::Small);
  const float reach = ui.touch ? 10.0f : 3.0f;
  const Touch touch = touch_area(ui, id, Rect{at.x, at.y, width, height}.inset(-3, -reach), text);
  const bool lit = touch.hovered || touch.focused;
  painter.text_in(at, max_width, TextStyle::Small, lit ? ui.theme.accent : colour, text,
                  Ellipsis::Middle);
  painter.fill({at.x, at.y + height + 1, width, ui.pixel},
               lit ? ui.theme.accent : faded(colour, 0.35f));
  if (touch.clicked) desk.select(object);
  return width;
}

float state_word(const Painter& painter, const Theme& theme, Point at, bool on,
                 std::string_view word, Colour colour) {
  const float middle = at.y + Painter::height(TextStyle::Caption) / 2 + 0.5f;
  if (on) {
    painter.circle({at.x + 4, middle}, 3.5f, colour);
  } else {
    painter.ring({at.x + 4, middle}, 3, theme.text_faint, 1.2f);
  }
  return 12 +
         painter.text({at.x + 12, at.y}, TextStyle::Caption, on ? colour : theme.text_faint, word);
}

}  // namespace rockpool::app
