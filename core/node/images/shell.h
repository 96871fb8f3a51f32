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

/// A shell script, parsed. What a POSIX shell has beyond it (functions, case, here documents,
/// globs) is refused with a syntax error rather than misread.
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
  };
  struct Redirection {
    /// 1 or 2.
    int stream = 1;
    bool appends = false;
    bool reads = false;
    /// A word; `&1` and `&2` for the other stream.
    std::string target;
  };

  Kind kind = Kind::sequence;
  std::vector<std::unique_ptr<ShellNode>> children;
  /// Unexpanded, with their quotes.
  std::vector<std::string> words;
  std::vector<Redirection> redirections;
  /// The variable of a `for` loop.
  std::string name;
};

/// Reads a script. The error is the shell's own: `syntax error: unexpected "done"`.
std::expected<std::unique_ptr<ShellNode>, std::string> parse_shell(std::string_view script);

/// `sh`: `-c script [name arguments…]`, a script file, or commands from standard input.
sim::Task<std::int32_t> run_shell(ProcessContext& context);

}  // namespace rockpool::node
