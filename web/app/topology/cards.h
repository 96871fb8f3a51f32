// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "web/app/model/traffic.h"
#include "web/app/topology/layout.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// How a card stands out.
struct CardState {
  bool hovered = false;
  bool selected = false;
  /// From 0 to 1: transparent to solid.
  float alpha = 1;
  /// From 0 to 1: just touched by a request.
  float pulse = 0;
  /// Seconds, for what turns; 0 for stillness.
  double time = 0;
};

/// A Pod's part in its Service's traffic.
struct PodLoad {
  double rate = 0;  ///< requests per second lately
  Colour colour = 0;
};

void draw_pod_card(const Painter& painter, const Theme& theme, const PodItem& pod, const Rect& rect,
                   Detail detail, const CardState& state, const std::optional<PodLoad>& load);
/// `traffic` may be null.
void draw_service_card(const Painter& painter, const Theme& theme, const ServiceItem& service,
                       const ServiceTraffic* traffic, const Rect& rect, const CardState& state);
/// The frame and head of a node, without its Pods.
void draw_node_card(const Painter& painter, const Theme& theme, const NodeItem& node,
                    std::size_t pods, const Rect& rect, const CardState& state);
void draw_proxy(const Painter& painter, const Theme& theme, const NodeItem& node, const Rect& rect,
                const CardState& state);
/// The place of Pods that no node has taken.
void draw_unscheduled_card(const Painter& painter, const Theme& theme, std::size_t pods,
                           const Rect& rect);
void draw_outside_card(const Painter& painter, const Theme& theme, const Rect& rect,
                       const CardState& state);

/// The requests per second that `pod` (namespace/name) got lately in `traffic`, and its colour in
/// the charts.
std::optional<PodLoad> load_of(const ServiceTraffic& traffic, const Theme& theme,
                               const std::string& pod);

}  // namespace rockpool::app
