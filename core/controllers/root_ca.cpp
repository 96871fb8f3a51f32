// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/root_ca.h"

#include "core/controllers/namespace_furniture.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr std::string_view kName = "kube-root-ca.crt";
constexpr std::string_view kDescriptionAnnotation = "kubernetes.io/description";
constexpr std::string_view kDescription =
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal "
    "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is "
    "guaranteed across distributions of Kubernetes clusters.";

// A self-signed certificate whose private key was never kept: the simulated API server speaks no
// TLS, so nothing will ever be signed with it. Programs that only parse their CA bundle find one.
constexpr std::string_view kCertificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfzCCASWgAwIBAgIUAo7vgdtmBnkzkoutzIR8mSSwTD8wCgYIKoZIzj0EAwIw\n"
    "FTETMBEGA1UEAwwKa3ViZXJuZXRlczAeFw0yNjExMjIyMTEwMDNaFw0zNjExMTky\n"
    "MTEwMDNaMBUxEzARBgNVBAMMCmt1YmVybmV0ZXMwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAASLQKmIsSHjbf/85gEBiQyJy2oD9D4kEUX8MKK60Nl22mpvzIcoaDqt\n"
    "FZ06Man5MLZevzkT9VGWhKNIa2xjBbYHo1MwUTAdBgNVHQ4EFgQULq3mo0VHZmx5\n"
    "1ZpWf1o+YSDuR5cwHwYDVR0jBBgwFoAULq3mo0VHZmx51ZpWf1o+YSDuR5cwDwYD\n"
    "VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAi7Asm+vzzsa9YDCvwA/TE\n"
    "lBhIhnlPv/jTqL6JmMvq/gIhAP45K5i0tgOaX3wMh8PaIx0WRR+XtvSmxNg95GSJ\n"
    "aTa2\n"
    "-----END CERTIFICATE-----\n";

class RootCaPublisher final : public NamespaceFurniture {
 public:
  explicit RootCaPublisher(const Context& context)
      : NamespaceFurniture{context, api::ResourceId::configmaps, std::string{kName}} {}

  std::string_view name() const override { return "root-ca-certificate-publisher-controller"; }

 protected:
  doc::Value wanted(const doc::Value& present) const override {
    doc::Value object = present;
    if (object.is_null()) object.edit("metadata"_key).set("name"_key, kName);
    if (api::annotation(object, kDescriptionAnnotation) != kDescription) {
      api::set_annotation(object, kDescriptionAnnotation, kDescription);
    }
    const doc::Value data = doc::Value::map({{"ca.crt", kCertificate}});
    if (!(object["data"_key] == data)) object.set("data"_key, data);
    return object;
  }
};

}  // namespace

std::unique_ptr<Controller> make_root_ca_publisher(const Context& context) {
  return std::make_unique<RootCaPublisher>(context);
}

}  // namespace rockpool::controllers
