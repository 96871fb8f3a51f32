// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_dig.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/net/dns/message.h"
#include "core/net/dns/resolver.h"
#include "core/node/images/dns_question.h"
#include "core/node/images/http_server.h"

namespace rockpool::node {
namespace {

using net::dns::kDnsPort;
using net::dns::Message;
using net::dns::RecordType;
using net::dns::Transport;
using Code = sim::Task<std::int32_t>;

constexpr std::int32_t kUsageError = 1;
constexpr std::int32_t kNoAnswer = 9;
constexpr int kTries = 3;

// What dig was asked to do.
struct DigOptions {
  std::string server;
  std::string name;
  RecordType type = RecordType::a;
  std::uint16_t port = kDnsPort;
  sim::Duration timeout = std::chrono::seconds{5};
  bool tcp = false;
  bool search = false;
  bool brief = false;
  // The parts of the output.
  bool command = true;
  bool comments = true;
  bool question = true;
  bool answer = true;
  bool authority = true;
  bool additional = true;
  bool statistics = true;
  std::string unknown;

  void set_all(bool on) {
    command = comments = question = answer = authority = additional = statistics = on;
  }
};

// Takes a `+option`. False if there is none of that name.
bool take_plus(std::string_view text, DigOptions& options) {
  text.remove_prefix(1);
  if (text.starts_with("time=") || text.starts_with("timeout=")) {
    const std::string_view value = text.substr(text.find('=') + 1);
    int seconds = 0;
    std::from_chars(value.data(), value.data() + value.size(), seconds);
    options.timeout = std::chrono::seconds{std::max(seconds, 1)};
    return true;
  }
  const bool on = !text.starts_with("no");
  if (!on) text.remove_prefix(2);
  const std::pair<std::string_view, bool*> switches[] = {{"tcp", &options.tcp},
                                                         {"vc", &options.tcp},
                                                         {"search", &options.search},
                                                         {"short", &options.brief},
                                                         {"cmd", &options.command},
                                                         {"comments", &options.comments},
                                                         {"question", &options.question},
                                                         {"answer", &options.answer},
                                                         {"authority", &options.authority},
                                                         {"additional", &options.additional},
                                                         {"stats", &options.statistics}};
  for (const auto& [name, value] : switches) {
    if (text != name) continue;
    *value = on;
    return true;
  }
  if (text == "all") options.set_all(on);
  return text == "all" || text.starts_with("tries=") || text.starts_with("retry=");
}

DigOptions read_arguments(const std::vector<std::string>& arguments) {
  DigOptions options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const bool has_value = argument == "-t" || argument == "-x" || argument == "-p";
    const std::string value = has_value && i + 1 < arguments.size() ? arguments[++i] : "";
    if (argument.starts_with('@')) {
      options.server = argument.substr(1);
    } else if (argument.starts_with('+')) {
      if (!take_plus(argument, options)) options.unknown = argument;
    } else if (argument == "-x") {
      options.name = reverse_name(value);
      options.type = RecordType::ptr;
      if (options.name.empty()) options.unknown = value;
    } else if (argument == "-p") {
      options.port = net::parse_port(value).value_or(kDnsPort);
    } else if (argument == "-t") {
      const auto type = net::dns::parse_record_type(value);
      if (type) options.type = *type;
      if (!type) options.unknown = value;
    } else if (const auto type =
                   options.name.empty() ? std::nullopt : net::dns::parse_record_type(argument)) {
      options.type = *type;
    } else if (argument != "IN" && argument != "in") {
      options.name = argument;
    }
  }
  return options;
}

// Where BIND puts a record's TTL, class, type and data.
constexpr std::size_t kColumns[] = {24, 32, 40, 48};
constexpr std::size_t kTabWidth = 8;

// Goes on to a column by tabs; at least by one place, as BIND does.
void indent(std::string& line, std::size_t& at, std::size_t column) {
  const std::size_t to = std::max(column, at + 1);
  const std::size_t tabs = to / kTabWidth - at / kTabWidth;
  line.append(tabs, '\t');
  if (tabs > 0) at = to / kTabWidth * kTabWidth;
  line.append(to - at, ' ');
  at = to;
}

// A record as dig prints it, in columns.
std::string record_line(const net::dns::Record& record) {
  const std::string text = to_string(record);
  std::string line;
  std::size_t at = 0;
  std::size_t begin = 0;
  for (const std::size_t column : kColumns) {
    const std::size_t end = text.find(' ', begin);
    if (end == std::string::npos) break;
    line.append(text, begin, end - begin);
    at += end - begin;
    indent(line, at, column);
    begin = end + 1;
  }
  return line + text.substr(begin) + "\n";
}

std::string data_of(const net::dns::Record& record) {
  const std::string text = to_string(record);
  std::size_t begin = 0;
  for (int field = 0; field < 4; ++field) begin = text.find(' ', begin) + 1;
  return text.substr(begin) + "\n";
}

std::string question_line(const net::dns::Question& question) {
  std::string line = ";" + question.name;
  std::size_t at = question.name.size();
  indent(line, at, kColumns[1]);
  line += "IN";
  at += 2;
  indent(line, at, kColumns[2]);
  return line + record_type_name(question.type) + "\n";
}

void print_section(bool is_wanted, bool with_title, std::string_view title,
                   const std::vector<net::dns::Record>& records, std::string& text) {
  if (!is_wanted || records.empty()) return;
  if (with_title) text += fmt::format(";; {} SECTION:\n", title);
  for (const net::dns::Record& record : records) {
    if (record.type != RecordType::opt) text += record_line(record);
  }
  if (with_title) text += "\n";
}

std::string format_header(const Message& message) {
  const std::pair<std::string_view, bool> flags[] = {
      {" qr", message.is_response},         {" aa", message.authoritative},
      {" tc", message.truncated},           {" rd", message.recursion_desired},
      {" ra", message.recursion_available}, {" ad", message.authentic_data},
      {" cd", message.checking_disabled}};
  std::string text =
      fmt::format(";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: {}, id: {}\n;; flags:",
                  net::dns::response_code_name(message.code), message.id);
  for (const auto& [name, is_set] : flags) {
    if (is_set) text += name;
  }
  text += fmt::format("; QUERY: {}, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}\n",
                      message.questions.size(), message.answers.size(), message.authorities.size(),
                      message.additionals.size());
  if (message.recursion_desired && !message.recursion_available) {
    text += ";; WARNING: recursion requested but not available\n";
  }
  return text + "\n";
}

std::string format_message(const DigOptions& options, const Message& message) {
  std::string text;
  if (options.brief) {
    for (const net::dns::Record& record : message.answers) text += data_of(record);
    return text;
  }
  if (options.comments) text += format_header(message);
  if (options.question) {
    if (options.comments) text += ";; QUESTION SECTION:\n";
    for (const net::dns::Question& question : message.questions) {
      text += question_line(question);
    }
    if (options.comments) text += "\n";
  }
  print_section(options.answer, options.comments, "ANSWER", message.answers, text);
  print_section(options.authority, options.comments, "AUTHORITY", message.authorities, text);
  print_section(options.additional, options.comments, "ADDITIONAL", message.additionals, text);
  return text;
}

std::optional<net::SocketAddress> find_server(const DigOptions& options,
                                              const net::dns::ResolverConfig& resolver) {
  if (!options.server.empty()) {
    const auto address = net::IpAddress::parse(options.server);
    if (!address) return {};
    return net::SocketAddress{*address, options.port};
  }
  const auto& nameservers = resolver.nameservers;
  if (nameservers.empty()) return net::SocketAddress{net::IpAddress::v4(127, 0, 0, 1), kDnsPort};
  return net::SocketAddress{nameservers.front(), options.port};
}

}  // namespace

std::string reverse_name(std::string_view text) {
  const auto address = net::IpAddress::parse(text);
  if (!address) return {};
  std::string bytes = address->to_bytes();
  std::ranges::reverse(bytes);
  std::string name;
  for (const char c : bytes) {
    const unsigned byte = static_cast<unsigned char>(c);
    name += address->is_v4() ? fmt::format("{}.", byte)
                             : fmt::format("{:x}.{:x}.", byte & 0xfU, byte >> 4U);
  }
  return name + (address->is_v4() ? "in-addr.arpa." : "ip6.arpa.");
}

Code run_dig(ProcessContext& context) {
  const DigOptions options = read_arguments(context.arguments());
  const auto server = find_server(options, context.resolver());
  if (!options.unknown.empty() || !server) {
    context.print_error(
        options.unknown.empty()
            ? fmt::format("dig: couldn't get address for '{}': not found\n", options.server)
            : fmt::format("Invalid option: {}\n", options.unknown));
    co_return kUsageError;
  }
  const std::string asked = options.name.empty() ? "." : options.name;
  std::vector<std::string> names{asked.ends_with('.') ? asked : asked + "."};
  if (options.search) names = net::dns::search_names(context.resolver(), asked);
  if (options.command && !options.brief) {
    const auto given = std::span{context.arguments()}.subspan(1);
    context.print(fmt::format("\n; <<>> DiG 9.18.27 <<>> {}\n;; global options: +cmd\n",
                              fmt::join(given, " ")));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const sim::Time begun = context.now();
    sim::Task<std::optional<DnsReply>> asking =
        ask_server(context, *server, names[i], options.type,
                   options.tcp ? Transport::tcp : Transport::udp, {options.timeout, kTries});
    const std::optional<DnsReply> reply = co_await asking;
    if (!reply) {
      context.print(fmt::format(";; connection timed out; no servers could be reached\n"));
      co_return kNoAnswer;
    }
    const bool goes_on = reply->message.code != net::dns::ResponseCode::no_error;
    if (goes_on && i + 1 < names.size()) continue;
    context.print(format_message(options, reply->message));
    if (options.statistics && !options.brief) {
      const auto spent =
          std::chrono::duration_cast<std::chrono::milliseconds>(context.now() - begun);
      // `Wed, 01 Jan 2025 00:00:05 GMT` → `Wed Jan 01 00:00:05 UTC 2025`
      const std::string date = http_date(context.now());
      const std::string when =
          fmt::format("{} {} {} {} UTC {}", date.substr(0, 3), date.substr(8, 3), date.substr(5, 2),
                      date.substr(17, 8), date.substr(12, 4));
      context.print(
          fmt::format(";; Query time: {} msec\n;; SERVER: {}#{}({}) ({})\n;; WHEN: {}\n"
                      ";; MSG SIZE  rcvd: {}\n\n",
                      spent.count(), server->ip.to_string(), server->port, server->ip.to_string(),
                      options.tcp ? "TCP" : "UDP", when, reply->size));
    }
    co_return 0;
  }
  co_return 0;
}

}  // namespace rockpool::node
