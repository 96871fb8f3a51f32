// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// Name look-ups: who asked for what and got which answer; each opens into its questions, one per
/// name of the search path.
class LookupsView {
 public:
  /// `resolv_conf` is that of what is selected and shown above them, unless it is empty. Pods and
  /// nodes can be made to ask for a name.
  void draw(Ui& ui, Desk& desk, std::string_view id, const Rect& area,
            const std::string& resolv_conf, const std::vector<DnsLookup>& lookups);

 private:
  void draw_field(Ui& ui, Desk& desk, const Rect& area);
  // What came of the last question that was typed. Returns the height that it takes.
  static float draw_answer(Ui& ui, const Desk& desk, const Rect& row);
  void draw_lookup(Ui& ui, Desk& desk, const DnsLookup& lookup, const Rect& row);

  // By client and name.
  std::set<std::string> open_;
  std::string question_;
};

}  // namespace rockpool::app
