// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// The button that opens the choice of a fresh cluster's address families; choosing one starts
/// again.
void draw_reset(Ui& ui, Desk& desk, const Rect& rect);

}  // namespace rockpool::app
