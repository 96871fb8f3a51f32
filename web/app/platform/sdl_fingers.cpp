// SPDX-License-Identifier: Apache-2.0
#include "web/app/platform/sdl_fingers.h"

namespace rockpool::app {

void SdlFingers::take(const SDL_Event& event, float width, float height) {
  const SDL_TouchFingerEvent& finger = event.tfinger;
  const Point at{finger.x * width, finger.y * height};
  if (event.type == SDL_FINGERDOWN) {
    pointing = true;
    fingers.down(finger.fingerId, at);
  } else if (event.type == SDL_FINGERMOTION) {
    fingers.move(finger.fingerId, at);
  } else if (event.type == SDL_FINGERUP) {
    fingers.up(finger.fingerId);
  } else if (event.type == SDL_MOUSEMOTION && event.motion.which != SDL_TOUCH_MOUSEID) {
    pointing = false;
  }
}

}  // namespace rockpool::app
