// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// Events of the cluster, newest first, in rows.
class EventsPanel {
 public:
  void draw(Ui& ui, Desk& desk, const Rect& area);
};

/// The rows of those events that are about `about` (all if it names nothing).
void draw_events(Ui& ui, Desk& desk, std::string_view id, const Rect& area, const ObjectRef& about);

}  // namespace rockpool::app
