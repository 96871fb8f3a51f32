// SPDX-License-Identifier: Apache-2.0
#include "web/js/fetch_json.h"

#include <fmt/format.h>

#include <string_view>
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

}  // namespace rockpool::web
