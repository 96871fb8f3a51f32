// SPDX-License-Identifier: Apache-2.0
#include "web/app/app.h"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>

#include "web/app/dock.h"
#include "web/app/model/outline.h"
#include "web/app/topology/layout.h"
#include "web/app/topology/view.h"
#include "web/app/view/editor_panel.h"
#include "web/app/view/events_panel.h"
#include "web/app/view/inspector.h"
#include "web/app/view/objects_panel.h"
#include "web/app/view/overlays.h"
#include "web/app/view/shortcuts.h"
#include "web/app/view/top_bar.h"
#include "web/app/view/traffic_panel.h"
#include "web/app/view/why_panel.h"
#include "web/app/widgets/controls.h"

namespace rockpool::app {
namespace {

// What computing the cluster may take of a frame, in seconds of the real clock.
constexpr double kComputeBudget = 0.008;
// While the cluster's time passes but nothing moves, its clock is redrawn this often.
constexpr double kClockInterval = 0.1;
constexpr double kReducedInterval = 0.25;

// What is selected in the one-line field that has the keyboard.
std::string copy_from_field(bool cut) {
  ImGuiContext& imgui = *ImGui::GetCurrentContext();
  const ImGuiInputTextState& field = imgui.InputTextState;
  if (imgui.ActiveId == 0 || field.ID != imgui.ActiveId || !field.HasSelection()) return {};
  const int from = std::min(field.GetSelectionStart(), field.GetSelectionEnd());
  const int to = std::max(field.GetSelectionStart(), field.GetSelectionEnd());
  std::string text;
  for (int at = from; at < to; ++at) {
    char bytes[5];
    text += ImTextCharToUtf8(bytes, field.TextW[at]);
  }
  if (cut) {
    imgui.IO.AddKeyEvent(ImGuiKey_Delete, true);
    imgui.IO.AddKeyEvent(ImGuiKey_Delete, false);
  }
  return text;
}

// Messages appear low, but above the map's legend where that is as low.
Rect room_for_toasts(const Dock& dock, const Rect& screen) {
  if (dock.mode == DockMode::Wide) return screen;
  Rect room = dock.mode == DockMode::Narrow ? dock.topology : screen;
  room.h = dock.topology.bottom() - topology::kLegend + 8 - room.y;
  return room;
}

// The look of the window that fills the screen, and of what lies above it.
void push_style(const Ui& ui) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ImGui::ColorConvertU32ToFloat4(ui.theme.ground));
  ImGui::PushStyleColor(ImGuiCol_NavHighlight, 0);
  ImGui::PushFont(const_cast<ImFont*>(ui.fonts.font(TextStyle::Body)));
}

void pop_style() {
  ImGui::PopFont();
  ImGui::PopStyleColor(2);
  ImGui::PopStyleVar(3);
}

void begin_window() {
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::Begin("rockpool", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                   ImGuiWindowFlags_NoScrollWithMouse);
}

double real_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

struct App::Parts {
  explicit Parts(Session& session) : desk{.session = session} {}

  Desk desk;
  Environment environment;
  Fonts fonts;
  float baked_density = 0;
  Animations animations;
  WidgetMap widgets;
  DockSizes sizes;
  Panel narrow_panel = Panel::Map;
  int bottom_tab = 0;
  int side_tab = 0;
  double time = 0;
  double idle = 0;

  TopBar top_bar;
  TopologyView topology;
  EditorPanel editor;
  Inspector inspector;
  TrafficPanel traffic;
  EventsPanel events;
  ObjectsPanel objects;
  WhyPanel why;

  bool dark() const {
    return desk.theme == ThemeChoice::Auto ? environment.dark : desk.theme == ThemeChoice::Dark;
  }
  void run_cluster(float seconds);
  void take_wanted_panel(const Dock& dock);
  void draw_panels(Ui& ui, const Dock& dock);
  void draw_wide(Ui& ui, const Dock& dock);
  void draw_medium(Ui& ui, const Dock& dock);
  void draw_narrow(Ui& ui, const Dock& dock);
  void draw_bottom(Ui& ui, const Rect& area);
  // How long the picture stays as it is if nobody does anything.
  double idle_after(const Ui& ui) const;
};

App::App(Session& session) : parts_{std::make_unique<Parts>(session)} {
  // One event may finish thousands of requests: each is counted, some are shown.
  session.on_request([this](const RequestSeen& request) { parts_->desk.flights.add(request); });
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigWindowsMoveFromTitleBarOnly = true;
  ImGui::GetStyle().WindowBorderSize = 0;
  ImGui::GetStyle().MouseCursorScale = 1;
}

App::~App() {
  parts_->desk.session.on_request({});
}

void App::set_environment(const Environment& environment) {
  parts_->environment = environment;
}
const Environment& App::environment() const {
  return parts_->environment;
}
bool App::fonts_stale() const {
  return parts_->baked_density != parts_->environment.density;
}

void App::bake_fonts() {
  parts_->fonts.bake(*ImGui::GetIO().Fonts, parts_->environment.density);
  parts_->baked_density = parts_->environment.density;
}

Desk& App::desk() {
  return parts_->desk;
}
const Theme& App::theme() const {
  return parts_->dark() ? dark_theme() : light_theme();
}
double App::idle_for() const {
  return parts_->idle;
}

void App::set_editor_text(std::string text) {
  parts_->editor.editor.buffer.replace_all(text);
}
std::string App::editor_text() const {
  return parts_->editor.editor.buffer.text();
}
bool App::wants_text() const {
  return parts_->editor.editor.focused() || ImGui::GetIO().WantTextInput;
}

void App::use_page_clipboard() {
  parts_->editor.editor.paste_by_key = false;
}

bool App::wants_wheel(double right, double down) const {
  const ImGuiWindow* window = ImGui::GetCurrentContext()->HoveredWindow;
  if (window == nullptr) return false;
  const bool sideways = std::abs(right) > std::abs(down);
  // Lists and texts end somewhere; the map takes the wheel everywhere.
  for (; (window->Flags & (ImGuiWindowFlags_ChildWindow | ImGuiWindowFlags_Popup)) != 0;
       window = window->ParentWindow) {
    const float most = sideways ? window->ScrollMax.x : window->ScrollMax.y;
    const float now = sideways ? window->Scroll.x : window->Scroll.y;
    if (most > 0) return (sideways ? right : down) > 0 ? now < most : now > 0;
    if ((window->Flags & ImGuiWindowFlags_Popup) != 0) return false;
  }
  return parts_->topology.contains(pointer());
}

void App::set_pinch(bool pinching, const std::optional<Pinch>& pinch) {
  parts_->desk.pinching = pinching;
  parts_->desk.pinch = pinch;
}

void App::insert(const std::string& text) {
  ImGuiIO& io = ImGui::GetIO();
  if (parts_->editor.editor.focused()) {
    parts_->editor.editor.buffer.insert(text);
    parts_->editor.editor.follow_caret();
  } else if (io.WantTextInput) {
    // The key that asked for it is still down, and no letter counts while it is.
    io.AddKeyEvent(ImGuiMod_Ctrl, false);
    io.AddKeyEvent(ImGuiMod_Super, false);
    io.AddInputCharactersUTF8(text.c_str());
  }
}

void App::erase(int letters) {
  ImGuiIO& io = ImGui::GetIO();
  for (int letter = 0; letter < letters; ++letter) {
    if (parts_->editor.editor.focused()) {
      parts_->editor.editor.buffer.erase_backward();
    } else if (io.WantTextInput) {
      io.AddKeyEvent(ImGuiKey_Backspace, true);
      io.AddKeyEvent(ImGuiKey_Backspace, false);
    }
  }
  if (letters > 0) parts_->editor.editor.follow_caret();
}

std::string App::copy_selection(bool cut) {
  CodeEditor& editor = parts_->editor.editor;
  if (!editor.focused()) return copy_from_field(cut);
  if (!editor.buffer.has_selection()) return {};
  std::string text = editor.buffer.selected_text();
  if (cut) editor.buffer.erase_backward();
  return text;
}

std::string App::outline() const {
  std::string text = outline_of(parts_->desk.session.world(), parts_->desk.session.traffic());
  for (const std::string& line : parts_->editor.result_words()) text += line + '\n';
  for (const Toast& toast : parts_->desk.toasts) text += toast.text + '\n';
  return text;
}

void App::Parts::run_cluster(float seconds) {
  const sim::Duration due = desk.playback.due(static_cast<double>(seconds));
  if (due.count() > 0) {
    const double deadline = real_seconds() + kComputeBudget;
    desk.session.run_for(due, [deadline] { return real_seconds() < deadline; });
  }
  // What is on its way stands still while the cluster does.
  desk.flights.advance(desk.playback.playing() ? seconds : 0, environment.reduced_motion);
}

void App::frame(float seconds) {
  Parts& parts = *parts_;
  parts.time += static_cast<double>(seconds);
  parts.run_cluster(seconds);
  parts.animations.begin(seconds, parts.environment.reduced_motion);
  Ui ui{.theme = theme(),
        .fonts = parts.fonts,
        .animations = parts.animations,
        .widgets = parts.widgets,
        .pixel = 1.0f / parts.environment.density,
        .seconds = seconds,
        .time = parts.time,
        .reduced_motion = parts.environment.reduced_motion,
        .touch = parts.environment.touch};

  ImGuiIO& io = ImGui::GetIO();
  const bool editing = parts.editor.editor.focused();
  // Arrow keys move the caret, not the focus, while a text is written.
  io.ConfigFlags = editing ? io.ConfigFlags & ~ImGuiConfigFlags_NavEnableKeyboard
                           : io.ConfigFlags | ImGuiConfigFlags_NavEnableKeyboard;
  const Rect screen{0, 0, io.DisplaySize.x, io.DisplaySize.y};
  push_style(ui);
  begin_window();
  take_shortcuts(ui, parts.desk, editing, [&parts] {
    parts.desk.show(Panel::Yaml);
    parts.editor.editor.focus();
  });
  const bool inspecting = static_cast<bool>(parts.desk.selection);
  const Dock dock = make_dock(screen.w, screen.h, parts.sizes, inspecting);
  parts.take_wanted_panel(dock);
  parts.draw_panels(ui, dock);
  parts.top_bar.draw(ui, parts.desk, dock.top_bar);
  draw_object_menu(ui, parts.desk);
  ImGui::End();
  draw_help(ui, parts.desk, screen);
  draw_delete_question(ui, parts.desk, screen);
  draw_toasts(ui, parts.desk, room_for_toasts(dock, screen));
  pop_style();
  parts.idle = parts.idle_after(ui);
}

double App::Parts::idle_after(const Ui& ui) const {
  const bool playing = desk.playback.playing();
  const bool flying = desk.flights.any() && playing && !environment.reduced_motion;
  if (flying || ui.moving || animations.moving()) return 0;
  if (playing) return environment.reduced_motion ? kReducedInterval : kClockInterval;
  // The caret of a focused editor blinks.
  return editor.editor.focused() ? 0.25 : std::numeric_limits<double>::infinity();
}

void App::Parts::take_wanted_panel(const Dock& dock) {
  if (!desk.panel_wanted) return;
  desk.panel_wanted = false;
  if (dock.mode == DockMode::Narrow) {
    // A tap on the map selects; it does not leave the map.
    if (desk.wanted_panel != Panel::Inspect || narrow_panel != Panel::Map)
      narrow_panel = desk.wanted_panel;
  } else if (dock.mode == DockMode::Medium) {
    if (desk.wanted_panel != Panel::Map) side_tab = static_cast<int>(desk.wanted_panel) - 1;
  } else if (desk.wanted_panel >= Panel::Traffic) {
    bottom_tab = static_cast<int>(desk.wanted_panel) - static_cast<int>(Panel::Traffic);
  }
}

void App::Parts::draw_panels(Ui& ui, const Dock& dock) {
  switch (dock.mode) {
    case DockMode::Wide:
      return draw_wide(ui, dock);
    case DockMode::Medium:
      return draw_medium(ui, dock);
    case DockMode::Narrow:
      return draw_narrow(ui, dock);
  }
}

void App::Parts::draw_bottom(Ui& ui, const Rect& area) {
  Rect rest = area;
  ui.painter().fill(area, ui.theme.panel);
  static constexpr std::array<Tab, 4> kTabs{{{.id = "traffic", .label = "Traffic"},
                                             {.id = "events", .label = "Events"},
                                             {.id = "objects", .label = "Objects"},
                                             {.id = "why", .label = "Why?"}}};
  tab_strip(ui, "bottom", rest.take_top(36), kTabs, bottom_tab);
  if (bottom_tab == 0) {
    traffic.draw(ui, desk, rest);
  } else if (bottom_tab == 1) {
    events.draw(ui, desk, rest);
  } else if (bottom_tab == 2) {
    objects.draw(ui, desk, rest);
  } else {
    why.draw(ui, desk, rest);
  }
}

void App::Parts::draw_wide(Ui& ui, const Dock& dock) {
  topology.draw(ui, desk, dock.topology);
  editor.draw(ui, desk, dock.editor);
  draw_bottom(ui, dock.bottom);
  if (!dock.inspector.empty()) inspector.draw(ui, desk, dock.inspector);
  splitter(ui, "split-editor", dock.editor_splitter, true, 1, sizes.editor, 260, 700);
  splitter(ui, "split-bottom", dock.bottom_splitter, false, -1, sizes.bottom, 120, 520);
  if (!dock.inspector.empty()) {
    splitter(ui, "split-inspector", dock.inspector_splitter, true, -1, sizes.inspector, 280, 640);
  }
}

void App::Parts::draw_medium(Ui& ui, const Dock& dock) {
  topology.draw(ui, desk, dock.topology);
  Rect rest = dock.side;
  ui.painter().fill(rest, ui.theme.panel);
  static constexpr std::array<Tab, 6> kTabs{{{.id = "yaml", .label = "YAML"},
                                             {.id = "inspect", .label = "Inspect"},
                                             {.id = "traffic", .label = "Traffic"},
                                             {.id = "events", .label = "Events"},
                                             {.id = "objects", .label = "Objects"},
                                             {.id = "why", .label = "Why?"}}};
  tab_strip(ui, "side", rest.take_top(38), kTabs, side_tab);
  switch (side_tab) {
    case 0:
      editor.draw(ui, desk, rest);
      break;
    case 1:
      inspector.draw(ui, desk, rest);
      break;
    case 2:
      traffic.draw(ui, desk, rest);
      break;
    case 3:
      events.draw(ui, desk, rest);
      break;
    case 4:
      objects.draw(ui, desk, rest);
      break;
    default:
      why.draw(ui, desk, rest);
      break;
  }
  splitter(ui, "split-side", dock.side_splitter, true, -1, sizes.side, 300, 620);
}

void App::Parts::draw_narrow(Ui& ui, const Dock& dock) {
  switch (narrow_panel) {
    case Panel::Map:
      topology.draw(ui, desk, dock.topology);
      break;
    case Panel::Yaml:
      editor.draw(ui, desk, dock.editor);
      break;
    case Panel::Inspect:
      inspector.draw(ui, desk, dock.inspector);
      break;
    case Panel::Traffic:
      traffic.draw(ui, desk, dock.bottom);
      break;
    case Panel::Events:
      events.draw(ui, desk, dock.bottom);
      break;
    case Panel::Objects:
      objects.draw(ui, desk, dock.bottom);
      break;
    case Panel::Why:
      why.draw(ui, desk, dock.bottom);
      break;
  }
  struct Entry {
    std::string_view id;
    std::string_view label;
    Icon icon;
  };
  static constexpr std::array<Entry, 7> kEntries{{{"tab/map", "Map", Icon::Map},
                                                  {"tab/yaml", "YAML", Icon::Code},
                                                  {"tab/inspect", "Inspect", Icon::Inspect},
                                                  {"tab/traffic", "Traffic", Icon::Chart},
                                                  {"tab/events", "Events", Icon::Events},
                                                  {"tab/objects", "Objects", Icon::Examples},
                                                  {"tab/why", "Why?", Icon::Help}}};
  const Painter painter = ui.painter();
  painter.fill(dock.tabs, ui.theme.panel);
  painter.fill({dock.tabs.x, dock.tabs.y, dock.tabs.w, ui.pixel}, ui.theme.border);
  const float width = dock.tabs.w / static_cast<float>(kEntries.size());
  for (std::size_t index = 0; index < kEntries.size(); ++index) {
    const Rect part{dock.tabs.x + width * static_cast<float>(index), dock.tabs.y, width,
                    dock.tabs.h};
    const bool chosen = static_cast<int>(narrow_panel) == static_cast<int>(index);
    const Touch touch = touch_area(ui, kEntries[index].id, part, kEntries[index].label);
    const Colour colour = chosen ? ui.theme.accent : ui.theme.text_soft;
    draw_icon(painter, kEntries[index].icon, {part.x, part.y + 8, part.w, 22}, colour, 20);
    painter.text_centred({part.x, part.y + 33, part.w, 16}, TextStyle::Caption, colour,
                         kEntries[index].label);
    // Something is selected: its details are one tap away.
    if (index == 2 && desk.selection && !chosen)
      painter.circle({part.centre().x + 13, part.y + 11}, 3.5f, ui.theme.accent);
    if (touch.clicked) narrow_panel = static_cast<Panel>(index);
  }
}

const std::vector<WidgetMap::Entry>& App::find_widgets() {
  parts_->widgets.start();
  ImGui::NewFrame();
  const bool was_playing = parts_->desk.playback.playing();
  parts_->desk.playback.pause();
  frame(0);
  if (was_playing) parts_->desk.playback.play();
  ImGui::Render();
  parts_->widgets.stop();
  return parts_->widgets.entries();
}

}  // namespace rockpool::app
