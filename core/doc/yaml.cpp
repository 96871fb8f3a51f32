// SPDX-License-Identifier: Apache-2.0
#include "core/doc/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <cmath>
#include <istream>
#include <memory>
#include <optional>
#include <streambuf>
#include <utility>

#include "core/doc/base64.h"
#include "core/doc/builder.h"
#include "core/doc/json.h"
#include "core/doc/utf8.h"
#include "core/doc/yaml_mistake.h"
#include "core/doc/yaml_scalar.h"

namespace rockpool::doc {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

// yaml-cpp reads from a stream; this one reads the text where it is.
class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    // A streambuf's area for reading is made of char*, but nothing writes there.
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

// Thrown by the handler, through yaml-cpp, to parse_yaml.
struct Refusal {
  YamlMistake mistake;
};

[[noreturn]] void refuse(std::string message, std::size_t offset) {
  throw Refusal{{std::move(message), offset}};
}

// yaml-cpp counts columns in bytes.
Position position_of(std::string_view text, const YAML::Mark& mark) {
  const auto column = static_cast<std::size_t>(mark.column);
  const std::string_view before = text.substr(static_cast<std::size_t>(mark.pos) - column, column);
  return {mark.line + 1, position_at(before, before.size()).column};
}

std::size_t offset_of(const YAML::Mark& mark) {
  return static_cast<std::size_t>(mark.pos);
}

// Builds one document from yaml-cpp's events.
class YamlHandler : public YAML::EventHandler {
 public:
  YamlHandler(std::string_view text, bool has_tabs, const Limits& limits, SourceMap positions)
      : text_{text},
        has_tabs_{has_tabs},
        positions_{std::move(positions)},
        builder_{limits, &positions_} {}

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = offset_of(mark); }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_absence(offset_of(mark));
    add_scalar({ScalarTag::null, {}}, mark, anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    add_scalar(read_scalar(tag, text, offset_of(mark)), mark, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_indentation(mark);
    const std::size_t offset = offset_of(mark);
    const Anchored& anchored = anchors_[anchor - 1];
    if (!anchored.part) {
      refuse(fmt::format("anchor '{}' value contains itself", anchored.name), offset);
    }
    if (builder_.needs_name()) {
      if (!anchored.scalar) refuse("invalid map key", offset);
      add_name(*anchored.scalar, offset);
    } else {
      builder_.add(*anchored.part, offset);
    }
    check_limits();
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    begin(mark, anchor, style);
    builder_.begin_array(offset_of(mark));
    check_limits();
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    begin(mark, anchor, style);
    builder_.begin_object(offset_of(mark));
    check_limits();
  }
  void OnMapEnd() override { end(); }

  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    if (!is_anchor_name(name)) {
      refuse("did not find expected alphabetic or numeric character", offset_of(mark));
    }
    anchors_.push_back({.name = name, .part = {}, .scalar = {}});
  }

  // Where the document starts, by its `---` if it has one.
  std::size_t start() const { return start_; }
  // Where its first value is.
  Position root_position() const { return position_of(text_, root_mark_); }

  // Throws a Refusal for an open quote and for a key given twice.
  YamlDocument take_document() {
    check_last_quote();
    const auto duplicates = builder_.take_duplicates();
    if (!duplicates.empty()) {
      refuse(fmt::format("key \"{}\" already set in map", duplicates.front().name),
             duplicates.front().offset);
    }
    return {builder_.take_root(), std::move(positions_), {}};
  }

 private:
  struct Anchored {
    std::string name;
    // Nothing until what it stands for has ended.
    std::optional<Builder::Part> part;
    // What it would be as a key.
    std::optional<Scalar> scalar;
  };
  struct Open {
    YAML::anchor_t anchor;
    bool flow;
  };

  void begin(const YAML::Mark& mark, YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
    check_indentation(mark);
    if (!builder_.is_open()) root_mark_ = mark;
    if (builder_.needs_name()) refuse("invalid map key", offset_of(mark));
    const bool in_flow = !open_.empty() && open_.back().flow;
    open_.push_back({anchor, in_flow || style == YAML::EmitterStyle::Flow});
    name_offset_ = kNoOffset;
  }

  void end() {
    const Builder::Part part = builder_.end();
    check_limits();
    if (const YAML::anchor_t anchor = open_.back().anchor; anchor != 0) {
      anchors_[anchor - 1].part = part;
    }
    open_.pop_back();
  }

  void add_scalar(const Scalar& scalar, const YAML::Mark& mark, YAML::anchor_t anchor) {
    check_indentation(mark);
    const std::size_t offset = offset_of(mark);
    if (!builder_.is_open()) root_mark_ = mark;
    if (anchor != 0) {
      anchors_[anchor - 1].part = Builder::Part{json_value(scalar)};
      anchors_[anchor - 1].scalar = scalar;
    }
    last_scalar_ = offset;
    if (builder_.needs_name()) return add_name(scalar, offset);
    if (scalar.value.kind() == Kind::number && !std::isfinite(scalar.value.as_double())) {
      const double number = scalar.value.as_double();
      const char* name = std::isnan(number) ? "NaN" : number < 0 ? "-Inf" : "+Inf";
      refuse(fmt::format("json: unsupported value: {}", name), offset);
    }
    builder_.add({json_value(scalar)}, offset);
    check_limits();
  }

  void add_name(const Scalar& scalar, std::size_t offset) {
    name_offset_ = offset;
    if (scalar.tag == ScalarTag::merge) return builder_.merge_name(offset);
    const std::optional<std::string> name = key_text(scalar);
    if (!name) {
      refuse(scalar.tag == ScalarTag::null ? "unsupported map key of type: null"
                                           : "unsupported map key of type: uint64",
             offset);
    }
    builder_.name(Key{*name}, offset);
  }

  // yaml-cpp's tag is "?" for plain scalars, "!" for quoted ones, or one written in the text.
  static Scalar read_scalar(std::string_view tag, const std::string& text, std::size_t offset) {
    if (tag == "?") return resolve_scalar(text);
    const Scalar string{ScalarTag::string, restore_escapes(text)};
    // A handle that no directive explains stays in front of its tag.
    const bool has_handle = tag.starts_with('!') && tag.find('!', 1) != tag.npos;
    if (has_handle) refuse("found undefined tag handle", offset);
    if (!tag.starts_with(kTagPrefix)) return string;
    tag.remove_prefix(kTagPrefix.size());
    if (tag == "binary") {
      auto bytes = decode_base64(text);
      if (!bytes) refuse("!!binary value contains invalid base64 data", offset);
      return {ScalarTag::string, replace_invalid_utf8(*bytes)};
    }
    const auto is = [&](ScalarTag other) { return tag == tag_name(other).substr(2); };
    const bool resolvable = is(ScalarTag::null) || is(ScalarTag::boolean) ||
                            is(ScalarTag::integer) || is(ScalarTag::number) ||
                            is(ScalarTag::timestamp) || is(ScalarTag::merge);
    if (!resolvable) return string;
    const Scalar resolved = resolve_scalar(text);
    if (is(resolved.tag)) return resolved;
    if (is(ScalarTag::number) && resolved.tag == ScalarTag::integer) return resolved;
    refuse(fmt::format("cannot decode {} `{}` as a !!{}", tag_name(resolved.tag), text, tag),
           offset);
  }

  // yaml-cpp writes U+0085 and U+00A0, when escaped, as single bytes. No others are broken here.
  static std::string restore_escapes(std::string_view text) {
    std::string result;
    for (std::size_t bad = find_invalid_utf8(text); bad != text.npos;
         bad = find_invalid_utf8(text)) {
      result += text.substr(0, bad);
      append_utf8(result, static_cast<unsigned char>(text[bad]));
      text.remove_prefix(bad + 1);
    }
    result += text;
    return result;
  }

  // yaml-cpp reads nothing at all as null in places where go-yaml wants to see something.
  void check_absence(std::size_t offset) const {
    if (open_.empty()) return;
    const bool needs_name = builder_.needs_name();
    const char next = offset < text_.size() ? text_[offset] : '\0';
    if (open_.back().flow) {
      const bool needs_content = needs_name || !builder_.in_object();
      const bool misses_content = next == ',' || (needs_name && next == ':');
      if (needs_content && misses_content) refuse("did not find expected node content", offset);
    } else if (needs_name) {
      if (next == ':') refuse("did not find expected key", offset);
    } else if (builder_.in_object() && offset == name_offset_) {
      // A value that stands where its name does is one that a missing colon could not announce.
      refuse("could not find expected ':'", offset);
    }
  }

  // yaml-cpp ends a quoted scalar at the end of the text if that is the end of a line.
  void check_last_quote() const {
    std::size_t at = last_scalar_;
    while (at < text_.size() && (text_[at] == '!' || text_[at] == '&')) {
      at = text_.find_first_not_of(" \t\r\n", text_.find_first_of(" \t\r\n", at));
    }
    if (at >= text_.size() || (text_[at] != '"' && text_[at] != '\'')) return;
    const char quote = text_[at++];
    while (at < text_.size()) {
      const bool escaped = quote == '"' ? text_[at] == '\\' : text_.substr(at).starts_with("''");
      if (!escaped && text_[at] == quote) return;
      at += escaped ? 2 : 1;
    }
    refuse("found unexpected end of stream", last_scalar_);
  }

  // yaml-cpp lets a tab indent what cannot be a key, which is an error to go-yaml.
  void check_indentation(const YAML::Mark& mark) const {
    const bool in_flow = !open_.empty() && open_.back().flow;
    if (!has_tabs_ || in_flow) return;
    if (auto mistake = find_indenting_tab(text_, offset_of(mark))) throw Refusal{*mistake};
  }

  void check_limits() const {
    if (builder_.refusal()) refuse(*builder_.refusal(), builder_.refusal_offset());
  }

  static constexpr std::size_t kNoOffset = std::string_view::npos;

  std::string_view text_;
  bool has_tabs_;
  SourceMap positions_;
  Builder builder_;
  std::size_t start_ = 0;
  YAML::Mark root_mark_;
  // Of the innermost object's last name and of the last scalar.
  std::size_t name_offset_ = kNoOffset;
  std::size_t last_scalar_ = kNoOffset;
  std::vector<Anchored> anchors_;
  std::vector<Open> open_;
};

// yaml-cpp takes whatever follows a finished document, or a directive, for the next one. Only `---`
// starts one, or anything at the beginning or after `...`.
void check_separation(std::string_view text, std::size_t start, bool is_first) {
  if (text.substr(start).starts_with("---")) return;
  std::string_view before = text.substr(0, start);
  while (!before.empty()) {
    const std::size_t line_start = before.rfind('\n', before.size() - 1) + 1;
    const std::string_view line = before.substr(line_start);
    if (line.starts_with("...")) return;
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first != line.npos && line[first] != '#') {
      refuse("did not find expected <document start>", start);
    }
    before = text.substr(0, line_start == 0 ? 0 : line_start - 1);
  }
  if (!is_first) refuse("did not find expected <document start>", start);
}

// Throws Refusals and yaml-cpp's exceptions.
std::vector<YamlDocument> parse(const std::shared_ptr<const std::string>& shared_text,
                                const Limits& limits) {
  const std::string_view text = *shared_text;
  TextBuffer buffer{text};
  std::istream stream{&buffer};
  YAML::Parser parser{stream};
  std::vector<YamlDocument> documents;
  const bool has_tabs = text.find('\t') != text.npos;
  bool first = true;
  std::size_t last_start = 0;
  while (true) {
    YamlHandler handler{text, has_tabs, limits, SourceMap{shared_text}};
    if (!parser.HandleNextDocument(handler)) return documents;
    // yaml-cpp reads a document of nothing in front of what it does not understand, for ever.
    if (!first && handler.start() <= last_start) {
      refuse("did not find expected node content", last_start);
    }
    check_separation(text, handler.start(), first);
    first = false;
    last_start = handler.start();
    YamlDocument document = handler.take_document();
    if (document.value.is_null()) continue;
    if (static_cast<int>(documents.size()) == limits.max_documents) {
      refuse(fmt::format("too many documents: more than {}", limits.max_documents),
             handler.start());
    }
    document.start = handler.root_position();
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
  std::optional<YamlMistake> mistake = find_control_character(*shared_text);
  if (!mistake) {
    try {
      return parse(shared_text, limits);
    } catch (const Refusal& refusal) {
      mistake = refusal.mistake;
    } catch (const YAML::ParserException& error) {
      const std::size_t offset = error.mark.is_null() ? text.size() : offset_of(error.mark);
      mistake = translate_mistake(*shared_text, error.msg, offset);
    } catch (const std::exception& error) {
      mistake = YamlMistake{error.what(), text.size()};
    }
  }
  return std::unexpected{ParseError{mistake->message, position_at(*shared_text, mistake->offset)}};
}

std::string yaml_error_text(const ParseError& error) {
  return fmt::format("yaml: line {}: {}", error.position.line, error.message);
}

}  // namespace rockpool::doc
