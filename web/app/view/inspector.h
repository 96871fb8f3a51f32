// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "web/app/desk.h"
#include "web/app/editor/code_view.h"
#include "web/app/view/lookups_view.h"
#include "web/app/view/proxy_view.h"

namespace rockpool::app {

/// All about the selected object: summary with related objects, YAML, events; a Pod's logs, a
/// Service's endpoints, a node's proxy; and the name look-ups that concern it.
class Inspector {
 public:
  void draw(Ui& ui, Desk& desk, const Rect& area);

 private:
  // Questions to the API are asked again only when something changed, and not in every frame.
  struct Cache {
    ObjectRef object{};
    int tab = -1;
    std::string container{};
    std::uint64_t changes = 0;
    double asked_at = -1;
    Session::Facts facts{};
    std::vector<SliceRow> slices{};
    std::vector<DnsLookup> lookups{};
    std::vector<ObjectRef> related{};
    std::string text{};
    bool text_ok = true;
  };
  static constexpr double kAskEvery = 0.3;
  static constexpr double kAskAgain = 1;

  void refresh(const Ui& ui, const Desk& desk);
  void draw_tabs(Ui& ui, const Rect& area, std::string_view kind);
  void draw_tab(Ui& ui, Desk& desk, const Rect& area);
  void draw_head(Ui& ui, Desk& desk, const Rect& area);
  void draw_summary(Ui& ui, Desk& desk, const Rect& area);
  float draw_facts(Ui& ui, const Rect& row) const;
  float draw_related(Ui& ui, Desk& desk, const Rect& row) const;
  void draw_actions(Ui& ui, Desk& desk, const Rect& area);
  void draw_logs(Ui& ui, Desk& desk, Rect area);

  int tab_ = inspector_tab::kSummary;
  std::string container_{};
  bool previous_ = false;
  Cache cache_;
  YamlViewer viewer_;
  LookupsView lookups_;
  ProxyView proxy_;
};

}  // namespace rockpool::app
