// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace rockpool::app {

/// A file that the build put into the program: its path below web/app (`fonts/Inter-Regular.otf`)
/// and its bytes, which live as long as the program.
struct Asset {
  std::string_view path;
  std::string_view bytes;
};

/// All of them, sorted by path. Defined by the file that tools/lib/embed.cmake writes.
std::span<const Asset> assets();

/// The bytes of the one at `path`; empty if there is none.
inline std::string_view asset(std::string_view path) {
  for (const Asset& candidate : assets()) {
    if (candidate.path == path) return candidate.bytes;
  }
  return {};
}

}  // namespace rockpool::app
