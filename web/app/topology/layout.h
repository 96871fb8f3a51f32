// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "web/app/geometry.h"
#include "web/app/model/world.h"

namespace rockpool::app {

/// How much of each Pod is shown: the more there are, the less.
enum class Detail {
  Card,   ///< sign, name, address
  Label,  ///< sign and the end of the name
  Dot,    ///< sign only
};

/// Where everything of the topology lies, in its own units (logical pixels when zoomed to 1).
/// Clients are on the left, Services beside them, nodes on the right; in a tall narrow pane from
/// top to bottom.
struct TopologyLayout {
  struct NodeBox {
    Slot node = kNoSlot;
    Rect rect;
    /// Where the node's proxy sits, on its edge towards the Services.
    Rect proxy;
    /// The Pods inside, in order.
    std::vector<Slot> pods;
  };
  struct ServiceBox {
    Slot service = kNoSlot;
    Rect rect;
  };

  Detail detail = Detail::Card;
  bool tall = false;
  /// Cards stand beside each other: requests run along the lanes between them. Where the lane
  /// is that leads to all others, left of all nodes; the left of the leftmost of them; and how far
  /// Pods are apart.
  bool has_lanes = false;
  float lane = 0;
  float nodes_left = 0;
  float pod_gap = 0;
  std::vector<NodeBox> nodes;
  std::vector<ServiceBox> services;
  /// Pods without a node; empty if there are none.
  NodeBox unscheduled;
  /// Clients outside the cluster; empty if nothing could reach it from there.
  Rect outside;
  /// By slot; an empty rectangle for a Pod that is not shown.
  std::vector<Rect> pods;
  /// By slot of a Pod: the position in `nodes` of the box it lies in; kNoSlot if in none.
  std::vector<Slot> home;
  /// By slot: the position in `services` or `nodes`, or kNoSlot.
  std::vector<Slot> service_at;
  std::vector<Slot> node_at;
  Rect bounds;

  const Rect& pod(Slot slot) const;
  /// The card of a Service; empty if not shown.
  Rect service(Slot slot) const;
  const NodeBox* node(Slot slot) const;
};

/// Sizes in units.
namespace topology {
inline constexpr float kPodWidth = 158;
/// Where there is room for whole names.
inline constexpr float kWidePodWidth = 204;
inline constexpr float kPodHeight = 44;
inline constexpr float kLabelWidth = 74;
inline constexpr float kLabelHeight = 26;
inline constexpr float kDot = 12;
inline constexpr float kPodGap = 6;
inline constexpr float kNodeHead = 46;
inline constexpr float kNodePadding = 10;
inline constexpr float kNodeGap = 18;
inline constexpr float kServiceWidth = 204;
inline constexpr float kServiceHeight = 86;
inline constexpr float kServiceGap = 14;
/// Of many Services, less of each is shown.
inline constexpr float kCompactServiceWidth = 168;
inline constexpr float kCompactServiceHeight = 58;
inline constexpr float kOutsideWidth = 112;
inline constexpr float kOutsideHeight = 76;
inline constexpr float kColumnGap = 64;
inline constexpr float kProxyWidth = 52;
inline constexpr float kProxyHeight = 20;
/// How far a proxy stands out of its node, and in a tall pane, where there is less room for it.
inline constexpr float kProxyOut = 26;
inline constexpr float kTallProxyOut = 18;
/// What the tools at the top of the map and the legend at its foot take of the pane, in logical
/// pixels of the screen.
inline constexpr float kToolbar = 52;
inline constexpr float kLegend = 34;
/// How far the lane of a tall pane is from what stands beside it, and how much of that is within
/// the pane's margin.
inline constexpr float kLaneGap = 6;
inline constexpr float kLaneInMargin = 18;
}  // namespace topology

struct LayoutRequest {
  /// The pane, in logical pixels: the layout takes its proportions.
  float width = 800;
  float height = 600;
  /// Pods and Services of kube-* namespaces too.
  bool show_system = true;
  /// Only Pods and Services whose namespace/name contains this.
  std::string filter;
};

/// Arranges what `world` holds. The same world gives the same layout.
TopologyLayout lay_out(const World& world, const LayoutRequest& request);

/// True for the namespaces that Kubernetes itself uses.
bool is_system(std::string_view ns);

}  // namespace rockpool::app
