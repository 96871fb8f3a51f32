// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "core/net/dns/name.h"
#include "core/net/dns/responder.h"
#include "core/node/images/coredns/plugin.h"

// plugin/acl, plugin/any
namespace rockpool::node::coredns {
namespace {

using net::dns::Record;
using net::dns::RecordType;
using net::dns::ResponseCode;

enum class Action { allow, block, filter };

// A line: what becomes of queries of those types from there.
struct Policy {
  Action action = Action::allow;
  // Empty: all.
  std::vector<RecordType> types;
  // Empty: from everywhere.
  std::vector<net::Cidr> sources;

  bool is_about(const Query& query) const {
    return (types.empty() || std::ranges::find(types, query.question.type) != types.end()) &&
           (sources.empty() || std::ranges::any_of(sources, [&](const net::Cidr& source) {
              return source.contains(query.client.ip);
            }));
  }
};

struct Rule {
  std::vector<std::string> zones;
  std::vector<Policy> policies;
};

// Decides who may ask for what: in each rule for the zone, the first policy that fits.
class AccessControl : public Plugin {
 public:
  explicit AccessControl(std::vector<Rule> rules) : rules_{std::move(rules)} {}
  std::string_view name() const override { return "acl"; }
  std::optional<Step> descend(Query& query) override {
    for (const Rule& rule : rules_) {
      if (match_zone(rule.zones, query.name()).empty()) continue;
      const auto policy = std::ranges::find_if(
          rule.policies, [&](const Policy& each) { return each.is_about(query); });
      if (policy == rule.policies.end() || policy->action == Action::allow) continue;
      const ResponseCode code =
          policy->action == Action::block ? ResponseCode::refused : ResponseCode::no_error;
      Reply reply;
      reply.message = net::dns::make_reply(query.request, code);
      return Step{.reply = std::move(reply), .later = {}};
    }
    return {};
  }

 private:
  std::vector<Rule> rules_;
};

bool is_section(const std::string& word) {
  const std::string name = net::dns::lower_name(word);
  return name == "type" || name == "net" || name == "file";
}

Done read_type(Setup& setup, const std::string& word, Policy& policy) {
  const auto type = net::dns::parse_record_type(word);
  if (!type) {
    return Error{
        setup.words.error(fmt::format("unexpected token \"{}\"; expect legal QTYPE", word))};
  }
  policy.types.push_back(*type);
  return {};
}

Done read_source(Setup& setup, const std::string& word, Policy& policy) {
  std::string text = word;
  if (text.find('/') == std::string::npos)
    text += word.find(':') == std::string::npos ? "/32" : "/128";
  const auto range = net::Cidr::parse(text);
  if (!range) {
    return Error{setup.words.error(fmt::format("illegal CIDR notation \"{}\"", text))};
  }
  policy.sources.push_back(*range);
  return {};
}

// `type A AAAA net 10.0.0.0/8`: what follows the action.
Done read_sections(Setup& setup, const std::vector<std::string>& words, Policy& policy) {
  bool has_all_types = false;
  bool has_all_sources = false;
  for (std::size_t at = 0; at < words.size();) {
    const std::string section = net::dns::lower_name(words[at]);
    if (!is_section(section)) {
      return Error{setup.words.error(
          fmt::format("unexpected token \"{}\"; expect 'type | net | file'", words[at]))};
    }
    std::size_t end = at + 1;
    while (end < words.size() && !is_section(words[end])) ++end;
    if (end == at + 1) {
      return Error{setup.words.error(fmt::format("no token specified in \"{}\" section", section))};
    }
    if (section == "file") {
      return Error{setup.words.error("networks from a file are not simulated")};
    }
    for (++at; at < end; ++at) {
      if (words[at] == "*") {
        (section == "type" ? has_all_types : has_all_sources) = true;
        continue;
      }
      Done done = section == "type" ? read_type(setup, words[at], policy)
                                    : read_source(setup, words[at], policy);
      if (!done) return done;
    }
  }
  if (has_all_types) policy.types.clear();
  if (has_all_sources) policy.sources.clear();
  return {};
}

// Tells those who ask for everything that there is no such thing (RFC 8482).
class Any : public Plugin {
 public:
  std::string_view name() const override { return "any"; }
  std::optional<Step> descend(Query& query) override {
    if (query.question.type != RecordType::any) return {};
    constexpr auto kHostInfo = static_cast<RecordType>(13);
    constexpr std::uint32_t kTtl = 8482;
    Reply reply;
    reply.message = net::dns::make_reply(query.request);
    Record record;
    record.name = query.question.name;
    record.type = kHostInfo;
    record.ttl = kTtl;
    record.data =
        net::dns::RawData{std::string{"\x0d"} + "ANY obsoleted" + "\x0c" + "See RFC 8482"};
    reply.message->answers.push_back(std::move(record));
    return Step{.reply = std::move(reply), .later = {}};
  }
};

}  // namespace

Done set_up_acl(Setup& setup) {
  std::vector<Rule> rules;
  Dispenser& words = setup.words;
  while (words.next()) {
    Rule& rule = rules.emplace_back();
    rule.zones = zones_or(words.remaining_arguments(), setup.site.origins());
    while (words.next_in_block()) {
      Policy& policy = rule.policies.emplace_back();
      const std::string action = net::dns::lower_name(words.value());
      if (action == "block") {
        policy.action = Action::block;
      } else if (action == "filter") {
        policy.action = Action::filter;
      } else if (action == "drop") {
        return Error{words.error("the action drop is not simulated")};
      } else if (action != "allow") {
        return Error{words.error(
            fmt::format("unexpected token \"{}\"; expect 'allow', 'block', 'filter' or 'drop'",
                        words.value()))};
      }
      if (Done done = read_sections(setup, words.remaining_arguments(), policy); !done) return done;
    }
  }
  setup.add(std::make_unique<AccessControl>(std::move(rules)));
  return {};
}

Done set_up_any(Setup& setup) {
  setup.words.next();
  setup.add(std::make_unique<Any>());
  return {};
}

}  // namespace rockpool::node::coredns
