// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// Explains a request: who asks for what, chosen or typed, the first thing that is wrong with its
/// way, what to do about it, and everything that was looked at.
class WhyPanel {
 public:
  void draw(Ui& ui, Desk& desk, const Rect& area);

 private:
  static constexpr double kAskEvery = 0.5;

  void refresh(const Ui& ui, Desk& desk);
  float draw_question(Ui& ui, Desk& desk, const Rect& area);
  void draw_choice(Ui& ui, std::string_view id, const Rect& rect, std::string& text,
                   std::string_view label, std::string_view hint,
                   const std::vector<std::string>& choices) const;
  float draw_answer(Ui& ui, const Desk& desk, const Rect& row) const;
  float draw_heading(Ui& ui, std::string_view text, const Rect& row) const;
  // `part` is "why" for what is, "why-then" for what was.
  float draw_verdict(Ui& ui, std::string_view part, const cluster::Explanation& explanation,
                     const Rect& row) const;
  float draw_findings(Ui& ui, std::string_view part, const cluster::Explanation& explanation,
                      const Rect& row) const;

  WhyRequest asked_{};
  double asked_at_ = -1;
  std::expected<WhyAnswer, std::string> answer_{};
};

}  // namespace rockpool::app
