// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SDL.h>

#include "web/app/fingers.h"

namespace rockpool::app {

/// The fingers as SDL tells of them, and whether it is fingers that point, not a mouse.
struct SdlFingers {
  Fingers fingers;
  bool pointing = false;

  /// `width` and `height` are the window's, in logical pixels.
  void take(const SDL_Event& event, float width, float height);
};

}  // namespace rockpool::app
