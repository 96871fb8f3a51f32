// SPDX-License-Identifier: Apache-2.0
#include "web/app/platform/window.h"

#include <SDL.h>
#include <SDL_opengl.h>
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_impl_opengl3.h>
#include <imgui_impl_sdl2.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <vector>

#include "web/app/platform/png.h"
#include "web/app/platform/sdl_fingers.h"

namespace rockpool::app {
namespace {

// A longest sleep, so that a window system that forgets to say something is noticed.
constexpr double kLongestSleep = 0.5;

/// SDL, a window and its OpenGL context; all of it goes when this does.
class DesktopWindow {
 public:
  explicit DesktopWindow(const WindowOptions& options) {
    SDL_SetHint(SDL_HINT_VIDEO_HIGHDPI_DISABLED, "0");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) return;
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 2);
    SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
    SDL_GL_SetAttribute(SDL_GL_MULTISAMPLEBUFFERS, 0);
    const bool scaled = !options.screenshot.empty() && options.density > 0;
    const float scale = scaled ? options.density : 1.0f;
    window_ = SDL_CreateWindow("Rockpool", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                               static_cast<int>(static_cast<float>(options.width) * scale),
                               static_cast<int>(static_cast<float>(options.height) * scale),
                               SDL_WINDOW_OPENGL | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (window_ == nullptr) return;
    gl_ = SDL_GL_CreateContext(window_);
    if (gl_ == nullptr) return;
    SDL_GL_SetSwapInterval(options.screenshot.empty() ? 1 : 0);
    SDL_SetWindowMinimumSize(window_, 390, 400);
  }
  ~DesktopWindow() {
    if (gl_ != nullptr) SDL_GL_DeleteContext(gl_);
    if (window_ != nullptr) SDL_DestroyWindow(window_);
    SDL_Quit();
  }
  DesktopWindow(const DesktopWindow&) = delete;
  DesktopWindow& operator=(const DesktopWindow&) = delete;

  bool ok() const { return gl_ != nullptr; }
  SDL_Window* window() const { return window_; }
  SDL_GLContext gl() const { return gl_; }
  bool hidden() const {
    return (SDL_GetWindowFlags(window_) & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN)) != 0;
  }
  int pixel_width() const {
    int width = 0;
    int height = 0;
    SDL_GL_GetDrawableSize(window_, &width, &height);
    return width;
  }
  int pixel_height() const {
    int width = 0;
    int height = 0;
    SDL_GL_GetDrawableSize(window_, &width, &height);
    return height;
  }
  /// Device pixels per logical pixel: by the window system, or by the display's fineness on X11,
  /// which does not scale windows.
  float density() const {
    int width = 0;
    int height = 0;
    SDL_GetWindowSize(window_, &width, &height);
    const float by_window =
        static_cast<float>(pixel_width()) / static_cast<float>(std::max(1, width));
    if (by_window > 1.01f) return by_window;
    float dots_per_inch = 96;
    if (SDL_GetDisplayDPI(SDL_GetWindowDisplayIndex(window_), nullptr, &dots_per_inch, nullptr) !=
        0)
      return 1;
    // Steps of a quarter; ordinary monitors, and those that lie about their size, stay at 1.
    return dots_per_inch < 140 ? 1.0f : std::min(3.0f, std::round(dots_per_inch / 96 * 4) / 4);
  }

 private:
  SDL_Window* window_ = nullptr;
  SDL_GLContext gl_ = nullptr;
};

/// ImGui with its two backends.
class ImGuiOnSdl {
 public:
  explicit ImGuiOnSdl(const DesktopWindow& window) {
    IMGUI_CHECKVERSION();
    context_ = ImGui::CreateContext();
    ImGui_ImplSDL2_InitForOpenGL(window.window(), window.gl());
    ImGui_ImplOpenGL3_Init("#version 150");
  }
  ~ImGuiOnSdl() {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplSDL2_Shutdown();
    ImGui::DestroyContext(context_);
  }
  ImGuiOnSdl(const ImGuiOnSdl&) = delete;
  ImGuiOnSdl& operator=(const ImGuiOnSdl&) = delete;

 private:
  ImGuiContext* context_;
};

bool write_screenshot(const std::string& path, int width, int height) {
  const std::size_t row = static_cast<std::size_t>(width) * 3;
  std::vector<std::uint8_t> pixels(row * static_cast<std::size_t>(height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, pixels.data());
  std::vector<std::uint8_t> upright(pixels.size());
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    const auto from = pixels.begin() +
                      static_cast<std::ptrdiff_t>((static_cast<std::size_t>(height) - 1 - y) * row);
    std::copy(from, from + static_cast<std::ptrdiff_t>(row),
              upright.begin() + static_cast<std::ptrdiff_t>(y * row));
  }
  const std::string png = encode_png(upright, width, height);
  std::ofstream file{path, std::ios::binary};
  file.write(png.data(), static_cast<std::streamsize>(png.size()));
  return file.good();
}

/// The window's life: events, frames, sleep.
class WindowLoop {
 public:
  WindowLoop(const DesktopWindow& window, App& app, const WindowOptions& options)
      : window_{window}, app_{app}, options_{options} {}

  int run() {
    while (!closed_) {
      wait();
      take_events();
      const float seconds = frame_seconds();
      draw(seconds);
      if (taking_picture() && time_ >= options_.screenshot_after) return take_picture();
      SDL_GL_SwapWindow(window_.window());
    }
    return 0;
  }

 private:
  bool taking_picture() const { return !options_.screenshot.empty(); }

  void wait() const {
    if (taking_picture()) return;
    const double idle = window_.hidden() ? kLongestSleep : std::min(app_.idle_for(), kLongestSleep);
    if (idle > 0) SDL_WaitEventTimeout(nullptr, static_cast<int>(idle * 1000));
  }

  void take_events() {
    SDL_Event event;
    while (SDL_PollEvent(&event) != 0) {
      ImGui_ImplSDL2_ProcessEvent(&event);
      const ImVec2 size = ImGui::GetIO().DisplaySize;
      fingers_.take(event, size.x, size.y);
      closed_ = closed_ || event.type == SDL_QUIT;
    }
  }

  float frame_seconds() {
    if (taking_picture()) return 1.0f / 60;
    const Uint64 now = SDL_GetPerformanceCounter();
    const double seconds = last_ == 0 ? 1.0 / 60
                                      : static_cast<double>(now - last_) /
                                            static_cast<double>(SDL_GetPerformanceFrequency());
    last_ = now;
    return static_cast<float>(std::min(seconds, 1.0));
  }

  void draw(float seconds) {
    if (window_.hidden()) return;
    const float density = options_.density > 0 ? options_.density : window_.density();
    Environment environment = app_.environment();
    environment.density = density;
    environment.dark = false;
    environment.reduced_motion = options_.reduced_motion;
    environment.touch = fingers_.pointing;
    app_.set_environment(environment);
    if (app_.fonts_stale()) {
      app_.bake_fonts();
      ImGui_ImplOpenGL3_DestroyFontsTexture();
      ImGui_ImplOpenGL3_CreateFontsTexture();
    }
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplSDL2_NewFrame();
    scale_input(density);
    app_.set_pinch(fingers_.fingers.pinching(), fingers_.fingers.take());
    ImGui::GetIO().DeltaTime = std::max(seconds, 0.0001f);
    // A picture does not depend on where the mouse happens to be.
    if (taking_picture()) ImGui::GetIO().AddMousePosEvent(-FLT_MAX, -FLT_MAX);
    if (options_.before_frame) options_.before_frame(app_, time_);
    ImGui::NewFrame();
    app_.frame(seconds);
    ImGui::Render();
    glViewport(0, 0, window_.pixel_width(), window_.pixel_height());
    glClearColor(0, 0, 0, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    time_ += static_cast<double>(seconds);
  }

  // The application counts in logical pixels; on X11 the window and the mouse count in device
  // pixels.
  void scale_input(float density) const {
    ImGuiIO& io = ImGui::GetIO();
    const float by_window = io.DisplayFramebufferScale.x;
    const float extra = density / by_window;
    if (std::abs(extra - 1) < 0.01f) return;
    io.DisplaySize = {io.DisplaySize.x / extra, io.DisplaySize.y / extra};
    io.DisplayFramebufferScale = {density, density};
    int x = 0;
    int y = 0;
    SDL_GetMouseState(&x, &y);
    if (SDL_GetMouseFocus() == window_.window()) {
      io.AddMousePosEvent(static_cast<float>(x) / extra, static_cast<float>(y) / extra);
    }
  }

  int take_picture() const {
    if (write_screenshot(options_.screenshot, window_.pixel_width(), window_.pixel_height()))
      return 0;
    fmt::print(stderr, "error: cannot write {}\n", options_.screenshot);
    return 1;
  }

  const DesktopWindow& window_;
  App& app_;
  const WindowOptions& options_;
  SdlFingers fingers_;
  bool closed_ = false;
  double time_ = 0;
  Uint64 last_ = 0;
};

}  // namespace

int run_window(Session& session, const WindowOptions& options) {
  const DesktopWindow window{options};
  if (!window.ok()) {
    fmt::print(stderr, "error: no window: {}\n", SDL_GetError());
    return 1;
  }
  const ImGuiOnSdl imgui{window};
  App app{session};
  app.desk().theme = options.theme;
  return WindowLoop{window, app, options}.run();
}

}  // namespace rockpool::app
