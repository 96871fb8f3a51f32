// SPDX-License-Identifier: Apache-2.0
#include "web/app/theme.h"

#include <algorithm>
#include <cmath>

namespace rockpool::app {
namespace {

constexpr float channel(Colour colour, int shift) {
  return static_cast<float>((colour >> shift) & 0xFFu);
}

double luminance(Colour colour) {
  const auto linear = [colour](int shift) {
    const double value = static_cast<double>(channel(colour, shift)) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(0) + 0.7152 * linear(8) + 0.0722 * linear(16);
}

constexpr Theme kDark{
    .dark = true,
    .ground = rgb(0x0B0D11),
    .grid = rgb(0x1A1E26),
    .panel = rgb(0x12151A),
    .card = rgb(0x181C23),
    .inset = rgb(0x0D1014),
    .hover = rgb(0x20252E),
    .pressed = rgb(0x29303B),
    .border = rgb(0x262C36),
    .border_strong = rgb(0x3A4250),
    .shadow = with_alpha(rgb(0x000000), 0.40f),
    .text = rgb(0xE8EBF0),
    .text_soft = rgb(0xA9B1BF),
    .text_faint = rgb(0x8791A1),
    .accent = rgb(0x6EA0FF),
    .accent_fill = rgb(0x3568E0),
    .on_accent = rgb(0xFFFFFF),
    .good = rgb(0x43C288),
    .warning = rgb(0xE3A63E),
    .bad = rgb(0xF4707A),
    .idle = rgb(0x8D97A8),
    .dns = rgb(0xB79AFF),
    .syntax_key = rgb(0x7FB0FF),
    .syntax_string = rgb(0x8FD3A8),
    .syntax_number = rgb(0xE5B567),
    .syntax_comment = rgb(0x8791A1),
    .selection = with_alpha(rgb(0x4C7DF0), 0.38f),
    .series = {rgb(0x6EA0FF), rgb(0x43C288), rgb(0xE3A63E), rgb(0xB79AFF), rgb(0x3EC3D6),
               rgb(0xF28BB8), rgb(0xB5C948), rgb(0xF0895A)},
};

constexpr Theme kLight{
    .dark = false,
    .ground = rgb(0xF5F6F8),
    .grid = rgb(0xE2E5EA),
    .panel = rgb(0xFFFFFF),
    .card = rgb(0xFFFFFF),
    .inset = rgb(0xF7F8FA),
    .hover = rgb(0xF0F2F5),
    .pressed = rgb(0xE6E9EE),
    .border = rgb(0xE1E4EA),
    .border_strong = rgb(0xC3C9D4),
    .shadow = with_alpha(rgb(0x1B2433), 0.09f),
    .text = rgb(0x161A22),
    .text_soft = rgb(0x474F5E),
    .text_faint = rgb(0x5C6677),
    .accent = rgb(0x2458CF),
    .accent_fill = rgb(0x2F63DC),
    .on_accent = rgb(0xFFFFFF),
    .good = rgb(0x117240),
    .warning = rgb(0x8A5500),
    .bad = rgb(0xC0202C),
    .idle = rgb(0x5C6677),
    .dns = rgb(0x6B3FD4),
    .syntax_key = rgb(0x2458CF),
    .syntax_string = rgb(0x117240),
    .syntax_number = rgb(0x8A5500),
    .syntax_comment = rgb(0x5C6677),
    .selection = with_alpha(rgb(0x4C7DF0), 0.24f),
    .series = {rgb(0x2F63DC), rgb(0x16A05D), rgb(0xB26F08), rgb(0x7F55E3), rgb(0x0F93A8),
               rgb(0xD0458A), rgb(0x7A8C12), rgb(0xD65A22)},
};

}  // namespace

Colour blend(Colour a, Colour b, float t) {
  Colour result = 0xFF000000u;
  for (const int shift : {0, 8, 16}) {
    const float value = channel(a, shift) + (channel(b, shift) - channel(a, shift)) * t;
    result |= static_cast<Colour>(value + 0.5f) << shift;
  }
  return result;
}

double contrast_ratio(Colour a, Colour b) {
  const double first = luminance(a);
  const double second = luminance(b);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

const Theme& light_theme() {
  return kLight;
}
const Theme& dark_theme() {
  return kDark;
}

}  // namespace rockpool::app
