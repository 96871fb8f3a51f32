// SPDX-License-Identifier: Apache-2.0
#include "web/app/editor/highlight.h"

#include <algorithm>
#include <cctype>

namespace rockpool::app {
namespace {

class LineCutter {
 public:
  LineCutter(std::string_view line, HighlightState& state) : line_{line}, state_{state} {}

  std::vector<Token> cut() {
    const std::size_t indent = spaces_at(0);
    if (state_.block_indent >= 0) {
      if (indent == line_.size() || static_cast<int>(indent) > state_.block_indent) {
        add(line_.size(), TokenKind::Text);
        return std::move(tokens_);
      }
      state_.block_indent = -1;
    }
    if (line_.starts_with("---") || line_.starts_with("...")) {
      add(3, TokenKind::Marker);
      value();
      return std::move(tokens_);
    }
    add(indent, TokenKind::Plain);
    entry(static_cast<int>(indent));
    return std::move(tokens_);
  }

 private:
  std::size_t spaces_at(std::size_t from) const {
    std::size_t at = from;
    while (at < line_.size() && line_[at] == ' ') ++at;
    return at - from;
  }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < line_.size() ? line_[at_ + ahead] : '\0';
  }
  void add(std::size_t length, TokenKind kind) {
    if (length == 0) return;
    tokens_.push_back({at_, length, kind});
    at_ += length;
  }
  bool ends_word(std::size_t at) const { return at >= line_.size() || line_[at] == ' '; }

  // A list item's dash, a key, or a value.
  void entry(int indent) {
    while (peek() == '-' && ends_word(at_ + 1)) {
      add(1, TokenKind::Sign);
      const std::size_t spaces = spaces_at(at_);
      indent += static_cast<int>(1 + spaces);
      add(spaces, TokenKind::Plain);
    }
    const std::size_t colon = key_end();
    if (colon != std::string_view::npos) {
      add(colon - at_, TokenKind::Key);
      add(1, TokenKind::Sign);
      add(spaces_at(at_), TokenKind::Plain);
      if (peek() == '|' || peek() == '>') {
        state_.block_indent = indent;
        while (at_ < line_.size() && peek() != ' ' && peek() != '#') add(1, TokenKind::Sign);
        add(spaces_at(at_), TokenKind::Plain);
      }
    }
    value();
  }

  // Where the colon after a key is; npos if the rest of the line does not start with a key.
  std::size_t key_end() const {
    if (peek() == '"' || peek() == '\'') {
      const std::size_t close = line_.find(peek(), at_ + 1);
      if (close == std::string_view::npos || close + 1 >= line_.size() || line_[close + 1] != ':') {
        return std::string_view::npos;
      }
      return ends_word(close + 2) ? close + 1 : std::string_view::npos;
    }
    if (peek() == '#' || peek() == '{' || peek() == '[') return std::string_view::npos;
    for (std::size_t at = at_; at < line_.size(); ++at) {
      if (line_[at] == ':' && ends_word(at + 1)) return at > at_ ? at : std::string_view::npos;
      if (line_[at] == '#' && at > at_ && line_[at - 1] == ' ') break;
    }
    return std::string_view::npos;
  }

  void value() {
    while (at_ < line_.size()) {
      const char letter = peek();
      if (letter == ' ') {
        add(spaces_at(at_), TokenKind::Plain);
      } else if (letter == '#' && (at_ == 0 || line_[at_ - 1] == ' ')) {
        add(line_.size() - at_, TokenKind::Comment);
      } else if (letter == '"' || letter == '\'') {
        quoted(letter);
      } else if (is_flow_sign(letter)) {
        add(1, TokenKind::Sign);
        in_flow_ = in_flow_ || letter == '{' || letter == '[';
      } else {
        scalar();
      }
    }
  }

  void quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < line_.size() && line_[end] != quote)
      end += quote == '"' && line_[end] == '\\' ? 2 : 1;
    add(std::min(end + 1, line_.size()) - at_, TokenKind::Text);
  }

  bool is_flow_sign(char letter) const {
    return letter == '{' || letter == '}' || letter == '[' || letter == ']' ||
           (in_flow_ && (letter == ',' || letter == ':'));
  }

  void scalar() {
    std::size_t end = at_;
    while (end < line_.size()) {
      const char letter = line_[end];
      if (letter == '#' && end > at_ && line_[end - 1] == ' ') break;
      if (in_flow_ && (letter == ',' || letter == '}' || letter == ']' ||
                       (letter == ':' && ends_word(end + 1)))) {
        break;
      }
      ++end;
    }
    std::size_t trimmed = end;
    while (trimmed > at_ && line_[trimmed - 1] == ' ') --trimmed;
    const std::string_view word = line_.substr(at_, trimmed - at_);
    const bool is_key = in_flow_ && end < line_.size() && line_[end] == ':';
    add(std::max<std::size_t>(1, trimmed - at_), is_key             ? TokenKind::Key
                                                 : is_literal(word) ? TokenKind::Number
                                                                    : TokenKind::Text);
  }

  static bool is_literal(std::string_view word) {
    if (word == "true" || word == "false" || word == "null" || word == "~") return true;
    bool digit = false;
    for (const char letter : word) {
      const bool is_digit = std::isdigit(static_cast<unsigned char>(letter)) != 0;
      digit = digit || is_digit;
      if (!is_digit && letter != '.' && letter != '-' && letter != '+' && letter != 'e')
        return false;
    }
    return digit;
  }

  std::string_view line_;
  HighlightState& state_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  bool in_flow_ = false;
};

}  // namespace

std::vector<Token> highlight_line(std::string_view line, HighlightState& state) {
  return LineCutter{line, state}.cut();
}

std::vector<HighlightState> highlight_states(const std::vector<std::string>& lines) {
  std::vector<HighlightState> states;
  states.reserve(lines.size());
  HighlightState state;
  for (const std::string& line : lines) {
    states.push_back(state);
    highlight_line(line, state);
  }
  return states;
}

}  // namespace rockpool::app
