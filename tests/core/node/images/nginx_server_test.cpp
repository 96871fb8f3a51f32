// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_server.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Two backends, an echoserver `echo` and an http-echo `hello` (10.244.1.2 and .3), and nginx in the
// Pod `p` with that default.conf, at 10.244.1.4. It knows the first as `echo` and `nobody` as an
// address where nobody listens; `shell` comes later.
struct Proxy : NodeWorld {
  explicit Proxy(const std::string& config) {
    create_pod("echo", "  containers: [{name: c, image: 'registry.k8s.io/echoserver:1.10'}]\n");
    run(20s);
    create_pod("hello",
               "  containers: [{name: c, image: 'hashicorp/http-echo', args: ['-text=hello']}]\n");
    run(20s);
    create(
        fmt::format("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: conf}}\ndata: "
                    "{{default.conf: \"{}\"}}\n",
                    config));
    create_pod("p",
               "  hostAliases: [{ip: 10.244.1.2, hostnames: [echo]}, {ip: 10.244.1.3, hostnames: "
               "[hello, nobody]}]\n"
               "  volumes: [{name: v, configMap: {name: conf}}]\n"
               "  containers: [{name: c, image: 'nginx:1.27.5', volumeMounts: [{name: v, "
               "mountPath: /etc/nginx/conf.d}]}]\n");
    run(30s);
  }
  std::string at(const std::string& path) { return get("http://10.244.1.4" + path); }
  std::string curl(const std::string& arguments) {
    return shell("curl -sS -i --max-time 100 " + arguments);
  }
  std::string log() { return NodeWorld::log("p", "c"); }
};

TEST_CASE("nginx passes requests on as they are") {
  Proxy world{
      "upstream Backend { server echo:8080; } server { listen 80; location / { proxy_pass "
      "http://Backend; } }"};
  const std::string answer = world.at("/a%20b//c?x=1");
  CHECK(has(answer, "\tclient_address=10.244.1.4\n"));
  CHECK(has(answer, "/a%20b//c?x=1\n"));
  CHECK(has(answer, "\thost=Backend  \n"));
  CHECK(has(answer, "\tconnection=close  \n"));
  // Its own name takes the place of the backend's.
  CHECK(has(world.curl("http://10.244.1.4/"), "Server: nginx/1.27.5"));
  CHECK(has(world.log(), "\"GET /a%20b//c?x=1 HTTP/1.1\" 200 "));
}

TEST_CASE("a path of proxy_pass takes the place of the location's") {
  Proxy world{
      "server { location /api/ { proxy_pass http://echo:8080/v1/; } location /same/ { proxy_pass "
      "http://echo:8080; } location = /one { proxy_pass http://echo:8080/two; } location /cut { "
      "proxy_pass http://echo:8080/; } }"};
  const auto uri = [&](const std::string& path) {
    const std::string answer = world.at(path);
    constexpr std::string_view kBefore = "\trequest_uri=http://echo:8080";
    const std::size_t at = answer.find(kBefore);
    if (at == std::string::npos) return answer.substr(0, 3);
    const std::size_t begin = at + kBefore.size();
    return answer.substr(begin, answer.find('\n', begin) - begin);
  };
  CHECK(uri("/api/users?id=1") == "/v1/users?id=1");
  CHECK(uri("/api/../api/a%20b") == "/v1/a%20b");
  CHECK(uri("/same/x") == "/same/x");
  CHECK(uri("/one") == "/two");
  CHECK(uri("/cut/x") == "//x");
  CHECK(uri("/none") == "404");
  // Without the slash clients are sent where it has one.
  CHECK(has(world.curl("'http://10.244.1.4/api?a=b'"), "Location: http://10.244.1.4/api/?a=b"));
}

TEST_CASE("headers that are set, removed, hidden and added") {
  Proxy world{
      "server { proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; "
      "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header "
      "X-Forwarded-Proto $scheme; proxy_set_header X-Gone ''; location / { proxy_pass "
      "http://echo:8080; proxy_hide_header Content-Type; add_header X-Asked "
      "'$upstream_addr $upstream_status'; } }"};
  const std::string answer = world.curl(
      "-H 'X-Forwarded-For: 203.0.113.9' -H 'X-Gone: no' -H 'X-Kept: yes' "
      "http://10.244.1.4/");
  const std::string client{world.pod("shell").ip()};
  CHECK(has(answer, "\thost=10.244.1.4  \n"));
  CHECK(has(answer, "\tx-real-ip=" + client + "  \n"));
  CHECK(has(answer, "\tx-forwarded-for=203.0.113.9, " + client + "  \n"));
  CHECK(has(answer, "\tx-forwarded-proto=http  \n"));
  CHECK(has(answer, "\tx-kept=yes  \n"));
  CHECK_FALSE(has(answer, "x-gone"));
  CHECK_FALSE(has(answer, "Content-Type:"));
  CHECK(has(answer, "X-Asked: 10.244.1.2:8080 200"));
}

TEST_CASE("nobody listens: 502, with the reason in the log") {
  Proxy world{"server { server_name site; location / { proxy_pass http://nobody:81; } }"};
  const std::string answer = world.at("/x");
  CHECK(answer ==
        "502 <html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
        "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.27.5</center>\r\n"
        "</body>\r\n</html>\r\n");
  CHECK(has(world.log(),
            "[error] 29#29: *1 connect() failed (111: Connection refused) while connecting to "
            "upstream, client: 192.168.49.3, server: site, request: \"GET /x HTTP/1.1\", upstream: "
            "\"http://10.244.1.3:81/x\", host: \"10.244.1.4\"\n"));
}

TEST_CASE("one after the other is asked, and who fails is put aside") {
  Proxy world{
      "upstream u { server nobody:81; server hello:5678; } server { location / { "
      "proxy_pass http://u; } }"};
  for (int i = 0; i < 4; ++i) CHECK(world.at("/") == "200 hello\n");
  const std::string log = world.log();
  CHECK(has(log,
            "[warn] 29#29: *1 upstream server temporarily disabled while connecting to "
            "upstream, client: "));
  // For ten seconds only the other one is asked.
  CHECK(log.find("connect() failed") == log.rfind("connect() failed"));
}

TEST_CASE("nobody is left") {
  Proxy world{
      "upstream u { server nobody:81; server nobody:82; } server { location / { proxy_pass "
      "http://u; } }"};
  CHECK(world.at("/").starts_with("502 "));
  CHECK(world.at("/").starts_with("502 "));
  CHECK(has(world.log(),
            "no live upstreams while connecting to upstream, client: 192.168.49.3, "
            "server: , request: \"GET / HTTP/1.1\", upstream: \"http://u/\", host: "));
}

TEST_CASE("a name that cannot be resolved keeps nginx from starting") {
  Proxy world{"server { location / { proxy_pass http://slow:8080; } }"};
  CHECK(has(world.NodeWorld::log("p", "c", true),
            "nginx: [emerg] host not found in upstream \"slow\" in "
            "/etc/nginx/conf.d/default.conf:1\n"));
  CHECK(world.container("p").last_state().terminated()["exitCode"].as_int() == 1);
  CHECK(world.container("p").restart_count() > 0);
}

TEST_CASE("who is too late: 504, the times to connect and to answer counted apart") {
  // What listens on port 81 waits for an address that does not answer.
  Proxy world{
      "server { proxy_read_timeout 2s; location / { proxy_pass http://127.0.0.1:81; } location "
      "/far "
      "{ proxy_connect_timeout 40s; proxy_pass http://10.99.0.1; } } server { listen 81; location "
      "/ { proxy_pass http://10.99.0.1; } }"};
  CHECK(world.at("/").starts_with("504 <html>\r\n<head><title>504 Gateway Time-out<"));
  CHECK(has(world.log(),
            "upstream timed out (110: Connection timed out) while reading response "
            "header from upstream, client: "));
  CHECK(world.at("/far") == "no answer");
  constexpr std::string_view kConnecting =
      "upstream timed out (110: Connection timed out) while connecting to upstream, client: "
      "192.168.49.3, server: , request: \"GET /far HTTP/1.1\"";
  CHECK_FALSE(has(world.log(), kConnecting));
  world.run(40s);
  CHECK(has(world.log(), kConnecting));
}

TEST_CASE("pages for errors, and other locations for them") {
  Proxy world{
      "server { root /usr/share/nginx/html; error_page 502 /50x.html; location / { proxy_pass "
      "http://nobody:81; } location = /50x.html { } location /else { proxy_pass "
      "http://nobody:82; error_page 502 = @hello; } location @hello { proxy_pass "
      "http://hello:5678; } location /files { try_files $uri @hello; } location /gone { "
      "error_page 404 =200 /index.html; } location /closed { return 444; } location /big { "
      "client_max_body_size 4; proxy_pass http://hello:5678; } }"};
  CHECK(world.at("/").starts_with("502 <!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>"));
  CHECK(world.at("/else") == "200 hello\n");
  CHECK(world.at("/files") == "200 hello\n");
  CHECK(world.at("/gone/away").starts_with("502 "));
  CHECK(world.at("/closed") == "connection_closed");
  CHECK(has(world.curl("-d 12345 http://10.244.1.4/big"), "413 Request Entity Too Large"));
  CHECK(has(world.log(), "client intended to send too large body: 5 bytes, client: "));
  CHECK(has(world.curl("-d 1234 http://10.244.1.4/big"), "200 OK"));
}

TEST_CASE("a redirection of the backend's becomes the frontend's") {
  Proxy world{
      "server { location /in/ { proxy_pass http://127.0.0.1:81/out/; } location /as-is/ { "
      "proxy_redirect off; proxy_pass http://127.0.0.1:81/out/; } } server { listen 81; location "
      "/out/ { return 302 http://127.0.0.1:81/out/there; } }"};
  CHECK(has(world.curl("http://10.244.1.4/in/"), "Location: http://10.244.1.4/in/there"));
  CHECK(has(world.curl("http://10.244.1.4/as-is/"), "Location: http://127.0.0.1:81/out/there"));
}

TEST_CASE("requests that nobody answers end with nginx, and those under way outlive a reload") {
  Proxy world{"server { listen 80; location / { proxy_pass http://10.99.0.1; } }"};
  std::string answer = world.at("/");
  CHECK(answer == "no answer");
  CHECK(has(world.exec("p", "c", {"nginx", "-s", "reload"}), "signal process started"));
  world.run(60s);
  CHECK(has(world.log(), "\"GET / HTTP/1.1\" 504 "));
  CHECK(has(world.log(),
            "upstream timed out (110: Connection timed out) while connecting to "
            "upstream, client: "));
  (void)world.at("/");
  world.remove("p", 0);
  world.run(100s);
  CHECK_FALSE(world.exists("p"));
}

TEST_CASE("the frontend of the tutorial waits for its backend") {
  NodeWorld world;
  world.create_pod(
      "early",
      "  containers: [{name: nginx, image: 'gcr.io/google-samples/hello-frontend:1.0', "
      "lifecycle: {preStop: {exec: {command: [/usr/sbin/nginx, -s, quit]}}}}]\n");
  world.run(40s);
  CHECK(has(world.log("early", "nginx", true),
            "nginx: [emerg] host not found in upstream \"hello\" in "
            "/etc/nginx/conf.d/frontend.conf:2\n"));
  CHECK(world.container("early").last_state().terminated()["exitCode"].as_int() == 1);
  world.create_pod("hello",
                   "  containers: [{name: c, image: 'gcr.io/google-samples/hello-go-gke:1.0'}]\n");
  world.run(20s);
  const std::string backend{world.pod("hello").ip()};
  CHECK(world.get("http://" + backend + "/any") == "200 {\"message\":\"Hello\"}\n");
  world.create_pod("late", "  hostAliases: [{ip: " + backend +
                               ", hostnames: [hello]}]\n  containers: [{name: nginx, image: "
                               "'gcr.io/google-samples/hello-frontend:1.0'}]\n");
  world.run(20s);
  CHECK(world.get("http://" + std::string{world.pod("late").ip()} + "/") ==
        "200 {\"message\":\"Hello\"}\n");
}

}  // namespace
}  // namespace rockpool::node
