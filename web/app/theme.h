// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace rockpool::app {

/// A colour as Dear ImGui packs it: alpha, blue, green, red from the highest byte down.
using Colour = std::uint32_t;

/// The opaque colour that CSS writes as #RRGGBB.
constexpr Colour rgb(std::uint32_t hex) {
  return 0xFF000000u | ((hex & 0xFFu) << 16) | (hex & 0xFF00u) | ((hex >> 16) & 0xFFu);
}
/// `colour` with its opacity replaced; `alpha` from 0 to 1.
constexpr Colour with_alpha(Colour colour, float alpha) {
  const float clamped = alpha < 0 ? 0.0f : alpha > 1 ? 1.0f : alpha;
  return (colour & 0x00FFFFFFu) | (static_cast<std::uint32_t>(clamped * 255.0f + 0.5f) << 24);
}
/// `colour` with its opacity multiplied by `factor`.
constexpr Colour faded(Colour colour, float factor) {
  return with_alpha(colour, static_cast<float>(colour >> 24) / 255.0f * factor);
}
/// The opaque colour `t` (0 to 1) of the way from `a` to `b`.
Colour blend(Colour a, Colour b, float t);
/// WCAG 2's contrast ratio of two opaque colours, from 1 to 21.
double contrast_ratio(Colour a, Colour b);

/// What the user chose; `Auto` follows the system or the page.
enum class ThemeChoice { Auto, Light, Dark };

/// The colours of the application by their use. Every text colour reaches a contrast of 4.5 on
/// every ground it is used on, and every state colour too: tests/web/app/theme_test.cpp measures
/// it.
struct Theme {
  bool dark;

  Colour ground;         ///< behind the topology
  Colour grid;           ///< its dots
  Colour panel;          ///< bars and panels
  Colour card;           ///< cards on the ground
  Colour inset;          ///< fields and code inside a panel
  Colour hover;          ///< a control under the pointer
  Colour pressed;        ///< a control held down, or chosen
  Colour border;         ///< hairlines
  Colour border_strong;  ///< edges of controls
  Colour shadow;

  Colour text;
  Colour text_soft;   ///< secondary
  Colour text_faint;  ///< captions, hints

  Colour accent;       ///< links, focus, requests on their way
  Colour accent_fill;  ///< the main button
  Colour on_accent;    ///< text on it

  Colour good;
  Colour warning;
  Colour bad;
  Colour idle;  ///< neither good nor bad: pending, finished, leaving
  Colour dns;   ///< name look-ups

  Colour syntax_key;
  Colour syntax_string;
  Colour syntax_number;
  Colour syntax_comment;
  Colour selection;

  /// Colours that tell series of a chart apart, in order of use.
  std::array<Colour, 8> series;
};

/// The two themes.
const Theme& light_theme();
const Theme& dark_theme();

/// Distances, in logical pixels. Everything is spaced by one of these.
namespace space {
inline constexpr float kHair = 2;
inline constexpr float kTight = 4;
inline constexpr float kSmall = 8;
inline constexpr float kMedium = 12;
inline constexpr float kLarge = 16;
inline constexpr float kHuge = 24;
}  // namespace space

/// Corner radii.
namespace radius {
inline constexpr float kSmall = 4;
inline constexpr float kControl = 6;
inline constexpr float kCard = 8;
inline constexpr float kPanel = 12;
}  // namespace radius

/// Heights of controls. `kTouch` is the least a finger hits surely.
namespace control {
inline constexpr float kHeight = 28;
inline constexpr float kBar = 48;
inline constexpr float kTouch = 40;
}  // namespace control

}  // namespace rockpool::app
