// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/outside_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/net/dns/message.h"
#include "core/net/dns/name.h"
#include "core/net/dns/responder.h"

namespace rockpool::cluster {
namespace {

using net::dns::Message;
using net::dns::Record;
using net::dns::RecordType;
using net::dns::ResponseCode;

constexpr std::uint16_t kHttpPort = 80;
// A message over TCP follows its length (RFC 1035, 4.2.2).
constexpr std::size_t kLengthBytes = 2;
// RFC 5737 and RFC 3849 reserve these addresses for documentation.
constexpr std::string_view kWebAddress = "203.0.113.80";
constexpr std::string_view kWebAddress6 = "2001:db8::80";
constexpr std::uint32_t kTtl = 300;
constexpr std::uint32_t kDenialTtl = 3600;
// Domains (RFC 2606) with a web server, at their own name and at `www`.
constexpr std::string_view kDomains[] = {"example.com.", "example.net.", "example.org."};

constexpr std::string_view kPage =
    "<!doctype html>\n<html>\n<head>\n    <title>Example Domain</title>\n</head>\n<body>\n"
    "    <h1>Example Domain</h1>\n"
    "    <p>This domain is for use in illustrative examples in documents.</p>\n"
    "</body>\n</html>\n";

Record make_record(std::string_view name, RecordType type, std::uint32_t ttl) {
  Record record;
  record.name = name;
  record.type = type;
  record.ttl = ttl;
  return record;
}

// What goes with negative answers: of the domain, or of the root for all others.
Record authority(std::string_view domain) {
  Record record = make_record(domain.empty() ? "." : domain, RecordType::soa, kDenialTtl);
  const std::string server = domain.empty() ? "a.root-servers.net." : "ns.icann.org.";
  const std::string mailbox = domain.empty() ? "nstld.verisign-grs.com." : "noc.dns.icann.org.";
  record.data = net::dns::SoaData{.primary = server,
                                  .mailbox = mailbox,
                                  .serial = 2025010100,
                                  .refresh = 1800,
                                  .retry = 900,
                                  .expire = 604800,
                                  .minimum = kDenialTtl};
  return record;
}

// The domain that a name is in; empty for none of them.
std::string_view domain_of(std::string_view name) {
  const auto domain = std::ranges::find_if(
      kDomains, [&](std::string_view each) { return net::dns::is_within(name, each); });
  return domain == std::end(kDomains) ? std::string_view{} : *domain;
}

bool has_web_server(std::string_view name) {
  const std::string_view domain = domain_of(name);
  return !domain.empty() && (name == domain || name == fmt::format("www.{}", domain));
}

Message answer(const Message& query) {
  Message reply = net::dns::make_reply(query);
  reply.recursion_available = true;
  const net::dns::Question& question = query.questions[0];
  if (question.class_ != net::dns::kClassInternet) {
    reply.code = ResponseCode::refused;
    return reply;
  }
  const std::string name = net::dns::lower_name(question.name);
  const std::string_view zone = domain_of(name);
  const bool exists = name == "." || has_web_server(name);
  if (exists && name != "." &&
      (question.type == RecordType::a || question.type == RecordType::aaaa)) {
    Record record = make_record(question.name, question.type, kTtl);
    record.data =
        *net::IpAddress::parse(question.type == RecordType::a ? kWebAddress : kWebAddress6);
    reply.answers.push_back(std::move(record));
    return reply;
  }
  if (!exists) reply.code = ResponseCode::name_error;
  reply.authorities.push_back(authority(zone));
  return reply;
}

// "" for what deserves no answer.
std::string respond(std::string_view bytes, net::dns::Transport transport) {
  auto query = net::dns::accept_query(bytes);
  if (!query) return std::move(query.error());
  return net::dns::finish_reply(*query, answer(*query), transport);
}

}  // namespace

std::vector<net::IpAddress> outside_addresses(std::string_view name) {
  if (!has_web_server(name)) return {};
  return {*net::IpAddress::parse(kWebAddress), *net::IpAddress::parse(kWebAddress6)};
}

OutsideWorld::OutsideWorld(sim::Loop& loop, net::Network& network,
                           std::vector<net::IpAddress> gateway)
    : loop_{loop},
      gateway_{network.add_external("gateway", std::move(gateway))},
      web_host_{network.add_external("example.com", {*net::IpAddress::parse(kWebAddress),
                                                     *net::IpAddress::parse(kWebAddress6)})},
      dns_datagrams_{
          *gateway_->bind(net::dns::kDnsPort, static_cast<net::DatagramHandler&>(*this))},
      dns_connections_{
          *gateway_->listen(net::dns::kDnsPort, static_cast<net::StreamHandler&>(*this))},
      web_listener_{*web_host_->listen(kHttpPort, web_server_)} {}

void OutsideWorld::receive(net::DatagramSocket& socket, net::Datagram datagram) {
  std::string reply = respond(datagram.payload, net::dns::Transport::udp);
  if (!reply.empty()) socket.send_from(datagram.to.ip, datagram.from, std::move(reply));
}

void OutsideWorld::accept(net::Socket socket) {
  std::erase_if(conversations_, [](const sim::Process& each) { return !each.is_running(); });
  conversations_.emplace_back(loop_, serve(std::move(socket)));
}

sim::Task<void> OutsideWorld::serve(net::Socket socket) {
  for (;;) {
    sim::Task<std::expected<std::string, net::Failure>> receiving = socket.receive();
    const std::expected<std::string, net::Failure> query = co_await receiving;
    if (!query || query->size() <= kLengthBytes) co_return;
    const std::string reply =
        respond(std::string_view{*query}.substr(kLengthBytes), net::dns::Transport::tcp);
    if (reply.empty()) co_return;
    std::string framed;
    framed += static_cast<char>(reply.size() >> 8);
    framed += static_cast<char>(reply.size() & 0xff);
    socket.send(framed + reply);
  }
}

void OutsideWorld::WebServer::handle(net::HttpExchange exchange) {
  net::HttpResponse response = net::HttpResponse::plain(200, std::string{kPage});
  response.headers.set("Content-Type", "text/html");
  exchange.respond(std::move(response));
}

}  // namespace rockpool::cluster
