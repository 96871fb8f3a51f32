// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/node/images/process.h"

// What the small programs that work on text do alike.
namespace rockpool::node {

/// The options of one letter that a program was given, and the rest.
struct LetterOptions {
  std::string flags;
  /// Those that have a value, in order.
  std::vector<std::pair<char, std::string>> values;
  std::vector<std::string> rest;

  /// True if that letter without a value was given.
  bool has(char flag) const { return flags.find(flag) != std::string::npos; }
  /// The first one's value, or nullptr.
  const std::string* value(char flag) const;
  /// All values of that letter, in order.
  std::vector<std::string> all_values(char flag) const;
};

/// Reads them; those in `with_value` take what follows, attached or not. With `anywhere` options
/// may follow other words. The error is what the program says.
std::expected<LetterOptions, std::string> read_letter_options(const ProcessContext& context,
                                                              std::string_view known,
                                                              std::string_view with_value,
                                                              bool anywhere = false);

/// What a file contains, `-` being standard input. The error is what the program says.
sim::Task<std::expected<std::string, std::string>> read_named_input(ProcessContext& context,
                                                                    std::string file);

/// What the files contain one after the other; standard input if there is none. The error is what
/// the program says.
sim::Task<std::expected<std::string, std::string>> read_inputs(ProcessContext& context,
                                                               std::vector<std::string> files);

}  // namespace rockpool::node
