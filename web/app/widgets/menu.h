// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "web/app/widgets/icons.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// Places the menu that is made next below what opens it, wholly on the screen. Returns how wide it
/// may be: `width`, or less on a narrow screen.
float place_menu_below(const Rect& opener, float width);

/// A menu above everything else: between construction and destruction, if `open`. Open it with
/// ImGui::OpenPopup and the same id.
class Menu {
 public:
  Menu(Ui& ui, std::string_view id, float width);
  ~Menu();
  Menu(const Menu&) = delete;
  Menu& operator=(const Menu&) = delete;
  bool is_open() const { return open_; }

  /// Words above a group of items.
  void heading(std::string_view title, std::string_view detail = {});
  void separator();
  /// True when it is chosen; the menu closes then.
  bool item(std::string_view id, Icon icon, std::string_view label, std::string_view hint = {},
            bool danger = false);
  /// An item with a line of explanation.
  bool wide_item(std::string_view id, std::string_view label, std::string_view detail);

 private:
  Ui& ui_;
  float width_;
  bool open_;
};

}  // namespace rockpool::app
