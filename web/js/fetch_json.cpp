// SPDX-License-Identifier: Apache-2.0
#include "web/js/fetch_json.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "web/js/read_json.h"

namespace rockpool::web {
namespace {

std::unexpected<api::Status> bad(std::string_view name, std::string_view what) {
  return expected(fmt::format("fetch.{}", name), what);
}

api::Result<void> read_member(std::string_view name, const doc::Value& value,
                              FetchOptions& options) {
  if (name == "headers") {
    if (!value.is_object()) return bad(name, "an object of strings");
    for (const doc::Member& header : value.members()) {
      if (!header.value.is_string())
        return bad("headers." + std::string{header.key.text()}, "a string");
      options.headers.add(header.key.text(), header.value.as_string());
    }
    return {};
  }
  if (name == "insecure") {
    if (!value.is_boolean()) return bad(name, "true or false");
    options.insecure = value.as_bool();
    return {};
  }
  if (!value.is_string()) return bad(name, "a string");
  if (name == "timeout") {
    const auto timeout = read_duration("fetch.timeout", value.as_string(), sim::Duration{1});
    if (!timeout) return std::unexpected{timeout.error()};
    options.timeout = *timeout;
  } else if (name == "url") {
    options.url = value.as_string();
  } else if (name == "from") {
    options.from = value.as_string();
  } else if (name == "method") {
    options.method = value.as_string();
  } else if (name == "body") {
    options.body = value.as_string();
  } else if (name == "authorities") {
    options.authorities = value.as_string();
  } else {
    return std::unexpected{api::bad_request(fmt::format("fetch.{}: unknown", name))};
  }
  return {};
}

doc::Value address_value(const net::SocketAddress& address) {
  return address == net::SocketAddress{} ? doc::Value{} : doc::Value{address.to_string()};
}

// What does not apply to a hop is left out.
doc::Value hop_value(const net::Hop& hop) {
  doc::Value value = doc::Value::map(
      {{"kind", net::hop_kind_name(hop.kind)}, {"time", sim::format_rfc3339_nano(hop.time)}});
  const auto add = [&](std::string_view name, doc::Value member) {
    if (!member.is_empty()) value.set(name, std::move(member));
  };
  add("from", address_value(hop.from));
  add("to", address_value(hop.to));
  add("node", hop.node);
  add("pod", hop.pod);
  add("service", hop.service);
  if (hop.failure != net::FailureKind::none) add("failure", net::failure_kind_name(hop.failure));
  add("detail", hop.detail);
  return value;
}

doc::Value trace_value(const net::FetchResult& result) {
  std::vector<doc::Value> hops;
  if (result.trace) {
    for (const net::Hop& hop : result.trace->hops) hops.push_back(hop_value(hop));
  }
  return doc::Value::array(std::move(hops));
}

std::optional<net::HopKind> read_hop_kind(std::string_view name) {
  for (int kind = 0; kind <= static_cast<int>(net::HopKind::failed); ++kind) {
    if (net::hop_kind_name(static_cast<net::HopKind>(kind)) == name) {
      return static_cast<net::HopKind>(kind);
    }
  }
  return std::nullopt;
}

// What does not apply to a hop is not there.
api::Result<net::SocketAddress> read_address(std::string_view name, const doc::Value& value) {
  if (value.is_null()) return net::SocketAddress{};
  const auto address = net::SocketAddress::parse(value.as_string());
  if (!address) return expected(name, "an address and a port");
  return *address;
}

api::Result<net::Hop> read_hop(std::string_view name, const doc::Value& value) {
  net::Hop hop;
  const auto kind = read_hop_kind(value["kind"].as_string());
  if (!kind) return expected(fmt::format("{}.kind", name), "the kind of a hop");
  hop.kind = *kind;
  const auto time = sim::parse_rfc3339(value["time"].as_string());
  if (!time) return expected(fmt::format("{}.time", name), "an RFC 3339 time");
  hop.time = *time;
  const auto from = read_address(fmt::format("{}.from", name), value["from"]);
  if (!from) return std::unexpected{from.error()};
  hop.from = *from;
  const auto to = read_address(fmt::format("{}.to", name), value["to"]);
  if (!to) return std::unexpected{to.error()};
  hop.to = *to;
  hop.node = value["node"].as_string();
  hop.pod = value["pod"].as_string();
  hop.service = value["service"].as_string();
  if (!value["failure"].is_null()) {
    hop.failure = net::parse_failure_kind(value["failure"].as_string());
    if (hop.failure == net::FailureKind::none) {
      return expected(fmt::format("{}.failure", name), "the kind of a failure");
    }
  }
  hop.detail = value["detail"].as_string();
  return hop;
}

}  // namespace

api::Result<FetchOptions> read_fetch_options(const doc::Value& document) {
  FetchOptions options;
  for (const doc::Member& member : document.members()) {
    const auto read = read_member(member.key.text(), member.value, options);
    if (!read) return std::unexpected{read.error()};
  }
  if (options.url.empty()) return bad("url", "a URL");
  return options;
}

doc::Value fetch_result_value(const net::FetchResult& result) {
  doc::Value value = doc::Value::map({{"trace", trace_value(result)}});
  if (!result.ok()) {
    const net::Failure& failure = result.outcome.error();
    value.set("failure", doc::Value::map({{"kind", net::failure_kind_name(failure.kind)},
                                          {"message", net::curl_message(failure)}}));
    return value;
  }
  doc::Value headers = doc::Value::map({});
  for (const auto& [name, text] : result.outcome->headers.fields()) headers.set(name, text);
  value.set("status", result.outcome->status);
  value.set("headers", std::move(headers));
  value.set("body", result.outcome->body);
  return value;
}

api::Result<net::FetchResult> read_fetch_result(std::string_view name, const doc::Value& value) {
  if (!value.is_object() || !value["trace"].is_array()) {
    return expected(name, "the result of fetch");
  }
  net::FetchResult result;
  result.trace = net::Ref{new net::Trace};
  for (const doc::Value& each : value["trace"].items()) {
    auto hop = read_hop(fmt::format("{}.trace[{}]", name, result.trace->hops.size()), each);
    if (!hop) return std::unexpected{hop.error()};
    result.trace->hops.push_back(*std::move(hop));
  }
  if (!result.trace->hops.empty()) {
    result.started = result.trace->hops.front().time;
    result.ended = result.trace->hops.back().time;
  }
  if (value["failure"].is_null()) {
    if (!value["status"].is_integer()) {
      return expected(fmt::format("{}.status", name), "a status, or else a failure");
    }
    result.outcome->status = static_cast<int>(value["status"].as_int());
    return result;
  }
  net::Failure failure;
  failure.kind = net::parse_failure_kind(value["failure"]["kind"].as_string());
  if (failure.kind == net::FailureKind::none) {
    return expected(fmt::format("{}.failure.kind", name), "the kind of a failure");
  }
  failure.detail = value["failure"]["message"].as_string();
  result.outcome = std::unexpected{std::move(failure)};
  return result;
}

}  // namespace rockpool::web
