// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/yaml_scanner.h"

namespace rockpool::doc {

/// What happens next in a YAML text.
struct YamlEvent {
  /// The kinds of event: collections and documents have a beginning and an end.
  enum class Kind {
    stream_end,
    document_start,
    document_end,
    alias,
    scalar,
    sequence_start,
    sequence_end,
    mapping_start,
    mapping_end,
  };

  Kind kind = Kind::stream_end;
  /// Where it is written, in bytes: for a node with an anchor or a tag, theirs.
  std::size_t offset = 0;
  /// Empty if there is none. For an alias, the name of the anchor that it stands for.
  std::string anchor = {};
  /// Complete ("tag:yaml.org,2002:str"); empty if there is none.
  std::string tag = {};
  /// A scalar's text.
  std::string text = {};
  /// True for a scalar that may be something else than a string: one without quotes, or nothing.
  bool plain = false;
};

/// Puts a YAML text's tokens together by the grammar of YAML 1.1 as libyaml and go-yaml v2 do, and
/// complains in their words. Needs no stack of the machine's, however deep the text nests.
class YamlParser {
 public:
  /// Requires UTF-8 without control characters, which must outlive the parser.
  explicit YamlParser(std::string_view text) : scanner_{text} {}

  /// The next event, or nothing after a mistake. None may follow a stream_end.
  std::optional<YamlEvent> next();
  /// Set once `next` has returned nothing.
  const YamlMistake& mistake() const { return mistake_; }

 private:
  using Token = YamlToken::Kind;
  using Event = std::optional<YamlEvent>;

  // What the parser is about to read.
  enum class State {
    first_document,
    document,
    document_content,
    document_end,
    node,
    sequence_first_entry,
    sequence_entry,
    indentless_entry,
    mapping_first_key,
    mapping_key,
    mapping_value,
    flow_sequence_first_entry,
    flow_sequence_entry,
    flow_pair_key,
    flow_pair_value,
    flow_pair_end,
    flow_mapping_first_key,
    flow_mapping_key,
    flow_mapping_value,
    flow_mapping_empty_value,
  };
  // Where a node stands decides what it may be.
  enum class Place { block, after_key, flow };

  Event document(bool first);
  Event document_content();
  Event document_end();
  Event node(Place place);
  bool read_properties(YamlEvent& event);
  bool resolve_tag(const YamlToken& token, std::string& tag);
  bool read_directives();
  Event sequence_entry(bool first);
  Event indentless_entry();
  Event mapping_key(bool first);
  Event mapping_value();
  Event flow_sequence_entry(bool first);
  Event flow_pair_key();
  Event flow_pair_value();
  Event flow_mapping_key(bool first);
  Event flow_mapping_value(bool empty);

  // True if the next token is one of these; false also after a mistake.
  template <typename... Kinds>
  bool next_is(Kinds... kinds) {
    const YamlToken* token = scanner_.peek();
    return token != nullptr && ((token->kind == kinds) || ...);
  }
  // A node, which `then` follows.
  Event node_then(State then, Place place);
  // Nothing where a node could be, which `then` follows.
  Event nothing_then(State then, std::size_t offset);
  Event enter(YamlEvent event, YamlEvent::Kind kind, State state);
  Event leave(YamlEvent::Kind kind);
  Event leave_and_skip(YamlEvent::Kind kind);
  Event fail(std::string_view message, std::size_t offset);
  // Fails at the next token, or with the scanner's mistake if there is none.
  Event fail_at_token(std::string_view message);
  State pop_state();

  YamlScanner scanner_;
  State state_ = State::first_document;
  // What follows the collections that are open.
  std::vector<State> states_;
  // The document's own abbreviations of tags.
  std::map<std::string, std::string> tag_handles_;
  YamlMistake mistake_;
};

}  // namespace rockpool::doc
