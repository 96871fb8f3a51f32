// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/reset_menu.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <vector>

#include "web/app/widgets/controls.h"
#include "web/app/widgets/menu.h"

namespace rockpool::app {
namespace {

using net::Family;

struct Choice {
  std::string_view id;
  std::string_view name;
  std::string_view meaning;
  std::array<Family, 2> families;
  std::size_t count;

  std::vector<Family> list() const { return {families.begin(), families.begin() + count}; }
};

constexpr std::array<Choice, 4> kChoices{{
    {"reset/ipv4",
     "IPv4",
     "Nodes, Pods and Services have one address each.",
     {Family::ipv4, Family::ipv4},
     1},
    {"reset/ipv6",
     "IPv6",
     "The same, with addresses of the other family.",
     {Family::ipv6, Family::ipv6},
     1},
    {"reset/dual-ipv4",
     "Dual stack, IPv4 first",
     "Nodes and Pods have an address of each family. So have Services that ask for it "
     "(spec.ipFamilyPolicy); others get IPv4.",
     {Family::ipv4, Family::ipv6},
     2},
    {"reset/dual-ipv6",
     "Dual stack, IPv6 first",
     "The same, but Services that do not ask for a family get IPv6.",
     {Family::ipv6, Family::ipv4},
     2},
}};

}  // namespace

void draw_reset(Ui& ui, Desk& desk, const Rect& rect) {
  constexpr float kWidth = 300;
  if (button(ui, "reset", rect,
             {.icon = Icon::Reset, .tooltip = "Start again with a fresh cluster"})) {
    ImGui::OpenPopup("reset-menu");
  }
  const float width = place_menu_below(rect, kWidth);
  Menu menu{ui, "reset-menu", width};
  if (!menu.is_open()) return;
  menu.heading("Start again with a fresh cluster", "What was done to this one is lost.");
  menu.separator();
  const std::vector<Family> now = desk.session.ip_families();
  for (const Choice& choice : kChoices) {
    const std::string title =
        choice.list() == now ? fmt::format("{} \u00B7 now", choice.name) : std::string{choice.name};
    if (!menu.wide_item(choice.id, title, choice.meaning)) continue;
    desk.session.reset(choice.list());
    desk.flights.clear();
    desk.selection = {};
    desk.why = {};
    desk.say(fmt::format("A fresh cluster: {}.", choice.name));
  }
}

}  // namespace rockpool::app
