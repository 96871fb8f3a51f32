// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/coredns/instance.h"

#include <fmt/format.h>
#include "core/net/dns/message.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "core/net/dns/name.h"
#include "core/net/dns/responder.h"

namespace rockpool::node::coredns {
namespace {

using net::dns::Message;
using net::dns::RecordType;
using net::dns::ResponseCode;

constexpr std::size_t kIdSize = 2;
constexpr std::size_t kMaxZoneLength = 255;

// The types that metrics tell apart (plugin/metrics/vars/monitor.go).
constexpr RecordType kMonitoredTypes[] = {
    RecordType::a,   RecordType::aaaa, RecordType::cname, RecordType::mx,  RecordType::ns,
    RecordType::ptr, RecordType::soa,  RecordType::srv,   RecordType::txt, RecordType::any};

void append_counters(std::string_view name, std::string_view help,
                     const std::map<std::string, std::int64_t, std::less<>>& counters,
                     std::string& text) {
  if (counters.empty()) return;
  text += fmt::format("# HELP {} {}\n# TYPE {} counter\n", name, help, name);
  for (const auto& [labels, value] : counters) {
    text += fmt::format("{}{{{}}} {}\n", name, labels, value);
  }
}

}  // namespace

void Instance::log(std::string_view level, std::string_view plugin, std::string_view text) {
  context_.print(fmt::format("[{}] plugin/{}: {}\n", level, plugin, text));
}

// `dns://example.com:1053`: what zone, and at which port.
Done Instance::read_keys(const std::vector<std::string>& keys, Site& site) {
  for (const std::string& key : keys) {
    std::string_view host = key;
    if (host.starts_with("dns://")) host.remove_prefix(6);
    for (const std::string_view transport : {"tls", "https", "quic", "grpc", "https3"}) {
      if (host.starts_with(fmt::format("{}://", transport))) {
        return Error{fmt::format("{}: the transport {} is not simulated", key, transport)};
      }
    }
    std::uint16_t port = net::dns::kDnsPort;
    const std::size_t colon = host.rfind(':');
    if (colon != std::string_view::npos && colon + 1 == host.size()) {
      return Error{fmt::format("expecting data after last colon: \"{}\"", host)};
    }
    if (colon != std::string_view::npos) {
      if (const auto number = go_number(host.substr(colon + 1))) {
        if (*number < 0 || *number > 65535) {
          return Error{fmt::format("listen tcp: address {}: invalid port", *number)};
        }
        port = static_cast<std::uint16_t>(*number);
        host = host.substr(0, colon);
      }
    }
    if (host.size() > kMaxZoneLength) {
      return Error{fmt::format("specified zone is too long: {} > 255", host.size())};
    }
    for (std::string& zone : normalize_zones(host)) {
      if (!net::dns::is_valid_name(zone)) {
        return Error{fmt::format("zone is not a valid domain name: {}", host)};
      }
      site.zones.emplace_back(std::move(zone), port);
    }
  }
  return {};
}

Done Instance::configure(std::vector<ServerBlock> blocks, const std::string& path) {
  std::vector<Dispenser> dispensers;
  for (const ServerBlock& block : blocks) {
    auto site = std::make_unique<Site>();
    if (Done done = read_keys(block.keys, *site); !done) return done;
    sites_.push_back(std::move(site));
  }
  // Directive by directive, not block by block, as caddy does: the first error is that of the first
  // plug-in.
  for (const Directive& directive : all_directives()) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const auto found = blocks[i].directives.find(directive.name);
      if (found == blocks[i].directives.end()) continue;
      Dispenser words{path, found->second};
      if (directive.setup == nullptr) {
        return Error{fmt::format("plugin/{}: not simulated", directive.name)};
      }
      Setup setup{context_, *this, *sites_[i], words};
      if (Done done = directive.setup(setup); !done) {
        return Error{fmt::format("plugin/{}: {}", directive.name, done.error())};
      }
    }
  }
  for (const std::unique_ptr<Site>& site : sites_) {
    for (const auto& [zone, port] : site->zones) {
      if (!sites_by_zone_.emplace(std::pair{port, zone}, site.get()).second) {
        return Error{fmt::format("cannot serve dns://{}:{} - it is already defined", zone, port)};
      }
    }
  }
  return {};
}

Done Instance::start() {
  for (const std::unique_ptr<Site>& site : sites_) {
    for (const std::unique_ptr<Plugin>& plugin : site->plugins) {
      if (Done done = plugin->start(); !done) return done;
    }
  }
  return {};
}

void Instance::stop() {
  for (const std::unique_ptr<Site>& site : sites_) {
    for (const std::unique_ptr<Plugin>& plugin : site->plugins) plugin->stop();
  }
}

std::set<std::uint16_t> Instance::ports() const {
  std::set<std::uint16_t> ports;
  for (const auto& [place, site] : sites_by_zone_) ports.insert(place.first);
  return ports;
}

std::string Instance::zone_lines() const {
  std::string text;
  for (const auto& [place, site] : sites_by_zone_) {
    text += fmt::format("{}:{}\n", place.second, place.first);
  }
  return text;
}

// The site of the longest zone that the name is in.
Site* Instance::find_site(std::uint16_t port, std::string_view name) const {
  for (std::string_view rest = name;;) {
    const auto found = sites_by_zone_.find(std::pair{port, std::string{rest}});
    if (found != sites_by_zone_.end()) return found->second;
    if (rest == ".") return nullptr;
    const std::size_t dot = rest.find('.');
    rest = dot + 1 >= rest.size() ? std::string_view{"."} : rest.substr(dot + 1);
  }
}

Step Instance::descend(Walk& walk) {
  const auto& plugins = walk.site->plugins;
  for (; walk.place < plugins.size(); ++walk.place) {
    if (auto step = plugins[walk.place]->descend(walk.query)) return std::move(*step);
  }
  // plugin.NextOrFailure: the last one asks for another.
  const auto last = std::ranges::find_if(
      plugins.rbegin(), plugins.rend(),
      [](const std::unique_ptr<Plugin>& plugin) { return plugin->handles_queries(); });
  Reply reply;
  reply.code = last == plugins.rend() ? ResponseCode::refused : ResponseCode::server_failure;
  if (last != plugins.rend()) {
    reply.error = fmt::format("plugin/{}: no next plugin found", (*last)->name());
  }
  return {.reply = std::move(reply), .later = {}};
}

Reply Instance::ascend(Walk& walk, Reply reply, std::size_t top) {
  const auto& plugins = walk.site->plugins;
  for (std::size_t place = std::min(walk.place, plugins.size()); place > top; --place) {
    plugins[place - 1]->ascend(walk.query, reply);
  }
  return reply;
}

sim::Task<Reply> Instance::finish(Walk& walk, Step step, std::size_t top) {
  while (!step.reply) {
    sim::Task<std::optional<Reply>> finding = step.later(walk.query);
    step.reply = co_await finding;
    if (!step.reply) {
      ++walk.place;
      step = descend(walk);
    }
  }
  co_return ascend(walk, std::move(*step.reply), top);
}

std::expected<Instance::Walk, std::string> Instance::begin(std::string_view bytes,
                                                           const net::SocketAddress& client,
                                                           std::uint16_t port,
                                                           net::dns::Transport transport) {
  auto message = net::dns::accept_query(bytes);
  if (!message) return std::unexpected{std::move(message.error())};
  const net::dns::Question& question = message->questions[0];
  Walk walk;
  walk.site = find_site(port, net::dns::lower_name(question.name));
  if (walk.site == nullptr || question.class_ != net::dns::kClassInternet) {
    return std::unexpected{net::dns::finish_reply(
        *message, net::dns::make_reply(*message, ResponseCode::refused), transport)};
  }
  walk.query.question = question;
  walk.query.request = std::move(*message);
  walk.query.client = client;
  walk.query.port = port;
  walk.query.transport = transport;
  walk.query.size = bytes.size();
  walk.query.arrived = context_.now();
  return walk;
}

std::string Instance::write(const Walk& walk, Reply reply) {
  ++metrics->requests[request_labels(walk)];
  ++metrics->responses[response_labels(walk, reply)];
  Message message = reply.message ? std::move(*reply.message)
                                  : net::dns::make_reply(walk.query.request, reply.code);
  return net::dns::finish_reply(walk.query.request, std::move(message), walk.query.transport);
}

std::string Instance::request_labels(const Walk& walk) {
  const RecordType type = walk.query.request.questions[0].type;
  const bool is_monitored = std::ranges::find(kMonitoredTypes, type) != std::end(kMonitoredTypes);
  return fmt::format(
      "family=\"{}\",proto=\"{}\",server=\"dns://:{}\",type=\"{}\",view=\"\",zone=\"{}\"",
      walk.query.client.ip.is_v4() ? 1 : 2,
      walk.query.transport == net::dns::Transport::tcp ? "tcp" : "udp", walk.query.port,
      is_monitored ? net::dns::record_type_name(type) : "other", walk.site->zones.front().first);
}

std::string Instance::response_labels(const Walk& walk, const Reply& reply) {
  const auto& plugins = walk.site->plugins;
  const std::string_view plugin =
      walk.place < plugins.size() ? plugins[walk.place]->name() : std::string_view{};
  return fmt::format("plugin=\"{}\",rcode=\"{}\",server=\"dns://:{}\",view=\"\",zone=\"{}\"",
                     plugin, net::dns::response_code_name(reply.final_code()), walk.query.port,
                     walk.site->zones.front().first);
}

std::string Instance::metrics_text() const {
  std::string text;
  append_counters("coredns_dns_requests_total",
                  "Counter of DNS requests made per zone, protocol and family.", metrics->requests,
                  text);
  append_counters("coredns_dns_responses_total", "Counter of response status codes.",
                  metrics->responses, text);
  if (reload) {
    text += fmt::format(
        "# HELP coredns_reload_failed_total Counter of the number of failed reload attempts.\n"
        "# TYPE coredns_reload_failed_total counter\ncoredns_reload_failed_total {}\n",
        metrics->failed_reloads);
  }
  for (const std::unique_ptr<Site>& site : sites_) {
    for (const std::unique_ptr<Plugin>& plugin : site->plugins) plugin->append_metrics(text);
  }
  return text;
}

std::uint64_t Instance::serial() const {
  std::uint64_t sum = 0;
  for (const net::dns::ClusterZone* zone : cluster_zones) sum += zone->serial();
  return sum;
}

bool Instance::answer_from_memory(std::string_view bytes, const Memory& memory, const Send& send) {
  if (bytes.size() <= kIdSize) return false;
  const auto known = memory.find(bytes.substr(kIdSize));
  if (known == memory.end()) return false;
  ++*known->second.requests;
  ++*known->second.responses;
  std::string answer;
  answer.reserve(kIdSize + known->second.bytes.size());
  answer += bytes.substr(0, kIdSize);
  answer += known->second.bytes;
  send(std::move(answer));
  return true;
}

void Instance::remember(std::string_view bytes, const Walk& walk, const Reply& reply,
                        const std::string& answer, Memory& memory) {
  if (!reply.is_fixed || observes_queries || memory.size() >= kMaxRemembered) return;
  memory.emplace(bytes.substr(kIdSize),
                 Remembered{answer.substr(kIdSize), &metrics->requests[request_labels(walk)],
                            &metrics->responses[response_labels(walk, reply)]});
}

void Instance::serve(std::string_view bytes, const net::SocketAddress& client, std::uint16_t port,
                     net::dns::Transport transport, Send send) {
  context_.note_request();
  const std::uint64_t present = serial();
  if (remembered_serial_ != present) {
    remembered_.clear();
    remembered_serial_ = present;
  }
  Memory& memory = remembered_[port];
  if (answer_from_memory(bytes, memory, send)) return;
  auto walk = begin(bytes, client, port, transport);
  if (!walk) {
    if (!walk.error().empty()) send(std::move(walk.error()));
    return;
  }
  Step step = descend(*walk);
  if (!step.reply) {
    spawn(answer_later(shared_from_this(), std::move(*walk), std::move(step), std::move(send)));
    return;
  }
  Reply reply = ascend(*walk, std::move(*step.reply));
  std::string answer = write(*walk, reply);
  remember(bytes, *walk, reply, answer, memory);
  send(std::move(answer));
}

sim::Task<void> Instance::answer_later(std::shared_ptr<Instance> self, Walk walk, Step step,
                                       Send send) {
  sim::Task<Reply> finding = self->finish(walk, std::move(step));
  Reply reply = co_await finding;
  send(self->write(walk, std::move(reply)));
}

sim::Task<std::string> Instance::answer(std::string bytes, net::SocketAddress client,
                                        std::uint16_t port, net::dns::Transport transport) {
  const std::shared_ptr<Instance> self = shared_from_this();
  context_.note_request();
  auto walk = begin(bytes, client, port, transport);
  if (!walk) co_return walk.error();
  sim::Task<Reply> finding = finish(*walk, descend(*walk));
  Reply reply = co_await finding;
  co_return write(*walk, std::move(reply));
}

sim::Task<Reply> Instance::ask_itself(Query query) {
  Walk walk;
  walk.site = find_site(query.port, query.name());
  walk.query = std::move(query);
  if (walk.site == nullptr) {
    Reply refusal;
    refusal.code = ResponseCode::refused;
    co_return refusal;
  }
  sim::Task<Reply> finding = finish(walk, descend(walk));
  co_return co_await finding;
}

sim::Task<Reply> Instance::ask_after(const Plugin& plugin, Query query) {
  Walk walk;
  walk.site = find_site(query.port, query.name());
  walk.query = std::move(query);
  const auto& plugins = walk.site->plugins;
  const auto place = std::ranges::find_if(
      plugins, [&](const std::unique_ptr<Plugin>& each) { return each.get() == &plugin; });
  walk.place = static_cast<std::size_t>(place - plugins.begin()) + 1;
  const std::size_t top = walk.place;
  sim::Task<Reply> finding = finish(walk, descend(walk), top);
  co_return co_await finding;
}

}  // namespace rockpool::node::coredns
