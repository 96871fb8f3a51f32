// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

#include "core/doc/diagnosis.h"
#include "core/doc/value.h"

namespace rockpool::doc {

/// The most operations that the API server takes in one JSON patch.
inline constexpr std::size_t kMaxJsonPatchOperations = 10'000;
/// How many bytes of JSON the `copy` operations of one patch may add (the API server sets it to its
/// limit on request bodies).
inline constexpr std::int64_t kMaxJsonPatchCopyBytes = kMaxDocumentBytes;

/// Why a JSON patch was refused.
struct JsonPatchError {
  /// The HTTP status that the API server answers with.
  enum class Reason {
    /// 400: it is no JSON patch.
    malformed,
    /// 413: it has more than kMaxJsonPatchOperations operations.
    too_large,
    /// 422: an operation does not fit the document.
    not_applicable,
  };
  Reason reason;
  std::string message;
};

/// Applies a JSON patch (RFC 6902): `patch` is an array of add, remove, replace, move, copy and
/// test operations, applied in order, all or none. Behaves and complains as evanphx/json-patch v4,
/// which the API server uses: `remove operation does not apply: doc is missing path: "/a/b":
/// missing value`.
std::expected<Value, JsonPatchError> apply_json_patch(const Value& document, const Value& patch);

}  // namespace rockpool::doc
