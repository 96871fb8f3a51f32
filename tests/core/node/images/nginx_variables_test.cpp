// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_variables.h"

#include <doctest/doctest.h>

namespace rockpool::node {
namespace {

struct Asked {
  net::HttpRequest request;
  NginxScope scope{.request = request};

  Asked() {
    request.target = "/a%20b?x=1&y=2";
    request.host = "Web.Example:8080";
    request.headers.add("User-Agent", "curl/8.5.0");
    request.headers.add("Cookie", "one=1; two=2");
    scope.peer = {net::IpAddress::v4(10, 244, 1, 7), 40000};
    scope.local = {net::IpAddress::v4(10, 244, 1, 2), 80};
    scope.uri = "/a b";
    scope.args = "x=1&y=2";
    scope.server_name = "site";
  }
  std::string expand(std::string_view text) const { return expand_nginx_variables(text, scope); }
};

TEST_CASE("variables of the request and the connection") {
  const Asked asked;
  CHECK(asked.expand("$scheme://$host:$server_port$request_uri") ==
        "http://web.example:80/a%20b?x=1&y=2");
  CHECK(asked.expand("${uri}$is_args$args") == "/a b?x=1&y=2");
  CHECK(asked.expand("$http_host $http_user_agent [$http_x_none]") ==
        "Web.Example:8080 curl/8.5.0 []");
  CHECK(asked.expand("$arg_y$cookie_two $remote_addr:$remote_port") == "22 10.244.1.7:40000");
  CHECK(asked.expand("$Request") == "GET /a%20b?x=1&y=2 HTTP/1.1");
  CHECK(asked.expand("plain") == "plain");
}

TEST_CASE("the way that a request has come") {
  Asked asked;
  CHECK(asked.expand("$proxy_add_x_forwarded_for") == "10.244.1.7");
  asked.request.headers.set("X-Forwarded-For", "203.0.113.5");
  CHECK(asked.expand("$proxy_add_x_forwarded_for") == "203.0.113.5, 10.244.1.7");
}

TEST_CASE("a request without a host is for the server's own name") {
  Asked asked;
  asked.request.host.clear();
  CHECK(asked.expand("$host") == "site");
  asked.request.host = "[fd00::1]:80";
  CHECK(asked.expand("$host") == "[fd00::1]");
}

TEST_CASE("variables that nobody knows are refused") {
  CHECK(nginx_variable_problem("$host $http_any ${uri}", "f:1").empty());
  CHECK(nginx_variable_problem("$host$geoip_city", "f:1") == "unknown \"geoip_city\" variable");
  CHECK(nginx_variable_problem("$http_", "f:1") == "unknown \"http_\" variable");
  CHECK(nginx_variable_problem("a$ b", "f:1") == "invalid variable name in f:1");
}

}  // namespace
}  // namespace rockpool::node
