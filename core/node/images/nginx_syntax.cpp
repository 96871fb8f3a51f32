// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_syntax.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rockpool::node {
namespace {

using Problem = std::unexpected<std::string>;

struct Word {
  std::string text;
  int line = 0;
  // `;`, `{` or `}` that was not quoted.
  bool is_mark = false;
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::vector<Word> split(std::string_view text) {
  std::vector<Word> words;
  int line = 1;
  std::size_t at = 0;
  const auto skip_one = [&] { line += text[at++] == '\n' ? 1 : 0; };
  while (at < text.size() && words.size() < kMaxNginxWords) {
    const char c = text[at];
    if (is_space(c)) {
      skip_one();
    } else if (c == '#') {
      while (at < text.size() && text[at] != '\n') ++at;
    } else if (c == ';' || c == '{' || c == '}') {
      words.push_back({std::string(1, c), line, true});
      ++at;
    } else {
      Word word{{}, line, false};
      const char quote = c == '"' || c == '\'' ? c : '\0';
      if (quote != '\0') ++at;
      while (at < text.size()) {
        const char next = text[at];
        if (quote != '\0' ? next == quote : is_space(next) || next == ';' || next == '{') break;
        // `${name}` is part of a word.
        if (next == '$' && at + 1 < text.size() && text[at + 1] == '{') word.text += text[at++];
        if (next == '\\' && at + 1 < text.size()) ++at;
        word.text += text[at];
        skip_one();
      }
      if (quote != '\0' && at < text.size()) ++at;
      words.push_back(std::move(word));
    }
  }
  return words;
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view file) : words_{split(text)}, file_{file} {}

  std::expected<std::vector<NginxDirective>, std::string> parse() { return parse_block(0); }

 private:
  std::expected<std::vector<NginxDirective>, std::string> parse_block(int depth) {
    std::vector<NginxDirective> directives;
    if (depth > kMaxNginxDepth) return wrong("too many blocks within blocks");
    while (at_ < words_.size()) {
      if (is_mark("}")) {
        if (depth == 0) return wrong("unexpected \"}\"");
        ++at_;
        return directives;
      }
      auto directive = parse_directive(depth);
      if (!directive) return Problem{directive.error()};
      directives.push_back(std::move(*directive));
    }
    if (depth > 0) return wrong("unexpected end of file, expecting \"}\"");
    return directives;
  }

  std::expected<NginxDirective, std::string> parse_directive(int depth) {
    NginxDirective directive;
    directive.line = words_[at_].line;
    while (at_ < words_.size() && !words_[at_].is_mark) {
      directive.words.push_back(words_[at_++].text);
    }
    if (at_ == words_.size()) return wrong("unexpected end of file, expecting \";\" or \"}\"");
    if (is_mark("}") || directive.words.empty()) {
      return wrong(fmt::format("unexpected \"{}\"", words_[at_].text));
    }
    directive.has_block = is_mark("{");
    ++at_;
    if (directive.has_block) {
      auto block = parse_block(depth + 1);
      if (!block) return Problem{block.error()};
      directive.block = std::move(*block);
      directive.last_line = words_[at_ - 1].line;
    }
    return directive;
  }

  bool is_mark(std::string_view text) const {
    return words_[at_].is_mark && words_[at_].text == text;
  }
  Problem wrong(std::string_view what) const {
    const int line = words_.empty() ? 1 : words_[std::min(at_, words_.size() - 1)].line;
    return Problem{fmt::format("{} in {}:{}", what, file_, line)};
  }

  std::vector<Word> words_;
  std::string_view file_;
  std::size_t at_ = 0;
};

}  // namespace

std::expected<std::vector<NginxDirective>, std::string> parse_nginx(std::string_view text,
                                                                    std::string_view file) {
  return Parser{text, file}.parse();
}

}  // namespace rockpool::node
