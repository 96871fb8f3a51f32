// SPDX-License-Identifier: Apache-2.0
#include "web/js/binding.h"

#include <emscripten/bind.h>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <utility>

#include "core/apiserver/session.h"
#include "core/cluster/cluster_networks.h"
#include "core/cluster/proxy_view.h"
#include "core/doc/json.h"
#include "web/js/fetch_json.h"
#include "web/js/read_json.h"

namespace rockpool::web {
namespace {

using emscripten::val;

std::string error_json(const api::Status& status, doc::Value extra = doc::Value::map({})) {
  extra.set("status", status.to_value());
  return doc::to_json(doc::Value::map({{"error", std::move(extra)}}));
}

// Reads one option; the error names it.
api::Result<void> read_option(std::string_view name, const doc::Value& value,
                              ClusterOptions& options) {
  const auto bad = [&](std::string_view what) {
    return expected(fmt::format("options.{}", name), what);
  };
  if (name == "seed") {
    const std::string_view text = value.as_string();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), options.seed);
    if (error != std::errc{} || end != text.data() + text.size())
      return bad("a whole number from 0 to 2^64 - 1");
  } else if (name == "nodes") {
    const std::int64_t nodes = value.as_int(-1);
    if (nodes < 0 || nodes > kMaxNodes)
      return bad(fmt::format("a whole number from 0 to {}", kMaxNodes));
    options.nodes = static_cast<int>(nodes);
  } else if (name == "ipFamilies") {
    std::string text;
    for (const doc::Value& family : value.items()) {
      text += (text.empty() ? "" : ",") + family.to_string();
    }
    options.ip_families = net::parse_families(text);
    if (options.ip_families.empty()) return bad("a list of \"IPv4\", \"IPv6\" or both");
  } else if (name == "serviceCidr" || name == "podCidr") {
    if (!value.is_string()) return bad("networks like \"10.96.0.0/12\", with a comma between them");
    (name == "serviceCidr" ? options.service_cidr : options.pod_cidr) = value.as_string();
  } else if (name == "dns" || name == "rbac") {
    if (!value.is_boolean()) return bad("true or false");
    (name == "dns" ? options.dns : options.rbac) = value.as_bool();
  } else if (name == "start") {
    const auto start = sim::parse_rfc3339(value.as_string());
    if (!start) return bad("an RFC 3339 time");
    options.start = *start;
  } else if (name == "proxyDelay" || name == "proxyDelaySpread") {
    const auto span = read_duration(fmt::format("options.{}", name), value.as_string());
    if (!span) return std::unexpected{span.error()};
    (name == "proxyDelay" ? options.proxy_delay : options.proxy_delay_spread) = *span;
  } else if (name == "proxyMode") {
    const auto mode = net::proxy::parse_mode_kind(value.as_string());
    if (!mode) return bad("userspace, iptables, ipvs or nftables");
    options.proxy_mode = *mode;
  } else if (name == "ipvsScheduler") {
    const auto scheduler = net::proxy::parse_ipvs_scheduler(value.as_string());
    if (!scheduler) return bad("rr, lc or sh");
    options.ipvs_scheduler = *scheduler;
  } else {
    return std::unexpected{api::bad_request(fmt::format("options.{}: unknown", name))};
  }
  return {};
}

api::Result<ClusterOptions> read_options(const std::string& text) {
  const auto document = read_object("options", text);
  if (!document) return std::unexpected{document.error()};
  ClusterOptions options;
  for (const doc::Member& member : document->members()) {
    const auto read = read_option(member.key.text(), member.value, options);
    if (!read) return std::unexpected{read.error()};
  }
  if (const auto checked = check_networks(options); !checked) {
    return std::unexpected{api::bad_request(fmt::format("options: {}", checked.error()))};
  }
  return options;
}

val handle_of(std::unique_ptr<Cluster> cluster) {
  auto holder = std::make_shared<ClusterHolder>();
  holder->cluster = std::move(cluster);
  val result = val::object();
  result.set("cluster", std::make_shared<ClusterBinding>(std::move(holder)));
  return result;
}

val error_handle(const api::Status& status) {
  val result = val::object();
  result.set("error", error_json(status));
  return result;
}

doc::Value applied_value(const std::vector<Applied>& applied) {
  std::vector<doc::Value> items;
  for (const Applied& one : applied) {
    items.push_back(doc::Value::map({{"kind", one.kind},
                                     {"namespace", one.namespace_},
                                     {"name", one.name},
                                     {"result", one.result}}));
  }
  return doc::Value::array(std::move(items));
}

doc::Value headers_value(const apiserver::Headers& headers) {
  doc::Value result = doc::Value::map({});
  for (const auto& [name, value] : headers.fields()) result.set(name, value);
  return result;
}

}  // namespace

val ClusterBinding::create(const std::string& options) {
  const auto read = read_options(options);
  if (!read) return error_handle(read.error());
  return handle_of(std::make_unique<Cluster>(*read));
}

val ClusterBinding::restore(const std::string& snapshot) {
  auto cluster = Cluster::restore(snapshot);
  if (!cluster) return error_handle(cluster.error());
  return handle_of(std::move(*cluster));
}

std::string ClusterBinding::apply(const std::string& text) {
  const auto applied = cluster().apply(text);
  if (applied) return doc::to_json(doc::Value::map({{"applied", applied_value(*applied)}}));
  const ApplyError& error = applied.error();
  return error_json(error.status, doc::Value::map({{"line", error.line},
                                                   {"column", error.column},
                                                   {"object", error.object},
                                                   {"applied", applied_value(error.applied)}}));
}

std::string ClusterBinding::request(const std::string& text) {
  const auto document = read_object("request", text);
  if (!document) return error_json(document.error());
  apiserver::Request request = apiserver::make_request((*document)["method"].as_string("GET"),
                                                       (*document)["target"].as_string("/"),
                                                       (*document)["body"].to_string(), "");
  request.headers = {};
  for (const doc::Member& header : (*document)["headers"].members()) {
    request.headers.add(header.key.text(), header.value.as_string());
  }
  const apiserver::Response response = cluster().request_and_wait(request);
  if (response.watch) {
    response.watch->close();
    return error_json(api::bad_request("request: use watch() for a watch"));
  }
  if (response.stream) {
    response.stream->close();
    return error_json(
        api::bad_request("request: a log that is followed does not end; ask without follow"));
  }
  if (response.session) {
    response.session->close();
    return error_json(api::bad_request("request: exec, attach and portforward are conversations"));
  }
  return doc::to_json(doc::Value::map({{"status", response.status},
                                       {"headers", headers_value(response.headers)},
                                       {"body", response.body}}));
}

std::string ClusterBinding::watch(const std::string& target, val on_line) {
  apiserver::Request request = apiserver::make_request("GET", target);
  if (request.find_query("watch") == nullptr) request.query.emplace_back("watch", "true");
  const apiserver::Response response = cluster().request(request);
  if (!response.watch) {
    const auto status = doc::parse_json(response.body);
    return error_json(status ? api::Status::from_value(*status)
                             : api::internal_error(response.body));
  }
  const int id = next_watch_++;
  watches_[id] = response.watch;
  // First who hears of the end: what has come already may hold it.
  response.watch->on_close([on_line] { on_line(val::null()); });
  response.watch->on_event(
      [on_line](const apiserver::WatchEvent& event) { on_line(apiserver::to_json_line(event)); });
  return doc::to_json(doc::Value::map({{"id", id}}));
}

void ClusterBinding::stop_watch(int id) {
  const auto found = watches_.find(id);
  if (found == watches_.end()) return;
  found->second->close();
  watches_.erase(found);
}

std::string ClusterBinding::start_fetch(const std::string& text, val done) {
  const auto document = read_object("fetch", text);
  if (!document) return error_json(document.error());
  const auto options = read_fetch_options(*document);
  if (!options) return error_json(options.error());
  const auto started = cluster().start_fetch(*options, [done](const net::FetchResult& result) {
    done(doc::to_json(fetch_result_value(result)));
  });
  return started ? std::string{"{}"} : error_json(started.error());
}

std::string ClusterBinding::fault(const std::string& text) {
  const auto document = read_object("fault", text);
  if (!document) return error_json(document.error());
  const auto fault = cluster::Fault::parse(*document);
  if (!fault) return error_json(fault.error());
  const auto done = cluster().fault(*fault);
  return done ? std::string{"{}"} : error_json(done.error());
}

std::string ClusterBinding::explain(const std::string& text) {
  const auto document = read_object("explain", text);
  if (!document) return error_json(document.error());
  FetchOptions options;
  std::optional<net::FetchResult> failed;
  for (const doc::Member& member : document->members()) {
    const std::string_view name = member.key.text();
    if (name == "failed") {
      auto result = read_fetch_result("explain: failed", member.value);
      if (!result) return error_json(result.error());
      failed = *std::move(result);
      continue;
    }
    if (name != "from" && name != "url" && name != "host") {
      return error_json(api::bad_request(fmt::format("explain: {}: unknown", name)));
    }
    if (!member.value.is_string()) {
      return error_json(expected(fmt::format("explain: {}", name), "a string").error());
    }
    if (name == "host") {
      options.headers.add("Host", member.value.as_string());
    } else {
      (name == "from" ? options.from : options.url) = member.value.as_string();
    }
  }
  const auto explanation =
      failed ? cluster().explain(options, *failed) : cluster().explain(options);
  if (!explanation) return error_json(explanation.error());
  std::vector<doc::Value> findings;
  for (const cluster::Finding& finding : explanation->findings) {
    findings.push_back(doc::Value::map({{"isWell", finding.is_well}, {"text", finding.text}}));
  }
  return doc::to_json(doc::Value::map({{"cause", cluster::cause_name(explanation->cause)},
                                       {"summary", explanation->summary},
                                       {"advice", explanation->advice},
                                       {"findings", doc::Value::array(std::move(findings))}}));
}

std::string ClusterBinding::proxy_rules(const std::string& node) {
  const auto rules = cluster::proxy_rules(cluster(), node);
  if (!rules) return error_json(rules.error());
  return doc::to_json(doc::Value::map({{"rules", *rules}}));
}

std::string ClusterBinding::connections(const std::string& node) {
  const auto tracked = cluster::connections(cluster(), node);
  if (!tracked) return error_json(tracked.error());
  std::vector<doc::Value> list;
  for (const net::TrackedConnection& each : *tracked) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(each.remaining).count();
    list.push_back(doc::Value::map({{"protocol", net::protocol_name(each.protocol)},
                                    {"state", each.state},
                                    {"source", each.source.to_string()},
                                    {"destination", each.destination.to_string()},
                                    {"replySource", each.reply_source.to_string()},
                                    {"replyDestination", each.reply_destination.to_string()},
                                    {"remainingSeconds", std::int64_t{seconds}}}));
  }
  return doc::to_json(doc::Value::map({{"connections", doc::Value::array(std::move(list))}}));
}

std::string ClusterBinding::affinities(const std::string& node) {
  const auto clients = cluster::remembered_clients(cluster(), node);
  if (!clients) return error_json(clients.error());
  std::vector<doc::Value> list;
  for (const cluster::RememberedClient& each : *clients) {
    list.push_back(doc::Value::map({{"service", each.service},
                                    {"port", each.port_name},
                                    {"client", each.client.to_string()},
                                    {"endpoint", each.endpoint.to_string()},
                                    {"pod", each.pod},
                                    {"remainingSeconds", each.remaining_seconds}}));
  }
  return doc::to_json(doc::Value::map({{"clients", doc::Value::array(std::move(list))}}));
}

std::string ClusterBinding::set_proxy_mode(const std::string& mode, const std::string& scheduler) {
  const auto kind = net::proxy::parse_mode_kind(mode);
  if (!kind) {
    return error_json(
        api::bad_request("setProxyMode: expected userspace, iptables, ipvs or nftables"));
  }
  const auto how = net::proxy::parse_ipvs_scheduler(scheduler);
  if (!how)
    return error_json(api::bad_request("setProxyMode: expected the scheduler rr, lc or sh"));
  const auto done = cluster().set_proxy_mode(*kind, *how);
  return done ? std::string{"{}"} : error_json(done.error());
}

std::string ClusterBinding::advance(const std::string& span, double event_limit) {
  const auto duration = read_duration("advance", span);
  if (!duration) return error_json(duration.error());
  const bool reached = cluster().run_for(*duration, static_cast<std::uint64_t>(event_limit));
  return doc::to_json(doc::Value::map({{"reached", reached}}));
}

bool ClusterBinding::step() {
  return cluster().step();
}
bool ClusterBinding::step_visible() {
  return cluster().step_visible();
}
std::string ClusterBinding::now() const {
  return sim::format_rfc3339_nano(cluster().now());
}
std::string ClusterBinding::digest() const {
  return fmt::format("{:016x}", cluster().digest());
}
std::string ClusterBinding::snapshot() const {
  return cluster().snapshot();
}

EMSCRIPTEN_BINDINGS(rockpool_cluster) {
  emscripten::class_<ClusterBinding>("Cluster")
      .smart_ptr<std::shared_ptr<ClusterBinding>>("ClusterPointer")
      .class_function("create", &ClusterBinding::create)
      .class_function("restore", &ClusterBinding::restore)
      .function("apply", &ClusterBinding::apply)
      .function("request", &ClusterBinding::request)
      .function("watch", &ClusterBinding::watch)
      .function("stopWatch", &ClusterBinding::stop_watch)
      .function("startFetch", &ClusterBinding::start_fetch)
      .function("fault", &ClusterBinding::fault)
      .function("explain", &ClusterBinding::explain)
      .function("proxyRules", &ClusterBinding::proxy_rules)
      .function("connections", &ClusterBinding::connections)
      .function("affinities", &ClusterBinding::affinities)
      .function("setProxyMode", &ClusterBinding::set_proxy_mode)
      .function("advance", &ClusterBinding::advance)
      .function("step", &ClusterBinding::step)
      .function("stepVisible", &ClusterBinding::step_visible)
      .function("now", &ClusterBinding::now)
      .function("digest", &ClusterBinding::digest)
      .function("snapshot", &ClusterBinding::snapshot);
}

}  // namespace rockpool::web
