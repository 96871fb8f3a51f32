// SPDX-License-Identifier: Apache-2.0
#include "core/doc/json_reader.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "core/doc/utf8.h"

namespace rockpool::doc {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_high_surrogate(char32_t unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low_surrogate(char32_t unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

// As Go quotes the byte, which it takes for a code point.
std::string quote(char c) {
  switch (c) {
    case '\'':
      return R"('\'')";
    case '"':
      return R"('"')";
    case '\\':
      return R"('\\')";
    case '\a':
      return R"('\a')";
    case '\b':
      return R"('\b')";
    case '\f':
      return R"('\f')";
    case '\n':
      return R"('\n')";
    case '\r':
      return R"('\r')";
    case '\t':
      return R"('\t')";
    case '\v':
      return R"('\v')";
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte == 0x7f) return fmt::format("'\\x{:02x}'", byte);
  // Go prints code points without a shape by their number: C1 controls, no-break space, soft
  // hyphen.
  if ((byte >= 0x80 && byte <= 0xa0) || byte == 0xad) return fmt::format("'\\u{:04x}'", byte);
  std::string quoted = "'";
  append_utf8(quoted, byte);
  quoted += '\'';
  return quoted;
}

// True if none of eight bytes is a control character, a quote, a backslash or beyond ASCII. May
// also be false for others.
bool are_ordinary(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  constexpr std::uint64_t kHighBits = 0x8080808080808080u;
  const auto has_zero = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighBits; };
  const std::uint64_t controls = (bytes - kOnes * 0x20) & ~bytes & kHighBits;
  return (controls | has_zero(bytes ^ (kOnes * '"')) | has_zero(bytes ^ (kOnes * '\\')) |
          (bytes & kHighBits)) == 0;
}

}  // namespace

bool JsonReader::read() {
  while (true) {
    bool is_complete = false;
    if (!read_value(is_complete) || builder_.refusal()) return false;
    if (!is_complete) continue;
    bool is_done = false;
    if (!read_separator(is_done)) return false;
    if (is_done) return true;
  }
}

void JsonReader::skip_spaces() {
  while (at() == ' ' || at() == '\n' || at() == '\t' || at() == '\r') ++offset_;
}

// Reads a scalar, or the beginning of an array or object, which is complete only if it is empty.
bool JsonReader::read_value(bool& is_complete) {
  skip_spaces();
  is_complete = true;
  switch (at()) {
    case '{':
      return begin_object(is_complete);
    case '[':
      return begin_array(is_complete);
    case '"': {
      const std::size_t start = offset_;
      std::string_view text;
      if (!read_string(text)) return false;
      builder_.add({text}, start);
      return true;
    }
    case 't':
      return read_literal("true", true);
    case 'f':
      return read_literal("false", false);
    case 'n':
      return read_literal("null", nullptr);
    default:
      break;
  }
  if (at() == '-' || is_digit(at())) return read_number();
  return is_end() ? fail_at_end() : fail("looking for beginning of value");
}

bool JsonReader::begin_array(bool& is_complete) {
  builder_.begin_array(offset_);
  ++offset_;
  skip_spaces();
  is_complete = at() == ']';
  if (!is_complete) return true;
  ++offset_;
  builder_.end();
  return true;
}

bool JsonReader::begin_object(bool& is_complete) {
  builder_.begin_object(offset_);
  ++offset_;
  skip_spaces();
  is_complete = at() == '}';
  if (!is_complete) return builder_.refusal() ? true : read_name();
  ++offset_;
  builder_.end();
  return true;
}

bool JsonReader::read_name() {
  skip_spaces();
  if (is_end()) return fail_at_end();
  if (at() != '"') return fail("looking for beginning of object key string");
  const std::size_t start = offset_;
  std::string_view text;
  if (!read_string(text)) return false;
  builder_.name(Key{text}, start);
  skip_spaces();
  if (is_end()) return fail_at_end();
  if (at() != ':') return fail("after object key");
  ++offset_;
  return true;
}

bool JsonReader::read_separator(bool& is_done) {
  while (builder_.is_open()) {
    skip_spaces();
    const bool in_object = builder_.in_object();
    if (at() == ',') {
      ++offset_;
      return in_object ? read_name() : true;
    }
    if (is_end()) return fail_at_end();
    if (at() != (in_object ? '}' : ']')) {
      return fail(in_object ? "after object key:value pair" : "after array element");
    }
    ++offset_;
    builder_.end();
  }
  skip_spaces();
  is_done = is_end();
  return is_done || fail("after top-level value");
}

bool JsonReader::read_literal(std::string_view word, const Value& value) {
  const std::size_t start = offset_;
  for (const char expected : word) {
    if (is_end()) return fail_at_end();
    if (at() != expected)
      return fail(fmt::format("in literal {} (expecting '{}')", word, expected));
    ++offset_;
  }
  builder_.add({value}, start);
  return true;
}

bool JsonReader::read_number() {
  const std::size_t start = offset_;
  bool is_integer = true;
  if (at() == '-') ++offset_;
  if (at() == '0') {
    // Another digit would not be part of the number.
    ++offset_;
  } else if (!read_digits("in numeric literal")) {
    return false;
  }
  if (at() == '.') {
    is_integer = false;
    ++offset_;
    if (!read_digits("after decimal point in numeric literal")) return false;
  }
  if (at() == 'e' || at() == 'E') {
    is_integer = false;
    ++offset_;
    if (at() == '+' || at() == '-') ++offset_;
    if (!read_digits("in exponent of numeric literal")) return false;
  }
  const std::string_view text = text_.substr(start, offset_ - start);
  const Value value = number_value(text, is_integer);
  if (std::isinf(value.as_double())) {
    message_ = fmt::format("json: cannot unmarshal number {} into Go value of type float64", text);
    offset_ = start;
    return false;
  }
  builder_.add({value}, start);
  return true;
}

bool JsonReader::read_digits(std::string_view where) {
  if (is_end()) return fail_at_end();
  if (!is_digit(at())) return fail(where);
  while (is_digit(at())) ++offset_;
  return true;
}

Value JsonReader::number_value(std::string_view text, bool is_integer) const {
  std::int64_t integer = 0;
  if (is_integer &&
      std::from_chars(text.data(), text.data() + text.size(), integer).ec == std::errc{}) {
    return integer;
  }
  return std::strtod(std::string{text}.c_str(), nullptr);
}

// The text is the reader's own if it cannot be shown where it is.
bool JsonReader::read_string(std::string_view& text) {
  ++offset_;
  std::size_t plain = offset_;
  bool is_verbatim = true;
  unescaped_.clear();
  const auto keep_plain = [&] {
    unescaped_ += text_.substr(plain, offset_ - plain);
    is_verbatim = false;
  };
  while (true) {
    skip_ordinary();
    if (is_end()) return fail_at_end();
    const char c = text_[offset_];
    if (c == '"') break;
    if (c == '\\') {
      keep_plain();
      if (!read_escape()) return false;
      plain = offset_;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return fail("in string literal");
    } else if (const CodePoint next = decode_utf8(text_, offset_); next.valid) {
      offset_ += next.size;
    } else {
      keep_plain();
      unescaped_ += kReplacementCharacter;
      plain = ++offset_;
    }
  }
  if (is_verbatim) {
    text = text_.substr(plain, offset_ - plain);
  } else {
    keep_plain();
    text = unescaped_;
  }
  ++offset_;
  return true;
}

void JsonReader::skip_ordinary() {
  while (offset_ + sizeof(std::uint64_t) <= text_.size()) {
    std::uint64_t bytes;
    std::memcpy(&bytes, text_.data() + offset_, sizeof bytes);
    if (!are_ordinary(bytes)) break;
    offset_ += sizeof bytes;
  }
  while (!is_end()) {
    const auto byte = static_cast<unsigned char>(text_[offset_]);
    if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\') return;
    ++offset_;
  }
}

bool JsonReader::read_escape() {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kCharacters = "\"\\/\b\f\n\r\t";
  ++offset_;
  if (is_end()) return fail_at_end();
  if (const auto found = kNames.find(at()); found != kNames.npos) {
    unescaped_ += kCharacters[found];
    ++offset_;
    return true;
  }
  if (at() != 'u') return fail("in string escape code");
  char32_t unit = 0;
  if (!read_code_unit(unit)) return false;
  // Half a pair stands for nothing; what follows it stands for itself.
  if (is_high_surrogate(unit) && text_.substr(offset_).starts_with("\\u")) {
    const std::size_t second = offset_;
    char32_t low = 0;
    ++offset_;
    if (!read_code_unit(low)) return false;
    if (is_low_surrogate(low)) {
      append_utf8(unescaped_, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
      return true;
    }
    offset_ = second;
  }
  if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
    unescaped_ += kReplacementCharacter;
  } else {
    append_utf8(unescaped_, unit);
  }
  return true;
}

// Reads a "u" and four digits.
bool JsonReader::read_code_unit(char32_t& unit) {
  constexpr int kDigits = 4;
  ++offset_;
  for (int count = 0; count < kDigits; ++count, ++offset_) {
    if (is_end()) return fail_at_end();
    const int digit = hex_digit(at());
    if (digit < 0) return fail("in \\u hexadecimal character escape");
    unit = unit << 4 | static_cast<char32_t>(digit);
  }
  return true;
}

bool JsonReader::fail(std::string_view where) {
  message_ = fmt::format("invalid character {} {}", quote(text_[offset_]), where);
  return false;
}

bool JsonReader::fail_at_end() {
  message_ = "unexpected end of JSON input";
  offset_ = text_.size();
  return false;
}

}  // namespace rockpool::doc
