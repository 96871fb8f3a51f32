// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rockpool::node {

/// POSIX's basic and extended regular expressions, as grep, sed and awk take them, with GNU's `\+`,
/// `\?`, `\|`, `\b`, `\<`, `\>`, `\w` and `\s`. Of several ways to match from a place it takes the
/// first, with alternatives in their order, not always the longest one.
class RegularExpression {
 public:
  /// Basic ones spell groups and intervals `\(…\)` and `\{…\}`.
  enum class Syntax : std::uint8_t { basic, extended };
  /// The most groups that are remembered: \1 to \9.
  static constexpr std::size_t kMaxGroups = 10;
  /// How many steps a match may take; what takes more does not match.
  static constexpr int kMaxSteps = 200'000;
  /// How many elements, each repetition of a group counted, may lie one after the other in a match.
  static constexpr int kMaxLength = 500;

  /// Where the whole (0) and the groups were found: from, to; npos for a group that was not used.
  using Match = std::vector<std::pair<std::size_t, std::size_t>>;

  /// Reads one. The error is what C libraries say: `Unmatched ( or \(`.
  static std::expected<RegularExpression, std::string> parse(std::string_view text, Syntax syntax,
                                                             bool ignores_case = false);

  /// The first place in `text` at or after `start` where it matches; empty if there is none.
  Match search(std::string_view text, std::size_t start = 0) const;
  bool is_in(std::string_view text) const { return !search(text).empty(); }

  /// One element of a sequence, with how often it stands there.
  struct Node;

 private:
  std::shared_ptr<const Node> root_;
  bool ignores_case_ = false;
};

}  // namespace rockpool::node
