// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/cards.h"

#include <fmt/format.h>

#include <algorithm>

#include "web/app/format.h"
#include "web/app/widgets/controls.h"
#include "web/app/widgets/icons.h"
#include "web/app/widgets/status.h"

namespace rockpool::app {
namespace {

// Smaller than this on the screen, letters are only noise.
constexpr float kLeastReadableScale = 0.42f;
constexpr float kLeastReadableLabelScale = 0.55f;
// A Service's card that is narrower keeps to the essentials.
constexpr float kRoomyServiceWidth = 190;

bool readable(const Painter& painter) {
  return painter.scale() >= kLeastReadableScale;
}

void draw_edge(const Painter& painter, const Theme& theme, const Rect& rect, float corner,
               const CardState& state) {
  if (state.selected) {
    painter.outline(rect.inset(-1), faded(theme.accent, state.alpha), corner + 1, 2);
  } else {
    const Colour calm = state.hovered ? theme.border_strong : theme.border;
    painter.outline(rect, faded(blend(calm, theme.accent, state.pulse * 0.8f), state.alpha),
                    corner);
  }
}

// The random end of a generated name is what tells siblings apart; others are said as they are.
std::string_view brief_pod_name(std::string_view name) {
  constexpr std::size_t kSuffix = 5;
  const bool generated = name.size() > kSuffix + 1 && name[name.size() - kSuffix - 1] == '-';
  return generated ? name.substr(name.size() - kSuffix) : name;
}

bool healthy(Health health) {
  return health == Health::Ready || health == Health::Finished;
}

void draw_pod_label(const Painter& painter, const Theme& theme, const PodItem& pod,
                    const Rect& rect, const CardState& state) {
  painter.fill(rect, faded(blend(theme.card, theme.accent, state.pulse * 0.16f), state.alpha),
               radius::kControl);
  draw_edge(painter, theme, rect, radius::kControl, state);
  draw_health(painter, theme, pod.health, {rect.x + 13, rect.centre().y}, 11, state.time);
  if (painter.scale() < kLeastReadableLabelScale) return;
  painter.text_in({rect.x + 24, rect.y + (rect.h - Painter::height(TextStyle::CodeSmall)) / 2},
                  rect.w - 28, TextStyle::CodeSmall, faded(theme.text_soft, state.alpha),
                  brief_pod_name(pod.name), Ellipsis::Middle);
}

// "CrashLoopBackOff · 4×", "Running · 0/1 ready": as much of it as there is room for.
std::string status_words(const Painter& painter, const PodItem& pod, float room) {
  std::string more;
  if (pod.restarts > 0 && pod.health == Health::Failing) {
    more = fmt::format("{}\u00D7", pod.restarts);
  } else if (pod.health == Health::NotReady) {
    more = pod.ready_containers < pod.containers
               ? fmt::format("{}/{} ready", pod.ready_containers, pod.containers)
               : std::string{"not ready"};
  }
  const std::string all = more.empty() ? pod.status : fmt::format("{} \u00B7 {}", pod.status, more);
  return painter.width(TextStyle::Caption, all) <= room ? all : pod.status;
}

void draw_pod_texts(const Painter& painter, const Theme& theme, const PodItem& pod,
                    const Rect& rect, const CardState& state, const std::optional<PodLoad>& load) {
  const float left = rect.x + 34;
  const float right = rect.right() - 9;
  const Colour name_colour = is_system(pod.ns) ? theme.text_soft : theme.text;
  painter.text_in({left, rect.y + 6}, right - left, TextStyle::Small,
                  faded(name_colour, state.alpha), pod.name, Ellipsis::Middle);
  float free = right - left;
  if (load && load->rate > 0) {
    const std::string rate = fmt::format("{}/s", number_text(load->rate));
    const Rect place{left, rect.y + 23, right - left, Painter::height(TextStyle::Caption)};
    painter.text_right(place, TextStyle::Caption, faded(theme.text_soft, state.alpha), rate);
    free -= painter.width(TextStyle::Caption, rate) + space::kTight;
  }
  if (healthy(pod.health)) {
    painter.text_in({left, rect.y + 23}, free, TextStyle::CodeSmall,
                    faded(theme.text_faint, state.alpha), pod.ip, Ellipsis::Middle);
  } else {
    painter.text_in({left, rect.y + 23}, free, TextStyle::Caption,
                    faded(health_colour(theme, pod.health), state.alpha),
                    status_words(painter, pod, free));
  }
}

// The rate and, if anything failed lately, the share that did not; returns the width taken at the
// right.
float draw_service_rate(const Painter& painter, const Theme& theme, const ServiceTraffic& traffic,
                        const Rect& row, bool roomy) {
  const ServiceTraffic::Summary summary = traffic.summary();
  if (summary.requests == 0) return 0;
  const bool failing = summary.recent_success < 1;
  const std::string success = percent_text(summary.recent_success);
  const std::string rate = !failing ? fmt::format("{}/s", number_text(summary.rate))
                           : roomy
                               ? fmt::format("{}/s \u00B7 {}", number_text(summary.rate), success)
                               : success;
  painter.text_right({row.x, row.y, row.w, Painter::height(TextStyle::Small)}, TextStyle::Small,
                     failing ? theme.bad : theme.text, rate);
  return painter.width(TextStyle::Small, rate) + space::kSmall;
}

std::string_view node_note(const NodeItem& node) {
  if (!node.powered) return "off";
  if (node.health != Health::Ready) return "NotReady";
  return node.cordoned ? "cordoned" : "";
}

}  // namespace

void draw_pod_card(const Painter& painter, const Theme& theme, const PodItem& pod, const Rect& rect,
                   Detail detail, const CardState& state, const std::optional<PodLoad>& load) {
  if (detail == Detail::Dot) {
    draw_health_dot(painter, theme, pod.health, rect);
    if (state.selected || state.hovered) painter.outline(rect.inset(-2), theme.accent, 2, 2);
    return;
  }
  if (detail == Detail::Label) {
    draw_pod_label(painter, theme, pod, rect, state);
    return;
  }
  const Colour ground = blend(theme.card, theme.accent, state.pulse * 0.14f);
  painter.fill(rect, faded(state.hovered ? blend(ground, theme.hover, 0.8f) : ground, state.alpha),
               radius::kCard);
  if (pod.health == Health::Leaving) {
    painter.dashed_outline(rect, faded(state.selected ? theme.accent : theme.idle, state.alpha),
                           radius::kCard);
  } else {
    draw_edge(painter, theme, rect, radius::kCard, state);
  }
  if (pod.health == Health::Failing && !state.selected) {
    painter.outline(rect, faded(theme.bad, 0.55f * state.alpha), radius::kCard);
  }
  draw_health(painter, theme, pod.health, {rect.x + 18, rect.centre().y}, 15, state.time);
  if (load && load->rate > 0) {
    painter.fill({rect.x + 34, rect.bottom() - 4, rect.w - 34 - 9, 2},
                 faded(theme.border, state.alpha), 1);
    const float part = std::min(1.0f, static_cast<float>(load->rate) / 10.0f);
    painter.fill({rect.x + 34, rect.bottom() - 4, std::max(4.0f, (rect.w - 34 - 9) * part), 2},
                 faded(load->colour, state.alpha), 1);
  }
  if (readable(painter)) draw_pod_texts(painter, theme, pod, rect, state, load);
}

namespace {

// Who is behind a Service, and how much goes there: the foot of its card.
void draw_service_state(const Painter& painter, const Theme& theme, const ServiceItem& service,
                        const ServiceTraffic* traffic, const Rect& row, bool roomy) {
  const std::size_t ready = service.ready_count();
  const std::size_t all = ready + service.not_ready_count();
  const Health health = ready == 0     ? Health::Failing
                        : ready == all ? Health::Ready
                                       : Health::NotReady;
  const bool external = service.type == "ExternalName";
  const std::string endpoints = external   ? std::string{"external name"}
                                : all == 0 ? std::string{"no endpoints"}
                                           : fmt::format("{} of {} ready", ready, all);
  if (!external) draw_health(painter, theme, health, {row.x + 6, row.y + 8}, 12, 0);
  const float left = row.x + (external ? 0 : 18);
  float free = row.right() - left;
  if (traffic != nullptr) free -= draw_service_rate(painter, theme, *traffic, row, roomy);
  const std::string brief = all == 0 ? endpoints : fmt::format("{}/{}", ready, all);
  painter.text_in({left, row.y}, free, TextStyle::Small,
                  all == 0 && !external ? theme.bad : theme.text_soft,
                  painter.width(TextStyle::Small, endpoints) <= free ? endpoints : brief);
}

}  // namespace

void draw_service_card(const Painter& painter, const Theme& theme, const ServiceItem& service,
                       const ServiceTraffic* traffic, const Rect& rect, const CardState& state) {
  painter.shadow(rect, theme.shadow, radius::kPanel, 6);
  painter.fill(rect,
               blend(state.hovered ? theme.hover : theme.card, theme.accent, state.pulse * 0.10f),
               radius::kPanel - 2);
  draw_edge(painter, theme, rect, radius::kPanel - 2, state);
  if (!readable(painter)) {
    draw_icon(painter, Icon::Service, rect, theme.accent, 32);
    return;
  }
  const float left = rect.x + 12;
  const float right = rect.right() - 12;
  const std::string_view type = service.headless ? std::string_view{"Headless"} : service.type;
  const bool roomy = rect.w >= kRoomyServiceWidth;
  // Where there is little room, the ordinary type goes without saying, and a globe stands for those
  // that can be reached from outside.
  const float name_width = painter.width(TextStyle::Strong, service.name);
  const bool fits = name_width + chip_width(painter, type) < right - left - 28;
  const bool with_type = roomy || (fits && type != "ClusterIP");
  const bool with_globe = !with_type && (type == "NodePort" || type == "LoadBalancer");
  const float type_width = with_type ? chip_width(painter, type) : with_globe ? 18 : 0;
  draw_icon(painter, Icon::Service, {left, rect.y + 9, 16, 18}, theme.accent, 15);
  painter.text_in({left + 22, rect.y + 10}, right - left - 28 - type_width, TextStyle::Strong,
                  theme.text, service.name);
  if (with_type) {
    chip(painter, theme, {right - type_width, rect.y + 10}, type,
         is_system(service.ns) ? theme.dns : theme.accent);
  } else if (with_globe) {
    draw_icon(painter, Icon::Globe, {right - 14, rect.y + 9, 14, 18}, theme.accent, 14);
  }
  if (rect.h < topology::kServiceHeight) {
    draw_service_state(painter, theme, service, traffic, {left, rect.y + 35, right - left, 0},
                       false);
    return;
  }
  painter.text_in({left, rect.y + 33}, right - left, TextStyle::CodeSmall, theme.text_soft,
                  service.cluster_ip);
  const float ports_width = painter.width(TextStyle::CodeSmall, service.ports);
  const float ports_left = left + painter.width(TextStyle::CodeSmall, service.cluster_ip) + 10;
  if (roomy || ports_left + ports_width <= right) {
    painter.text_in({std::max(ports_left, right - ports_width), rect.y + 33}, right - ports_left,
                    TextStyle::CodeSmall, theme.text_faint, service.ports);
  }
  painter.fill({rect.x, rect.y + 55, rect.w, painter.hairline()}, theme.border);

  draw_service_state(painter, theme, service, traffic, {left, rect.y + 63, right - left, 0}, roomy);
}

void draw_node_card(const Painter& painter, const Theme& theme, const NodeItem& node,
                    std::size_t pods, const Rect& rect, const CardState& state) {
  const bool down = !node.powered || node.health == Health::Stopped;
  const Colour ground = blend(theme.ground, theme.panel, theme.dark ? 0.9f : 0.75f);
  painter.fill(rect, down ? blend(ground, theme.idle, 0.05f) : ground, radius::kPanel);
  if (state.selected) {
    painter.outline(rect.inset(-1), theme.accent, radius::kPanel + 1, 2);
  } else if (down) {
    painter.dashed_outline(rect, theme.idle, radius::kPanel);
  } else {
    painter.outline(rect,
                    node.health == Health::Failing ? faded(theme.bad, 0.7f)
                    : state.hovered                ? theme.border_strong
                                                   : theme.border,
                    radius::kPanel);
  }
  if (!readable(painter)) return;
  const float left = rect.x + 38;
  float right = rect.right() - 12;
  const Health health = down ? Health::Stopped : node.health;
  draw_health(painter, theme, health, {left + 6, rect.y + 23}, 13, state.time);
  // What is unusual takes the place of the number of Pods.
  if (const std::string_view note = node_note(node); !note.empty()) {
    const float width = chip_width(painter, note);
    right -= width;
    chip(painter, theme, {right, rect.y + 14}, note,
         health_colour(theme, health == Health::Ready ? Health::NotReady : health));
  } else {
    std::string count = pods == 1 ? "1 pod" : fmt::format("{} pods", pods);
    const float free =
        right - left - 20 - painter.width(TextStyle::Strong, node.name) - space::kSmall;
    // The name comes first.
    if (painter.width(TextStyle::Caption, count) > free) count = fmt::to_string(pods);
    if (const float width = painter.width(TextStyle::Caption, count); width <= free) {
      right -= width;
      painter.text({right, rect.y + 16}, TextStyle::Caption, theme.text_faint, count);
    }
  }
  if (pods == 0) {
    painter.text_centred({rect.x, rect.y + topology::kNodeHead, rect.w,
                          rect.h - topology::kNodeHead - topology::kNodePadding},
                         TextStyle::Caption, theme.text_faint, "nothing runs here");
  }
  right -= space::kSmall;
  float x = left + 20;
  x += painter.text_in({x, rect.y + 15}, right - x, TextStyle::Strong, theme.text, node.name) + 8;
  if (x + painter.width(TextStyle::CodeSmall, node.ip) < right) {
    painter.text({x, rect.y + 16}, TextStyle::CodeSmall, theme.text_faint, node.ip);
  }
}

void draw_proxy(const Painter& painter, const Theme& theme, const NodeItem& node, const Rect& rect,
                const CardState& state) {
  const bool frozen = node.proxy_frozen;
  painter.fill(rect, state.hovered ? theme.hover : theme.card, rect.h / 2);
  painter.outline(rect,
                  frozen ? theme.warning : blend(theme.border_strong, theme.accent, state.pulse),
                  rect.h / 2);
  if (!readable(painter)) return;
  painter.text_centred(rect, TextStyle::Caption, frozen ? theme.warning : theme.text_soft,
                       frozen ? "frozen" : "proxy");
}

void draw_unscheduled_card(const Painter& painter, const Theme& theme, std::size_t pods,
                           const Rect& rect) {
  painter.dashed_outline(rect, theme.idle, radius::kPanel);
  if (!readable(painter)) return;
  draw_health(painter, theme, Health::Waiting, {rect.x + 22, rect.y + 23}, 13, 0);
  painter.text_in({rect.x + 38, rect.y + 15}, rect.w - 50, TextStyle::Strong, theme.text_soft,
                  fmt::format("{} waiting for a node", pods));
}

void draw_outside_card(const Painter& painter, const Theme& theme, const Rect& rect,
                       const CardState& state) {
  painter.fill(rect, state.hovered ? theme.hover : theme.card, radius::kPanel - 2);
  draw_edge(painter, theme, rect, radius::kPanel - 2, state);
  if (!readable(painter)) {
    draw_icon(painter, Icon::Globe, rect, theme.text_soft, 28);
    return;
  }
  if (rect.h < 60) {
    draw_icon(painter, Icon::Globe, {rect.x + 12, rect.y, 18, rect.h}, theme.text_soft, 18);
    painter.text({rect.x + 38, rect.centre().y - 8}, TextStyle::Strong, theme.text, "Outside");
    return;
  }
  draw_icon(painter, Icon::Globe, {rect.x, rect.y + 8, rect.w, 26}, theme.text_soft, 22);
  painter.text_centred({rect.x, rect.y + 36, rect.w, 18}, TextStyle::Strong, theme.text, "Outside");
  painter.text_centred({rect.x, rect.y + 53, rect.w, 16}, TextStyle::Caption, theme.text_faint,
                       "the network");
}

std::optional<PodLoad> load_of(const ServiceTraffic& traffic, const Theme& theme,
                               const std::string& pod) {
  constexpr int kRecent = 5;
  const auto& shares = traffic.shares();
  const auto share = std::find_if(shares.begin(), shares.end(), [&pod](const auto& candidate) {
    return candidate.endpoint == pod;
  });
  if (share == shares.end()) return std::nullopt;
  double sum = 0;
  for (int ago = 1; ago <= kRecent; ++ago) sum += traffic.share_second(*share, ago);
  const int span = std::clamp(traffic.age() - 1, 1, kRecent);
  return PodLoad{sum / span, theme.series[static_cast<std::size_t>(share->colour)]};
}

}  // namespace rockpool::app
