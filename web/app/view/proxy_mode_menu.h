// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// In a narrower window the top bar has no room for the button: the map has it.
inline constexpr float kProxyModeInBarFrom = 870;

/// The width of the button below.
float proxy_mode_width(const Ui& ui, const Desk& desk);
/// A button that says how the nodes' proxies work, and opens a menu to switch all of them.
void draw_proxy_mode(Ui& ui, Desk& desk, std::string_view id, const Rect& rect);
/// The same where there is little room.
float brief_proxy_mode_width(const Ui& ui, const Desk& desk);
void draw_brief_proxy_mode(Ui& ui, Desk& desk, std::string_view id, const Rect& rect);

}  // namespace rockpool::app
