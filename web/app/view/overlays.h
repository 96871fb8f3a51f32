// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// The menu of the object that was right-clicked.
void draw_object_menu(Ui& ui, Desk& desk);
/// Keys and signs, over everything.
void draw_help(Ui& ui, Desk& desk, const Rect& screen);
/// Asks before something is deleted.
void draw_delete_question(Ui& ui, Desk& desk, const Rect& screen);
/// Short messages at the bottom.
void draw_toasts(Ui& ui, Desk& desk, const Rect& screen);

}  // namespace rockpool::app
