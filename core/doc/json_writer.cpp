// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/doc/json.h"
#include "core/doc/number_text.h"
#include "core/doc/utf8.h"

namespace rockpool::doc {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

// True for the bytes that a JSON string cannot hold as they are, and for those that start a longer
// code point, which may be one to escape or no UTF-8 at all.
constexpr auto kNeedsCare = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) table[byte] = byte < 0x20 || byte >= 0x80;
  for (const char c : {'"', '\\', '<', '>', '&'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

// Gathers what is appended to a text: most parts are a few bytes, and putting each at the end of a
// string costs far more than they do.
class Output {
 public:
  explicit Output(std::string& text) : text_{text} {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { flush(); }

  void put(char c) {
    if (used_ == kRoom) flush();
    gathered_[used_++] = c;
  }
  void put(std::string_view part) {
    if (!has_room(part.size())) {
      text_ += part;
      return;
    }
    std::memcpy(gathered_.data() + used_, part.data(), part.size());
    used_ += part.size();
  }
  // Puts a text without characters to escape between quotes, then `after`.
  void put_quoted(std::string_view text, std::string_view after) {
    const std::size_t size = text.size() + 2 + after.size();
    if (!has_room(size)) {
      text_.append(1, '"').append(text).append(1, '"').append(after);
      return;
    }
    char* end = gathered_.data() + used_;
    *end++ = '"';
    std::memcpy(end, text.data(), text.size());
    end += text.size();
    *end++ = '"';
    for (const char c : after) *end++ = c;
    used_ += size;
  }
  void put(std::size_t count, char c) {
    for (; count > 0; --count) put(c);
  }
  // The text with everything in it.
  std::string& text() {
    flush();
    return text_;
  }

 private:
  static constexpr std::size_t kRoom = 1024;

  // Makes room for so many bytes, if there can be; otherwise all is in the text.
  bool has_room(std::size_t size) {
    if (size <= kRoom - used_) return true;
    flush();
    return size <= kRoom;
  }
  void flush() {
    text_.append(gathered_.data(), used_);
    used_ = 0;
  }

  std::string& text_;
  std::size_t used_ = 0;
  std::array<char, kRoom> gathered_;
};

void put_escaped(Output& out, unsigned char byte) {
  switch (byte) {
    case '"':
      return out.put("\\\"");
    case '\\':
      return out.put("\\\\");
    case '\b':
      return out.put("\\b");
    case '\f':
      return out.put("\\f");
    case '\n':
      return out.put("\\n");
    case '\r':
      return out.put("\\r");
    case '\t':
      return out.put("\\t");
    default:
      out.put("\\u00");
      out.put(kHexDigits[byte >> 4]);
      out.put(kHexDigits[byte & 15]);
  }
}

// Puts the code point at the offset and returns its size.
std::size_t put_code_point(Output& out, std::string_view text, std::size_t offset) {
  constexpr char32_t kLineSeparator = 0x2028;
  constexpr char32_t kParagraphSeparator = 0x2029;
  const CodePoint next = decode_utf8(text, offset);
  if (!next.valid) {
    out.put("\\ufffd");
  } else if (next.value == kLineSeparator || next.value == kParagraphSeparator) {
    out.put(next.value == kLineSeparator ? "\\u2028" : "\\u2029");
  } else {
    out.put(text.substr(offset, next.size));
  }
  return next.size;
}

void put_integer(Output& out, std::int64_t number) {
  std::array<char, 24> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.put({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
}

void put_quoted_with_care(Output& out, std::string_view text) {
  out.put('"');
  std::size_t plain = 0;
  std::size_t offset = 0;
  while (offset < text.size()) {
    const auto byte = static_cast<unsigned char>(text[offset]);
    if (!kNeedsCare[byte]) {
      ++offset;
      continue;
    }
    out.put(text.substr(plain, offset - plain));
    if (byte >= 0x80) {
      offset += put_code_point(out, text, offset);
    } else {
      put_escaped(out, byte);
      ++offset;
    }
    plain = offset;
  }
  out.put(text.substr(plain));
  out.put('"');
}

void put_quoted(Output& out, std::string_view text) {
  const auto needs_care = [](char c) { return kNeedsCare[static_cast<unsigned char>(c)]; };
  if (std::ranges::any_of(text, needs_care)) return put_quoted_with_care(out, text);
  out.put_quoted(text, {});
}

void put_key(Output& out, const Key& key, std::string_view colon) {
  // No known name holds a character to escape.
  if (key.is_known()) {
    out.put_quoted(key.text(), colon);
  } else {
    put_quoted(out, key.text());
    out.put(colon);
  }
}

void put_scalar(Output& out, const Value& value) {
  switch (value.kind()) {
    case Kind::boolean:
      return out.put(value.as_bool() ? "true" : "false");
    case Kind::integer:
      return put_integer(out, value.as_int());
    case Kind::number:
      return append_json_number(out.text(), value.as_double());
    case Kind::string:
      return put_quoted(out, value.as_string());
    default:
      return out.put("null");
  }
}

void put_value(Output& out, const Value& value) {
  char separator = 0;
  if (value.is_object()) {
    separator = '{';
    for (const Member& member : value.members()) {
      out.put(separator);
      put_key(out, member.key, ":");
      put_value(out, member.value);
      separator = ',';
    }
    out.put(separator == '{' ? "{}" : "}");
  } else if (value.is_array()) {
    separator = '[';
    for (const Value& item : value.items()) {
      out.put(separator);
      put_value(out, item);
      separator = ',';
    }
    out.put(separator == '[' ? "[]" : "]");
  } else {
    put_scalar(out, value);
  }
}

class PrettyWriter {
 public:
  PrettyWriter(std::string& out, int indent) : out_{out}, indent_{indent} {}

  void write(const Value& value) {
    if (value.size() == 0 && (value.is_array() || value.is_object())) {
      out_.put(value.is_array() ? "[]" : "{}");
    } else if (value.is_array()) {
      open('[');
      for (const Value& item : value.items()) {
        next();
        write(item);
      }
      close(']');
    } else if (value.is_object()) {
      open('{');
      for (const Member& member : value.members()) {
        next();
        put_key(out_, member.key, ": ");
        write(member.value);
      }
      close('}');
    } else {
      put_scalar(out_, value);
    }
  }

 private:
  void open(char bracket) {
    out_.put(bracket);
    ++depth_;
    first_ = true;
  }
  void next() {
    if (!first_) out_.put(',');
    first_ = false;
    new_line();
  }
  void close(char bracket) {
    --depth_;
    first_ = false;
    new_line();
    out_.put(bracket);
  }
  void new_line() {
    out_.put('\n');
    out_.put(static_cast<std::size_t>(depth_ * indent_), ' ');
  }

  Output out_;
  int indent_;
  int depth_ = 0;
  bool first_ = true;
};

}  // namespace

std::string to_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

std::string to_json_pretty(const Value& value, int indent) {
  std::string out;
  PrettyWriter{out, indent}.write(value);
  return out;
}

void append_json(std::string& out, const Value& value) {
  Output output{out};
  put_value(output, value);
}

void append_json_string(std::string& out, std::string_view text) {
  Output output{out};
  put_quoted(output, text);
}

void append_json_number(std::string& out, double number) {
  constexpr double kSmallestFixed = 1e-6;
  constexpr double kFirstScientific = 1e21;
  const Decimal decimal = shortest_decimal(number);
  const double size = number < 0 ? -number : number;
  if (size != 0 && (size < kSmallestFixed || size >= kFirstScientific)) {
    append_scientific(out, decimal, 1);
  } else {
    append_fixed(out, decimal);
  }
}

}  // namespace rockpool::doc
