// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Corefiles as CoreDNS's caddy reads them (coredns/caddy caddyfile: lexer.go, parse.go,
// dispenser.go), with the same words for what is wrong.
namespace rockpool::node::coredns {

/// A word of a Corefile.
struct Token {
  /// The file that was imported; empty for the Corefile itself.
  std::string file;
  int line = 0;
  std::string text;
};

/// One server block: the zones and ports it is for, and the words of each directive, beginning
/// with the directive itself.
struct ServerBlock {
  std::vector<std::string> keys;
  std::map<std::string, std::vector<Token>, std::less<>> directives;
};

/// What a Corefile may refer to.
struct CorefileSource {
  /// The Corefile's own path.
  std::string path;
  /// The content of another file; empty if there is none.
  std::function<std::optional<std::string>(const std::string& path)> read;
  /// The names in a folder.
  std::function<std::vector<std::string>(const std::string& folder)> list;
  /// The value of a variable of the environment; empty if it is not set.
  std::function<std::string(const std::string& name)> variable;
  /// True for directives that exist; null if all do.
  std::function<bool(std::string_view directive)> is_directive;
};

/// Takes a Corefile apart. The error is what CoreDNS prints.
std::expected<std::vector<ServerBlock>, std::string> parse_corefile(std::string_view text,
                                                                    const CorefileSource& source);

/// The blocks as Go's json.Marshal writes them, of which CoreDNS prints the SHA-512.
std::string corefile_json(const std::vector<ServerBlock>& blocks);

/// Hands out the words of one directive, line by line and block by block.
class Dispenser {
 public:
  Dispenser(std::string path, std::vector<Token> tokens)
      : path_{std::move(path)}, tokens_{std::move(tokens)} {}

  /// Goes to the next word, wherever it is. False at the end.
  bool next();
  /// Goes to the next word if it is on the same line.
  bool next_argument();
  /// Goes to the next line of the block that opens on this line; false at its end. Until then
  /// blocks within it are taken for words.
  bool next_in_block();
  /// The words up to the end of the line or an opening brace.
  std::vector<std::string> remaining_arguments();
  /// The present word; empty before the first and after the last one.
  const std::string& value() const;

  /// `FILE:LINE - Error during parsing: TEXT`
  std::string error(std::string_view text) const;
  /// That the number of arguments is wrong.
  std::string argument_error() const;
  /// `FILE:LINE - Syntax error: Unexpected token 'x', expecting 'y'`
  std::string syntax_error(std::string_view expected) const;

 private:
  friend class CorefileParser;

  const std::string& file() const;
  int line() const;
  bool is_within(int cursor) const {
    return cursor >= 0 && cursor < static_cast<int>(tokens_.size());
  }

  std::string path_;
  std::vector<Token> tokens_;
  int cursor_ = -1;
  int nesting_ = 0;
};

}  // namespace rockpool::node::coredns
