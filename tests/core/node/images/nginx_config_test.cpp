// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_config.h"

#include <doctest/doctest.h>

#include <string>

namespace rockpool::node {
namespace {

// A file system with /etc/nginx/conf.d/default.conf.
FileSystem with_default(std::string text) {
  FileSystem files;
  files.make_folder("/etc/nginx/conf.d");
  files.write("/etc/nginx/conf.d/default.conf", std::move(text));
  return files;
}

NginxConfig read(const FileSystem& files) {
  auto config = read_nginx_config(files);
  REQUIRE_MESSAGE(config.has_value(), (config ? "" : config.error()));
  return std::move(*config);
}

std::string error_of(std::string text) {
  const auto config = read_nginx_config(with_default(std::move(text)));
  return config ? "no error" : config.error();
}

std::string ports(const NginxServerBlock& server) {
  std::string text;
  for (const NginxListen& listen : server.listens) {
    text += std::to_string(listen.port) + (listen.is_tls ? "s" : "") +
            (listen.is_default ? "d" : "") + " ";
  }
  return text;
}

TEST_CASE("without any file it is the image's own") {
  const NginxConfig config = read(FileSystem{});
  REQUIRE(config.servers.size() == 1);
  CHECK(ports(config.servers[0]) == "80 80 ");
  CHECK(config.servers[0].defaults.root == "/usr/share/nginx/html");
}

TEST_CASE("a server with TLS") {
  const NginxConfig config = read(with_default(
      "# a comment { ; }\nserver {\n  listen 80 default_server;\n  listen [::]:80 default_server "
      "ipv6only=on;\n  listen 443 ssl;\n  root \"/usr/share/nginx/html\";\n  index index.html;\n  "
      "server_name a.example *.b.example;\n  ssl_certificate /etc/nginx/ssl/tls.crt;\n  "
      "ssl_certificate_key ssl/tls.key;\n  location / { try_files $uri ${uri}/ =404; }\n}\n"));
  REQUIRE(config.servers.size() == 1);
  const NginxServerBlock& server = config.servers[0];
  CHECK(ports(server) == "80d 80d 443s ");
  CHECK(server.certificate == "/etc/nginx/ssl/tls.crt");
  CHECK(server.certificate_key == "/etc/nginx/ssl/tls.key");
  CHECK(server.names == std::vector<std::string>{"a.example", "*.b.example"});
  CHECK(server.place == "/etc/nginx/conf.d/default.conf:2");
  REQUIRE(server.locations.size() == 1);
  CHECK(server.locations[0].try_files == std::vector<std::string>{"$uri", "${uri}/", "=404"});
}

TEST_CASE("places to listen") {
  const NginxConfig config = read(with_default(
      "server { listen 127.0.0.1; listen 127.0.0.1:81; listen [::1]; listen *:82; listen *; listen "
      "localhost:83 http2 ssl; }\nserver { root html; }"));
  REQUIRE(config.servers.size() == 2);
  CHECK(ports(config.servers[0]) == "80 81 80 82 80 83s ");
  CHECK(ports(config.servers[1]) == "80 ");
  CHECK(config.servers[1].defaults.root == "/etc/nginx/html");
}

TEST_CASE("a main file with what it includes") {
  FileSystem files;
  files.write("/etc/nginx/nginx.conf",
              "events {}\nhttp { include mime.types; include sites/*.conf; include one; }");
  files.write("/etc/nginx/sites/b.conf", "server { listen 2; }");
  files.write("/etc/nginx/sites/a.conf", "server { listen 1; }");
  files.write("/etc/nginx/sites/c.txt", "server { listen 3; }");
  CHECK(read_nginx_config(files).error() ==
        "open() \"/etc/nginx/one\" failed (2: No such file or directory) in "
        "/etc/nginx/nginx.conf:2");
  files.write("/etc/nginx/one", "server { listen 4; }");
  const NginxConfig config = read(files);
  REQUIRE(config.servers.size() == 3);
  CHECK(ports(config.servers[0]) == "1 ");
  CHECK(ports(config.servers[1]) == "2 ");
  CHECK(ports(config.servers[2]) == "4 ");
}

TEST_CASE("what stands around servers holds for those that say nothing else") {
  const NginxConfig config = read(with_default(
      "server { listen 443 ssl; }\nssl_certificate /a.crt; ssl_certificate_key /a.key; root "
      "/data;\nserver { listen 444 ssl; ssl_certificate /b.crt; ssl_certificate_key /b.key; root "
      "/mine; }"));
  REQUIRE(config.servers.size() == 2);
  CHECK(config.servers[0].certificate == "/a.crt");
  CHECK(config.servers[0].certificate_key == "/a.key");
  CHECK(config.servers[0].defaults.root == "/data");
  CHECK(config.servers[1].certificate == "/b.crt");
  CHECK(config.servers[1].certificate_key == "/b.key");
  CHECK(config.servers[1].defaults.root == "/mine");
}

TEST_CASE("broken texts are refused in nginx's words") {
  const std::string in = " in /etc/nginx/conf.d/default.conf:";
  CHECK(error_of("server {\n listen 80;\n") ==
        "unexpected end of file, expecting \"}\"" + in + "2");
  CHECK(error_of("server { listen 80 }") == "unexpected \"}\"" + in + "1");
  CHECK(error_of("}") == "unexpected \"}\"" + in + "1");
  CHECK(error_of("\nserver") == "unexpected end of file, expecting \";\" or \"}\"" + in + "2");
  CHECK(error_of(";") == "unexpected \";\"" + in + "1");
  CHECK(error_of("server { listen ssl; }") ==
        "invalid port in \"ssl\" of the \"listen\" directive" + in + "1");
  CHECK(error_of("server { listen 99999; }") ==
        "invalid port in \"99999\" of the \"listen\" directive" + in + "1");
  CHECK(error_of("") == "no error");
  CHECK(error_of("server { root \"/a b") ==
        "unexpected end of file, expecting \";\" or \"}\"" + in + "1");
}

TEST_CASE("nothing that a client would notice is ignored") {
  const std::string in = " in /etc/nginx/conf.d/default.conf:";
  CHECK(error_of("server { rewrite ^ /x; }") == "unknown directive \"rewrite\"" + in + "1");
  CHECK(error_of("server { if ($host) { return 200; } }") == "unknown directive \"if\"" + in + "1");
  CHECK(error_of("server { return 200 $geoip_city; }") == "unknown \"geoip_city\" variable");
  CHECK(error_of("server {\n rot /a; }") == "unknown directive \"rot\"" + in + "2");
  CHECK(error_of("server { location ~ a$ { return 200; } }") ==
        "using regex \"a$\" requires PCRE library" + in + "1");
  CHECK(error_of("server { root; }") ==
        "invalid number of arguments in \"root\" directive" + in + "1");
  CHECK(error_of("server { root /a { } }") == "unexpected \"{\"" + in + "1");
  CHECK(error_of("server;") == "directive \"server\" has no opening \"{\"" + in + "1");
  CHECK(error_of("listen 80;") == "\"listen\" directive is not allowed here" + in + "1");
  CHECK(error_of("sendfile on; server { gzip on; location / { access_log off; } }") == "no error");
}

TEST_CASE("types and headers come from the location, the server, or around it") {
  const NginxConfig config = read(with_default(
      "add_header X-Around 1;\nserver { default_type text/html; location / { default_type a/b; "
      "add_header X-Mine 2 always; } }\nserver { listen 81; }"));
  REQUIRE(config.servers.size() == 2);
  const NginxServerBlock& first = config.servers[0];
  CHECK(first.defaults.default_type == "text/html");
  REQUIRE(first.defaults.headers.size() == 1);
  CHECK(first.defaults.headers[0].name == "X-Around");
  CHECK_FALSE(first.defaults.headers[0].is_always);
  REQUIRE(first.locations.size() == 1);
  CHECK(first.locations[0].default_type == "a/b");
  REQUIRE(first.locations[0].headers.size() == 1);
  CHECK(first.locations[0].headers[0].value == "2");
  CHECK(first.locations[0].headers[0].is_always);
  CHECK(config.servers[1].defaults.default_type == "application/octet-stream");
}

TEST_CASE("pages for errors") {
  const NginxConfig config = read(
      with_default("error_page 500 502 /50x.html;\nserver { location / { error_page 404 =200 /a; "
                   "error_page 503 = @b; } location @b { return 200; } }"));
  const NginxServerBlock& server = config.servers.at(0);
  REQUIRE(server.defaults.error_pages.size() == 1);
  CHECK(server.defaults.error_pages[0].statuses == std::vector<int>{500, 502});
  CHECK(server.defaults.error_pages[0].target == "/50x.html");
  const std::vector<NginxErrorPage>& own = server.locations.at(0).error_pages;
  REQUIRE(own.size() == 2);
  CHECK(own[0].status == 200);
  CHECK(own[1].takes_status_of_page);
  CHECK(server.locations.at(1).is_named());
  const std::string in = " in /etc/nginx/conf.d/default.conf:1";
  CHECK(error_of("error_page 200 /a;") == "value \"200\" must be between 300 and 599" + in);
  CHECK(error_of("error_page x /a;") == "invalid value \"x\"" + in);
  CHECK(error_of("error_page 404;") ==
        "invalid number of arguments in \"error_page\" directive" + in);
}

TEST_CASE("limits of bodies") {
  const auto limit = [](const std::string& size) {
    return read(with_default("server { client_max_body_size " + size + "; }"))
        .servers.at(0)
        .defaults.max_body.value();
  };
  CHECK(limit("0") == 0);
  CHECK(limit("10m") == 10 << 20);
  CHECK(limit("8K") == 8 << 10);
  CHECK(error_of("client_max_body_size much;") ==
        "\"client_max_body_size\" directive invalid value in /etc/nginx/conf.d/default.conf:1");
}

TEST_CASE("limits") {
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "a {";
  CHECK(error_of(deep).starts_with("too many blocks within blocks in "));
  FileSystem files;
  files.write("/etc/nginx/nginx.conf", "include /etc/nginx/nginx.conf;");
  CHECK(read_nginx_config(files).error() == "too many included files in /etc/nginx/nginx.conf:1");
}

TEST_CASE("who answers for a name") {
  const NginxConfig config = read(with_default(
      "server { listen 80; server_name a; }\nserver { listen 80 default_server; server_name b; "
      "}\nserver { listen 80; server_name *.c; listen 81; }"));
  const auto first_name = [&](std::uint16_t port, std::string_view host) {
    const NginxServerBlock* const server = find_nginx_server(config, port, host);
    return server == nullptr ? std::string{"none"} : server->names.front();
  };
  CHECK(first_name(80, "a") == "a");
  CHECK(first_name(80, "B") == "b");
  CHECK(first_name(80, "x.c") == "*.c");
  CHECK(first_name(80, "c") == "b");
  CHECK(first_name(80, "") == "b");
  CHECK(first_name(81, "a") == "*.c");
  CHECK(first_name(82, "a") == "none");
}

}  // namespace
}  // namespace rockpool::node
