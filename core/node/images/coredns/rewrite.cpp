// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/coredns/rewrite.h"

#include <fmt/format.h>

#include <algorithm>

// plugin/rewrite: rewrite.go, reverter.go
namespace rockpool::node::coredns {
namespace {

using net::dns::Message;
using net::dns::NameData;
using net::dns::Record;
using net::dns::ResponseCode;

// The name that a record points to; null if it points to none.
std::string* value_of(Record& record) {
  if (auto* name = std::get_if<NameData>(&record.data)) {
    return record.type == net::dns::RecordType::ptr ? nullptr : &name->name;
  }
  if (auto* service = std::get_if<net::dns::SrvData>(&record.data)) return &service->target;
  if (auto* mail = std::get_if<net::dns::MxData>(&record.data)) return &mail->exchange;
  if (auto* authority = std::get_if<net::dns::SoaData>(&record.data)) return &authority->primary;
  return nullptr;
}

// A name that was put in another's place, or one below it, gets the other one back.
void put_back(std::string& name, const std::pair<std::string, std::string>& renamed) {
  const auto& [before, after] = renamed;
  if (!net::dns::is_within(net::dns::lower_name(name), after)) return;
  name = name.substr(0, name.size() - after.size()) + before;
}

void apply_to_record(const ResponseRule& rule, const std::pair<std::string, std::string>& renamed,
                     Record& record) {
  if (record.type == net::dns::RecordType::opt) return;
  switch (rule.kind) {
    case ResponseRule::Kind::name:
      if (auto name = rule.match.apply(record.name)) record.name = std::move(*name);
      return;
    case ResponseRule::Kind::value:
      if (std::string* value = value_of(record)) {
        if (auto name = rule.match.apply(*value)) *value = std::move(*name);
      }
      return;
    case ResponseRule::Kind::revert:
      put_back(record.name, renamed);
      if (std::string* value = value_of(record)) put_back(*value, renamed);
      return;
    case ResponseRule::Kind::ttl:
      record.ttl = std::clamp(record.ttl, rule.least_ttl, rule.most_ttl);
      return;
    case ResponseRule::Kind::code:
      return;
  }
}

class Rewrite : public Plugin {
 public:
  explicit Rewrite(std::vector<RewriteRule> rules) : rules_{std::move(rules)} {}

  std::string_view name() const override { return "rewrite"; }

  std::optional<Step> descend(Query& query) override {
    const net::dns::Question original = query.question;
    for (const RewriteRule& rule : rules_) {
      const std::string before = query.name();
      if (!apply(rule, query)) continue;
      if (!net::dns::is_valid_name(query.question.name)) {
        Reply reply;
        reply.code = ResponseCode::server_failure;
        reply.error = fmt::format("invalid name after rewrite: {}", query.question.name);
        query.question = original;
        return Step{.reply = std::move(reply), .later = {}};
      }
      query.rewritten_from = original;
      for (const auto& response_rule : rule.response_rules) {
        query.response_rules.push_back(response_rule.get());
        query.renamed.emplace_back(before, query.name());
      }
      if (!rule.goes_on) break;
    }
    return {};
  }

  void ascend(Query& query, Reply& reply) override {
    if (!query.rewritten_from) return;
    query.question = *query.rewritten_from;
    if (!reply.message) return;
    Message& message = *reply.message;
    message.questions = {query.question};
    // What was done last is undone first.
    for (std::size_t i = query.response_rules.size(); i > 0; --i) {
      const ResponseRule& rule = *query.response_rules[i - 1];
      if (rule.kind == ResponseRule::Kind::code &&
          (!rule.old_code || *rule.old_code == message.code)) {
        message.code = rule.new_code;
      }
      for (auto* section : {&message.authorities, &message.answers, &message.additionals}) {
        for (Record& record : *section) apply_to_record(rule, query.renamed[i - 1], record);
      }
    }
  }

 private:
  // True if the rule applies to the question, which it then has changed.
  bool apply(const RewriteRule& rule, Query& query) const {
    net::dns::Question& question = query.question;
    switch (rule.kind) {
      case RewriteRule::Kind::type:
        if (static_cast<std::uint16_t>(question.type) != rule.from) return false;
        question.type = static_cast<net::dns::RecordType>(rule.to);
        return true;
      case RewriteRule::Kind::class_:
        if (question.class_ != rule.from) return false;
        question.class_ = rule.to;
        return true;
      case RewriteRule::Kind::ttl:
      case RewriteRule::Kind::code:
        return rule.match.apply(query.name()).has_value();
      case RewriteRule::Kind::name:
        break;
    }
    auto name = rule.match.apply(query.name());
    if (!name) return false;
    question.name = std::move(*name);
    return true;
  }

  std::vector<RewriteRule> rules_;
};

// The words of a rule in braces: `{ name regex A B` and `answer name C D }` make one rule.
Done read_block(Setup& setup, std::vector<std::string>& words) {
  while (setup.words.next_in_block()) {
    words.push_back(setup.words.value());
    for (std::string& word : setup.words.remaining_arguments()) words.push_back(std::move(word));
  }
  return {};
}

}  // namespace

Done set_up_rewrite(Setup& setup) {
  std::vector<RewriteRule> rules;
  while (setup.words.next()) {
    std::vector<std::string> words = setup.words.remaining_arguments();
    if (Done done = read_block(setup, words); !done) return done;
    auto rule = read_rewrite_rule(std::move(words));
    if (!rule) return Error{rule.error()};
    rules.push_back(std::move(*rule));
  }
  setup.add(std::make_unique<Rewrite>(std::move(rules)));
  return {};
}

}  // namespace rockpool::node::coredns
