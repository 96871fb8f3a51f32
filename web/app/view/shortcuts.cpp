// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/shortcuts.h"

#include <imgui.h>

#include <string_view>

#include "web/app/view/top_bar.h"

namespace rockpool::app {
namespace {

// Signs are taken as letters, not as keys: where they are differs between keyboards.
bool typed(char wanted) {
  for (const ImWchar letter : ImGui::GetIO().InputQueueCharacters) {
    if (letter == static_cast<ImWchar>(wanted)) return true;
  }
  return false;
}

void inspect(Desk& desk, int tab) {
  if (!desk.selection) return;
  desk.wanted_inspector_tab = tab;
  desk.show(Panel::Inspect);
}

void jump_to_owner(Desk& desk) {
  const PodItem* pod =
      desk.session.world().pods.get(key_of_object(desk.selection.ns, desk.selection.name));
  if (desk.selection.kind != "Pod" || pod == nullptr || pod->owner.empty()) return;
  desk.select({pod->owner_kind, pod->ns, pod->owner});
}

void take_command_keys(Desk& desk) {
  if (!desk.selection || !desk.selection_exists()) return;
  if (ImGui::IsKeyPressed(ImGuiKey_D, false)) desk.delete_asked = desk.selection;
  if (ImGui::IsKeyPressed(ImGuiKey_K, false) && desk.selection.kind == "Pod")
    desk.act(Action::KillNow, desk.selection);
}

void go_back(Desk& desk) {
  if (desk.help_open) {
    desk.help_open = false;
  } else if (desk.delete_asked) {
    desk.delete_asked = {};
  } else if (desk.selection) {
    desk.selection = {};
  } else {
    desk.filter.clear();
  }
}

}  // namespace

void take_shortcuts(Ui& ui, Desk& desk, bool editing, const std::function<void()>& open_editor) {
  static_cast<void>(ui);
  const ImGuiIO& io = ImGui::GetIO();
  if (editing || io.WantTextInput || ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup)) return;
  if (io.KeyCtrl || io.KeySuper) return take_command_keys(desk);
  if (desk.help_open || desk.delete_asked) return;
  if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) go_back(desk);
  if (typed(' ')) toggle_play(desk);
  if (typed('.')) step_once(desk);
  if (typed('[')) desk.playback.step_speed(-1);
  if (typed(']')) desk.playback.step_speed(1);
  if (typed('?')) desk.help_open = true;
  if (typed('0')) desk.fit_wanted = true;
  if (typed('d')) inspect(desk, inspector_tab::kSummary);
  if (typed('y')) inspect(desk, inspector_tab::kYaml);
  if (typed('l')) inspect(desk, inspector_tab::kLogs);
  if (typed('w')) ask_why_about(desk, desk.selection);
  if (typed('f')) ask_why_last_failed(desk);
  if (typed('J')) jump_to_owner(desk);
  if (typed('/')) {
    desk.show(Panel::Map);
    desk.focus_filter = true;
  }
  if (typed('e')) open_editor();
  // What was a command is not also the first letter of a text.
  ImGui::GetIO().InputQueueCharacters.resize(0);
}

}  // namespace rockpool::app
