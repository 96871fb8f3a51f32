// SPDX-License-Identifier: Apache-2.0
#include "web/app/cluster_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/api/object.h"
#include "core/api/views/service.h"
#include "core/apiserver/http.h"
#include "core/doc/json.h"
#include "core/doc/yaml_writer.h"
#include "core/net/http.h"
#include "core/net/network.h"
#include "core/net/proxy.h"
#include "web/app/examples.h"
#include "web/app/model/api_paths.h"
#include "web/app/model/object_facts.h"
#include "web/app/model/related.h"

namespace rockpool::app {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

std::string status_message(const apiserver::Response& response) {
  const auto document = doc::parse_json(response.body);
  return document ? (*document)["message"].to_string(response.body) : response.body;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) {
    return static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter + 32 : letter);
  });
  return text;
}

FetchOptions options_of(const std::string& from, const std::string& url) {
  FetchOptions options;
  options.from = from;
  options.url = url;
  return options;
}

// As Cluster::start_fetch calls it.
std::string client_text(const ObjectRef& client) {
  return client.kind == "Node" ? fmt::format("node/{}", client.name)
                               : fmt::format("pod/{}/{}", client.ns, client.name);
}

std::string target_of(const ObjectRef& object) {
  return key_of_object(object.ns, object.name);
}

}  // namespace

SessionOptions newcomer_options() {
  SessionOptions options;
  options.manifest = first_manifest();
  return options;
}

ClusterSession::ClusterSession(std::shared_ptr<web::ClusterHolder> holder, SessionOptions options)
    : holder_{std::move(holder)}, options_{std::move(options)} {
  if (!holder_->cluster) build();
  attach();
}

ClusterSession::~ClusterSession() = default;

void ClusterSession::build() {
  holder_->cluster = std::make_unique<Cluster>(options_.cluster);
  if (!options_.manifest.empty()) static_cast<void>(cluster().apply(options_.manifest));
}

void ClusterSession::attach() {
  const bool fresh = cluster().now() == cluster().options().start;
  traffic_.clear();
  asker_.clear();
  watcher_ = std::make_shared<RequestWatcher>(world_);
  watching_ = cluster().observe(watcher_);
  feed_ = std::make_unique<WorldFeed>(cluster(), world_);
  attached_ = holder_->cluster.get();
  if (!fresh) return;
  // In steps, so that requests of the head start find the Pods and Services that they are about.
  for (sim::Duration passed{0}; passed < options_.head_start; passed += 500ms) {
    cluster().run_for(500ms);
    refresh();
  }
}

void ClusterSession::reset(const std::vector<net::Family>& families) {
  if (families != options_.cluster.ip_families) {
    // Networks that were chosen are of the families before.
    options_.cluster.service_cidr.clear();
    options_.cluster.pod_cidr.clear();
    options_.cluster.ip_families = families;
  }
  feed_.reset();
  watching_ = {};
  build();
  attach();
}

void ClusterSession::refresh() {
  if (attached_ != holder_->cluster.get()) attach();
  feed_->refresh();
  asker_.advance(cluster());
  collect();
  watcher_->allow_traces(kTracesPerFrame);
  explanations_allowed_ = kExplainedPerFrame;
  traffic_.advance(cluster().now());
}

void ClusterSession::collect() {
  for (RequestSeen& request : watcher_->take()) {
    if (request.failure != nullptr && explanations_allowed_ > 0) {
      --explanations_allowed_;
      FailedRequest& failed = *request.failure;
      auto explanation = cluster().explain(options_of(failed.from, failed.url), failed.result);
      if (explanation) failed.then = std::move(*explanation);
    }
    if (listener_) listener_(request);
    traffic_.add(std::move(request));
  }
}

sim::Duration ClusterSession::run_for(sim::Duration span, const std::function<bool()>& keep_going) {
  // Between two looks at the clock.
  constexpr std::uint64_t kEventsAtOnce = 250;
  const sim::Time from = cluster().now();
  const sim::Time goal = from + span;
  for (;;) {
    const bool is_there = cluster().run_until(goal, kEventsAtOnce);
    collect();
    if (is_there || !keep_going()) break;
  }
  refresh();
  return cluster().now() - from;
}

bool ClusterSession::step() {
  const bool moved = cluster().step_visible();
  refresh();
  return moved;
}

ApplyReport ClusterSession::apply(std::string_view yaml) {
  ApplyReport report;
  const auto take = [&report](const std::vector<Applied>& applied) {
    for (const Applied& one : applied) report.lines.push_back({one.resource_name, one.result});
  };
  const auto applied = cluster().apply(yaml);
  if (applied) {
    report.ok = true;
    take(*applied);
  } else {
    const ApplyError& error = applied.error();
    take(error.applied);
    report.error = error.status.message;
    report.error_line = error.line;
    report.error_object = error.object;
  }
  refresh();
  return report;
}

Outcome ClusterSession::remove(const ObjectRef& object, bool now) {
  const std::string path = path_of(object);
  const std::string target = now ? path + "?gracePeriodSeconds=0" : path;
  const apiserver::Response response = cluster().request(apiserver::make_request("DELETE", target));
  refresh();
  if (response.status >= 300) return {false, status_message(response)};
  return {true, fmt::format("{} \"{}\" deleted", lower(object.kind), object.name)};
}

Outcome ClusterSession::set_unschedulable(const ObjectRef& node, bool value) {
  const std::string body =
      value ? R"({"spec":{"unschedulable":true}})" : R"({"spec":{"unschedulable":null}})";
  const apiserver::Response response = cluster().request(
      apiserver::make_request("PATCH", path_of(node), body, "application/merge-patch+json"));
  refresh();
  if (response.status >= 300) return {false, status_message(response)};
  return {true, fmt::format("node/{} {}", node.name, value ? "cordoned" : "uncordoned")};
}

Outcome ClusterSession::do_fault(cluster::FaultKind kind, const ObjectRef& object,
                                 std::string done) {
  cluster::Fault fault;
  fault.kind = kind;
  fault.target = target_of(object);
  const auto result = cluster().fault(fault);
  refresh();
  return result ? Outcome{true, std::move(done)} : Outcome{false, result.error().message};
}

Outcome ClusterSession::act(Action action, const ObjectRef& object) {
  using cluster::FaultKind;
  const std::string& name = object.name;
  switch (action) {
    case Action::Delete:
      if (object.kind != "Pod") return remove(object, false);
      return do_fault(FaultKind::kill, object, fmt::format("pod \"{}\" deleted", name));
    case Action::KillNow:
      return do_fault(FaultKind::kill_now, object, fmt::format("pod \"{}\" force deleted", name));
    case Action::Crash:
      return do_fault(FaultKind::crash, object,
                      fmt::format("The containers of {} were killed.", name));
    case Action::StopNode:
      return do_fault(FaultKind::stop, object, fmt::format("{} has lost power.", name));
    case Action::StartNode:
      return do_fault(FaultKind::start, object, fmt::format("{} is on again.", name));
    case Action::Cordon:
      return set_unschedulable(object, true);
    case Action::Uncordon:
      return set_unschedulable(object, false);
    case Action::FreezeProxy:
      return do_fault(FaultKind::freeze, object,
                      fmt::format("The proxy of {} takes no news.", name));
    case Action::ThawProxy:
      return do_fault(FaultKind::thaw, object,
                      fmt::format("The proxy of {} takes news again.", name));
    case Action::RestartProxy:
      return do_fault(FaultKind::restart_proxy, object,
                      fmt::format("The proxy of {} is restarted.", name));
  }
  return {false, "unknown action"};
}

Outcome ClusterSession::scale(const ObjectRef& workload, int replicas) {
  const std::string body = fmt::format(R"({{"spec":{{"replicas":{}}}}})", replicas);
  const apiserver::Response response = cluster().request(apiserver::make_request(
      "PATCH", path_of(workload) + "/scale", body, "application/merge-patch+json"));
  refresh();
  if (response.status >= 300) return {false, status_message(response)};
  return {true, fmt::format("{}/{} scaled", lower(workload.kind), workload.name)};
}

Outcome ClusterSession::request_from_outside(const ObjectRef& object) {
  const doc::Value document = find_object(cluster(), object);
  const api::Service service{document};
  std::int64_t port = 0;
  for (const api::ServicePort one : service.ports()) {
    if (port == 0) port = one.node_port();
  }
  std::string node;
  world_.nodes.each([&node](Slot, const NodeItem& item) {
    if (node.empty() || item.name < node) node = item.name;
  });
  if (port == 0 || node.empty())
    return {false, fmt::format("{} is not reachable from outside.", object.name)};
  FetchOptions options;
  options.url = fmt::format("http://{}:{}/", node, port);
  watcher_->allow_traces(kTracesPerFrame);
  const auto started = cluster().start_fetch(options, [](const net::FetchResult&) {});
  if (!started) return {false, started.error().message};
  return {true, fmt::format("GET {}", options.url)};
}

std::string ClusterSession::yaml(const ObjectRef& object) const {
  doc::Value document = find_object(cluster(), object);
  if (document.is_null()) return {};
  if (!api::annotation(document, kLastApplied).empty())
    api::remove_annotation(document, kLastApplied);
  return doc::to_yaml(document);
}

Outcome ClusterSession::log(const ObjectRef& pod, std::string_view container, bool previous) const {
  const std::string target = fmt::format("{}/log?tailLines=500&container={}{}", path_of(pod),
                                         container, previous ? "&previous=true" : "");
  const apiserver::Response response = cluster().request(apiserver::make_request("GET", target));
  if (response.status >= 300) return {false, status_message(response)};
  return {true, response.body};
}

std::vector<ObjectGroup> ClusterSession::objects(bool with_system) const {
  return list_objects(cluster(), with_system);
}

ProxyMode ClusterSession::proxy_mode() const {
  return {cluster().proxy_mode(), cluster().proxy().options().ipvs_scheduler};
}

Outcome ClusterSession::set_proxy_mode(const ProxyMode& mode) {
  const auto result = cluster().set_proxy_mode(mode.kind, mode.scheduler);
  refresh();
  if (!result) return {false, result.error().message};
  return {true, fmt::format("The proxies of all nodes start anew: {}.", proxy_mode_text(mode))};
}

NodeProxy ClusterSession::node_proxy(const std::string& node, NodeProxyPart part) const {
  return read_node_proxy(cluster(), world_, node, part);
}

std::vector<SliceRow> ClusterSession::slices(const ObjectRef& object) const {
  return endpoint_slices(cluster(), object);
}

std::vector<DnsLookup> ClusterSession::lookups(const ObjectRef& object) const {
  std::vector<DnsLookup> found;
  for (const DnsLookup& lookup : watcher_->dns().lookups()) {
    if (concerns(lookup, object, world_)) found.push_back(lookup);
  }
  // What goes on keeps its place from one look to the next.
  const sim::Time minute_ago = now() - 1min;
  std::ranges::stable_sort(found, {}, [minute_ago](const DnsLookup& lookup) {
    return std::tuple{lookup.started < minute_ago, lookup.found, std::string_view{lookup.name},
                      std::string_view{lookup.client}};
  });
  return found;
}

const net::Host* ClusterSession::find_host(const ObjectRef& object) const {
  if (object.kind == "Node") {
    const net::Node* const node = cluster().network().find_node(object.name);
    return node == nullptr ? nullptr : &node->host();
  }
  const PodItem* const pod = world_.pods.get(key_of_object(object.ns, object.name));
  if (object.kind != "Pod" || pod == nullptr) return nullptr;
  const auto address = net::IpAddress::parse(pod->ip);
  return address ? cluster().network().find_host(*address) : nullptr;
}

std::string ClusterSession::resolv_conf(const ObjectRef& object) const {
  const net::Host* const host = find_host(object);
  return host == nullptr ? std::string{} : host->resolver().resolv_conf();
}

Outcome ClusterSession::ask_name(const ObjectRef& client, std::string_view question) {
  const net::Host* const host = find_host(client);
  if (host == nullptr) return {false, fmt::format("{} has no address to ask from.", client.name)};
  const bool has_v4 = ip_families().front() == net::Family::ipv4;
  const auto asked =
      asker_.ask(cluster(), client_text(client), host->resolver(),
                 has_v4 ? net::dns::RecordType::a : net::dns::RecordType::aaaa, question);
  return asked ? Outcome{} : Outcome{false, asked.error()};
}

const NameAnswer* ClusterSession::name_answer(const ObjectRef& client) const {
  const NameAnswer& answer = asker_.answer();
  return !answer.client.empty() && answer.client == client_text(client) ? &answer : nullptr;
}

std::expected<WhyAnswer, std::string> ClusterSession::explain(const WhyRequest& request) const {
  const FetchOptions options = options_of(request.from, request.url);
  WhyAnswer answer;
  if (request.failed != nullptr) {
    answer.then = request.failed->then;
    // Nobody looked when it failed: its hops tell what they can.
    if (auto late = answer.then ? api::Result<cluster::Explanation>{*answer.then}
                                : cluster().explain(options, request.failed->result);
        late) {
      answer.then = std::move(*late);
    }
  }
  auto now = cluster().explain(options);
  if (now) {
    answer.now = std::move(*now);
    return answer;
  }
  // The client may be gone since.
  if (!answer.then) return std::unexpected{now.error().message};
  answer.now = *answer.then;
  return answer;
}

std::vector<ObjectRef> ClusterSession::related(const ObjectRef& object) const {
  return related_objects(cluster(), object);
}

Session::Facts ClusterSession::facts(const ObjectRef& object) const {
  return object_facts(cluster(), object);
}

}  // namespace rockpool::app
