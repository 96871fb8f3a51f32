// SPDX-License-Identifier: Apache-2.0
#include "core/doc/yaml_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/doc/json.h"
#include "core/doc/number_text.h"
#include "core/doc/utf8.h"
#include "core/doc/yaml_scalar.h"

namespace rockpool::doc {
namespace {

constexpr int kIndent = 2;
// Beyond this column, a space between words becomes a new line.
constexpr int kBestWidth = 80;
// A longer key is announced by a question mark.
constexpr std::size_t kMaxSimpleKeyBytes = 128;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Anything beyond ASCII counts as a letter, which go-yaml looks up in Unicode's tables.
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

// A run of digits from `start` on, continuing `number`, which may wrap around as in Go.
struct DigitRun {
  std::uint64_t number;
  std::size_t end;
};
DigitRun read_digits(std::string_view text, std::size_t start, std::uint64_t number) {
  std::size_t end = start;
  for (; end < text.size() && is_digit(text[end]); ++end) {
    number = number * 10 + static_cast<std::uint64_t>(text[end] - '0');
  }
  return {number, end};
}

// go-yaml's order of keys: digits by their number, letters after everything else.
bool naturally_before(std::string_view left, std::string_view right) {
  const auto difference = std::ranges::mismatch(left, right);
  const auto at = static_cast<std::size_t>(difference.in1 - left.begin());
  if (at == left.size() || at == right.size()) return left.size() < right.size();
  const bool left_letter = is_letter(left[at]);
  const bool right_letter = is_letter(right[at]);
  if (left_letter && right_letter) {
    return static_cast<unsigned char>(left[at]) < static_cast<unsigned char>(right[at]);
  }
  if (left_letter || right_letter) {
    const bool after_digit = at > 0 && is_digit(left[at - 1]);
    return after_digit ? left_letter : right_letter;
  }
  // Zeros after the first digit of a number count.
  std::uint64_t start = 0;
  if (left[at] == '0' || right[at] == '0') {
    for (std::size_t before = at; before > 0 && is_digit(left[before - 1]); --before) {
      if (left[before - 1] != '0') start = 1;
    }
  }
  const DigitRun left_run = read_digits(left, at, start);
  const DigitRun right_run = read_digits(right, at, start);
  if (left_run.number != right_run.number) {
    return static_cast<std::int64_t>(left_run.number) < static_cast<std::int64_t>(right_run.number);
  }
  if (left_run.end != right_run.end) return left_run.end < right_run.end;
  return left[at] < right[at];
}

bool is_break(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

// go-yaml's idea of it: neither tabs nor anything beyond the basic plane.
bool is_printable(char32_t c) {
  return c == '\n' || (c >= 0x20 && c <= 0x7e) || (c >= 0xa0 && c < 0xd800) ||
         (c >= 0xe000 && c <= 0xfffd && c != 0xfeff);
}

enum class Style { plain, single_quoted, double_quoted, literal };

// What a string's characters allow.
struct Analysis {
  bool multiline = false;
  bool plain_allowed = true;
  bool single_quoted_allowed = true;
  bool literal_allowed = true;
};

// True if the character at `at` would mean something there, in a block.
bool is_indicator(std::string_view text, std::size_t at, bool after_space) {
  const bool before_space = at + 1 >= text.size() || text[at + 1] == ' ' || text[at + 1] == '\t' ||
                            text[at + 1] == '\n' || text[at + 1] == '\r';
  const char c = text[at];
  if (at == 0) {
    if (std::string_view{"#,[]{}&*!|>'\"%@`"}.find(c) != std::string_view::npos) return true;
    return (c == '?' || c == ':' || c == '-') && before_space;
  }
  return (c == ':' && before_space) || (c == '#' && after_space);
}

Analysis analyze(std::string_view text) {
  if (text.empty()) return {.literal_allowed = false};
  bool indicators = text.starts_with("---") || text.starts_with("...");
  bool special = false, breaks = false, break_space = false, space_break = false;
  bool after_space = true, previous_space = false, previous_break = false;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint next = decode_utf8(text, at);
    indicators = indicators || is_indicator(text, at, after_space);
    special = special || !is_printable(next.value);
    const bool space = next.value == ' ';
    const bool line_break = is_break(next.value);
    breaks = breaks || line_break;
    break_space = break_space || (space && previous_break);
    space_break = space_break || (line_break && previous_space);
    previous_space = space;
    previous_break = line_break;
    after_space = space || line_break || next.value == '\t';
    at += next.size;
  }
  const CodePoint first = decode_utf8(text, 0);
  const bool loose_ends =
      text.starts_with(' ') || is_break(first.value) || previous_space || previous_break;
  Analysis result;
  result.multiline = breaks;
  result.plain_allowed = !(loose_ends || breaks || break_space || special || indicators);
  result.single_quoted_allowed = !(break_space || space_break || special);
  result.literal_allowed = !(previous_space || space_break || special);
  return result;
}

// Writes as libyaml's emitter does, from which go-yaml's comes.
class YamlWriter {
 public:
  std::string write(const Value& value) {
    write_node(value, -1, Context::root);
    write_indent(0);
    return std::move(out_);
  }

 private:
  enum class Context { root, item, member, simple_key };

  void write_node(const Value& value, int indent, Context context) {
    if (value.is_string()) {
      write_string(value.as_string(), indent, context);
    } else if (value.is_array() || value.is_object()) {
      if (value.size() == 0) {
        write_indicator(value.is_array() ? "[]" : "{}", true, false);
      } else if (value.is_array()) {
        write_array(value, indent, context);
      } else {
        write_object(value, indent < 0 ? 0 : indent + kIndent);
      }
    } else {
      write_indicator(scalar_text(value), true, false);
    }
  }

  void write_array(const Value& array, int indent, Context context) {
    // A sequence is not indented below the key that it follows.
    const bool below_key = context == Context::member && !indention_;
    const int own_indent = indent < 0 ? 0 : below_key ? indent : indent + kIndent;
    for (const Value& item : array.items()) {
      write_indent(own_indent);
      write_indicator("-", true, true);
      write_node(item, own_indent, Context::item);
    }
  }

  void write_object(const Value& object, int indent) {
    std::vector<const Member*> members;
    members.reserve(object.size());
    for (const Member& member : object.members()) members.push_back(&member);
    std::ranges::stable_sort(members, [](const Member* left, const Member* right) {
      return naturally_before(left->key.text(), right->key.text());
    });
    for (const Member* member : members) {
      const std::string_view name = member->key.text();
      write_indent(indent);
      if (name.size() <= kMaxSimpleKeyBytes && !analyze(name).multiline) {
        write_string(name, indent, Context::simple_key);
        write_indicator(":", false, false);
      } else {
        write_indicator("?", true, true);
        write_string(name, indent, Context::member);
        write_indent(indent);
        write_indicator(":", true, true);
      }
      write_node(member->value, indent, Context::member);
    }
  }

  static std::string scalar_text(const Value& value) {
    if (value.kind() != Kind::number) return to_json(value);
    // kubectl reads its own JSON as YAML and writes what it has read.
    std::string text;
    append_json_number(text, value.as_double());
    const Scalar read = resolve_scalar(text);
    if (read.tag == ScalarTag::integer) return read.value.is_integer() ? to_json(read.value) : text;
    text.clear();
    append_general(text, shortest_decimal(value.as_double()));
    return text;
  }

  static bool needs_quotes(std::string_view text) {
    const ScalarTag tag = resolve_scalar(text).tag;
    if (tag == ScalarTag::merge) return false;
    return tag != ScalarTag::string || is_sexagesimal(text);
  }

  // [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?, a number to other YAML readers.
  static bool is_sexagesimal(std::string_view text) {
    const auto skip = [&](auto matches) {
      const auto end = std::ranges::find_if_not(text, matches);
      text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    };
    const auto digit_or_line = [](char c) { return is_digit(c) || c == '_'; };
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (text.empty() || !is_digit(text[0])) return false;
    skip(digit_or_line);
    if (!text.starts_with(':')) return false;
    while (text.starts_with(':')) {
      text.remove_prefix(1);
      if (text.size() > 1 && text[0] <= '5' && is_digit(text[0]) && is_digit(text[1])) {
        text.remove_prefix(1);
      }
      if (text.empty() || !is_digit(text[0])) return false;
      text.remove_prefix(1);
    }
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      skip(digit_or_line);
    }
    return text.empty();
  }

  static bool has_unicode_break(std::string_view text) {
    return text.find("\xe2\x80\xa8") != text.npos || text.find("\xe2\x80\xa9") != text.npos;
  }

  static Style choose_style(std::string_view text, bool simple_key) {
    const Analysis analysis = analyze(text);
    Style style = Style::plain;
    if (text.find('\n') != text.npos) {
      style = Style::literal;
    } else if (needs_quotes(text)) {
      style = Style::double_quoted;
    }
    if (simple_key && analysis.multiline) style = Style::double_quoted;
    // Unlike go-yaml: its line ends of Unicode would not survive being read again.
    if (has_unicode_break(text)) style = Style::double_quoted;
    if (style == Style::plain && !analysis.plain_allowed) style = Style::single_quoted;
    if (style == Style::single_quoted && !analysis.single_quoted_allowed) {
      style = Style::double_quoted;
    }
    if (style == Style::literal && (!analysis.literal_allowed || simple_key)) {
      style = Style::double_quoted;
    }
    return style;
  }

  void write_string(std::string_view text, int indent, Context context) {
    std::string repaired;
    if (find_invalid_utf8(text) != text.npos) {
      repaired = replace_invalid_utf8(text);
      text = repaired;
    }
    scalar_indent_ = indent < 0 ? kIndent : indent + kIndent;
    const bool simple_key = context == Context::simple_key;
    switch (choose_style(text, simple_key)) {
      case Style::plain:
        write_plain(text, !simple_key);
        break;
      case Style::single_quoted:
        write_single_quoted(text, !simple_key);
        break;
      case Style::double_quoted:
        write_double_quoted(text, !simple_key);
        break;
      case Style::literal:
        write_literal(text);
        break;
    }
  }

  // True if the space at `at` may become a new line.
  bool may_fold(std::string_view text, std::size_t at, bool allow_breaks, bool after_space) const {
    const bool before_space = at + 1 < text.size() && text[at + 1] == ' ';
    return allow_breaks && !after_space && column_ > kBestWidth && !before_space;
  }

  void write_plain(std::string_view text, bool allow_breaks) {
    if (!whitespace_) put(" ");
    bool after_space = false;
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint next = decode_utf8(text, at);
      if (next.value == ' ' && may_fold(text, at, allow_breaks, after_space)) {
        write_indent(scalar_indent_);
      } else {
        put(text.substr(at, next.size));
      }
      after_space = next.value == ' ';
      if (!after_space) indention_ = false;
      at += next.size;
    }
    whitespace_ = false;
    indention_ = false;
  }

  void write_single_quoted(std::string_view text, bool allow_breaks) {
    write_indicator("'", true, false);
    bool after_space = false, after_break = false;
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint next = decode_utf8(text, at);
      const std::string_view character = text.substr(at, next.size);
      if (next.value == ' ') {
        const bool inside = at > 0 && at + 1 < text.size();
        if (inside && may_fold(text, at, allow_breaks, after_space)) {
          write_indent(scalar_indent_);
        } else {
          put(character);
        }
        after_space = true;
      } else if (is_break(next.value)) {
        put_break(character);
        indention_ = true;
        after_break = true;
      } else {
        if (after_break) write_indent(scalar_indent_);
        if (next.value == '\'') put("'");
        put(character);
        indention_ = false;
        after_space = after_break = false;
      }
      at += next.size;
    }
    write_indicator("'", false, false);
  }

  void write_double_quoted(std::string_view text, bool allow_breaks) {
    write_indicator("\"", true, false);
    bool after_space = false;
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint next = decode_utf8(text, at);
      if (!is_printable(next.value) || is_break(next.value) || next.value == '"' ||
          next.value == '\\') {
        put(escape(next.value));
        after_space = false;
      } else if (next.value == ' ') {
        const bool inside = at > 0 && at + 1 < text.size();
        if (inside && allow_breaks && !after_space && column_ > kBestWidth) {
          write_indent(scalar_indent_);
          if (text[at + 1] == ' ') put("\\");
        } else {
          put(" ");
        }
        after_space = true;
      } else {
        put(text.substr(at, next.size));
        after_space = false;
      }
      at += next.size;
    }
    write_indicator("\"", false, false);
  }

  static std::string escape(char32_t c) {
    switch (c) {
      case 0x00:
        return "\\0";
      case 0x07:
        return "\\a";
      case 0x08:
        return "\\b";
      case 0x09:
        return "\\t";
      case 0x0a:
        return "\\n";
      case 0x0b:
        return "\\v";
      case 0x0c:
        return "\\f";
      case 0x0d:
        return "\\r";
      case 0x1b:
        return "\\e";
      case 0x22:
        return "\\\"";
      case 0x5c:
        return "\\\\";
      case 0x85:
        return "\\N";
      case 0xa0:
        return "\\_";
      case 0x2028:
        return "\\L";
      case 0x2029:
        return "\\P";
      default:
        break;
    }
    const auto code = static_cast<std::uint32_t>(c);
    if (code <= 0xff) return fmt::format("\\x{:02X}", code);
    if (code <= 0xffff) return fmt::format("\\u{:04X}", code);
    return fmt::format("\\U{:08X}", code);
  }

  void write_literal(std::string_view text) {
    write_indicator(fmt::format("|{}", literal_hints(text)), true, false);
    put_break("\n");
    indention_ = true;
    whitespace_ = true;
    bool after_break = true;
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint next = decode_utf8(text, at);
      const std::string_view character = text.substr(at, next.size);
      if (is_break(next.value)) {
        put_break(character);
        indention_ = true;
        after_break = true;
      } else {
        if (after_break) write_indent(scalar_indent_);
        put(character);
        indention_ = false;
        after_break = false;
      }
      at += next.size;
    }
  }

  // The indentation if the text's own beginning hides it, then what happens to the last line end:
  // "-" if there is none, "+" if there are several.
  static std::string literal_hints(std::string_view text) {
    std::string hints;
    if (text.starts_with(' ') || is_break(decode_utf8(text, 0).value))
      hints += fmt::to_string(kIndent);
    const auto ends_with_break = [](std::string_view part) {
      std::size_t last = part.size() - 1;
      while ((static_cast<unsigned char>(part[last]) & 0xc0) == 0x80) --last;
      return is_break(decode_utf8(part, last).value) ? part.size() - last : 0;
    };
    const std::size_t last_break = ends_with_break(text);
    if (last_break == 0) return hints + "-";
    const std::string_view rest = text.substr(0, text.size() - last_break);
    return rest.empty() || ends_with_break(rest) != 0 ? hints + "+" : hints;
  }

  void put(std::string_view text) {
    out_ += text;
    for (const char c : text) column_ += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  }

  void put_break(std::string_view line_break) {
    out_ += line_break;
    column_ = 0;
  }

  void write_indent(int indent) {
    if (!indention_ || column_ > indent || (column_ == indent && !whitespace_)) put_break("\n");
    if (column_ < indent) put(std::string(static_cast<std::size_t>(indent - column_), ' '));
    whitespace_ = true;
    indention_ = true;
  }

  void write_indicator(std::string_view indicator, bool needs_space, bool is_indention) {
    if (needs_space && !whitespace_) put(" ");
    put(indicator);
    whitespace_ = false;
    indention_ = indention_ && is_indention;
  }

  std::string out_;
  int column_ = 0;
  // Where the lines of a scalar start.
  int scalar_indent_ = 0;
  // True if nothing but white space, or nothing but indentation and "- ", stands before.
  bool whitespace_ = true;
  bool indention_ = true;
};

}  // namespace

std::string to_yaml(const Value& value) {
  return YamlWriter{}.write(value);
}

}  // namespace rockpool::doc
