// SPDX-License-Identifier: Apache-2.0
// What SDL is configured to be in the browser, less what the page does without: it makes its own
// graphics context, and nobody plays with a joystick. Included first in every file of SDL.
#pragma once

#include "SDL_config.h"

#undef SDL_JOYSTICK_EMSCRIPTEN
#undef SDL_VIDEO_OPENGL_EGL
#undef SDL_VIDEO_OPENGL_ES2
#undef SDL_VIDEO_RENDER_OGL_ES2
