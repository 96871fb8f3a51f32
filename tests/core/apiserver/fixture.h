// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/apiserver/apiserver.h"
#include "core/doc/json.h"
#include "core/doc/path.h"
#include "core/doc/value.h"
#include "core/sim/loop.h"
#include "core/sim/random.h"
#include "core/store/store.h"

namespace rockpool::apiserver {

using namespace doc::literals;
using doc::Value;

/// Reads JSON that a test wrote itself.
inline Value json(std::string_view text) {
  const auto parsed = doc::parse_json(text);
  REQUIRE_MESSAGE(parsed.has_value(), std::string{text});
  return *parsed;
}

/// An API server with what a fresh cluster has.
struct Cluster {
  explicit Cluster(Options options = {}) : server{loop, store, sim::Random{42}, options} {
    server.bootstrap();
  }

  Response send(std::string_view method, std::string_view target, std::string body = {},
                std::string_view type = "application/json") {
    return server.handle(make_request(method, target, std::move(body), type));
  }
  /// The body of a response with that code.
  Value expect(int code, std::string_view method, std::string_view target, std::string body = {},
               std::string_view type = "application/json") {
    const Response response = send(method, target, std::move(body), type);
    CHECK_MESSAGE(response.status == code, method, " ", target, ": ", response.body);
    return json(response.body);
  }
  /// The message of a failure with that code.
  std::string refusal(int code, std::string_view method, std::string_view target,
                      std::string body = {}, std::string_view type = "application/json") {
    const Value status = expect(code, method, target, std::move(body), type);
    CHECK(status["kind"_key].as_string() == "Status");
    CHECK(status["status"_key].as_string() == "Failure");
    CHECK(status["code"_key].as_int() == code);
    return status["message"_key].to_string();
  }

  sim::Loop loop;
  store::Store store{loop};
  ApiServer server;
};

inline constexpr std::string_view kConfigMaps = "/api/v1/namespaces/default/configmaps";
inline constexpr std::string_view kPods = "/api/v1/namespaces/default/pods";
inline constexpr std::string_view kServices = "/api/v1/namespaces/default/services";

/// A Pod's manifest with one container.
inline std::string pod_manifest(std::string_view name) {
  return std::string{R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")"} +
         std::string{name} + R"("},"spec":{"containers":[{"name":"main","image":"nginx:1.27"}]}})";
}

inline std::string config_map_manifest(std::string_view name, std::string_view value = "1") {
  return std::string{R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")"} +
         std::string{name} + R"("},"data":{"key":")" + std::string{value} + R"("}})";
}

}  // namespace rockpool::apiserver
