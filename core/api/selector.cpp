// SPDX-License-Identifier: Apache-2.0
#include "core/api/selector.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <expected>
#include <optional>
#include <span>

#include "core/api/field_error.h"
#include "core/api/names.h"

namespace rockpool::api {

using namespace doc::literals;

namespace {

using Operator = LabelSelector::Operator;
using Requirement = LabelSelector::Requirement;
template <typename T>
using Parsed = std::expected<T, std::string>;

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::string join(const Problems& problems) {
  return fmt::format("{}", fmt::join(problems, "; "));
}

doc::Value as_array(const std::vector<std::string>& values) {
  doc::Value array = doc::Value::array();
  for (const std::string& value : values) array.push_back(value);
  return array;
}

// What is wrong with the number of values for an operator; empty if nothing is.
std::string_view values_problem(Operator op, std::size_t count) {
  switch (op) {
    case Operator::in:
    case Operator::not_in:
      return count == 0 ? "for 'in', 'notin' operators, values set can't be empty" : "";
    case Operator::equals:
    case Operator::double_equals:
    case Operator::not_equals:
      return count != 1 ? "exact-match compatibility requires one single value" : "";
    case Operator::exists:
    case Operator::does_not_exist:
      return count != 0 ? "values set must be empty for exists and does not exist" : "";
    case Operator::greater_than:
    case Operator::less_than:
      return count != 1 ? "for 'Gt', 'Lt' operators, exactly one value is required" : "";
  }
  return "";
}

// labels.NewRequirement: `values` may come in any order. Upstream builds these without a path,
// which shows as "<nil>", "key" and "values" in its messages.
Parsed<Requirement> make_requirement(std::string_view key, Operator op,
                                     std::vector<std::string> values) {
  FieldErrors errors;
  if (const Problems problems = check_qualified_name(key); !problems.empty()) {
    errors.invalid(FieldPath{"key"}, key, join(problems));
  }
  const FieldPath values_path{"values"};
  if (const std::string_view problem = values_problem(op, values.size()); !problem.empty()) {
    errors.invalid(values_path, as_array(values), problem);
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if ((op == Operator::greater_than || op == Operator::less_than) && !parse_integer(values[i])) {
      errors.invalid(values_path.index(i), values[i],
                     "for 'Gt', 'Lt' operators, the value must be an integer");
    }
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (const Problems problems = check_label_value(values[i]); !problems.empty()) {
      errors.invalid(values_path.index(i).key(key), values[i], join(problems));
    }
  }
  if (!errors.empty()) return std::unexpected{errors.aggregate()};
  return Requirement{doc::Key{key}, op, std::move(values)};
}

// Few requirements, mostly in order already: inserting each into its place is the least code.
void sort_by_key(std::vector<Requirement>& requirements) {
  for (std::size_t i = 1; i < requirements.size(); ++i) {
    for (std::size_t at = i; at > 0 && requirements[at].key < requirements[at - 1].key; --at) {
      std::swap(requirements[at], requirements[at - 1]);
    }
  }
}

enum class Token : std::uint8_t {
  end_of_string,
  closed_parenthesis,
  comma,
  does_not_exist,
  double_equals,
  equals,
  greater_than,
  identifier,
  in,
  less_than,
  not_equals,
  not_in,
  open_parenthesis,
  error,
};

struct ScannedToken {
  Token token = Token::end_of_string;
  std::string literal;
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_special(char c) {
  return std::string_view{"=!(),><"}.find(c) != std::string_view::npos;
}

Token token_of(std::string_view text) {
  constexpr std::pair<std::string_view, Token> kTokens[] = {
      {")", Token::closed_parenthesis},
      {",", Token::comma},
      {"!", Token::does_not_exist},
      {"==", Token::double_equals},
      {"=", Token::equals},
      {">", Token::greater_than},
      {"in", Token::in},
      {"<", Token::less_than},
      {"!=", Token::not_equals},
      {"notin", Token::not_in},
      {"(", Token::open_parenthesis},
  };
  for (const auto& [spelling, token] : kTokens) {
    if (spelling == text) return token;
  }
  return Token::error;
}

// The longest run of special characters that is a token.
ScannedToken scan_special(std::string_view& text) {
  std::size_t length = 1;
  while (length < text.size() && is_special(text[length]) &&
         token_of(text.substr(0, length + 1)) != Token::error) {
    ++length;
  }
  ScannedToken scanned{token_of(text.substr(0, length)), std::string{text.substr(0, length)}};
  text.remove_prefix(length);
  return scanned;
}

std::vector<ScannedToken> scan(std::string_view text) {
  std::vector<ScannedToken> tokens;
  while (true) {
    while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
    if (text.empty()) break;
    if (is_special(text[0])) {
      tokens.push_back(scan_special(text));
      continue;
    }
    std::size_t length = 0;
    while (length < text.size() && !is_space(text[length]) && !is_special(text[length])) ++length;
    const std::string_view word = text.substr(0, length);
    const Token token = token_of(word);
    tokens.push_back({token == Token::error ? Token::identifier : token, std::string{word}});
    text.remove_prefix(length);
  }
  tokens.push_back({});
  return tokens;
}

// Reads the text form of label selectors as apimachinery's labels.Parser does.
class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_{scan(text)} {}

  Parsed<std::vector<Requirement>> parse() {
    std::vector<Requirement> requirements;
    while (true) {
      const ScannedToken next = look_at_value();
      if (next.token == Token::end_of_string) return requirements;
      if (next.token != Token::identifier && next.token != Token::does_not_exist) {
        return fail("found '{}', expected: !, identifier, or 'end of string'", next.literal);
      }
      Parsed<Requirement> requirement = parse_requirement();
      if (!requirement) return fail("unable to parse requirement: {}", requirement.error());
      requirements.push_back(std::move(*requirement));
      const ScannedToken after = take_value();
      if (after.token == Token::end_of_string) return requirements;
      if (after.token != Token::comma) {
        return fail("found '{}', expected: ',' or 'end of string'", after.literal);
      }
      const ScannedToken following = look_at_value();
      if (following.token != Token::identifier && following.token != Token::does_not_exist) {
        return fail("found '{}', expected: identifier after ','", following.literal);
      }
    }
  }

 private:
  template <typename... Args>
  static std::unexpected<std::string> fail(fmt::format_string<Args...> format, Args&&... args) {
    return std::unexpected{fmt::format(format, std::forward<Args>(args)...)};
  }

  // Where a key or value is expected, `in` and `notin` are ordinary words.
  ScannedToken look_at_value() const {
    ScannedToken next = tokens_[position_];
    if (next.token == Token::in || next.token == Token::not_in) next.token = Token::identifier;
    return next;
  }
  ScannedToken take_value() {
    ScannedToken next = look_at_value();
    advance();
    return next;
  }
  void advance() {
    if (position_ + 1 < tokens_.size()) ++position_;
  }

  Parsed<Requirement> parse_requirement() {
    ScannedToken next = take_value();
    const bool negated = next.token == Token::does_not_exist;
    if (negated) next = take_value();
    if (next.token != Token::identifier) {
      return fail("found '{}', expected: identifier", next.literal);
    }
    if (const Problems problems = check_qualified_name(next.literal); !problems.empty()) {
      return fail("<nil>: Invalid value: {}: {}", quote(next.literal), join(problems));
    }
    const Token after = look_at_value().token;
    if (negated) return make_requirement(next.literal, Operator::does_not_exist, {});
    if (after == Token::end_of_string || after == Token::comma) {
      return make_requirement(next.literal, Operator::exists, {});
    }
    const Parsed<Operator> op = parse_operator();
    if (!op) return std::unexpected{op.error()};
    Parsed<std::vector<std::string>> values =
        *op == Operator::in || *op == Operator::not_in ? parse_values() : parse_exact_value();
    if (!values) return std::unexpected{values.error()};
    return make_requirement(next.literal, *op, std::move(*values));
  }

  Parsed<Operator> parse_operator() {
    const ScannedToken next = tokens_[position_];
    advance();
    switch (next.token) {
      case Token::in:
        return Operator::in;
      case Token::equals:
        return Operator::equals;
      case Token::double_equals:
        return Operator::double_equals;
      case Token::greater_than:
        return Operator::greater_than;
      case Token::less_than:
        return Operator::less_than;
      case Token::not_in:
        return Operator::not_in;
      case Token::not_equals:
        return Operator::not_equals;
      default:
        return fail("found '{}', expected: in, notin, =, ==, !=, gt, lt", next.literal);
    }
  }

  Parsed<std::vector<std::string>> parse_values() {
    const ScannedToken open = take_value();
    if (open.token != Token::open_parenthesis) {
      return fail("found '{}' expected: '('", open.literal);
    }
    const ScannedToken next = look_at_value();
    if (next.token == Token::closed_parenthesis) {
      advance();
      return std::vector<std::string>{};
    }
    if (next.token != Token::identifier && next.token != Token::comma) {
      return fail("found '{}', expected: ',', ')' or identifier", next.literal);
    }
    Parsed<std::vector<std::string>> values = parse_identifiers();
    if (!values) return values;
    const ScannedToken closing = take_value();
    if (closing.token != Token::closed_parenthesis) {
      return fail("found '{}', expected: ')'", closing.literal);
    }
    return values;
  }

  // A comma without a value before or after it stands for the empty value.
  Parsed<std::vector<std::string>> parse_identifiers() {
    std::vector<std::string> values;
    while (true) {
      const ScannedToken next = take_value();
      if (next.token == Token::identifier) {
        values.push_back(next.literal);
        const ScannedToken following = look_at_value();
        if (following.token == Token::closed_parenthesis) return values;
        if (following.token != Token::comma) {
          return fail("found '{}', expected: ',' or ')'", following.literal);
        }
      } else if (next.token == Token::comma) {
        if (values.empty()) values.emplace_back();
        const Token following = look_at_value().token;
        if (following == Token::closed_parenthesis) {
          values.emplace_back();
          return values;
        }
        if (following == Token::comma) {
          advance();
          values.emplace_back();
        }
      } else {
        return fail("found '{}', expected: ',', or identifier", next.literal);
      }
    }
  }

  Parsed<std::vector<std::string>> parse_exact_value() {
    const Token next = look_at_value().token;
    if (next == Token::end_of_string || next == Token::comma) {
      return std::vector<std::string>{std::string{}};
    }
    const ScannedToken value = take_value();
    if (value.token == Token::identifier) return std::vector<std::string>{value.literal};
    return fail("found '{}', expected: identifier", value.literal);
  }

  std::vector<ScannedToken> tokens_;
  std::size_t position_ = 0;
};

std::optional<Operator> expression_operator(std::string_view name) {
  if (name == "In") return Operator::in;
  if (name == "NotIn") return Operator::not_in;
  if (name == "Exists") return Operator::exists;
  if (name == "DoesNotExist") return Operator::does_not_exist;
  return std::nullopt;
}

std::string requirement_text(const Requirement& requirement) {
  const std::string_view key = requirement.key.text();
  const auto first = [&]() -> std::string_view {
    return requirement.values.empty() ? std::string_view{} : requirement.values.front();
  };
  switch (requirement.op) {
    case Operator::in:
      return fmt::format("{} in ({})", key, fmt::join(requirement.values, ","));
    case Operator::not_in:
      return fmt::format("{} notin ({})", key, fmt::join(requirement.values, ","));
    case Operator::equals:
      return fmt::format("{}={}", key, first());
    case Operator::double_equals:
      return fmt::format("{}=={}", key, first());
    case Operator::not_equals:
      return fmt::format("{}!={}", key, first());
    case Operator::exists:
      return std::string{key};
    case Operator::does_not_exist:
      return fmt::format("!{}", key);
    case Operator::greater_than:
      return fmt::format("{}>{}", key, first());
    case Operator::less_than:
      return fmt::format("{}<{}", key, first());
  }
  return {};
}

}  // namespace

bool LabelSelector::Requirement::matches(const doc::Value& labels) const {
  const doc::Value* value = labels.find(key);
  const auto is_listed = [&] {
    const std::string_view text = value->as_string();
    return std::find(values.begin(), values.end(), text) != values.end();
  };
  switch (op) {
    case Operator::in:
    case Operator::equals:
    case Operator::double_equals:
      return value != nullptr && is_listed();
    case Operator::not_in:
    case Operator::not_equals:
      return value == nullptr || !is_listed();
    case Operator::exists:
      return value != nullptr;
    case Operator::does_not_exist:
      return value == nullptr;
    case Operator::greater_than:
    case Operator::less_than: {
      if (value == nullptr || values.size() != 1) return false;
      const auto actual = parse_integer(value->as_string());
      const auto bound = parse_integer(values.front());
      if (!actual || !bound) return false;
      return op == Operator::greater_than ? *actual > *bound : *actual < *bound;
    }
  }
  return false;
}

LabelSelector LabelSelector::nothing() {
  LabelSelector selector;
  selector.nothing_ = true;
  return selector;
}

LabelSelector LabelSelector::from_labels(const doc::Value& labels) {
  LabelSelector selector;
  for (const doc::Member& member : labels.members()) {
    selector.requirements_.push_back({member.key, Operator::equals, {member.value.to_string()}});
  }
  return selector;
}

Result<LabelSelector> LabelSelector::from_value(const doc::Value& value) {
  if (value.is_null()) return nothing();
  LabelSelector selector;
  const auto add = [&](std::string_view key, Operator op,
                       std::vector<std::string> values) -> Result<void> {
    Parsed<Requirement> requirement = make_requirement(key, op, std::move(values));
    if (!requirement) return std::unexpected{bad_request(requirement.error())};
    selector.requirements_.push_back(std::move(*requirement));
    return {};
  };
  for (const doc::Member& member : value["matchLabels"_key].members()) {
    if (auto added = add(member.key.text(), Operator::equals, {member.value.to_string()}); !added) {
      return std::unexpected{added.error()};
    }
  }
  for (const doc::Value& expression : value["matchExpressions"_key].items()) {
    const auto op = expression_operator(expression["operator"_key].as_string());
    if (!op) {
      return std::unexpected{
          bad_request(fmt::format("{} is not a valid label selector operator",
                                  quote(expression["operator"_key].as_string())))};
    }
    std::vector<std::string> values;
    for (const doc::Value& item : expression["values"_key].items()) {
      values.push_back(item.to_string());
    }
    if (auto added = add(expression["key"_key].as_string(), *op, std::move(values)); !added) {
      return std::unexpected{added.error()};
    }
  }
  sort_by_key(selector.requirements_);
  return selector;
}

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  Parsed<std::vector<Requirement>> requirements = Parser{text}.parse();
  if (!requirements) return std::unexpected{bad_request(requirements.error())};
  LabelSelector selector;
  selector.requirements_ = std::move(*requirements);
  sort_by_key(selector.requirements_);
  return selector;
}

bool LabelSelector::matches(const doc::Value& labels) const {
  if (nothing_) return false;
  for (const Requirement& requirement : requirements_) {
    if (!requirement.matches(labels)) return false;
  }
  return true;
}

std::string LabelSelector::to_string() const {
  std::string text;
  for (const Requirement& requirement : requirements_) {
    if (!text.empty()) text += ',';
    text += requirement_text(requirement);
  }
  return text;
}

const std::string* LabelSelector::required_value(std::string_view key) const {
  for (const Requirement& requirement : requirements_) {
    const bool exact = requirement.op == Operator::equals ||
                       requirement.op == Operator::double_equals || requirement.op == Operator::in;
    if (exact && requirement.values.size() == 1 && requirement.key.text() == key) {
      return &requirement.values.front();
    }
  }
  return nullptr;
}

std::string format_label_selector(const doc::Value& selector) {
  const Result<LabelSelector> compiled = LabelSelector::from_value(selector);
  if (!compiled) return "<error>";
  std::string text = compiled->to_string();
  return text.empty() ? "<none>" : text;
}

}  // namespace rockpool::api
