// SPDX-License-Identifier: Apache-2.0
#include "core/doc/json_mistake.h"

#include <fmt/format.h>

#include "core/doc/utf8.h"

namespace rockpool::doc {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
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
  // Go prints these code points as \u00xx because they have no shape: C1 controls, no-break space
  // and soft hyphen.
  if ((byte >= 0x80 && byte <= 0xa0) || byte == 0xad) return fmt::format("'\\u{:04x}'", byte);
  std::string quoted = "'";
  append_utf8(quoted, byte);
  return quoted + "'";
}

class MistakeFinder {
 public:
  MistakeFinder(std::string_view text, std::size_t offset) : text_{text}, offset_{offset} {}

  JsonMistake find(const JsonContext& context) {
    using After = JsonContext::After;
    using Inside = JsonContext::Inside;
    switch (context.after) {
      case After::nothing:
        return value();
      case After::start:
        return context.inside == Inside::object ? member_name() : value();
      case After::key:
        skip_spaces();
        if (at_end()) return end_of_input();
        if (text_[offset_] != ':') return invalid("after object key");
        ++offset_;
        return value();
      case After::value:
        break;
    }
    skip_spaces();
    if (context.inside == Inside::nothing) {
      return at_end() ? unexplained() : invalid("after top-level value");
    }
    if (at_end()) return end_of_input();
    const bool in_object = context.inside == Inside::object;
    if (text_[offset_] != ',') {
      return invalid(in_object ? "after object key:value pair" : "after array element");
    }
    ++offset_;
    return in_object ? member_name() : value();
  }

 private:
  bool at_end() const { return offset_ >= text_.size(); }
  void skip_spaces() {
    while (!at_end() && is_space(text_[offset_])) ++offset_;
  }
  JsonMistake end_of_input() const { return {"unexpected end of JSON input", text_.size()}; }
  JsonMistake unexplained() const { return {"invalid JSON", offset_}; }
  JsonMistake invalid(std::string_view where) const {
    return {fmt::format("invalid character {} {}", quote(text_[offset_]), where), offset_};
  }

  JsonMistake member_name() {
    skip_spaces();
    if (at_end()) return end_of_input();
    if (text_[offset_] != '"') return invalid("looking for beginning of object key string");
    return string();
  }

  JsonMistake value() {
    skip_spaces();
    if (at_end()) return end_of_input();
    switch (const char c = text_[offset_]) {
      case '"':
        return string();
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        if (c == '-' || is_digit(c)) return number();
        return invalid("looking for beginning of value");
    }
  }

  JsonMistake literal(std::string_view word) {
    for (const char expected : word) {
      if (at_end()) return end_of_input();
      if (text_[offset_] != expected) {
        return invalid(fmt::format("in literal {} (expecting '{}')", word, expected));
      }
      ++offset_;
    }
    return unexplained();
  }

  JsonMistake string() {
    ++offset_;
    while (!at_end() && text_[offset_] != '"') {
      if (static_cast<unsigned char>(text_[offset_]) < 0x20) return invalid("in string literal");
      if (text_[offset_++] != '\\') continue;
      if (at_end()) return end_of_input();
      const char escaped = text_[offset_++];
      if (escaped == 'u') {
        for (int digit = 0; digit < 4; ++digit, ++offset_) {
          if (at_end()) return end_of_input();
          if (!is_hex_digit(text_[offset_])) {
            return invalid("in \\u hexadecimal character escape");
          }
        }
      } else if (std::string_view{"\"\\/bfnrt"}.find(escaped) == std::string_view::npos) {
        --offset_;
        return invalid("in string escape code");
      }
    }
    return at_end() ? end_of_input() : unexplained();
  }

  // Digits of which there must be one; a number may stop after them.
  bool skip_digits() {
    const std::size_t before = offset_;
    while (!at_end() && is_digit(text_[offset_])) ++offset_;
    return offset_ > before;
  }

  JsonMistake number() {
    if (text_[offset_] == '-') ++offset_;
    if (at_end()) return end_of_input();
    if (!skip_digits()) return invalid("in numeric literal");
    if (!at_end() && text_[offset_] == '.') {
      ++offset_;
      if (!skip_digits()) {
        return at_end() ? end_of_input() : invalid("after decimal point in numeric literal");
      }
    }
    if (!at_end() && (text_[offset_] == 'e' || text_[offset_] == 'E')) {
      ++offset_;
      if (!at_end() && (text_[offset_] == '+' || text_[offset_] == '-')) ++offset_;
      if (!skip_digits()) {
        return at_end() ? end_of_input() : invalid("in exponent of numeric literal");
      }
    }
    return unexplained();
  }

  std::string_view text_;
  std::size_t offset_;
};

}  // namespace

JsonMistake find_json_mistake(std::string_view text, const JsonContext& context) {
  return MistakeFinder{text, context.offset}.find(context);
}

}  // namespace rockpool::doc
