// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "core/net/dns/name.h"
#include "core/node/images/coredns/rewrite.h"

// plugin/rewrite: rewrite.go newRule, name.go, type.go, class.go, ttl.go, rcode.go
namespace rockpool::node::coredns {
namespace {

using Rule = std::expected<RewriteRule, std::string>;
using Words = std::vector<std::string>;

constexpr std::string_view kMatchKinds[] = {"exact", "prefix", "suffix", "substring", "regex"};
constexpr std::pair<std::string_view, std::uint16_t> kClasses[] = {
    {"in", 1}, {"cs", 2}, {"ch", 3}, {"hs", 4}, {"none", 254}, {"any", 255}};

// How many of `{0}` to `{100}` a replacement uses.
int used_groups(std::string_view replacement) {
  int count = 0;
  for (int i = 0; i <= 100; ++i) {
    count += replacement.find(fmt::format("{{{}}}", i)) != std::string_view::npos ? 1 : 0;
  }
  return count;
}

std::string normalized(const std::string& name) {
  return normalize_zones(name).front();
}

// Prefixes and substrings are no whole names, so they get no final dot.
NameMatch make_match(NameMatch::Kind kind, const std::string& from, const std::string& to) {
  switch (kind) {
    case NameMatch::Kind::regex:
      return {kind, from, normalized(to)};
    case NameMatch::Kind::exact:
    case NameMatch::Kind::suffix:
      return {kind, normalized(from), normalized(to)};
    case NameMatch::Kind::prefix:
    case NameMatch::Kind::substring:
      return {kind, net::dns::lower_name(from), net::dns::lower_name(to)};
  }
  return {};
}

std::unique_ptr<ResponseRule> make_response_rule(ResponseRule::Kind kind, NameMatch match = {}) {
  auto rule = std::make_unique<ResponseRule>();
  rule->kind = kind;
  rule->match = std::move(match);
  return rule;
}

// Undoes the rule: a suffix is put back wherever it stands, a whole name only in its own place.
void add_automatic_rules(RewriteRule& rule) {
  if (rule.match.kind() != NameMatch::Kind::suffix) {
    rule.response_rules.push_back(make_response_rule(ResponseRule::Kind::revert));
    return;
  }
  const NameMatch back{NameMatch::Kind::suffix, rule.match.to(), rule.match.from()};
  rule.response_rules.push_back(make_response_rule(ResponseRule::Kind::name, back));
  rule.response_rules.push_back(make_response_rule(ResponseRule::Kind::value, back));
}

// `answer auto`, `answer name FROM TO`, `answer value FROM TO`; any number of them.
Done read_answers(const Words& words, std::size_t at, RewriteRule& rule) {
  while (at < words.size()) {
    if (net::dns::lower_name(words[at]) != "answer" || at + 1 >= words.size()) {
      return Error{fmt::format("exceeded the number of arguments for a {} rule", "name")};
    }
    const std::string what = net::dns::lower_name(words[at + 1]);
    if (what == "auto") {
      add_automatic_rules(rule);
      at += 2;
      continue;
    }
    if (what != "name" && what != "value") {
      return Error{fmt::format("invalid type {} for answer rule, expected auto, name or value",
                               words[at + 1])};
    }
    if (at + 3 >= words.size()) {
      return Error{
          "response rewrites must consist only of a name rule with 3 arguments and an "
          "answer rule with 3 arguments"};
    }
    NameMatch match = make_match(NameMatch::Kind::regex, words[at + 2], words[at + 3]);
    if (Done done = match.compile(); !done) return done;
    rule.response_rules.push_back(make_response_rule(
        what == "name" ? ResponseRule::Kind::name : ResponseRule::Kind::value, std::move(match)));
    at += 4;
  }
  return {};
}

Rule read_name_rule(const Words& words) {
  if (words.size() < 2) return Error{"too few arguments for a name rule"};
  RewriteRule rule;
  const auto kind = NameMatch::parse_kind(words[0]);
  const bool is_short = words.size() == 2;
  if (!kind && !is_short && net::dns::lower_name(words[2]) != "answer") {
    return Error{
        fmt::format("name rule supports only exact, prefix, suffix, substring, and regex name "
                    "matching, received: {}",
                    words[0])};
  }
  // Without a kind the first word is the name.
  const std::size_t first = kind && !is_short ? 1 : 0;
  if (words.size() < first + 2) return Error{"too few arguments for a name rule"};
  rule.match =
      make_match(first == 1 ? *kind : NameMatch::Kind::exact, words[first], words[first + 1]);
  if (Done done = rule.match.compile(); !done) return Error{done.error()};
  if (Done done = read_answers(words, first + 2, rule); !done) return Error{done.error()};
  // Whoever asked for one exact name finds that name in the answer.
  if (rule.match.kind() == NameMatch::Kind::exact && rule.response_rules.empty()) {
    rule.response_rules.push_back(make_response_rule(ResponseRule::Kind::revert));
  }
  return rule;
}

Rule read_type_rule(const Words& words) {
  RewriteRule rule;
  rule.kind = RewriteRule::Kind::type;
  std::uint16_t* const numbers[] = {&rule.from, &rule.to};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto type = net::dns::parse_record_type(words[i]);
    if (!type) return Error{fmt::format("invalid type {}", words[i])};
    *numbers[i] = static_cast<std::uint16_t>(*type);
  }
  return rule;
}

Rule read_class_rule(const Words& words) {
  RewriteRule rule;
  rule.kind = RewriteRule::Kind::class_;
  std::uint16_t* const numbers[] = {&rule.from, &rule.to};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto found = std::ranges::find(kClasses, net::dns::lower_name(words[i]),
                                         &std::pair<std::string_view, std::uint16_t>::first);
    if (found == std::end(kClasses)) return Error{fmt::format("invalid class \"{}\"", words[i])};
    *numbers[i] = found->second;
  }
  return rule;
}

// `[exact|prefix|suffix|substring|regex] NAME` and what follows it.
std::expected<std::size_t, std::string> read_match(const Words& words, std::string_view what,
                                                   RewriteRule& rule) {
  const auto kind = words.empty() ? std::nullopt : NameMatch::parse_kind(words[0]);
  const std::size_t first = kind && words.size() > 2 ? 1 : 0;
  if (words.size() < first + 2) {
    return std::unexpected{fmt::format("too few (less than two) arguments for a {} rule", what)};
  }
  rule.match = make_match(first == 1 ? *kind : NameMatch::Kind::exact, words[first], "");
  if (Done done = rule.match.compile(); !done) return std::unexpected{done.error()};
  return first + 1;
}

Rule read_ttl_rule(const Words& words) {
  RewriteRule rule;
  rule.kind = RewriteRule::Kind::ttl;
  const auto at = read_match(words, "ttl", rule);
  if (!at) return Error{at.error()};
  if (*at + 1 != words.size()) {
    return Error{"exceeded the number of arguments for a ttl rule"};
  }
  // `30`, `30-60`, `-60`, `30-`
  const std::string& text = words[*at];
  const std::size_t dash = text.find('-');
  const std::string low = text.substr(0, dash);
  const std::string high = dash == std::string::npos ? low : text.substr(dash + 1);
  const auto least = low.empty() ? std::expected<std::int64_t, std::string>{0} : go_number(low);
  const auto most =
      high.empty() ? std::expected<std::int64_t, std::string>{2147483647} : go_number(high);
  if (!least || !most || *least < 0 || *most < *least || *most > 2147483647) {
    return Error{fmt::format("invalid TTL '{}' for a ttl rule", text)};
  }
  auto response_rule = make_response_rule(ResponseRule::Kind::ttl);
  response_rule->least_ttl = static_cast<std::uint32_t>(*least);
  response_rule->most_ttl = static_cast<std::uint32_t>(*most);
  rule.response_rules.push_back(std::move(response_rule));
  return rule;
}

Rule read_code_rule(const Words& words) {
  RewriteRule rule;
  rule.kind = RewriteRule::Kind::code;
  const auto at = read_match(words, "rcode", rule);
  if (!at) return Error{at.error()};
  if (*at + 2 != words.size()) return Error{"too few (less than two) arguments for a rcode rule"};
  const auto old_code = net::dns::parse_response_code(words[*at]);
  const auto new_code = net::dns::parse_response_code(words[*at + 1]);
  if (!old_code || !new_code) {
    return Error{
        fmt::format("invalid rcode '{}' for a rcode rule", words[old_code ? *at + 1 : *at])};
  }
  auto response_rule = make_response_rule(ResponseRule::Kind::code);
  response_rule->old_code = *old_code;
  response_rule->new_code = *new_code;
  rule.response_rules.push_back(std::move(response_rule));
  return rule;
}

}  // namespace

std::optional<NameMatch::Kind> NameMatch::parse_kind(std::string_view text) {
  const auto found = std::ranges::find(kMatchKinds, net::dns::lower_name(text));
  if (found == std::end(kMatchKinds)) return {};
  return static_cast<Kind>(found - std::begin(kMatchKinds));
}

Done NameMatch::compile() {
  if (kind_ != Kind::regex) return {};
  auto pattern = apiserver::custom::Pattern::compile(from_);
  if (!pattern) return Error{fmt::format("invalid regex matching pattern: {}", from_)};
  if (used_groups(to_) > pattern->groups()) {
    return Error{
        fmt::format("the rewrite regex pattern ({}) uses more subexpressions than its "
                    "corresponding matching regex pattern ({})",
                    to_, from_)};
  }
  pattern_ = std::move(*pattern);
  return {};
}

std::optional<std::string> NameMatch::apply(const std::string& name) const {
  switch (kind_) {
    case Kind::exact:
      if (name != from_) return {};
      return to_;
    case Kind::prefix:
      if (!name.starts_with(from_)) return {};
      return to_ + name.substr(from_.size());
    case Kind::suffix:
      if (!name.ends_with(from_)) return {};
      return name.substr(0, name.size() - from_.size()) + to_;
    case Kind::substring: {
      if (from_.empty() || name.find(from_) == std::string::npos) return {};
      std::string result;
      std::size_t from = 0;
      for (std::size_t at = name.find(from_); at != std::string::npos;
           at = name.find(from_, from)) {
        result += name.substr(from, at - from) + to_;
        from = at + from_.size();
      }
      return result + name.substr(from);
    }
    case Kind::regex:
      break;
  }
  const std::vector<std::string_view> groups = pattern_->find(name);
  if (groups.empty()) return {};
  std::string result = to_;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string place = fmt::format("{{{}}}", i);
    for (std::size_t at = result.find(place); at != std::string::npos;
         at = result.find(place, at + groups[i].size())) {
      result.replace(at, place.size(), groups[i]);
    }
  }
  return result;
}

Rule read_rewrite_rule(Words words) {
  if (words.empty()) return Error{"no rule type specified for rewrite"};
  const std::string first_word = words[0];
  const std::string mode = net::dns::lower_name(words[0]);
  const bool has_mode = mode == "continue" || mode == "stop";
  if (has_mode) words.erase(words.begin());
  if (words.empty()) return Error{"no rule type specified for rewrite"};
  const std::string kind = net::dns::lower_name(words[0]);
  words.erase(words.begin());
  const bool is_pair = kind == "type" || kind == "class";
  if (is_pair && words.size() != 2) {
    return Error{fmt::format("{} rules must have exactly two arguments", kind)};
  }
  Rule rule;
  if (kind == "name") {
    rule = read_name_rule(words);
  } else if (kind == "type") {
    rule = read_type_rule(words);
  } else if (kind == "class") {
    rule = read_class_rule(words);
  } else if (kind == "ttl") {
    rule = read_ttl_rule(words);
  } else if (kind == "rcode") {
    rule = read_code_rule(words);
  } else if (kind == "answer") {
    rule = Error{"response rewrites must begin with a name rule"};
  } else if (kind == "edns0" || kind == "cname") {
    rule = Error{fmt::format("rules of the type {} are not simulated", kind)};
  } else {
    rule = Error{fmt::format("invalid rule type \"{}\"", first_word)};
  }
  if (rule) rule->goes_on = mode == "continue";
  return rule;
}

}  // namespace rockpool::node::coredns
