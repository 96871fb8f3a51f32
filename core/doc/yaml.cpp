// SPDX-License-Identifier: Apache-2.0
#include "core/doc/yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "core/doc/base64.h"
#include "core/doc/builder.h"
#include "core/doc/json.h"
#include "core/doc/utf8.h"
#include "core/doc/yaml_mistake.h"
#include "core/doc/yaml_parser.h"
#include "core/doc/yaml_scalar.h"

namespace rockpool::doc {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

using Kind = YamlEvent::Kind;

// Reads a scalar by the tag that is written at it, or by its looks.
std::expected<Scalar, std::string> read_scalar(const YamlEvent& event) {
  if (event.plain) return resolve_scalar(event.text);
  const Scalar string{ScalarTag::string, event.text};
  std::string_view tag = event.tag;
  if (!tag.starts_with(kTagPrefix)) return string;
  tag.remove_prefix(kTagPrefix.size());
  if (tag == "binary") {
    const auto bytes = decode_base64(event.text);
    if (!bytes) return std::unexpected{"!!binary value contains invalid base64 data"};
    return Scalar{ScalarTag::string, replace_invalid_utf8(*bytes)};
  }
  const auto is = [&](ScalarTag other) { return tag == tag_name(other).substr(2); };
  const bool resolvable = is(ScalarTag::null) || is(ScalarTag::boolean) || is(ScalarTag::integer) ||
                          is(ScalarTag::number) || is(ScalarTag::timestamp) || is(ScalarTag::merge);
  if (!resolvable) return string;
  const Scalar resolved = resolve_scalar(event.text);
  if (is(resolved.tag)) return resolved;
  if (is(ScalarTag::number) && resolved.tag == ScalarTag::integer) return resolved;
  return std::unexpected{
      fmt::format("cannot decode {} `{}` as a !!{}", tag_name(resolved.tag), event.text, tag)};
}

// Builds one document from a parser's events.
class DocumentReader {
 public:
  DocumentReader(YamlParser& parser, const std::shared_ptr<const std::string>& text,
                 const Limits& limits)
      : parser_{parser}, positions_{text}, builder_{limits, &positions_} {}

  // Reads up to the document's end; false after a mistake.
  bool read() {
    while (true) {
      const auto event = parser_.next();
      if (!event) return fail(parser_.mistake());
      if (event->kind == Kind::document_end) break;
      if (!apply(*event)) return false;
      if (builder_.refusal()) return fail({*builder_.refusal(), builder_.refusal_offset()});
    }
    const auto duplicates = builder_.take_duplicates();
    if (duplicates.empty()) return true;
    return fail({fmt::format("key \"{}\" already set in map", duplicates.front().name),
                 duplicates.front().offset});
  }

  YamlDocument take() { return {builder_.take_root(), std::move(positions_), {}}; }
  std::size_t start() const { return start_; }
  const YamlMistake& mistake() const { return mistake_; }

 private:
  struct Anchored {
    // Nothing until what the anchor stands at has ended.
    std::optional<Builder::Part> part = {};
    // What it would be as a key.
    std::optional<Scalar> scalar = {};
  };

  bool fail(YamlMistake mistake) {
    mistake_ = std::move(mistake);
    return false;
  }

  bool apply(const YamlEvent& event) {
    if (!started_) start_ = event.offset;
    started_ = true;
    switch (event.kind) {
      case Kind::scalar:
        return add_scalar(event);
      case Kind::alias:
        return add_alias(event);
      case Kind::sequence_start:
      case Kind::mapping_start:
        return begin(event);
      case Kind::sequence_end:
      case Kind::mapping_end:
        end();
        return true;
      default:
        return true;
    }
  }

  bool begin(const YamlEvent& event) {
    if (builder_.needs_name()) return fail({"invalid map key", event.offset});
    // An anchor given again stands for the new value from here on.
    if (!event.anchor.empty()) anchors_[event.anchor] = {};
    open_anchors_.push_back(event.anchor);
    if (event.kind == Kind::sequence_start) {
      builder_.begin_array(event.offset);
    } else {
      builder_.begin_object(event.offset);
    }
    return true;
  }

  void end() {
    const Builder::Part part = builder_.end();
    if (!open_anchors_.back().empty()) anchors_[open_anchors_.back()].part = part;
    open_anchors_.pop_back();
  }

  bool add_scalar(const YamlEvent& event) {
    const auto scalar = read_scalar(event);
    if (!scalar) return fail({scalar.error(), event.offset});
    const Value value = json_value(*scalar);
    if (!event.anchor.empty()) anchors_[event.anchor] = {Builder::Part{value}, *scalar};
    if (builder_.needs_name()) return add_name(*scalar, event.offset);
    if (value.kind() == doc::Kind::number && !std::isfinite(value.as_double())) {
      const double number = value.as_double();
      const char* name = std::isnan(number) ? "NaN" : number < 0 ? "-Inf" : "+Inf";
      return fail({fmt::format("json: unsupported value: {}", name), event.offset});
    }
    builder_.add({value}, event.offset);
    return true;
  }

  bool add_alias(const YamlEvent& event) {
    const auto anchored = anchors_.find(event.anchor);
    if (anchored == anchors_.end()) {
      return fail({fmt::format("unknown anchor '{}' referenced", event.anchor), event.offset});
    }
    const auto& [part, scalar] = anchored->second;
    if (!part) {
      return fail({fmt::format("anchor '{}' value contains itself", event.anchor), event.offset});
    }
    if (builder_.needs_name()) {
      if (!scalar) return fail({"invalid map key", event.offset});
      return add_name(*scalar, event.offset);
    }
    builder_.add(*part, event.offset);
    return true;
  }

  bool add_name(const Scalar& scalar, std::size_t offset) {
    if (scalar.tag == ScalarTag::merge) {
      builder_.merge_name(offset);
      return true;
    }
    const std::optional<std::string> name = key_text(scalar);
    if (!name) {
      const char* type = scalar.tag == ScalarTag::null ? "null" : "uint64";
      return fail({fmt::format("unsupported map key of type: {}", type), offset});
    }
    builder_.name(Key{*name}, offset);
    return true;
  }

  YamlParser& parser_;
  SourceMap positions_;
  Builder builder_;
  bool started_ = false;
  std::size_t start_ = 0;
  std::map<std::string, Anchored> anchors_;
  // Of the collections that are open; empty for those without one.
  std::vector<std::string> open_anchors_;
  YamlMistake mistake_;
};

// Follows offsets through a text in their order, to tell their positions in one pass.
class PositionCounter {
 public:
  explicit PositionCounter(std::string_view text) : text_{text} {}

  Position at(std::size_t offset) {
    const Position step = position_at(text_.substr(offset_, offset - offset_), offset - offset_);
    offset_ = offset;
    position_ = {position_.line + step.line - 1,
                 step.line > 1 ? step.column : position_.column + step.column - 1};
    return position_;
  }

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  Position position_;
};

// The first character that YAML does not allow anywhere.
std::optional<YamlMistake> find_control_character(std::string_view text) {
  const auto is_allowed = [](char32_t c) {
    if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
    return c <= 0x7e || c == 0x85 || (c >= 0xa0 && c <= 0xfffd) || c >= 0x10000;
  };
  for (std::size_t offset = 0; offset < text.size();) {
    if (text[offset] >= 0x20 && text[offset] < 0x7f) {
      ++offset;
      continue;
    }
    const CodePoint next = decode_utf8(text, offset);
    if (!is_allowed(next.value)) return YamlMistake{"control characters are not allowed", offset};
    offset += next.size;
  }
  return std::nullopt;
}

std::expected<std::vector<YamlDocument>, YamlMistake> parse(
    const std::shared_ptr<const std::string>& text, const Limits& limits) {
  if (auto mistake = find_control_character(*text)) return std::unexpected{std::move(*mistake)};
  YamlParser parser{*text};
  PositionCounter positions{*text};
  std::vector<YamlDocument> documents;
  while (true) {
    const auto event = parser.next();
    if (!event) return std::unexpected{parser.mistake()};
    if (event->kind == Kind::stream_end) return documents;
    DocumentReader reader{parser, text, limits};
    if (!reader.read()) return std::unexpected{reader.mistake()};
    YamlDocument document = reader.take();
    if (document.value.is_null()) continue;
    if (static_cast<int>(documents.size()) == limits.max_documents) {
      return std::unexpected{YamlMistake{
          fmt::format("too many documents: more than {}", limits.max_documents), reader.start()}};
    }
    document.start = positions.at(reader.start());
    documents.push_back(std::move(document));
  }
}

// kubectl takes a text that starts with a brace for JSON first. Nothing if it is none.
std::optional<std::expected<std::vector<YamlDocument>, ParseError>> parse_as_json(
    std::string_view text, const Limits& limits) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == text.npos || text[start] != '{') return std::nullopt;
  auto document = parse_json_leniently(text, limits, Positions::record);
  if (!document) return std::nullopt;
  if (!document->duplicate_fields.empty()) {
    return std::unexpected{parse_json(text, limits).error()};
  }
  std::vector<YamlDocument> documents;
  const Position position = document->positions.value_position("");
  documents.push_back({std::move(document->value), std::move(document->positions), position});
  return documents;
}

}  // namespace

std::expected<std::vector<YamlDocument>, ParseError> parse_yaml(std::string_view text,
                                                                const Limits& limits) {
  if (static_cast<std::int64_t>(text.size()) > limits.max_bytes) {
    return std::unexpected{ParseError{
        fmt::format("document is too large: {} bytes, limit is {}", text.size(), limits.max_bytes),
        {}}};
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (auto documents = parse_as_json(text, limits)) return *std::move(documents);

  // As kubectl reads files: what is no UTF-8 turns into U+FFFD.
  const auto shared_text = std::make_shared<const std::string>(replace_invalid_utf8(text));
  auto documents = parse(shared_text, limits);
  if (documents) return *std::move(documents);
  const YamlMistake& mistake = documents.error();
  // What is missing at the end is missing after the last thing that is there.
  const std::size_t last = shared_text->find_last_not_of(" \t\r\n");
  const std::size_t offset = std::min(mistake.offset, last == std::string::npos ? 0 : last + 1);
  return std::unexpected{ParseError{mistake.message, position_at(*shared_text, offset)}};
}

std::string yaml_error_text(const ParseError& error) {
  return fmt::format("yaml: line {}: {}", error.position.line, error.message);
}

}  // namespace rockpool::doc
