// SPDX-License-Identifier: Apache-2.0
#include "core/doc/yaml_parser.h"

#include <utility>

namespace rockpool::doc {
namespace {

using Kind = YamlEvent::Kind;

constexpr std::string_view kStandardTagPrefix = "tag:yaml.org,2002:";

}  // namespace

std::optional<YamlEvent> YamlParser::next() {
  switch (state_) {
    case State::first_document:
      return document(true);
    case State::document:
      return document(false);
    case State::document_content:
      return document_content();
    case State::document_end:
      return document_end();
    case State::node:
      return node(Place::block);
    case State::sequence_first_entry:
      return sequence_entry(true);
    case State::sequence_entry:
      return sequence_entry(false);
    case State::indentless_entry:
      return indentless_entry();
    case State::mapping_first_key:
      return mapping_key(true);
    case State::mapping_key:
      return mapping_key(false);
    case State::mapping_value:
      return mapping_value();
    case State::flow_sequence_first_entry:
      return flow_sequence_entry(true);
    case State::flow_sequence_entry:
      return flow_sequence_entry(false);
    case State::flow_pair_key:
      return flow_pair_key();
    case State::flow_pair_value:
      return flow_pair_value();
    case State::flow_pair_end:
      state_ = State::flow_sequence_entry;
      return YamlEvent{.kind = Kind::mapping_end};
    case State::flow_mapping_first_key:
      return flow_mapping_key(true);
    case State::flow_mapping_key:
      return flow_mapping_key(false);
    case State::flow_mapping_value:
      return flow_mapping_value(false);
    case State::flow_mapping_empty_value:
      return flow_mapping_value(true);
  }
  return std::nullopt;
}

// Only the first document may do without its `---`.
YamlParser::Event YamlParser::document(bool first) {
  while (next_is(Token::document_end)) scanner_.skip();
  const YamlToken* token = scanner_.peek();
  if (token == nullptr) return fail_at_token({});
  YamlEvent start{.kind = Kind::document_start, .offset = token->offset};
  if (token->kind == Token::stream_end) {
    start.kind = Kind::stream_end;
    return start;
  }
  if (!read_directives()) return std::nullopt;
  states_.push_back(State::document_end);
  if (next_is(Token::document_start)) {
    scanner_.skip();
    state_ = State::document_content;
    return start;
  }
  const bool has_directives = scanner_.peek() != nullptr && scanner_.peek()->offset != start.offset;
  if (!first || has_directives) return fail_at_token("did not find expected <document start>");
  state_ = State::node;
  return start;
}

bool YamlParser::read_directives() {
  tag_handles_ = {{"!", "!"}, {"!!", std::string{kStandardTagPrefix}}};
  bool has_version = false;
  std::map<std::string, std::string> own_handles;
  while (next_is(Token::version_directive, Token::tag_directive)) {
    YamlToken token = scanner_.take();
    if (token.kind == Token::version_directive) {
      if (std::exchange(has_version, true)) {
        fail("found duplicate %YAML directive", token.offset);
        return false;
      }
    } else if (!own_handles.emplace(token.text, token.suffix).second) {
      fail("found duplicate %TAG directive", token.offset);
      return false;
    }
  }
  for (auto& [handle, prefix] : own_handles) tag_handles_[handle] = prefix;
  if (scanner_.peek() == nullptr) {
    fail_at_token({});
    return false;
  }
  return true;
}

YamlParser::Event YamlParser::document_content() {
  const YamlToken* token = scanner_.peek();
  if (token == nullptr) return fail_at_token({});
  if (next_is(Token::version_directive, Token::tag_directive, Token::document_start,
              Token::document_end, Token::stream_end)) {
    return nothing_then(pop_state(), token->offset);
  }
  return node(Place::block);
}

YamlParser::Event YamlParser::document_end() {
  const YamlToken* token = scanner_.peek();
  if (token == nullptr) return fail_at_token({});
  const std::size_t offset = token->offset;
  if (token->kind == Token::document_end) scanner_.skip();
  state_ = State::document;
  return YamlEvent{.kind = Kind::document_end, .offset = offset};
}

YamlParser::Event YamlParser::node(Place place) {
  const YamlToken* token = scanner_.peek();
  if (token == nullptr) return fail_at_token({});
  YamlEvent event{.offset = token->offset};
  if (token->kind == Token::alias) {
    event.kind = Kind::alias;
    event.anchor = scanner_.take().text;
    state_ = pop_state();
    return event;
  }
  if (!read_properties(event)) return std::nullopt;
  token = scanner_.peek();
  if (token == nullptr) return fail_at_token({});
  const bool block = place != Place::flow;
  switch (token->kind) {
    case Token::scalar: {
      YamlToken scalar = scanner_.take();
      event.kind = Kind::scalar;
      event.text = std::move(scalar.text);
      event.plain = event.tag.empty() && scalar.plain;
      state_ = pop_state();
      return event;
    }
    case Token::flow_sequence_start:
      return enter(std::move(event), Kind::sequence_start, State::flow_sequence_first_entry);
    case Token::flow_mapping_start:
      return enter(std::move(event), Kind::mapping_start, State::flow_mapping_first_key);
    case Token::block_sequence_start:
      if (!block) break;
      return enter(std::move(event), Kind::sequence_start, State::sequence_first_entry);
    case Token::block_mapping_start:
      if (!block) break;
      return enter(std::move(event), Kind::mapping_start, State::mapping_first_key);
    case Token::block_entry:
      if (place != Place::after_key) break;
      return enter(std::move(event), Kind::sequence_start, State::indentless_entry);
    default:
      break;
  }
  if (event.anchor.empty() && event.tag.empty()) {
    return fail_at_token("did not find expected node content");
  }
  event.kind = Kind::scalar;
  event.plain = event.tag.empty();
  state_ = pop_state();
  return event;
}

// An anchor and a tag, in any order.
bool YamlParser::read_properties(YamlEvent& event) {
  bool has_tag = false;
  while (true) {
    if (event.anchor.empty() && next_is(Token::anchor)) {
      event.anchor = scanner_.take().text;
    } else if (!has_tag && next_is(Token::tag)) {
      has_tag = true;
      if (!resolve_tag(scanner_.take(), event.tag)) return false;
    } else {
      return true;
    }
  }
}

bool YamlParser::resolve_tag(const YamlToken& token, std::string& tag) {
  if (token.text.empty()) {
    tag = token.suffix;
    return true;
  }
  const auto handle = tag_handles_.find(token.text);
  if (handle == tag_handles_.end()) {
    fail("found undefined tag handle", token.offset);
    return false;
  }
  tag = handle->second + token.suffix;
  return true;
}

YamlParser::Event YamlParser::sequence_entry(bool first) {
  if (first) scanner_.skip();
  if (next_is(Token::block_entry)) {
    const std::size_t offset = scanner_.take().offset;
    if (next_is(Token::block_entry, Token::block_end)) {
      return nothing_then(State::sequence_entry, offset + 1);
    }
    return node_then(State::sequence_entry, Place::block);
  }
  if (next_is(Token::block_end)) return leave_and_skip(Kind::sequence_end);
  return fail_at_token("did not find expected '-' indicator");
}

// A sequence that stands as far left as the key before it.
YamlParser::Event YamlParser::indentless_entry() {
  if (!next_is(Token::block_entry)) {
    if (scanner_.peek() == nullptr) return fail_at_token({});
    return leave(Kind::sequence_end);
  }
  const std::size_t offset = scanner_.take().offset;
  if (next_is(Token::block_entry, Token::key, Token::value, Token::block_end)) {
    return nothing_then(State::indentless_entry, offset + 1);
  }
  return node_then(State::indentless_entry, Place::block);
}

YamlParser::Event YamlParser::mapping_key(bool first) {
  if (first) scanner_.skip();
  if (next_is(Token::key)) {
    const std::size_t offset = scanner_.take().offset;
    if (next_is(Token::key, Token::value, Token::block_end)) {
      return nothing_then(State::mapping_value, offset);
    }
    return node_then(State::mapping_value, Place::after_key);
  }
  if (next_is(Token::block_end)) return leave_and_skip(Kind::mapping_end);
  return fail_at_token("did not find expected key");
}

YamlParser::Event YamlParser::mapping_value() {
  const YamlToken* token = scanner_.peek();
  if (token == nullptr) return fail_at_token({});
  const std::size_t offset = token->offset;
  if (token->kind != Token::value) return nothing_then(State::mapping_key, offset);
  scanner_.skip();
  if (next_is(Token::key, Token::value, Token::block_end)) {
    return nothing_then(State::mapping_key, offset + 1);
  }
  return node_then(State::mapping_key, Place::after_key);
}

YamlParser::Event YamlParser::flow_sequence_entry(bool first) {
  if (first) scanner_.skip();
  if (!first && !next_is(Token::flow_sequence_end)) {
    if (!next_is(Token::flow_entry)) return fail_at_token("did not find expected ',' or ']'");
    scanner_.skip();
  }
  if (next_is(Token::flow_sequence_end)) return leave_and_skip(Kind::sequence_end);
  if (next_is(Token::key)) {
    const std::size_t offset = scanner_.take().offset;
    state_ = State::flow_pair_key;
    return YamlEvent{.kind = Kind::mapping_start, .offset = offset};
  }
  return node_then(State::flow_sequence_entry, Place::flow);
}

// A mapping with a single member, without braces, inside a sequence.
YamlParser::Event YamlParser::flow_pair_key() {
  const YamlToken* token = scanner_.peek();
  if (token == nullptr) return fail_at_token({});
  if (next_is(Token::value, Token::flow_entry, Token::flow_sequence_end)) {
    return nothing_then(State::flow_pair_value, token->offset);
  }
  return node_then(State::flow_pair_value, Place::flow);
}

YamlParser::Event YamlParser::flow_pair_value() {
  const YamlToken* token = scanner_.peek();
  if (token == nullptr) return fail_at_token({});
  const std::size_t offset = token->offset;
  if (token->kind == Token::value) {
    scanner_.skip();
    if (!next_is(Token::flow_entry, Token::flow_sequence_end)) {
      return node_then(State::flow_pair_end, Place::flow);
    }
  }
  return nothing_then(State::flow_pair_end, offset);
}

YamlParser::Event YamlParser::flow_mapping_key(bool first) {
  if (first) scanner_.skip();
  if (!first && !next_is(Token::flow_mapping_end)) {
    if (!next_is(Token::flow_entry)) return fail_at_token("did not find expected ',' or '}'");
    scanner_.skip();
  }
  if (next_is(Token::flow_mapping_end)) return leave_and_skip(Kind::mapping_end);
  if (!next_is(Token::key)) return node_then(State::flow_mapping_empty_value, Place::flow);
  const std::size_t offset = scanner_.take().offset;
  if (next_is(Token::value, Token::flow_entry, Token::flow_mapping_end)) {
    return nothing_then(State::flow_mapping_value, offset);
  }
  return node_then(State::flow_mapping_value, Place::flow);
}

YamlParser::Event YamlParser::flow_mapping_value(bool empty) {
  const YamlToken* token = scanner_.peek();
  if (token == nullptr) return fail_at_token({});
  const std::size_t offset = token->offset;
  if (!empty && token->kind == Token::value) {
    scanner_.skip();
    if (!next_is(Token::flow_entry, Token::flow_mapping_end)) {
      return node_then(State::flow_mapping_key, Place::flow);
    }
  }
  return nothing_then(State::flow_mapping_key, offset);
}

YamlParser::Event YamlParser::node_then(State then, Place place) {
  states_.push_back(then);
  return node(place);
}

YamlParser::Event YamlParser::nothing_then(State then, std::size_t offset) {
  if (scanner_.peek() == nullptr) return fail_at_token({});
  state_ = then;
  return YamlEvent{.kind = Kind::scalar, .offset = offset, .plain = true};
}

YamlParser::Event YamlParser::enter(YamlEvent event, YamlEvent::Kind kind, State state) {
  event.kind = kind;
  state_ = state;
  return event;
}

YamlParser::Event YamlParser::leave(YamlEvent::Kind kind) {
  state_ = pop_state();
  return YamlEvent{.kind = kind};
}

YamlParser::Event YamlParser::leave_and_skip(YamlEvent::Kind kind) {
  scanner_.skip();
  return leave(kind);
}

YamlParser::Event YamlParser::fail(std::string_view message, std::size_t offset) {
  mistake_ = {std::string{message}, offset};
  return std::nullopt;
}

YamlParser::Event YamlParser::fail_at_token(std::string_view message) {
  if (const YamlToken* token = scanner_.peek()) return fail(message, token->offset);
  mistake_ = *scanner_.mistake();
  return std::nullopt;
}

YamlParser::State YamlParser::pop_state() {
  const State state = states_.back();
  states_.pop_back();
  return state;
}

}  // namespace rockpool::doc
