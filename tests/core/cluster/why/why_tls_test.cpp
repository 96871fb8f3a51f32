// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include <fmt/format.h>
#include "core/cluster/cluster.h"
#include "core/cluster/why/why.h"
#include "core/doc/base64.h"
#include "tests/core/pki/test_certificates.h"

namespace rockpool::cluster {
namespace {

using namespace std::chrono_literals;
using namespace pki::testing;

constexpr std::string_view kServers = R"(
apiVersion: v1
kind: Pod
metadata: {{name: web, labels: {{app: web}}}}
spec:
  volumes: [{{name: pair, secret: {{secretName: pair}}}}]
  containers:
  - name: plain
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    args: [netexec, --http-port=8080]
  - name: safe
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    args: [netexec, --http-port=8443, --udp-port=-1, --tls-cert-file=/pair/tls.crt,
           --tls-private-key-file=/pair/tls.key]
    volumeMounts: [{{name: pair, mountPath: /pair}}]
---
apiVersion: v1
kind: Service
metadata: {{name: shop}}
spec:
  selector: {{app: web}}
  ports: [{{name: http, port: 80, targetPort: 8080}}, {{name: https, port: 443, targetPort: 8443}}]
---
apiVersion: v1
kind: Pod
metadata: {{name: client}}
spec:
  containers: [{{name: pause, image: "registry.k8s.io/pause:3.10"}}]
---
apiVersion: v1
kind: Secret
metadata: {{name: pair}}
data: {{tls.crt: '{}', tls.key: '{}'}}
)";

struct Question {
  explicit Question(std::string_view certificate = kMyNginx, std::string_view key = kMyNginxKey) {
    const auto applied = cluster.apply(
        fmt::format(kServers, doc::encode_base64(certificate), doc::encode_base64(key)));
    REQUIRE_MESSAGE(applied, (applied ? "" : applied.error().status.message));
    cluster.run_for(20s);
  }
  static FetchOptions options(const std::string& url) {
    FetchOptions options;
    options.url = url;
    options.from = "pod/default/client";
    return options;
  }
  // Of a request that was made, and that must have failed.
  Explanation after(const FetchOptions& options) {
    const auto result = cluster.fetch(options);
    REQUIRE(result);
    REQUIRE_FALSE(result->ok());
    const auto explanation = cluster.explain(options, *result);
    REQUIRE(explanation);
    CHECK_FALSE(explanation->advice.empty());
    return *explanation;
  }

  Cluster cluster;
};

TEST_CASE("TLS to a port that speaks none is foreseen, and told afterwards") {
  Question question;
  const FetchOptions options = Question::options("https://shop:80/");
  const auto before = question.cluster.explain(options);
  REQUIRE(before);
  CHECK(before->cause == Cause::no_tls);
  CHECK(question.after(options).cause == Cause::no_tls);
}

TEST_CASE("what is presented is said where nothing is wrong with the way") {
  Question question;
  const auto explanation = question.cluster.explain(Question::options("https://shop/"));
  REQUIRE(explanation);
  CHECK(explanation->cause == Cause::none);
  CHECK(explanation->findings.back().text.find(
            "certificate of CN=my-nginx; O=my-nginx, self-signed; the client must trust it") !=
        std::string::npos);
}

TEST_CASE("a certificate that is not believed") {
  Question question;
  FetchOptions options = Question::options("https://shop/");
  const Explanation unknown = question.after(options);
  CHECK(unknown.cause == Cause::certificate_not_trusted);
  CHECK(unknown.summary ==
        "The client does not trust the certificate of CN=my-nginx; O=my-nginx, self-signed: it "
        "vouches only for itself.");
  options.authorities = kMyNginx;
  const Explanation other = question.after(options);
  CHECK(other.cause == Cause::certificate_for_other_name);
  CHECK(other.summary ==
        "The certificate of CN=my-nginx; O=my-nginx, self-signed is not for shop, by which the "
        "client asks.");
  options.insecure = true;
  const auto result = question.cluster.fetch(options);
  REQUIRE(result);
  CHECK(result->ok());
}

TEST_CASE("a certificate out of its time") {
  Question question{kExpired, kExpiredKey};
  FetchOptions options = Question::options("https://shop/");
  options.authorities = kAuthority;
  options.headers.set("Host", "shop.example");
  const Explanation late = question.after(options);
  CHECK(late.cause == Cause::certificate_not_valid_now);
  CHECK(late.summary ==
        "The certificate of CN=old for shop.example, *.shop.example, 10.0.0.1, fd00::1, issued by "
        "CN=Test Authority has expired.");
}

}  // namespace
}  // namespace rockpool::cluster
