// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// Every object that is not on the map, by kinds that open and close; pressing one selects it.
class ObjectsPanel {
 public:
  void draw(Ui& ui, Desk& desk, const Rect& area);

 private:
  static constexpr double kAskEvery = 0.5;

  void refresh(const Ui& ui, const Desk& desk);
  void draw_group(Ui& ui, const ObjectGroup& group, bool open, const Rect& row);

  // Kinds that are not as they are at first: open if they are common, closed if not.
  std::set<std::string> turned_;
  std::vector<ObjectGroup> groups_{};
  bool with_system_ = false;
  double asked_at_ = -1;
};

}  // namespace rockpool::app
