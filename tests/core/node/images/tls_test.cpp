// SPDX-License-Identifier: Apache-2.0
// How the images that serve TLS behave, and the programs that ask them.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "core/doc/base64.h"
#include "tests/core/node/node_world.h"
#include "tests/core/pki/test_certificates.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;
using namespace pki::testing;

constexpr const char* kConfig =
    "server {\\n listen 80 default_server;\\n listen 443 ssl;\\n root /usr/share/nginx/html;\\n "
    "index index.html;\\n server_name localhost;\\n ssl_certificate "
    "/etc/nginx/ssl/tls.crt;\\n ssl_certificate_key /etc/nginx/ssl/tls.key;\\n location / {\\n "
    "try_files $uri $uri/ =404;\\n }\\n}\\n";

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// The tutorial's nginx in the Pod `p` with a Secret and a ConfigMap; its address is 10.244.1.2. The
// Secret is also in the container `c` of the Pod `shell`, which knows the address as `my-nginx`.
struct Nginx : NodeWorld {
  explicit Nginx(std::string_view certificate = kMyNginx, std::string_view key = kMyNginxKey,
                 const std::string& config = kConfig) {
    create(
        fmt::format("apiVersion: v1\nkind: Secret\nmetadata: {{name: pair}}\ntype: "
                    "Opaque\ndata: {{tls.crt: '{}', tls.key: '{}'}}\n",
                    doc::encode_base64(certificate), doc::encode_base64(key)));
    create(
        fmt::format("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: conf}}\ndata: "
                    "{{default.conf: \"{}\"}}\n",
                    config));
    create_pod("p",
               "  volumes: [{name: s, secret: {secretName: pair}}, {name: v, configMap: {name: "
               "conf}}]\n"
               "  containers: [{name: c, image: 'bprashanth/nginxhttps:1.0', volumeMounts: [{name: "
               "s, mountPath: /etc/nginx/ssl}, {name: v, mountPath: /etc/nginx/conf.d}]}]\n");
    run(20s);
    create_pod("shell",
               "  hostAliases: [{ip: 10.244.1.2, hostnames: [my-nginx, other]}]\n"
               "  volumes: [{name: s, secret: {secretName: pair}}]\n"
               "  containers: [{name: c, image: 'curlimages/curl:8.5.0', command: [sleep, "
               "infinity], volumeMounts: [{name: s, mountPath: /etc/nginx/ssl}]}]\n");
    run(30s);
  }
};

TEST_CASE("the tutorial's nginx, as curl sees it") {
  Nginx world;
  CHECK(has(world.shell("curl -s http://my-nginx/"), "<h1>Welcome to nginx!</h1>"));
  CHECK(has(world.shell("curl -sk https://my-nginx/"), "<h1>Welcome to nginx!</h1>"));
  CHECK(has(world.shell("curl -s --insecure https://10.244.1.2/"), "<h1>Welcome to nginx!</h1>"));
  CHECK(has(world.shell("curl -sS https://my-nginx --cacert /etc/nginx/ssl/tls.crt"),
            "<title>Welcome to nginx!</title>"));
  const std::string unknown = world.shell("curl -sS https://my-nginx");
  CHECK(unknown.starts_with("60 curl: (60) SSL certificate problem: self-signed certificate\n"));
  CHECK(world.shell("curl -s https://my-nginx") == "60 ");
  CHECK(world.shell("curl -sS https://other --cacert /etc/nginx/ssl/tls.crt")
            .starts_with("60 curl: (60) SSL: certificate subject name 'my-nginx' does not match "
                         "target host name 'other'\n"));
  CHECK(world.shell("curl -sS --cacert /no https://my-nginx") ==
        "77 curl: (77) error setting certificate file: /no\n");
  CHECK(world.shell("curl -sS --cacert /etc/nginx/ssl/tls.key https://my-nginx") ==
        "77 curl: (77) error setting certificate file: /etc/nginx/ssl/tls.key\n");
  CHECK(world.shell("curl -sS https://my-nginx:80") ==
        "35 curl: (35) TLS connect error: error:0A00010B:SSL routines::wrong version number\n");
  const std::string plain = world.shell("curl -sS http://my-nginx:443");
  CHECK(has(plain, "<title>400 The plain HTTP request was sent to HTTPS port</title>"));
  CHECK(has(plain, "<center><h1>400 Bad Request</h1></center>"));
}

TEST_CASE("curl --resolve asks another address by the same name") {
  Nginx world{std::string{kShop} + std::string{kIntermediate}, kShopKey};
  CHECK(world.shell("echo '" + std::string{kAuthority} + "' > /tmp/ca.crt") == "0 ");
  CHECK(has(world.shell("curl -sS --cacert /tmp/ca.crt --resolve shop.example:443:10.244.1.2 "
                        "https://shop.example/"),
            "Welcome to nginx!"));
  CHECK(world
            .shell("curl -sS --cacert /tmp/ca.crt --resolve wrong.example:443:10.244.1.2 "
                   "https://wrong.example/")
            .starts_with("60 curl: (60) SSL: no alternative certificate subject name matches "
                         "target host name 'wrong.example'\n"));
}

TEST_CASE("busybox wget encrypts and believes everybody") {
  Nginx world;
  const std::string note = "wget: note: TLS certificate validation not implemented\n";
  CHECK(has(world.shell("wget -qO- https://my-nginx"), note + "<!DOCTYPE html>"));
  CHECK(world.shell("wget -qO- --no-check-certificate https://my-nginx")
            .starts_with("0 <!DOCTYPE html>"));
}

TEST_CASE("nginx that cannot have its certificate does not start") {
  const auto refusal = [](const Nginx& world) {
    Nginx& running = const_cast<Nginx&>(world);
    CHECK(running.container("p").restart_count() > 0);
    CHECK(running.container("p").last_state().terminated()["exitCode"].as_int() == 1);
    const std::string log = running.log("p", "c", true);
    const std::size_t at = log.find("nginx: [emerg] ");
    return at == std::string::npos ? log : log.substr(at);
  };
  CHECK(refusal(Nginx{kMyNginx, kShopKey}) ==
        "nginx: [emerg] SSL_CTX_use_PrivateKey(\"/etc/nginx/ssl/tls.key\") failed (SSL: "
        "error:05800074:x509 certificate routines::key values mismatch)\n");
  CHECK(refusal(Nginx{"nonsense", kMyNginxKey}) ==
        "nginx: [emerg] cannot load certificate \"/etc/nginx/ssl/tls.crt\": "
        "PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM routines::no start "
        "line:Expecting: TRUSTED CERTIFICATE)\n");
  CHECK(refusal(Nginx{kMyNginx, "nonsense"}) ==
        "nginx: [emerg] cannot load certificate key \"/etc/nginx/ssl/tls.key\": "
        "PEM_read_bio_PrivateKey() failed (SSL: error:0480006C:PEM routines::no start "
        "line:Expecting: ANY PRIVATE KEY)\n");
  CHECK(refusal(Nginx{kMyNginx, kMyNginxKey,
                      "server { listen 443 ssl; ssl_certificate /no.crt; ssl_certificate_key "
                      "/no.key; }"}) ==
        "nginx: [emerg] cannot load certificate \"/no.crt\": BIO_new_file() failed (SSL: "
        "error:80000002:system library::No such file or directory:calling fopen(/no.crt, r) "
        "error:10000080:BIO routines::no such file)\n");
  CHECK(refusal(Nginx{kMyNginx, kMyNginxKey, "server { listen 443 ssl; }"}) ==
        "nginx: [emerg] no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive in "
        "/etc/nginx/conf.d/default.conf:1\n");
  CHECK(refusal(Nginx{kMyNginx, kMyNginxKey, "server { listen 443"}) ==
        "nginx: [emerg] unexpected end of file, expecting \";\" or \"}\" in "
        "/etc/nginx/conf.d/default.conf:1\n");
}

TEST_CASE("nginx does what its locations say") {
  Nginx world{kMyNginx, kMyNginxKey,
              "server { listen 80; return 301 https://$host$request_uri; }\\n"
              "server { listen 443 ssl; ssl_certificate /etc/nginx/ssl/tls.crt; "
              "ssl_certificate_key /etc/nginx/ssl/tls.key; root /data; location = /healthz { "
              "return 200 'ok $scheme'; } location /conf/ { alias /etc/nginx/conf.d/; } }"};
  CHECK(has(world.shell("curl -sSi http://my-nginx/a?b=c"), "Location: https://my-nginx/a?b=c"));
  CHECK(world.shell("curl -sSk https://my-nginx/healthz") == "0 ok https");
  CHECK(world.shell("curl -sSkL http://my-nginx/healthz") == "0 ok https");
  CHECK(has(world.shell("curl -sSk https://my-nginx/conf/default.conf"), "return 301"));
  CHECK(has(world.shell("curl -sSk https://my-nginx/"), "404 Not Found"));
}

TEST_CASE("probes shake hands without verifying, and fail against plain HTTP") {
  Nginx world;
  world.create_pod("good",
                   "  volumes: [{name: s, secret: {secretName: pair}}, {name: v, configMap: {name: "
                   "conf}}]\n"
                   "  containers: [{name: c, image: nginx, readinessProbe: {httpGet: {port: 443, "
                   "scheme: HTTPS}}, volumeMounts: [{name: s, mountPath: /etc/nginx/ssl}, {name: "
                   "v, mountPath: /etc/nginx/conf.d}]}]\n");
  world.create_pod("bad",
                   "  containers: [{name: c, image: nginx, readinessProbe: {httpGet: {port: 80, "
                   "scheme: HTTPS}}}]\n");
  world.run(60s);
  CHECK(world.container("good").is_ready());
  CHECK_FALSE(world.container("bad").is_ready());
  const std::string ip{world.pod("bad").ip()};
  CHECK(world.has_event("bad", "Unhealthy: Readiness probe failed: Get \"https://" + ip +
                                   ":80/\": http: server gave HTTP response to HTTPS client"));
}

TEST_CASE("echoserver's other port") {
  NodeWorld world;
  world.create_pod("p", "  containers: [{name: c, image: 'registry.k8s.io/echoserver:1.10'}]\n");
  world.run(30s);
  const std::string answer = world.shell("curl -sSk https://10.244.1.2:8443/a");
  CHECK(has(answer, "\trequest_scheme=https\n\trequest_uri=https://10.244.1.2:8443/a\n"));
  CHECK(has(world.shell("curl -sS https://10.244.1.2:8443/"), "self-signed certificate"));
  CHECK(has(world.shell("curl -sS http://10.244.1.2:8080/"), "\trequest_scheme=http\n"));
}

TEST_CASE("agnhost with TLS") {
  NodeWorld world;
  constexpr const char* kImage = "image: 'registry.k8s.io/e2e-test-images/agnhost:2.39'";
  world.create_pod("p", fmt::format("  containers: [{{name: c, {}, args: [netexec, "
                                    "--tls-cert-file=/localhost.crt, "
                                    "--tls-private-key-file=/localhost.key]}}]\n",
                                    kImage));
  world.run(20s);
  world.create_pod("porter", fmt::format("  containers: [{{name: c, {}, args: [porter], env: "
                                         "[{{name: SERVE_TLS_PORT_443, value: mine}}]}}]\n",
                                         kImage));
  world.create_pod("broken", fmt::format("  containers: [{{name: c, {}, args: [netexec, "
                                         "--tls-cert-file=/no.crt, "
                                         "--tls-private-key-file=/no.key]}}]\n",
                                         kImage));
  world.run(30s);
  CHECK(world.shell("curl -sSk https://10.244.1.2:8080/hostname") == "0 p");
  CHECK(world.shell("curl -sS http://10.244.1.2:8080/hostname") ==
        "0 Client sent an HTTP request to an HTTPS server.\n");
  CHECK(world.shell(fmt::format("curl -sSk https://{}", world.pod("porter").ip())) == "0 mine");
  CHECK(has(world.log("broken", "c", true), " open /no.crt: no such file or directory\n"));
}

TEST_CASE("an image that nobody knows takes both") {
  NodeWorld world;
  world.create_pod("p",
                   "  containers: [{name: c, image: 'example.com/mine', ports: [{containerPort: "
                   "8443}], readinessProbe: {httpGet: {port: 8443, scheme: HTTPS}}}]\n");
  world.run(30s);
  CHECK(world.container("p").is_ready());
  CHECK(has(world.shell("curl -sS http://10.244.1.2:8443/"), "Hostname: p\n"));
  CHECK(has(world.shell("curl -sSk https://10.244.1.2:8443/"), "Hostname: p\n"));
}

}  // namespace
}  // namespace rockpool::node
