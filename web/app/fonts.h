// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

struct ImFont;
struct ImFontAtlas;

namespace rockpool::app {

/// The type scale: every text of the application is one of these.
enum class TextStyle {
  Caption,    ///< 11, labels of small things
  Small,      ///< 12, secondary lines
  Body,       ///< 13
  Strong,     ///< 13 semibold, names
  Title,      ///< 15 semibold, headings of panels
  Display,    ///< 22 semibold, big numbers
  Code,       ///< 12 monospaced: YAML, logs
  CodeSmall,  ///< 11 monospaced: addresses
};
inline constexpr std::size_t kTextStyles = 8;

/// The baked fonts.
class Fonts {
 public:
  /// Rasterises every style into `atlas` at `density` device pixels per logical pixel, replacing
  /// what was there. The caller uploads the atlas afterwards.
  void bake(ImFontAtlas& atlas, float density);

  const ImFont* font(TextStyle style) const { return fonts_[static_cast<std::size_t>(style)]; }
  /// The height of a style's letters in logical pixels, which is what AddText takes as its size.
  static float size(TextStyle style);

 private:
  std::array<ImFont*, kTextStyles> fonts_{};
};

}  // namespace rockpool::app
