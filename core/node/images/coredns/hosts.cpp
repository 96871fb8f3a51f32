// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "core/net/dns/name.h"
#include "core/net/dns/responder.h"
#include "core/node/images/coredns/instance.h"

// plugin/hosts: setup.go, hosts.go, hostsfile.go
namespace rockpool::node::coredns {
namespace {

using net::dns::Record;
using net::dns::RecordType;
using net::dns::ResponseCode;

constexpr sim::Duration kDefaultReload = std::chrono::seconds{5};
constexpr std::uint32_t kDefaultTtl = 3600;
constexpr std::int64_t kMaxTtl = 65535;

struct HostsOptions {
  std::string path = "/etc/hosts";
  std::vector<std::string> origins;
  std::string inline_text;
  std::uint32_t ttl = kDefaultTtl;
  bool has_reverse = true;
  // Zero: the file is read once.
  sim::Duration reload = kDefaultReload;
  Fallthrough fallthrough;
};

// The entries of a hosts file, by name and by address.
struct HostsTable {
  std::map<std::string, std::vector<net::IpAddress>, std::less<>> addresses;
  std::map<net::IpAddress, std::vector<std::string>> names;
};

class Hosts : public Plugin {
 public:
  Hosts(Instance& instance, HostsOptions options)
      : instance_{instance}, options_{std::move(options)} {}

  std::string_view name() const override { return "hosts"; }

  Done start() override {
    is_stopped_ = false;
    read();
    if (options_.reload > sim::Duration{0}) {
      instance_.spawn(follow(instance_.weak_from_this(), *this, options_.reload));
    }
    return {};
  }
  void stop() override { is_stopped_ = true; }

  std::optional<Step> descend(Query& query) override {
    const std::string name = query.name();
    const RecordType type = query.question.type;
    if (match_zone(options_.origins, name).empty() && type != RecordType::ptr) return {};
    std::vector<Record> answers;
    if (type == RecordType::ptr) {
      answers = find_names(query.question.name, name);
      if (answers.empty()) return {};
    } else {
      answers = find_addresses(query.question, name);
    }
    Reply reply;
    if (answers.empty() && !table_.addresses.contains(name)) {
      if (options_.fallthrough.includes(name)) return {};
      // Without an SOA record it cannot say that there is no such name.
      reply.code = ResponseCode::server_failure;
      return Step{.reply = std::move(reply), .later = {}};
    }
    reply.message = net::dns::make_reply(query.request);
    reply.message->questions = {query.question};
    reply.message->authoritative = true;
    reply.message->answers = std::move(answers);
    return Step{.reply = std::move(reply), .later = {}};
  }

 private:
  // Looks at the file as often as it was told to. `hosts` lives as long as the instance.
  static sim::Task<void> follow(std::weak_ptr<Instance> instance, Hosts& hosts,
                                sim::Duration period) {
    for (;;) {
      co_await sim::sleep(period);
      const std::shared_ptr<Instance> alive = instance.lock();
      if (!alive || hosts.is_stopped_) co_return;
      hosts.read();
    }
  }

  void read() {
    HostsTable table;
    if (const auto text = instance_.context().machine().read_file(options_.path)) {
      add(*text, table);
    }
    add(options_.inline_text, table);
    table_ = std::move(table);
  }

  void add(std::string_view text, HostsTable& table) const {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      add_line(text.substr(0, end), table);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void add_line(std::string_view line, HostsTable& table) const {
    const std::vector<std::string_view> words = split_words(line.substr(0, line.find('#')));
    if (words.empty()) return;
    // The zone of an address of one link says nothing to others.
    const auto address = net::IpAddress::parse(words[0].substr(0, words[0].find('%')));
    if (!address) return;
    for (std::size_t i = 1; i < words.size(); ++i) {
      std::string name = normalize_zones(words[i]).front();
      if (match_zone(options_.origins, name).empty()) continue;
      table.addresses[name].push_back(*address);
      if (options_.has_reverse) table.names[*address].push_back(std::move(name));
    }
  }

  Record make_record(const std::string& name, RecordType type) const {
    Record record;
    record.name = name;
    record.type = type;
    record.ttl = options_.ttl;
    return record;
  }

  std::vector<Record> find_addresses(const net::dns::Question& question,
                                     const std::string& name) const {
    std::vector<Record> answers;
    const auto known = table_.addresses.find(name);
    if (known == table_.addresses.end()) return answers;
    for (const net::IpAddress& address : known->second) {
      if (question.type != (address.is_v4() ? RecordType::a : RecordType::aaaa)) continue;
      Record record = make_record(question.name, question.type);
      record.data = address;
      answers.push_back(std::move(record));
    }
    return answers;
  }

  std::vector<Record> find_names(const std::string& asked, const std::string& name) const {
    std::vector<Record> answers;
    const auto address = net::dns::parse_reverse_name(name);
    const auto known = address ? table_.names.find(*address) : table_.names.end();
    if (known == table_.names.end()) return answers;
    for (const std::string& each : known->second) {
      Record record = make_record(asked, RecordType::ptr);
      record.data = net::dns::NameData{each};
      answers.push_back(std::move(record));
    }
    return answers;
  }

  Instance& instance_;
  HostsOptions options_;
  HostsTable table_;
  bool is_stopped_ = false;
};

Done read_ttl(Setup& setup, const std::vector<std::string>& arguments, HostsOptions& options) {
  if (arguments.empty()) return Error{setup.words.error("ttl needs a time in second")};
  const auto ttl = go_number(arguments[0]);
  if (!ttl) return Error{setup.words.error("ttl needs a number of second")};
  if (*ttl <= 0 || *ttl > kMaxTtl) return Error{setup.words.error("ttl provided is invalid")};
  options.ttl = static_cast<std::uint32_t>(*ttl);
  return {};
}

Done read_reload(Setup& setup, const std::vector<std::string>& arguments, HostsOptions& options) {
  if (arguments.size() != 1) {
    return Error{setup.words.error("reload needs a duration (zero seconds to disable)")};
  }
  const auto period = go_duration(arguments[0]);
  if (!period) {
    return Error{setup.words.error(fmt::format("invalid duration for reload '{}'", arguments[0]))};
  }
  if (*period < sim::Duration{0}) {
    return Error{
        setup.words.error(fmt::format("invalid negative duration for reload '{}'", arguments[0]))};
  }
  options.reload = *period;
  return {};
}

Done read_line(Setup& setup, HostsOptions& options) {
  const std::string property = setup.words.value();
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (property == "fallthrough") {
    options.fallthrough.set(arguments);
  } else if (property == "no_reverse") {
    options.has_reverse = false;
  } else if (property == "ttl") {
    return read_ttl(setup, arguments, options);
  } else if (property == "reload") {
    return read_reload(setup, arguments, options);
  } else if (!options.fallthrough.is_set()) {
    options.inline_text += fmt::format("{} {}\n", property, fmt::join(arguments, " "));
  } else {
    return Error{setup.words.error(fmt::format("unknown property '{}'", property))};
  }
  return {};
}

}  // namespace

Done set_up_hosts(Setup& setup) {
  HostsOptions options;
  for (;;) {
    const auto another = setup.next_once();
    if (!another) return Error{another.error()};
    if (!*another) break;
    std::vector<std::string> arguments = setup.words.remaining_arguments();
    if (!arguments.empty()) {
      options.path = setup.path_of(arguments[0]);
      arguments.erase(arguments.begin());
      if (!setup.context.machine().read_file(options.path)) {
        setup.instance.log("WARNING", "hosts",
                           fmt::format("File does not exist: {}", options.path));
      }
    }
    options.origins = zones_or(arguments, setup.site.origins());
    while (setup.words.next_in_block()) {
      if (Done done = read_line(setup, options); !done) return done;
    }
  }
  setup.add(std::make_unique<Hosts>(setup.instance, std::move(options)));
  return {};
}

}  // namespace rockpool::node::coredns
