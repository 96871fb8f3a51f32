// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/terminal.h"

#include <utility>

namespace rockpool::node {
namespace {

constexpr char kInterrupt = 0x03;
constexpr char kEndOfInput = 0x04;
constexpr char kBackspace = 0x08;
constexpr char kKillLine = 0x15;
constexpr char kEscape = 0x1b;
constexpr char kDelete = 0x7f;
constexpr std::string_view kRubOut = "\b \b";

// True for the bytes of a UTF-8 character after its first.
bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

}  // namespace

void Terminal::type(std::string_view keys) {
  for (const char key : keys) {
    if (escape_.empty()) {
      type_key(key);
    } else {
      type_escape(key);
    }
  }
}

void Terminal::type_key(char key) {
  switch (key) {
    case '\r':
    case '\n':
      return enter();
    case kDelete:
    case kBackspace:
      return erase_last();
    case kKillLine:
      return replace_line({});
    case kEscape:
      escape_ = key;
      return;
    case kInterrupt:
      line_.clear();
      screen_("^C\r\n");
      return interrupt_();
    case kEndOfInput:
      if (line_.empty()) return input_.put_end_mark();
      return input_.put(std::exchange(line_, {}));
    default:
      // Other control characters mean nothing here; a tab stands for itself.
      if (static_cast<unsigned char>(key) < 0x20 && key != '\t') return;
      line_ += key;
      screen_({&key, 1});
  }
}

void Terminal::type_escape(char key) {
  escape_ += key;
  const bool is_open = escape_.size() == 2 && (key == '[' || key == 'O');
  const bool is_final = key >= 0x40 && key <= 0x7e && !is_open;
  if (!is_final) return;
  escape_.clear();
  if (key == 'A' && recalled_ > 0) {
    replace_line(history_[--recalled_]);
  } else if (key == 'B' && recalled_ < history_.size()) {
    ++recalled_;
    replace_line(recalled_ < history_.size() ? history_[recalled_] : std::string{});
  }
}

void Terminal::erase_last() {
  if (line_.empty()) return;
  while (line_.size() > 1 && continues_character(line_.back())) line_.pop_back();
  line_.pop_back();
  screen_(kRubOut);
}

void Terminal::replace_line(std::string line) {
  while (!line_.empty()) erase_last();
  line_ = std::move(line);
  screen_(line_);
}

void Terminal::enter() {
  screen_("\r\n");
  if (!line_.empty() && (history_.empty() || history_.back() != line_)) {
    if (history_.size() == kMaxHistory) history_.erase(history_.begin());
    history_.push_back(line_);
  }
  recalled_ = history_.size();
  input_.put(std::exchange(line_, {}) + "\n");
}

void Terminal::write(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    if (c == '\n') shown += '\r';
    shown += c;
  }
  screen_(shown);
}

}  // namespace rockpool::node
