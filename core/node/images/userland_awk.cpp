// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_awk.h"

#include <algorithm>
#include <charconv>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/node/images/regular_expression.h"
#include "core/node/images/userland_options.h"
#include "core/node/images/userland_text.h"

namespace rockpool::node {
namespace {

using Syntax = RegularExpression::Syntax;

// What is printed, or compared.
struct Value {
  enum class Kind : std::uint8_t { text, field, line_number, field_count, last_field, separator };
  Kind kind = Kind::text;
  std::string text;
  std::size_t number = 0;
};

// What a line must be.
struct Condition {
  std::optional<RegularExpression> pattern;
  // Of a field instead of the line.
  std::optional<Value> left;
  std::string comparison;
  std::string right;
  bool is_inverted = false;
};

struct Rule {
  std::optional<Condition> condition;
  std::vector<Value> printed;
};

class Parser {
 public:
  explicit Parser(std::string_view program) : rest_{program} {}

  // Nothing if it is anything else.
  std::optional<std::vector<Rule>> run() {
    std::vector<Rule> rules;
    for (skip(); !rest_.empty(); skip()) {
      Rule rule;
      if (!rest_.starts_with('{') && !read_condition(rule)) return {};
      skip();
      if (!read_action(rule)) return {};
      rules.push_back(std::move(rule));
      skip();
      take(";");
    }
    if (rules.empty()) return {};
    return rules;
  }

 private:
  void skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size())); }
  bool take(std::string_view what) {
    skip();
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }

  bool read_condition(Rule& rule) {
    Condition condition;
    condition.is_inverted = take("!");
    skip();
    if (rest_.starts_with('/')) {
      condition.pattern = read_pattern();
      if (!condition.pattern) return false;
    } else {
      condition.left = read_value();
      if (!condition.left || condition.is_inverted) return false;
      if (take("!~")) {
        condition.is_inverted = true;
        skip();
        condition.pattern = read_pattern();
        if (!condition.pattern) return false;
      } else if (take("~")) {
        skip();
        condition.pattern = read_pattern();
        if (!condition.pattern) return false;
      } else if (!read_comparison(condition)) {
        return false;
      }
    }
    rule.condition = std::move(condition);
    return true;
  }

  bool read_comparison(Condition& condition) {
    for (const std::string_view comparison : {"==", "!=", ">=", "<=", ">", "<"}) {
      if (!take(comparison)) continue;
      condition.comparison = comparison;
      const auto value = read_value();
      if (!value || value->kind != Value::Kind::text) return false;
      condition.right = value->text;
      return true;
    }
    return false;
  }

  std::optional<RegularExpression> read_pattern() {
    if (!rest_.starts_with('/')) return {};
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '/') {
        rest_.remove_prefix(i + 1);
        auto pattern = RegularExpression::parse(text, Syntax::extended);
        return pattern ? std::optional{std::move(*pattern)} : std::nullopt;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size() && rest_[i + 1] == '/') ++i;
      text += rest_[i];
    }
    return {};
  }

  bool read_action(Rule& rule) {
    if (!rest_.starts_with('{')) {
      rule.printed.push_back({Value::Kind::field, {}, 0});
      return rule.condition.has_value();
    }
    if (!take("{") || !take("print")) return false;
    const bool has_bracket = take("(");
    skip();
    while (!rest_.empty() && rest_.front() != '}' && rest_.front() != ';' && rest_.front() != ')') {
      if (take(",")) rule.printed.push_back({Value::Kind::separator, {}, 0});
      auto value = read_value();
      if (!value) return false;
      rule.printed.push_back(std::move(*value));
      skip();
    }
    if (has_bracket && !take(")")) return false;
    take(";");
    if (rule.printed.empty()) rule.printed.push_back({Value::Kind::field, {}, 0});
    return take("}");
  }

  std::optional<Value> read_value() {
    skip();
    if (take("$NF")) return Value{Value::Kind::last_field, {}, 0};
    if (take("NR")) return Value{Value::Kind::line_number, {}, 0};
    if (take("NF")) return Value{Value::Kind::field_count, {}, 0};
    if (rest_.starts_with('"')) return read_text();
    const bool is_field = take("$");
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    std::size_t number = 0;
    const auto read = std::from_chars(rest_.data(), rest_.data() + end, number);
    if (end == 0 || read.ec != std::errc{}) return {};
    Value value{is_field ? Value::Kind::field : Value::Kind::text, {}, number};
    value.text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return value;
  }

  std::optional<Value> read_text() {
    Value value;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return value;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) {
        ++i;
        value.text += rest_[i] == 'n' ? '\n' : rest_[i] == 't' ? '\t' : rest_[i];
      } else {
        value.text += rest_[i];
      }
    }
    return {};
  }

  std::string_view rest_;
};

// A line with its fields.
class Record {
 public:
  Record(std::string_view line, std::size_t number, const std::string& separator,
         const std::optional<RegularExpression>& pattern)
      : line_{line}, number_{number} {
    if (separator == " ") {
      split_at_blanks();
    } else if (pattern) {
      split_at(*pattern);
    }
  }

  std::string text_of(const Value& value) const {
    switch (value.kind) {
      case Value::Kind::field:
        return field(value.number);
      case Value::Kind::last_field:
        return field(fields_.size());
      case Value::Kind::line_number:
        return fmt::format("{}", number_);
      case Value::Kind::field_count:
        return fmt::format("{}", fields_.size());
      case Value::Kind::separator:
        return " ";
      case Value::Kind::text:
        break;
    }
    return value.text;
  }

  bool is_as(const Condition& condition) const {
    if (condition.pattern) {
      const std::string text = condition.left ? text_of(*condition.left) : std::string{line_};
      return condition.pattern->is_in(text) != condition.is_inverted;
    }
    const std::string left = text_of(*condition.left);
    const auto a = number_in(left);
    const auto b = number_in(condition.right);
    const auto order = a && b ? *a <=> *b : std::partial_ordering{left <=> condition.right};
    if (condition.comparison == "==") return order == 0;
    if (condition.comparison == "!=") return order != 0;
    if (condition.comparison == ">=") return order >= 0;
    if (condition.comparison == "<=") return order <= 0;
    return condition.comparison == ">" ? order > 0 : order < 0;
  }

 private:
  static std::optional<double> number_in(std::string_view text) {
    double number = 0;
    std::int64_t whole = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (failed != std::errc{} || end != text.data() + text.size()) return {};
    number = static_cast<double>(whole);
    return number;
  }

  std::string field(std::size_t number) const {
    if (number == 0) return std::string{line_};
    return number > fields_.size() ? std::string{} : std::string{fields_[number - 1]};
  }
  void split_at_blanks() {
    for (std::size_t at = 0;;) {
      at = line_.find_first_not_of(" \t", at);
      if (at == std::string_view::npos) return;
      const std::size_t end = std::min(line_.find_first_of(" \t", at), line_.size());
      fields_.push_back(line_.substr(at, end - at));
      at = end;
    }
  }
  void split_at(const RegularExpression& pattern) {
    if (line_.empty()) return;
    for (std::size_t at = 0;;) {
      const RegularExpression::Match match = pattern.search(line_, at);
      const bool is_last = match.empty() || match[0].first == match[0].second;
      fields_.push_back(line_.substr(at, is_last ? line_.size() - at : match[0].first - at));
      if (is_last) return;
      at = match[0].second;
    }
  }

  std::string_view line_;
  std::size_t number_;
  std::vector<std::string_view> fields_;
};

}  // namespace

sim::Task<std::int32_t> run_awk(ProcessContext& context) {
  auto options = read_letter_options(context, "", "F");
  if (!options || options->rest.empty()) {
    context.print_error(options ? "Usage: awk [-F SEP] 'CMDS' [FILE]...\n" : options.error());
    co_return 1;
  }
  const std::string program = options->rest.front();
  options->rest.erase(options->rest.begin());
  Parser parser{program};
  const auto rules = parser.run();
  if (!rules) {
    context.print_error(fmt::format(
        "awk: cmd. line:1: Syntax error: of awk only patterns and print are simulated: {}\n",
        program));
    co_return 1;
  }
  const std::string* const given = options->value('F');
  std::string separator = given == nullptr ? " " : *given == "\\t" ? "\t" : *given;
  // One character stands for itself.
  const bool is_plain = separator.size() == 1 && separator != " ";
  const std::string set = separator == "^" ? "\\^" : "[" + separator + "]";
  auto pattern = RegularExpression::parse(is_plain ? set : separator, Syntax::extended);
  auto reading = read_inputs(context, options->rest);
  const std::expected<std::string, std::string> text = co_await reading;
  if (!text || !pattern) {
    context.print_error(text ? fmt::format("awk: bad regex '{}': {}\n", separator, pattern.error())
                             : text.error());
    co_return text ? 1 : 2;
  }
  const std::optional<RegularExpression> splitter{std::move(*pattern)};
  std::string printed;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(*text)) {
    const Record record{line, ++number, separator, splitter};
    for (const Rule& rule : *rules) {
      if (rule.condition && !record.is_as(*rule.condition)) continue;
      for (const Value& value : rule.printed) printed += record.text_of(value);
      printed += "\n";
    }
  }
  context.print(printed);
  co_return 0;
}

}  // namespace rockpool::node
