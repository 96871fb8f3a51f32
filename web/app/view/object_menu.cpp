// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <imgui.h>

#include "web/app/view/overlays.h"
#include "web/app/widgets/menu.h"

namespace rockpool::app {
namespace {

constexpr const char* kMenu = "object-menu";
constexpr float kWidth = 236;

void why_item(Menu& menu, Desk& desk, const ObjectRef& object) {
  if (menu.item("menu/why", Icon::Help, "Why does a request fail?", "w"))
    ask_why_about(desk, object);
}

void pod_items(Menu& menu, Desk& desk, const ObjectRef& object) {
  const PodItem* pod = desk.session.world().pods.get(key_of_object(object.ns, object.name));
  menu.heading(object.name,
               pod == nullptr ? std::string{"deleted"} : fmt::format("Pod \u00B7 {}", pod->status));
  menu.separator();
  const auto inspect = [&desk, &object](int tab) {
    desk.select(object);
    desk.wanted_inspector_tab = tab;
  };
  if (menu.item("menu/inspect", Icon::Inspect, "Inspect", "Enter"))
    inspect(inspector_tab::kSummary);
  if (menu.item("menu/logs", Icon::Logs, "Logs", "l")) inspect(inspector_tab::kLogs);
  if (menu.item("menu/yaml", Icon::Code, "YAML", "y")) inspect(inspector_tab::kYaml);
  why_item(menu, desk, object);
  menu.separator();
  if (menu.item("menu/crash", Icon::Bolt, "Crash container")) desk.act(Action::Crash, object);
  if (menu.item("menu/kill", Icon::Trash, "Kill", "Ctrl+D", true)) desk.act(Action::Delete, object);
  if (menu.item("menu/kill-now", Icon::Skull, "Kill now", "Ctrl+K", true))
    desk.act(Action::KillNow, object);
}

void node_items(Menu& menu, Desk& desk, const ObjectRef& object) {
  const NodeItem* node = desk.session.world().nodes.get(object.name);
  if (node == nullptr) return;
  const ObjectRef ref{"Node", "", object.name};
  menu.heading(node->name, fmt::format("Node \u00B7 {}", node->status));
  menu.separator();
  if (menu.item("menu/inspect", Icon::Inspect, "Inspect", "Enter")) desk.select(ref);
  if (menu.item("menu/proxy", Icon::Service, "Proxy: rules, connections")) {
    desk.select(ref);
    desk.wanted_inspector_tab = inspector_tab::kProxy;
  }
  if (node->cordoned) {
    if (menu.item("menu/uncordon", Icon::Cordon, "Uncordon")) desk.act(Action::Uncordon, ref);
  } else if (menu.item("menu/cordon", Icon::Cordon, "Cordon")) {
    desk.act(Action::Cordon, ref);
  }
  if (node->proxy_frozen) {
    if (menu.item("menu/thaw", Icon::Snowflake, "Thaw the proxy")) desk.act(Action::ThawProxy, ref);
  } else if (menu.item("menu/freeze", Icon::Snowflake, "Freeze the proxy")) {
    desk.act(Action::FreezeProxy, ref);
  }
  if (menu.item("menu/restart-proxy", Icon::Reset, "Restart the proxy")) {
    desk.act(Action::RestartProxy, ref);
  }
  menu.separator();
  if (node->powered) {
    if (menu.item("menu/stop", Icon::Power, "Stop the node", {}, true))
      desk.act(Action::StopNode, ref);
  } else if (menu.item("menu/start", Icon::Power, "Start the node")) {
    desk.act(Action::StartNode, ref);
  }
}

void service_items(Menu& menu, Desk& desk, const ObjectRef& object) {
  menu.heading(object.name, "Service");
  menu.separator();
  if (menu.item("menu/inspect", Icon::Inspect, "Inspect", "Enter")) desk.select(object);
  if (menu.item("menu/traffic", Icon::Chart, "Traffic")) {
    desk.selection = object;
    desk.show(Panel::Traffic);
  }
  if (menu.item("menu/endpoints", Icon::Terminal, "Endpoints")) {
    desk.select(object);
    desk.wanted_inspector_tab = inspector_tab::kEndpoints;
  }
  if (menu.item("menu/lookups", Icon::Search, "DNS look-ups")) {
    desk.select(object);
    desk.wanted_inspector_tab = inspector_tab::kLookups;
  }
  why_item(menu, desk, object);
  menu.separator();
  if (menu.item("menu/delete", Icon::Trash, "Delete", "Ctrl+D", true)) desk.delete_asked = object;
}

void outside_items(Menu& menu, Desk& desk) {
  menu.heading("Outside", "Send a request to");
  menu.separator();
  const ObjectRef outside{"Outside", "", ""};
  why_item(menu, desk, outside);
  desk.session.world().services.each([&](Slot, const ServiceItem& service) {
    if (service.type != "NodePort" && service.type != "LoadBalancer") return;
    if (!menu.item(fmt::format("menu/request/{}", service.name), Icon::Globe, service.name,
                   service.type))
      return;
    const Outcome outcome =
        desk.session.request_from_outside({"Service", service.ns, service.name});
    desk.say(outcome.message, !outcome.ok);
  });
}

}  // namespace

void draw_object_menu(Ui& ui, Desk& desk) {
  if (desk.menu_wanted) {
    ImGui::OpenPopup(kMenu);
    desk.menu_wanted = false;
  }
  Menu menu{ui, kMenu, kWidth};
  if (!menu.is_open()) return;
  const ObjectRef object = desk.menu_object;
  if (object.kind == "Pod") pod_items(menu, desk, object);
  if (object.kind == "Node" || object.kind == "Proxy") node_items(menu, desk, object);
  if (object.kind == "Service") service_items(menu, desk, object);
  if (object.kind == "Outside") outside_items(menu, desk);
}

}  // namespace rockpool::app
