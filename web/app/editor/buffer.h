// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rockpool::app {

/// A place between two letters: both counted from 0, the column in bytes.
struct TextPlace {
  std::size_t line = 0;
  std::size_t column = 0;
  auto operator<=>(const TextPlace&) const = default;
};

/// Where the caret can be sent.
enum class Move {
  Left,
  Right,
  Up,
  Down,
  WordLeft,
  WordRight,
  LineStart,
  LineEnd,
  PageUp,
  PageDown,
  Start,
  End,
};

/// A text being edited: lines, a caret with a selection, and a history of changes. Lines end with
/// \n; a \r before it is dropped, tabs become two spaces as YAML wants none.
class EditorBuffer {
 public:
  explicit EditorBuffer(std::string_view text = {}) { set_text(text); }

  /// Replaces everything, as one change that can be undone.
  void replace_all(std::string_view text);
  /// Starts over with `text`, without a history.
  void set_text(std::string_view text);
  std::string text() const;
  const std::vector<std::string>& lines() const { return lines_; }

  TextPlace caret() const { return caret_; }
  TextPlace anchor() const { return anchor_; }
  bool has_selection() const { return caret_ != anchor_; }
  TextPlace selection_start() const { return std::min(caret_, anchor_); }
  TextPlace selection_end() const { return std::max(caret_, anchor_); }
  std::string selected_text() const;

  /// Moves the caret; with `select` the other end of the selection stays. A page has `page` lines.
  void move(Move where, bool select, std::size_t page = 20);
  /// Puts the caret at a place, or the nearest one that exists.
  void place_caret(TextPlace place, bool select);
  void select_all();
  void select_word_at(TextPlace place);

  /// Types `text` in place of the selection.
  void insert(std::string_view text);
  /// A new line, indented like this one, or deeper after a colon.
  void new_line();
  /// Deletes the selection, or the letter before (after) the caret. In front of a line's first
  /// letter, a whole step of indentation goes.
  void erase_backward();
  void erase_forward();
  /// Shifts the selected lines right or left by two columns.
  void indent(bool deeper);
  /// Puts # in front of the selected lines, or takes it away if all have it.
  void toggle_comment();

  bool undo();
  bool redo();
  /// Grows with every change of the text.
  std::uint64_t version() const { return version_; }

 private:
  // Replacing `removed`, which starts at `at`, by `inserted`.
  struct Change {
    TextPlace at;
    std::string removed;
    std::string inserted;
    TextPlace caret_before;
    bool joinable;  // typing: consecutive ones are undone together
  };
  static constexpr std::size_t kMostUndo = 1000;

  TextPlace clamped(TextPlace place) const;
  TextPlace end_of(TextPlace at, std::string_view text) const;
  std::string text_between(TextPlace from, TextPlace to) const;
  void replace_raw(TextPlace from, TextPlace to, std::string_view text);
  void change(TextPlace from, TextPlace to, std::string_view text, bool joinable);
  TextPlace left_of(TextPlace place) const;
  TextPlace right_of(TextPlace place) const;
  TextPlace word_left(TextPlace place) const;
  TextPlace word_right(TextPlace place) const;
  void for_selected_lines(std::string (*edit)(std::string_view line));

  std::vector<std::string> lines_{std::string{}};
  TextPlace caret_;
  TextPlace anchor_;
  // The column the caret wants to be in when it goes up and down.
  std::size_t wanted_column_ = 0;
  std::vector<Change> undo_;
  std::vector<Change> redo_;
  std::uint64_t version_ = 0;
};

}  // namespace rockpool::app
