// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/diagnosis.h"
#include "core/doc/source_map.h"
#include "core/doc/value.h"

namespace rockpool::doc {

/// A JSON text as Kubernetes' lenient decoder reads it.
struct JsonDocument {
  /// Of members of the same name, the last one wins.
  Value value;
  /// The path of every member that was there more than once, such as "spec.replicas", in order of
  /// appearance, each once, at most kMaxDuplicateFields.
  std::vector<std::string> duplicate_fields;
  /// Where everything was.
  SourceMap positions;
};

/// How many duplicate fields are told apart before the rest go unreported (as sigs.k8s.io/json).
inline constexpr std::size_t kMaxDuplicateFields = 100;

/// Whether a parser also notes where everything was.
enum class Positions { ignore, record };

/// Reads one JSON text. Messages are those of Go's encoding/json ("invalid character '}' looking
/// for beginning of object key string"); a repeated member is the strict decoder's error
/// (`duplicate field "spec.replicas"`). An integer beyond int64 reads as a number. Broken UTF-8 and
/// lone surrogates turn into U+FFFD, as Go does it.
std::expected<Value, ParseError> parse_json(std::string_view text, const Limits& limits = {});

/// Reads one JSON text, tolerating repeated members and listing them.
std::expected<JsonDocument, ParseError> parse_json_leniently(
    std::string_view text, const Limits& limits = {}, Positions positions = Positions::ignore);

/// Writes JSON byte for byte as Go's encoding/json does with sorted keys, which is what the API
/// server and kubectl print: no spaces, `<`, `>`, `&`, U+2028 and U+2029 escaped, and the shortest
/// digits that read back as the same number. Broken UTF-8 is written as \ufffd.
std::string to_json(const Value& value);
/// Writes JSON over several lines, as Go's MarshalIndent. kubectl's `-o json` indents by 4 spaces.
std::string to_json_pretty(const Value& value, int indent = 4);
/// Appends what `to_json` gives.
void append_json(std::string& out, const Value& value);
/// Appends one JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);
/// Appends a number as Go's encoding/json writes a float64; requires a finite one.
void append_json_number(std::string& out, double number);

}  // namespace rockpool::doc
