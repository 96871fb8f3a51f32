// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SDL.h>

#include <memory>
#include <string>

#include "web/app/app.h"

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
  void set_visible(bool visible);
  /// Draws a frame soon: something has changed.
  void wake();
  /// Where all widgets are.
  const std::vector<WidgetMap::Entry>& find_widgets();

  // For the page's listeners.
  int keyboard_state();
  bool wants_wheel(double delta);
  void paste(const char* text);
  std::string copy_selection(bool cut);
  void set_focused(bool focused);

 private:
  static int on_sdl_event(void* window, SDL_Event* event);
  static bool on_animation_frame(double milliseconds, void* window);
  static void on_timer(void* window);

  void open();
  void draw(double milliseconds);
  void sleep();
  void update_fonts();
  void begin_input();

  std::string problem_;
  SDL_Window* window_ = nullptr;
  SDL_GLContext gl_ = nullptr;
  ImGuiContext* imgui_ = nullptr;
  std::unique_ptr<App> app_;
  bool visible_ = true;
  bool finger_ = false;
  double last_ = 0;
  // Requests to the browser that are under way.
  int frame_request_ = 0;
  long timer_ = 0;
  // Frames still to be drawn after input: ImGui reacts one frame later to some of it.
  int frames_due_ = 2;
};

}  // namespace rockpool::app
