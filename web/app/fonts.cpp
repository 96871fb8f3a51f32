// SPDX-License-Identifier: Apache-2.0
#include "web/app/fonts.h"

#include <imgui.h>

#include <string_view>

#include "web/app/assets.h"

namespace rockpool::app {
namespace {

struct StyleSpec {
  std::string_view file;
  float size;
};

constexpr std::string_view kRegular = "fonts/Inter-Regular.otf";
constexpr std::string_view kSemibold = "fonts/Inter-SemiBold.otf";
constexpr std::string_view kMono = "fonts/JetBrainsMono-Regular.ttf";

// In the order of TextStyle. ImGui's size is ascent plus descent; for Inter that is 1.21 of the em,
// for JetBrains Mono 1.32, so the em of Body is 13 and that of Code 12.
constexpr std::array<StyleSpec, kTextStyles> kStyles{{
    {kRegular, 13.5f},
    {kRegular, 14.5f},
    {kRegular, 16.0f},
    {kSemibold, 16.0f},
    {kSemibold, 18.5f},
    {kSemibold, 27.0f},
    {kMono, 16.0f},
    {kMono, 14.5f},
}};

// The characters that tools/subset_fonts keeps.
constexpr ImWchar kRanges[] = {0x0020, 0x00FF, 0x2013, 0x2014, 0x2018, 0x201D, 0x2022, 0x2026,
                               0x2190, 0x2193, 0x21E7, 0x21E7, 0x2212, 0x2212, 0x2260, 0x2265,
                               0x2303, 0x2318, 0x23CE, 0x23CE, 0x2713, 0x2715, 0};

}  // namespace

void Fonts::bake(ImFontAtlas& atlas, float density) {
  atlas.Clear();
  atlas.Flags |= ImFontAtlasFlags_NoMouseCursors;
  for (std::size_t index = 0; index < kStyles.size(); ++index) {
    const StyleSpec& style = kStyles[index];
    const std::string_view bytes = asset(style.file);
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    // At low density, positions between pixels keep letters evenly spaced.
    config.OversampleH = density < 1.5f ? 2 : 1;
    config.OversampleV = 1;
    config.GlyphRanges = kRanges;
    config.EllipsisChar = 0x2026;
    config.RasterizerMultiply = density < 1.5f ? 1.12f : 1.0f;
    fonts_[index] =
        atlas.AddFontFromMemoryTTF(const_cast<char*>(bytes.data()), static_cast<int>(bytes.size()),
                                   style.size * density, &config, kRanges);
    fonts_[index]->Scale = 1.0f / density;
  }
  atlas.Build();
}

float Fonts::size(TextStyle style) {
  return kStyles[static_cast<std::size_t>(style)].size;
}

}  // namespace rockpool::app
