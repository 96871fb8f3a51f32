// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rockpool::app {

class BrowserWindow;

/// Makes SDL and Emscripten find the canvas that the module was created with, wherever it is in the
/// page.
void adopt_canvas();
/// Listens to the page: who has the keyboard, what is pasted and copied, and which keys and turns
/// of the wheel are the page's own. SDL would take them all.
void add_page_listeners(BrowserWindow* window);
/// Stops listening.
void remove_page_listeners();
/// Puts a text onto the clipboard, as far as the page is allowed to.
void write_clipboard(const char* text);
/// Gives the graphics context back to the browser, which grants only a few.
void release_graphics();

}  // namespace rockpool::app
