// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/endpoints_view.h"

#include <fmt/format.h>
#include <imgui.h>

#include "web/app/view/link.h"
#include "web/app/widgets/controls.h"
#include "web/app/widgets/status.h"

namespace rockpool::app {
namespace {

constexpr float kSliceHead = 52;
constexpr float kEndpoint = 68;

Health health_of(const EndpointRow& row) {
  if (row.terminating) return Health::Leaving;
  return row.ready ? Health::Ready : Health::NotReady;
}

void draw_slice(Ui& ui, Desk& desk, const SliceRow& slice, const Rect& row) {
  const Painter painter = ui.painter();
  painter.fill(row, ui.theme.inset);
  painter.fill({row.x, row.bottom() - ui.pixel, row.w, ui.pixel}, ui.theme.border);
  const float left = row.x + space::kLarge;
  const float width = row.right() - space::kLarge - left;
  link_to(ui, desk, fmt::format("slice/{}", slice.slice.name), {left, row.y + 9}, width,
          slice.slice, slice.slice.name, ui.theme.text);
  std::string line = slice.address_type;
  line += slice.ports.empty() ? ", no ports" : " \u00B7 " + slice.ports;
  if (!slice.managed_by.empty()) line += " \u00B7 by " + slice.managed_by;
  painter.text_in({left, row.y + 29}, width, TextStyle::Caption, ui.theme.text_faint, line);
}

void draw_endpoint(Ui& ui, Desk& desk, const EndpointRow& endpoint, const Rect& row) {
  const Painter painter = ui.painter();
  painter.fill({row.x + 12, row.bottom() - ui.pixel, row.w - 12, ui.pixel}, ui.theme.border);
  draw_health(painter, ui.theme, health_of(endpoint), {row.x + 22, row.y + 18}, 13,
              ui.reduced_motion ? 0 : ui.time);
  const float left = row.x + 38;
  const float right = row.right() - space::kMedium;
  ui.widgets.add(
      fmt::format("endpoint/{}", endpoint.addresses), row,
      fmt::format("{}{}{}", endpoint.ready ? "ready " : "", endpoint.serving ? "serving " : "",
                  endpoint.terminating ? "terminating" : ""));
  const float address = painter.text_in({left, row.y + 10}, right - left, TextStyle::CodeSmall,
                                        ui.theme.text, endpoint.addresses);
  if (endpoint.target) {
    link_to(ui, desk, fmt::format("endpoint-pod/{}", endpoint.target.name),
            {left + address + 12, row.y + 10}, right - left - address - 12, endpoint.target,
            endpoint.target.name, ui.theme.text_soft);
  }
  float x = left;
  const float y = row.y + 29;
  x += state_word(painter, ui.theme, {x, y}, endpoint.ready, "ready", ui.theme.good) + 12;
  x += state_word(painter, ui.theme, {x, y}, endpoint.serving, "serving", ui.theme.good) + 12;
  state_word(painter, ui.theme, {x, y}, endpoint.terminating, "terminating", ui.theme.warning);
  x = left;
  if (!endpoint.node.empty()) {
    x += link_to(ui, desk, fmt::format("endpoint-node/{}", endpoint.addresses), {x, row.y + 46},
                 right - x, {"Node", "", endpoint.node}, endpoint.node, ui.theme.text_soft) +
         8;
  }
  std::string place = endpoint.zone.empty() ? std::string{} : "in " + endpoint.zone;
  if (!endpoint.hints.empty())
    place += fmt::format("{}for {}", place.empty() ? "" : " \u00B7 ", endpoint.hints);
  painter.text_in({x, row.y + 47}, right - x, TextStyle::Caption, ui.theme.text_faint, place);
}

}  // namespace

void draw_endpoints(Ui& ui, Desk& desk, std::string_view id, const Rect& area,
                    const std::vector<SliceRow>& slices) {
  if (slices.empty()) {
    empty_state(ui, area, Icon::Service, "No EndpointSlices",
                "Nobody has written endpoints for this Service. A selector that matches running "
                "Pods makes them; without a selector they are written by hand.");
    return;
  }
  const ScrollArea scroll{ui, id, area};
  float y = scroll.origin().y;
  const auto next = [&](float height) {
    const Rect row{scroll.origin().x, y, scroll.width(), height};
    y += height;
    return row;
  };
  for (const SliceRow& slice : slices) {
    if (const Rect row = next(kSliceHead); row.overlaps(area)) draw_slice(ui, desk, slice, row);
    for (const EndpointRow& endpoint : slice.endpoints) {
      if (const Rect row = next(kEndpoint); row.overlaps(area))
        draw_endpoint(ui, desk, endpoint, row);
    }
    if (!slice.endpoints.empty()) continue;
    const Rect row = next(40);
    ui.painter().text({row.x + space::kLarge, row.y + 12}, TextStyle::Small, ui.theme.bad,
                      "No endpoints");
  }
  scroll.content(scroll.width(), y - scroll.origin().y);
}

}  // namespace rockpool::app
