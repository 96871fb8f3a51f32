// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/app/widgets/painter.h"

namespace rockpool::app {

/// The application's signs, drawn as lines so that they are crisp at every size.
enum class Icon {
  None,
  Play,
  Pause,
  Step,
  Reset,
  Sun,
  Moon,
  Contrast,
  Help,
  Close,
  ChevronDown,
  ChevronRight,
  Search,
  Apply,
  Examples,
  Trash,
  Power,
  Cordon,
  Bolt,
  Logs,
  Skull,
  Globe,
  Service,
  Node,
  Terminal,
  Chart,
  Events,
  Code,
  Map,
  Inspect,
  Plus,
  Minus,
  Fit,
  Copy,
  Snowflake,
  Scale,
  Eye,
};

/// Draws `icon` in the middle of `rect`, `size` logical pixels wide.
void draw_icon(const Painter& painter, Icon icon, const Rect& rect, Colour colour, float size = 16);

}  // namespace rockpool::app
