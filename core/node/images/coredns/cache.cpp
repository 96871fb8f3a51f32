// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <list>
#include <tuple>

#include "core/net/dns/name.h"
#include "core/net/dns/responder.h"
#include "core/node/images/coredns/instance.h"

// plugin/cache: setup.go, handler.go, cache.go, item.go; plugin/pkg/response/typify.go,
// plugin/pkg/dnsutil/ttl.go
namespace rockpool::node::coredns {
namespace {

using net::dns::Message;
using net::dns::Record;
using net::dns::RecordType;
using net::dns::ResponseCode;

constexpr std::int64_t kMinTtl = 5;
constexpr std::int64_t kMaxTtl = 3600;
constexpr std::int64_t kMaxDenialTtl = 1800;
constexpr std::int64_t kCapacity = 9984;
constexpr sim::Duration kMaxFailure = std::chrono::minutes{5};

enum class Kind : std::uint8_t { success, denial, failure, other };

// How an answer is kept (response.Typify).
Kind kind_of(const Message& message) {
  const auto is_soa = [](const Record& record) { return record.type == RecordType::soa; };
  const bool has_soa = std::ranges::any_of(message.authorities, is_soa);
  if (message.opcode != 0) return Kind::other;
  if (!message.answers.empty() && message.code == ResponseCode::no_error) return Kind::success;
  if (has_soa &&
      (message.code == ResponseCode::no_error || message.code == ResponseCode::name_error)) {
    return Kind::denial;
  }
  if (message.code == ResponseCode::server_failure) return Kind::failure;
  return message.code == ResponseCode::no_error ? Kind::success : Kind::other;
}

// The least TTL of all records, in seconds.
std::int64_t least_ttl(const Message& message) {
  const Kind kind = kind_of(message);
  if (kind == Kind::failure || kind == Kind::other) return kMinTtl;
  std::int64_t least = kMaxTtl;
  bool any = false;
  for (const auto* section : {&message.answers, &message.authorities, &message.additionals}) {
    for (const Record& record : *section) {
      if (record.type == RecordType::opt) continue;
      least = std::min<std::int64_t>(least, record.ttl);
      any = true;
    }
  }
  return any ? least : kMinTtl;
}

void set_ttl(Message& message, std::int64_t ttl) {
  for (auto* section : {&message.answers, &message.authorities, &message.additionals}) {
    for (Record& record : *section) {
      if (record.type != RecordType::opt) record.ttl = static_cast<std::uint32_t>(ttl);
    }
  }
}

// One of the two halves of a cache: answers, or denials and failures.
struct Half {
  std::int64_t capacity = kCapacity;
  std::int64_t max_ttl = kMaxTtl;
  std::int64_t min_ttl = kMinTtl;
  // For these names nothing is kept.
  std::vector<std::string> except;
};

struct CacheOptions {
  std::vector<std::string> zones;
  Half success;
  Half denial{.max_ttl = kMaxDenialTtl, .except = {}};
  sim::Duration failure_ttl = std::chrono::seconds{5};
  // Popular entries are asked for again before they expire: those asked for that often without a
  // longer pause, once that share of their time is left. 0: none.
  std::int64_t prefetch = 0;
  sim::Duration prefetch_pause = std::chrono::minutes{1};
  std::int64_t prefetch_percentage = 10;
  // How long an entry may be given out after it has expired, while it is asked for anew.
  sim::Duration stale{0};
  bool verifies_stale = false;
  // TTLs do not count down.
  bool keeps_ttl = false;
};

using EntryKey = std::tuple<std::string, RecordType, bool>;

struct Entry {
  Message message;
  std::int64_t ttl = 0;
  sim::Time stored;
  std::int64_t hits = 0;
  sim::Time last_hit;
  bool is_being_refreshed = false;
};

// The entries of one half. When it is full the one that came first goes.
class Store {
 public:
  Entry* find(const EntryKey& key) {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
  }
  void put(const EntryKey& key, Entry entry, std::int64_t capacity) {
    const auto [place, is_new] = entries_.insert_or_assign(key, std::move(entry));
    if (!is_new) return;
    order_.push_back(place->first);
    while (static_cast<std::int64_t>(order_.size()) > std::max<std::int64_t>(capacity, 1)) {
      entries_.erase(order_.front());
      order_.pop_front();
    }
  }
  std::size_t size() const { return entries_.size(); }

 private:
  std::map<EntryKey, Entry> entries_;
  std::list<EntryKey> order_;
};

class Cache : public Plugin {
 public:
  Cache(Instance& instance, CacheOptions options)
      : instance_{instance}, options_{std::move(options)} {}

  std::string_view name() const override { return "cache"; }

  std::optional<Step> descend(Query& query) override {
    if (match_zone(options_.zones, query.name()).empty()) return {};
    const sim::Time now = instance_.context().now();
    const EntryKey key = key_of(query);
    for (Store* store : {&denials_, &successes_}) {
      Entry* entry = store->find(key);
      if (entry == nullptr || !is_usable(*entry, now)) continue;
      ++(store == &denials_ ? denial_hits_ : success_hits_);
      if (seconds_left(*entry, now) <= 0 && options_.verifies_stale) {
        return Step{.reply = {}, .later = [this](Query& asked) { return verify(asked); }};
      }
      refresh_if_due(query, *entry, now);
      return Step{.reply = make_reply(query, *entry, now), .later = {}};
    }
    ++misses_;
    query.may_be_cached = true;
    return {};
  }

  void ascend(Query& query, Reply& reply) override {
    if (!query.may_be_cached || !reply.message) return;
    store(query, reply);
  }

  void append_metrics(std::string& text) const override {
    const std::string labels = "server=\"dns://:53\"";
    text += fmt::format(
        "# HELP coredns_cache_entries The number of elements in the cache.\n"
        "# TYPE coredns_cache_entries gauge\n"
        "coredns_cache_entries{{{0},type=\"denial\"}} {1}\n"
        "coredns_cache_entries{{{0},type=\"success\"}} {2}\n"
        "# HELP coredns_cache_hits_total The count of cache hits.\n"
        "# TYPE coredns_cache_hits_total counter\n"
        "coredns_cache_hits_total{{{0},type=\"denial\"}} {3}\n"
        "coredns_cache_hits_total{{{0},type=\"success\"}} {4}\n"
        "# HELP coredns_cache_misses_total The count of cache misses.\n"
        "# TYPE coredns_cache_misses_total counter\n"
        "coredns_cache_misses_total{{{0}}} {5}\n",
        labels, denials_.size(), successes_.size(), denial_hits_, success_hits_, misses_);
  }

 private:
  static EntryKey key_of(const Query& query) {
    return {query.name(), query.question.type, net::dns::wants_dnssec(query.request)};
  }

  static std::int64_t seconds_left(const Entry& entry, sim::Time now) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - entry.stored);
    return entry.ttl - age.count();
  }

  bool is_usable(const Entry& entry, sim::Time now) const {
    const std::int64_t left = seconds_left(entry, now);
    return left > 0 ||
           (options_.stale > sim::Duration{0} && std::chrono::seconds{-left} < options_.stale);
  }

  Reply make_reply(const Query& query, const Entry& entry, sim::Time now) const {
    Reply reply;
    reply.message = net::dns::make_reply(query.request, entry.message.code);
    reply.message->questions = {query.question};
    // Some clients throw away what is not authoritative.
    reply.message->authoritative = true;
    reply.message->recursion_available = entry.message.recursion_available;
    reply.message->authentic_data = entry.message.authentic_data;
    reply.message->answers = entry.message.answers;
    reply.message->authorities = entry.message.authorities;
    reply.message->additionals = entry.message.additionals;
    const std::int64_t left = std::max<std::int64_t>(seconds_left(entry, now), 0);
    set_ttl(*reply.message, options_.keeps_ttl ? entry.ttl : left);
    return reply;
  }

  // Keeps an answer, and gives all its records the TTL that it is kept for.
  void store(const Query& query, Reply& reply) {
    Message& message = *reply.message;
    const Kind kind = kind_of(message);
    const Half& half =
        kind == Kind::success || kind == Kind::other ? options_.success : options_.denial;
    std::int64_t ttl =
        std::clamp(least_ttl(message), half.min_ttl, std::max(half.min_ttl, half.max_ttl));
    if (kind == Kind::failure) {
      ttl = std::chrono::duration_cast<std::chrono::seconds>(options_.failure_ttl).count();
    }
    const bool is_kept = kind != Kind::other && ttl > 0 && !message.truncated &&
                         match_zone(half.except, query.name()).empty();
    if (is_kept) {
      Entry entry{.message = message,
                  .ttl = ttl,
                  .stored = instance_.context().now(),
                  .last_hit = instance_.context().now()};
      std::erase_if(entry.message.additionals,
                    [](const Record& record) { return record.type == RecordType::opt; });
      (kind == Kind::success ? successes_ : denials_)
          .put(key_of(query), std::move(entry), half.capacity);
      reply.is_fixed = false;
    }
    set_ttl(message, ttl);
  }

  // Asks anew for what has expired or soon will, without anybody waiting for it.
  void refresh_if_due(const Query& query, Entry& entry, sim::Time now) {
    const std::int64_t left = seconds_left(entry, now);
    bool is_due = left <= 0;
    if (options_.prefetch > 0) {
      entry.hits = now - entry.last_hit > options_.prefetch_pause ? 1 : entry.hits + 1;
      entry.last_hit = now;
      const std::int64_t threshold = (entry.ttl * options_.prefetch_percentage + 99) / 100;
      is_due = is_due || (entry.hits >= options_.prefetch && left <= threshold);
    }
    if (!is_due || entry.is_being_refreshed) return;
    entry.is_being_refreshed = true;
    instance_.spawn(refresh(instance_.shared_from_this(), *this, query));
  }

  static sim::Task<void> refresh(std::shared_ptr<Instance> instance, Cache& cache, Query query) {
    sim::Task<Reply> asking = instance->ask_after(cache, query);
    Reply reply = co_await asking;
    if (reply.message) {
      cache.store(query, reply);
    } else {
      for (Store* store : {&cache.denials_, &cache.successes_}) {
        if (Entry* entry = store->find(key_of(query))) entry->is_being_refreshed = false;
      }
    }
  }

  // What has expired is given out only if there is nothing newer.
  sim::Task<std::optional<Reply>> verify(Query& query) {
    sim::Task<Reply> asking = instance_.ask_after(*this, query);
    Reply reply = co_await asking;
    if (reply.message && reply.final_code() != ResponseCode::server_failure) {
      store(query, reply);
      co_return reply;
    }
    const sim::Time now = instance_.context().now();
    for (Store* store : {&denials_, &successes_}) {
      if (const Entry* entry = store->find(key_of(query))) co_return make_reply(query, *entry, now);
    }
    co_return reply;
  }

  Instance& instance_;
  CacheOptions options_;
  Store successes_;
  Store denials_;
  std::int64_t success_hits_ = 0;
  std::int64_t denial_hits_ = 0;
  std::int64_t misses_ = 0;
};

// `success CAPACITY [TTL] [MINTTL]`
Done read_half(Setup& setup, Half& half) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.empty()) return Error{setup.words.argument_error()};
  std::int64_t numbers[3] = {half.capacity, half.max_ttl, half.min_ttl};
  for (std::size_t i = 0; i < std::min<std::size_t>(arguments.size(), 3); ++i) {
    const auto number = go_number(arguments[i]);
    if (!number) return Error{number.error()};
    if (i == 1 && *number <= 0) {
      return Error{fmt::format("cache TTL can not be zero or negative: {}", *number)};
    }
    if (i == 2 && *number < 0) {
      return Error{fmt::format("cache min TTL can not be negative: {}", *number)};
    }
    numbers[i] = *number;
  }
  half.capacity = numbers[0];
  half.max_ttl = numbers[1];
  half.min_ttl = numbers[2];
  return {};
}

Done read_prefetch(Setup& setup, CacheOptions& options) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.empty() || arguments.size() > 3) return Error{setup.words.argument_error()};
  const auto amount = go_number(arguments[0]);
  if (!amount) return Error{amount.error()};
  if (*amount < 0) {
    return Error{fmt::format("prefetch amount should be positive: {}", *amount)};
  }
  options.prefetch = *amount;
  if (arguments.size() > 1) {
    const auto pause = go_duration(arguments[1]);
    if (!pause) return Error{pause.error()};
    options.prefetch_pause = *pause;
  }
  if (arguments.size() > 2) {
    const std::string& share = arguments[2];
    if (!share.ends_with('%')) {
      return Error{fmt::format("last character of percentage should be `%`, but is: '{}'",
                               share.empty() ? ' ' : share.back())};
    }
    const auto number = go_number(std::string_view{share}.substr(0, share.size() - 1));
    if (!number) return Error{number.error()};
    if (*number < 10 || *number > 90) {
      return Error{fmt::format("percentage should fall in range [10, 90]: {}", *number)};
    }
    options.prefetch_percentage = *number;
  }
  return {};
}

Done read_stale(Setup& setup, CacheOptions& options) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.size() > 2) return Error{setup.words.argument_error()};
  options.stale = std::chrono::hours{1};
  if (!arguments.empty()) {
    const auto span = go_duration(arguments[0]);
    if (!span) return Error{span.error()};
    if (*span < sim::Duration{0}) return Error{"invalid negative duration for serve_stale"};
    options.stale = *span;
  }
  if (arguments.size() > 1) {
    const std::string mode = net::dns::lower_name(arguments[1]);
    if (mode != "immediate" && mode != "verify") {
      return Error{fmt::format("invalid value for serve_stale refresh mode: {}", mode)};
    }
    options.verifies_stale = mode == "verify";
  }
  return {};
}

Done read_failure(Setup& setup, CacheOptions& options) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.size() != 1) return Error{setup.words.argument_error()};
  const auto ttl = go_duration(arguments[0]);
  if (!ttl) return Error{ttl.error()};
  if (*ttl < sim::Duration{0}) return Error{"invalid negative ttl for servfail"};
  // RFC 2308 prohibits more.
  if (*ttl > kMaxFailure) {
    return Error{"caching SERVFAIL responses over 5 minutes is not permitted"};
  }
  options.failure_ttl = *ttl;
  return {};
}

Done read_disable(Setup& setup, CacheOptions& options) {
  const std::vector<std::string> arguments = setup.words.remaining_arguments();
  if (arguments.empty()) return Error{setup.words.argument_error()};
  const std::vector<std::string> zones =
      zones_or({arguments.begin() + 1, arguments.end()}, setup.site.origins());
  if (arguments[0] != "success" && arguments[0] != "denial") {
    return Error{fmt::format("cache type for disable must be \"success\" or \"denial\"")};
  }
  (arguments[0] == "success" ? options.success : options.denial).except = zones;
  return {};
}

Done read_property(Setup& setup, CacheOptions& options) {
  const std::string property = setup.words.value();
  if (property == "success") return read_half(setup, options.success);
  if (property == "denial") return read_half(setup, options.denial);
  if (property == "prefetch") return read_prefetch(setup, options);
  if (property == "serve_stale") return read_stale(setup, options);
  if (property == "servfail") return read_failure(setup, options);
  if (property == "disable") return read_disable(setup, options);
  if (property != "keepttl") return Error{setup.words.argument_error()};
  if (!setup.words.remaining_arguments().empty()) return Error{setup.words.argument_error()};
  options.keeps_ttl = true;
  return {};
}

}  // namespace

Done set_up_cache(Setup& setup) {
  CacheOptions options;
  for (;;) {
    const auto another = setup.next_once();
    if (!another) return Error{another.error()};
    if (!*another) break;
    std::vector<std::string> arguments = setup.words.remaining_arguments();
    // The first one may be the longest TTL.
    if (const auto ttl =
            arguments.empty() ? std::unexpected{std::string{}} : go_number(arguments[0])) {
      if (*ttl <= 0) {
        return Error{fmt::format("cache TTL can not be zero or negative: {}", *ttl)};
      }
      options.success.max_ttl = *ttl;
      options.denial.max_ttl = *ttl;
      arguments.erase(arguments.begin());
    }
    options.zones = zones_or(arguments, setup.site.origins());
    while (setup.words.next_in_block()) {
      if (Done done = read_property(setup, options); !done) return done;
    }
  }
  setup.add(std::make_unique<Cache>(setup.instance, std::move(options)));
  return {};
}

}  // namespace rockpool::node::coredns
