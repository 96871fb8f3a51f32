// SPDX-License-Identifier: Apache-2.0
#include "web/app/widgets/painter.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace rockpool::app {
namespace {

constexpr std::string_view kEllipsis = "\u2026";

// The next place at or after `index` where a UTF-8 letter starts.
std::size_t letter_start(std::string_view text, std::size_t index) {
  while (index < text.size() && (static_cast<unsigned char>(text[index]) & 0xC0u) == 0x80u) ++index;
  return index;
}

float radians(float turns) {
  return (turns - 0.25f) * 2.0f * std::numbers::pi_v<float>;
}

// Where a line has to end: between words, if there is more than one. ImGui would break after each
// point of an address, and before a comma.
const char* end_of_line(const ImFont& font, float scale, const char* line, const char* end,
                        float max_width) {
  const char* const wrap = font.CalcWordWrapPositionA(scale, line, end, max_width);
  if (wrap == end || *wrap == ' ' || (wrap > line && wrap[-1] == ' ')) return wrap;
  const char* space = wrap;
  while (space > line && *space != ' ') --space;
  return space > line ? space : wrap;
}

// The lines in which a text fits into a width.
std::vector<std::string_view> wrapped_lines(const ImFont& font, TextStyle style, float max_width,
                                            std::string_view content) {
  const float scale = Fonts::size(style) / font.FontSize;
  std::vector<std::string_view> lines;
  while (!content.empty()) {
    const std::size_t paragraph = std::min(content.find('\n'), content.size());
    const char* line = content.data();
    const char* const end = line + paragraph;
    if (line == end) lines.push_back({});
    while (line < end) {
      const char* const wrap = end_of_line(font, scale, line, end, max_width);
      lines.emplace_back(line, static_cast<std::size_t>(wrap - line));
      line = std::find_if(wrap, end, [](char letter) { return letter != ' '; });
    }
    content.remove_prefix(std::min(content.size(), paragraph + 1));
  }
  return lines;
}

}  // namespace

Painter Painter::transformed(Point origin, float scale) const {
  Painter result = *this;
  result.origin_ = to_screen(origin);
  result.scale_ = scale_ * scale;
  return result;
}

ImVec2 Painter::place(Point p) const {
  const Point screen = to_screen(p);
  return {screen.x, screen.y};
}

void Painter::fill(const Rect& rect, Colour colour, float corner) const {
  list_->AddRectFilled(place(rect.min()), place(rect.max()), colour, corner * scale_);
}

void Painter::outline(const Rect& rect, Colour colour, float corner, float width) const {
  // ImGui centres a line on its path: half a line inwards keeps the outline inside the shape.
  const float thickness = std::max(width * std::min(scale_, 1.0f), pixel_);
  const float half = thickness / 2;
  const Rect screen = to_screen(rect).inset(half, half);
  list_->PathRect({screen.x, screen.y}, {screen.right(), screen.bottom()},
                  std::max(0.0f, corner * scale_ - half));
  list_->PathStroke(colour, ImDrawFlags_Closed, thickness);
}

void Painter::dashed_outline(const Rect& rect, Colour colour, float corner) const {
  // Around the corners too, dash by dash along the way.
  const float dash = 4 * scale_;
  const Rect screen = to_screen(rect).inset(0.5f);
  list_->PathRect({screen.x, screen.y}, {screen.right(), screen.bottom()}, corner * scale_);
  const std::vector<ImVec2> way{list_->_Path.begin(), list_->_Path.end()};
  list_->PathClear();
  float walked = 0;
  for (std::size_t index = 0; index < way.size(); ++index) {
    const Point from{way[index].x, way[index].y};
    const ImVec2 next = way[(index + 1) % way.size()];
    const Point to{next.x, next.y};
    const float length = std::hypot(to.x - from.x, to.y - from.y);
    for (float at = 0; at < length;) {
      const float phase = std::fmod(walked, 2 * dash);
      const bool inked = phase < dash;
      const float step = std::min(length - at, std::max(0.01f, (inked ? dash : 2 * dash) - phase));
      if (inked) {
        const Point a = mix(from, to, at / length);
        const Point b = mix(from, to, (at + step) / length);
        list_->AddLine({a.x, a.y}, {b.x, b.y}, colour, 1.0f);
      }
      at += step;
      walked += step;
    }
  }
}

void Painter::shadow(const Rect& rect, Colour colour, float corner, float reach) const {
  // Light falls from above: the shadow is below, and soft by being laid in thin sheets, of which
  // fewer reach farther.
  constexpr int kSheets = 6;
  for (int sheet = kSheets; sheet > 0; --sheet) {
    const float part = static_cast<float>(sheet) / kSheets;
    const float grow = reach * part * part;
    const Rect spread{rect.x - grow, rect.y - grow + reach * 0.5f, rect.w + 2 * grow,
                      rect.h + 2 * grow};
    fill(spread, faded(colour, 0.16f), corner + grow);
  }
}

void Painter::line(Point a, Point b, Colour colour, float width) const {
  list_->AddLine(place(a), place(b), colour, std::max(width * scale_, pixel_));
}

void Painter::circle(Point centre, float r, Colour colour) const {
  list_->AddCircleFilled(place(centre), r * scale_, colour);
}

void Painter::ring(Point centre, float r, Colour colour, float width) const {
  list_->AddCircle(place(centre), r * scale_, colour, 0, std::max(width * scale_, pixel_));
}

void Painter::arc(Point centre, float r, float from_turn, float to_turn, Colour colour,
                  float width) const {
  list_->PathArcTo(place(centre), r * scale_, radians(from_turn), radians(to_turn));
  list_->PathStroke(colour, 0, std::max(width * scale_, pixel_));
}

void Painter::triangle(Point a, Point b, Point c, Colour colour) const {
  list_->AddTriangleFilled(place(a), place(b), place(c), colour);
}

void Painter::curve(Point a, Point control_a, Point control_b, Point b, Colour colour,
                    float width) const {
  list_->AddBezierCubic(place(a), place(control_a), place(control_b), place(b), colour,
                        std::max(width * scale_, pixel_));
}

float Painter::width(TextStyle style, std::string_view text) const {
  // ImGui takes a missing end for a text that ends with zero.
  if (text.empty()) return 0;
  return fonts_->font(style)
      ->CalcTextSizeA(Fonts::size(style), FLT_MAX, 0.0f, text.data(), text.data() + text.size())
      .x;
}

float Painter::text(Point at, TextStyle style, Colour colour, std::string_view text) const {
  if (text.empty()) return 0;
  list_->AddText(fonts_->font(style), Fonts::size(style) * scale_, place(at), colour, text.data(),
                 text.data() + text.size());
  return width(style, text);
}

float Painter::text_in(Point at, float max_width, TextStyle style, Colour colour,
                       std::string_view content, Ellipsis where) const {
  if (max_width <= 0) return 0;
  if (width(style, content) <= max_width) return text(at, style, colour, content);
  return text(at, style, colour, shortened(style, content, max_width, where));
}

void Painter::text_centred(const Rect& rect, TextStyle style, Colour colour,
                           std::string_view content) const {
  const Point at{rect.x + (rect.w - width(style, content)) / 2,
                 rect.y + (rect.h - height(style)) / 2};
  text(at, style, colour, content);
}

void Painter::text_right(const Rect& rect, TextStyle style, Colour colour,
                         std::string_view content) const {
  const Point at{rect.right() - width(style, content), rect.y + (rect.h - height(style)) / 2};
  text(at, style, colour, content);
}

float Painter::text_wrapped(Point at, float max_width, TextStyle style, Colour colour,
                            std::string_view content) const {
  float y = at.y;
  for (const std::string_view line :
       wrapped_lines(*fonts_->font(style), style, max_width, content)) {
    text({at.x, y}, style, colour, line);
    y += height(style);
  }
  return y - at.y;
}

float Painter::text_wrapped_centred(Point at, float max_width, TextStyle style, Colour colour,
                                    std::string_view content) const {
  float y = at.y;
  for (const std::string_view line :
       wrapped_lines(*fonts_->font(style), style, max_width, content)) {
    text_centred({at.x, y, max_width, height(style)}, style, colour, line);
    y += height(style);
  }
  return y - at.y;
}

void Painter::text_lines(Point at, float max_width, int lines, TextStyle style, Colour colour,
                         std::string_view content) const {
  const float most = height(style) * (static_cast<float>(lines) + 0.5f);
  if (wrapped_height(max_width, style, content) < most) {
    text_wrapped(at, max_width, style, colour, content);
    return;
  }
  std::size_t low = 0;
  std::size_t high = content.size() - 1;
  const auto cut = [&](std::size_t kept) {
    while (kept > 0 && (static_cast<unsigned char>(content[kept]) & 0xC0u) == 0x80u) --kept;
    return std::string{content.substr(0, kept)}.append(kEllipsis);
  };
  while (low < high) {
    const std::size_t middle = (low + high + 1) / 2;
    if (wrapped_height(max_width, style, cut(middle)) < most) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  text_wrapped(at, max_width, style, colour, cut(low));
}

float Painter::wrapped_height(float max_width, TextStyle style, std::string_view content) const {
  const auto lines = wrapped_lines(*fonts_->font(style), style, max_width, content);
  return height(style) * static_cast<float>(lines.size());
}

std::string Painter::shortened(TextStyle style, std::string_view text, float max_width,
                               Ellipsis where) const {
  // The longest number of kept bytes that fits, by bisection.
  const auto candidate = [&](std::size_t kept) {
    std::string result;
    if (where == Ellipsis::End) {
      std::size_t cut = kept;
      while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0u) == 0x80u) --cut;
      return result.append(text.substr(0, cut)).append(kEllipsis);
    }
    // The end of a Pod's name tells it from its siblings: keep more of the end than of the start.
    const std::size_t tail = letter_start(text, text.size() - kept * 3 / 5);
    std::size_t head = kept - kept * 3 / 5;
    while (head > 0 && (static_cast<unsigned char>(text[head]) & 0xC0u) == 0x80u) --head;
    return result.append(text.substr(0, head)).append(kEllipsis).append(text.substr(tail));
  };
  std::size_t low = 0;
  std::size_t high = text.size() - 1;
  while (low < high) {
    const std::size_t middle = (low + high + 1) / 2;
    if (width(style, candidate(middle)) <= max_width) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return candidate(low);
}

}  // namespace rockpool::app
