// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace rockpool::apiserver::custom {

/// A regular expression in the part of RE2's syntax (Go's regexp) that schemas use: characters,
/// classes, `.`, anchors, groups, alternatives, repetition, `\d \w \s` and their opposites. It
/// takes time proportional to pattern times text, whatever the pattern: no backtracking. std::regex
/// has other syntax, can take exponential time, and would be a tenth of the download.
///
/// Texts are matched byte by byte; a character beyond ASCII in a class is refused.
class Pattern {
 public:
  /// The longest pattern, and the most states that repetition may blow it up to.
  static constexpr std::size_t kMaxLength = 4096;
  static constexpr std::size_t kMaxStates = 20'000;

  /// The error says what is not understood and where.
  static std::expected<Pattern, std::string> compile(std::string_view text);
  /// True if the pattern matches anywhere in the text (Go's MatchString).
  bool is_in(std::string_view text) const;
  /// What the first match and its groups cover, group 0 being the whole match; empty if there is no
  /// match. A group that took no part is empty (Go's FindStringSubmatch). Prefers what RE2 prefers.
  std::vector<std::string_view> find(std::string_view text) const;
  /// How many groups there are beside the whole match (Go's NumSubexp).
  int groups() const { return groups_; }

 private:
  friend class PatternCompiler;

  enum class Operation : std::uint8_t { set, split, begin, end, save, match };
  struct State {
    Operation operation;
    // Of a set: which of `sets_`. Of a split: the second way on. Of a save: which end of which
    // group.
    std::uint32_t argument = 0;
    std::uint32_t next = 0;
  };
  // The bytes that a state lets pass.
  struct ByteSet {
    std::uint64_t bits[4] = {};
    void add(unsigned char byte) { bits[byte >> 6] |= std::uint64_t{1} << (byte & 63); }
    bool has(unsigned char byte) const { return (bits[byte >> 6] >> (byte & 63) & 1) != 0; }
  };

  class Search;

  std::vector<State> states_;
  std::vector<ByteSet> sets_;
  std::uint32_t start_ = 0;
  int groups_ = 0;
};

}  // namespace rockpool::apiserver::custom
