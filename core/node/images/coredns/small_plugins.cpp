// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "core/net/dns/exchange.h"
#include "core/net/dns/responder.h"
#include "core/node/images/coredns/instance.h"

// plugin/root, reload, bufsize, loadbalance, minimal, loop, whoami
namespace rockpool::node::coredns {
namespace {

using net::dns::Message;
using net::dns::Record;
using net::dns::RecordType;
using net::dns::ResponseCode;

// Lowers the size that a client says it can take.
class BufferSize : public Plugin {
 public:
  explicit BufferSize(std::uint16_t size) : size_{size} {}
  std::string_view name() const override { return "bufsize"; }
  std::optional<Step> descend(Query& query) override {
    for (Record& record : query.request.additionals) {
      if (record.type == RecordType::opt) record.class_ = std::min(record.class_, size_);
    }
    return {};
  }

 private:
  std::uint16_t size_;
};

// Addresses in random order, after the aliases that lead to them.
class LoadBalance : public Plugin {
 public:
  explicit LoadBalance(Instance& instance) : instance_{instance} {}
  std::string_view name() const override { return "loadbalance"; }
  void ascend(Query&, Reply& reply) override {
    if (!reply.message || reply.message->code != ResponseCode::no_error) return;
    for (auto* section :
         {&reply.message->answers, &reply.message->authorities, &reply.message->additionals}) {
      if (section->size() > 1) shuffle(*section);
    }
  }

 private:
  // roundRobin of plugin/loadbalance/loadbalance.go
  void shuffle(std::vector<Record>& records) {
    const auto rank = [](const Record& record) {
      if (record.type == RecordType::cname) return 0;
      if (record.type == RecordType::a || record.type == RecordType::aaaa) return 2;
      return record.type == RecordType::mx ? 3 : 1;
    };
    std::ranges::stable_sort(records, {}, rank);
    for (const int each : {2, 3}) {
      const auto range = std::ranges::equal_range(records, each, {}, rank);
      for (std::ptrdiff_t left = std::ssize(range); left > 1; --left) {
        const auto drawn =
            static_cast<std::ptrdiff_t>(instance_.random().below(static_cast<std::uint64_t>(left)));
        std::swap(range[left - 1], range[drawn]);
      }
    }
  }

  Instance& instance_;
};

// Leaves out what nobody asked for.
class Minimal : public Plugin {
 public:
  std::string_view name() const override { return "minimal"; }
  void ascend(Query&, Reply& reply) override {
    if (!reply.message || reply.message->code != ResponseCode::no_error ||
        reply.message->answers.empty()) {
      return;
    }
    reply.message->authorities.clear();
    reply.message->additionals.clear();
  }
};

// Says who asks.
class WhoAmI : public Plugin {
 public:
  std::string_view name() const override { return "whoami"; }
  std::optional<Step> descend(Query& query) override {
    Reply reply;
    reply.message = net::dns::make_reply(query.request);
    reply.message->authoritative = true;
    Record address;
    address.name = query.question.name;
    address.type = query.client.ip.is_v4() ? RecordType::a : RecordType::aaaa;
    address.data = query.client.ip;
    Record port;
    const std::string_view dot = query.question.name == "." ? "" : ".";
    port.name = fmt::format("_{}{}{}", query.transport == net::dns::Transport::tcp ? "tcp" : "udp",
                            dot, query.question.name);
    port.type = RecordType::srv;
    port.data = net::dns::SrvData{.port = query.client.port, .target = "."};
    reply.message->additionals = {std::move(address), std::move(port)};
    return Step{.reply = std::move(reply), .later = {}};
  }
};

// Asks itself for a name that nobody else asks for; if that comes in more than twice, queries go
// round in circles.
class Loop : public Plugin {
 public:
  Loop(Instance& instance, std::string zone, std::uint16_t port)
      : instance_{instance},
        zone_{std::move(zone)},
        port_{port},
        name_{fmt::format("{}.{}.{}", instance.random().next() >> 1, instance.random().next() >> 1,
                          zone_ == "." ? "" : zone_)} {}

  std::string_view name() const override { return "loop"; }
  Done start() override {
    is_on_ = true;
    instance_.spawn(probe(instance_.weak_from_this(), *this, name_, port_));
    return {};
  }
  void stop() override { is_on_ = false; }

  std::optional<Step> descend(Query& query) override {
    constexpr int kMostSeen = 2;
    if (!is_on_ || static_cast<std::uint16_t>(query.question.type) != kHostInfo) return {};
    if (query.name() == name_ && ++seen_ > kMostSeen) {
      instance_.fatal(
          fmt::format("[FATAL] plugin/loop: Loop ({} -> :{}) detected for zone \"{}\", see "
                      "https://coredns.io/plugins/loop#troubleshooting. Query: \"HINFO {}\"\n",
                      query.client.to_string(), port_, zone_, name_));
    }
    return {};
  }

 private:
  static constexpr std::uint16_t kHostInfo = 13;

  static sim::Task<void> probe(std::weak_ptr<Instance> instance, Loop& loop, std::string name,
                               std::uint16_t port) {
    constexpr sim::Duration kTimeout = std::chrono::seconds{2};
    constexpr int kAttempts = 15;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const std::shared_ptr<Instance> alive = instance.lock();
      if (!alive || !loop.is_on_) co_return;
      const std::string query =
          net::dns::encode_query(static_cast<std::uint16_t>(alive->random().below(65536)), name,
                                 static_cast<RecordType>(kHostInfo));
      sim::Task<std::expected<std::string, net::Failure>> asking = net::dns::exchange(
          alive->context().machine().host, {net::IpAddress::v4(127, 0, 0, 1), port},
          net::dns::Transport::udp, query, kTimeout);
      const std::expected<std::string, net::Failure> answer = co_await asking;
      if (answer) break;
      loop.seen_ = 0;
      co_await sim::sleep(kTimeout);
    }
    co_await sim::sleep(kTimeout);
    const std::shared_ptr<Instance> alive = instance.lock();
    if (alive) loop.is_on_ = false;
  }

  Instance& instance_;
  std::string zone_;
  std::uint16_t port_;
  std::string name_;
  int seen_ = 0;
  bool is_on_ = false;
};

}  // namespace

Done set_up_root(Setup& setup) {
  while (setup.words.next()) {
    if (!setup.words.next_argument()) return Error{setup.words.argument_error()};
    setup.site.root = setup.path_of(setup.words.value());
  }
  return {};
}

Done set_up_reload(Setup& setup) {
  constexpr sim::Duration kLeastInterval = std::chrono::seconds{2};
  constexpr sim::Duration kLeastJitter = std::chrono::seconds{1};
  setup.words.next();
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.size() > 2) return Error{setup.words.argument_error()};
  ReloadTimes times{std::chrono::seconds{30}, std::chrono::seconds{15}};
  sim::Duration* const places[] = {&times.interval, &times.jitter};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto duration = go_duration(arguments[i]);
    if (!duration) return Error{duration.error()};
    *places[i] = *duration;
  }
  if (times.interval < kLeastInterval) {
    return Error{fmt::format("interval value must be greater or equal to {}",
                             sim::format_duration(kLeastInterval))};
  }
  if (times.jitter < kLeastJitter) {
    return Error{fmt::format("jitter value must be greater or equal to {}",
                             sim::format_duration(kLeastJitter))};
  }
  times.jitter = std::min(times.jitter, times.interval / 2);
  setup.instance.reload = times;
  return {};
}

Done set_up_bufsize(Setup& setup) {
  constexpr std::int64_t kDefault = 1232;
  constexpr std::int64_t kLeast = 512;
  constexpr std::int64_t kMost = 4096;
  std::int64_t size = kDefault;
  while (setup.words.next()) {
    const std::vector<std::string> arguments = setup.words.remaining_arguments();
    if (arguments.size() > 1) return Error{setup.words.argument_error()};
    if (arguments.empty()) continue;
    const auto number = go_number(arguments[0]);
    if (!number) return Error{number.error()};
    if (*number < kLeast || *number > kMost) {
      return Error{setup.words.argument_error()};
    }
    size = *number;
  }
  setup.add(std::make_unique<BufferSize>(static_cast<std::uint16_t>(size)));
  return {};
}

Done set_up_loadbalance(Setup& setup) {
  while (setup.words.next()) {
    const std::vector<std::string> arguments = setup.words.remaining_arguments();
    if (arguments.empty()) continue;
    if (arguments[0] == "weighted") {
      return Error{setup.words.error("the policy weighted is not simulated")};
    }
    if (arguments[0] != "round_robin") {
      return Error{fmt::format("unknown policy: {}", arguments[0])};
    }
    if (arguments.size() > 1) {
      return Error{setup.words.error(fmt::format("unknown property for {}", arguments[0]))};
    }
  }
  setup.add(std::make_unique<LoadBalance>(setup.instance));
  return {};
}

Done set_up_minimal(Setup& setup) {
  setup.words.next();
  if (setup.words.next_argument()) return Error{setup.words.argument_error()};
  setup.add(std::make_unique<Minimal>());
  return {};
}

Done set_up_whoami(Setup& setup) {
  setup.words.next();
  if (setup.words.next_argument()) return Error{setup.words.argument_error()};
  setup.add(std::make_unique<WhoAmI>());
  return {};
}

Done set_up_loop(Setup& setup) {
  for (;;) {
    const auto another = setup.next_once();
    if (!another) return Error{another.error()};
    if (!*another) break;
    if (setup.words.next_argument()) return Error{setup.words.argument_error()};
  }
  const auto& [zone, port] = setup.site.zones.front();
  setup.add(std::make_unique<Loop>(setup.instance, zone, port));
  return {};
}

}  // namespace rockpool::node::coredns
