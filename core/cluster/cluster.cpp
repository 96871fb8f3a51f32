// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/cluster.h"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "core/apiserver/pending_response.h"
#include "core/cluster/addons.h"
#include "core/cluster/address_plan.h"
#include "core/cluster/parts.h"
#include "core/cluster/replay.h"
#include "core/cluster/why/why.h"

namespace rockpool {

namespace {

// The DNS add-on with its Service at that address.
std::string dns_addon(const net::IpAddress& address) {
  std::string text{cluster::kDnsAddon};
  const std::string ipv4_line = fmt::format("clusterIP: {}", cluster::kDnsAddonAddress);
  return text.replace(text.find(ipv4_line), ipv4_line.size(),
                      fmt::format("clusterIP: {}", address.to_string()));
}

}  // namespace

Cluster::Cluster(const ClusterOptions& options) : parts_{std::make_unique<Parts>(options)} {
  parts_->api.bootstrap();
  parts_->start_control_plane();
  parts_->add_nodes();
  // The text is our own: a mistake in it is a mistake in the program.
  const net::IpAddress dns_address = cluster::AddressPlan{options}.dns_address();
  if (options.dns && !cluster::apply_text(parts_->api, dns_addon(dns_address))) std::abort();
  // What all this leads to in no time belongs to the beginning, not to the first input.
  parts_->loop.run_until(parts_->loop.now());
}

Cluster::~Cluster() = default;

const ClusterOptions& Cluster::options() const {
  return parts_->history.options;
}

sim::Time Cluster::now() const {
  return parts_->loop.now();
}

bool Cluster::run_for(sim::Duration span, std::uint64_t event_limit) {
  return parts_->loop.run_for(span, event_limit);
}

bool Cluster::run_until(sim::Time moment, std::uint64_t event_limit) {
  return parts_->loop.run_until(moment, event_limit);
}

bool Cluster::step() {
  return parts_->loop.run_one();
}

bool Cluster::step_visible(sim::Duration limit) {
  const sim::Time deadline = now() + limit;
  const std::int64_t revision = parts_->store.revision();
  const std::uint64_t finished = parts_->observers.finished();
  for (;;) {
    const auto next = parts_->loop.next_event_time();
    if (!next || *next > deadline) return false;
    parts_->loop.run_one();
    if (parts_->store.revision() == revision && parts_->observers.finished() == finished) continue;
    // What happens at the same moment is seen at once.
    parts_->loop.run_until(now());
    return true;
  }
}

sim::Loop& Cluster::loop() {
  return parts_->loop;
}

apiserver::Response Cluster::request(const apiserver::Request& request) {
  if (apiserver::asks_for_session(request) && !parts_->sessions.has_room()) {
    return cluster::error_response(api::too_many_requests(
        fmt::format("at most {} sessions may be open at once", cluster::Sessions::kMaxOpen), 1));
  }
  // What changes nothing is no input.
  if (apiserver::has_effect(request)) {
    doc::Value input = parts_->keeps_inputs ? cluster::request_value(request) : doc::Value{};
    if (const auto recorded = parts_->record("request", std::move(input)); !recorded) {
      return cluster::error_response(recorded.error());
    }
  }
  apiserver::Response response = parts_->api.handle(request);
  if (response.session) parts_->sessions.add(response.session);
  return response;
}

apiserver::Response Cluster::request_and_wait(const apiserver::Request& request) {
  apiserver::Response response = this->request(request);
  if (!response.pending) return response;
  std::optional<apiserver::Response> answer;
  const std::shared_ptr<apiserver::PendingResponse> pending = response.pending;
  pending->on_ready([&answer](apiserver::Response ready) { answer = std::move(ready); });
  while (!answer && step()) {
  }
  if (answer) return std::move(*answer);
  pending->abandon();
  return cluster::error_response(api::internal_error("the request was lost"));
}

std::expected<std::vector<Applied>, ApplyError> Cluster::apply(std::string_view text) {
  if (const auto recorded = parts_->record("apply", text); !recorded) {
    ApplyError error;
    error.status = recorded.error();
    return std::unexpected{std::move(error)};
  }
  if (!parts_->api.is_serving()) {
    ApplyError error;
    error.status = api::service_unavailable("the API server does not run");
    return std::unexpected{std::move(error)};
  }
  return cluster::apply_text(parts_->api, text);
}

api::Result<void> Cluster::check_fetch(const FetchOptions& options) const {
  return parts_->fetches.check(options);
}

api::Result<void> Cluster::start_fetch(const FetchOptions& options,
                                       std::function<void(const net::FetchResult&)> done) {
  if (auto checked = check_fetch(options); !checked) return checked;
  if (auto recorded = parts_->record("fetch", cluster::fetch_value(options)); !recorded)
    return recorded;
  return parts_->fetches.start(options, std::move(done));
}

api::Result<net::FetchResult> Cluster::fetch(const FetchOptions& options) {
  std::optional<net::FetchResult> result;
  const auto started =
      start_fetch(options, [&](const net::FetchResult& finished) { result = finished; });
  if (!started) return std::unexpected{started.error()};
  while (!result && step()) {
  }
  if (!result) return std::unexpected{api::internal_error("the request was lost")};
  return std::move(*result);
}

api::Result<void> Cluster::close_client(std::uint64_t client) {
  if (auto recorded = parts_->record("closeClient", client); !recorded) return recorded;
  parts_->fetches.close_client(client);
  return {};
}

api::Result<void> Cluster::start_dns_query(const std::string& from, DnsTransport transport,
                                           std::string message,
                                           std::function<void(const DnsResult&)> done) {
  const doc::Value input = cluster::dns_query_value(from, transport, message);
  if (auto recorded = parts_->record("dnsQuery", input); !recorded) return recorded;
  return parts_->dns_queries.start(from, transport, std::move(message), std::move(done));
}

api::Result<void> Cluster::start_lookup(const std::string& from, const std::string& name,
                                        std::function<void(const LookupResult&)> done) {
  const doc::Value input = doc::Value::map({{"from", from}, {"name", name}});
  if (auto recorded = parts_->record("lookup", input); !recorded) return recorded;
  return parts_->fetches.start_lookup(from, name, std::move(done));
}

api::Result<void> Cluster::fault(const cluster::Fault& fault) {
  if (auto recorded = parts_->record("fault", fault.to_value()); !recorded) return recorded;
  return parts_->inject(fault);
}

namespace {

// Who asks for what, for an explanation.
struct Question {
  cluster::FetchClient client;
  cluster::WhyTarget target;
};

api::Result<Question> read_question(const cluster::Fetches& fetches, const FetchOptions& options) {
  auto client = fetches.find_client(options.from);
  if (!client) return std::unexpected{client.error()};
  auto target = cluster::WhyTarget::parse(options.url);
  if (!target) return std::unexpected{api::bad_request(fmt::format("url: {}", target.error()))};
  const std::string host{options.headers.get("Host")};
  if (!host.empty()) {
    const auto url = net::Url::parse(host);
    target->host_header = url ? url->host : host;
  }
  target->resolver = client->resolver;
  target->client_namespace = client->namespace_name;
  return Question{std::move(*client), std::move(*target)};
}

}  // namespace

api::Result<cluster::Explanation> Cluster::explain(const FetchOptions& options) const {
  const auto question = read_question(parts_->fetches, options);
  if (!question) return std::unexpected{question.error()};
  return cluster::explain(parts_->why_sources(), *question->client.host, question->target);
}

api::Result<cluster::Explanation> Cluster::explain(const FetchOptions& options,
                                                   const net::FetchResult& result) const {
  const auto question = read_question(parts_->fetches, options);
  if (!question) return std::unexpected{question.error()};
  return cluster::explain_failure(parts_->why_sources(), *question->client.host, question->target,
                                  result);
}

api::Result<void> Cluster::set_proxy_mode(net::proxy::ModeKind mode,
                                          net::proxy::IpvsScheduler scheduler) {
  auto recorded = parts_->record(
      "proxyMode",
      doc::Value::map({{"mode", net::proxy::mode_kind_name(mode)},
                       {"ipvsScheduler", net::proxy::ipvs_scheduler_name(scheduler)}}));
  if (!recorded) return recorded;
  parts_->proxy.set_mode(mode, scheduler);
  return {};
}

net::proxy::ModeKind Cluster::proxy_mode() const {
  return parts_->proxy.options().mode;
}

client::Informers& Cluster::informers() {
  return parts_->informers;
}

net::Network& Cluster::network() {
  return parts_->network;
}

client::Subscription Cluster::observe(std::shared_ptr<net::Observer> observer) {
  return parts_->observers.add(std::move(observer));
}

net::ServiceProxy& Cluster::proxy() {
  return parts_->proxy;
}

std::uint64_t Cluster::digest() const {
  return parts_->store.digest() * 0x9e3779b97f4a7c15u ^ parts_->observers.digest();
}

std::size_t Cluster::input_count() const {
  return parts_->input_count;
}

void Cluster::stop_recording() {
  parts_->keeps_inputs = false;
  parts_->history.inputs.clear();
  parts_->history.inputs.shrink_to_fit();
}

std::string Cluster::snapshot() const {
  if (!parts_->keeps_inputs) return {};
  return parts_->history.to_json(now(), digest());
}

api::Result<std::unique_ptr<Cluster>> Cluster::restore(std::string_view snapshot) {
  auto replay = cluster::parse_history(snapshot);
  if (!replay) return std::unexpected{replay.error()};
  auto cluster = std::make_unique<Cluster>(replay->history.options);
  for (const cluster::Input& input : replay->history.inputs) {
    cluster->run_until(input.moment);
    if (const auto done = cluster::replay_input(*cluster, input.what); !done)
      return std::unexpected{done.error()};
  }
  cluster->run_until(replay->now);
  if (cluster->digest() == replay->digest) return cluster;
  return std::unexpected{api::bad_request(
      fmt::format("snapshot: replaying it leads to digest {:016x}, but it was taken at {:016x}",
                  cluster->digest(), replay->digest))};
}

}  // namespace rockpool
