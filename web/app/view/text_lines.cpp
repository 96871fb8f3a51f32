// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/text_lines.h"

#include <imgui.h>

#include <algorithm>

#include "web/app/widgets/controls.h"

namespace rockpool::app {
namespace {

constexpr float kLine = 18;
constexpr float kAbove = 8;
// No line is scrolled farther than this many letters.
constexpr std::size_t kMostLetters = 2000;

// Calls `visit(number, line)` for each line.
template <typename Visit>
void each_line(std::string_view text, Visit&& visit) {
  for (std::size_t number = 0; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    visit(number, text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
}

}  // namespace

void draw_text_lines(Ui& ui, std::string_view id, const Rect& area, const std::string& text,
                     bool follow) {
  ui.painter().fill(area, ui.theme.inset);
  const ScrollArea scroll{ui, id, area, true};
  const Painter painter = ui.painter();
  const bool at_end = ImGui::GetScrollY() >= ImGui::GetScrollMaxY() - kLine;
  const auto first =
      static_cast<std::size_t>(std::max(0.0f, (ImGui::GetScrollY() - kAbove) / kLine));
  const auto last = first + static_cast<std::size_t>(area.h / kLine) + 2;
  std::size_t count = 0;
  std::size_t longest = 0;
  each_line(text, [&](std::size_t number, std::string_view line) {
    count = number + 1;
    longest = std::max(longest, line.size());
    if (number < first || number >= last) return;
    painter.text({scroll.origin().x + space::kMedium,
                  scroll.origin().y + kAbove + static_cast<float>(number) * kLine},
                 TextStyle::CodeSmall, ui.theme.text_soft, line);
  });
  const float letter = painter.width(TextStyle::CodeSmall, "M");
  scroll.content(letter * static_cast<float>(std::min(longest, kMostLetters)) + 24,
                 static_cast<float>(count) * kLine + 2 * kAbove);
  // A log that grows is followed as long as its end is in view.
  if (follow && at_end) ImGui::SetScrollHereY(1.0f);
}

}  // namespace rockpool::app
