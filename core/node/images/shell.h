// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/node/images/process.h"

namespace rockpool::node {

/// A shell script, parsed.
struct ShellNode {
  /// What it does.
  enum class Kind : std::uint8_t {
    /// Commands one after the other.
    sequence,
    /// `a && b`, `a || b`, `! a`, `a | b | c`, `a &`.
    both,
    either,
    negation,
    pipeline,
    background,
    /// A command with its words and redirections.
    simple,
    /// `while`: condition, body. `until` likewise.
    while_loop,
    until_loop,
    /// `for name in words`: body.
    for_loop,
    /// `if`: condition, body, and so on in pairs; a last one alone is the `else`.
    condition,
    /// `case word in pattern|pattern) list;; esac`: a list for each, which has its patterns as
    /// words.
    case_of,
    /// `name() command`: what the function does.
    function,
    /// `(list)`: in a shell of its own.
    subshell,
  };
  struct Redirection {
    /// Where what is read comes from: a file, or the script itself (`<<END`), with its variables
    /// and commands replaced or, if any of END was quoted, as it is.
    enum class Source : std::uint8_t { none, file, document, literal_document };
    /// 1 or 2.
    int stream = 1;
    bool appends = false;
    Source source = Source::none;
    /// A word; `&1` and `&2` for the other stream; the text of a document.
    std::string target;
  };

  Kind kind = Kind::sequence;
  std::vector<std::unique_ptr<ShellNode>> children;
  /// Unexpanded, with their quotes.
  std::vector<std::string> words;
  std::vector<Redirection> redirections;
  /// The variable of a `for` loop, the function, or the word of a `case`.
  std::string name;
  /// A `for` loop that names no words: it goes through the parameters.
  bool is_over_parameters = false;
};

/// Reads a script. The error is the shell's own: `syntax error: unexpected "done"`.
std::expected<std::unique_ptr<ShellNode>, std::string> parse_shell(std::string_view script);

/// Where what begins at `start` ends: a quote, or `(` or `{` after a dollar; npos if it has no end.
std::size_t end_of_shell_group(std::string_view text, std::size_t start);

/// `sh`: `-c script [name arguments…]`, a script file, or commands from standard input.
sim::Task<std::int32_t> run_shell(ProcessContext& context);

}  // namespace rockpool::node
