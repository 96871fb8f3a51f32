// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// The keys that work everywhere but in a text: k9s's where they have a meaning here. draw_help
/// lists them.
void take_shortcuts(Ui& ui, Desk& desk, bool editing, const std::function<void()>& open_editor);

}  // namespace rockpool::app
