// SPDX-License-Identifier: Apache-2.0
#include "web/app/theme.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rockpool::app {
namespace {

// WCAG 2.1 AA: 4.5 for text, 3 for the parts of graphics that carry meaning.
constexpr double kText = 4.5;
constexpr double kGraphics = 3.0;

struct Named {
  std::string name;
  Colour colour;
};

std::vector<Named> grounds(const Theme& theme) {
  return {{"ground", theme.ground},
          {"panel", theme.panel},
          {"card", theme.card},
          {"inset", theme.inset},
          {"hover", theme.hover}};
}

std::vector<Named> texts(const Theme& theme) {
  return {{"text", theme.text},
          {"text_soft", theme.text_soft},
          {"text_faint", theme.text_faint},
          {"accent", theme.accent},
          {"good", theme.good},
          {"warning", theme.warning},
          {"bad", theme.bad},
          {"idle", theme.idle},
          {"dns", theme.dns},
          {"key", theme.syntax_key},
          {"string", theme.syntax_string},
          {"number", theme.syntax_number},
          {"comment", theme.syntax_comment}};
}

void check_theme(const Theme& theme) {
  for (const Named& ground : grounds(theme)) {
    for (const Named& text : texts(theme)) {
      INFO(text.name << " on " << ground.name);
      CHECK(contrast_ratio(text.colour, ground.colour) >= kText);
    }
    for (std::size_t index = 0; index < theme.series.size(); ++index) {
      INFO("series " << index << " on " << ground.name);
      CHECK(contrast_ratio(theme.series[index], ground.colour) >= kGraphics);
    }
  }
  CHECK(contrast_ratio(theme.on_accent, theme.accent_fill) >= kText);
}

TEST_CASE("contrast_ratio is that of WCAG") {
  CHECK(contrast_ratio(rgb(0xFFFFFF), rgb(0x000000)) == doctest::Approx(21));
  CHECK(contrast_ratio(rgb(0x777777), rgb(0xFFFFFF)) == doctest::Approx(4.48).epsilon(0.01));
}

TEST_CASE("every text of the dark theme is readable on every ground") {
  check_theme(dark_theme());
}
TEST_CASE("every text of the light theme is readable on every ground") {
  check_theme(light_theme());
}

}  // namespace
}  // namespace rockpool::app
