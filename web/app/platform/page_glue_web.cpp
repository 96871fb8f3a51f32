// SPDX-License-Identifier: Apache-2.0
#include "web/app/platform/page_glue.h"

#include <emscripten.h>
#include <emscripten/em_js.h>

#include <cstring>

#include "web/app/platform/browser_window.h"

// What web/js/rockpool-input.js asks of the window.
extern "C" {

// Bit 0: a text is being written. Bit 1: something is selected.
EMSCRIPTEN_KEEPALIVE int rockpool_keyboard_state(rockpool::app::BrowserWindow* window) {
  return window->keyboard_state();
}
// Steps of the wheel, right and down positive; true if something here took them.
EMSCRIPTEN_KEEPALIVE int rockpool_wheel(rockpool::app::BrowserWindow* window, double x, double y) {
  return window->take_wheel(x, y) ? 1 : 0;
}
EMSCRIPTEN_KEEPALIVE void rockpool_insert(rockpool::app::BrowserWindow* window, const char* text) {
  window->insert(text);
}
EMSCRIPTEN_KEEPALIVE void rockpool_erase(rockpool::app::BrowserWindow* window, int letters) {
  window->erase(letters);
}
// The text is the caller's to free; null if there is none.
EMSCRIPTEN_KEEPALIVE char* rockpool_copy(rockpool::app::BrowserWindow* window, int cut) {
  const std::string text = window->copy_selection(cut != 0);
  return text.empty() ? nullptr : strdup(text.c_str());
}
EMSCRIPTEN_KEEPALIVE void rockpool_focus(rockpool::app::BrowserWindow* window, int focused) {
  window->set_focused(focused != 0);
}
EMSCRIPTEN_KEEPALIVE void rockpool_settle(rockpool::app::BrowserWindow* window) {
  window->settle();
}
EMSCRIPTEN_KEEPALIVE void rockpool_graphics(rockpool::app::BrowserWindow* window, int there) {
  window->set_graphics(there != 0);
}

}  // extern "C"

EM_JS_DEPS(rockpool_page, "$specialHTMLTargets,$UTF8ToString,$stringToNewUTF8,malloc,free");

// clang-format off
EM_JS(void, rockpool_adopt_canvas, (), {
  specialHTMLTargets['#canvas'] = Module['canvas'];
  // SDL listens here for keys; only the application's own arrive.
  const handlers = new Map();
  specialHTMLTargets['#keyboard'] = {
    'addEventListener': (type, handler) => handlers.set(type, handler),
    'removeEventListener': (type) => handlers.delete(type),
  };
  Module['rockpoolKey'] = (event) => handlers.get(event.type)?.(event);
});

EM_JS(void, rockpool_listen, (void* self), {
  Module['rockpoolInput']['attach']({
    'keyboardState': () => _rockpool_keyboard_state(self),
    'key': Module['rockpoolKey'],
    'insert': (text) => {
      const bytes = stringToNewUTF8(text);
      _rockpool_insert(self, bytes);
      _free(bytes);
    },
    'erase': (letters) => _rockpool_erase(self, letters),
    'copy': (cut) => {
      const bytes = _rockpool_copy(self, cut ? 1 : 0);
      const text = bytes ? UTF8ToString(bytes) : "";
      _free(bytes);
      return text;
    },
    'wheel': (x, y) => _rockpool_wheel(self, x, y) !== 0,
    'focus': (has) => _rockpool_focus(self, has ? 1 : 0),
    'settle': () => _rockpool_settle(self),
    'graphics': (there) => _rockpool_graphics(self, there ? 1 : 0),
  });
});

EM_JS(void, rockpool_stop_listening, (), {
  Module['rockpoolInput']['detach']();
});

EM_JS(void, rockpool_follow_writing, (int writing), {
  Module['rockpoolInput']['followWriting'](writing !== 0);
});

EM_JS(void, rockpool_want_graphics, (int wanted), {
  Module['rockpoolInput']['wantGraphics'](wanted !== 0);
});

EM_JS(void, rockpool_write_clipboard, (const char* text), {
  navigator.clipboard?.writeText(UTF8ToString(text)).catch(() => {});
});
// clang-format on

namespace rockpool::app {

void adopt_canvas() {
  rockpool_adopt_canvas();
}
void add_page_listeners(BrowserWindow* window) {
  rockpool_listen(window);
}
void remove_page_listeners() {
  rockpool_stop_listening();
}
void follow_writing(bool writing) {
  rockpool_follow_writing(writing ? 1 : 0);
}
void want_graphics(bool wanted) {
  rockpool_want_graphics(wanted ? 1 : 0);
}
void write_clipboard(const char* text) {
  rockpool_write_clipboard(text);
}

}  // namespace rockpool::app
