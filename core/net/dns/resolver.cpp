// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/net/datagram_port.h"
#include "core/net/dns/message.h"
#include "core/net/dns/name.h"
#include "core/net/host.h"
#include "core/net/network.h"

namespace rockpool::net::dns {
namespace {

// glibc's MAXNS.
constexpr std::size_t kMaxNameservers = 3;

// What came of asking for one name.
enum class Answer : std::uint8_t { found, absent, failed, refused, timed_out, network_gone };

struct Lookup {
  Ref<Host> host;
  std::optional<sim::Time> deadline;
  Ref<Trace> trace;
  // The query under way: its port, its ends, its bytes, and until when to wait for the answer.
  DatagramSocket socket;
  Ref<DatagramPort> port;
  SocketAddress local;
  SocketAddress server;
  std::string query;
  sim::Time until;
  std::vector<IpAddress> addresses;
  // Whether `deadline` ended it.
  bool deadline_passed = false;
  SharedResolverConfig config;

  const ResolverConfig& names() const { return config ? *config : host->resolver(); }
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
  const sim::Duration timeout = lookup.names().timeout;
  if (!lookup.deadline) return timeout;
  const sim::Duration left = *lookup.deadline - lookup.host->loop().now();
  lookup.deadline_passed = left <= sim::Duration{0};
  if (lookup.deadline_passed) return {};
  return std::min(timeout, left);
}

// The same question again over TCP, where answers of any length fit; "" if there is no answer.
sim::Task<std::string> ask_by_tcp(Lookup& lookup) {
  const auto timeout = time_left(lookup);
  if (!timeout) co_return "";
  auto connecting = lookup.host->connect(lookup.server, timeout);
  auto connected = co_await connecting;
  if (!connected) co_return "";
  Socket socket = std::move(*connected);
  // Over TCP a message follows its length (RFC 1035, 4.2.2).
  std::string framed;
  framed += static_cast<char>(lookup.query.size() >> 8 & 255);
  framed += static_cast<char>(lookup.query.size() & 255);
  framed += lookup.query;
  socket.send(std::move(framed));
  auto receiving = socket.receive(timeout);
  const auto received = co_await receiving;
  if (!received || received->size() < 2) co_return "";
  co_return received->substr(2);
}

// Records an answer as people want to read it.
void trace_answer(const Lookup& lookup, std::string_view response, bool is_refusal) {
  const auto message = decode(response);
  if (!message) return;
  std::string records;
  for (const Record& record : message->answers) {
    fmt::format_to(std::back_inserter(records), "{}{}", records.empty() ? ": " : ", ",
                   to_string(record));
  }
  add_hop(lookup, HopKind::dns_answer, is_refusal ? FailureKind::dns_failed : FailureKind::none,
          response_code_name(message->code) + records);
}

// Takes the addresses out of an answer.
Answer read_answer(Lookup& lookup, const AddressAnswer& answer, std::string_view response) {
  const bool is_refusal =
      answer.code != ResponseCode::no_error && answer.code != ResponseCode::name_error;
  if (lookup.trace) trace_answer(lookup, response, is_refusal);
  lookup.addresses.insert(lookup.addresses.end(), answer.addresses.begin(), answer.addresses.end());
  if (is_refusal) return Answer::failed;
  return answer.addresses.empty() ? Answer::absent : Answer::found;
}

// Sends one query to the server; the reason if that cannot be.
std::optional<Answer> send_query(Lookup& lookup, const std::string& name, RecordType type) {
  const auto timeout = time_left(lookup);
  if (!timeout) return Answer::timed_out;
  auto bound = lookup.host->bind();
  if (!bound) return Answer::network_gone;
  lookup.socket = std::move(*bound);
  lookup.port = DatagramPort::of(lookup.socket);
  lookup.local = lookup.socket.local();
  lookup.until = lookup.host->loop().now() + *timeout;
  // An unpredictable id matters only where somebody might forge answers.
  lookup.query = encode_query(lookup.local.port, name, type);
  if (lookup.trace) {
    lookup.socket.set_trace(lookup.trace);
    add_hop(lookup, HopKind::dns_query, FailureKind::none,
            fmt::format("{} {}", name, record_type_name(type)));
  }
  lookup.socket.send(lookup.server, lookup.query);
  return {};
}

// What it means that no datagram came.
Answer read_failure(Lookup& lookup, FailureKind kind) {
  if (kind == FailureKind::network_unreachable) return Answer::network_gone;
  const bool timed_out = kind == FailureKind::response_timed_out;
  add_hop(lookup, HopKind::dns_answer,
          timed_out ? FailureKind::dns_timed_out : FailureKind::dns_failed,
          timed_out ? "no answer" : "connection refused");
  lookup.deadline_passed =
      timed_out && lookup.deadline && lookup.host->loop().now() >= *lookup.deadline;
  return timed_out ? Answer::timed_out : Answer::refused;
}

// Asks one server once.
sim::Task<Answer> ask(Lookup& lookup, const std::string& name, RecordType type) {
  if (const auto failed = send_query(lookup, name, type)) co_return *failed;
  for (;;) {
    {
      DatagramPort::ReceiveWait wait{*lookup.port, lookup.until - lookup.host->loop().now()};
      co_await wait;
    }
    const auto received = lookup.port->take();
    if (!received) co_return read_failure(lookup, received.error());
    if (received->from != lookup.server) continue;
    const auto answer = decode_addresses(lookup.query, received->payload);
    if (!answer) continue;
    if (answer->truncated) {
      auto asking = ask_by_tcp(lookup);
      const std::string response = co_await asking;
      const auto longer = decode_addresses(lookup.query, response);
      if (longer) co_return read_answer(lookup, *longer, response);
    }
    co_return read_answer(lookup, *answer, received->payload);
  }
}

// Asks all servers in turn, as often as configured, until one gives an answer.
sim::Task<Answer> ask_servers(Lookup& lookup, const std::string& name, RecordType type) {
  Answer answer = Answer::timed_out;
  const int attempts = lookup.names().attempts;
  const std::vector<IpAddress> servers = lookup.names().nameservers;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    for (std::size_t i = 0; i < std::min(servers.size(), kMaxNameservers); ++i) {
      lookup.server = {servers[i], kDnsPort};
      auto asking = ask(lookup, name, type);
      answer = co_await asking;
      lookup.socket = DatagramSocket{};
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

// The name that is asked for in the given place; nothing after the last one.
std::optional<std::string> search_name(const ResolverConfig& config, std::string_view name,
                                       std::size_t place) {
  const bool is_absolute = name.ends_with('.');
  const bool comes_first = std::ranges::count(name, '.') >= config.ndots;
  const std::size_t count = is_absolute ? 1 : config.search.size() + 1;
  if (place >= count) return {};
  std::string result = lower_name(name);
  if (is_absolute) return result;
  result += '.';
  const std::size_t own_place = comes_first ? 0 : count - 1;
  if (place == own_place) return result;
  std::string_view suffix = config.search[comes_first ? place - 1 : place];
  if (suffix.ends_with('.')) suffix.remove_suffix(1);
  if (suffix.empty()) return result;
  result += lower_name(suffix);
  result += '.';
  return result;
}

std::vector<IpAddress> find_in_hosts_file(const ResolverConfig& config, std::string_view text) {
  std::string name = lower_name(text);
  if (name.ends_with('.')) name.pop_back();
  std::vector<IpAddress> addresses;
  for (const auto& [each, address] : config.hosts) {
    if (lower_name(each) == name) addresses.push_back(address);
  }
  // What kubelets write into every Pod's file besides.
  if (addresses.empty() && (name == "ip6-localhost" || name == "ip6-loopback")) {
    addresses.push_back(*IpAddress::parse("::1"));
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
  options.insert(options.end(), other_options.begin(), other_options.end());
  if (!options.empty()) text += fmt::format("options {}\n", fmt::join(options, " "));
  return text;
}

std::vector<std::string> search_names(const ResolverConfig& config, std::string_view name) {
  std::vector<std::string> names;
  while (auto next = search_name(config, name, names.size())) names.push_back(std::move(*next));
  return names;
}

sim::Task<std::expected<std::vector<IpAddress>, Failure>> resolve(Ref<Host> host, std::string name,
                                                                  std::optional<sim::Time> deadline,
                                                                  Ref<Trace> trace,
                                                                  SharedResolverConfig config) {
  if (const auto address = IpAddress::parse(name)) co_return std::vector<IpAddress>{*address};
  Lookup lookup;
  lookup.host = std::move(host);
  lookup.deadline = deadline;
  lookup.trace = std::move(trace);
  lookup.config = std::move(config);
  lookup.addresses = find_in_hosts_file(lookup.names(), name);
  Answer answer = lookup.addresses.empty() ? Answer::absent : Answer::found;
  // Without a name server nothing can be asked.
  const bool has_servers = !lookup.names().nameservers.empty();
  int failures = has_servers ? 0 : 1;
  const bool wants_ipv6 = std::ranges::any_of(lookup.host->addresses(), &IpAddress::is_v6);
  for (std::size_t place = 0; has_servers && goes_on(answer); ++place) {
    const auto candidate = search_name(lookup.names(), name, place);
    if (!candidate) break;
    if (!is_valid_name(*candidate)) continue;
    auto asking = ask_servers(lookup, *candidate, RecordType::a);
    answer = co_await asking;
    if (wants_ipv6 && (answer == Answer::found || answer == Answer::absent)) {
      auto asking_again = ask_servers(lookup, *candidate, RecordType::aaaa);
      const Answer second = co_await asking_again;
      if (answer == Answer::absent) answer = second;
    }
    failures += answer == Answer::failed ? 1 : 0;
  }
  if (answer != Answer::found) {
    Failure failure = make_failure(lookup, name, answer, failures > 0);
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
