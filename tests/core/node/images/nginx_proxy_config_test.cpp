// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_proxy_config.h"

#include <doctest/doctest.h>

#include "core/node/images/nginx_config.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

std::expected<NginxConfig, std::string> read(std::string text) {
  FileSystem files;
  files.make_folder("/etc/nginx/conf.d");
  files.write("/etc/nginx/conf.d/default.conf", std::move(text));
  return read_nginx_config(files);
}

std::string error_of(std::string text) {
  const auto config = read(std::move(text));
  return config ? "no error" : config.error();
}

std::string pass_error(const std::string& url) {
  return error_of("server { location / { proxy_pass " + url + "; } }");
}

TEST_CASE("the tutorial's frontend") {
  const auto config = read(
      "upstream Backend { # a name of nginx's own\n    server hello;\n}\nserver {\n    listen 80;\n"
      "    location / {\n        proxy_pass http://Backend;\n    }\n}\n");
  REQUIRE(config);
  REQUIRE(config->upstreams.size() == 1);
  const NginxUpstreamBlock& upstream = config->upstreams[0];
  CHECK(upstream.name == "Backend");
  REQUIRE(upstream.servers.size() == 1);
  CHECK(upstream.servers[0].text == "hello");
  CHECK(upstream.servers[0].peer.port == 80);
  CHECK(upstream.servers[0].place == "/etc/nginx/conf.d/default.conf:2");
  const auto& pass = config->servers.at(0).locations.at(0).proxy_pass;
  REQUIRE(pass);
  CHECK(pass->url() == "http://Backend");
  CHECK(pass->upstream == 0);
}

TEST_CASE("parameters of servers") {
  const auto config = read(
      "upstream u { zone u 64k; least_conn; server a:81 weight=3 max_fails=0 "
      "fail_timeout=1m30s max_conns=7; server [fd00::1]:82 backup; server 10.0.0.1 down; }");
  REQUIRE(config);
  const NginxUpstreamBlock& upstream = config->upstreams.at(0);
  CHECK(upstream.method == NginxUpstream::Method::least_connections);
  const NginxPeer& first = upstream.servers.at(0).peer;
  CHECK(first.name() == "a:81");
  CHECK(first.weight == 3);
  CHECK(first.max_fails == 0);
  CHECK(first.fail_timeout == 90s);
  CHECK(first.max_connections == 7);
  CHECK(upstream.servers.at(1).peer.name() == "[fd00::1]:82");
  CHECK(upstream.servers.at(1).peer.is_backup);
  CHECK(upstream.servers.at(2).peer.is_down);
}

TEST_CASE("what hosts stand for is found once for each") {
  const auto config = read(
      "server { location /a/ { proxy_pass http://web:8080/x/; } location /b/ { proxy_pass "
      "http://WEB:8080; } location /c/ { proxy_pass https://web; } location /d/ { proxy_pass "
      "http://u; } }\nupstream U { server w; }");
  REQUIRE(config);
  const auto& locations = config->servers.at(0).locations;
  CHECK(locations.at(3).proxy_pass->upstream == 0);
  CHECK(locations.at(0).proxy_pass->upstream == 1);
  CHECK(locations.at(1).proxy_pass->upstream == 1);
  CHECK(locations.at(2).proxy_pass->upstream == 2);
  CHECK(locations.at(0).proxy_pass->uri == "/x/");
  CHECK(locations.at(0).proxy_pass->authority == "web:8080");
  CHECK(config->upstreams.at(2).port == 443);
}

TEST_CASE("settings come from the location, the server, or around it") {
  const auto config = read(
      "proxy_read_timeout 5; server { proxy_connect_timeout 500ms; proxy_set_header Host "
      "$host; location / { proxy_pass http://a; } location /b { proxy_pass http://a; "
      "proxy_set_header X-Mine 1; proxy_read_timeout 2m; proxy_next_upstream off; } }");
  REQUIRE(config);
  const auto& locations = config->servers.at(0).locations;
  CHECK(locations.at(0).proxy.read_timeout == sim::Duration{5s});
  CHECK(locations.at(0).proxy.connect_timeout == sim::Duration{500ms});
  CHECK(locations.at(0).proxy.headers.at(0).first == "Host");
  CHECK(locations.at(1).proxy.read_timeout == sim::Duration{2min});
  REQUIRE(locations.at(1).proxy.headers.size() == 1);
  CHECK(locations.at(1).proxy.headers[0].first == "X-Mine");
  CHECK(locations.at(1).proxy.next_upstream == std::vector<std::string>{"off"});
}

TEST_CASE("broken upstreams and addresses are refused in nginx's words") {
  const std::string in = " in /etc/nginx/conf.d/default.conf:";
  CHECK(error_of("upstream u {\n}\n") == "no servers are inside upstream" + in + "2");
  CHECK(error_of("upstream u { server a backup; }") == "no servers in upstream \"u\"" + in + "1");
  CHECK(error_of("upstream u { server a; }\nupstream U { server b; }") ==
        "duplicate upstream \"U\"" + in + "2");
  CHECK(error_of("upstream u { server a resolve; }") == "invalid parameter \"resolve\"" + in + "1");
  CHECK(error_of("upstream u { server a weight=0; }") ==
        "invalid parameter \"weight=0\"" + in + "1");
  CHECK(error_of("upstream u { server a:x; }") == "invalid port in upstream \"a:x\"" + in + "1");
  CHECK(error_of("upstream u { server :80; }") == "no host in upstream \":80\"" + in + "1");
  CHECK(error_of("upstream u { ip_hash; server a; }") ==
        "unknown directive \"ip_hash\"" + in + "1");
  CHECK(error_of("upstream u { server a; keepalive 8; }") ==
        "unknown directive \"keepalive\"" + in + "1");
  CHECK(error_of("upstream u { server a; }\nserver { location / { proxy_pass http://u:81; } }") ==
        "upstream \"u\" may not have port 81" + in + "2");
  CHECK(pass_error("web:80") == "invalid URL prefix" + in + "1");
  CHECK(pass_error("http://web:0") == "invalid port in upstream \"web:0\"" + in + "1");
  CHECK(pass_error("http://$backend") == "unknown \"backend\" variable");
  CHECK(pass_error("http://a; proxy_pass http://b") ==
        "\"proxy_pass\" directive is duplicate" + in + "1");
  CHECK(error_of("server { proxy_pass http://a; }") ==
        "\"proxy_pass\" directive is not allowed here" + in + "1");
  CHECK(error_of("server { location @a { proxy_pass http://a/x; } }")
            .starts_with("\"proxy_pass\" cannot have URI part in location"));
}

TEST_CASE("broken settings are refused in nginx's words") {
  const std::string in = " in /etc/nginx/conf.d/default.conf:1";
  CHECK(error_of("proxy_read_timeout soon;") ==
        "\"proxy_read_timeout\" directive invalid value" + in);
  CHECK(error_of("proxy_read_timeout 1; proxy_read_timeout 2;") ==
        "\"proxy_read_timeout\" directive is duplicate" + in);
  CHECK(error_of("proxy_set_header Host;") ==
        "invalid number of arguments in \"proxy_set_header\" directive" + in);
  CHECK(error_of("proxy_set_header X $geoip_city;") == "unknown \"geoip_city\" variable");
  CHECK(error_of("proxy_http_version 3;") == "\"proxy_http_version\" directive invalid value" + in);
  CHECK(error_of("proxy_next_upstream http_418;") ==
        "\"proxy_next_upstream\" directive invalid value" + in);
  CHECK(error_of("proxy_redirect ~a b;") == "using regex \"~a\" requires PCRE library" + in);
  CHECK(error_of("proxy_cache zone;") == "unknown directive \"proxy_cache\"" + in);
  CHECK(error_of("proxy_buffering off; proxy_http_version 1.1; proxy_redirect off;") == "no error");
}

TEST_CASE("times") {
  CHECK(parse_nginx_time("90") == sim::Duration{90s});
  CHECK(parse_nginx_time("500ms") == sim::Duration{500ms});
  CHECK(parse_nginx_time("1h30m") == sim::Duration{90min});
  CHECK_FALSE(parse_nginx_time(""));
  CHECK_FALSE(parse_nginx_time("x"));
  CHECK_FALSE(parse_nginx_time("5 s"));
  CHECK_FALSE(parse_nginx_time("99999999999999999999"));
}

}  // namespace
}  // namespace rockpool::node
