// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rockpool::doc {

/// Where a JSON reader stood when a text turned out to be none.
struct JsonContext {
  /// What is open.
  enum class Inside { nothing, array, object };
  /// What a token can be.
  enum class After { nothing, start, key, value };

  /// The innermost array or object still open.
  Inside inside = Inside::nothing;
  /// What was read last there.
  After after = After::nothing;
  /// Where the last token that was read ends.
  std::size_t offset = 0;
};

/// A mistake in a JSON text, in the words of Go's encoding/json.
struct JsonMistake {
  std::string message;
  std::size_t offset = 0;
};

/// Finds the mistake that must follow the context's offset. If there is none, the message is
/// "invalid JSON".
JsonMistake find_json_mistake(std::string_view text, const JsonContext& context);

}  // namespace rockpool::doc
