// SPDX-License-Identifier: Apache-2.0
#include "core/doc/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/doc/builder.h"
#include "core/doc/json_mistake.h"
#include "core/doc/utf8.h"

namespace rockpool::doc {
namespace {

// Hands the text to the parser and tells how far it has read. The parser takes a zero byte for the
// end of the text, so it is shown another byte that is as wrong everywhere.
class TextIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  TextIterator(const char* at, const char** reached) : at_{at}, reached_{reached} {}
  char operator*() const { return *at_ != '\0' ? *at_ : '\x01'; }
  TextIterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  bool operator==(const TextIterator& other) const { return at_ == other.at_; }
  bool operator!=(const TextIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

// Receives the parser's events. The parser does not say where a token starts: it is the first
// character after the token before that is neither space nor punctuation between values.
class JsonHandler {
 public:
  using binary_t = nlohmann::json::binary_t;

  JsonHandler(std::string_view text, const Limits& limits, SourceMap* positions)
      : text_{text}, reached_{text.data()}, builder_{limits, positions} {}

  bool null() { return scalar({}); }
  bool boolean(bool value) { return scalar(value); }
  bool number_integer(std::int64_t value) { return number(value); }
  bool number_unsigned(std::uint64_t value) {
    constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
    return value <= kLargest ? number(value) : number(static_cast<double>(value));
  }
  bool number_float(double value, const std::string&) { return number(value); }
  bool string(const std::string& value) { return scalar(std::string_view{value}); }
  bool binary(const binary_t&) { return false; }

  bool start_object(std::size_t) {
    builder_.begin_object(next_token());
    after_ = JsonContext::After::start;
    return !builder_.refusal();
  }
  bool start_array(std::size_t) {
    builder_.begin_array(next_token());
    after_ = JsonContext::After::start;
    return !builder_.refusal();
  }
  bool key(const std::string& name) {
    builder_.name(Key{name}, next_token());
    after_ = JsonContext::After::key;
    return true;
  }
  bool end_object() { return end(); }
  bool end_array() { return end(); }

  bool parse_error(std::size_t, const std::string& token,
                   const nlohmann::detail::exception& error) {
    constexpr int kNumberOverflow = 406;
    if (error.id == kNumberOverflow) {
      mistake_ = {
          fmt::format("json: cannot unmarshal number {} into Go value of type float64", token),
          next_token()};
      return false;
    }
    using Inside = JsonContext::Inside;
    const Inside inside = !builder_.is_open()    ? Inside::nothing
                          : builder_.in_object() ? Inside::object
                                                 : Inside::array;
    mistake_ = find_json_mistake(text_, {inside, after_, token_end_});
    return false;
  }

  TextIterator begin() { return {text_.data(), &reached_}; }
  TextIterator end_of_text() { return {text_.data() + text_.size(), &reached_}; }
  Builder& builder() { return builder_; }

  ParseError error() const {
    const JsonMistake mistake =
        builder_.refusal() ? JsonMistake{*builder_.refusal(), builder_.refusal_offset()} : mistake_;
    return {mistake.message, position_at(text_, mistake.offset)};
  }

 private:
  static bool is_between(char c) {
    return c == ',' || c == ':' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  // The offset of the token that the parser has just read, which also becomes the last one.
  std::size_t next_token() {
    while (token_end_ < text_.size() && is_between(text_[token_end_])) ++token_end_;
    const std::size_t start = token_end_;
    token_end_ = static_cast<std::size_t>(reached_ - text_.data());
    return start;
  }

  bool scalar(Value value) {
    builder_.add({std::move(value)}, next_token());
    after_ = JsonContext::After::value;
    return !builder_.refusal();
  }

  // To find a number's end, the parser has read one character more, if there was one.
  bool number(Value value) {
    const std::size_t start = next_token();
    token_end_ = end_of_number(start);
    builder_.add({std::move(value)}, start);
    after_ = JsonContext::After::value;
    return !builder_.refusal();
  }

  std::size_t end_of_number(std::size_t start) const {
    constexpr std::string_view kDigits = "0123456789+-.eE";
    const std::size_t first = start + (text_[start] == '-' ? 1 : 0);
    const std::size_t end = std::min(text_.find_first_not_of(kDigits, first), text_.size());
    // A number that starts with 0 ends there if another digit follows.
    const bool stray_zero = text_[first] == '0' && first + 1 < end && text_[first + 1] >= '0' &&
                            text_[first + 1] <= '9';
    return stray_zero ? first + 1 : end;
  }

  bool end() {
    builder_.end();
    next_token();
    after_ = JsonContext::After::value;
    return true;
  }

  std::string_view text_;
  const char* reached_;
  std::size_t token_end_ = 0;
  JsonContext::After after_ = JsonContext::After::nothing;
  Builder builder_;
  JsonMistake mistake_;
};

bool is_surrogate_escape(std::string_view text, std::size_t backslash, char first, char last) {
  if (backslash + 6 > text.size()) return false;
  const auto lower = [&](std::size_t at) { return static_cast<char>(text[backslash + at] | 0x20); };
  return text[backslash + 1] == 'u' && lower(2) == 'd' && lower(3) >= first && lower(3) <= last;
}

// Replaces each \ud800 to \udfff that is no half of a pair by U+FFFD, as Go reads it. Nothing
// moves.
void replace_lone_surrogates(std::string& text) {
  for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const bool high =
        is_surrogate_escape(text, at, '8', '9') || is_surrogate_escape(text, at, 'a', 'b');
    const bool low = is_surrogate_escape(text, at, 'c', 'f');
    if (high && is_surrogate_escape(text, at + 6, 'c', 'f')) {
      at += 12;
    } else if (high || low) {
      text.replace(at, 6, "\\ufffd");
      at += 6;
    } else {
      at += 2;
    }
  }
}

// The text as the parser can take it, or nothing if it can take it as it is.
std::optional<std::string> repaired(std::string_view text) {
  const bool broken = find_invalid_utf8(text) != text.npos;
  const bool surrogates = text.find("\\ud") != text.npos || text.find("\\uD") != text.npos;
  if (!broken && !surrogates) return std::nullopt;
  std::string result = broken ? replace_invalid_utf8(text) : std::string{text};
  if (surrogates) replace_lone_surrogates(result);
  return result;
}

struct Read {
  Value value;
  std::vector<Builder::Duplicate> duplicates;
};

std::expected<Read, ParseError> read(std::string_view text, const Limits& limits,
                                     SourceMap* positions) {
  JsonHandler handler{text, limits, positions};
  if (!nlohmann::json::sax_parse(handler.begin(), handler.end_of_text(), &handler)) {
    return std::unexpected{handler.error()};
  }
  return Read{handler.builder().take_root(), handler.builder().take_duplicates()};
}

std::optional<ParseError> check_size(std::string_view text, const Limits& limits) {
  if (static_cast<std::int64_t>(text.size()) <= limits.max_bytes) return std::nullopt;
  return ParseError{
      fmt::format("document is too large: {} bytes, limit is {}", text.size(), limits.max_bytes),
      {}};
}

std::string duplicate_message(const Builder::Duplicate& duplicate) {
  return fmt::format("duplicate field \"{}\"", duplicate.path);
}

}  // namespace

std::expected<Value, ParseError> parse_json(std::string_view text, const Limits& limits) {
  if (auto error = check_size(text, limits)) return std::unexpected{std::move(*error)};
  const std::optional<std::string> repaired_text = repaired(text);
  if (repaired_text) text = *repaired_text;
  auto result = read(text, limits, nullptr);
  if (!result) return std::unexpected{std::move(result.error())};
  if (!result->duplicates.empty()) {
    const Builder::Duplicate& first = result->duplicates.front();
    return std::unexpected{ParseError{duplicate_message(first), position_at(text, first.offset)}};
  }
  return std::move(result->value);
}

std::expected<JsonDocument, ParseError> parse_json_leniently(std::string_view text,
                                                             const Limits& limits,
                                                             Positions positions) {
  if (auto error = check_size(text, limits)) return std::unexpected{std::move(*error)};
  const std::optional<std::string> repaired_text = repaired(text);
  if (repaired_text) text = *repaired_text;
  JsonDocument document;
  if (positions == Positions::record) {
    document.positions = SourceMap{std::make_shared<const std::string>(text)};
  }
  auto result = read(text, limits, positions == Positions::record ? &document.positions : nullptr);
  if (!result) return std::unexpected{std::move(result.error())};
  document.value = std::move(result->value);
  for (Builder::Duplicate& duplicate : result->duplicates) {
    if (document.duplicate_fields.size() == kMaxDuplicateFields) break;
    if (std::ranges::find(document.duplicate_fields, duplicate.path) ==
        document.duplicate_fields.end()) {
      document.duplicate_fields.push_back(std::move(duplicate.path));
    }
  }
  return document;
}

}  // namespace rockpool::doc
