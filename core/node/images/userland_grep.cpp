// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_grep.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include "core/node/images/image.h"
#include "core/node/images/regular_expression.h"
#include "core/node/images/userland_options.h"
#include "core/node/images/userland_text.h"

namespace rockpool::node {
namespace {

constexpr std::int32_t kTrouble = 2;

std::size_t number_of(const std::string* text, std::size_t fallback) {
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), fallback);
  return fallback;
}

// Takes away what a regular expression gives a meaning.
std::string as_literal(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (std::string_view{"\\[.*^$"}.find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

class Grep {
 public:
  Grep(ProcessContext& context, const LetterOptions& options, bool names_files)
      : context_{context},
        options_{options},
        names_files_{(names_files || options.has('H')) && !options.has('h')},
        most_{number_of(options.value('m'), std::numeric_limits<std::size_t>::max())} {
    const std::size_t around = number_of(options.value('C'), 0);
    before_ = number_of(options.value('B'), around);
    after_ = number_of(options.value('A'), around);
  }

  // The error is the program's.
  std::expected<void, std::string> add(std::string_view patterns, RegularExpression::Syntax syntax,
                                       bool is_fixed) {
    while (true) {
      const std::size_t end = std::min(patterns.find('\n'), patterns.size());
      const std::string pattern =
          is_fixed ? as_literal(patterns.substr(0, end)) : std::string{patterns.substr(0, end)};
      auto expression = RegularExpression::parse(
          pattern, is_fixed ? RegularExpression::Syntax::basic : syntax, options_.has('i'));
      if (!expression) {
        return std::unexpected{
            fmt::format("grep: bad regex '{}': {}\n", pattern, expression.error())};
      }
      expressions_.push_back(std::move(*expression));
      if (end == patterns.size()) return {};
      patterns.remove_prefix(end + 1);
    }
  }

  // True if a line was found.
  bool run(std::string_view text, const std::string& file) {
    const std::vector<std::string_view> lines = lines_of(text);
    std::size_t count = 0;
    // The first line that has not been printed.
    std::size_t next = 0;
    std::size_t print_until = 0;
    for (std::size_t i = 0; i < lines.size() && count < most_; ++i) {
      if (matches(lines[i]) == options_.has('v')) {
        if (i < print_until) print_line(lines, i, '-', file, next);
        continue;
      }
      ++count;
      if (options_.has('q') || options_.has('c') || options_.has('l')) continue;
      const std::size_t from = std::max(next, i - std::min(before_, i));
      if ((before_ > 0 || after_ > 0) && next > 0 && from > next) context_.print("--\n");
      for (std::size_t each = from; each < i; ++each) print_line(lines, each, '-', file, next);
      print_line(lines, i, ':', file, next);
      print_until = i + 1 + after_;
    }
    for (std::size_t i = next; next > 0 && i < std::min(print_until, lines.size()); ++i) {
      print_line(lines, i, '-', file, next);
    }
    if (options_.has('l') && count > 0) context_.print(file + "\n");
    if (options_.has('c') && !options_.has('q')) {
      context_.print(fmt::format("{}{}\n", names_files_ ? file + ":" : "", count));
    }
    return count > 0;
  }

 private:
  // Where the first match lies that counts.
  RegularExpression::Match find(std::string_view line, std::size_t start) const {
    RegularExpression::Match best;
    for (const RegularExpression& expression : expressions_) {
      for (std::size_t from = start; from <= line.size();) {
        RegularExpression::Match match = expression.search(line, from);
        if (match.empty()) break;
        if (counts(line, match[0].first, match[0].second)) {
          if (best.empty() || match[0].first < best[0].first) best = std::move(match);
          break;
        }
        from = match[0].first + 1;
      }
    }
    return best;
  }
  bool counts(std::string_view line, std::size_t from, std::size_t to) const {
    if (options_.has('x')) return from == 0 && to == line.size();
    if (!options_.has('w')) return true;
    const auto is_word = [&](std::size_t at) {
      const char c = line[at];
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return (from == 0 || !is_word(from - 1)) && (to == line.size() || !is_word(to));
  }
  bool matches(std::string_view line) const { return !find(line, 0).empty(); }

  void print_line(const std::vector<std::string_view>& lines, std::size_t i, char mark,
                  const std::string& file, std::size_t& next) {
    next = i + 1;
    std::string start;
    if (names_files_) start += file + mark;
    if (options_.has('n')) start += fmt::format("{}{}", i + 1, mark);
    if (!options_.has('o')) {
      context_.print(fmt::format("{}{}\n", start, lines[i]));
      return;
    }
    if (mark != ':' || options_.has('v')) return;
    for (std::size_t at = 0; at <= lines[i].size();) {
      const RegularExpression::Match match = find(lines[i], at);
      if (match.empty()) break;
      const auto [from, to] = match[0];
      if (to > from) context_.print(fmt::format("{}{}\n", start, lines[i].substr(from, to - from)));
      at = std::max(to, from + 1);
    }
  }

  ProcessContext& context_;
  const LetterOptions& options_;
  bool names_files_;
  std::size_t most_;
  std::size_t before_ = 0;
  std::size_t after_ = 0;
  std::vector<RegularExpression> expressions_;
};

}  // namespace

sim::Task<std::int32_t> run_grep(ProcessContext& context) {
  auto options = read_letter_options(context, "EFGivcqnolwxhHsr", "eABCm", true);
  if (!options) {
    context.print_error(options.error());
    co_return kTrouble;
  }
  std::vector<std::string> patterns = options->all_values('e');
  std::vector<std::string>& files = options->rest;
  if (patterns.empty()) {
    if (files.empty()) {
      context.print_error("Usage: grep [-HhnlLoqvsriwFE] [-m N] [-A|B|C N] PATTERN [FILE]...\n");
      co_return kTrouble;
    }
    patterns.push_back(files.front());
    files.erase(files.begin());
  }
  if (options->has('r')) {
    context.print_error("grep: searching folders (-r) is not simulated\n");
    co_return kTrouble;
  }
  const std::string_view name = base_name(context.arguments().front());
  const bool is_extended = options->has('E') || name == "egrep";
  const bool is_fixed = options->has('F') || name == "fgrep";
  Grep grep{context, *options, files.size() > 1};
  for (const std::string& pattern : patterns) {
    const auto added = grep.add(
        pattern,
        is_extended ? RegularExpression::Syntax::extended : RegularExpression::Syntax::basic,
        is_fixed);
    if (added) continue;
    context.print_error(added.error());
    co_return kTrouble;
  }
  if (files.empty()) files.emplace_back("-");
  bool found = false;
  bool failed = false;
  for (const std::string& file : files) {
    auto reading = read_named_input(context, file);
    const std::expected<std::string, std::string> text = co_await reading;
    if (!text) {
      if (!options->has('s')) context.print_error(text.error());
      failed = true;
      continue;
    }
    if (grep.run(*text, file == "-" ? "(standard input)" : file)) found = true;
  }
  co_return found ? 0 : failed ? kTrouble : 1;
}

}  // namespace rockpool::node
