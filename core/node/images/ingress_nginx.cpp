// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include "core/api/ingress/routes.h"
#include "core/api/views/endpoints.h"
#include "core/api/views/service.h"
#include "core/client/slices_of_service.h"
#include "core/doc/ascii.h"
#include "core/doc/base64.h"
#include "core/net/tls.h"
#include "core/node/images/all.h"
#include "core/node/images/http_server.h"
#include "core/node/images/nginx_pages.h"
#include "core/node/images/nginx_proxy.h"
#include "core/pki/private_key.h"
#include "core/pki/verify.h"

// The Ingress controller of the class `nginx` (kubernetes/ingress-nginx): nginx, configured from
// Ingresses and EndpointSlices. What the real process writes to the API is written by
// core/controllers/ingress_nginx.cpp, as processes in containers only read the API here.
namespace rockpool::node {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;
namespace ingress = api::ingress;

constexpr VersionRange kVersions[] = {{1, 0, 13, 9}};
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kTlsPort = 443;
constexpr std::uint16_t kHealthPort = 10254;
// Changes are collected before nginx is configured anew (--sync-rate-limit 0.3: three a second at
// once), and it then takes a moment.
constexpr sim::Duration kReloadTime = 1s;
// proxy_connect_timeout, proxy_read_timeout and proxy_next_upstream_tries of the controller's
// configuration.
constexpr sim::Duration kConnectTimeout = 5s;
constexpr sim::Duration kReadTimeout = 60s;
constexpr int kTries = 3;

constexpr std::string_view kServerName = "nginx";

bool is_port(const api::ServicePort& port, const std::string& wanted) {
  return port.name() == wanted || fmt::format("{}", port.port()) == wanted ||
         (port.target_port().is_string()
              ? port.target_port().as_string() == wanted
              : fmt::format("{}", port.target_port().as_int()) == wanted);
}

// A server of an upstream. The controller chooses among them by itself and puts none aside.
NginxPeer make_peer(std::string_view host, std::int64_t port) {
  NginxPeer peer;
  peer.host = host;
  peer.port = static_cast<std::uint16_t>(port);
  peer.max_fails = 0;
  return peer;
}

// The ready endpoints of a Service's port, in order of address; or the name that it stands for.
std::vector<NginxPeer> find_peers(client::Informers& informers, const ingress::Backend& backend) {
  const doc::Value* const found = informers.of(api::ResourceId::services).find(backend.service);
  if (found == nullptr) return {};
  const api::Service service{*found};
  std::map<std::pair<std::string, std::uint16_t>, NginxPeer> peers;
  for (const api::ServicePort port : service.ports()) {
    if (port.protocol() != "TCP" || !is_port(port, backend.port)) continue;
    if (service.is_external_name()) {
      return {make_peer(service.external_name(), port.port())};
    }
    client::Informer& slices = informers.of(api::ResourceId::endpointslices);
    for (const client::Entry* entry :
         client::slices_of_service(slices, service.namespace_name(), service.name())) {
      const api::EndpointSlice slice{entry->second};
      for (const api::EndpointPort slice_port : slice.ports()) {
        if (slice_port.name() != port.name()) continue;
        for (const api::Endpoint endpoint : slice.endpoints()) {
          if (!endpoint.is_ready()) continue;
          NginxPeer peer = make_peer(endpoint.address(), slice_port.port());
          peers.emplace(std::pair{peer.host, peer.port}, std::move(peer));
        }
      }
    }
  }
  std::vector<NginxPeer> result;
  for (auto& [address, peer] : peers) result.push_back(std::move(peer));
  return result;
}

// What stands in for certificates that are missing (internal/net/ssl, GetFakeSSLCert).
pki::SharedChain make_fake_certificate(const std::string& hostname) {
  return pki::make_self_signed(
      "ingress-nginx in " + hostname,
      pki::make_name({{"O", "Acme Co"}, {"CN", "Kubernetes Ingress Controller Fake Certificate"}}),
      {"ingress.local"});
}

// Whether a certificate is for a host, which may begin with `*.`; the common name counts too.
bool is_for_host(const pki::Certificate& certificate, const std::string& host) {
  const auto fits = [&](std::string_view name) {
    return name == host || pki::name_matches(name, host);
  };
  return std::ranges::any_of(certificate.dns_names, fits) ||
         fits(certificate.subject.common_name());
}

class IngressServer {
 public:
  explicit IngressServer(ProcessContext& context) : context_{context} {
    client::Informers& informers = context.machine().informers;
    const auto on_change = [this](const doc::Value*, const doc::Value*) { plan_reload(); };
    ingresses_ = informers.of(api::ResourceId::ingresses).subscribe(on_change);
    classes_ = informers.of(api::ResourceId::ingressclasses).subscribe(on_change);
    secrets_ = informers.of(api::ResourceId::secrets)
                   .subscribe([this](const doc::Value* before, const doc::Value* after) {
                     const doc::Value& newest = after != nullptr ? *after : *before;
                     if (wanted_secrets_.contains(api::key_of(newest))) plan_reload();
                   });
    reload();
  }

  /// By server name indication: the host's own, that of a host with a star, or the fake one.
  pki::SharedChain certificates_for(std::string_view server_name) const {
    const std::string name = doc::to_lower(server_name);
    auto found = chains_.find(name);
    const std::size_t dot = name.find('.');
    if (found == chains_.end() && dot != std::string::npos) {
      found = chains_.find("*" + name.substr(dot));
    }
    return found == chains_.end() ? fake_ : found->second;
  }

  /// nginx's answer to plain requests on the port with TLS.
  static net::HttpResponse plain_to_tls() {
    return nginx_page(400, "Bad Request", kServerName,
                      "The plain HTTP request was sent to HTTPS port");
  }

  void serve(net::HttpExchange exchange, bool is_tls) {
    context_.machine().spawn(answer(std::move(exchange), is_tls));
  }

 private:
  void plan_reload() {
    if (is_reload_planned_) return;
    is_reload_planned_ = true;
    context_.machine().spawn(reload_later());
  }

  sim::Task<void> reload_later() {
    co_await sim::sleep(kReloadTime);
    is_reload_planned_ = false;
    reload();
    context_.print(
        fmt::format("I{}       7 controller.go:213] \"Backend successfully reloaded\"\n", stamp()));
  }

  void reload() {
    client::Informers& informers = context_.machine().informers;
    const auto find_class = [&](std::string_view name) {
      return informers.of(api::ResourceId::ingressclasses).find({{}, std::string{name}});
    };
    std::vector<doc::Value> served;
    for (const auto& [key, object] : informers.of(api::ResourceId::ingresses).objects()) {
      if (ingress::is_served(object, find_class)) served.push_back(object);
    }
    routes_ = ingress::Routes{std::move(served)};
    load_certificates();
  }

  void load_certificates() {
    chains_.clear();
    wanted_secrets_.clear();
    for (const auto& [host, server] : routes_.servers()) {
      if (server.tls_secret.name.empty()) continue;
      wanted_secrets_.insert(server.tls_secret);
      if (auto chain = load_certificate(host, server.tls_secret)) chains_.emplace(host, chain);
    }
  }

  // The certificate of a host, or null with the reason in the log (controller.go, createServers).
  pki::SharedChain load_certificate(const std::string& host, const api::ObjectKey& key) {
    const std::string name = key.to_string();
    const doc::Value* const secret =
        context_.machine().informers.of(api::ResourceId::secrets).find(key);
    const auto text = [&](std::string_view member) {
      return secret == nullptr
                 ? std::string{}
                 : doc::decode_base64((*secret)["data"_key][member].as_string()).value_or("");
    };
    auto pair = pki::read_key_pair(text("tls.crt"), text("tls.key"));
    if (!pair) {
      if (secret != nullptr) {
        warn("backend_ssl.go:47", fmt::format("Error obtaining X.509 certificate: {}",
                                              key_pair_problem(name, pair.error())));
      }
      warn("controller.go:1334",
           fmt::format("Error getting SSL certificate \"{0}\": local SSL certificate {0} was not "
                       "found. Using default certificate",
                       name));
      return nullptr;
    }
    const pki::Certificate& own = pair->front();
    if (!is_for_host(own, host)) {
      warn("controller.go:1359",
           fmt::format("SSL certificate \"{}\" does not contain a Common Name or Subject "
                       "Alternative Name for server \"{}\": x509: certificate is not valid for any "
                       "names, but wanted to match {}",
                       name, host, host));
      warn("controller.go:1361", "Using default certificate");
      return nullptr;
    }
    constexpr sim::Duration kSoon = std::chrono::hours{240};
    if (own.not_after < context_.now() + kSoon) {
      warn("controller.go:1370",
           fmt::format("SSL certificate for server \"{}\" is about to expire ({})", host,
                       sim::format_rfc3339(own.not_after)));
    }
    return std::make_shared<const pki::Chain>(std::move(*pair));
  }

  static std::string key_pair_problem(const std::string& name, pki::KeyPairProblem problem) {
    switch (problem) {
      case pki::KeyPairProblem::no_certificate:
        return fmt::format("no keypair or CA cert could be found in \"{}\"", name);
      case pki::KeyPairProblem::no_key:
        return fmt::format("key 'tls.key' missing from Secret \"{}\"", name);
      case pki::KeyPairProblem::mismatch:
        break;
    }
    return fmt::format(
        "unexpected error creating SSL Cert: certificate and private key does not have a matching "
        "public key: tls: private key does not match public key");
  }

  void warn(std::string_view place, std::string_view what) {
    context_.print(fmt::format("W{}       7 {}] {}\n", stamp(), place, what));
  }

  // `0102 15:04:05.000000`: the head of klog's lines.
  std::string stamp() const {
    const std::string time = sim::format_rfc3339(context_.now());
    return fmt::format("{}{} {}.000000", time.substr(5, 2), time.substr(8, 2), time.substr(11, 8));
  }

  sim::Task<void> answer(net::HttpExchange exchange, bool is_tls) {
    const net::HttpRequest request = exchange.request();
    const std::string host = request.host.substr(0, request.host.rfind(':'));
    const ingress::Match match = routes_.match(doc::to_lower(host), request.path());
    const net::SocketAddress peer = exchange.peer();
    std::string upstream_name = "upstream-default-backend";
    net::HttpResponse response = nginx_page(404, "Not Found", kServerName);
    if (match.location != nullptr && match.location->redirects_to_tls && !is_tls) {
      response = nginx_page(308, "Permanent Redirect", kServerName);
      response.headers.add("Location", fmt::format("https://{}{}", host, request.target));
    } else if (match.location != nullptr && !match.location->backend.service.name.empty()) {
      const ingress::Backend backend = match.location->backend;
      upstream_name =
          fmt::format("{}-{}-{}", backend.service.namespace_, backend.service.name, backend.port);
      const std::string rewritten = match.rewritten;
      const bool to_tls = match.location->backend_speaks_tls;
      auto passing = pass_on(request, backend, rewritten, peer, is_tls, to_tls);
      response = co_await passing;
    }
    context_.print(
        fmt::format("{} - - [{}] \"{} {} HTTP/1.1\" {} {} \"-\" \"{}\" {} 0.001 [{}] []\n",
                    peer.ip.to_string(), common_log_time(context_.now()), request.method,
                    request.target, response.status, response.body.size(),
                    request.headers.get("User-Agent", "-"), request.target.size(), upstream_name));
    if (request.method == "HEAD") response.body.clear();
    exchange.respond(std::move(response));
  }

  // The endpoints of a backend, with whose turn it is; null if there are none.
  std::shared_ptr<NginxUpstream> upstream_of(const ingress::Backend& backend) {
    std::vector<NginxPeer> peers = find_peers(context_.machine().informers, backend);
    if (peers.empty()) return nullptr;
    const std::string name = backend.service.to_string() + ":" + backend.port;
    Known& known = upstreams_[name];
    if (known.peers != peers) {
      known.upstream =
          std::make_shared<NginxUpstream>(name, peers, NginxUpstream::Method::round_robin);
      known.peers = std::move(peers);
    }
    return known.upstream;
  }

  sim::Task<net::HttpResponse> pass_on(net::HttpRequest request, ingress::Backend backend,
                                       std::string rewritten, net::SocketAddress peer, bool is_tls,
                                       bool to_tls) {
    NginxPassing passing;
    passing.upstream = upstream_of(backend);
    if (!passing.upstream) {
      co_return nginx_page(503, "Service Temporarily Unavailable", kServerName);
    }
    const std::string name = doc::to_lower(request.host.substr(0, request.host.rfind(':')));
    passing.client_text =
        fmt::format("client: {}, server: {}, request: \"{} {} HTTP/1.1\"", peer.ip.to_string(),
                    routes_.servers().contains(name) ? name : "_", request.method, request.target);
    passing.host_text = fmt::format("host: \"{}\"", request.host);
    passing.connection = ++connections_;
    add_headers(request, peer, is_tls);
    if (!rewritten.empty()) {
      const std::string query{request.query()};
      request.target = query.empty() ? rewritten : rewritten + "?" + query;
    }
    passing.request = std::move(request);
    passing.to_tls = to_tls;
    passing.connect_timeout = kConnectTimeout;
    passing.read_timeout = kReadTimeout;
    passing.max_tries = kTries;
    auto running = node::pass_on(context_, std::move(passing));
    NginxPassed passed = co_await running;
    if (passed.response) {
      passed.response->headers.remove("Server");
      passed.response->headers.remove("Connection");
      co_return std::move(*passed.response);
    }
    const bool is_late = passed.status == 504;
    co_return nginx_page(passed.status, is_late ? "Gateway Time-out" : "Bad Gateway", kServerName);
  }

  // What a client says of itself in such headers is not believed (use-forwarded-headers is off).
  void add_headers(net::HttpRequest& request, const net::SocketAddress& peer, bool is_tls) {
    const std::string client = peer.ip.to_string();
    const std::string_view scheme = is_tls ? "https" : "http";
    request.headers.set("X-Request-ID",
                        fmt::format("{:016x}{:016x}", random_.next(), random_.next()));
    request.headers.set("X-Real-IP", client);
    request.headers.set("X-Forwarded-For", client);
    request.headers.set("X-Forwarded-Host", request.host);
    request.headers.set("X-Forwarded-Port", is_tls ? "443" : "80");
    request.headers.set("X-Forwarded-Proto", scheme);
    request.headers.set("X-Forwarded-Scheme", scheme);
    request.headers.set("X-Scheme", scheme);
    request.headers.remove("Connection");
  }

  ProcessContext& context_;
  sim::Random random_ = context_.machine().random.stream("ingress-nginx");
  ingress::Routes routes_;
  bool is_reload_planned_ = false;
  // Backends by Service and port, with the endpoints that they had last.
  struct Known {
    std::vector<NginxPeer> peers;
    std::shared_ptr<NginxUpstream> upstream;
  };
  std::map<std::string, Known> upstreams_;
  // How many requests were passed on.
  std::uint64_t connections_ = 0;
  client::Subscription ingresses_;
  client::Subscription classes_;
  client::Subscription secrets_;
  pki::SharedChain fake_ = make_fake_certificate(context_.hostname());
  // By host; those that are missing get the fake one.
  std::map<std::string, pki::SharedChain, std::less<>> chains_;
  std::set<api::ObjectKey> wanted_secrets_;
};

// One of nginx's two ports.
class Port : public net::HttpHandler, public net::TlsServer {
 public:
  Port(IngressServer& server, bool is_tls) : server_{server}, is_tls_{is_tls} {}
  void handle(net::HttpExchange exchange) override { server_.serve(std::move(exchange), is_tls_); }
  pki::SharedChain certificates_for(std::string_view server_name) override {
    return server_.certificates_for(server_name);
  }
  std::optional<net::HttpResponse> answer_plain(const net::HttpRequest&) override {
    return IngressServer::plain_to_tls();
  }

 private:
  IngressServer& server_;
  bool is_tls_;
};

// What probes ask the controller.
class Health : public net::HttpHandler {
 public:
  void handle(net::HttpExchange exchange) override {
    const bool is_known = exchange.request().path() == "/healthz";
    exchange.respond(is_known ? net::HttpResponse::plain(200, "ok")
                              : net::HttpResponse::plain(404, "404 page not found\n"));
  }
};

sim::Task<std::int32_t> run_controller(ProcessContext& context) {
  IngressServer server{context};
  Port http{server, false};
  Port tls{server, true};
  Health health;
  const std::string tag = context.machine().reference.tag;
  context.print(fmt::format(
      "-------------------------------------------------------------------------------\n"
      "NGINX Ingress controller\n  Release:       {}\n  Repository:    "
      "https://github.com/kubernetes/ingress-nginx\n  nginx version: nginx/1.25.5\n\n"
      "-------------------------------------------------------------------------------\n\n",
      tag));
  std::vector<net::Listener> listeners;
  const auto listen = [&](std::uint16_t port, net::HttpHandler& handler) {
    auto listener = context.listen(port, handler);
    if (listener) listeners.push_back(std::move(*listener));
    return listener.has_value();
  };
  auto tls_listener = context.listen(kTlsPort, tls, tls);
  if (tls_listener) listeners.push_back(std::move(*tls_listener));
  if (!tls_listener || !listen(kHttpPort, http) || !listen(kHealthPort, health)) {
    context.print("Port 80 is already in use. Please check the flag --http-port\n");
    co_return 1;
  }
  sim::Task<Signal> stop = context.stop_signal();
  co_await stop;
  context.print("\"Received SIGTERM, shutting down\"\n");
  for (net::Listener& listener : listeners) listener.drain();
  co_return 0;
}

class IngressNginxImage : public Image {
 public:
  bool matches(const ImageReference& reference) const override {
    return reference.repository() == "registry.k8s.io/ingress-nginx/controller";
  }
  bool has_tag(std::string_view, std::string_view tag) const override {
    if (!tag.starts_with('v')) return false;
    tag.remove_prefix(1);
    return std::ranges::count(tag, '.') == 2 && is_version_in(tag, kVersions);
  }
  ImageConfig config(const ImageReference&) const override {
    return {.entrypoint = {"/usr/bin/dumb-init", "--"},
            .command = {"/nginx-ingress-controller"},
            .size_bytes = 103'000'000,
            .idle = {2'000'000, std::int64_t{90} << 20},
            .user = {101, 82, "www-data"}};
  }
  Program find_program(std::string_view name) const override {
    const std::string_view base = base_name(name);
    const bool is_own = base == "dumb-init" || base == "nginx-ingress-controller";
    return is_own ? run_controller : nullptr;
  }
};

}  // namespace

const Image& ingress_nginx_image() {
  static const IngressNginxImage kImage;
  return kImage;
}

}  // namespace rockpool::node
