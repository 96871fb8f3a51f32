// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/replay.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/apiserver/session.h"
#include "core/cluster/parts.h"
#include "core/doc/base64.h"
#include "core/doc/json.h"
#include "core/doc/utf8.h"

namespace rockpool::cluster {
namespace {

// Names may repeat in queries and headers, so they are pairs.
doc::Value pairs_value(std::span<const std::pair<std::string, std::string>> pairs) {
  std::vector<doc::Value> items;
  items.reserve(pairs.size());
  for (const auto& [name, value] : pairs) {
    doc::Value pair[] = {name, value};
    items.push_back(doc::Value::array_from(pair));
  }
  return doc::Value::array(std::move(items));
}

apiserver::Request read_request(const doc::Value& value) {
  apiserver::Request request;
  request.method = value["method"].as_string();
  request.path = value["path"].as_string();
  request.body = value["body"].as_string();
  if (const doc::Value* bytes = value.find("bytes")) {
    request.body = doc::decode_base64(bytes->as_string()).value_or("");
  }
  for (const doc::Value& pair : value["query"].items()) {
    request.query.emplace_back(pair.at(0).to_string(), pair.at(1).to_string());
  }
  for (const doc::Value& pair : value["headers"].items()) {
    request.headers.add(pair.at(0).as_string(), pair.at(1).as_string());
  }
  return request;
}

FetchOptions read_fetch(const doc::Value& value) {
  FetchOptions options;
  options.url = value["url"].as_string();
  options.from = value["from"].as_string();
  options.method = value["method"].as_string();
  options.body = value["body"].as_string();
  options.timeout = sim::Duration{value["timeout"].as_int()};
  options.client = static_cast<std::uint64_t>(value["client"].as_int());
  options.insecure = value["insecure"].as_bool();
  options.authorities = value["authorities"].as_string();
  for (const doc::Value& pair : value["headers"].items()) {
    options.headers.add(pair.at(0).as_string(), pair.at(1).as_string());
  }
  return options;
}

// What comes of it then is nobody's business.
void replay_dns_query(Cluster& cluster, const doc::Value& value) {
  const auto message = doc::decode_base64(value["message"].to_string());
  const bool is_tcp = value["transport"].to_string() == "tcp";
  static_cast<void>(cluster.start_dns_query(value["from"].to_string(),
                                            is_tcp ? DnsTransport::tcp : DnsTransport::udp,
                                            message.value_or(""), [](const DnsResult&) {}));
}

}  // namespace

doc::Value request_value(const apiserver::Request& request) {
  // What is sent on into the cluster need not be text.
  const bool is_text = doc::find_invalid_utf8(request.body) == std::string_view::npos;
  doc::Member members[] = {
      {doc::Key{is_text ? "body" : "bytes"},
       is_text ? doc::Value{request.body} : doc::Value{doc::encode_base64(request.body)}},
      {doc::Key{"headers"}, pairs_value(request.headers.fields())},
      {doc::Key{"method"}, request.method},
      {doc::Key{"path"}, request.path},
      {doc::Key{"query"}, pairs_value(request.query)},
  };
  return doc::Value::object_from(members);
}

doc::Value fetch_value(const FetchOptions& options) {
  doc::Value value = doc::Value::map({{"url", options.url},
                                      {"from", options.from},
                                      {"method", options.method},
                                      {"headers", pairs_value(options.headers.fields())},
                                      {"body", options.body},
                                      {"timeout", options.timeout.count()}});
  if (options.client != 0) value.set("client", options.client);
  if (options.insecure) value.set("insecure", true);
  if (!options.authorities.empty()) value.set("authorities", options.authorities);
  return value;
}

doc::Value dns_query_value(const std::string& from, DnsTransport transport,
                           std::string_view message) {
  return doc::Value::map({{"from", from},
                          {"transport", transport == DnsTransport::tcp ? "tcp" : "udp"},
                          {"message", doc::encode_base64(message)}});
}

api::Result<void> replay_input(Cluster& cluster, const doc::Value& what) {
  if (const doc::Value* text = what.find("apply")) {
    static_cast<void>(cluster.apply(text->as_string()));
  } else if (const doc::Value* request = what.find("request")) {
    const apiserver::Response response = cluster.request(read_request(*request));
    // Nobody takes what comes back: it must not pile up.
    if (response.session) response.session->on_output([](const apiserver::SessionOutput&) {});
  } else if (const doc::Value* session = what.find("session")) {
    return cluster.parts_->sessions.replay(*session);
  } else if (const doc::Value* fetch = what.find("fetch")) {
    static_cast<void>(cluster.start_fetch(read_fetch(*fetch), [](const net::FetchResult&) {}));
  } else if (const doc::Value* lookup = what.find("lookup")) {
    static_cast<void>(cluster.start_lookup(
        (*lookup)["from"].to_string(), (*lookup)["name"].to_string(), [](const LookupResult&) {}));
  } else if (const doc::Value* client = what.find("closeClient")) {
    static_cast<void>(cluster.close_client(static_cast<std::uint64_t>(client->as_int())));
  } else if (const doc::Value* query = what.find("dnsQuery")) {
    replay_dns_query(cluster, *query);
  } else if (const doc::Value* document = what.find("fault")) {
    const auto fault = Fault::parse(*document);
    if (!fault) return std::unexpected{fault.error()};
    static_cast<void>(cluster.fault(*fault));
  } else if (const doc::Value* change = what.find("proxyMode")) {
    const auto mode = net::proxy::parse_mode_kind((*change)["mode"].as_string());
    const auto scheduler = net::proxy::parse_ipvs_scheduler((*change)["ipvsScheduler"].as_string());
    if (!mode || !scheduler) {
      return std::unexpected{api::bad_request("snapshot: a proxy mode that there is not")};
    }
    static_cast<void>(cluster.set_proxy_mode(*mode, *scheduler));
  } else {
    return std::unexpected{api::bad_request("snapshot: an input of an unknown kind")};
  }
  return {};
}

apiserver::Response error_response(const api::Status& status) {
  apiserver::Response response;
  response.status = status.code;
  response.headers.add("Content-Type", "application/json");
  response.body = doc::to_json(status.to_value());
  return response;
}

}  // namespace rockpool::cluster
