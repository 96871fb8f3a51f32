// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_ping.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include "core/net/echo.h"
#include "core/node/images/dns_question.h"
#include "core/node/images/userland_dig.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;
using Outcome = net::EchoResult::Outcome;

constexpr int kHeader = 8;
constexpr int kIpHeader = 20;
constexpr std::int64_t kMaxSize = 65'507;

struct PingOptions {
  std::string host;
  // 0: until it is stopped.
  std::int64_t count = 0;
  sim::Duration interval = 1s;
  // -w: when it ends whatever has come; -W: how long to wait when nothing has come at all.
  std::optional<sim::Duration> deadline;
  sim::Duration patience = 10s;
  std::int64_t size = 56;
  bool is_quiet = false;
  bool is_numeric = false;
  std::optional<net::Family> family;
};

// An answer, when it has come.
struct Answer {
  std::int64_t number = 0;
  net::EchoResult result;
  sim::Duration after{0};
};

// Where the answers come in. Requests on their way hold it, and may outlive the program.
struct Mailbox {
  std::deque<Answer> answers;
  sim::Future<bool> news;
  bool is_interrupted = false;
};

sim::Task<void> send_request(net::Ref<net::Host> host, net::IpAddress to, std::int64_t number,
                             std::shared_ptr<Mailbox> mailbox) {
  const sim::Time sent = host->loop().now();
  sim::Task<net::EchoResult> echo = net::send_echo(host, to);
  const net::EchoResult result = co_await echo;
  if (result.outcome == Outcome::lost) co_return;
  mailbox->answers.push_back({number, result, host->loop().now() - sent});
  mailbox->news.set(true);
}

// How a ping speaks; the two programs differ in little else.
class PingReport {
 public:
  PingReport(ProcessContext& context, const PingOptions& options, bool is_iputils)
      : context_{context}, options_{options}, is_iputils_{is_iputils} {}

  void begin(const net::IpAddress& address, std::string name) {
    name_ = std::move(name);
    const std::string to = address.to_string();
    if (!is_iputils_) {
      context_.print(
          fmt::format("PING {} ({}): {} data bytes\n", options_.host, to, options_.size));
    } else if (address.is_v4()) {
      context_.print(fmt::format("PING {} ({}) {}({}) bytes of data.\n", options_.host, to,
                                 options_.size, options_.size + kHeader + kIpHeader));
    } else {
      context_.print(fmt::format("PING {} ({}) {} data bytes\n", options_.host, to, options_.size));
    }
  }

  void note_sent(sim::Time now) {
    if (sent_ == 0) first_sent_ = now;
    last_sent_ = now;
    ++sent_;
  }

  void take(const Answer& answer) {
    pending_ = std::max(pending_, sent_ - answer.number);
    if (answer.result.outcome != Outcome::reply) return take_error(answer);
    const std::int64_t micros =
        std::chrono::duration_cast<std::chrono::microseconds>(answer.after).count();
    least_ = received_ == 0 ? micros : std::min(least_, micros);
    most_ = std::max(most_, micros);
    sum_ += micros;
    sum_of_squares_ += micros * micros;
    ++received_;
    if (options_.is_quiet) return;
    const std::string from = answer.result.from.to_string();
    if (is_iputils_) {
      context_.print(
          fmt::format("{} bytes from {}: icmp_seq={} ttl={} time={} ms\n", options_.size + kHeader,
                      name_.empty() ? from : fmt::format("{} ({})", name_, from), answer.number + 1,
                      answer.result.time_to_live, short_time(micros)));
    } else {
      context_.print(fmt::format("{} bytes from {}: seq={} ttl={} time={} ms\n",
                                 options_.size + kHeader, from, answer.number,
                                 answer.result.time_to_live, milliseconds(micros)));
    }
  }

  std::int32_t end() {
    std::string text = fmt::format("\n--- {} ping statistics ---\n", options_.host);
    const std::int64_t lost = sent_ == 0 ? 0 : (sent_ - received_) * 100;
    if (is_iputils_) {
      text += fmt::format("{} packets transmitted, {} received, ", sent_, received_);
      if (errors_ > 0) text += fmt::format("+{} errors, ", errors_);
      text += fmt::format(
          "{:g}% packet loss, time {}ms\n",
          sent_ == 0 ? 0.0 : static_cast<double>(lost) / static_cast<double>(sent_),
          std::chrono::duration_cast<std::chrono::milliseconds>(last_sent_ - first_sent_).count());
      text += round_trips("rtt min/avg/max/mdev");
      if (pending_ > 1) text += fmt::format("{}pipe {}", received_ > 0 ? ", " : "", pending_);
      text += "\n";
    } else {
      text += fmt::format("{} packets transmitted, {} packets received, {}% packet loss\n", sent_,
                          received_, sent_ == 0 ? 0 : lost / sent_);
      if (received_ > 0) text += round_trips("round-trip min/avg/max") + "\n";
    }
    context_.print(text);
    return received_ == 0 || (options_.deadline && received_ < options_.count) ? 1 : 0;
  }

  std::int64_t sent() const { return sent_; }
  std::int64_t received() const { return received_; }
  std::int64_t errors() const { return errors_; }
  sim::Duration longest() const { return std::chrono::microseconds{most_}; }

 private:
  // Busybox's takes no notice of what does not answer it.
  void take_error(const Answer& answer) {
    if (!is_iputils_) return;
    ++errors_;
    if (options_.is_quiet) return;
    context_.print(fmt::format(
        "From {} icmp_seq={} Destination {} Unreachable\n", answer.result.from.to_string(),
        answer.number + 1, answer.result.outcome == Outcome::host_unreachable ? "Host" : "Port"));
  }

  static std::string milliseconds(std::int64_t micros) {
    return fmt::format("{}.{:03}", micros / 1000, micros % 1000);
  }
  // Three digits, as far as there are so many.
  static std::string short_time(std::int64_t micros) {
    if (micros >= 100'000 - 50) return fmt::format("{}", (micros + 500) / 1000);
    if (micros >= 10'000 - 5) {
      return fmt::format("{}.{}", (micros + 50) / 1000, (micros + 50) % 1000 / 100);
    }
    if (micros >= 1000) {
      return fmt::format("{}.{:02}", (micros + 5) / 1000, (micros + 5) % 1000 / 10);
    }
    return milliseconds(micros);
  }

  std::string round_trips(std::string_view title) const {
    if (received_ == 0) return {};
    const std::int64_t average = sum_ / received_;
    std::string text = fmt::format("{} = {}/{}/{}", title, milliseconds(least_),
                                   milliseconds(average), milliseconds(most_));
    if (is_iputils_) {
      const std::int64_t variance =
          std::max<std::int64_t>(sum_of_squares_ / received_ - average * average, 0);
      text += "/" + milliseconds(std::llround(std::floor(std::sqrt(variance))));
    }
    return text + " ms";
  }

  ProcessContext& context_;
  const PingOptions& options_;
  bool is_iputils_;
  // What its address is called, if somebody asked.
  std::string name_;
  std::int64_t sent_ = 0;
  std::int64_t received_ = 0;
  std::int64_t errors_ = 0;
  // The most requests that were without an answer at a time.
  std::int64_t pending_ = 0;
  std::int64_t least_ = 0;
  std::int64_t most_ = 0;
  std::int64_t sum_ = 0;
  std::int64_t sum_of_squares_ = 0;
  sim::Time first_sent_;
  sim::Time last_sent_;
};

bool uses_iputils(ProcessContext& context) {
  const Userland userland = context.machine().userland;
  return userland == Userland::debian || userland == Userland::alpine_with_tools;
}

std::optional<std::int64_t> read_count(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return {};
  return number;
}

// Takes an option with its value; false if the value is none.
bool take_value(char flag, const std::string& value, PingOptions& options) {
  if (flag == 'c' || flag == 's') {
    const auto number = read_count(value);
    if (!number || (flag == 's' && *number > kMaxSize)) return false;
    (flag == 'c' ? options.count : options.size) = *number;
    return true;
  }
  const auto duration = sim::parse_duration(value + "s");
  if (!duration || *duration < sim::Duration{0}) return false;
  if (flag == 'i') options.interval = std::max<sim::Duration>(*duration, 1ms);
  if (flag == 'w') options.deadline = *duration;
  if (flag == 'W') options.patience = *duration;
  return true;
}

std::string usage(bool is_iputils) {
  return is_iputils ? "\nUsage\n  ping [options] <destination>\n"
                    : "BusyBox v1.37.0 multi-call binary.\n\nUsage: ping [OPTIONS] HOST\n";
}

// The error is what the program says.
std::expected<PingOptions, std::string> read_ping(const std::vector<std::string>& arguments,
                                                  bool is_iputils) {
  PingOptions options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument.size() < 2 || argument.front() != '-') {
      options.host = argument;
      continue;
    }
    for (std::size_t at = 1; at < argument.size(); ++at) {
      const char flag = argument[at];
      options.is_quiet = options.is_quiet || flag == 'q';
      options.is_numeric = options.is_numeric || flag == 'n';
      if (flag == '4') options.family = net::Family::ipv4;
      if (flag == '6') options.family = net::Family::ipv6;
      if (std::string_view{"qnv46A"}.find(flag) != std::string_view::npos) continue;
      if (std::string_view{"ciswW"}.find(flag) == std::string_view::npos) {
        return std::unexpected{(is_iputils ? fmt::format("ping: invalid option -- '{}'\n", flag)
                                           : fmt::format("ping: unrecognized option: {}\n", flag)) +
                               usage(is_iputils)};
      }
      const bool is_attached = at + 1 < argument.size();
      if (!is_attached && i + 1 == arguments.size()) {
        return std::unexpected{
            (is_iputils ? fmt::format("ping: option requires an argument -- '{}'\n", flag)
                        : fmt::format("ping: option requires an argument: {}\n", flag)) +
            usage(is_iputils)};
      }
      const std::string value = is_attached ? argument.substr(at + 1) : arguments[++i];
      if (!take_value(flag, value, options)) {
        return std::unexpected{is_iputils ? fmt::format("ping: invalid argument: '{}'\n", value)
                                          : fmt::format("ping: invalid number '{}'\n", value)};
      }
      break;
    }
  }
  if (!options.host.empty()) return options;
  return std::unexpected{is_iputils ? "ping: usage error: Destination address required\n"
                                    : usage(false)};
}

std::string resolve_error(ProcessContext& context, const std::string& host, net::FailureKind kind) {
  if (!uses_iputils(context)) return fmt::format("ping: bad address '{}'\n", host);
  const bool is_unknown = kind == net::FailureKind::no_such_host;
  if (context.machine().userland == Userland::debian) {
    return fmt::format(
        "ping: {}: {}\n", host,
        is_unknown ? "Name or service not known" : "Temporary failure in name resolution");
  }
  return fmt::format("ping: {}: {}\n", host, is_unknown ? "Name does not resolve" : "Try again");
}

// The name that the DNS has for an address, which iputils show beside it; the address if none.
sim::Task<std::string> name_of(ProcessContext& context, net::IpAddress address) {
  const std::string text = address.to_string();
  const auto& servers = context.resolver().nameservers;
  if (servers.empty()) co_return text;
  auto asking =
      ask_server(context, {servers.front(), net::dns::kDnsPort}, reverse_name(text),
                 net::dns::RecordType::ptr, net::dns::Transport::udp, {.timeout = 5s, .tries = 2});
  const std::optional<DnsReply> reply = co_await asking;
  if (!reply) co_return text;
  for (const net::dns::Record& record : reply->message.answers) {
    const auto* const data = std::get_if<net::dns::NameData>(&record.data);
    if (data == nullptr || record.type != net::dns::RecordType::ptr) continue;
    std::string name = data->name;
    if (name.ends_with('.')) name.pop_back();
    co_return name;
  }
  co_return text;
}

// Sends and takes in what comes until it is over.
sim::Task<void> send_all(ProcessContext& context, const PingOptions& options,
                         net::IpAddress address, std::shared_ptr<Mailbox> mailbox,
                         PingReport& report, bool is_iputils) {
  const sim::Time started = context.now();
  sim::Time next = started;
  // When waiting for answers ends, once everything is sent.
  std::optional<sim::Time> end;
  for (;;) {
    for (; !mailbox->answers.empty(); mailbox->answers.pop_front()) {
      report.take(mailbox->answers.front());
    }
    const std::int64_t settled = report.received() + report.errors();
    if (mailbox->is_interrupted || (options.count > 0 && settled >= options.count)) co_return;
    if (options.deadline && report.errors() > 0) co_return;
    const sim::Time now = context.now();
    if ((options.deadline && now >= started + *options.deadline) || (end && now >= *end)) co_return;
    if (!end && now >= next) {
      report.note_sent(now);
      context.machine().spawn(
          send_request(net::Ref{&context.host()}, address, report.sent() - 1, mailbox));
      next = now + options.interval;
      const bool is_last = options.count > 0 && report.sent() == options.count;
      if (is_last && !(is_iputils && options.deadline)) {
        const sim::Duration least = is_iputils ? options.interval : sim::Duration{1s};
        end = now + (report.received() > 0 ? std::max<sim::Duration>(2 * report.longest(), least)
                                           : options.patience);
      }
    }
    sim::Time wake = end.value_or(next);
    if (options.deadline) wake = std::min(wake, started + *options.deadline);
    co_await mailbox->news.take(wake - now);
  }
}

}  // namespace

sim::Task<std::int32_t> run_ping(ProcessContext& context) {
  const bool is_iputils = uses_iputils(context);
  const std::int32_t misused = is_iputils ? 2 : 1;
  const auto options = read_ping(context.arguments(), is_iputils);
  if (!options) {
    context.print_error(options.error());
    co_return misused;
  }
  auto resolving = context.resolve(options->host);
  const std::expected<std::vector<net::IpAddress>, net::Failure> found = co_await resolving;
  if (!found) {
    context.print_error(resolve_error(context, options->host, found.error().kind));
    co_return misused;
  }
  const auto wanted = std::ranges::find_if(*found, [&](const net::IpAddress& each) {
    return !options->family || each.family() == *options->family;
  });
  if (wanted == found->end()) {
    context.print_error(resolve_error(context, options->host, net::FailureKind::no_such_host));
    co_return misused;
  }
  const net::IpAddress address = *wanted;
  std::string name;
  if (is_iputils && !options->is_numeric && !net::IpAddress::parse(options->host)) {
    sim::Task<std::string> asking = name_of(context, address);
    name = co_await asking;
  }
  PingReport report{context, *options, is_iputils};
  report.begin(address, std::move(name));
  const auto mailbox = std::make_shared<Mailbox>();
  context.on_interrupt([mailbox] {
    mailbox->is_interrupted = true;
    mailbox->news.set(true);
  });
  sim::Task<void> sending = send_all(context, *options, address, mailbox, report, is_iputils);
  co_await sending;
  context.on_interrupt(nullptr);
  co_return report.end();
}

}  // namespace rockpool::node
