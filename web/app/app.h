// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "web/app/desk.h"
#include "web/app/fingers.h"
#include "web/app/fonts.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// What the platform tells the application of its surroundings.
struct Environment {
  /// Device pixels per logical pixel.
  float density = 1;
  /// The system, or the page, is dark.
  bool dark = true;
  bool reduced_motion = false;
  bool touch = false;
};

/// The whole application, drawn into the current ImGui context. It knows neither SDL nor the
/// browser: the platform calls `frame` between ImGui::NewFrame and ImGui::Render, and sleeps as
/// long as `idle_for` says.
class App {
 public:
  explicit App(Session& session);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  void set_environment(const Environment& environment);
  const Environment& environment() const;
  /// True if the fonts must be baked anew for the density, before the next frame.
  bool fonts_stale() const;
  /// Bakes them into the current context's atlas.
  void bake_fonts();

  /// Lets the cluster's time pass for `seconds` of the viewer's, and draws everything.
  void frame(float seconds);
  /// How long nothing will change by itself, in seconds: 0 while something moves, infinity while
  /// nothing does.
  double idle_for() const;

  Desk& desk();
  /// The theme in effect.
  const Theme& theme() const;
  /// Puts a text into the editor.
  void set_editor_text(std::string text);
  /// The editor's text.
  std::string editor_text() const;
  /// A text that came without keys, pasted or from an input method, goes to where the keyboard is.
  void insert(const std::string& text);
  /// Erases so many letters before the caret there.
  void erase(int letters);
  /// What a copy, or cut, takes from the text being written; empty if nothing is selected.
  std::string copy_selection(bool cut);
  /// Pasting comes by `insert`, not by the key: a page may not read the clipboard by itself.
  void use_page_clipboard();
  /// True if turning the wheel so far to the right and down, where the pointer is, does something
  /// here; if not, it is for the page to scroll.
  bool wants_wheel(double right, double down) const;
  /// What two fingers did since the last frame, and whether they are still at it.
  void set_pinch(bool pinching, const std::optional<Pinch>& pinch);
  /// True while a text is being edited: the platform shows a keyboard then.
  bool wants_text() const;

  /// Where all widgets of the next drawn frame are; draws one to find out.
  const std::vector<WidgetMap::Entry>& find_widgets();
  /// The world in words, for the page's live region and for screen readers.
  std::string outline() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rockpool::app
