// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "web/app/fingers.h"
#include "web/app/playback.h"
#include "web/app/session.h"
#include "web/app/theme.h"
#include "web/app/topology/flights.h"

namespace rockpool::app {

/// The panels between which a small screen switches; a large one shows several.
enum class Panel { Map, Yaml, Inspect, Traffic, Events, Objects, Why };

/// A message that appears for a while.
struct Toast {
  std::string text{};
  bool bad = false;
  float age = 0;
};

/// What the views share: the cluster, what is selected, and what they ask of each other.
struct Desk {
  Session& session;
  Playback playback{};
  Flights flights{};

  ObjectRef selection{};
  /// Which tab of the inspector to show next; -1 leaves it.
  int wanted_inspector_tab = -1;
  /// A panel to bring forward; views set it, the frame takes it.
  bool panel_wanted = false;
  Panel wanted_panel = Panel::Map;
  /// The menu of examples is to open; the editor's panel takes it.
  bool examples_wanted = false;

  std::string filter{};
  /// Set by the shortcut; the filter takes the keyboard then.
  bool focus_filter = false;
  bool show_system = true;
  /// The map is to show everything again.
  bool fit_wanted = false;
  /// Two fingers are on the screen; and what they did since the last frame, if they have left
  /// since, too.
  bool pinching = false;
  std::optional<Pinch> pinch{};
  bool help_open = false;
  ThemeChoice theme = ThemeChoice::Auto;

  /// The place of a menu that was asked for, and what it is about.
  ObjectRef menu_object{};
  bool menu_wanted = false;
  /// The request that is explained; views may put another there.
  WhyRequest why{};
  /// What the user is asked to confirm before it is deleted.
  ObjectRef delete_asked{};

  std::vector<Toast> toasts{};

  void select(ObjectRef object) {
    selection = std::move(object);
    show(Panel::Inspect);
  }
  void show(Panel panel) {
    panel_wanted = true;
    wanted_panel = panel;
  }
  void show_examples() {
    examples_wanted = true;
    show(Panel::Yaml);
  }
  void open_menu(ObjectRef object) {
    menu_object = std::move(object);
    menu_wanted = true;
  }
  /// Brings the panel that explains a request forward, for this one.
  void ask_why(WhyRequest request) {
    why = std::move(request);
    show(Panel::Why);
  }
  /// Does it and says how it went.
  void act(Action action, const ObjectRef& object);
  /// Shows a message.
  void say(std::string text, bool bad = false);
  /// What `selection` refers to still exists.
  bool selection_exists() const;
};

/// Brings the explanation forward of the request that somebody who looks at this object would ask
/// about.
void ask_why_about(Desk& desk, const ObjectRef& object);

/// The same for the last request that has failed, if one has within the last minute.
void ask_why_last_failed(Desk& desk);

/// The inspector's tabs.
namespace inspector_tab {
inline constexpr int kSummary = 0;
inline constexpr int kYaml = 1;
inline constexpr int kEvents = 2;
inline constexpr int kLogs = 3;
inline constexpr int kEndpoints = 4;
inline constexpr int kLookups = 5;
inline constexpr int kProxy = 6;
}  // namespace inspector_tab

}  // namespace rockpool::app
