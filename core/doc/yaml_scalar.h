// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/doc/value.h"

namespace rockpool::doc {

/// What a plain YAML scalar is taken for.
enum class ScalarTag { string, null, boolean, integer, number, timestamp, merge };

/// The short name of a tag: "!!str".
std::string_view tag_name(ScalarTag tag);

/// A plain scalar, read by the rules of go-yaml v2 (YAML 1.1 with exceptions).
struct Scalar {
  ScalarTag tag = ScalarTag::string;
  /// A timestamp and a merge key are their text. A number may be infinite or NaN.
  Value value;
};

/// Resolves a plain scalar's text.
Scalar resolve_scalar(std::string_view text);

/// What the scalar becomes on its way through JSON, which does not tell 1.0 from 1: a number
/// without a fraction is an integer.
Value json_value(const Scalar& scalar);

/// The text of a scalar used as a key, as sigs.k8s.io/yaml writes it; nothing for null and for
/// integers beyond int64, which it refuses.
std::optional<std::string> key_text(const Scalar& scalar);

}  // namespace rockpool::doc
