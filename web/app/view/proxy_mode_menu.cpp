// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/proxy_mode_menu.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <array>

#include "web/app/widgets/controls.h"
#include "web/app/widgets/menu.h"

namespace rockpool::app {
namespace {

using net::proxy::IpvsScheduler;
using net::proxy::ModeKind;

struct ModeWords {
  ProxyMode mode;
  std::string_view meaning;
};

constexpr std::array<ModeWords, 6> kModes{{
    {{ModeKind::userspace, IpvsScheduler::rr},
     "A process on each node accepts every connection and relays it, in turn. It tries the next "
     "endpoint when one does not answer."},
    {{ModeKind::iptables, IpvsScheduler::rr},
     "The kernel rewrites packets by a list of rules; each connection goes to an endpoint by "
     "chance."},
    {{ModeKind::ipvs, IpvsScheduler::rr}, "The kernel's load balancer, in turn (round robin)."},
    {{ModeKind::ipvs, IpvsScheduler::lc},
     "The kernel's load balancer, to the endpoint with the fewest connections."},
    {{ModeKind::ipvs, IpvsScheduler::sh},
     "The kernel's load balancer, by the client's address: the same client, the same endpoint."},
    {{ModeKind::nftables, IpvsScheduler::rr},
     "The kernel looks a Service up in a map; each connection goes to an endpoint by chance."},
}};

std::string label_of(const Desk& desk) {
  return "proxy: " + proxy_mode_text(desk.session.proxy_mode());
}

ButtonLook look_of(std::string_view label) {
  return {.icon = Icon::ChevronDown,
          .label = label,
          .emphasis = Emphasis::Normal,
          .tooltip = "How the nodes' proxies work (--proxy-mode)"};
}

void draw_menu_button(Ui& ui, Desk& desk, std::string_view id, const Rect& rect,
                      std::string_view label) {
  constexpr float kWidth = 330;
  const std::string menu_id = fmt::format("{}-menu", id);
  if (button(ui, id, rect, look_of(label))) ImGui::OpenPopup(menu_id.c_str());
  const float width = place_menu_below(rect, kWidth);
  Menu menu{ui, menu_id, width};
  if (!menu.is_open()) return;
  menu.heading("Proxies of all nodes", "Connections that are open go on.");
  menu.separator();
  const ProxyMode now = desk.session.proxy_mode();
  for (const ModeWords& one : kModes) {
    const bool is_now = one.mode.kind == now.kind &&
                        (now.kind != ModeKind::ipvs || one.mode.scheduler == now.scheduler);
    const std::string name = proxy_mode_text(one.mode);
    const std::string title = is_now ? name + " \u00B7 now" : name;
    if (!menu.wide_item(fmt::format("proxy-mode/{}", name), title, one.meaning) || is_now) continue;
    const Outcome outcome = desk.session.set_proxy_mode(one.mode);
    desk.say(outcome.message, !outcome.ok);
  }
}

}  // namespace

float proxy_mode_width(const Ui& ui, const Desk& desk) {
  return button_width(ui.painter(), look_of(label_of(desk)));
}

float brief_proxy_mode_width(const Ui& ui, const Desk& desk) {
  const std::string label = proxy_mode_text(desk.session.proxy_mode());
  return button_width(ui.painter(), look_of(label));
}

void draw_proxy_mode(Ui& ui, Desk& desk, std::string_view id, const Rect& rect) {
  draw_menu_button(ui, desk, id, rect, label_of(desk));
}

void draw_brief_proxy_mode(Ui& ui, Desk& desk, std::string_view id, const Rect& rect) {
  draw_menu_button(ui, desk, id, rect, proxy_mode_text(desk.session.proxy_mode()));
}

}  // namespace rockpool::app
