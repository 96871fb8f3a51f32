// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace rockpool::doc {

/// A mistake in a YAML text, in go-yaml's words.
struct YamlMistake {
  std::string message;
  /// In bytes from the text's start.
  std::size_t offset = 0;
};

}  // namespace rockpool::doc
