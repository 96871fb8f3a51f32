// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rockpool::app {

/// What a piece of YAML is, for its colour.
enum class TokenKind { Plain, Key, Text, Number, Comment, Sign, Marker };

/// A piece of one line: from `start`, `length` bytes long. Pieces follow each other without gaps.
struct Token {
  std::size_t start = 0;
  std::size_t length = 0;
  TokenKind kind = TokenKind::Plain;
  friend bool operator==(const Token&, const Token&) = default;
};

/// What the lines before say about the next one.
struct HighlightState {
  /// Inside a block text (after | or >): lines indented deeper than this belong to it; -1 outside.
  int block_indent = -1;
  friend bool operator==(const HighlightState&, const HighlightState&) = default;
};

/// Cuts one line of YAML into pieces; `state` is that before the line, and becomes that after it.
/// It colours what is well-formed and leaves the rest plain: it never fails.
std::vector<Token> highlight_line(std::string_view line, HighlightState& state);

/// The state before each line.
std::vector<HighlightState> highlight_states(const std::vector<std::string>& lines);

}  // namespace rockpool::app
