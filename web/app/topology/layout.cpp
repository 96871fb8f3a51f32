// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/layout.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <tuple>

namespace rockpool::app {
namespace {

using namespace topology;

// Above these numbers of Pods on one node, or in all, less of each is shown.
constexpr std::size_t kMostCards = 14;
constexpr std::size_t kMostCardsInAll = 90;
constexpr std::size_t kMostLabels = 60;
constexpr std::size_t kMostLabelsInAll = 400;
// In a narrower pane, columns are saved where they can be.
constexpr float kRoomyWidth = 720;
// Shown smaller than this, words of Cards or Labels would not be readable: less is shown, larger.
constexpr float kLeastCardScale = 0.62f;
constexpr float kLeastLabelScale = 0.55f;
// More Services than this have compact cards.
constexpr std::size_t kMostFullServices = 8;
constexpr std::size_t kMostFullServicesTall = 4;
// How much wider than needed the columns stand apart at most, in all.
constexpr float kMostExtraGap = 260;

struct Size {
  float w;
  float h;
};

// How each Pod is shown.
struct PodStyle {
  Detail detail;
  Size size;
  float gap;
};

PodStyle style_of(Detail detail, float card_width = kPodWidth) {
  switch (detail) {
    case Detail::Card:
      return {detail, {card_width, kPodHeight}, kPodGap};
    case Detail::Label:
      return {detail, {kLabelWidth, kLabelHeight}, 4};
    case Detail::Dot:
      break;
  }
  return {Detail::Dot, {kDot, kDot}, 2};
}

Size service_size(std::size_t count, bool tall) {
  if (count > (tall ? kMostFullServicesTall : kMostFullServices))
    return {kCompactServiceWidth, kCompactServiceHeight};
  return {kServiceWidth, kServiceHeight};
}

bool shown(const LayoutRequest& request, std::string_view ns, std::string_view name) {
  if (!request.show_system && is_system(ns)) return false;
  return request.filter.empty() ||
         key_of_object(ns, name).find(request.filter) != std::string::npos;
}

// Puts the Pods on their nodes, own ones before the system's, workload by workload.
void collect_pods(const World& world, const LayoutRequest& request, TopologyLayout& layout) {
  world.pods.each([&](Slot slot, const PodItem& pod) {
    if (!shown(request, pod.ns, pod.name)) return;
    const Slot node = world.nodes.find(pod.node);
    const Slot at = node < layout.node_at.size() ? layout.node_at[node] : kNoSlot;
    layout.home[slot] = at;
    (at == kNoSlot ? layout.unscheduled : layout.nodes[at]).pods.push_back(slot);
  });
  const auto order = [&world](Slot left, Slot right) {
    const PodItem& a = *world.pods.get(left);
    const PodItem& b = *world.pods.get(right);
    return std::forward_as_tuple(is_system(a.ns), a.ns, a.app, a.created, a.name) <
           std::forward_as_tuple(is_system(b.ns), b.ns, b.app, b.created, b.name);
  };
  for (auto& box : layout.nodes) std::sort(box.pods.begin(), box.pods.end(), order);
  std::sort(layout.unscheduled.pods.begin(), layout.unscheduled.pods.end(), order);
}

Detail choose_detail(const TopologyLayout& layout) {
  std::size_t most = layout.unscheduled.pods.size();
  std::size_t all = most;
  for (const auto& box : layout.nodes) {
    most = std::max(most, box.pods.size());
    all += box.pods.size();
  }
  if (most <= kMostCards && all <= kMostCardsInAll) return Detail::Card;
  if (most <= kMostLabels && all <= kMostLabelsInAll) return Detail::Label;
  return Detail::Dot;
}

float node_width(const PodStyle& style, int pod_columns) {
  const float columns = static_cast<float>(pod_columns);
  return 2 * kNodePadding + columns * style.size.w + (columns - 1) * style.gap;
}

float node_height(const PodStyle& style, int pod_columns, std::size_t pods) {
  const auto rows = static_cast<float>(std::max<std::size_t>(
      1,
      (pods + static_cast<std::size_t>(pod_columns) - 1) / static_cast<std::size_t>(pod_columns)));
  return kNodeHead + kNodePadding + rows * style.size.h + (rows - 1) * style.gap;
}

// Boxes to place: the nodes, and the unscheduled Pods if any.
std::vector<TopologyLayout::NodeBox*> boxes_of(TopologyLayout& layout) {
  std::vector<TopologyLayout::NodeBox*> boxes;
  for (auto& box : layout.nodes) boxes.push_back(&box);
  if (!layout.unscheduled.pods.empty()) boxes.push_back(&layout.unscheduled);
  return boxes;
}

struct Grid {
  int node_columns = 1;
  int pod_columns = 1;
};

Size grid_size(const std::vector<TopologyLayout::NodeBox*>& boxes, const PodStyle& style,
               Grid grid) {
  const float column = node_width(style, grid.pod_columns);
  const auto columns = static_cast<std::size_t>(grid.node_columns);
  float height = 0;
  for (std::size_t row = 0; row < boxes.size(); row += columns) {
    float tallest = 0;
    for (std::size_t at = row; at < std::min(boxes.size(), row + columns); ++at) {
      tallest = std::max(tallest, node_height(style, grid.pod_columns, boxes[at]->pods.size()));
    }
    height += tallest + kNodeGap;
  }
  const float used = static_cast<float>(std::min(columns, boxes.size()));
  return {used * (column + kNodeGap) - kNodeGap, std::max(0.0f, height - kNodeGap)};
}

std::span<const int> pod_column_choices(Detail detail) {
  static constexpr int kCardColumns[] = {1, 2, 3, 4};
  static constexpr int kLabelColumns[] = {2, 3, 4, 6, 8};
  static constexpr int kDotColumns[] = {11, 14, 18, 24, 32, 48};
  switch (detail) {
    case Detail::Card:
      return kCardColumns;
    case Detail::Label:
      return kLabelColumns;
    case Detail::Dot:
      break;
  }
  return kDotColumns;
}

// The lowest arrangement that is no wider than `width`; the narrowest if all are.
Grid choose_low_grid(const std::vector<TopologyLayout::NodeBox*>& boxes, const PodStyle& style,
                     float width) {
  const std::span<const int> choices = pod_column_choices(style.detail);
  Grid best{1, choices.front()};
  float best_height = grid_size(boxes, style, best).h;
  for (const int columns : choices) {
    for (int nodes = 1; nodes <= static_cast<int>(boxes.size()); ++nodes) {
      const Size size = grid_size(boxes, style, {nodes, columns});
      if (size.w > width) break;
      // A little lower is not worth wider boxes.
      if (size.h >= best_height * 0.98f) continue;
      best = {nodes, columns};
      best_height = size.h;
    }
  }
  return best;
}

// How large a grid can be shown; beyond life size, larger is no better.
float scale_of(const Size& grid, float width, float height, float taken) {
  return std::min({width / (grid.w + taken), height / grid.h, 1.0f});
}

// The arrangement that can be shown largest in a space of `width` by `height`, of which `taken`
// units across go to something else.
Grid choose_grid(const std::vector<TopologyLayout::NodeBox*>& boxes, const PodStyle& style,
                 float width, float height, float taken) {
  const int most = static_cast<int>(boxes.size());
  Grid best;
  float best_scale = -1;
  for (const int columns : pod_column_choices(style.detail)) {
    for (int nodes = 1; nodes <= most; nodes = std::max(nodes + 1, nodes * 5 / 4)) {
      const Grid grid{nodes, columns};
      const Size size = grid_size(boxes, style, grid);
      // Of those of life size the one with fewer columns wins by coming first.
      const float scale = scale_of(size, width, height, taken);
      if (scale > best_scale * 1.02f) {
        best = grid;
        best_scale = scale;
      }
    }
  }
  return best;
}

void place_pods(TopologyLayout& layout, const TopologyLayout::NodeBox& box, const PodStyle& style,
                int pod_columns) {
  const Size pod = style.size;
  for (std::size_t index = 0; index < box.pods.size(); ++index) {
    const auto column = static_cast<float>(index % static_cast<std::size_t>(pod_columns));
    const auto row = static_cast<float>(index / static_cast<std::size_t>(pod_columns));
    layout.pods[box.pods[index]] = {box.rect.x + kNodePadding + column * (pod.w + style.gap),
                                    box.rect.y + kNodeHead + row * (pod.h + style.gap), pod.w,
                                    pod.h};
  }
}

void place_nodes(TopologyLayout& layout, Point corner, const PodStyle& style, Grid grid) {
  const auto boxes = boxes_of(layout);
  const float width = node_width(style, grid.pod_columns);
  const auto columns = static_cast<std::size_t>(grid.node_columns);
  float y = corner.y;
  for (std::size_t row = 0; row < boxes.size(); row += columns) {
    float tallest = 0;
    const std::size_t end = std::min(boxes.size(), row + columns);
    for (std::size_t at = row; at < end; ++at) {
      tallest = std::max(tallest, node_height(style, grid.pod_columns, boxes[at]->pods.size()));
    }
    for (std::size_t at = row; at < end; ++at) {
      TopologyLayout::NodeBox& box = *boxes[at];
      box.rect = {corner.x + static_cast<float>(at - row) * (width + kNodeGap), y, width, tallest};
      box.proxy = {box.rect.x - (layout.tall ? kTallProxyOut : kProxyOut),
                   box.rect.y + (kNodeHead - kProxyHeight) / 2, kProxyWidth, kProxyHeight};
      place_pods(layout, box, style, grid.pod_columns);
      layout.bounds = united(layout.bounds, box.rect);
    }
    y += tallest + kNodeGap;
  }
}

// Left of all nodes, their proxies included; in a tall pane of the Services too.
void place_lane(TopologyLayout& layout, float nodes_left, const PodStyle& style) {
  layout.nodes_left = nodes_left;
  layout.pod_gap = style.gap;
  float left = nodes_left - (layout.tall ? kTallProxyOut : kProxyOut);
  if (layout.tall) left = std::min(left, layout.bounds.x);
  layout.lane = left - kLaneGap;
}

void collect_services(const World& world, const LayoutRequest& request, TopologyLayout& layout) {
  world.services.each([&](Slot slot, const ServiceItem& service) {
    // The API server's own Service has no Pods behind it here.
    if (service.ns == "default" && service.name == "kubernetes") return;
    if (shown(request, service.ns, service.name)) layout.services.push_back({slot, {}});
  });
  std::sort(layout.services.begin(), layout.services.end(),
            [&](const auto& left, const auto& right) {
              const ServiceItem& a = *world.services.get(left.service);
              const ServiceItem& b = *world.services.get(right.service);
              return std::forward_as_tuple(is_system(a.ns), a.created, a.ns, a.name) <
                     std::forward_as_tuple(is_system(b.ns), b.created, b.ns, b.name);
            });
  layout.service_at.assign(world.services.slots(), kNoSlot);
  for (std::size_t index = 0; index < layout.services.size(); ++index) {
    layout.service_at[layout.services[index].service] = static_cast<Slot>(index);
  }
}

bool reachable_from_outside(const World& world, const TopologyLayout& layout) {
  return std::any_of(layout.services.begin(), layout.services.end(), [&](const auto& box) {
    const std::string& type = world.services.get(box.service)->type;
    return type == "NodePort" || type == "LoadBalancer";
  });
}

// Clients | Services | nodes.
void arrange_wide(const World& world, const LayoutRequest& request, TopologyLayout& layout) {
  const auto count = layout.services.size();
  const Size card = service_size(count, false);
  // One column of Services as long as it is no taller than the pane makes sense of, then more.
  const std::size_t most_rows = std::max<std::size_t>(
      4, static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(count)) * 2)));
  const std::size_t columns = count == 0 ? 0 : (count + most_rows - 1) / most_rows;
  const bool outside = reachable_from_outside(world, layout);
  // Without the room for a column of their own, clients stand above the Services.
  const bool own_column = request.width >= kRoomyWidth;
  float services_x = outside && own_column ? kOutsideWidth + kColumnGap : 0;
  const float services_width =
      static_cast<float>(columns) * (card.w + kServiceGap) - (columns > 0 ? kServiceGap : 0);
  float nodes_x = count == 0 ? 0 : services_x + services_width + kColumnGap + kProxyOut;

  const auto boxes = boxes_of(layout);
  PodStyle style = style_of(layout.detail);
  Grid grid = choose_grid(boxes, style, request.width, request.height, nodes_x);
  if (layout.detail == Detail::Card) {
    // Whole names, where they cost nothing.
    const PodStyle wide = style_of(layout.detail, kWidePodWidth);
    const Grid other = choose_grid(boxes, wide, request.width, request.height, nodes_x);
    const auto scale = [&](const PodStyle& one, Grid its) {
      return scale_of(grid_size(boxes, one, its), request.width, request.height, nodes_x);
    };
    if (scale(wide, other) >= scale(style, grid)) {
      style = wide;
      grid = other;
    }
  }
  // Spare width goes between the columns: there the requests are seen.
  const Size nodes = grid_size(boxes, style, grid);
  const float spare = request.width * std::max(1.0f, nodes.h / request.height) - nodes_x - nodes.w;
  const float wider = std::clamp(spare * 0.6f, 0.0f, kMostExtraGap);
  services_x += services_x > 0 ? wider * 0.4f : 0;
  nodes_x += count == 0 ? 0 : services_x > 0 ? wider : wider * 0.6f;
  const float rows = static_cast<float>(std::min(count, most_rows));
  const float above = outside && !own_column ? kOutsideHeight + kServiceGap * 2 : 0;
  const float services_height = above + rows * (card.h + kServiceGap) - kServiceGap;
  place_nodes(layout, {nodes_x, std::max(0.0f, (services_height - nodes.h) / 2)}, style, grid);
  place_lane(layout, nodes_x, style);
  layout.has_lanes = columns > 1 || grid.node_columns > 1 || grid.pod_columns > 1;
  const float top = std::max(0.0f, (nodes.h - services_height) / 2) + above;
  for (std::size_t index = 0; index < count; ++index) {
    layout.services[index].rect = {
        services_x + static_cast<float>(index / most_rows) * (card.w + kServiceGap),
        top + static_cast<float>(index % most_rows) * (card.h + kServiceGap), card.w, card.h};
    layout.bounds = united(layout.bounds, layout.services[index].rect);
  }
  if (outside) {
    layout.outside =
        own_column
            ? Rect{0, layout.bounds.centre().y - kOutsideHeight / 2, kOutsideWidth, kOutsideHeight}
            : Rect{(card.w - kOutsideWidth) / 2, top - above, kOutsideWidth, kOutsideHeight};
    layout.bounds = united(layout.bounds, layout.outside);
  }
}

// In the whole of it, words could not be read.
bool too_small(const LayoutRequest& request, const TopologyLayout& layout) {
  const float scale = std::min(request.width / layout.bounds.w, request.height / layout.bounds.h);
  return scale < (layout.detail == Detail::Card ? kLeastCardScale : kLeastLabelScale);
}

// Clients above Services above nodes.
void arrange_tall(const World& world, const LayoutRequest& request, TopologyLayout& layout) {
  const float width = std::max(2 * kPodWidth + 3 * kNodePadding, request.width);
  float y = 0;
  const bool outside = reachable_from_outside(world, layout);
  const auto count = layout.services.size();
  const Size full = service_size(count, true);
  const auto fitting = static_cast<std::size_t>(
      std::max(1.0f, std::floor((width + kServiceGap) / (full.w * 0.8f + kServiceGap))));
  const std::size_t columns = std::max<std::size_t>(1, std::min(count, fitting));
  const float card =
      std::min(full.w * 1.2f, (width - static_cast<float>(columns - 1) * kServiceGap) /
                                  static_cast<float>(columns));
  const float used = static_cast<float>(columns) * (card + kServiceGap) - kServiceGap;
  if (outside) {
    layout.outside = {width / 2 - kOutsideWidth / 2, y, kOutsideWidth, kOutsideHeight * 0.6f};
    y += layout.outside.h + kColumnGap * 0.5f;
    layout.bounds = united(layout.bounds, layout.outside);
  }
  for (std::size_t index = 0; index < count; ++index) {
    const auto column = static_cast<float>(index % columns);
    const auto row = static_cast<float>(index / columns);
    layout.services[index].rect = {(width - used) / 2 + column * (card + kServiceGap),
                                   y + row * (full.h + kServiceGap), card, full.h};
    layout.bounds = united(layout.bounds, layout.services[index].rect);
  }
  const auto rows = static_cast<float>((count + columns - 1) / columns);
  if (count > 0) y += rows * (full.h + kServiceGap) - kServiceGap + kColumnGap * 0.75f;
  const PodStyle style = style_of(layout.detail);
  const Grid grid = choose_low_grid(boxes_of(layout), style, width);
  const Size size = grid_size(boxes_of(layout), style, grid);
  // Nodes that stand alone stand in the middle.
  if (layout.bounds.empty()) layout.bounds = {(width - size.w) / 2, y, size.w, size.h};
  place_nodes(layout, {(width - size.w) / 2, y}, style, grid);
  place_lane(layout, (width - size.w) / 2, style);
  layout.has_lanes = true;
  const float shown = std::min(layout.bounds.x, layout.lane + kLaneInMargin);
  layout.bounds.w += layout.bounds.x - shown;
  layout.bounds.x = shown;
}

}  // namespace

bool is_system(std::string_view ns) {
  return ns.starts_with("kube-");
}

const Rect& TopologyLayout::pod(Slot slot) const {
  static constexpr Rect kNowhere{};
  return slot < pods.size() ? pods[slot] : kNowhere;
}

Rect TopologyLayout::service(Slot slot) const {
  if (slot >= service_at.size() || service_at[slot] == kNoSlot) return {};
  return services[service_at[slot]].rect;
}

const TopologyLayout::NodeBox* TopologyLayout::node(Slot slot) const {
  if (slot >= node_at.size() || node_at[slot] == kNoSlot) return nullptr;
  return &nodes[node_at[slot]];
}

TopologyLayout lay_out(const World& world, const LayoutRequest& request) {
  TopologyLayout layout;
  layout.tall = request.width < request.height * 0.85f && request.width < 640;
  world.nodes.each([&](Slot slot, const NodeItem&) { layout.nodes.push_back({slot, {}, {}, {}}); });
  std::sort(layout.nodes.begin(), layout.nodes.end(), [&](const auto& left, const auto& right) {
    const std::string& a = world.nodes.get(left.node)->name;
    const std::string& b = world.nodes.get(right.node)->name;
    // node-2 before node-10.
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  layout.node_at.assign(world.nodes.slots(), kNoSlot);
  for (std::size_t index = 0; index < layout.nodes.size(); ++index) {
    layout.node_at[layout.nodes[index].node] = static_cast<Slot>(index);
  }
  layout.pods.assign(world.pods.slots(), {});
  layout.home.assign(world.pods.slots(), kNoSlot);
  collect_pods(world, request, layout);
  collect_services(world, request, layout);
  layout.detail = choose_detail(layout);
  if (layout.tall) {
    arrange_tall(world, request, layout);
    return layout;
  }
  arrange_wide(world, request, layout);
  while (layout.detail != Detail::Dot && too_small(request, layout)) {
    layout.detail = layout.detail == Detail::Card ? Detail::Label : Detail::Dot;
    layout.bounds = {};
    arrange_wide(world, request, layout);
  }
  return layout;
}

}  // namespace rockpool::app
