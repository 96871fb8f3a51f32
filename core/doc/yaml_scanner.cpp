// SPDX-License-Identifier: Apache-2.0
#include "core/doc/yaml_scanner.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/doc/utf8.h"

namespace rockpool::doc {
namespace {

constexpr std::int64_t kMaxSimpleKeyCharacters = 1024;

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
         c == '-';
}

bool is_one_of(char c, std::string_view characters) {
  return c != '\0' && characters.find(c) != std::string_view::npos;
}

// ASCII characters that mean nothing special inside any scalar.
constexpr auto kOrdinary = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0x21; byte < 0x7f; ++byte) table[byte] = true;
  for (const char c : {':', '#', ',', '?', '[', ']', '{', '}', '"', '\'', '\\'}) {
    table[static_cast<unsigned char>(c)] = false;
  }
  return table;
}();

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

const YamlToken* YamlScanner::peek() {
  if (mistake_) return nullptr;
  if (!first_is_certain_ && !fetch_tokens()) return nullptr;
  first_is_certain_ = true;
  return &tokens_.front();
}

YamlToken YamlScanner::take() {
  YamlToken token = std::move(tokens_.front());
  tokens_.pop_front();
  ++tokens_taken_;
  first_is_certain_ = false;
  return token;
}

// The size of the line end there: \r\n, \r, \n, NEL, LS or PS; 0 if there is none.
std::size_t YamlScanner::break_size(std::size_t ahead) const {
  switch (at(ahead)) {
    case '\n':
      return 1;
    case '\r':
      return at(ahead + 1) == '\n' ? 2 : 1;
    case '\xc2':
      return at(ahead + 1) == '\x85' ? 2 : 0;
    case '\xe2':
      return at(ahead + 1) == '\x80' && (at(ahead + 2) == '\xa8' || at(ahead + 2) == '\xa9') ? 3
                                                                                             : 0;
    default:
      return 0;
  }
}

bool YamlScanner::is_document_indicator() const {
  const std::string_view rest = text_.substr(offset_);
  return column_ == 0 && (rest.starts_with("---") || rest.starts_with("...")) && is_space_or_end(3);
}

void YamlScanner::advance() {
  const auto byte = static_cast<unsigned char>(at());
  offset_ += byte < 0x80 ? 1 : decode_utf8(text_, offset_).size;
  ++index_;
  ++column_;
}

void YamlScanner::advance(int count) {
  for (; count > 0; --count) advance();
}

void YamlScanner::skip_break() {
  offset_ += break_size();
  ++index_;
  ++line_;
  column_ = 0;
}

void YamlScanner::read(std::string& out) {
  const std::size_t start = offset_;
  advance();
  out += text_.substr(start, offset_ - start);
}

void YamlScanner::read_ordinary(std::string& out) {
  std::size_t end = offset_;
  while (end < text_.size() && kOrdinary[static_cast<unsigned char>(text_[end])]) ++end;
  const std::size_t count = end - offset_;
  out += text_.substr(offset_, count);
  offset_ = end;
  index_ += static_cast<std::int64_t>(count);
  column_ += static_cast<int>(count);
}

// All line ends are one, but for the two of Unicode.
void YamlScanner::read_break(std::string& out) {
  if (break_size() == 3) {
    out += text_.substr(offset_, 3);
  } else {
    out += '\n';
  }
  skip_break();
}

void YamlScanner::read_name(std::string& out) {
  while (is_name_character(at())) read(out);
}

bool YamlScanner::fail(std::string_view message, std::size_t offset) {
  mistake_ = YamlMistake{std::string{message}, std::min(offset, text_.size())};
  return false;
}

// A key that its colon does not follow in time is none.
bool YamlScanner::drop_stale_keys() {
  for (SimpleKey& key : simple_keys_) {
    if (!key.possible) continue;
    if (key.line == line_ && index_ - key.index <= kMaxSimpleKeyCharacters) continue;
    if (key.required) return fail("could not find expected ':'", key.offset);
    key.possible = false;
  }
  return true;
}

bool YamlScanner::save_simple_key() {
  if (!simple_key_allowed_) return true;
  if (!remove_simple_key()) return false;
  simple_keys_.back() = {.possible = true,
                         .required = !in_flow() && indent_ == column_,
                         .token_number = tokens_taken_ + tokens_.size(),
                         .offset = offset_,
                         .index = index_,
                         .line = line_,
                         .column = column_};
  return true;
}

bool YamlScanner::remove_simple_key() {
  SimpleKey& key = simple_keys_.back();
  if (key.possible && key.required) return fail("could not find expected ':'", key.offset);
  key.possible = false;
  return true;
}

void YamlScanner::insert(std::size_t token_number, Kind kind, std::size_t offset) {
  const auto place = static_cast<std::ptrdiff_t>(token_number - tokens_taken_);
  tokens_.insert(tokens_.begin() + place, YamlToken{kind, offset});
}

void YamlScanner::indent_to(int column, std::optional<std::size_t> token_number, Kind kind,
                            std::size_t offset) {
  if (in_flow() || indent_ >= column) return;
  indents_.push_back(indent_);
  indent_ = column;
  if (token_number) {
    insert(*token_number, kind, offset);
  } else {
    push(kind, offset);
  }
}

void YamlScanner::unindent_to(int column) {
  if (in_flow()) return;
  while (indent_ > column) {
    push(Kind::block_end, offset_);
    indent_ = indents_.back();
    indents_.pop_back();
  }
}

bool YamlScanner::end_blocks() {
  unindent_to(-1);
  if (!remove_simple_key()) return false;
  simple_key_allowed_ = false;
  return true;
}

// Reads until the first token is certain not to be moved back by a key in front of it.
bool YamlScanner::fetch_tokens() {
  while (true) {
    if (!tokens_.empty()) {
      if (!drop_stale_keys()) return false;
      const auto holds_first = [&](const SimpleKey& key) {
        return key.possible && key.token_number == tokens_taken_;
      };
      if (std::ranges::none_of(simple_keys_, holds_first)) return true;
    }
    if (!fetch_next()) return false;
  }
}

bool YamlScanner::fetch_next() {
  skip_to_next();
  if (!drop_stale_keys()) return false;
  unindent_to(column_);
  if (is_end()) return fetch_stream_end();
  if (column_ == 0 && at() == '%') return fetch_directive();
  if (is_document_indicator()) return fetch_document_indicator();
  bool found = false;
  if (!fetch_flow_punctuation(found)) return false;
  if (!found && !fetch_block_punctuation(found)) return false;
  if (!found && !fetch_node(found)) return false;
  if (found) return true;
  return fail_here("found character that cannot start any token");
}

bool YamlScanner::fetch_flow_punctuation(bool& found) {
  found = true;
  switch (at()) {
    case '[':
      return fetch_flow_start(Kind::flow_sequence_start);
    case '{':
      return fetch_flow_start(Kind::flow_mapping_start);
    case ']':
      return fetch_flow_end(Kind::flow_sequence_end);
    case '}':
      return fetch_flow_end(Kind::flow_mapping_end);
    case ',':
      return fetch_flow_entry();
    default:
      found = false;
      return true;
  }
}

bool YamlScanner::fetch_block_punctuation(bool& found) {
  found = true;
  if (at() == '-' && is_space_or_end(1)) return fetch_block_entry();
  if (at() == '?' && (in_flow() || is_space_or_end(1))) return fetch_key();
  if (at() == ':' && (in_flow() || is_space_or_end(1))) return fetch_value();
  found = false;
  return true;
}

bool YamlScanner::fetch_node(bool& found) {
  found = true;
  switch (at()) {
    case '*':
      return fetch_anchor(Kind::alias);
    case '&':
      return fetch_anchor(Kind::anchor);
    case '!':
      return fetch_tag();
    case '\'':
    case '"':
      return fetch_quoted();
    case '|':
    case '>':
      if (!in_flow()) return fetch_block_scalar();
      break;
    case '-':
      if (!is_blank(1)) return fetch_plain();
      break;
    case '?':
    case ':':
      if (!in_flow()) return fetch_plain();
      break;
    case '\t':
    case '#':
    case '%':
    case '@':
    case '`':
      break;
    default:
      return fetch_plain();
  }
  found = false;
  return true;
}

// A tab separates tokens, but where a key may stand, in a block, it would be indentation.
void YamlScanner::skip_to_next() {
  while (true) {
    while (at() == ' ' || (at() == '\t' && (in_flow() || !simple_key_allowed_))) advance();
    if (at() == '#') {
      while (!is_break_or_end()) advance();
    }
    if (!is_break()) return;
    skip_break();
    if (!in_flow()) simple_key_allowed_ = true;
  }
}

bool YamlScanner::fetch_stream_end() {
  // No key goes on beyond the end.
  if (column_ != 0) {
    column_ = 0;
    ++line_;
  }
  if (!end_blocks()) return false;
  push(Kind::stream_end, offset_);
  return true;
}

bool YamlScanner::fetch_document_indicator() {
  if (!end_blocks()) return false;
  push(at() == '-' ? Kind::document_start : Kind::document_end, offset_);
  advance(3);
  return true;
}

bool YamlScanner::fetch_flow_start(Kind kind) {
  if (!save_simple_key()) return false;
  simple_keys_.push_back({});
  simple_key_allowed_ = true;
  push(kind, offset_);
  advance();
  return true;
}

bool YamlScanner::fetch_flow_end(Kind kind) {
  if (!remove_simple_key()) return false;
  if (in_flow()) simple_keys_.pop_back();
  simple_key_allowed_ = false;
  push(kind, offset_);
  advance();
  return true;
}

bool YamlScanner::fetch_flow_entry() {
  if (!remove_simple_key()) return false;
  simple_key_allowed_ = true;
  push(Kind::flow_entry, offset_);
  advance();
  return true;
}

bool YamlScanner::fetch_block_entry() {
  if (!in_flow()) {
    if (!simple_key_allowed_) {
      return fail_here("block sequence entries are not allowed in this context");
    }
    indent_to(column_, std::nullopt, Kind::block_sequence_start, offset_);
  }
  if (!remove_simple_key()) return false;
  simple_key_allowed_ = true;
  push(Kind::block_entry, offset_);
  advance();
  return true;
}

bool YamlScanner::fetch_key() {
  if (!in_flow()) {
    if (!simple_key_allowed_) return fail_here("mapping keys are not allowed in this context");
    indent_to(column_, std::nullopt, Kind::block_mapping_start, offset_);
  }
  if (!remove_simple_key()) return false;
  simple_key_allowed_ = !in_flow();
  push(Kind::key, offset_);
  advance();
  return true;
}

bool YamlScanner::fetch_value() {
  SimpleKey& key = simple_keys_.back();
  if (key.possible) {
    insert(key.token_number, Kind::key, key.offset);
    indent_to(key.column, key.token_number, Kind::block_mapping_start, key.offset);
    key.possible = false;
    simple_key_allowed_ = false;
  } else {
    if (!in_flow()) {
      if (!simple_key_allowed_) return fail_here("mapping values are not allowed in this context");
      indent_to(column_, std::nullopt, Kind::block_mapping_start, offset_);
    }
    simple_key_allowed_ = !in_flow();
  }
  push(Kind::value, offset_);
  advance();
  return true;
}

bool YamlScanner::fetch_directive() {
  if (!end_blocks()) return false;
  YamlToken token{Kind::version_directive, offset_};
  advance();
  std::string name;
  read_name(name);
  if (name.empty()) return fail_here("could not find expected directive name");
  if (name == "YAML") {
    if (!scan_version(token)) return false;
  } else if (name == "TAG") {
    if (!scan_tag_directive(token)) return false;
  } else {
    return fail("found unknown directive name", token.offset);
  }
  while (is_blank()) advance();
  if (at() == '#') {
    while (!is_break_or_end()) advance();
  }
  if (!is_break_or_end()) return fail_here("did not find expected comment or line break");
  tokens_.push_back(std::move(token));
  return true;
}

bool YamlScanner::scan_version(YamlToken& token) {
  while (is_blank()) advance();
  while (is_one_of(at(), "0123456789.")) read(token.text);
  if (token.text.empty()) return fail_here("did not find expected version number");
  if (token.text != "1.1" && token.text != "1.2") {
    return fail("found incompatible YAML document", token.offset);
  }
  return true;
}

bool YamlScanner::scan_tag_directive(YamlToken& token) {
  token.kind = Kind::tag_directive;
  while (is_blank()) advance();
  if (!scan_tag_handle(token.text, "did not find expected '!'")) return false;
  if (!token.text.ends_with('!')) return fail_here("did not find expected '!'");
  if (!is_blank()) return fail_here("did not find expected whitespace");
  while (is_blank()) advance();
  if (!scan_tag_uri(token.suffix, true)) return false;
  if (!is_space_or_end()) return fail_here("did not find expected whitespace or line break");
  return true;
}

bool YamlScanner::fetch_anchor(Kind kind) {
  if (!save_simple_key()) return false;
  simple_key_allowed_ = false;
  YamlToken token{kind, offset_};
  advance();
  read_name(token.text);
  if (token.text.empty() || !(is_space_or_end() || is_one_of(at(), "?:,]}%@`"))) {
    return fail_here("did not find expected alphabetic or numeric character");
  }
  tokens_.push_back(std::move(token));
  return true;
}

// !<suffix>, !suffix, !!suffix or !handle!suffix.
bool YamlScanner::fetch_tag() {
  if (!save_simple_key()) return false;
  simple_key_allowed_ = false;
  YamlToken token{Kind::tag, offset_};
  if (at(1) == '<') {
    advance(2);
    if (!scan_tag_uri(token.suffix, true)) return false;
    if (at() != '>') return fail_here("did not find the expected '>'");
    advance();
  } else {
    if (!scan_tag_handle(token.text, "did not find expected '!'")) return false;
    if (token.text.size() > 1 && token.text.ends_with('!')) {
      if (!scan_tag_uri(token.suffix, false)) return false;
    } else {
      // What looked like a handle is the beginning of the suffix.
      token.suffix = token.text.substr(1);
      token.text.resize(1);
      if (!is_space_or_end() && !scan_tag_uri(token.suffix, false)) return false;
      if (token.suffix.empty()) std::swap(token.text, token.suffix);
    }
  }
  if (!is_space_or_end() && !(in_flow() && at() == ',')) {
    return fail_here("did not find expected whitespace or line break");
  }
  tokens_.push_back(std::move(token));
  return true;
}

bool YamlScanner::scan_tag_handle(std::string& handle, std::string_view complaint) {
  if (at() != '!') return fail_here(complaint);
  read(handle);
  read_name(handle);
  if (at() == '!') read(handle);
  return true;
}

// A shorthand ends at the punctuation of a flow collection; a whole URI may hold it.
bool YamlScanner::scan_tag_uri(std::string& uri, bool whole) {
  while (is_name_character(at()) || is_one_of(at(), ";/?:@&=+$.!~*'()%") ||
         (whole && is_one_of(at(), ",[]"))) {
    if (at() != '%') {
      read(uri);
      continue;
    }
    const int high = hex_digit(at(1));
    const int low = hex_digit(at(2));
    if (high < 0 || low < 0) return fail_here("did not find URI escaped octet");
    uri += static_cast<char>(high * 16 + low);
    advance(3);
  }
  if (uri.empty()) return fail_here("did not find expected tag URI");
  return true;
}

bool YamlScanner::fetch_block_scalar() {
  if (!remove_simple_key()) return false;
  simple_key_allowed_ = true;
  YamlToken token{Kind::scalar, offset_};
  const bool folded = at() == '>';
  advance();
  BlockHeader header;
  if (!scan_block_header(header)) return false;

  std::string line_end, more_breaks;
  int indent = header.indent;
  if (!scan_block_breaks(indent, more_breaks)) return false;
  bool after_blank = false;
  while (column_ == indent && !is_end()) {
    // Two lines of a folded scalar become one if neither is indented further.
    if (folded && line_end == "\n" && !after_blank && !is_blank()) {
      if (more_breaks.empty()) token.text += ' ';
    } else {
      token.text += line_end;
    }
    token.text += std::exchange(more_breaks, {});
    line_end.clear();
    after_blank = is_blank();
    while (!is_break_or_end()) {
      read(token.text);
      read_ordinary(token.text);
    }
    if (!is_end()) read_break(line_end);
    if (!scan_block_breaks(indent, more_breaks)) return false;
  }
  if (header.chomping != BlockHeader::Chomping::strip) token.text += line_end;
  if (header.chomping == BlockHeader::Chomping::keep) token.text += more_breaks;
  tokens_.push_back(std::move(token));
  return true;
}

bool YamlScanner::scan_block_header(BlockHeader& header) {
  bool has_chomping = false;
  while (true) {
    if ((at() == '+' || at() == '-') && !std::exchange(has_chomping, true)) {
      header.chomping = at() == '+' ? BlockHeader::Chomping::keep : BlockHeader::Chomping::strip;
    } else if (is_one_of(at(), "0123456789") && header.indent == 0) {
      if (at() == '0') return fail_here("found an indentation indicator equal to 0");
      header.indent = std::max(indent_, 0) + (at() - '0');
    } else {
      break;
    }
    advance();
  }
  while (is_blank()) advance();
  if (at() == '#') {
    while (!is_break_or_end()) advance();
  }
  if (!is_break_or_end()) return fail_here("did not find expected comment or line break");
  if (is_break()) skip_break();
  return true;
}

// Skips empty lines and indentation. An indentation of 0 becomes that of the first line with text.
bool YamlScanner::scan_block_breaks(int& indent, std::string& breaks) {
  int deepest = 0;
  while (true) {
    while ((indent == 0 || column_ < indent) && at() == ' ') advance();
    deepest = std::max(deepest, column_);
    if ((indent == 0 || column_ < indent) && at() == '\t') {
      return fail_here("found a tab character where an indentation space is expected");
    }
    if (!is_break()) break;
    read_break(breaks);
  }
  if (indent == 0) indent = std::max({deepest, indent_ + 1, 1});
  return true;
}

bool YamlScanner::fetch_quoted() {
  if (!save_simple_key()) return false;
  simple_key_allowed_ = false;
  YamlToken token{Kind::scalar, offset_};
  const char quote = at();
  const bool is_double = quote == '"';
  advance();
  while (true) {
    if (is_document_indicator()) return fail_here("found unexpected document indicator");
    if (is_end()) return fail("found unexpected end of stream", token.offset);
    Gap gap;
    while (!is_space_or_end()) {
      if (!is_double && at() == '\'' && at(1) == '\'') {
        token.text += '\'';
        advance(2);
      } else if (at() == quote) {
        break;
      } else if (is_double && at() == '\\' && is_break(1)) {
        advance();
        skip_break();
        gap.has_break = true;
        break;
      } else if (is_double && at() == '\\') {
        if (!scan_escape(token.text)) return false;
      } else {
        read(token.text);
        read_ordinary(token.text);
      }
    }
    if (at() == quote) break;
    while (is_blank() || is_break()) read_space(gap);
    join(token.text, gap);
  }
  advance();
  tokens_.push_back(std::move(token));
  return true;
}

bool YamlScanner::scan_escape(std::string& text) {
  constexpr std::string_view kNames = "0abt\tnvfre \"'\\";
  constexpr std::string_view kCharacters{"\0\a\b\t\t\n\v\f\r\x1b \"'\\", 14};
  const char name = at(1);
  int digits = 0;
  if (const auto found = kNames.find(name); found != kNames.npos && name != '\0') {
    text += kCharacters[found];
  } else {
    switch (name) {
      case 'N':
        append_utf8(text, 0x85);
        break;
      case '_':
        append_utf8(text, 0xa0);
        break;
      case 'L':
        append_utf8(text, 0x2028);
        break;
      case 'P':
        append_utf8(text, 0x2029);
        break;
      case 'x':
        digits = 2;
        break;
      case 'u':
        digits = 4;
        break;
      case 'U':
        digits = 8;
        break;
      default:
        return fail_here("found unknown escape character");
    }
  }
  const std::size_t start = offset_;
  advance(2);
  if (digits == 0) return true;
  char32_t code = 0;
  for (int count = 0; count < digits; ++count) {
    const int digit = hex_digit(at());
    if (digit < 0) return fail_here("did not find expected hexdecimal number");
    code = code << 4 | static_cast<char32_t>(digit);
    advance();
  }
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    return fail("found invalid Unicode character escape code", start);
  }
  append_utf8(text, code);
  return true;
}

bool YamlScanner::fetch_plain() {
  if (!save_simple_key()) return false;
  simple_key_allowed_ = false;
  YamlToken token{Kind::scalar, offset_};
  token.plain = true;
  const int indent = indent_ + 1;
  Gap gap;
  while (!is_document_indicator() && at() != '#') {
    if (is_space_or_end() || ends_plain()) break;
    join(token.text, gap);
    while (!is_space_or_end() && !ends_plain()) {
      read(token.text);
      read_ordinary(token.text);
    }
    if (!is_blank() && !is_break()) break;
    while (is_blank() || is_break()) {
      if (gap.has_break && column_ < indent && at() == '\t') {
        return fail_here("found a tab character that violates indentation");
      }
      read_space(gap);
    }
    if (!in_flow() && column_ < indent) break;
  }
  // A new line may start with a key.
  if (gap.has_break) simple_key_allowed_ = true;
  tokens_.push_back(std::move(token));
  return true;
}

bool YamlScanner::ends_plain() const {
  if (at() == ':') return is_space_or_end(1);
  return in_flow() && is_one_of(at(), ",?[]{}");
}

// Reads a blank or a line end. Blanks count only as long as there is no line end.
void YamlScanner::read_space(Gap& gap) {
  if (is_break()) {
    read_break(gap.has_break ? gap.more_breaks : gap.first_break);
    gap.has_break = true;
  } else if (gap.has_break) {
    advance();
  } else {
    read(gap.blanks);
  }
}

// One line end is a space; several are one less.
void YamlScanner::join(std::string& text, Gap& gap) {
  if (!gap.has_break) {
    text += gap.blanks;
  } else if (gap.first_break == "\n" && gap.more_breaks.empty()) {
    text += ' ';
  } else {
    if (gap.first_break != "\n") text += gap.first_break;
    text += gap.more_breaks;
  }
  gap = {};
}

}  // namespace rockpool::doc
