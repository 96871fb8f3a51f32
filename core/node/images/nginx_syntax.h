// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

// The syntax of nginx's configuration, whatever its directives mean.
namespace rockpool::node {

/// How much of a configuration is read: words of one file, blocks within blocks.
inline constexpr std::size_t kMaxNginxWords = 100'000;
inline constexpr int kMaxNginxDepth = 32;

/// One directive: its name and arguments, and what stands between its braces.
struct NginxDirective {
  /// Never empty.
  std::vector<std::string> words;
  std::vector<NginxDirective> block = {};
  int line = 0;
  /// Where its block ends.
  int last_line = 0;
  bool has_block = false;

  /// What follows its name.
  std::vector<std::string> arguments() const { return {words.begin() + 1, words.end()}; }
};

/// Takes the text of a file apart; the error is nginx's, as it follows `[emerg] `.
std::expected<std::vector<NginxDirective>, std::string> parse_nginx(std::string_view text,
                                                                    std::string_view file);

}  // namespace rockpool::node
