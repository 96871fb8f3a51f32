// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls.h"

#include <doctest/doctest.h>

#include "core/pki/private_key.h"
#include "tests/core/net/world.h"
#include "tests/core/pki/test_certificates.h"

namespace rockpool::net {
namespace {

using namespace testing;
using namespace pki::testing;

pki::SharedChain chain_of(std::string_view pem) {
  return std::make_shared<const pki::Chain>(pki::read_certificates(pem));
}

// A server with TLS on 443 and without on 80, a client on the other node.
struct TlsWorld : World {
  explicit TlsWorld(std::string_view certificates) : tls{chain_of(certificates)} {
    secure_port = server->listen(443, secure, tls).value();
    plain_port = server->listen(80, plain).value();
  }

  FetchResult ask(const std::string& url, Ref<const TlsClient> client = {}) {
    FetchOptions options;
    options.tls = std::move(client);
    options.trace = true;
    return fetch(from, url, options);
  }
  static std::string curl(const FetchResult& result) {
    if (result.ok()) return result.outcome->body;
    const std::string text = curl_message(result.outcome.error());
    return text.substr(0, text.find('\n'));
  }
  static std::string go(const FetchResult& result) {
    return result.ok() ? result.outcome->body : go_message(result.outcome.error());
  }

  Ref<Host> server = add_pod(*two, "server", 2);
  Ref<Host> from = add_pod(*one, "client", 3);
  NamedServer secure{"secure"};
  NamedServer plain{"plain"};
  SingleChainServer tls;
  Listener secure_port;
  Listener plain_port;
};

Ref<const TlsClient> named(std::string name, std::string_view roots) {
  auto* client = new TlsClient;
  client->roots = pki::read_certificates(roots);
  client->server_name = std::move(name);
  return Ref<const TlsClient>{client};
}

constexpr const char* kUrl = "https://10.244.1.2/";

TEST_CASE("a certificate that nobody vouches for") {
  TlsWorld world{kMyNginx};
  const FetchResult result = world.ask(kUrl);
  CHECK(failure_of(result) == FailureKind::certificate_rejected);
  CHECK(curl_exit_code(result.outcome.error()) == 60);
  CHECK(curl_message(result.outcome.error()) ==
        "curl: (60) SSL certificate problem: self-signed certificate\n"
        "More details here: https://curl.se/docs/sslcerts.html\n\n"
        "curl failed to verify the legitimacy of the server and therefore could not\n"
        "establish a secure connection to it. To learn more about this situation and\n"
        "how to fix it, please visit the web page mentioned above.");
  CHECK(world.secure.requests == 0);
  CHECK(world.secure_port.open_connections() == 0);
  CHECK(TlsWorld::curl(world.ask(kUrl, insecure_tls())) == "secure");
  CHECK(world.secure.requests == 1);
}

TEST_CASE("who is asked for must be in the certificate") {
  TlsWorld nginx{kMyNginx};
  CHECK(TlsWorld::curl(nginx.ask(kUrl, named("my-nginx", kMyNginx))) == "secure");
  CHECK(TlsWorld::curl(nginx.ask(kUrl, trusting_tls(kMyNginx))) ==
        "curl: (60) SSL: certificate subject name 'my-nginx' does not match target host name "
        "'10.244.1.2'");
  TlsWorld shop{std::string{kShop} + std::string{kIntermediate}};
  CHECK(TlsWorld::curl(shop.ask(kUrl, named("shop.example", kAuthority))) == "secure");
  CHECK(TlsWorld::curl(shop.ask(kUrl, named("a.shop.example", kAuthority))) == "secure");
  CHECK(TlsWorld::curl(shop.ask(kUrl, named("10.0.0.1", kAuthority))) == "secure");
  CHECK(TlsWorld::curl(shop.ask(kUrl, named("fd00::1", kAuthority))) == "secure");
  const FetchResult other = shop.ask(kUrl, named("other.example", kAuthority));
  CHECK(TlsWorld::curl(other) ==
        "curl: (60) SSL: no alternative certificate subject name matches target host name "
        "'other.example'");
  CHECK(TlsWorld::go(other) ==
        "tls: failed to verify certificate: x509: certificate is valid for shop.example, "
        "*.shop.example, not other.example");
}

TEST_CASE("what OpenSSL says and what Go says") {
  const struct {
    std::string presented;
    std::string_view roots;
    std::string_view name;
    std::string_view curl;
    std::string_view go;
  } kCases[] = {
      {std::string{kShop}, kAuthority, "shop.example", "unable to get local issuer certificate",
       "x509: certificate signed by unknown authority"},
      {std::string{kShop} + std::string{kIntermediate} + std::string{kAuthority}, "",
       "shop.example", "self-signed certificate in certificate chain",
       "x509: certificate signed by unknown authority"},
      {std::string{kExpired}, kAuthority, "shop.example", "certificate has expired",
       "x509: certificate has expired or is not yet valid: current time 2025-01-01T00:00:00Z is "
       "after 2024-01-01T00:00:00Z"},
      {std::string{kFuture}, kAuthority, "shop.example", "certificate is not yet valid",
       "x509: certificate has expired or is not yet valid: current time 2025-01-01T00:00:00Z is "
       "before 2030-01-01T00:00:00Z"},
      {std::string{kMyNginx}, "", "my-nginx", "self-signed certificate",
       "x509: certificate relies on legacy Common Name field, use SANs instead"},
      {std::string{kMyNginx}, "", "other", "self-signed certificate",
       "x509: certificate is not valid for any names, but wanted to match other"},
  };
  for (const auto& each : kCases) {
    INFO(each.go);
    TlsWorld world{each.presented};
    const FetchResult result = world.ask(kUrl, named(std::string{each.name}, each.roots));
    CHECK(TlsWorld::curl(result) ==
          "curl: (60) SSL certificate problem: " + std::string{each.curl});
    CHECK(TlsWorld::go(result) == "tls: failed to verify certificate: " + std::string{each.go});
  }
  TlsWorld nginx{kMyNginx};
  CHECK(TlsWorld::go(nginx.ask(kUrl, trusting_tls(kMyNginx))) ==
        "tls: failed to verify certificate: x509: cannot validate certificate for 10.244.1.2 "
        "because it doesn't contain any IP SANs");
}

TEST_CASE("both sides must want TLS") {
  TlsWorld world{kMyNginx};
  const FetchResult to_plain = world.ask("https://10.244.1.2:80/", insecure_tls());
  CHECK(failure_of(to_plain) == FailureKind::tls_handshake_failed);
  CHECK(TlsWorld::curl(to_plain) ==
        "curl: (35) TLS connect error: error:0A00010B:SSL routines::wrong version number");
  CHECK(TlsWorld::go(to_plain) == "http: server gave HTTP response to HTTPS client");
  CHECK(world.plain.requests == 0);
  const FetchResult to_tls = world.ask("http://10.244.1.2:443/");
  REQUIRE(to_tls.ok());
  CHECK(to_tls.outcome->status == 400);
  CHECK(to_tls.outcome->body == "Client sent an HTTP request to an HTTPS server.\n");
  CHECK(world.secure.requests == 0);
}

TEST_CASE("a server without a certificate for the name") {
  TlsWorld world{kMyNginx};
  struct Nobody : TlsServer {
    pki::SharedChain certificates_for(std::string_view name) override {
      asked = name;
      return {};
    }
    std::string asked = "not asked";
  } nobody;
  NamedServer handler{"x"};
  const auto listener = world.server->listen(8443, handler, nobody);
  const FetchResult result =
      world.ask("https://10.244.1.2:8443/", named("shop.example", kAuthority));
  CHECK(failure_of(result) == FailureKind::tls_handshake_failed);
  CHECK(TlsWorld::go(result) == "remote error: tls: handshake failure");
  CHECK(nobody.asked == "shop.example");
  // An address is no name to ask for.
  world.ask("https://10.244.1.2:8443/", insecure_tls());
  CHECK(nobody.asked == "");
}

TEST_CASE("the handshake takes one round trip and shows in the trace") {
  TlsWorld world{kMyNginx};
  const auto took = [](const FetchResult& result) { return result.ended - result.started; };
  const sim::Duration plain = took(world.ask("http://10.244.1.2:80/"));
  const FetchResult result = world.ask(kUrl, insecure_tls());
  CHECK(took(result) == plain / 2 * 3);
  std::string kinds;
  for (const Hop& hop : result.trace->hops) kinds += std::string{hop_kind_name(hop.kind)} + " ";
  CHECK(kinds == "client connect tls server response ");
  const FetchResult refused = world.ask(kUrl);
  const Hop& hop = refused.trace->hops.at(refused.trace->hops.size() - 2);
  CHECK(hop.kind == HopKind::tls);
  CHECK(hop.failure == FailureKind::certificate_rejected);
  CHECK(hop.pod == "default/server");
  CHECK(hop.detail ==
        "certificate of CN=my-nginx; O=my-nginx, self-signed: tls: failed to verify certificate: "
        "x509: cannot validate certificate for 10.244.1.2 because it doesn't contain any IP SANs");
}

TEST_CASE("a kept connection shakes hands once, and serves only those who trust alike") {
  TlsWorld world{kMyNginx};
  HttpClient client{world.from, {.keep_alive = true}};
  const auto ask = [&](Ref<const TlsClient> tls) {
    FetchOptions options;
    options.tls = std::move(tls);
    std::optional<FetchResult> result;
    const auto run = [](HttpClient& kept, FetchOptions chosen,
                        std::optional<FetchResult>& slot) -> sim::Task<void> {
      auto fetching = kept.fetch(Url::parse(kUrl).value(), {}, chosen);
      slot.emplace(co_await fetching);
    };
    sim::Process process{world.loop, run(client, options, result)};
    while (!result && world.loop.run_one()) {
    }
    return std::move(*result);
  };
  const auto insecure = insecure_tls();
  const FetchResult first = ask(insecure);
  const FetchResult second = ask(insecure);
  CHECK(second.ok());
  CHECK(second.ended - second.started == (first.ended - first.started) / 3);
  // Nobody who verifies goes on with what somebody else took unseen.
  CHECK(failure_of(ask({})) == FailureKind::certificate_rejected);
  CHECK(failure_of(ask({})) == FailureKind::certificate_rejected);
  CHECK(world.secure.requests == 2);
}

TEST_CASE("a server that dies in the middle of a handshake") {
  TlsWorld world{kMyNginx};
  FetchOptions options;
  options.tls = insecure_tls();
  Fetching fetching{world.from, kUrl, options};
  // Connected, and the hello is on its way.
  while (world.secure_port.open_connections() == 0) REQUIRE(world.loop.run_one());
  world.loop.run_for(300us);
  world.secure_port = Listener{};
  world.loop.run_for(1s);
  REQUIRE(fetching.is_done());
  CHECK_FALSE(fetching.result().ok());
  CHECK(world.secure.requests == 0);
}

}  // namespace
}  // namespace rockpool::net
