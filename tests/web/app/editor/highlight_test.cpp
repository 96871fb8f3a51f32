// SPDX-License-Identifier: Apache-2.0
#include "web/app/editor/highlight.h"

#include <doctest/doctest.h>

#include <string>

namespace rockpool::app {
namespace {

// One letter per byte: K key, T text, N number, C comment, S sign, M marker, space for plain.
std::string colours(std::string_view line, HighlightState& state) {
  std::string result;
  for (const Token& token : highlight_line(line, state)) {
    CHECK(token.start == result.size());
    const char letters[] = {' ', 'K', 'T', 'N', 'C', 'S', 'M'};
    result.append(token.length, letters[static_cast<std::size_t>(token.kind)]);
  }
  return result;
}

std::string colours(std::string_view line) {
  HighlightState state;
  return colours(line, state);
}

TEST_CASE("keys, values and comments") {
  CHECK(colours("kind: Service # it") == "KKKKS TTTTTTT CCCC");
  CHECK(colours("  replicas: 3") == "  KKKKKKKKS N");
  CHECK(colours("paused: true") == "KKKKKKS NNNN");
  CHECK(colours("url: http://web:80/#a") == "KKKS TTTTTTTTTTTTTTTT");
  CHECK(colours("---") == "MMM");
  CHECK(colours("# all") == "CCCCC");
}

TEST_CASE("lists and quotes") {
  CHECK(colours("- name: \"a: b\"") == "S KKKKS TTTTTT");
  CHECK(colours("- - x") == "S S T");
  CHECK(colours("'a b': 1") == "KKKKKS N");
}

TEST_CASE("flow style") {
  CHECK(colours("{a: 1, b: [x, 2]}") == "SKS NS KS STS NSS");
}

TEST_CASE("a block text goes on while lines are deeper") {
  HighlightState state;
  CHECK(colours("run: |", state) == "KKKS S");
  CHECK(colours("  echo: 1", state) == "TTTTTTTTT");
  CHECK(colours("", state).empty());
  CHECK(colours("  # still text", state) == "TTTTTTTTTTTTTT");
  CHECK(colours("next: 1", state) == "KKKKS N");
}

TEST_CASE("every byte of any line belongs to exactly one piece") {
  for (const std::string_view line :
       {"\"open", "a:b:c", ": x", "-", "- ", "{[}", "&a *b", "a: !!str 1", "\u00e4: \u2192"}) {
    HighlightState state;
    std::size_t covered = 0;
    for (const Token& token : highlight_line(line, state)) covered += token.length;
    CHECK(covered == line.size());
  }
}

}  // namespace
}  // namespace rockpool::app
