// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/coredns/corefile.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/net/dns/name.h"
#include "core/node/file_system.h"

namespace rockpool::node::coredns {
namespace {

using Blocks = std::vector<ServerBlock>;
using Error = std::unexpected<std::string>;
using Done = std::expected<void, std::string>;

// How many imports there may be of snippets, and as many of files.
constexpr int kMaxImports = 1000;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

// Words end at white space, `#` begins a comment wherever it stands, and `"` begins a word that
// ends at the next one.
class Lexer {
 public:
  Lexer(std::string_view text, std::string file) : text_{text}, file_{std::move(file)} {}

  std::vector<Token> all() {
    for (const char c : text_) read(c);
    if (is_quoted_ || !word_.empty()) end_word();
    return std::move(tokens_);
  }

 private:
  void read(char c) {
    if (is_quoted_) return read_quoted(c);
    if (is_space(c)) {
      if (c == '\r') return;
      if (!word_.empty()) end_word();
      if (c == '\n') {
        ++line_;
        is_comment_ = false;
      }
      return;
    }
    if (c == '#') is_comment_ = true;
    if (is_comment_) return;
    if (word_.empty()) {
      start_line_ = line_;
      is_quoted_ = c == '"';
      if (is_quoted_) return;
    }
    word_ += c;
  }

  void read_quoted(char c) {
    if (!is_escaped_) {
      is_escaped_ = c == '\\';
      if (is_escaped_) return;
      if (c == '"') return end_word();
    }
    if (c == '\n') ++line_;
    // Only quotes are escaped.
    if (is_escaped_ && c != '"') word_ += '\\';
    word_ += c;
    is_escaped_ = false;
  }

  void end_word() {
    tokens_.push_back({file_, start_line_, std::move(word_)});
    word_.clear();
    is_quoted_ = false;
    is_escaped_ = false;
  }

  std::string_view text_;
  std::string file_;
  std::vector<Token> tokens_;
  std::string word_;
  int line_ = 1;
  int start_line_ = 1;
  bool is_quoted_ = false;
  bool is_escaped_ = false;
  bool is_comment_ = false;
};

// Puts the variables of `{$NAME}` or `{%NAME%}` in their places.
std::string replace_references(std::string text, std::string_view start, std::string_view end,
                               const CorefileSource& source) {
  for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start)) {
    const std::size_t name = at + start.size();
    const std::size_t stop = text.find(end, name);
    if (stop == std::string::npos || stop == name) return text;
    std::string value = source.variable(text.substr(name, stop - name));
    // A value that refers to something would be replaced for ever.
    if (value.find(start) != std::string::npos) value.clear();
    text.replace(at, stop + end.size() - at, value);
  }
  return text;
}

std::string replace_variables(std::string text, const CorefileSource& source) {
  text = replace_references(std::move(text), "{%", "%}", source);
  return replace_references(std::move(text), "{$", "}", source);
}

// A file name against a pattern with at most one `*` and one `?` (path/filepath Match).
bool matches_glob(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*') {
    return matches_glob(pattern.substr(1), name) ||
           (!name.empty() && matches_glob(pattern, name.substr(1)));
  }
  if (name.empty() || (pattern.front() != '?' && pattern.front() != name.front())) return false;
  return matches_glob(pattern.substr(1), name.substr(1));
}

void append_json(std::string_view text, std::string& json) {
  json += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (c == '\n') {
      json += "\\n";
    } else if (c == '\t') {
      json += "\\t";
    } else if (c == '\r') {
      json += "\\r";
    } else if (byte < 0x20 || c == '<' || c == '>' || c == '&') {
      fmt::format_to(std::back_inserter(json), "\\u{:04x}", byte);
    } else {
      json += c;
    }
  }
  json += '"';
}

}  // namespace

const std::string& Dispenser::value() const {
  static const std::string kNone;
  return is_within(cursor_) ? tokens_[static_cast<std::size_t>(cursor_)].text : kNone;
}

const std::string& Dispenser::file() const {
  if (!is_within(cursor_)) return path_;
  const std::string& file = tokens_[static_cast<std::size_t>(cursor_)].file;
  return file.empty() ? path_ : file;
}

int Dispenser::line() const {
  return is_within(cursor_) ? tokens_[static_cast<std::size_t>(cursor_)].line : 0;
}

bool Dispenser::next() {
  if (cursor_ + 1 >= static_cast<int>(tokens_.size())) return false;
  ++cursor_;
  return true;
}

bool Dispenser::next_argument() {
  if (!is_within(cursor_)) return next();
  if (!is_within(cursor_ + 1)) return false;
  const Token& here = tokens_[static_cast<std::size_t>(cursor_)];
  const Token& there = tokens_[static_cast<std::size_t>(cursor_) + 1];
  const auto breaks = static_cast<int>(std::ranges::count(here.text, '\n'));
  if (here.file != there.file || here.line + breaks != there.line) return false;
  ++cursor_;
  return true;
}

bool Dispenser::next_in_block() {
  if (nesting_ > 0) {
    next();
    if (value() != "}") return true;
    --nesting_;
    return false;
  }
  if (!next_argument()) return false;
  if (value() != "{") {
    --cursor_;
    return false;
  }
  next();
  if (value() == "}") return false;
  ++nesting_;
  return true;
}

std::vector<std::string> Dispenser::remaining_arguments() {
  std::vector<std::string> arguments;
  while (next_argument()) {
    if (value() == "{") {
      --cursor_;
      break;
    }
    arguments.push_back(value());
  }
  return arguments;
}

std::string Dispenser::error(std::string_view text) const {
  return fmt::format("{}:{} - Error during parsing: {}", file(), line(), text);
}

std::string Dispenser::argument_error() const {
  if (value() == "{") return error("Unexpected token '{', expecting argument");
  return error(fmt::format("Wrong argument count or unexpected line ending after '{}'", value()));
}

std::string Dispenser::syntax_error(std::string_view expected) const {
  return fmt::format("{}:{} - Syntax error: Unexpected token '{}', expecting '{}'", file(), line(),
                     value(), expected);
}

class CorefileParser {
 public:
  CorefileParser(std::string_view text, const CorefileSource& source)
      : source_{source}, words_{source.path, Lexer{text, {}}.all()} {}

  std::expected<Blocks, std::string> parse() {
    Blocks blocks;
    while (words_.next()) {
      block_ = {};
      if (Done done = parse_block(); !done) return Error{done.error()};
      if (!block_.keys.empty()) blocks.push_back(std::move(block_));
    }
    return blocks;
  }

 private:
  Error fail(std::string_view text) const { return Error{words_.error(text)}; }

  bool is_new_line() const {
    const int cursor = words_.cursor_;
    if (cursor < 1) return true;
    if (!words_.is_within(cursor)) return false;
    const Token& before = words_.tokens_[static_cast<std::size_t>(cursor) - 1];
    const Token& here = words_.tokens_[static_cast<std::size_t>(cursor)];
    const auto breaks = static_cast<int>(std::ranges::count(before.text, '\n'));
    return before.file != here.file || before.line + breaks < here.line;
  }

  Done parse_block() {
    if (Done done = parse_addresses(); !done) return done;
    if (is_at_end_) return {};
    const bool is_snippet = block_.keys.size() == 1 && block_.keys[0].size() > 1 &&
                            block_.keys[0].starts_with('(') && block_.keys[0].ends_with(')');
    if (is_snippet) return parse_snippet();
    // A file for one server needs no braces.
    const bool has_brace = words_.value() == "{";
    if (!has_brace) --words_.cursor_;
    if (Done done = parse_directives(); !done) return done;
    if (has_brace && words_.value() != "}") return Error{words_.syntax_error("}")};
    return {};
  }

  Done parse_addresses() {
    bool expects_another = false;
    for (;;) {
      std::string word = replace_variables(words_.value(), source_);
      if (word == "import" && is_new_line()) {
        if (Done done = import(); !done) return done;
        words_.next();
        continue;
      }
      if (word == "{") {
        if (!expects_another) return {};
        return fail(
            fmt::format("Expected another address but had '{}' - check for extra comma", word));
      }
      if (!word.empty()) {
        expects_another = word.ends_with(',');
        if (expects_another) word.pop_back();
        block_.keys.push_back(std::move(word));
      }
      const bool has_next = words_.next();
      if (expects_another && !has_next) return fail("Unexpected EOF");
      if (!has_next) {
        is_at_end_ = true;
        return {};
      }
      if (!expects_another && is_new_line()) return {};
    }
  }

  Done parse_snippet() {
    const std::string name = block_.keys[0].substr(1, block_.keys[0].size() - 2);
    block_.keys.clear();
    if (snippets_.contains(name)) {
      return fail(fmt::format("redeclaration of previously declared snippet {}", name));
    }
    if (words_.value() != "{") return Error{words_.syntax_error("{")};
    std::vector<Token> tokens;
    int depth = 1;
    while (words_.next()) {
      if (words_.value() == "}" && --depth == 0) break;
      if (words_.value() == "{") ++depth;
      tokens.push_back(words_.tokens_[static_cast<std::size_t>(words_.cursor_)]);
    }
    if (depth != 0) return Error{words_.syntax_error("}")};
    snippets_[name] = std::move(tokens);
    return {};
  }

  Done parse_directives() {
    while (words_.next()) {
      if (words_.value() == "}") break;
      Done done = words_.value() == "import" ? import() : parse_directive();
      if (!done) return done;
    }
    return {};
  }

  // Takes the words of a directive: to the end of its line, or of the block that opens on it.
  Done parse_directive() {
    const std::string name = replace_variables(words_.value(), source_);
    if (source_.is_directive && !source_.is_directive(name)) {
      return fail(fmt::format("Unknown directive '{}'", name));
    }
    std::vector<Token>& tokens = block_.directives[name];
    tokens.push_back(here());
    int depth = 0;
    while (words_.next()) {
      if (words_.value() == "{") {
        ++depth;
      } else if (is_new_line() && depth == 0) {
        --words_.cursor_;
        break;
      } else if (words_.value() == "}") {
        if (depth == 0) return fail("Unexpected '}' because no matching opening brace");
        --depth;
      } else if (words_.value() == "import" && is_new_line()) {
        if (Done done = import(); !done) return done;
        continue;
      }
      here().text = replace_variables(here().text, source_);
      tokens.push_back(here());
    }
    if (depth > 0) return fail("Unexpected EOF");
    return {};
  }

  Token& here() { return words_.tokens_[static_cast<std::size_t>(words_.cursor_)]; }

  // Puts what is imported in the place of `import NAME`; the next word is then its first one.
  Done import() {
    if (!words_.next_argument()) return Error{words_.argument_error()};
    const std::string name = replace_variables(words_.value(), source_);
    if (name.empty()) return fail("Import requires a non-empty filepath");
    if (words_.next_argument()) {
      return fail("Import takes only one argument (glob pattern or file)");
    }
    const auto snippet = snippets_.find(name);
    const bool is_snippet = snippet != snippets_.end();
    if (++(is_snippet ? snippet_imports_ : file_imports_) > kMaxImports) {
      return fail(fmt::format("maximum {} import depth ({}) exceeded",
                              is_snippet ? "snippet" : "file", kMaxImports));
    }
    std::vector<Token> imported;
    if (is_snippet) {
      imported = snippet->second;
    } else if (Done done = read_files(name, imported); !done) {
      return done;
    }
    std::vector<Token>& tokens = words_.tokens_;
    const auto place = tokens.begin() + words_.cursor_ - 1;
    const auto after = tokens.erase(place, place + 2);
    tokens.insert(after, imported.begin(), imported.end());
    words_.cursor_ -= 2;
    return {};
  }

  Done read_files(const std::string& name, std::vector<Token>& imported) const {
    const std::string from = FileSystem::normalise(words_.file());
    const std::string folder = from.substr(0, from.rfind('/') + 1);
    const std::string pattern = FileSystem::normalise(name, folder);
    const bool has_class = pattern.find('[') < pattern.find(']');
    if (std::ranges::count(pattern, '*') > 1 || std::ranges::count(pattern, '?') > 1 ||
        (has_class && pattern.find(']') != std::string::npos)) {
      return fail(fmt::format("Glob pattern may only contain one wildcard (*), but has others: {}",
                              pattern));
    }
    std::vector<std::string> paths;
    if (pattern.find_first_of("*?") == std::string::npos) {
      paths.push_back(pattern);
    } else {
      const std::size_t slash = pattern.rfind('/');
      for (const std::string& each :
           source_.list(pattern.substr(0, std::max<std::size_t>(slash, 1)))) {
        if (matches_glob(std::string_view{pattern}.substr(slash + 1), each)) {
          paths.push_back(pattern.substr(0, slash + 1) + each);
        }
      }
    }
    for (const std::string& path : paths) {
      const std::optional<std::string> text = source_.read(path);
      if (!text) return fail(fmt::format("File to import not found: {}", name));
      std::vector<Token> tokens = Lexer{*text, path}.all();
      imported.insert(imported.end(), tokens.begin(), tokens.end());
    }
    return {};
  }

  const CorefileSource& source_;
  Dispenser words_;
  ServerBlock block_;
  std::map<std::string, std::vector<Token>> snippets_;
  int snippet_imports_ = 0;
  int file_imports_ = 0;
  bool is_at_end_ = false;
};

std::expected<Blocks, std::string> parse_corefile(std::string_view text,
                                                  const CorefileSource& source) {
  return CorefileParser{text, source}.parse();
}

std::string corefile_json(const Blocks& blocks) {
  std::string json = "[";
  for (const ServerBlock& block : blocks) {
    if (json.size() > 1) json += ',';
    json += "{\"Keys\":[";
    for (std::size_t i = 0; i < block.keys.size(); ++i) {
      if (i > 0) json += ',';
      append_json(block.keys[i], json);
    }
    json += "],\"Tokens\":{";
    bool is_first = true;
    for (const auto& [name, tokens] : block.directives) {
      if (!std::exchange(is_first, false)) json += ',';
      append_json(name, json);
      json += ":[";
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        json += i > 0 ? ",{\"File\":" : "{\"File\":";
        append_json(tokens[i].file, json);
        fmt::format_to(std::back_inserter(json), ",\"Line\":{},\"Text\":", tokens[i].line);
        append_json(tokens[i].text, json);
        json += '}';
      }
      json += ']';
    }
    json += "}}";
  }
  return json + "]";
}

}  // namespace rockpool::node::coredns
