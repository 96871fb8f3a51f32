// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/doc/value.h"

namespace rockpool::doc {

/// Writes YAML byte for byte as `kubectl get -o yaml` does (sigs.k8s.io/yaml over go-yaml v2): keys
/// in natural order, two spaces of indentation, sequences not indented under their key, strings
/// quoted only when they would read as something else, `|` blocks for several lines. Only U+2028
/// and U+2029 are always escaped, so that whatever is written reads back the same. Ends with a
/// newline. A list of documents is joined with "---\n" by the caller.
std::string to_yaml(const Value& value);

}  // namespace rockpool::doc
