// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// What a node's proxy and kernel hold: rules, the same as the mode's own tool prints them, tracked
/// connections, affinities.
class ProxyView {
 public:
  void draw(Ui& ui, Desk& desk, const Rect& area, const std::string& node);

 private:
  static constexpr double kAskEvery = 0.3;

  void refresh(const Ui& ui, const Desk& desk, const std::string& node);
  void draw_bar(Ui& ui, Desk& desk, Rect& rest);
  void draw_rules(Ui& ui, Desk& desk, const Rect& area) const;
  void draw_connections(Ui& ui, Desk& desk, const Rect& area) const;
  void draw_affinities(Ui& ui, Desk& desk, const Rect& area) const;

  int part_ = 0;
  // What was asked for last, and when.
  std::string node_{};
  int asked_part_ = -1;
  double asked_at_ = -1;
  NodeProxy proxy_{};
};

}  // namespace rockpool::app
