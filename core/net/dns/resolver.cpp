// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/net/datagram_port.h"
#include "core/net/dns/message.h"
#include "core/net/host.h"
#include "core/net/network.h"

namespace rockpool::net::dns {
namespace {

constexpr std::uint16_t kDnsPort = 53;
// glibc's MAXNS.
constexpr std::size_t kMaxNameservers = 3;

// What came of asking for one name.
enum class Answer : std::uint8_t { found, absent, failed, refused, timed_out, network_gone };

struct Lookup {
  Ref<Host> host;
  std::optional<sim::Time> deadline;
  Ref<Trace> trace;
  // The ends of the latest query.
  SocketAddress local;
  SocketAddress server;
  std::vector<IpAddress> addresses;
  // Whether `deadline` ended it.
  bool deadline_passed = false;
};

void add_hop(const Lookup& lookup, HopKind kind, FailureKind failure, std::string detail) {
  Network* const network = lookup.host->network();
  if (!lookup.trace || network == nullptr) return;
  Hop hop;
  hop.kind = kind;
  hop.time = network->loop().now();
  hop.from = kind == HopKind::dns_answer ? lookup.server : lookup.local;
  hop.to = kind == HopKind::dns_answer ? lookup.local : lookup.server;
  if (lookup.host->node() != nullptr) hop.node = lookup.host->node()->name();
  if (lookup.host->kind() == HostKind::pod) hop.pod = lookup.host->name();
  hop.failure = failure;
  hop.detail = std::move(detail);
  network->add_hop(*lookup.trace, *lookup.host, std::move(hop));
}

// How long to wait for one answer; empty if the deadline has passed.
std::optional<sim::Duration> time_left(Lookup& lookup) {
  const sim::Duration timeout = lookup.host->resolver().timeout;
  if (!lookup.deadline) return timeout;
  const sim::Duration left = *lookup.deadline - lookup.host->loop().now();
  lookup.deadline_passed = left <= sim::Duration{0};
  if (lookup.deadline_passed) return {};
  return std::min(timeout, left);
}

// The same question again over TCP, where answers of any length fit.
sim::Task<std::optional<Message>> ask_by_tcp(Lookup& lookup, std::string query) {
  const auto timeout = time_left(lookup);
  if (!timeout) co_return std::nullopt;
  auto connecting = lookup.host->connect(lookup.server, timeout);
  auto connected = co_await connecting;
  if (!connected) co_return std::nullopt;
  Socket socket = std::move(*connected);
  std::string framed;
  framed += static_cast<char>(query.size() >> 8 & 255);
  framed += static_cast<char>(query.size() & 255);
  framed += query;
  socket.send(std::move(framed));
  auto receiving = socket.receive(timeout);
  const auto received = co_await receiving;
  if (!received || received->size() < 2) co_return std::nullopt;
  auto message = decode(std::string_view{*received}.substr(2));
  if (!message) co_return std::nullopt;
  co_return std::move(*message);
}

// Takes the addresses out of an answer.
Answer read_answer(Lookup& lookup, const Message& message) {
  const bool is_refusal =
      message.code != ResponseCode::no_error && message.code != ResponseCode::name_error;
  bool found = false;
  std::string records;
  for (const Record& record : message.answers) {
    if (const IpAddress* const address = std::get_if<IpAddress>(&record.data)) {
      lookup.addresses.push_back(*address);
      found = true;
    }
    if (lookup.trace) {
      fmt::format_to(std::back_inserter(records), "{}{}", records.empty() ? ": " : ", ",
                     to_string(record));
    }
  }
  if (lookup.trace) {
    add_hop(lookup, HopKind::dns_answer, is_refusal ? FailureKind::dns_failed : FailureKind::none,
            response_code_name(message.code) + records);
  }
  if (is_refusal) return Answer::failed;
  return found ? Answer::found : Answer::absent;
}

// Asks one server once.
sim::Task<Answer> ask(Lookup& lookup, const std::string& name, RecordType type) {
  const auto timeout = time_left(lookup);
  if (!timeout) co_return Answer::timed_out;
  auto bound = lookup.host->bind();
  if (!bound) co_return Answer::network_gone;
  DatagramSocket socket = std::move(*bound);
  lookup.local = socket.local();
  // An unpredictable id matters only where somebody might forge answers.
  const std::uint16_t id = lookup.local.port;
  std::string query = encode_query(id, name, type);
  if (lookup.trace) {
    socket.set_trace(lookup.trace);
    add_hop(lookup, HopKind::dns_query, FailureKind::none,
            fmt::format("{} {}", name, record_type_name(type)));
  }
  socket.send(lookup.server, query);
  const sim::Time until = lookup.host->loop().now() + *timeout;
  for (;;) {
    auto receiving = socket.receive(until - lookup.host->loop().now());
    const auto received = co_await receiving;
    if (!received) {
      const FailureKind kind = received.error().kind;
      if (kind == FailureKind::network_unreachable) co_return Answer::network_gone;
      const bool timed_out = kind == FailureKind::response_timed_out;
      add_hop(lookup, HopKind::dns_answer,
              timed_out ? FailureKind::dns_timed_out : FailureKind::dns_failed,
              timed_out ? "no answer" : "connection refused");
      if (timed_out && lookup.deadline && lookup.host->loop().now() >= *lookup.deadline) {
        lookup.deadline_passed = true;
      }
      co_return timed_out ? Answer::timed_out : Answer::refused;
    }
    if (received->from != lookup.server) continue;
    auto message = decode(received->payload);
    const bool is_answer =
        message && message->is_response && message->id == id && message->questions.size() == 1 &&
        lower_name(message->questions[0].name) == name && message->questions[0].type == type;
    if (!is_answer) continue;
    if (message->truncated) {
      auto asking = ask_by_tcp(lookup, std::move(query));
      auto longer = co_await asking;
      if (longer) co_return read_answer(lookup, *longer);
    }
    co_return read_answer(lookup, *message);
  }
}

// Asks all servers in turn, as often as configured, until one gives an answer.
sim::Task<Answer> ask_servers(Lookup& lookup, const std::string& name, RecordType type) {
  Answer answer = Answer::timed_out;
  const int attempts = lookup.host->resolver().attempts;
  const std::vector<IpAddress> servers = lookup.host->resolver().nameservers;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    for (std::size_t i = 0; i < std::min(servers.size(), kMaxNameservers); ++i) {
      lookup.server = {servers[i], kDnsPort};
      auto asking = ask(lookup, name, type);
      answer = co_await asking;
      if (answer == Answer::found || answer == Answer::absent || answer == Answer::network_gone) {
        co_return answer;
      }
      if (lookup.deadline_passed) co_return answer;
    }
  }
  co_return answer;
}

// Whether the search goes on with the next name (glibc's __res_context_search).
bool goes_on(Answer answer) {
  return answer == Answer::absent || answer == Answer::failed;
}

Failure make_failure(const Lookup& lookup, const std::string& name, Answer answer,
                     bool any_failed) {
  Failure failure;
  failure.host = name;
  failure.local = lookup.local;
  failure.remote = lookup.server;
  switch (answer) {
    case Answer::network_gone:
      failure.kind = FailureKind::network_unreachable;
      break;
    case Answer::timed_out:
      failure.kind = FailureKind::dns_timed_out;
      failure.by_client_timeout = lookup.deadline_passed;
      break;
    case Answer::refused:
      failure.kind = FailureKind::dns_failed;
      failure.detail = fmt::format("read udp {}->{}: read: connection refused",
                                   lookup.local.to_string(), lookup.server.to_string());
      break;
    case Answer::failed:
    case Answer::absent:
    case Answer::found:
      failure.kind = any_failed ? FailureKind::dns_failed : FailureKind::no_such_host;
      if (any_failed) failure.detail = "server misbehaving";
      break;
  }
  return failure;
}

std::vector<IpAddress> find_in_hosts_file(const ResolverConfig& config, const std::string& name) {
  std::vector<IpAddress> addresses;
  for (const auto& [each, address] : config.hosts) {
    if (lower_name(each) == name) addresses.push_back(address);
  }
  // glibc knows this one without any file (RFC 6761).
  if (addresses.empty() && (name == "localhost" || name.ends_with(".localhost"))) {
    addresses.push_back(IpAddress::v4(127, 0, 0, 1));
  }
  return addresses;
}

}  // namespace

std::string ResolverConfig::resolv_conf() const {
  // pkg/kubelet/network/dns: search first, then the servers, then the options.
  std::string text;
  if (!search.empty()) text += fmt::format("search {}\n", fmt::join(search, " "));
  for (const IpAddress& server : nameservers) {
    text += fmt::format("nameserver {}\n", server.to_string());
  }
  std::vector<std::string> options;
  if (ndots != 1) options.push_back(fmt::format("ndots:{}", ndots));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout).count();
  if (seconds != 5) options.push_back(fmt::format("timeout:{}", seconds));
  if (attempts != 2) options.push_back(fmt::format("attempts:{}", attempts));
  if (!options.empty()) text += fmt::format("options {}\n", fmt::join(options, " "));
  return text;
}

std::vector<std::string> search_names(const ResolverConfig& config, std::string_view name) {
  std::string lower = lower_name(name);
  if (lower.ends_with('.')) return {lower};
  std::vector<std::string> names;
  const std::string as_it_is = lower + ".";
  const auto dots = std::ranges::count(lower, '.');
  if (dots >= config.ndots) names.push_back(as_it_is);
  for (const std::string& suffix : config.search) {
    std::string_view trimmed = suffix;
    if (trimmed.ends_with('.')) trimmed.remove_suffix(1);
    names.push_back(trimmed.empty() ? as_it_is : fmt::format("{}.{}.", lower, lower_name(trimmed)));
  }
  if (dots < config.ndots) names.push_back(as_it_is);
  return names;
}

sim::Task<std::expected<std::vector<IpAddress>, Failure>> resolve(Ref<Host> host, std::string name,
                                                                  std::optional<sim::Time> deadline,
                                                                  Ref<Trace> trace) {
  if (const auto address = IpAddress::parse(name)) co_return std::vector<IpAddress>{*address};
  Lookup lookup{std::move(host), deadline, std::move(trace), {}, {}, {}, false};
  std::string bare = lower_name(name);
  if (bare.ends_with('.')) bare.pop_back();
  lookup.addresses = find_in_hosts_file(lookup.host->resolver(), bare);
  Answer answer = lookup.addresses.empty() ? Answer::absent : Answer::found;
  bool any_failed = false;
  if (answer != Answer::found) {
    const bool wants_ipv6 = std::ranges::any_of(
        lookup.host->addresses(), [](const IpAddress& address) { return address.is_v6(); });
    if (lookup.host->resolver().nameservers.empty()) answer = Answer::failed;
    const std::vector<std::string> names = search_names(lookup.host->resolver(), name);
    for (const std::string& candidate : names) {
      if (lookup.host->resolver().nameservers.empty() || !is_valid_name(candidate)) continue;
      auto asking = ask_servers(lookup, candidate, RecordType::a);
      answer = co_await asking;
      if (wants_ipv6 && (answer == Answer::found || answer == Answer::absent)) {
        auto asking_again = ask_servers(lookup, candidate, RecordType::aaaa);
        const Answer second = co_await asking_again;
        if (answer == Answer::absent) answer = second;
      }
      any_failed = any_failed || answer == Answer::failed;
      if (!goes_on(answer)) break;
    }
    any_failed = any_failed || answer == Answer::failed;
  }
  if (answer != Answer::found) {
    Failure failure = make_failure(lookup, name, answer, any_failed);
    add_hop(lookup, HopKind::resolved, failure.kind, go_message(failure));
    co_return std::unexpected{std::move(failure)};
  }
  if (lookup.trace) {
    std::string found;
    for (const IpAddress& address : lookup.addresses) {
      found += found.empty() ? "" : ", ";
      found += address.to_string();
    }
    add_hop(lookup, HopKind::resolved, FailureKind::none, std::move(found));
  }
  co_return std::move(lookup.addresses);
}

}  // namespace rockpool::net::dns
