// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include "core/node/images/root_folders.h"
#include "core/node/images/shell_arithmetic.h"
#include "core/node/images/shell_pattern.h"
#include "core/node/images/shell_process.h"

// What words become.
namespace rockpool::node {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::size_t assignment_length(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == 0 || equals == std::string_view::npos) return 0;
  if (word[0] >= '0' && word[0] <= '9') return 0;
  const std::string_view name = word.substr(0, equals);
  return std::ranges::all_of(name, is_name_character) ? equals + 1 : 0;
}

std::optional<std::string> Shell::lookup(std::string_view name) const {
  if (name == "?") return std::to_string(status_);
  if (name == "$") return std::to_string(context_.process_id());
  if (name == "!") {
    if (background_.empty()) return std::nullopt;
    return std::to_string(background_.back().process_id);
  }
  if (name == "#") return std::to_string(parameters_.empty() ? 0 : parameters_.size() - 1);
  if (!name.empty() && name[0] >= '0' && name[0] <= '9') {
    std::size_t index = 0;
    std::from_chars(name.data(), name.data() + name.size(), index);
    if (index >= parameters_.size()) return std::nullopt;
    return parameters_[index];
  }
  if (name == "@" || name == "*") {
    std::string all;
    for (std::size_t i = 1; i < parameters_.size(); ++i) all += (i > 1 ? " " : "") + parameters_[i];
    return all;
  }
  if (name == "PWD") return context_.working_folder();
  if (name == "RANDOM") return std::to_string(context_.machine().random.below(32768));
  const auto found = variables_.find(name);
  if (found != variables_.end()) return found->second;
  return context_.machine().variable(name);
}

sim::Task<std::vector<std::string>> Shell::expand_words(std::vector<std::string> raw_words) {
  std::vector<std::string> words;
  for (const std::string& whole : raw_words) {
    std::vector<std::string> parts{whole};
    if (is_bash_) parts = expand_brace_lists(whole);
    for (std::string& raw : parts) {
      sim::Task<std::vector<std::string>> expand = expand_word(std::move(raw), true);
      std::vector<std::string> some = co_await expand;
      std::ranges::move(some, std::back_inserter(words));
    }
  }
  co_return words;
}

namespace {

// A word in the making, with the same as a pattern in which what was quoted is not special.
class Fields {
 public:
  void add(std::string_view text, bool is_quoted) {
    text_ += text;
    pattern_ += is_quoted ? quote_pattern(text) : std::string{text};
    has_word_ = true;
  }
  // Quotes make a word even of nothing.
  void begin() { has_word_ = true; }
  void finish() {
    if (!has_word_) return;
    words.emplace_back(std::move(text_), std::move(pattern_));
    text_.clear();
    pattern_.clear();
    has_word_ = false;
  }
  void split(std::string_view text) {
    for (const char c : text) {
      if (c == ' ' || c == '\t' || c == '\n') {
        finish();
      } else {
        add({&c, 1}, false);
      }
    }
  }
  bool is_empty() const { return text_.empty(); }
  void forget() { has_word_ = false; }

  // Each as a text and as a pattern.
  std::vector<std::pair<std::string, std::string>> words;

 private:
  std::string text_;
  std::string pattern_;
  bool has_word_ = false;
};

// Adds what a backslash and the character behind it stand for. Within quotes and documents it makes
// only some characters plain, and stays before all others.
void add_escaped(char next, bool is_quoted, bool is_document, Fields& fields) {
  const std::string_view special = is_document ? "\\$`\n" : "\"\\$`\n";
  if ((is_quoted || is_document) && special.find(next) == std::string_view::npos) {
    fields.add("\\", true);
  }
  if (next != '\n') fields.add({&next, 1}, true);
}

// Adds what `"$@"` stands for: each parameter is a word of its own.
void add_parameters(const std::vector<std::string>& parameters, Fields& fields) {
  for (std::size_t each = 1; each < parameters.size(); ++each) {
    if (each > 1) fields.finish();
    fields.add(parameters[each], true);
  }
}

}  // namespace

sim::Task<std::vector<std::string>> Shell::expand_word(std::string raw, bool splits,
                                                       Quoting quoting) {
  const bool is_document = quoting == Quoting::document;
  Fields fields;
  bool quoted = false;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (c == '\'' && !quoted && !is_document) {
      const std::size_t end = std::min(raw.find('\'', i + 1), raw.size());
      fields.add(std::string_view{raw}.substr(i + 1, end - i - 1), true);
      i = end;
    } else if (c == '"' && !is_document) {
      quoted = !quoted;
      fields.begin();
    } else if (c == '\\' && i + 1 < raw.size()) {
      add_escaped(raw[++i], quoted, is_document, fields);
    } else if (quoted && raw.compare(i, 2, "$@") == 0 && splits) {
      add_parameters(parameters_, fields);
      ++i;
      if (parameters_.size() < 2 && fields.is_empty()) {
        fields.forget();
        if (i + 1 < raw.size() && raw[i + 1] == '"') ++i;
        quoted = false;
      }
    } else if ((c == '$' && i + 1 < raw.size()) || c == '`') {
      sim::Task<std::string> task = expand_dollar(raw, i);
      const std::string text = co_await task;
      if (quoted || !splits) {
        if (quoted || !text.empty()) fields.add(text, quoted);
      } else {
        fields.split(text);
      }
    } else if (c == '~' && i == 0 && !is_document && (raw.size() == 1 || raw[1] == '/')) {
      fields.add(lookup("HOME").value_or("/root"), true);
    } else {
      fields.add({&c, 1}, quoted);
    }
  }
  if (!splits) fields.begin();
  fields.finish();
  co_return finish_words(std::move(fields.words), splits, quoting);
}

std::vector<std::string> Shell::finish_words(
    std::vector<std::pair<std::string, std::string>> texts_and_patterns, bool splits,
    Quoting quoting) const {
  std::vector<std::string> words;
  for (auto& [text, pattern] : texts_and_patterns) {
    if (quoting == Quoting::pattern) {
      words.push_back(std::move(pattern));
    } else if (splits && is_pattern(pattern)) {
      std::vector<std::string> found = expand_pattern(pattern);
      if (found.empty()) found.push_back(std::move(text));
      std::ranges::move(found, std::back_inserter(words));
    } else {
      words.push_back(std::move(text));
    }
  }
  return words;
}

sim::Task<std::string> Shell::expand_text(std::string raw, Quoting quoting) {
  sim::Task<std::vector<std::string>> expand = expand_word(std::move(raw), false, quoting);
  std::vector<std::string> words = co_await expand;
  co_return words.empty() ? std::string{} : std::move(words.front());
}

std::vector<std::string> Shell::expand_pattern(const std::string& pattern) const {
  // What has been found so far of each part between slashes.
  std::vector<std::string> found{pattern.starts_with('/') ? "/" : ""};
  std::string_view rest = pattern;
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    if (part.empty()) continue;
    std::vector<std::string> next;
    for (const std::string& before : found) {
      const std::string folder = FileSystem::normalise(before, context_.working_folder());
      for (const std::string& name : names_in(context_, folder)) {
        const bool is_hidden = name.starts_with('.') && !part.starts_with('.');
        if (is_hidden || !matches_pattern(part, name)) continue;
        next.push_back(before + name + (rest.empty() ? "" : "/"));
      }
    }
    found = std::move(next);
  }
  return found;
}

sim::Task<std::string> Shell::expand_dollar(const std::string& raw, std::size_t& i) {
  const bool is_backquote = raw[i] == '`';
  if (is_backquote || raw[i + 1] == '(' || raw[i + 1] == '{') {
    const std::size_t open = is_backquote ? i : i + 1;
    const std::size_t end = std::min(end_of_shell_group(raw, open), raw.size());
    std::string inner = raw.substr(open + 1, end - open - 1);
    i = end;
    if (raw[open] == '(' && inner.starts_with('(') && inner.ends_with(')')) {
      sim::Task<std::string> expanding =
          expand_text(inner.substr(1, inner.size() - 2), Quoting::document);
      const std::string text = co_await expanding;
      const auto value = [this](std::string_view name) { return lookup(name).value_or("0"); };
      co_return std::to_string(evaluate_arithmetic(text, value));
    }
    sim::Task<std::string> task =
        raw[open] == '{' ? expand_braces(std::move(inner)) : substitute(std::move(inner));
    co_return co_await task;
  }
  const std::size_t start = i + 1;
  std::size_t end = start;
  const bool is_digit = raw[start] >= '0' && raw[start] <= '9';
  while (!is_digit && end < raw.size() && is_name_character(raw[end])) ++end;
  if (end == start &&
      (is_digit || std::string_view{"?$#@*!"}.find(raw[start]) != std::string_view::npos)) {
    ++end;
  }
  if (end == start) co_return "$";
  i = end - 1;
  co_return lookup(std::string_view{raw}.substr(start, end - start)).value_or("");
}

sim::Task<std::string> Shell::expand_braces(std::string inner) {
  if (inner.size() > 1 && inner.starts_with('#')) {
    co_return std::to_string(lookup(inner.substr(1)).value_or("").size());
  }
  std::size_t end = 0;
  while (end < inner.size() && is_name_character(inner[end])) ++end;
  if (end == 0) ++end;
  const std::string name = inner.substr(0, end);
  const std::optional<std::string> known = lookup(name);
  std::string value = known.value_or("");
  std::string_view how = std::string_view{inner}.substr(std::min(end, inner.size()));
  if (how.empty()) co_return value;
  const bool counts_empty = how.starts_with(':');
  if (counts_empty) how.remove_prefix(1);
  const bool is_set = known && !(counts_empty && value.empty());
  const char op = how.empty() ? '\0' : how.front();
  const bool is_doubled = how.size() > 1 && how[1] == op;
  std::string operand{how.substr(how.empty() ? 0 : 1)};
  if (op == '#' || op == '%') {
    sim::Task<std::string> expanding =
        expand_text(operand.substr(is_doubled ? 1 : 0), Quoting::pattern);
    const std::string pattern = co_await expanding;
    const std::size_t length = matching_length(pattern, value, op == '%', is_doubled);
    if (length == std::string::npos) co_return value;
    co_return op == '%' ? value.substr(0, value.size() - length) : value.substr(length);
  }
  if (std::string_view{"-=+?"}.find(op) == std::string_view::npos || op == '\0') {
    context_.print_error("sh: syntax error: bad substitution\n");
    exit(2);
    co_return std::string{};
  }
  // `+` is about what is set, the others about what is not.
  if (is_set != (op == '+')) co_return value;
  sim::Task<std::string> expanding = expand_text(std::move(operand));
  std::string text = co_await expanding;
  if (op == '=') variables_[name] = text;
  if (op == '?') {
    context_.print_error(
        fmt::format("sh: {}: {}\n", name, text.empty() ? "parameter not set" : text));
    exit(2);
  }
  co_return text;
}

sim::Task<std::string> Shell::substitute(std::string script) {
  TextOutput output;
  ProcessContext child{context_.machine(), {"sh"}, false, &output};
  child.set_working_folder(context_.working_folder());
  child.set_input(context_.input());
  child.set_error_output(context_.error_output());
  Shell shell{child, parameters_};
  shell.inherit(*this);
  sim::Task<std::int32_t> task = shell.run_script(std::move(script), false);
  status_ = co_await task;
  while (output.text.ends_with('\n')) output.text.pop_back();
  co_return std::move(output.text);
}

}  // namespace rockpool::node
