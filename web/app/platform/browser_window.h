// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <GLES3/gl3.h>
#include <SDL.h>
#include <emscripten/html5_webgl.h>

#include <array>
#include <memory>
#include <string>

#include "web/app/app.h"
#include "web/app/platform/sdl_fingers.h"

struct ImGuiContext;

namespace rockpool::app {

/// The application on a canvas of a page. It draws when something has happened or moves, in the
/// browser's own rhythm, and sleeps otherwise and while nobody can see it.
class BrowserWindow {
 public:
  /// The session must outlive the window.
  explicit BrowserWindow(Session& session);
  ~BrowserWindow();
  BrowserWindow(const BrowserWindow&) = delete;
  BrowserWindow& operator=(const BrowserWindow&) = delete;

  /// Why there is no picture; empty if there is one.
  const std::string& problem() const { return problem_; }
  App& app() { return *app_; }

  /// The canvas has another size, in CSS pixels.
  void resize(int width, int height, float density);
  void set_dark(bool dark);
  void set_reduced_motion(bool reduced);
  /// Nobody can see the canvas: no frames are drawn, and the cluster's time stands still.
  void set_visible(bool visible);
  /// The canvas is far from being seen: it needs no graphics context. There are few of them.
  void set_near(bool near);
  /// Draws a frame soon: something has changed.
  void wake();
  /// Where all widgets are.
  const std::vector<WidgetMap::Entry>& find_widgets();

  // For the page's listeners; each looks at what has been done until now.
  int keyboard_state();
  /// Steps to the right and down; false if they are the page's.
  bool take_wheel(double x, double y);
  void insert(const char* text);
  void erase(int letters);
  std::string copy_selection(bool cut);
  void set_focused(bool focused);
  /// Lets everything that has been done take effect at once.
  void settle();
  /// The graphics context was lost, or is there again, empty.
  void set_graphics(bool there);

 private:
  static int on_sdl_event(void* window, SDL_Event* event);
  static bool on_animation_frame(double milliseconds, void* window);
  static void on_timer(void* window);

  void open();
  void open_graphics();
  void draw(double milliseconds);
  void sleep();
  void update_fonts();
  void begin_input();
  void follow_fingers();
  bool draws() const { return visible_ && has_graphics_; }
  /// The graphics are still busy with the frame before the last one: another would only wait behind
  /// it, and show later what is done now.
  bool graphics_are_behind(double milliseconds);
  void mark_frame();

  std::string problem_;
  SDL_Window* window_ = nullptr;
  EMSCRIPTEN_WEBGL_CONTEXT_HANDLE gl_ = 0;
  ImGuiContext* imgui_ = nullptr;
  std::unique_ptr<App> app_;
  SdlFingers fingers_;
  bool visible_ = true;
  bool has_graphics_ = true;
  double last_ = 0;
  // Requests to the browser that are under way.
  int frame_request_ = 0;
  long timer_ = 0;
  // Frames still to be drawn after input: ImGui reacts one frame later to some of it.
  int frames_due_ = 2;
  // The ends of the last two frames, older first, as the graphics come to them; null if there is
  // none. And since when they are waited for.
  std::array<GLsync, 2> frame_ends_{};
  double behind_since_ = 0;
  // False while something that was done may not have taken effect.
  bool settled_ = false;
};

}  // namespace rockpool::app
