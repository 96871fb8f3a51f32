// SPDX-License-Identifier: Apache-2.0
#include "web/app/platform/page_glue.h"

#include <emscripten.h>
#include <emscripten/em_js.h>

#include <cstdlib>
#include <cstring>

#include "web/app/platform/browser_window.h"

// What the listeners below ask of the window.
extern "C" {

// Bit 0: a text is being written. Bit 1: something is selected.
EMSCRIPTEN_KEEPALIVE int rockpool_keyboard_state(rockpool::app::BrowserWindow* window) {
  return window->keyboard_state();
}
EMSCRIPTEN_KEEPALIVE int rockpool_wants_wheel(rockpool::app::BrowserWindow* window, double delta) {
  return window->wants_wheel(delta) ? 1 : 0;
}
EMSCRIPTEN_KEEPALIVE void rockpool_paste(rockpool::app::BrowserWindow* window, const char* text) {
  window->paste(text);
}
// The text is the caller's to free; null if there is none.
EMSCRIPTEN_KEEPALIVE char* rockpool_copy(rockpool::app::BrowserWindow* window, int cut) {
  const std::string text = window->copy_selection(cut != 0);
  return text.empty() ? nullptr : strdup(text.c_str());
}
EMSCRIPTEN_KEEPALIVE void rockpool_focus(rockpool::app::BrowserWindow* window, int focused) {
  window->set_focused(focused != 0);
}

}  // extern "C"

EM_JS_DEPS(rockpool_page, "$specialHTMLTargets,$UTF8ToString,$stringToNewUTF8,malloc,free");

// clang-format off
EM_JS(void, rockpool_adopt_canvas, (), {
  specialHTMLTargets['#canvas'] = Module['canvas'];
});

EM_JS(void, rockpool_listen, (void* window), {
  const canvas = Module['canvas'];
  const undo = [];
  let focused = false;
  const listen = (target, type, handler, options) => {
    target.addEventListener(type, handler, options);
    undo.push(() => target.removeEventListener(type, handler, options));
  };
  const before = {capture: true};
  // The application's own shortcuts; every other combination is the browser's.
  const whileWriting = new Set(['Enter', 'a', 'z', 'y', '/', 'Z', 'Backspace', 'Delete',
    'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End']);
  const whileSelected = new Set(['d', 'k']);
  const wanted = (event) => {
    const state = _rockpool_keyboard_state(window);
    const writing = state & 1;
    if (/^F[0-9]+$/.test(event.key)) return false;
    if (event.ctrlKey || event.metaKey) {
      if (event.key === 'Control' || event.key === 'Meta') return true;
      if (writing) return whileWriting.has(event.key);
      return (state & 2) !== 0 && whileSelected.has(event.key);
    }
    // Out of a text, Tab leaves the canvas.
    return event.key !== 'Tab' || writing !== 0;
  };
  listen(canvas, 'keydown', (event) => {
    if (!wanted(event)) event.stopImmediatePropagation();
  }, before);
  listen(canvas, 'wheel', (event) => {
    const mine = (focused || event.ctrlKey) && _rockpool_wants_wheel(window, event.deltaY);
    if (!mine) event.stopImmediatePropagation();
  }, before);
  listen(canvas, 'contextmenu', (event) => event.preventDefault());
  listen(canvas, 'focus', () => { focused = true; _rockpool_focus(window, 1); });
  listen(canvas, 'blur', () => { focused = false; _rockpool_focus(window, 0); });
  const copy = (event) => {
    if (!focused) return;
    const text = _rockpool_copy(window, event.type === 'cut' ? 1 : 0);
    if (!text) return;
    event.clipboardData.setData('text/plain', UTF8ToString(text));
    _free(text);
    event.preventDefault();
  };
  listen(document, 'copy', copy);
  listen(document, 'cut', copy);
  listen(document, 'paste', (event) => {
    if (!focused) return;
    const text = stringToNewUTF8(event.clipboardData.getData('text/plain'));
    _rockpool_paste(window, text);
    _free(text);
    event.preventDefault();
  });
  Module['rockpoolStopListening'] = () => undo.splice(0).forEach((one) => one());
});

EM_JS(void, rockpool_stop_listening, (), {
  Module['rockpoolStopListening']?.();
});

EM_JS(void, rockpool_write_clipboard, (const char* text), {
  navigator.clipboard?.writeText(UTF8ToString(text)).catch(() => {});
});

EM_JS(void, rockpool_release_graphics, (), {
  Module['canvas'].getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
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
void write_clipboard(const char* text) {
  rockpool_write_clipboard(text);
}
void release_graphics() {
  rockpool_release_graphics();
}

}  // namespace rockpool::app
