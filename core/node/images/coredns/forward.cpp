// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include "core/net/dns/message.h"

#include <algorithm>

#include "core/net/dns/exchange.h"
#include "core/net/dns/name.h"
#include "core/net/dns/responder.h"
#include "core/node/images/coredns/instance.h"

// plugin/forward: setup.go, forward.go, policy.go; plugin/pkg/proxy
namespace rockpool::node::coredns {
namespace {

using net::dns::Message;
using net::dns::ResponseCode;
using net::dns::Transport;

constexpr std::size_t kMaxUpstreams = 15;
// How long to wait for one upstream, for all of them together, and for one that is being checked.
constexpr sim::Duration kReadTimeout = std::chrono::seconds{2};
constexpr sim::Duration kDeadline = std::chrono::seconds{5};
constexpr sim::Duration kCheckTimeout = std::chrono::seconds{1};

enum class Policy : std::uint8_t { random, round_robin, sequential };

struct Upstream {
  net::SocketAddress address;
  std::int64_t fails = 0;
  bool is_being_checked = false;
};

struct ForwardOptions {
  std::string from = ".";
  std::vector<std::string> except;
  std::vector<net::SocketAddress> to;
  Policy policy = Policy::random;
  bool force_tcp = false;
  bool prefer_udp = false;
  std::int64_t max_fails = 2;
  std::int64_t max_concurrent = 0;
  sim::Duration check_interval = std::chrono::milliseconds{500};
  std::string check_domain = ".";
  // With these outcomes the next plug-in is asked.
  std::vector<ResponseCode> next;
};

// What went wrong, as Go's net package says it.
std::string describe(const net::Failure& failure, Transport transport) {
  if (transport == Transport::tcp) return net::go_message(failure);
  const std::string ends =
      fmt::format("read udp {}->{}: ", failure.local.to_string(), failure.remote.to_string());
  switch (failure.kind) {
    case net::FailureKind::connection_refused:
      return ends + "read: connection refused";
    case net::FailureKind::no_route_to_host:
      return ends + "read: no route to host";
    default:
      return ends + "i/o timeout";
  }
}

class Forward : public Plugin {
 public:
  Forward(Instance& instance, ForwardOptions options)
      : instance_{instance}, options_{std::move(options)} {
    for (const net::SocketAddress& address : options_.to)
      upstreams_.push_back({.address = address});
  }

  std::string_view name() const override { return "forward"; }
  Done start() override {
    is_stopped_ = false;
    return {};
  }
  void stop() override { is_stopped_ = true; }

  std::optional<Step> descend(Query& query) override {
    const std::string name = query.name();
    const bool is_taken = net::dns::is_within(name, options_.from) &&
                          (name == options_.from || match_zone(options_.except, name).empty());
    if (!is_taken) return {};
    if (options_.max_concurrent > 0 && under_way_ >= options_.max_concurrent) {
      Reply reply;
      reply.code = ResponseCode::refused;
      reply.error = fmt::format("concurrent queries exceeded maximum {}", options_.max_concurrent);
      return Step{.reply = std::move(reply), .later = {}};
    }
    return Step{.reply = {}, .later = [this](Query& asked) { return ask(asked); }};
  }

 private:
  // Counts a query as long as it is under way, even if the process is killed meanwhile.
  class Counted {
   public:
    explicit Counted(std::int64_t& count) : count_{count} { ++count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --count_; }

   private:
    std::int64_t& count_;
  };

  // The upstreams in the order in which they are tried.
  std::vector<std::size_t> order() {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < upstreams_.size(); ++i) places.push_back(i);
    if (options_.policy == Policy::round_robin) {
      const std::size_t first = turn_++ % places.size();
      std::ranges::rotate(places, places.begin() + static_cast<std::ptrdiff_t>(first));
    } else if (options_.policy == Policy::random) {
      for (std::size_t left = places.size(); left > 1; --left) {
        std::swap(places[left - 1], places[instance_.random().below(left)]);
      }
    }
    return places;
  }

  // The one to ask next: the next that is not known to fail, or any if all are.
  std::size_t choose(const std::vector<std::size_t>& places, std::size_t& turn) {
    for (std::size_t tried = 0; tried < places.size(); ++tried) {
      const std::size_t place = places[turn++ % places.size()];
      if (options_.max_fails == 0 || upstreams_[place].fails < options_.max_fails) return place;
    }
    return places[instance_.random().below(places.size())];
  }

  Transport transport_for(const Query& query) const {
    if (options_.force_tcp) return Transport::tcp;
    return options_.prefer_udp ? Transport::udp : query.transport;
  }

  sim::Task<std::optional<Reply>> ask(Query& query) {
    const Counted counted{under_way_};
    const std::vector<std::size_t> places = order();
    const sim::Time deadline = instance_.context().now() + kDeadline;
    std::size_t turn = 0;
    Reply reply;
    reply.code = ResponseCode::server_failure;
    reply.error = "no healthy proxies";
    Transport transport = transport_for(query);
    while (instance_.context().now() < deadline) {
      const std::size_t place = choose(places, turn);
      sim::Task<std::expected<std::string, net::Failure>> asking =
          exchange(query, place, transport);
      const std::expected<std::string, net::Failure> received = co_await asking;
      if (!received) {
        reply.error = describe(received.error(), transport);
        note_failure(place);
        continue;
      }
      auto answer = net::dns::decode(*received);
      if (answer && answer->truncated && options_.prefer_udp && transport == Transport::udp) {
        transport = Transport::tcp;
        continue;
      }
      reply.message = answer && matches(query, *answer)
                          ? std::move(*answer)
                          : net::dns::make_reply(query.request, ResponseCode::format_error);
      reply.message->id = query.request.id;
      reply.message->questions = {query.question};
      reply.error.clear();
      reply.code = ResponseCode::no_error;
      if (std::ranges::find(options_.next, reply.message->code) != options_.next.end()) {
        co_return std::nullopt;
      }
      break;
    }
    co_return reply;
  }

  static bool matches(const Query& query, const Message& answer) {
    return answer.is_response && answer.questions.size() == 1 &&
           answer.questions[0].type == query.question.type &&
           net::dns::lower_name(answer.questions[0].name) == query.name();
  }

  sim::Task<std::expected<std::string, net::Failure>> exchange(const Query& query,
                                                               std::size_t place,
                                                               Transport transport) {
    Message message = query.request;
    message.questions = {query.question};
    message.id = static_cast<std::uint16_t>(instance_.random().below(65536));
    return net::dns::exchange(instance_.context().machine().host, upstreams_[place].address,
                              transport, net::dns::encode(message), kReadTimeout);
  }

  // An upstream that has failed is asked again and again until it answers.
  void note_failure(std::size_t place) {
    Upstream& upstream = upstreams_[place];
    if (options_.max_fails == 0 || upstream.is_being_checked) return;
    upstream.is_being_checked = true;
    instance_.spawn(check(instance_.weak_from_this(), *this, place));
  }

  static sim::Task<void> check(std::weak_ptr<Instance> instance, Forward& forward,
                               std::size_t place) {
    for (;;) {
      const std::shared_ptr<Instance> alive = instance.lock();
      if (!alive || forward.is_stopped_) co_return;
      const sim::Duration interval = forward.options_.check_interval;
      const std::string query =
          net::dns::encode_query(static_cast<std::uint16_t>(alive->random().below(65536)),
                                 forward.options_.check_domain, net::dns::RecordType::ns);
      sim::Task<std::expected<std::string, net::Failure>> asking =
          net::dns::exchange(alive->context().machine().host, forward.upstreams_[place].address,
                             Transport::udp, query, kCheckTimeout);
      const std::expected<std::string, net::Failure> answer = co_await asking;
      if (answer) {
        forward.upstreams_[place].fails = 0;
        forward.upstreams_[place].is_being_checked = false;
        co_return;
      }
      ++forward.upstreams_[place].fails;
      co_await sim::sleep(interval);
    }
  }

  Instance& instance_;
  ForwardOptions options_;
  std::vector<Upstream> upstreams_;
  std::size_t turn_ = 0;
  std::int64_t under_way_ = 0;
  bool is_stopped_ = false;
};

std::string without_scheme(std::string_view text) {
  if (text.starts_with("dns://")) text.remove_prefix(6);
  return std::string{text};
}

// Addresses, with a port or without, and files like /etc/resolv.conf (plugin/pkg/parse/host.go).
Done read_upstreams(Setup& setup, const std::vector<std::string>& words, ForwardOptions& options) {
  for (const std::string& word : words) {
    if (word.find("://") != std::string::npos && !word.starts_with("dns://")) {
      return Error{fmt::format("'{}': only plain DNS upstreams are simulated", word)};
    }
    const std::string host = without_scheme(word);
    const auto bare = net::IpAddress::parse(host);
    if (const auto address = bare ? net::SocketAddress{*bare, net::dns::kDnsPort}
                                  : net::SocketAddress::parse(host)) {
      options.to.push_back(*address);
      continue;
    }
    const auto file = setup.context.machine().read_file(setup.path_of(host));
    if (!file) return Error{fmt::format("not an IP address or file: \"{}\"", host)};
    const std::size_t before = options.to.size();
    const std::vector<std::string_view> tokens = split_words(*file);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
      const auto address = net::IpAddress::parse(tokens[i + 1]);
      if (tokens[i] == "nameserver" && address)
        options.to.push_back({*address, net::dns::kDnsPort});
    }
    if (options.to.size() == before) return Error{"no nameservers found"};
  }
  return {};
}

Done read_number(Setup& setup, const std::string& property, std::int64_t& number) {
  if (!setup.words.next_argument()) return Error{setup.words.argument_error()};
  const auto read = go_number(setup.words.value());
  if (!read) return Error{read.error()};
  if (*read < 0) return Error{fmt::format("{} can't be negative: {}", property, *read)};
  number = *read;
  return {};
}

Done read_duration(Setup& setup, const std::string& property, sim::Duration& duration) {
  if (!setup.words.next_argument()) return Error{setup.words.argument_error()};
  const auto read = go_duration(setup.words.value());
  if (!read) return Error{read.error()};
  if (*read < sim::Duration{0}) {
    return Error{fmt::format("{} can't be negative: {}", property, sim::format_duration(*read))};
  }
  duration = *read;
  return {};
}

Done read_health_check(Setup& setup, ForwardOptions& options) {
  if (Done done = read_duration(setup, "health_check", options.check_interval); !done) return done;
  while (setup.words.next_argument()) {
    const std::string word = setup.words.value();
    if (word == "no_rec") continue;
    if (word != "domain") {
      return Error{fmt::format("health_check: unknown option {}", word)};
    }
    if (!setup.words.next_argument()) {
      return Error{"health_check: no domain name given"};
    }
    options.check_domain = normalize_zones(setup.words.value()).front();
  }
  return {};
}

Done read_policy(Setup& setup, ForwardOptions& options) {
  if (!setup.words.next_argument()) return Error{setup.words.argument_error()};
  const std::string& policy = setup.words.value();
  if (policy == "random") {
    options.policy = Policy::random;
  } else if (policy == "round_robin") {
    options.policy = Policy::round_robin;
  } else if (policy == "sequential") {
    options.policy = Policy::sequential;
  } else {
    return Error{setup.words.error(fmt::format("unknown policy '{}'", policy))};
  }
  return {};
}

Done read_next(Setup& setup, ForwardOptions& options) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.empty()) return Error{setup.words.argument_error()};
  for (const std::string& argument : arguments) {
    const auto code = net::dns::parse_response_code(argument);
    if (!code) return Error{fmt::format("{} is not a valid rcode", argument)};
    options.next.push_back(*code);
  }
  return {};
}

Done read_property(Setup& setup, ForwardOptions& options) {
  Dispenser& words = setup.words;
  const std::string property = words.value();
  if (property == "except") {
    const std::vector<std::string> zones = words.remaining_arguments();
    if (zones.empty()) return Error{words.argument_error()};
    for (const std::string& zone : zones_or(zones, {})) options.except.push_back(zone);
    return {};
  }
  if (property == "max_fails") return read_number(setup, property, options.max_fails);
  if (property == "max_concurrent") return read_number(setup, property, options.max_concurrent);
  if (property == "health_check") return read_health_check(setup, options);
  if (property == "policy") return read_policy(setup, options);
  if (property == "next") return read_next(setup, options);
  // Connections are not kept here, so there is nothing to expire.
  sim::Duration ignored{0};
  if (property == "expire") return read_duration(setup, property, ignored);
  if (property == "force_tcp" || property == "prefer_udp") {
    if (words.next_argument()) return Error{words.argument_error()};
    (property == "force_tcp" ? options.force_tcp : options.prefer_udp) = true;
    return {};
  }
  if (property == "tls" || property == "tls_servername") {
    return Error{words.error("only plain DNS upstreams are simulated")};
  }
  return Error{words.error(fmt::format("unknown property '{}'", property))};
}

}  // namespace

Done set_up_forward(Setup& setup) {
  while (setup.words.next()) {
    ForwardOptions options;
    if (!setup.words.next_argument()) return Error{setup.words.argument_error()};
    options.from = normalize_zones(setup.words.value()).front();
    const std::vector<std::string> to = setup.words.remaining_arguments();
    if (to.empty()) return Error{setup.words.argument_error()};
    if (Done done = read_upstreams(setup, to, options); !done) return done;
    while (setup.words.next_in_block()) {
      if (Done done = read_property(setup, options); !done) return done;
    }
    if (options.to.size() > kMaxUpstreams) {
      return Error{
          fmt::format("more than {} TOs configured: {}", kMaxUpstreams, options.to.size())};
    }
    setup.add(std::make_unique<Forward>(setup.instance, std::move(options)));
  }
  return {};
}

}  // namespace rockpool::node::coredns
