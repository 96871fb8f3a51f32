// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/node/images/shell_arithmetic.h"
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
  if (name == "#") return std::to_string(parameters_.empty() ? 0 : parameters_.size() - 1);
  if (name.size() == 1 && name[0] >= '0' && name[0] <= '9') {
    const auto index = static_cast<std::size_t>(name[0] - '0');
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
  for (std::string& raw : raw_words) {
    sim::Task<std::vector<std::string>> expand = expand_word(std::move(raw), true);
    std::vector<std::string> some = co_await expand;
    std::ranges::move(some, std::back_inserter(words));
  }
  co_return words;
}

sim::Task<std::vector<std::string>> Shell::expand_word(std::string raw, bool splits) {
  std::vector<std::string> words;
  std::string word;
  bool has_word = false;
  bool quoted = false;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (c == '\'' && !quoted) {
      const std::size_t end = std::min(raw.find('\'', i + 1), raw.size());
      word.append(raw, i + 1, end - i - 1);
      has_word = true;
      i = end;
    } else if (c == '"') {
      quoted = !quoted;
      has_word = true;
    } else if (c == '\\' && i + 1 < raw.size()) {
      const char next = raw[++i];
      const bool is_special = std::string_view{"\"\\$`"}.find(next) != std::string_view::npos;
      if (quoted && !is_special) word += '\\';
      if (next != '\n') word += next;
      has_word = true;
    } else if ((c == '$' && i + 1 < raw.size()) || c == '`') {
      sim::Task<std::string> task = expand_dollar(raw, i);
      const std::string text = co_await task;
      if (quoted || !splits) {
        word += text;
        has_word = has_word || !text.empty();
      } else {
        append_fields(text, words, word, has_word);
      }
    } else {
      word += c;
      has_word = true;
    }
  }
  if (has_word || !splits) words.push_back(std::move(word));
  co_return words;
}

void Shell::append_fields(const std::string& text, std::vector<std::string>& words,
                          std::string& word, bool& has_word) {
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\n') {
      word += c;
      has_word = true;
    } else if (has_word) {
      words.push_back(std::exchange(word, {}));
      has_word = false;
    }
  }
}

sim::Task<std::string> Shell::expand_dollar(const std::string& raw, std::size_t& i) {
  if (raw[i] == '`') {
    const std::size_t end = std::min(raw.find('`', i + 1), raw.size());
    const std::string script = raw.substr(i + 1, end - i - 1);
    i = end;
    sim::Task<std::string> task = substitute(script);
    co_return co_await task;
  }
  if (raw[i + 1] == '(') {
    const std::size_t end = closing(raw, i + 1);
    const std::string inner = raw.substr(i + 2, end - i - 2);
    i = end;
    if (inner.starts_with('(') && inner.ends_with(')')) {
      const auto value = [this](std::string_view name) { return lookup(name).value_or("0"); };
      co_return std::to_string(evaluate_arithmetic(inner.substr(1, inner.size() - 2), value));
    }
    sim::Task<std::string> task = substitute(inner);
    co_return co_await task;
  }
  if (raw[i + 1] == '{') {
    const std::size_t end = closing(raw, i + 1);
    const std::string inner = raw.substr(i + 2, end - i - 2);
    i = end;
    co_return expand_braces(inner);
  }
  const std::size_t start = i + 1;
  std::size_t end = start;
  while (end < raw.size() && is_name_character(raw[end])) ++end;
  if (end == start && std::string_view{"?$#@*"}.find(raw[start]) != std::string_view::npos) ++end;
  if (end == start) co_return "$";
  i = end - 1;
  co_return lookup(std::string_view{raw}.substr(start, end - start)).value_or("");
}

std::size_t Shell::closing(const std::string& raw, std::size_t open) {
  const char close = raw[open] == '(' ? ')' : '}';
  int depth = 0;
  for (std::size_t i = open; i < raw.size(); ++i) {
    if (raw[i] == raw[open]) ++depth;
    if (raw[i] == close && --depth == 0) return i;
  }
  return raw.size() - 1;
}

std::string Shell::expand_braces(const std::string& inner) {
  if (inner.starts_with('#')) return std::to_string(lookup(inner.substr(1)).value_or("").size());
  std::size_t end = 0;
  while (end < inner.size() && is_name_character(inner[end])) ++end;
  const std::string name = inner.substr(0, end);
  const std::string value = lookup(name).value_or("");
  if (end == inner.size() || !value.empty()) return value;
  const std::size_t dash = inner.find_first_of("-=", end);
  if (dash == std::string::npos) return value;
  const std::string fallback = inner.substr(dash + 1);
  if (inner[dash] == '=') variables_[name] = fallback;
  return fallback;
}

sim::Task<std::string> Shell::substitute(std::string script) {
  TextOutput output;
  ProcessContext child{context_.machine(), {"sh"}, false, &output};
  child.set_working_folder(context_.working_folder());
  child.set_input(context_.input());
  child.set_error_output(context_.error_output());
  Shell shell{child, parameters_};
  shell.variables_ = variables_;
  sim::Task<std::int32_t> task = shell.run_script(std::move(script), false);
  status_ = co_await task;
  while (output.text.ends_with('\n')) output.text.pop_back();
  co_return std::move(output.text);
}

}  // namespace rockpool::node
