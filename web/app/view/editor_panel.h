// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "web/app/desk.h"
#include "web/app/editor/code_view.h"

namespace rockpool::app {

/// The panel in which manifests are written and applied: examples to start from, the editor, and
/// what came of it.
class EditorPanel {
 public:
  EditorPanel();
  void draw(Ui& ui, Desk& desk, const Rect& area);
  /// Applies the text now.
  void apply(Desk& desk);
  /// What came of it, line by line; nothing if nothing was applied yet.
  std::vector<std::string> result_words() const;

  CodeEditor editor;

 private:
  void draw_head(Ui& ui, Desk& desk, Rect head);
  void draw_examples(Ui& ui, Desk& desk, const Rect& anchor);
  void draw_results(Ui& ui, const Rect& area) const;
  float results_height(const Painter& painter, float width) const;
  void load_example(Desk& desk, std::string_view path);

  ApplyReport report_;
  bool has_report_ = false;
};

}  // namespace rockpool::app
