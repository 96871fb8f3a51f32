// SPDX-License-Identifier: Apache-2.0
#include "web/app/editor/buffer.h"

#include <doctest/doctest.h>

namespace rockpool::app {
namespace {

TEST_CASE("typing replaces the selection and is undone as one") {
  EditorBuffer buffer{"name: web"};
  buffer.select_word_at({0, 7});
  CHECK(buffer.selected_text() == "web");
  buffer.insert("a");
  buffer.insert("p");
  buffer.insert("i");
  CHECK(buffer.text() == "name: api");
  // The first letter also took the selection away; what was typed after it goes first.
  CHECK(buffer.undo());
  while (buffer.undo()) {
  }
  CHECK(buffer.text() == "name: web");
  while (buffer.redo()) {
  }
  CHECK(buffer.text() == "name: api");
}

TEST_CASE("pasted lines keep their order, lose carriage returns, and turn tabs into spaces") {
  EditorBuffer buffer{"a\nd"};
  buffer.move(Move::LineEnd, false);
  buffer.insert("\r\n\tb\r\nc");
  CHECK(buffer.text() == "a\n  b\nc\nd");
  CHECK(buffer.caret() == TextPlace{2, 1});
  buffer.undo();
  CHECK(buffer.text() == "a\nd");
}

TEST_CASE("a new line keeps the indentation, and goes deeper after a colon") {
  EditorBuffer buffer{"spec:"};
  buffer.move(Move::End, false);
  buffer.new_line();
  buffer.insert("ports:");
  buffer.new_line();
  buffer.insert("- port: 80");
  buffer.new_line();
  CHECK(buffer.text() == "spec:\n  ports:\n    - port: 80\n    ");
}

TEST_CASE("backspace in the indentation takes a whole step") {
  EditorBuffer buffer{"    x"};
  buffer.place_caret({0, 4}, false);
  buffer.erase_backward();
  CHECK(buffer.text() == "  x");
  buffer.move(Move::End, false);
  buffer.erase_backward();
  CHECK(buffer.text() == "  ");
}

TEST_CASE("deleting at the end of a line joins it with the next") {
  EditorBuffer buffer{"a\nb"};
  buffer.move(Move::LineEnd, false);
  buffer.erase_forward();
  CHECK(buffer.text() == "ab");
  buffer.undo();
  buffer.place_caret({1, 0}, false);
  buffer.erase_backward();
  CHECK(buffer.text() == "ab");
}

TEST_CASE("the caret never stands inside a letter of several bytes") {
  EditorBuffer buffer{"\u00e4\u2192x"};
  buffer.move(Move::Right, false);
  CHECK(buffer.caret().column == 2);
  buffer.move(Move::Right, false);
  CHECK(buffer.caret().column == 5);
  buffer.place_caret({0, 3}, false);
  CHECK(buffer.caret().column == 2);
  buffer.erase_backward();
  CHECK(buffer.text() == "\u2192x");
}

TEST_CASE("up and down remember the column across a short line") {
  EditorBuffer buffer{"abcdef\nx\nabcdef"};
  buffer.place_caret({0, 5}, false);
  buffer.move(Move::Down, false);
  CHECK(buffer.caret() == TextPlace{1, 1});
  buffer.move(Move::Down, false);
  CHECK(buffer.caret() == TextPlace{2, 5});
}

TEST_CASE("selecting across lines gives the text between, and cutting it joins the rest") {
  EditorBuffer buffer{"one\ntwo\nthree"};
  buffer.place_caret({0, 1}, false);
  buffer.place_caret({2, 2}, true);
  CHECK(buffer.selected_text() == "ne\ntwo\nth");
  buffer.erase_backward();
  CHECK(buffer.text() == "oree");
}

TEST_CASE("indenting and commenting work on all selected lines and are undone at once") {
  EditorBuffer buffer{"a:\n  b: 1\nc: 2"};
  buffer.place_caret({0, 0}, false);
  buffer.place_caret({1, 3}, true);
  buffer.indent(true);
  CHECK(buffer.text() == "  a:\n    b: 1\nc: 2");
  buffer.toggle_comment();
  CHECK(buffer.text() == "  # a:\n    # b: 1\nc: 2");
  buffer.toggle_comment();
  CHECK(buffer.text() == "  a:\n    b: 1\nc: 2");
  buffer.undo();
  buffer.undo();
  buffer.undo();
  CHECK(buffer.text() == "a:\n  b: 1\nc: 2");
}

TEST_CASE("places outside the text become the nearest inside") {
  EditorBuffer buffer{"ab\nc"};
  buffer.place_caret({9, 9}, false);
  CHECK(buffer.caret() == TextPlace{1, 1});
}

}  // namespace
}  // namespace rockpool::app
