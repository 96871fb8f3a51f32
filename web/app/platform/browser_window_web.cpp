// SPDX-License-Identifier: Apache-2.0
#include "web/app/platform/browser_window.h"

#include <GLES3/gl3.h>
#include <emscripten/html5.h>
#include <imgui.h>
#include <imgui_impl_opengl3.h>
#include <imgui_impl_sdl2.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <utility>

#include "web/app/platform/page_glue.h"

namespace rockpool::app {
namespace {

constexpr const char* kShaders = "#version 300 es";
constexpr int kFramesAfterInput = 3;
// What follows from an input, a menu in its place, is there so many frames after it.
constexpr int kFramesToSettle = 3;
// Seconds of a frame in which no time passes: ImGui takes no 0.
constexpr float kInstant = 0.0001f;
// A gap after which time is not made up for: the tab was hidden, or slept.
constexpr double kLongestFrame = 0.25;
// The graphics are waited for no longer than this, in milliseconds.
constexpr double kMostBehind = 1000;

}  // namespace

BrowserWindow::BrowserWindow(Session& session) {
  adopt_canvas();
  open();
  if (!problem_.empty()) return;
  IMGUI_CHECKVERSION();
  imgui_ = ImGui::CreateContext();
  ImGui_ImplSDL2_InitForOpenGL(window_, nullptr);
  ImGui_ImplOpenGL3_Init(kShaders);
  ImGui::GetIO().SetClipboardTextFn = [](void*, const char* text) { write_clipboard(text); };
  app_ = std::make_unique<App>(session);
  app_->use_page_clipboard();
  SDL_AddEventWatch(on_sdl_event, this);
  add_page_listeners(this);
  wake();
}

BrowserWindow::~BrowserWindow() {
  if (frame_request_ != 0) emscripten_cancel_animation_frame(frame_request_);
  if (timer_ != 0) emscripten_clear_timeout(timer_);
  if (imgui_ != nullptr) {
    remove_page_listeners();
    SDL_DelEventWatch(on_sdl_event, this);
    app_.reset();
    if (has_graphics_) ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplSDL2_Shutdown();
    ImGui::DestroyContext(imgui_);
  }
  if (gl_ > 0) emscripten_webgl_destroy_context(gl_);
  if (window_ != nullptr) SDL_DestroyWindow(window_);
  SDL_Quit();
}

void BrowserWindow::open() {
  // Keys belong to the canvas while it has the focus, and to the page otherwise.
  SDL_SetHint(SDL_HINT_EMSCRIPTEN_KEYBOARD_ELEMENT, "#keyboard");
  if (SDL_Init(SDL_INIT_VIDEO) != 0) {
    problem_ = SDL_GetError();
    return;
  }
  window_ =
      SDL_CreateWindow("Rockpool", 0, 0, 800, 600, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
  if (window_ == nullptr) {
    problem_ = SDL_GetError();
    return;
  }
  // The wheel is the page's unless something here scrolls; and whoever listens for a page's end
  // keeps browsers from remembering it.
  emscripten_set_wheel_callback("#canvas", nullptr, false, nullptr);
  emscripten_set_beforeunload_callback(nullptr, nullptr);
  open_graphics();
}

// SDL brings only the input: its own way to a context finds OpenGL's functions by name, so that all
// of them would have to be there.
void BrowserWindow::open_graphics() {
  EmscriptenWebGLContextAttributes attributes;
  emscripten_webgl_init_context_attributes(&attributes);
  attributes.majorVersion = 2;
  attributes.alpha = false;
  attributes.depth = false;
  attributes.antialias = false;
  gl_ = emscripten_webgl_create_context("#canvas", &attributes);
  if (gl_ <= 0 || emscripten_webgl_make_context_current(gl_) != EMSCRIPTEN_RESULT_SUCCESS) {
    problem_ = "no WebGL 2";
  }
}

int BrowserWindow::on_sdl_event(void* window, SDL_Event* event) {
  // SDL's own mark at the end of its queue: polling would wake us for ever.
  if (event->type == SDL_POLLSENTINEL) return 1;
  auto* self = static_cast<BrowserWindow*>(window);
  ImGui::SetCurrentContext(self->imgui_);
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  self->fingers_.take(*event, size.x, size.y);
  self->wake();
  return 1;
}

void BrowserWindow::wake() {
  settled_ = false;
  frames_due_ = std::max(frames_due_, kFramesAfterInput);
  if (frame_request_ != 0 || !draws() || !app_) return;
  if (timer_ != 0) {
    emscripten_clear_timeout(timer_);
    timer_ = 0;
  }
  frame_request_ = emscripten_request_animation_frame(on_animation_frame, this);
}

bool BrowserWindow::on_animation_frame(double milliseconds, void* window) {
  auto* self = static_cast<BrowserWindow*>(window);
  self->frame_request_ = 0;
  if (self->draws() && self->graphics_are_behind(milliseconds)) {
    self->frame_request_ = emscripten_request_animation_frame(on_animation_frame, self);
    return false;
  }
  if (self->draws()) self->draw(milliseconds);
  self->sleep();
  return false;
}

void BrowserWindow::on_timer(void* window) {
  auto* self = static_cast<BrowserWindow*>(window);
  self->timer_ = 0;
  if (self->frame_request_ != 0 || !self->draws()) return;
  self->frame_request_ = emscripten_request_animation_frame(on_animation_frame, self);
}

void BrowserWindow::sleep() {
  if (!draws() || frame_request_ != 0) return;
  const double idle = frames_due_ > 0 ? 0 : app_->idle_for();
  if (idle <= 0) {
    frame_request_ = emscripten_request_animation_frame(on_animation_frame, this);
  } else if (std::isfinite(idle)) {
    timer_ = emscripten_set_timeout(on_timer, idle * 1000, this);
  }
}

bool BrowserWindow::graphics_are_behind(double milliseconds) {
  if (frame_ends_[0] == nullptr) return false;
  const bool done = glClientWaitSync(frame_ends_[0], 0, 0) != GL_TIMEOUT_EXPIRED;
  if (behind_since_ == 0) behind_since_ = milliseconds;
  if (!done && milliseconds - behind_since_ < kMostBehind) return true;
  behind_since_ = 0;
  return false;
}

void BrowserWindow::mark_frame() {
  if (frame_ends_[0] != nullptr) glDeleteSync(frame_ends_[0]);
  frame_ends_[0] = std::exchange(frame_ends_[1], glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0));
}

void BrowserWindow::update_fonts() {
  if (!app_->fonts_stale()) return;
  app_->bake_fonts();
  if (!has_graphics_) return;
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

void BrowserWindow::begin_input() {
  SDL_Event event;
  while (SDL_PollEvent(&event) != 0) ImGui_ImplSDL2_ProcessEvent(&event);
  Environment environment = app_->environment();
  environment.touch = fingers_.pointing;
  app_->set_environment(environment);
  update_fonts();
  follow_fingers();
  if (has_graphics_) ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplSDL2_NewFrame();
}

void BrowserWindow::follow_fingers() {
  Fingers& fingers = fingers_.fingers;
  app_->set_pinch(fingers.pinching(), fingers.take());
  // A finger that has left points at nothing.
  ImGuiIO& io = ImGui::GetIO();
  const bool settled = !ImGui::IsMouseDown(ImGuiMouseButton_Left) &&
                       !ImGui::IsMouseReleased(ImGuiMouseButton_Left) && frames_due_ == 0;
  if (fingers_.pointing && !fingers.any() && settled) io.AddMousePosEvent(-FLT_MAX, -FLT_MAX);
}

void BrowserWindow::draw(double milliseconds) {
  ImGui::SetCurrentContext(imgui_);
  const double seconds =
      last_ == 0 ? 1.0 / 60 : std::clamp((milliseconds - last_) / 1000, 0.0001, kLongestFrame);
  last_ = milliseconds;
  frames_due_ = std::max(0, frames_due_ - 1);
  begin_input();
  ImGui::GetIO().DeltaTime = static_cast<float>(seconds);
  ImGui::NewFrame();
  app_->frame(static_cast<float>(seconds));
  ImGui::Render();
  int width = 0;
  int height = 0;
  SDL_GetWindowSizeInPixels(window_, &width, &height);
  glViewport(0, 0, width, height);
  glClearColor(0, 0, 0, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  mark_frame();
  follow_writing(app_->wants_text());
  settled_ = settled_ || (frames_due_ == 0 && imgui_->InputEventsQueue.empty());
}

void BrowserWindow::settle() {
  // Between two frames of the browser there may be many keys: an answer must not be about what was
  // before them. The frames are computed, not drawn. ImGui takes a press and its release in a frame
  // each, and something of what waits in every one, so that it comes to an end.
  ImGui::SetCurrentContext(imgui_);
  if (settled_) return;
  int left = kFramesToSettle;
  while (left > 0) {
    begin_input();
    ImGui::GetIO().DeltaTime = kInstant;
    ImGui::NewFrame();
    app_->frame(0);
    ImGui::Render();
    if (imgui_->InputEventsQueue.empty()) --left;
  }
  settled_ = true;
  follow_writing(app_->wants_text());
}

const std::vector<WidgetMap::Entry>& BrowserWindow::find_widgets() {
  settle();
  ImGui::SetCurrentContext(imgui_);
  begin_input();
  ImGui::GetIO().DeltaTime = kInstant;
  wake();
  return app_->find_widgets();
}

void BrowserWindow::resize(int width, int height, float density) {
  if (width <= 0 || height <= 0) return;
  SDL_SetWindowSize(window_, width, height);
  Environment environment = app_->environment();
  environment.density = std::clamp(density, 0.5f, 4.0f);
  app_->set_environment(environment);
  // A canvas that changes its size is empty: it is drawn again before the browser shows it.
  if (draws()) draw(emscripten_get_now());
  wake();
}

void BrowserWindow::set_dark(bool dark) {
  Environment environment = app_->environment();
  environment.dark = dark;
  app_->set_environment(environment);
  wake();
}

void BrowserWindow::set_reduced_motion(bool reduced) {
  Environment environment = app_->environment();
  environment.reduced_motion = reduced;
  app_->set_environment(environment);
  wake();
}

void BrowserWindow::set_visible(bool visible) {
  visible_ = visible;
  last_ = 0;
  if (visible) wake();
}

void BrowserWindow::set_near(bool near) {
  want_graphics(near);
}

void BrowserWindow::set_graphics(bool there) {
  if (there == has_graphics_) return;
  ImGui::SetCurrentContext(imgui_);
  has_graphics_ = there;
  for (GLsync& end : frame_ends_) {
    if (end != nullptr) glDeleteSync(std::exchange(end, nullptr));
  }
  last_ = 0;
  if (there) {
    ImGui_ImplOpenGL3_Init(kShaders);
    wake();
  } else {
    // Everything that was made in it is gone with it.
    ImGui_ImplOpenGL3_Shutdown();
  }
}

int BrowserWindow::keyboard_state() {
  settle();
  return (app_->wants_text() ? 1 : 0) | (app_->desk().selection ? 2 : 0);
}

bool BrowserWindow::take_wheel(double x, double y) {
  ImGui::SetCurrentContext(imgui_);
  if (!app_->wants_wheel(x, y)) return false;
  ImGui::GetIO().AddMouseWheelEvent(static_cast<float>(-x), static_cast<float>(-y));
  wake();
  return true;
}

void BrowserWindow::insert(const char* text) {
  settle();
  app_->insert(text);
  wake();
}

void BrowserWindow::erase(int letters) {
  settle();
  app_->erase(letters);
  wake();
}

std::string BrowserWindow::copy_selection(bool cut) {
  settle();
  wake();
  return app_->copy_selection(cut);
}

void BrowserWindow::set_focused(bool focused) {
  // Without the focus ImGui forgets what it has not taken yet: what was typed comes first.
  settle();
  ImGui::GetIO().AddFocusEvent(focused);
  wake();
}

}  // namespace rockpool::app
