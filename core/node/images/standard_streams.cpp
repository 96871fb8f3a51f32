// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/standard_streams.h"

#include <optional>
#include <utility>

namespace rockpool::node {

Input::Input(std::string text) : rest_{std::move(text)} {
  end();
}

void Input::put(std::string_view text) {
  if (text.empty()) return;
  waiting_ += text.size();
  if (waiting_ > kMaxWaiting) return end();
  arrived_.put(std::string{text});
}

void Input::put_end_mark() {
  arrived_.put({});
}

sim::Task<std::string> Input::read_some() {
  if (!rest_.empty()) co_return std::exchange(rest_, {});
  std::optional<std::string> piece = co_await arrived_.take();
  if (!piece) co_return std::string{};
  waiting_ -= piece->size();
  co_return std::move(*piece);
}

sim::Task<std::string> Input::read_line() {
  std::string line;
  for (;;) {
    sim::Task<std::string> reading = read_some();
    std::string piece = co_await reading;
    if (piece.empty()) co_return line;
    const std::size_t end = piece.find('\n');
    if (end != std::string::npos) {
      rest_ = piece.substr(end + 1);
      co_return line.append(piece, 0, end + 1);
    }
    line += piece;
  }
}

sim::Task<std::string> Input::read_all() {
  std::string text;
  for (;;) {
    sim::Task<std::string> reading = read_some();
    const std::string piece = co_await reading;
    if (piece.empty()) co_return text;
    text += piece;
  }
}

}  // namespace rockpool::node
