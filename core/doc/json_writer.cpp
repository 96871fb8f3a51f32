// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

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

void append_escaped(std::string& out, unsigned char byte) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHexDigits[byte >> 4];
      out += kHexDigits[byte & 15];
  }
}

// Appends the code point at the offset and returns its size.
std::size_t append_code_point(std::string& out, std::string_view text, std::size_t offset) {
  constexpr char32_t kLineSeparator = 0x2028;
  constexpr char32_t kParagraphSeparator = 0x2029;
  const CodePoint next = decode_utf8(text, offset);
  if (!next.valid) {
    out += "\\ufffd";
  } else if (next.value == kLineSeparator || next.value == kParagraphSeparator) {
    out += next.value == kLineSeparator ? "\\u2028" : "\\u2029";
  } else {
    out += text.substr(offset, next.size);
  }
  return next.size;
}

void append_integer(std::string& out, std::int64_t number) {
  std::array<char, 24> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
}

// Appends a text without characters to escape between quotes, then `after`, at once if it is short:
// most are, and each append costs more than the few bytes it copies.
void append_quoted(std::string& out, std::string_view text, std::string_view after) {
  constexpr std::size_t kShort = 64;
  if (text.size() + after.size() + 2 > kShort) {
    out += '"';
    out += text;
    out += '"';
    out += after;
    return;
  }
  std::array<char, kShort> buffer;
  char* end = buffer.data();
  *end++ = '"';
  end = std::ranges::copy(text, end).out;
  *end++ = '"';
  end = std::ranges::copy(after, end).out;
  out.append(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
}

void append_key(std::string& out, const Key& key, std::string_view colon) {
  // No known name holds a character to escape.
  if (key.is_known()) {
    append_quoted(out, key.text(), colon);
  } else {
    append_json_string(out, key.text());
    out += colon;
  }
}

void append_scalar(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Kind::boolean:
      out += value.as_bool() ? "true" : "false";
      break;
    case Kind::integer:
      append_integer(out, value.as_int());
      break;
    case Kind::number:
      append_json_number(out, value.as_double());
      break;
    case Kind::string:
      append_json_string(out, value.as_string());
      break;
    default:
      out += "null";
  }
}

class PrettyWriter {
 public:
  PrettyWriter(std::string& out, int indent) : out_{out}, indent_{indent} {}

  void write(const Value& value) {
    if (value.size() == 0 && (value.is_array() || value.is_object())) {
      out_ += value.is_array() ? "[]" : "{}";
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
        append_key(out_, member.key, ": ");
        write(member.value);
      }
      close('}');
    } else {
      append_scalar(out_, value);
    }
  }

 private:
  void open(char bracket) {
    out_ += bracket;
    ++depth_;
    first_ = true;
  }
  void next() {
    if (!first_) out_ += ',';
    first_ = false;
    new_line();
  }
  void close(char bracket) {
    --depth_;
    first_ = false;
    new_line();
    out_ += bracket;
  }
  void new_line() {
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth_ * indent_), ' ');
  }

  std::string& out_;
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
  char separator = 0;
  if (value.is_object()) {
    separator = '{';
    for (const Member& member : value.members()) {
      out += separator;
      append_key(out, member.key, ":");
      append_json(out, member.value);
      separator = ',';
    }
    out += separator == '{' ? "{}" : "}";
  } else if (value.is_array()) {
    separator = '[';
    for (const Value& item : value.items()) {
      out += separator;
      append_json(out, item);
      separator = ',';
    }
    out += separator == '[' ? "[]" : "]";
  } else {
    append_scalar(out, value);
  }
}

void append_json_string(std::string& out, std::string_view text) {
  const auto needs_care = [](char c) { return kNeedsCare[static_cast<unsigned char>(c)]; };
  if (std::ranges::none_of(text, needs_care)) return append_quoted(out, text, {});
  out += '"';
  std::size_t plain = 0;
  std::size_t offset = 0;
  while (offset < text.size()) {
    const auto byte = static_cast<unsigned char>(text[offset]);
    if (!kNeedsCare[byte]) {
      ++offset;
      continue;
    }
    out += text.substr(plain, offset - plain);
    if (byte >= 0x80) {
      offset += append_code_point(out, text, offset);
    } else {
      append_escaped(out, byte);
      ++offset;
    }
    plain = offset;
  }
  out += text.substr(plain);
  out += '"';
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
