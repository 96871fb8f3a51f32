// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/yaml_mistake.h"

namespace rockpool::doc {

/// A piece of a YAML text with a meaning of its own.
struct YamlToken {
  /// The kinds of token. A block collection has no punctuation of its own: where it starts and ends
  /// shows in the indentation.
  enum class Kind {
    stream_end,
    version_directive,
    tag_directive,
    document_start,
    document_end,
    block_sequence_start,
    block_mapping_start,
    block_end,
    flow_sequence_start,
    flow_sequence_end,
    flow_mapping_start,
    flow_mapping_end,
    block_entry,
    flow_entry,
    key,
    value,
    alias,
    anchor,
    tag,
    scalar,
  };

  Kind kind;
  /// Where it starts, in bytes.
  std::size_t offset;
  /// A scalar's text, an alias's or anchor's name, a tag's or tag directive's handle.
  std::string text = {};
  /// A tag's suffix, a tag directive's prefix.
  std::string suffix = {};
  /// True for a scalar without quotes that is no block.
  bool plain = false;
};

/// Cuts a YAML text into tokens by the rules of YAML 1.1 as libyaml and its descendant go-yaml v2
/// read them, and complains in their words.
///
/// What a key is shows only at the colon behind it, which must follow on the same line within 1,024
/// characters. So the scanner remembers where a key may have started, reads on, and inserts the
/// token in front if a colon comes.
class YamlScanner {
 public:
  /// Requires UTF-8 without control characters, which must outlive the scanner.
  explicit YamlScanner(std::string_view text) : text_{text} {}

  /// The next token, or null after a mistake. Valid until `take` or `skip`.
  const YamlToken* peek();
  /// Removes the token that `peek` has shown.
  YamlToken take();
  void skip() { take(); }
  /// Set once `peek` has returned null.
  const std::optional<YamlMistake>& mistake() const { return mistake_; }

 private:
  using Kind = YamlToken::Kind;

  // Where a key without a question mark may have started.
  struct SimpleKey {
    bool possible = false;
    // True if nothing but a key can stand there.
    bool required = false;
    std::size_t token_number = 0;
    std::size_t offset = 0;
    std::int64_t index = 0;
    int line = 0;
    int column = 0;
  };
  // The white space between the lines of a scalar, of which some is kept.
  struct Gap {
    bool has_break = false;
    std::string blanks = {};
    std::string first_break = {};
    std::string more_breaks = {};
  };
  // A block scalar's header.
  struct BlockHeader {
    enum class Chomping { strip, clip, keep };
    Chomping chomping = Chomping::clip;
    // 0 if the text's first line tells.
    int indent = 0;
  };

  // Characters. Beyond the end there are zero bytes.
  char at(std::size_t ahead = 0) const {
    return offset_ + ahead < text_.size() ? text_[offset_ + ahead] : '\0';
  }
  bool is_end(std::size_t ahead = 0) const { return offset_ + ahead >= text_.size(); }
  bool is_blank(std::size_t ahead = 0) const { return at(ahead) == ' ' || at(ahead) == '\t'; }
  std::size_t break_size(std::size_t ahead = 0) const;
  bool is_break(std::size_t ahead = 0) const { return break_size(ahead) != 0; }
  bool is_break_or_end(std::size_t ahead = 0) const { return is_end(ahead) || is_break(ahead); }
  bool is_space_or_end(std::size_t ahead = 0) const {
    return is_blank(ahead) || is_break_or_end(ahead);
  }
  bool is_document_indicator() const;
  void advance();
  void advance(int count);
  void skip_break();
  void read(std::string& out);
  // Reads as many characters as mean nothing special in any scalar.
  void read_ordinary(std::string& out);
  void read_break(std::string& out);
  void read_name(std::string& out);
  bool fail(std::string_view message, std::size_t offset);
  bool fail_here(std::string_view message) { return fail(message, offset_); }

  // Keys and indentation.
  bool in_flow() const { return simple_keys_.size() > 1; }
  bool drop_stale_keys();
  bool save_simple_key();
  bool remove_simple_key();
  void push(Kind kind, std::size_t offset) { tokens_.push_back({kind, offset}); }
  void insert(std::size_t token_number, Kind kind, std::size_t offset);
  void indent_to(int column, std::optional<std::size_t> token_number, Kind kind,
                 std::size_t offset);
  void unindent_to(int column);
  bool end_blocks();

  // Tokens. Each returns false after a mistake.
  bool fetch_tokens();
  bool fetch_next();
  bool fetch_flow_punctuation(bool& found);
  bool fetch_block_punctuation(bool& found);
  bool fetch_node(bool& found);
  void skip_to_next();
  bool fetch_stream_end();
  bool fetch_document_indicator();
  bool fetch_flow_start(Kind kind);
  bool fetch_flow_end(Kind kind);
  bool fetch_flow_entry();
  bool fetch_block_entry();
  bool fetch_key();
  bool fetch_value();
  bool fetch_directive();
  bool scan_version(YamlToken& token);
  bool scan_tag_directive(YamlToken& token);
  bool fetch_anchor(Kind kind);
  bool fetch_tag();
  bool scan_tag_handle(std::string& handle, std::string_view complaint);
  bool scan_tag_uri(std::string& uri, bool whole);
  bool fetch_block_scalar();
  bool scan_block_header(BlockHeader& header);
  bool scan_block_breaks(int& indent, std::string& breaks);
  bool fetch_quoted();
  bool scan_escape(std::string& text);
  bool fetch_plain();
  bool ends_plain() const;
  void read_space(Gap& gap);
  static void join(std::string& text, Gap& gap);

  std::string_view text_;
  std::size_t offset_ = 0;
  // The same in characters, and what it comes to in lines.
  std::int64_t index_ = 0;
  int line_ = 0;
  int column_ = 0;

  std::deque<YamlToken> tokens_;
  std::size_t tokens_taken_ = 0;
  // True if no key can come before the first token any more.
  bool first_is_certain_ = false;
  int indent_ = -1;
  std::vector<int> indents_;
  // One for the block, and one for each flow collection that is open.
  std::vector<SimpleKey> simple_keys_ = {{}};
  bool simple_key_allowed_ = true;
  std::optional<YamlMistake> mistake_;
};

}  // namespace rockpool::doc
