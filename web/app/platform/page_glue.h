// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rockpool::app {

class BrowserWindow;

/// Makes SDL and Emscripten find the canvas that the module was created with, wherever it is in the
/// page, and as "#keyboard" a place where only the application's own keys arrive.
void adopt_canvas();
/// Lets web/js/rockpool-input.js listen to the page for the window.
void add_page_listeners(BrowserWindow* window);
/// Ends that, and gives the graphics context back to the browser.
void remove_page_listeners();
/// A text is being written, or no longer: the keyboard moves between the canvas and the page's
/// hidden text field, if either has it.
void follow_writing(bool writing);
/// Gives the graphics context back to the browser, which grants only a few, or asks for it again.
/// `BrowserWindow::set_graphics` hears when that has happened.
void want_graphics(bool wanted);
/// Puts a text onto the clipboard, as far as the page is allowed to.
void write_clipboard(const char* text);

}  // namespace rockpool::app
