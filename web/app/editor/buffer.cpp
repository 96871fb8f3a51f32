// SPDX-License-Identifier: Apache-2.0
#include "web/app/editor/buffer.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace rockpool::app {
namespace {

constexpr std::string_view kIndent = "  ";

bool is_continuation(char letter) {
  return (static_cast<unsigned char>(letter) & 0xC0u) == 0x80u;
}
bool is_word(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return code >= 0x80 || std::isalnum(code) != 0 || letter == '_';
}

std::string cleaned(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char letter : text) {
    if (letter == '\r') continue;
    if (letter == '\t') {
      result += kIndent;
    } else if (letter == '\n' || static_cast<unsigned char>(letter) >= 0x20) {
      result += letter;
    }
  }
  return result;
}

std::size_t leading_spaces(std::string_view line) {
  const std::size_t at = line.find_first_not_of(' ');
  return at == std::string_view::npos ? line.size() : at;
}

std::string shifted_right(std::string_view line) {
  return line.empty() ? std::string{} : std::string{kIndent}.append(line);
}
std::string shifted_left(std::string_view line) {
  return std::string{line.substr(std::min(leading_spaces(line), kIndent.size()))};
}
std::string commented(std::string_view line) {
  const std::size_t at = leading_spaces(line);
  if (at == line.size()) return std::string{line};
  return std::string{line.substr(0, at)}.append("# ").append(line.substr(at));
}
std::string uncommented(std::string_view line) {
  const std::size_t at = leading_spaces(line);
  if (at == line.size() || line[at] != '#') return std::string{line};
  const std::size_t skip = line.substr(at).starts_with("# ") ? 2 : 1;
  return std::string{line.substr(0, at)}.append(line.substr(at + skip));
}

}  // namespace

void EditorBuffer::set_text(std::string_view text) {
  lines_.assign(1, {});
  caret_ = anchor_ = {};
  undo_.clear();
  redo_.clear();
  replace_raw({}, {}, cleaned(text));
}

void EditorBuffer::replace_all(std::string_view text) {
  const TextPlace end{lines_.size() - 1, lines_.back().size()};
  change({}, end, cleaned(text), false);
  caret_ = anchor_ = {};
}

std::string EditorBuffer::text() const {
  return text_between({}, {lines_.size() - 1, lines_.back().size()});
}

std::string EditorBuffer::selected_text() const {
  return text_between(selection_start(), selection_end());
}

TextPlace EditorBuffer::clamped(TextPlace place) const {
  place.line = std::min(place.line, lines_.size() - 1);
  const std::string& line = lines_[place.line];
  place.column = std::min(place.column, line.size());
  while (place.column > 0 && place.column < line.size() && is_continuation(line[place.column])) {
    --place.column;
  }
  return place;
}

TextPlace EditorBuffer::end_of(TextPlace at, std::string_view text) const {
  const auto breaks = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  if (breaks == 0) return {at.line, at.column + text.size()};
  return {at.line + breaks, text.size() - text.rfind('\n') - 1};
}

std::string EditorBuffer::text_between(TextPlace from, TextPlace to) const {
  if (from.line == to.line) return lines_[from.line].substr(from.column, to.column - from.column);
  std::string result = lines_[from.line].substr(from.column);
  for (std::size_t line = from.line + 1; line < to.line; ++line) {
    result.append("\n").append(lines_[line]);
  }
  return result.append("\n").append(lines_[to.line].substr(0, to.column));
}

void EditorBuffer::replace_raw(TextPlace from, TextPlace to, std::string_view text) {
  std::vector<std::string> fresh;
  std::size_t start = 0;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', start)) {
    fresh.emplace_back(text.substr(start, at - start));
    start = at + 1;
  }
  fresh.emplace_back(text.substr(start));
  fresh.front().insert(0, lines_[from.line].substr(0, from.column));
  fresh.back().append(lines_[to.line].substr(to.column));
  const auto first = lines_.begin() + static_cast<std::ptrdiff_t>(from.line);
  const auto last = lines_.begin() + static_cast<std::ptrdiff_t>(to.line + 1);
  const auto place = lines_.erase(first, last);
  lines_.insert(place, std::make_move_iterator(fresh.begin()),
                std::make_move_iterator(fresh.end()));
  ++version_;
}

void EditorBuffer::change(TextPlace from, TextPlace to, std::string_view text, bool joinable) {
  Change record{from, text_between(from, to), std::string{text}, caret_, joinable};
  replace_raw(from, to, text);
  caret_ = anchor_ = end_of(from, text);
  wanted_column_ = caret_.column;
  redo_.clear();
  if (joinable && !undo_.empty() && undo_.back().joinable && record.removed.empty() &&
      end_of(undo_.back().at, undo_.back().inserted) == from) {
    undo_.back().inserted += record.inserted;
    return;
  }
  undo_.push_back(std::move(record));
  if (undo_.size() > kMostUndo) undo_.erase(undo_.begin());
}

bool EditorBuffer::undo() {
  if (undo_.empty()) return false;
  Change record = std::move(undo_.back());
  undo_.pop_back();
  replace_raw(record.at, end_of(record.at, record.inserted), record.removed);
  caret_ = anchor_ = clamped(record.caret_before);
  redo_.push_back(std::move(record));
  return true;
}

bool EditorBuffer::redo() {
  if (redo_.empty()) return false;
  Change record = std::move(redo_.back());
  redo_.pop_back();
  replace_raw(record.at, end_of(record.at, record.removed), record.inserted);
  caret_ = anchor_ = end_of(record.at, record.inserted);
  record.joinable = false;
  undo_.push_back(std::move(record));
  return true;
}

TextPlace EditorBuffer::left_of(TextPlace place) const {
  if (place.column == 0) {
    return place.line == 0 ? place : TextPlace{place.line - 1, lines_[place.line - 1].size()};
  }
  return clamped({place.line, place.column - 1});
}

TextPlace EditorBuffer::right_of(TextPlace place) const {
  const std::string& line = lines_[place.line];
  if (place.column >= line.size()) {
    return place.line + 1 == lines_.size() ? place : TextPlace{place.line + 1, 0};
  }
  ++place.column;
  while (place.column < line.size() && is_continuation(line[place.column])) ++place.column;
  return place;
}

TextPlace EditorBuffer::word_left(TextPlace place) const {
  if (place.column == 0) return left_of(place);
  const std::string& line = lines_[place.line];
  while (place.column > 0 && !is_word(line[place.column - 1])) --place.column;
  while (place.column > 0 && is_word(line[place.column - 1])) --place.column;
  return place;
}

TextPlace EditorBuffer::word_right(TextPlace place) const {
  const std::string& line = lines_[place.line];
  if (place.column >= line.size()) return right_of(place);
  while (place.column < line.size() && !is_word(line[place.column])) ++place.column;
  while (place.column < line.size() && is_word(line[place.column])) ++place.column;
  return place;
}

void EditorBuffer::move(Move where, bool select, std::size_t page) {
  TextPlace to = caret_;
  const auto vertical = [&](std::size_t up, std::size_t down) {
    to.line = to.line < up ? 0 : to.line - up + down;
    to = clamped({to.line, wanted_column_});
  };
  const bool collapse = has_selection() && !select;
  switch (where) {
    case Move::Left:
      to = collapse ? selection_start() : left_of(to);
      break;
    case Move::Right:
      to = collapse ? selection_end() : right_of(to);
      break;
    case Move::Up:
      vertical(1, 0);
      break;
    case Move::Down:
      vertical(0, 1);
      break;
    case Move::PageUp:
      vertical(page, 0);
      break;
    case Move::PageDown:
      vertical(0, page);
      break;
    case Move::WordLeft:
      to = word_left(to);
      break;
    case Move::WordRight:
      to = word_right(to);
      break;
    case Move::LineStart: {
      const std::size_t text_start = leading_spaces(lines_[to.line]);
      to.column = to.column == text_start ? 0 : text_start;
      break;
    }
    case Move::LineEnd:
      to.column = lines_[to.line].size();
      break;
    case Move::Start:
      to = {};
      break;
    case Move::End:
      to = {lines_.size() - 1, lines_.back().size()};
      break;
  }
  const bool is_vertical =
      where == Move::Up || where == Move::Down || where == Move::PageUp || where == Move::PageDown;
  if (!is_vertical) wanted_column_ = to.column;
  caret_ = to;
  if (!select) anchor_ = caret_;
  if (!undo_.empty()) undo_.back().joinable = false;
}

void EditorBuffer::place_caret(TextPlace place, bool select) {
  caret_ = clamped(place);
  wanted_column_ = caret_.column;
  if (!select) anchor_ = caret_;
  if (!undo_.empty()) undo_.back().joinable = false;
}

void EditorBuffer::select_all() {
  anchor_ = {};
  caret_ = {lines_.size() - 1, lines_.back().size()};
}

void EditorBuffer::select_word_at(TextPlace place) {
  place = clamped(place);
  const std::string& line = lines_[place.line];
  std::size_t from = place.column;
  std::size_t to = place.column;
  while (from > 0 && is_word(line[from - 1])) --from;
  while (to < line.size() && is_word(line[to])) ++to;
  anchor_ = {place.line, from};
  caret_ = {place.line, to};
}

void EditorBuffer::insert(std::string_view text) {
  const std::string clean = cleaned(text);
  const bool joinable = clean.find('\n') == std::string::npos && clean.size() <= 4;
  change(selection_start(), selection_end(), clean, joinable);
}

void EditorBuffer::new_line() {
  const TextPlace at = selection_start();
  const std::string_view before = std::string_view{lines_[at.line]}.substr(0, at.column);
  std::size_t spaces = leading_spaces(before);
  if (before.ends_with(':')) spaces += before.substr(spaces).starts_with("- ") ? 4 : 2;
  change(at, selection_end(), std::string(1, '\n').append(spaces, ' '), false);
}

void EditorBuffer::erase_backward() {
  if (has_selection()) return change(selection_start(), selection_end(), {}, false);
  TextPlace from = left_of(caret_);
  const bool in_indent = caret_.column >= 2 && caret_.column <= leading_spaces(lines_[caret_.line]);
  if (in_indent) from = {caret_.line, (caret_.column - 1) / 2 * 2};
  if (from != caret_) change(from, caret_, {}, false);
}

void EditorBuffer::erase_forward() {
  if (has_selection()) return change(selection_start(), selection_end(), {}, false);
  const TextPlace to = right_of(caret_);
  if (to != caret_) change(caret_, to, {}, false);
}

void EditorBuffer::for_selected_lines(std::string (*edit)(std::string_view line)) {
  const std::size_t first = selection_start().line;
  std::size_t last = selection_end().line;
  if (last > first && selection_end().column == 0) --last;
  std::string text;
  for (std::size_t line = first; line <= last; ++line) {
    if (line > first) text += '\n';
    text += edit(lines_[line]);
  }
  const bool many = last > first;
  const TextPlace caret = caret_;
  const auto before = static_cast<std::ptrdiff_t>(lines_[caret.line].size());
  change({first, 0}, {last, lines_[last].size()}, text, false);
  if (many) {
    anchor_ = {first, 0};
    caret_ = {last, lines_[last].size()};
  } else {
    const std::ptrdiff_t moved = static_cast<std::ptrdiff_t>(lines_[caret.line].size()) - before;
    const std::ptrdiff_t column =
        std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(caret.column) + moved);
    caret_ = anchor_ = clamped({caret.line, static_cast<std::size_t>(column)});
  }
}

void EditorBuffer::indent(bool deeper) {
  for_selected_lines(deeper ? shifted_right : shifted_left);
}

void EditorBuffer::toggle_comment() {
  bool all = true;
  for (std::size_t line = selection_start().line; line <= selection_end().line; ++line) {
    const std::size_t at = leading_spaces(lines_[line]);
    all = all && (at == lines_[line].size() || lines_[line][at] == '#');
  }
  for_selected_lines(all ? uncommented : commented);
}

}  // namespace rockpool::app
