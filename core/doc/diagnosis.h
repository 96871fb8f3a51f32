// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace rockpool::doc {

/// A place in a text, as editors count: lines and columns start at 1, and a column is one Unicode
/// code point (a tab is one column).
struct Position {
  int line = 1;
  int column = 1;

  friend bool operator==(const Position&, const Position&) = default;
};

/// Why a text is no document, and where. The message is Go's own wherever Kubernetes would show
/// Go's (encoding/json, go-yaml), without the position: "found character that cannot start any
/// token".
struct ParseError {
  std::string message;
  Position position;
};

/// The API server's limit on request bodies (MaxRequestBodyBytes).
inline constexpr std::int64_t kMaxDocumentBytes = 3 * 1024 * 1024;
/// How deep arrays and objects may nest. Go allows 10,000; no Kubernetes type needs more than a few
/// dozen, and a WebAssembly stack holds far fewer than Go's.
inline constexpr int kMaxDepth = 256;
/// How many values one text may hold, each alias counted as all that it stands for.
inline constexpr std::int64_t kMaxNodes = 2'000'000;
/// How many documents one YAML stream may hold.
inline constexpr int kMaxDocuments = 20'000;

/// What a parser refuses, so that no text can exhaust memory, stack or patience.
struct Limits {
  /// Bytes of the whole text.
  std::int64_t max_bytes = kMaxDocumentBytes;
  /// Nesting of arrays and objects.
  int max_depth = kMaxDepth;
  /// Values in the whole text, aliases expanded.
  std::int64_t max_nodes = kMaxNodes;
  /// Documents in a YAML stream.
  int max_documents = kMaxDocuments;
};

}  // namespace rockpool::doc
