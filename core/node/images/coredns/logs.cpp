// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "core/apiserver/custom/pattern.h"
#include "core/net/dns/name.h"
#include "core/net/dns/responder.h"
#include "core/node/images/coredns/instance.h"

// plugin/errors: setup.go, errors.go; plugin/log: setup.go, log.go; plugin/pkg/replacer
namespace rockpool::node::coredns {
namespace {

using net::dns::Message;
using net::dns::Record;
using net::dns::RecordType;
using net::dns::ResponseCode;

// Errors of one kind, of which only the number is told.
struct Consolidation {
  sim::Duration period{0};
  std::string text;
  apiserver::custom::Pattern pattern;
  std::string level = "ERROR";
  std::int64_t count = 0;
};

class Errors : public Plugin {
 public:
  Errors(Instance& instance, std::vector<Consolidation> consolidations)
      : instance_{instance}, consolidations_{std::move(consolidations)} {}

  std::string_view name() const override { return "errors"; }

  Done start() override {
    is_stopped_ = false;
    return {};
  }

  void stop() override {
    is_stopped_ = true;
    for (Consolidation& each : consolidations_) tell(each);
  }

  void ascend(Query& query, Reply& reply) override {
    if (reply.error.empty()) return;
    for (std::size_t i = 0; i < consolidations_.size(); ++i) {
      Consolidation& each = consolidations_[i];
      if (!each.pattern.is_in(reply.error)) continue;
      if (is_stopped_) break;
      if (++each.count == 1) {
        instance_.spawn(tell_later(instance_.weak_from_this(), *this, i, each.period));
      }
      return;
    }
    instance_.log("ERROR", "errors",
                  fmt::format("{} {} {}: {}", static_cast<int>(reply.code), query.name(),
                              net::dns::record_type_name(query.question.type), reply.error));
  }

 private:
  void tell(Consolidation& each) {
    const std::int64_t count = std::exchange(each.count, 0);
    if (count == 0) return;
    instance_.log(each.level, "errors",
                  fmt::format("{} errors like '{}' occurred in last {}", count, each.text,
                              sim::format_duration(each.period)));
  }

  static sim::Task<void> tell_later(std::weak_ptr<Instance> instance, Errors& errors,
                                    std::size_t place, sim::Duration period) {
    co_await sim::sleep(period);
    const std::shared_ptr<Instance> alive = instance.lock();
    if (alive) errors.tell(errors.consolidations_[place]);
  }

  Instance& instance_;
  std::vector<Consolidation> consolidations_;
  bool is_stopped_ = false;
};

std::expected<Consolidation, std::string> read_consolidation(Setup& setup) {
  constexpr std::string_view kLevels[] = {"warning", "error", "info", "debug"};
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.size() < 2 || arguments.size() > 3) return Error{setup.words.argument_error()};
  const auto period = go_duration(arguments[0]);
  if (!period) return Error{setup.words.error(period.error())};
  auto pattern = apiserver::custom::Pattern::compile(arguments[1]);
  if (!pattern) {
    return Error{setup.words.error(
        fmt::format("error parsing regexp: {}: `{}`", pattern.error(), arguments[1]))};
  }
  Consolidation result{.period = *period, .text = arguments[1], .pattern = std::move(*pattern)};
  if (arguments.size() == 3) {
    if (std::ranges::find(kLevels, arguments[2]) == std::end(kLevels)) {
      return Error{setup.words.error(
          fmt::format("unknown log level argument in consolidate: {}", arguments[2]))};
    }
    result.level = arguments[2];
    std::ranges::transform(result.level, result.level.begin(),
                           [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  }
  return result;
}

// Which answers `log` tells of (plugin/pkg/response/classify.go).
enum class AnswerClass : std::uint8_t { success, denial, error };

AnswerClass class_of(const Reply& reply) {
  const ResponseCode code = reply.final_code();
  if (code == ResponseCode::name_error) return AnswerClass::denial;
  if (code != ResponseCode::no_error) return AnswerClass::error;
  const bool is_denial = reply.message && reply.message->answers.empty() &&
                         std::ranges::any_of(reply.message->authorities, [](const Record& record) {
                           return record.type == RecordType::soa;
                         });
  return is_denial ? AnswerClass::denial : AnswerClass::success;
}

struct LogRule {
  std::string scope = ".";
  std::string format;
  // Empty: all.
  std::vector<AnswerClass> classes;
};

constexpr std::string_view kDefaultFormat =
    "{remote}:{port} - {>id} \"{type} {class} {name} {proto} {size} {>do} {>bufsize}\" {rcode} "
    "{>rflags} {rsize} {duration}";

std::string flags_of(const Message& message) {
  std::string text;
  const auto add = [&text](bool is_set, std::string_view flag) {
    if (is_set) text += fmt::format("{}{}", text.empty() ? "" : ",", flag);
  };
  add(message.is_response, "qr");
  add(message.authoritative, "aa");
  add(message.truncated, "tc");
  add(message.recursion_desired, "rd");
  add(message.recursion_available, "ra");
  add(message.authentic_data, "ad");
  add(message.checking_disabled, "cd");
  return text;
}

std::string class_name(std::uint16_t number) {
  if (number == net::dns::kClassInternet) return "IN";
  return number == 3 ? "CH" : fmt::format("CLASS{}", number);
}

// What stands for `{label}` in a format; empty for a label that there is not.
std::optional<std::string> label_value(std::string_view label, const Query& query,
                                       const Reply& reply, const Message& answer, sim::Time now) {
  if (label == "remote") {
    const std::string ip = query.client.ip.to_string();
    return query.client.ip.is_v4() ? ip : "[" + ip + "]";
  }
  if (label == "port") return std::to_string(query.client.port);
  if (label == ">id") return std::to_string(query.request.id);
  if (label == "type") return net::dns::record_type_name(query.question.type);
  if (label == "class") return class_name(query.question.class_);
  if (label == "name") return query.question.name;
  if (label == "proto") return query.transport == net::dns::Transport::tcp ? "tcp" : "udp";
  if (label == "size") return std::to_string(query.size);
  if (label == ">do") return net::dns::wants_dnssec(query.request) ? "true" : "false";
  if (label == ">bufsize") {
    const std::size_t least = net::dns::kMaxPlainUdpSize;
    return std::to_string(
        query.transport == net::dns::Transport::tcp
            ? net::dns::kMaxMessageSize
            : std::max<std::size_t>(query.request.edns_size().value_or(0), least));
  }
  if (label == ">opcode") return std::to_string(query.request.opcode);
  if (label == "rcode") return net::dns::response_code_name(reply.final_code());
  if (label == ">rflags") return flags_of(answer);
  if (label == "rsize") return std::to_string(net::dns::uncompressed_size(answer));
  if (label == "duration") {
    return fmt::format("{}s", std::chrono::duration<double>(now - query.arrived).count());
  }
  return {};
}

class Log : public Plugin {
 public:
  Log(Instance& instance, std::vector<LogRule> rules)
      : instance_{instance}, rules_{std::move(rules)} {
    instance.observes_queries = true;
  }

  std::string_view name() const override { return "log"; }

  void ascend(Query& query, Reply& reply) override {
    const std::string name = query.name();
    for (const LogRule& rule : rules_) {
      if (!net::dns::is_within(name, rule.scope)) continue;
      const bool is_wanted = rule.classes.empty() ||
                             std::ranges::find(rule.classes, class_of(reply)) != rule.classes.end();
      if (is_wanted) print(rule.format, query, reply);
      return;
    }
  }

 private:
  void print(std::string_view format, const Query& query, const Reply& reply) {
    const Message answer =
        reply.message ? *reply.message : net::dns::make_reply(query.request, reply.code);
    std::string line = "[INFO] ";
    while (!format.empty()) {
      const std::size_t open = format.find('{');
      const std::size_t close = format.find('}', std::min(open, format.size()));
      line += format.substr(0, open);
      if (open == std::string_view::npos || close == std::string_view::npos) {
        if (open != std::string_view::npos) line += format.substr(open);
        break;
      }
      const std::string_view label = format.substr(open + 1, close - open - 1);
      const auto value = label_value(label, query, reply, answer, instance_.context().now());
      line += value.value_or("-");
      format.remove_prefix(close + 1);
    }
    instance_.context().print(line + "\n");
  }

  Instance& instance_;
  std::vector<LogRule> rules_;
};

Done read_classes(Setup& setup, LogRule& rule) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (setup.words.value() == "class" || arguments.empty()) {
    return Error{setup.words.argument_error()};
  }
  bool all = false;
  for (const std::string& argument : arguments) {
    if (argument == "all") {
      all = true;
    } else if (argument == "success") {
      rule.classes.push_back(AnswerClass::success);
    } else if (argument == "denial") {
      rule.classes.push_back(AnswerClass::denial);
    } else if (argument == "error") {
      rule.classes.push_back(AnswerClass::error);
    } else {
      return Error{fmt::format("invalid Class: {}", argument)};
    }
  }
  if (all) rule.classes.clear();
  return {};
}

// `log [NAMES...] [FORMAT]`: the last word is a format if it has braces.
std::vector<LogRule> read_scopes(std::vector<std::string> arguments) {
  std::string format{kDefaultFormat};
  if (!arguments.empty() && arguments.back().find('{') != std::string::npos) {
    format = arguments.back();
    arguments.pop_back();
    if (format == "{common}") format = kDefaultFormat;
    if (format == "{combined}") format = std::string{kDefaultFormat} + " \"{>opcode}\"";
  }
  if (arguments.empty()) arguments.emplace_back(".");
  std::vector<LogRule> rules;
  for (const std::string& argument : arguments) {
    for (std::string& scope : normalize_zones(argument)) {
      rules.push_back({.scope = std::move(scope), .format = format, .classes = {}});
    }
  }
  return rules;
}

}  // namespace

Done set_up_errors(Setup& setup) {
  std::vector<Consolidation> consolidations;
  for (;;) {
    const auto another = setup.next_once();
    if (!another) return Error{another.error()};
    if (!*another) break;
    const std::vector<std::string> arguments = setup.words.remaining_arguments();
    if (arguments.size() > 1) return Error{setup.words.argument_error()};
    if (!arguments.empty() && arguments[0] != "stdout") {
      return Error{setup.words.error(fmt::format("invalid log file: {}", arguments[0]))};
    }
    while (setup.words.next_in_block()) {
      if (setup.words.value() == "stacktrace") continue;
      if (setup.words.value() != "consolidate") {
        return Error{setup.words.syntax_error("Unknown field " + setup.words.value())};
      }
      auto consolidation = read_consolidation(setup);
      if (!consolidation) return Error{consolidation.error()};
      consolidations.push_back(std::move(*consolidation));
    }
  }
  setup.add(std::make_unique<Errors>(setup.instance, std::move(consolidations)));
  return {};
}

Done set_up_log(Setup& setup) {
  std::vector<LogRule> rules;
  while (setup.words.next()) {
    std::vector<LogRule> some = read_scopes(setup.words.remaining_arguments());
    LogRule classes;
    while (setup.words.next_in_block()) {
      if (setup.words.value() != "class") return Error{setup.words.argument_error()};
      if (Done done = read_classes(setup, classes); !done) return done;
    }
    for (LogRule& rule : some) {
      rule.classes = classes.classes;
      rules.push_back(std::move(rule));
    }
  }
  setup.add(std::make_unique<Log>(setup.instance, std::move(rules)));
  return {};
}

}  // namespace rockpool::node::coredns
