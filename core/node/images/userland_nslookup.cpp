// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_nslookup.h"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/net/dns/message.h"
#include "core/net/dns/resolver.h"
#include "core/node/images/dns_question.h"
#include "core/node/images/image.h"
#include "core/node/images/userland_dig.h"

namespace rockpool::node {
namespace {

using net::dns::kDnsPort;
using net::dns::Message;
using net::dns::Record;
using net::dns::RecordType;
using net::dns::ResponseCode;
using Code = sim::Task<std::int32_t>;

constexpr int kTries = 2;
constexpr std::chrono::milliseconds kTryTimeout{2500};

// The minor versions from which busybox's nslookup asks the servers itself, knows the search path,
// knows SRV records, and is silent about answers without records.
constexpr int kAsksItself = 29;
constexpr int kSearches = 30;
constexpr int kKnowsServices = 32;
constexpr int kSilentWhenEmpty = 33;
// Of the images whose tag says no version: Docker's own are new, Google's were made in 2015 and
// radial/busyboxplus in 2014.
constexpr int kNewest = 37;
constexpr int kGoogles = 24;

constexpr RecordType kAddressTypes[] = {RecordType::a, RecordType::aaaa};

int leading_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The minor version of busybox in an image; empty if it has BIND's tools instead.
std::optional<int> busybox_minor(const ImageReference& image) {
  const std::string_view name = base_name(image.path);
  const bool is_dockers = image.domain == "docker.io";
  if (name == "busyboxplus") return kGoogles;
  if (name == "busybox") {
    if (image.tag.starts_with("1.")) return leading_number(std::string_view{image.tag}.substr(2));
    return is_dockers ? kNewest : kGoogles;
  }
  const bool is_alpine = name == "alpine" || name == "curl";
  return is_alpine || image.tag.find("alpine") != std::string::npos ? std::optional{kNewest}
                                                                    : std::nullopt;
}

struct Request {
  std::string name;
  std::optional<RecordType> type;
  // As it was written; empty for the first of /etc/resolv.conf.
  std::string server;
  bool is_understood = true;
};

Request read_arguments(const std::vector<std::string>& arguments) {
  Request request;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (!argument.starts_with('-')) {
      std::string& place = request.name.empty() ? request.name : request.server;
      if (!place.empty()) request.is_understood = false;
      place = argument;
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string_view option = argument.substr(1, equals - 1);
    if (option != "type" && option != "querytype" && option != "query" && option != "q") continue;
    request.type = equals == std::string_view::npos
                       ? std::nullopt
                       : net::dns::parse_record_type(argument.substr(equals + 1));
    if (!request.type) request.is_understood = false;
  }
  if (request.name.empty()) request.is_understood = false;
  return request;
}

struct Server {
  std::string name;
  net::SocketAddress address;
};

sim::Task<std::optional<Server>> find_server(ProcessContext& context, std::string name) {
  if (name.empty()) {
    const auto& known = context.resolver().nameservers;
    const net::IpAddress first = known.empty() ? net::IpAddress::v4(127, 0, 0, 1) : known.front();
    co_return Server{first.to_string(), {first, kDnsPort}};
  }
  sim::Task<std::expected<std::vector<net::IpAddress>, net::Failure>> resolve =
      context.resolve(name);
  const std::expected<std::vector<net::IpAddress>, net::Failure> found = co_await resolve;
  if (!found || found->empty()) co_return std::nullopt;
  co_return Server{std::move(name), {found->front(), kDnsPort}};
}

sim::Task<std::optional<Message>> ask(ProcessContext& context, net::SocketAddress server,
                                      std::string name, RecordType type) {
  if (!name.ends_with('.')) name += '.';
  sim::Task<std::optional<DnsReply>> asking = ask_server(
      context, server, std::move(name), type, net::dns::Transport::udp, {kTryTimeout, kTries});
  std::optional<DnsReply> reply = co_await asking;
  if (!reply) co_return std::nullopt;
  co_return std::move(reply->message);
}

std::string without_dot(std::string_view name) {
  if (name.size() > 1 && name.ends_with('.')) name.remove_suffix(1);
  return std::string{name};
}

// A record as both programs print it; BIND's leaves the dot at the end of names that are data.
std::string describe(const Record& record, bool with_dots) {
  const std::string owner = without_dot(record.name);
  const auto target = [with_dots](const std::string& name) {
    return with_dots ? name : without_dot(name);
  };
  if (const auto* address = std::get_if<net::IpAddress>(&record.data)) {
    return fmt::format("Name:\t{}\nAddress: {}\n", owner, address->to_string());
  }
  if (const auto* name = std::get_if<net::dns::NameData>(&record.data)) {
    const std::string_view what = record.type == RecordType::ns      ? "nameserver"
                                  : record.type == RecordType::cname ? "canonical name"
                                                                     : "name";
    return fmt::format("{}\t{} = {}\n", owner, what, target(name->name));
  }
  if (const auto* service = std::get_if<net::dns::SrvData>(&record.data)) {
    return fmt::format("{}\tservice = {} {} {} {}\n", owner, service->priority, service->weight,
                       service->port, target(service->target));
  }
  if (const auto* mail = std::get_if<net::dns::MxData>(&record.data)) {
    return fmt::format("{}\tmail exchanger = {} {}\n", owner, mail->preference,
                       target(mail->exchange));
  }
  if (const auto* text = std::get_if<net::dns::TxtData>(&record.data)) {
    std::string line = owner + "\ttext =";
    for (const std::string& part : text->texts) line += fmt::format(" \"{}\"", part);
    return line + "\n";
  }
  if (const auto* zone = std::get_if<net::dns::SoaData>(&record.data)) {
    return fmt::format(
        "{}\n\torigin = {}\n\tmail addr = {}\n\tserial = {}\n\trefresh = {}\n\tretry = {}\n"
        "\texpire = {}\n\tminimum = {}\n",
        owner, without_dot(zone->primary), without_dot(zone->mailbox), zone->serial, zone->refresh,
        zone->retry, zone->expire, zone->minimum);
  }
  return {};
}

constexpr std::string_view kNobodyAnswers =
    ";; connection timed out; no servers could be reached\n\n";

// busybox up to 1.28 ---------------------------------------------------------

// `Address 1: 10.96.0.1 kubernetes.default.svc.cluster.local`, as far as it has a name.
sim::Task<std::string> describe_address(ProcessContext& context, net::SocketAddress server,
                                        net::IpAddress address, std::size_t number) {
  std::string line = fmt::format("Address {}: {}", number, address.to_string());
  sim::Task<std::optional<Message>> asking =
      ask(context, server, reverse_name(address.to_string()), RecordType::ptr);
  const std::optional<Message> answer = co_await asking;
  if (answer && !answer->answers.empty()) {
    const auto* name = std::get_if<net::dns::NameData>(&answer->answers.front().data);
    if (name != nullptr) line += " " + without_dot(name->name);
  }
  co_return line + "\n";
}

// The addresses of a name from a server that is not in /etc/resolv.conf.
sim::Task<std::vector<net::IpAddress>> find_addresses(ProcessContext& context,
                                                      net::SocketAddress server, std::string name) {
  std::vector<net::IpAddress> addresses;
  for (const std::string& full : net::dns::search_names(context.resolver(), name)) {
    for (const RecordType type : kAddressTypes) {
      sim::Task<std::optional<Message>> asking = ask(context, server, full, type);
      const std::optional<Message> answer = co_await asking;
      if (!answer) co_return addresses;
      for (const Record& record : answer->answers) {
        const auto* address = std::get_if<net::IpAddress>(&record.data);
        if (address != nullptr) addresses.push_back(*address);
      }
    }
    if (!addresses.empty()) break;
  }
  co_return addresses;
}

Code run_old_busybox(ProcessContext& context, const Request& request, const Server& server) {
  sim::Task<std::string> naming = describe_address(context, server.address, server.address.ip, 1);
  const std::string server_line = co_await naming;
  context.print(fmt::format("Server:    {}\n{}\n", server.address.ip.to_string(), server_line));
  std::vector<net::IpAddress> addresses;
  if (request.server.empty()) {
    sim::Task<std::expected<std::vector<net::IpAddress>, net::Failure>> resolve =
        context.resolve(request.name);
    const std::expected<std::vector<net::IpAddress>, net::Failure> found = co_await resolve;
    if (found) addresses = *found;
  } else {
    sim::Task<std::vector<net::IpAddress>> finding =
        find_addresses(context, server.address, request.name);
    addresses = co_await finding;
  }
  if (addresses.empty()) {
    context.print_error(fmt::format("nslookup: can't resolve '{}'\n", request.name));
    co_return 1;
  }
  context.print(fmt::format("Name:      {}\n", request.name));
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    sim::Task<std::string> describing =
        describe_address(context, server.address, addresses[i], i + 1);
    const std::string line = co_await describing;
    context.print(line);
  }
  co_return 0;
}

// busybox from 1.29 on -------------------------------------------------------

// The questions that it sends, all of them whatever the others' answers are.
std::vector<std::pair<std::string, RecordType>> questions_of(
    const Request& request, int minor, const net::dns::ResolverConfig& resolver) {
  const std::string reverse = request.type ? std::string{} : reverse_name(request.name);
  if (!reverse.empty()) return {{without_dot(reverse), RecordType::ptr}};
  std::vector<RecordType> types{RecordType::a, RecordType::aaaa};
  if (request.type) types = {*request.type};
  const bool searches = minor >= kSearches && request.name.find('.') == std::string::npos &&
                        !resolver.search.empty() && request.server.empty();
  std::vector<std::pair<std::string, RecordType>> questions;
  for (const RecordType type : types) {
    if (!searches || type == RecordType::ptr) {
      questions.emplace_back(request.name, type);
      continue;
    }
    for (const std::string& domain : resolver.search) {
      questions.emplace_back(request.name + "." + domain, type);
    }
  }
  return questions;
}

Code run_busybox(ProcessContext& context, const Request& request, const Server& server, int minor) {
  if (request.type == RecordType::srv && minor < kKnowsServices) {
    context.print_error("nslookup: invalid query type \"srv\"\n");
    co_return 1;
  }
  std::int32_t code = 0;
  bool is_first = true;
  for (const auto& [name, type] : questions_of(request, minor, context.resolver())) {
    sim::Task<std::optional<Message>> asking = ask(context, server.address, name, type);
    const std::optional<Message> answer = co_await asking;
    if (!answer && is_first) {
      context.print(std::string{kNobodyAnswers});
      co_return 1;
    }
    std::string text;
    if (is_first) {
      text =
          fmt::format("Server:\t\t{}\nAddress:\t{}\n\n", server.name, server.address.to_string());
    }
    is_first = false;
    if (answer && answer->code != ResponseCode::no_error) {
      text += fmt::format("** server can't find {}: {}\n", name,
                          net::dns::response_code_name(answer->code));
      if (minor >= kSearches) code = 1;
    } else {
      if (answer && !answer->authoritative) text += "Non-authoritative answer:\n";
      const bool is_empty = !answer || answer->answers.empty();
      if (!answer || (is_empty && minor >= kSearches && minor < kSilentWhenEmpty)) {
        text += fmt::format("*** Can't find {}: No answer\n", name);
      }
      if (answer) {
        for (const Record& record : answer->answers) text += describe(record, false);
      }
    }
    context.print(text + "\n");
  }
  co_return code;
}

// BIND's ---------------------------------------------------------------------

// The first answer along the search path that is not "no such name"; the last one if there is none.
sim::Task<std::optional<Message>> ask_along_search_path(ProcessContext& context,
                                                        net::SocketAddress server,
                                                        const std::string& name, RecordType type) {
  std::optional<Message> answer;
  for (const std::string& full : net::dns::search_names(context.resolver(), name)) {
    sim::Task<std::optional<Message>> asking = ask(context, server, full, type);
    answer = co_await asking;
    if (!answer || answer->code != ResponseCode::name_error) break;
  }
  co_return answer;
}

Code run_binds(ProcessContext& context, const Request& request, const Server& server) {
  const std::string reverse = request.type ? std::string{} : reverse_name(request.name);
  const bool is_reverse = !reverse.empty();
  const std::string name = is_reverse ? reverse : request.name;
  const RecordType type = is_reverse ? RecordType::ptr : request.type.value_or(RecordType::a);
  sim::Task<std::optional<Message>> asking =
      ask_along_search_path(context, server.address, name, type);
  const std::optional<Message> answer = co_await asking;
  if (!answer) {
    context.print(std::string{kNobodyAnswers});
    co_return 1;
  }
  std::string text;
  if (!is_reverse) {
    text = fmt::format("Server:\t\t{}\nAddress:\t{}#{}\n\n", server.name,
                       server.address.ip.to_string(), server.address.port);
  }
  if (answer->code != ResponseCode::no_error) {
    context.print(text + fmt::format("** server can't find {}: {}\n\n", without_dot(name),
                                     net::dns::response_code_name(answer->code)));
    co_return 1;
  }
  std::vector<Record> records = answer->answers;
  std::string problem;
  // Without a type it asks for the other family too, by the name that it has been led to.
  if (!request.type && !is_reverse && !answer->questions.empty()) {
    std::string end = answer->questions.front().name;
    for (const Record& record : records) {
      const auto* target = std::get_if<net::dns::NameData>(&record.data);
      if (record.type == RecordType::cname && target != nullptr) end = target->name;
    }
    sim::Task<std::optional<Message>> again = ask(context, server.address, end, RecordType::aaaa);
    const std::optional<Message> other = co_await again;
    if (other && other->code != ResponseCode::no_error) {
      problem = fmt::format("** server can't find {}: {}\n", without_dot(end),
                            net::dns::response_code_name(other->code));
    }
    if (other) {
      for (const Record& record : other->answers) {
        if (record.type == RecordType::aaaa) records.push_back(record);
      }
    }
  }
  if (!records.empty() && !answer->authoritative) text += "Non-authoritative answer:\n";
  for (const Record& record : records) text += describe(record, true);
  if (records.empty()) text += fmt::format("*** Can't find {}: No answer\n", without_dot(name));
  context.print(text + problem + "\n");
  co_return problem.empty() ? 0 : 1;
}

}  // namespace

Code run_nslookup(ProcessContext& context) {
  const Request request = read_arguments(context.arguments());
  if (!request.is_understood) {
    context.print_error("Usage: nslookup [-type=QUERY_TYPE] HOST [DNS_SERVER]\n");
    co_return 1;
  }
  sim::Task<std::optional<Server>> finding = find_server(context, request.server);
  const std::optional<Server> server = co_await finding;
  const std::optional<int> minor = busybox_minor(context.machine().reference);
  if (!server) {
    context.print_error(minor ? fmt::format("nslookup: bad address '{}'\n", request.server)
                              : fmt::format("nslookup: couldn't get address for '{}': not found\n",
                                            request.server));
    co_return 1;
  }
  Code task = !minor                  ? run_binds(context, request, *server)
              : *minor >= kAsksItself ? run_busybox(context, request, *server, *minor)
                                      : run_old_busybox(context, request, *server);
  co_return co_await task;
}

}  // namespace rockpool::node
