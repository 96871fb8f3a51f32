// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "web/app/fonts.h"
#include "web/app/geometry.h"
#include "web/app/theme.h"

struct ImDrawList;
struct ImVec2;

namespace rockpool::app {

/// Where a text that is too long for its place loses letters.
enum class Ellipsis { End, Middle };

/// Draws shapes and text on an ImGui draw list, in coordinates that may be scaled and moved: the
/// same code draws a panel (identity) and the topology (zoomed).
class Painter {
 public:
  Painter(ImDrawList& list, const Fonts& fonts, float pixel)
      : list_{&list}, fonts_{&fonts}, pixel_{pixel} {}
  /// A painter whose coordinates are `scale` times larger and start at `origin` of the screen.
  Painter transformed(Point origin, float scale) const;

  ImDrawList& list() const { return *list_; }
  float scale() const { return scale_; }
  /// The thinnest crisp line, in this painter's units.
  float hairline() const { return pixel_ / scale_; }
  Point to_screen(Point p) const { return origin_ + p * scale_; }
  Rect to_screen(const Rect& r) const {
    const Point corner = to_screen(r.min());
    return {corner.x, corner.y, r.w * scale_, r.h * scale_};
  }
  Point from_screen(Point p) const { return (p - origin_) * (1.0f / scale_); }

  void fill(const Rect& rect, Colour colour, float corner = 0) const;
  void outline(const Rect& rect, Colour colour, float corner = 0, float width = 1) const;
  /// An outline of short strokes, for what is on its way in or out.
  void dashed_outline(const Rect& rect, Colour colour, float corner = 0) const;
  /// A soft shadow below a card.
  void shadow(const Rect& rect, Colour colour, float corner, float reach) const;
  void line(Point a, Point b, Colour colour, float width = 1) const;
  void circle(Point centre, float r, Colour colour) const;
  void ring(Point centre, float r, Colour colour, float width = 1) const;
  /// Part of a ring, angles in turns from 12 o'clock clockwise.
  void arc(Point centre, float r, float from_turn, float to_turn, Colour colour, float width) const;
  void triangle(Point a, Point b, Point c, Colour colour) const;
  void curve(Point a, Point control_a, Point control_b, Point b, Colour colour, float width) const;

  /// The width of a text on one line.
  float width(TextStyle style, std::string_view text) const;
  static float height(TextStyle style) { return Fonts::size(style); }
  /// One line with its top left at `at`; returns its width.
  float text(Point at, TextStyle style, Colour colour, std::string_view text) const;
  /// One line, shortened with … to fit into `max_width`; returns the width drawn.
  float text_in(Point at, float max_width, TextStyle style, Colour colour, std::string_view text,
                Ellipsis where = Ellipsis::End) const;
  /// One line in the middle of `rect`.
  void text_centred(const Rect& rect, TextStyle style, Colour colour, std::string_view text) const;
  /// One line that ends at the right edge of `rect`, centred vertically.
  void text_right(const Rect& rect, TextStyle style, Colour colour, std::string_view text) const;
  /// Lines broken at spaces to fit `max_width`; returns the height drawn.
  float text_wrapped(Point at, float max_width, TextStyle style, Colour colour,
                     std::string_view text) const;
  /// The same with every line in the middle of `max_width`.
  float text_wrapped_centred(Point at, float max_width, TextStyle style, Colour colour,
                             std::string_view text) const;
  /// At most `lines` of them; what does not fit ends with ….
  void text_lines(Point at, float max_width, int lines, TextStyle style, Colour colour,
                  std::string_view text) const;
  float wrapped_height(float max_width, TextStyle style, std::string_view text) const;

  /// `text` shortened with … so that it fits.
  std::string shortened(TextStyle style, std::string_view text, float max_width,
                        Ellipsis where) const;

 private:
  ImVec2 place(Point p) const;

  ImDrawList* list_;
  const Fonts* fonts_;
  float pixel_;
  Point origin_;
  float scale_ = 1;
};

}  // namespace rockpool::app
