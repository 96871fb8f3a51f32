// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "web/app/desk.h"
#include "web/app/topology/camera.h"
#include "web/app/topology/layout.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

struct Touch;

/// The picture of the cluster: nodes with their Pods, Services, clients, links, and requests on
/// their way.
class TopologyView {
 public:
  /// Draws it into `area` of the current window and takes the pointer there.
  void draw(Ui& ui, Desk& desk, const Rect& area);
  /// True if that place of the screen was part of it when it was last drawn.
  bool contains(Point at) const { return pane_.contains(at); }

 private:
  // How a Pod's card looks now, on its way to where the layout wants it.
  struct PodShape {
    Rect rect;
    float alpha = 0;
    float pulse = 0;
    std::uint32_t identity = 0;
  };
  // A Pod that is gone, fading.
  struct Ghost {
    Rect rect;
    float alpha;
  };

  // Brings layout, camera and cards to where they are in this frame.
  void arrange(Ui& ui, Desk& desk, const Rect& pane);
  // True if it is another one than before.
  bool update_layout(const Desk& desk, const Rect& area);
  void identify_shapes(const Ui& ui, const World& world);
  void update_shapes(Ui& ui, const World& world, bool playing);
  void move_camera(Ui& ui, const Desk& desk, const Rect& area, bool over_canvas, bool held);
  void find_pointed(const Painter& painter, const World& world, const Touch& canvas);
  ObjectRef hit(const World& world, Point at) const;
  // The request on its way that is nearest to a place of the screen; null if none is close.
  const Flight* flight_at(const Painter& painter, const Desk& desk, Point pointer) const;
  // What the pointer does and asks for, once all that it may point at is drawn.
  void take_pointer(Ui& ui, Desk& desk, const Painter& painter, const Touch& canvas);
  void explain(Ui& ui, Desk& desk, const Painter& painter) const;
  void explain_pod(Ui& ui, const Desk& desk, const PodItem& pod) const;
  void handle_clicks(Desk& desk, const Painter& painter, bool clicked, bool context);
  // A finger that rests on something for a while asks for its menu.
  bool long_press(Ui& ui, bool held);
  void record(Ui& ui, const Painter& painter, const World& world, const Rect& area) const;
  void record_traffic(Ui& ui, const Painter& painter, const Desk& desk) const;

  void draw_advice(Ui& ui, Desk& desk, const Rect& area) const;
  void draw_grid(const Ui& ui, const Painter& screen, const Rect& area) const;
  void draw_cluster(Ui& ui, const Painter& painter, Desk& desk, const Rect& area);
  void draw_nodes(Ui& ui, const Painter& painter, const Desk& desk, const Rect& visible) const;
  // Strong are those of the Services that are pointed at or selected.
  enum class LinkPass { Calm, Strong };
  void draw_links(const Ui& ui, const Painter& painter, const Desk& desk, LinkPass pass) const;
  void draw_service_links(const Ui& ui, const Painter& painter, const ServiceItem& service,
                          const Rect& card, bool strong, float presence) const;
  void draw_services(Ui& ui, const Painter& painter, const Desk& desk, const Rect& visible) const;
  void draw_outside(const Ui& ui, const Painter& painter, const Desk& desk) const;
  void draw_pods(Ui& ui, const Painter& painter, const Desk& desk, const Rect& visible) const;
  void draw_flights(const Ui& ui, const Painter& painter, const Desk& desk) const;
  void draw_routes(const Ui& ui, const Painter& painter, const Desk& desk) const;
  std::vector<Rect> cards_near(const Painter& painter, Point at, float reach) const;
  void draw_marks(Ui& ui, const Painter& painter, Desk& desk);
  void take_mark(Ui& ui, Desk& desk, std::size_t index, const Rect& box);
  void pulse_arrivals(Ui& ui, const Desk& desk);
  void draw_toolbar(Ui& ui, Desk& desk, const Rect& area);
  void draw_legend(const Ui& ui, const Painter& screen, const Desk& desk, const Rect& area) const;

  // Where the words of a failure are on the screen.
  struct MarkPlace {
    Rect box;
    FailedRequestRef failed;
  };

  TopologyLayout layout_;
  std::vector<MarkPlace> mark_places_;
  bool over_canvas_ = false;
  Camera camera_;
  std::vector<PodShape> shapes_;
  std::vector<Ghost> ghosts_;
  ObjectRef hovered_;
  // What the button went down on.
  ObjectRef pressed_;
  bool held_ = false;
  // What the layout was made for.
  std::uint64_t seen_structure_ = UINT64_MAX;
  // What `any_starting_` was found for.
  std::uint64_t seen_changes_ = UINT64_MAX;
  bool any_starting_ = false;
  // Nobody but Kubernetes itself has made anything.
  bool nothing_own_ = false;
  Rect seen_area_;
  Rect pane_;
  std::string seen_filter_;
  bool seen_system_ = true;
  // Seconds that what is in progress has turned: it stands still while the cluster does.
  double turning_ = 0;
  bool dragging_ = false;
  bool long_pressed_ = false;
  float dragged_ = 0;
};

}  // namespace rockpool::app
