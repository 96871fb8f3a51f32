// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// EndpointSlices with their endpoints: address, conditions, Pod, node, zone, hints.
void draw_endpoints(Ui& ui, Desk& desk, std::string_view id, const Rect& area,
                    const std::vector<SliceRow>& slices);

}  // namespace rockpool::app
