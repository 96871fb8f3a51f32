// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/doc/diagnosis.h"

namespace rockpool::doc {

/// A mistake in a YAML text, in go-yaml's words.
struct YamlMistake {
  std::string message;
  /// In bytes from the text's start.
  std::size_t offset = 0;
};

/// The first character that YAML does not allow anywhere. Requires UTF-8.
std::optional<YamlMistake> find_control_character(std::string_view text);

/// The tab that indents what starts at `offset`, which YAML forbids in block style: nothing if
/// there is none.
std::optional<YamlMistake> find_indenting_tab(std::string_view text, std::size_t offset);

/// True if the name of an anchor has only the characters that YAML 1.1 allows there.
bool is_anchor_name(std::string_view name);

/// yaml-cpp's message and place in go-yaml's words and at the place that those speak of.
YamlMistake translate_mistake(std::string_view text, const std::string& message,
                              std::size_t offset);

}  // namespace rockpool::doc
