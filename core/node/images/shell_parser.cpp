// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>

#include "core/node/images/image.h"
#include "core/node/images/shell.h"

namespace rockpool::node {
namespace {

using Kind = ShellNode::Kind;
using NodePointer = std::unique_ptr<ShellNode>;
using Result = std::expected<NodePointer, std::string>;

constexpr int kMaxDepth = 50;
constexpr std::size_t kMaxScript = 64 << 10;

struct Token {
  std::string text;
  bool is_operator = false;
  // For what stands after `<<`: some of it was quoted.
  bool is_quoted = false;
};

constexpr std::array<std::string_view, 18> kOperators = {"&&",  "||", "2>>", "1>>", ">>", "2>&",
                                                         "1>&", ">&", "2>",  "1>",  ";;", "<<-",
                                                         "<<",  ";",  "|",   "&",   ">",  "<"};

std::unexpected<std::string> unexpected_token(std::string_view token) {
  return std::unexpected{"syntax error: unexpected \"" + std::string{token} + "\""};
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_{text} {}

  std::expected<std::vector<Token>, std::string> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\r') {
        ++at_;
      } else if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') {
        at_ += 2;
      } else if (c == '\n') {
        tokens_.push_back({";", true});
        ++at_;
        if (!take_documents()) return unexpected_token("end of file");
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (const std::string_view op = operator_here(); !op.empty()) {
        tokens_.push_back({std::string{op}, true});
        at_ += op.size();
        if (op.starts_with("<<")) documents_.push_back(tokens_.size());
      } else if (auto done = take_word(); !done) {
        return std::unexpected{done.error()};
      }
    }
    if (!documents_.empty()) return unexpected_token("end of file");
    return std::move(tokens_);
  }

 private:
  // The lines up to the word after each `<<` take that word's place. False if one has no end.
  bool take_documents() {
    for (const std::size_t place : documents_) {
      if (place >= tokens_.size() || tokens_[place].is_operator) return true;
      Token& token = tokens_[place];
      const bool drops_tabs = tokens_[place - 1].text == "<<-";
      std::string end;
      for (const char c : token.text) {
        if (c == '\'' || c == '"' || c == '\\') {
          token.is_quoted = true;
        } else {
          end += c;
        }
      }
      std::string text;
      for (;;) {
        if (at_ >= text_.size()) return false;
        const std::size_t stop = std::min(text_.find('\n', at_), text_.size());
        std::string_view line = text_.substr(at_, stop - at_);
        at_ = std::min(stop + 1, text_.size());
        if (drops_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
        if (line == end) break;
        text.append(line).append("\n");
      }
      token.text = std::move(text);
    }
    documents_.clear();
    return true;
  }

  std::string_view operator_here() const {
    const std::string_view rest = text_.substr(at_);
    for (const std::string_view op : kOperators) {
      if (rest.starts_with(op)) return op;
    }
    if (rest.starts_with('(') || rest.starts_with(')')) return rest.substr(0, 1);
    return {};
  }

  std::expected<void, std::string> take_word() {
    const std::size_t start = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (std::string_view{" \t\r\n;|&<>()"}.find(c) != std::string_view::npos) break;
      const bool is_dollar_group =
          c == '$' && at_ + 1 < text_.size() && (text_[at_ + 1] == '(' || text_[at_ + 1] == '{');
      if (c == '\\') {
        at_ = std::min(at_ + 2, text_.size());
      } else if (c == '\'' || c == '"' || c == '`' || is_dollar_group) {
        const std::size_t end = end_of_shell_group(text_, is_dollar_group ? at_ + 1 : at_);
        if (end == std::string_view::npos) {
          return std::unexpected{std::string{"syntax error: unterminated quoted string"}};
        }
        at_ = end + 1;
      } else {
        ++at_;
      }
    }
    tokens_.push_back({std::string{text_.substr(start, at_ - start)}, false});
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
  // Where the words after `<<` stand whose lines have not come yet.
  std::vector<std::size_t> documents_;
};

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_{std::move(tokens)} {}

  Result run() {
    Result list = parse_list();
    if (list && at_ < tokens_.size()) return unexpected_token(tokens_[at_].text);
    return list;
  }

 private:
  bool is_end() const { return at_ >= tokens_.size(); }
  bool is_operator(std::string_view text) const {
    return !is_end() && tokens_[at_].is_operator && tokens_[at_].text == text;
  }
  bool is_word(std::string_view text) const {
    return !is_end() && !tokens_[at_].is_operator && tokens_[at_].text == text;
  }
  bool take_operator(std::string_view text) {
    if (!is_operator(text)) return false;
    ++at_;
    return true;
  }
  std::expected<void, std::string> expect_word(std::string_view text) {
    while (take_operator(";")) {
    }
    if (!is_word(text)) {
      return unexpected_token(is_end() ? "end of file" : tokens_[at_].text);
    }
    ++at_;
    return {};
  }
  bool ends_list() const {
    constexpr std::string_view kEnds[] = {"do", "done", "then", "else", "elif", "fi", "}", "esac"};
    if (is_end() || is_operator(")") || is_operator(";;")) return true;
    return !tokens_[at_].is_operator && is_one_of(tokens_[at_].text, kEnds);
  }

  static NodePointer make(Kind kind) {
    auto node = std::make_unique<ShellNode>();
    node->kind = kind;
    return node;
  }

  Result parse_list() {
    if (++depth_ > kMaxDepth)
      return std::unexpected{std::string{"syntax error: nested too deeply"}};
    NodePointer list = make(Kind::sequence);
    for (;;) {
      while (take_operator(";")) {
      }
      if (ends_list()) break;
      Result command = parse_and_or();
      if (!command) return command;
      if (take_operator("&")) {
        NodePointer background = make(Kind::background);
        background->children.push_back(std::move(*command));
        list->children.push_back(std::move(background));
        continue;
      }
      list->children.push_back(std::move(*command));
      if (!is_end() && !is_operator(";") && !ends_list())
        return unexpected_token(tokens_[at_].text);
    }
    --depth_;
    return list;
  }

  Result parse_and_or() {
    Result left = parse_pipeline();
    while (left && (is_operator("&&") || is_operator("||"))) {
      NodePointer node = make(is_operator("&&") ? Kind::both : Kind::either);
      ++at_;
      while (take_operator(";")) {
      }
      Result right = parse_pipeline();
      if (!right) return right;
      node->children.push_back(std::move(*left));
      node->children.push_back(std::move(*right));
      left = std::move(node);
    }
    return left;
  }

  Result parse_pipeline() {
    const bool negated = is_word("!");
    if (negated) ++at_;
    Result first = parse_command();
    if (first && is_operator("|")) {
      NodePointer pipeline = make(Kind::pipeline);
      pipeline->children.push_back(std::move(*first));
      while (take_operator("|")) {
        Result next = parse_command();
        if (!next) return next;
        pipeline->children.push_back(std::move(*next));
      }
      first = std::move(pipeline);
    }
    if (!first || !negated) return first;
    NodePointer node = make(Kind::negation);
    node->children.push_back(std::move(*first));
    return node;
  }

  Result parse_command() {
    if (is_end()) return unexpected_token("end of file");
    Result command = parse_compound();
    if (!command || *command == nullptr) {
      if (!command) return command;
      return parse_simple();
    }
    if (auto done = parse_redirections(**command); !done) return std::unexpected{done.error()};
    return command;
  }

  // A loop, condition or group; null if a simple command follows.
  Result parse_compound() {
    if (is_word("while") || is_word("until")) return parse_loop();
    if (is_word("for")) return parse_for();
    if (is_word("if")) return parse_if();
    if (is_word("case")) return parse_case();
    if (is_word("select")) return unexpected_token(tokens_[at_].text);
    if (is_word("function") || is_function_name()) return parse_function();
    if (is_word("{") || is_operator("(")) {
      const bool is_brace = is_word("{");
      ++at_;
      Result list = parse_list();
      if (!list) return list;
      const bool is_closed = is_brace ? is_word("}") : is_operator(")");
      if (!is_closed) return unexpected_token(is_end() ? "end of file" : tokens_[at_].text);
      ++at_;
      if (is_brace) return list;
      NodePointer subshell = make(Kind::subshell);
      subshell->children.push_back(std::move(*list));
      return subshell;
    }
    return NodePointer{};
  }

  // `name (` and `)`.
  bool is_function_name() const {
    return at_ + 2 < tokens_.size() && !tokens_[at_].is_operator && tokens_[at_ + 1].is_operator &&
           tokens_[at_ + 1].text == "(" && tokens_[at_ + 2].is_operator &&
           tokens_[at_ + 2].text == ")";
  }

  Result parse_function() {
    NodePointer node = make(Kind::function);
    if (is_word("function")) ++at_;
    if (is_end() || tokens_[at_].is_operator) return unexpected_token(next_text());
    node->name = tokens_[at_++].text;
    if (take_operator("(") && !take_operator(")")) return unexpected_token(next_text());
    while (take_operator(";")) {
    }
    Result body = parse_command();
    if (!body) return body;
    node->children.push_back(std::move(*body));
    return node;
  }

  Result parse_case() {
    NodePointer node = make(Kind::case_of);
    ++at_;
    if (is_end() || tokens_[at_].is_operator) return unexpected_token(next_text());
    node->name = tokens_[at_++].text;
    if (auto done = expect_word("in"); !done) return std::unexpected{done.error()};
    for (;;) {
      while (take_operator(";")) {
      }
      if (is_word("esac")) break;
      std::vector<std::string> patterns;
      take_operator("(");
      do {
        if (is_end() || tokens_[at_].is_operator) return unexpected_token(next_text());
        patterns.push_back(tokens_[at_++].text);
      } while (take_operator("|"));
      if (!take_operator(")")) return unexpected_token(next_text());
      Result list = parse_list();
      if (!list) return list;
      (*list)->words = std::move(patterns);
      node->children.push_back(std::move(*list));
      if (!take_operator(";;") && !is_word("esac")) return unexpected_token(next_text());
    }
    ++at_;
    return node;
  }

  std::string next_text() const { return is_end() ? "end of file" : tokens_[at_].text; }

  Result parse_loop() {
    NodePointer node = make(is_word("while") ? Kind::while_loop : Kind::until_loop);
    ++at_;
    Result condition = parse_list();
    if (!condition) return condition;
    if (auto done = expect_word("do"); !done) return std::unexpected{done.error()};
    Result body = parse_list();
    if (!body) return body;
    if (auto done = expect_word("done"); !done) return std::unexpected{done.error()};
    node->children.push_back(std::move(*condition));
    node->children.push_back(std::move(*body));
    return node;
  }

  Result parse_for() {
    NodePointer node = make(Kind::for_loop);
    ++at_;
    if (is_end() || tokens_[at_].is_operator) return unexpected_token("for");
    node->name = tokens_[at_++].text;
    if (is_word("in")) {
      ++at_;
      while (!is_end() && !tokens_[at_].is_operator) node->words.push_back(tokens_[at_++].text);
    } else {
      node->is_over_parameters = true;
    }
    if (auto done = expect_word("do"); !done) return std::unexpected{done.error()};
    Result body = parse_list();
    if (!body) return body;
    if (auto done = expect_word("done"); !done) return std::unexpected{done.error()};
    node->children.push_back(std::move(*body));
    return node;
  }

  Result parse_if() {
    NodePointer node = make(Kind::condition);
    do {
      ++at_;
      Result condition = parse_list();
      if (!condition) return condition;
      if (auto done = expect_word("then"); !done) return std::unexpected{done.error()};
      Result body = parse_list();
      if (!body) return body;
      node->children.push_back(std::move(*condition));
      node->children.push_back(std::move(*body));
    } while (is_word("elif"));
    if (is_word("else")) {
      ++at_;
      Result body = parse_list();
      if (!body) return body;
      node->children.push_back(std::move(*body));
    }
    if (auto done = expect_word("fi"); !done) return std::unexpected{done.error()};
    return node;
  }

  Result parse_simple() {
    NodePointer node = make(Kind::simple);
    for (;;) {
      if (auto done = parse_redirections(*node); !done) return std::unexpected{done.error()};
      if (is_end() || tokens_[at_].is_operator) break;
      node->words.push_back(tokens_[at_++].text);
    }
    if (node->words.empty() && node->redirections.empty()) {
      return unexpected_token(is_end() ? "end of file" : tokens_[at_].text);
    }
    return node;
  }

  std::expected<void, std::string> parse_redirections(ShellNode& node) {
    while (!is_end() && tokens_[at_].is_operator) {
      const std::string op = tokens_[at_].text;
      ShellNode::Redirection redirection;
      const bool to_stream = op.ends_with(">&");
      if (op == "<") {
        redirection.source = ShellNode::Redirection::Source::file;
      } else if (op.starts_with("<<")) {
        redirection.source = ShellNode::Redirection::Source::document;
      } else if (op.find('>') == std::string::npos) {
        return {};
      }
      redirection.stream = op.front() == '2' ? 2 : 1;
      redirection.appends = op.ends_with(">>");
      ++at_;
      if (is_end() || tokens_[at_].is_operator) return unexpected_token(next_text());
      if (redirection.source == ShellNode::Redirection::Source::document &&
          tokens_[at_].is_quoted) {
        redirection.source = ShellNode::Redirection::Source::literal_document;
      }
      redirection.target = (to_stream ? "&" : "") + tokens_[at_++].text;
      node.redirections.push_back(std::move(redirection));
    }
    return {};
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::size_t end_of_shell_group(std::string_view text, std::size_t start) {
  const char open = text[start];
  if (open == '\'' || open == '`') return text.find(open, start + 1);
  if (open == '"') {
    for (std::size_t i = start + 1; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '"') {
        return i;
      } else if (text[i] == '$' && i + 1 < text.size() &&
                 (text[i + 1] == '(' || text[i + 1] == '{')) {
        i = end_of_shell_group(text, i + 1);
        if (i == std::string_view::npos) return i;
      }
    }
    return std::string_view::npos;
  }
  const char close = open == '(' ? ')' : '}';
  for (std::size_t i = start + 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      ++i;
    } else if (c == close) {
      return i;
    } else if (c == '\'' || c == '"' || c == '`' || c == open) {
      i = end_of_shell_group(text, i);
      if (i == std::string_view::npos) return i;
    }
  }
  return std::string_view::npos;
}

Result parse_shell(std::string_view script) {
  if (script.size() > kMaxScript) return std::unexpected{std::string{"script too long"}};
  Lexer lexer{script};
  std::expected<std::vector<Token>, std::string> tokens = lexer.run();
  if (!tokens) return std::unexpected{tokens.error()};
  Parser parser{std::move(*tokens)};
  return parser.run();
}

}  // namespace rockpool::node
