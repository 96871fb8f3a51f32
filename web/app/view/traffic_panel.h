// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// Requests that failed lately, each with the way to its explanation; and per Service over the last
/// minute: requests per second, success, latency, and each endpoint's share.
class TrafficPanel {
 public:
  void draw(Ui& ui, Desk& desk, const Rect& area);

 private:
  void draw_service(Ui& ui, Desk& desk, const std::string& key, const ServiceTraffic& traffic,
                    const Rect& row) const;
  static float draw_failures(Ui& ui, Desk& desk, const Rect& area);
  static float row_height(float width);
};

}  // namespace rockpool::app
