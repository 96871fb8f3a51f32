// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace rockpool::app {

/// A picture as a PNG file, not compressed: 3 bytes (red, green, blue) per pixel, rows from the
/// top.
std::string encode_png(std::span<const std::uint8_t> pixels, int width, int height);

}  // namespace rockpool::app
