// SPDX-License-Identifier: Apache-2.0
#include "core/doc/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/doc/builder.h"
#include "core/doc/json_reader.h"
#include "core/doc/utf8.h"

namespace rockpool::doc {
namespace {

struct Read {
  Value value;
  std::vector<Builder::Duplicate> duplicates;
};

// Notes positions if there is a place for them.
std::expected<Read, ParseError> read(std::string_view text, const Limits& limits,
                                     SourceMap* positions) {
  if (static_cast<std::int64_t>(text.size()) > limits.max_bytes) {
    return std::unexpected{ParseError{
        fmt::format("document is too large: {} bytes, limit is {}", text.size(), limits.max_bytes),
        {}}};
  }
  Builder builder{limits, positions};
  JsonReader reader{text, builder};
  if (reader.read()) return Read{builder.take_root(), builder.take_duplicates()};
  if (builder.refusal()) {
    return std::unexpected{
        ParseError{*builder.refusal(), position_at(text, builder.refusal_offset())}};
  }
  return std::unexpected{ParseError{reader.message(), position_at(text, reader.offset())}};
}

}  // namespace

std::expected<Value, ParseError> parse_json(std::string_view text, const Limits& limits) {
  auto result = read(text, limits, nullptr);
  if (!result) return std::unexpected{std::move(result.error())};
  if (!result->duplicates.empty()) {
    const Builder::Duplicate& first = result->duplicates.front();
    return std::unexpected{ParseError{fmt::format("duplicate field \"{}\"", first.path),
                                      position_at(text, first.offset)}};
  }
  return std::move(result->value);
}

std::expected<JsonDocument, ParseError> parse_json_leniently(std::string_view text,
                                                             const Limits& limits,
                                                             Positions positions) {
  JsonDocument document;
  const bool record = positions == Positions::record;
  if (record) document.positions = SourceMap{std::make_shared<const std::string>(text)};
  auto result = read(text, limits, record ? &document.positions : nullptr);
  if (!result) return std::unexpected{std::move(result.error())};
  document.value = std::move(result->value);
  auto& fields = document.duplicate_fields;
  for (Builder::Duplicate& duplicate : result->duplicates) {
    if (fields.size() == kMaxDuplicateFields) break;
    if (std::ranges::find(fields, duplicate.path) == fields.end()) {
      fields.push_back(std::move(duplicate.path));
    }
  }
  return document;
}

}  // namespace rockpool::doc
