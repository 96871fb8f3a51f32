// SPDX-License-Identifier: Apache-2.0
#include "native/serve/tls.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <set>
#include <system_error>

#include "native/files.h"

namespace rockpool::native {
namespace {

namespace ssl = boost::asio::ssl;

constexpr long kSecondsOfYear = 365L * 24 * 60 * 60;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

std::unexpected<std::string> openssl_error(std::string_view what) {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  return std::unexpected{fmt::format("{}: {}", what, text)};
}

void harden(ssl::context& context) {
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                      ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
}

// How the machine may be called, in the notation of OpenSSL's subjectAltName.
std::string alternative_names(const std::string& address) {
  std::set<std::string> names{"DNS:localhost", "IP:127.0.0.1", "IP:::1", "IP:" + address};
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0) {
    names.insert(fmt::format("DNS:{}", host.data()));
  }
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) == 0) {
    for (const ifaddrs* each = interfaces; each != nullptr; each = each->ifa_next) {
      if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
      char text[INET_ADDRSTRLEN];
      const auto* internet = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
      inet_ntop(AF_INET, &internet->sin_addr, text, sizeof text);
      names.insert(fmt::format("IP:{}", text));
    }
    freeifaddrs(interfaces);
  }
  return fmt::format("{}", fmt::join(names, ","));
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension{X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

Certificate make_certificate(EVP_PKEY* key, const std::string& address) {
  Certificate certificate{X509_new()};
  if (!certificate) return nullptr;
  std::array<unsigned char, 8> serial{};
  RAND_bytes(serial.data(), serial.size());
  serial[0] &= 0x7f;
  BIGNUM* number = BN_bin2bn(serial.data(), serial.size(), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  X509_set_version(certificate.get(), X509_VERSION_3);
  // Yesterday, for clocks that differ.
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -24L * 60 * 60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kSecondsOfYear);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("rockpool"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  const bool complete =
      add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE") &&
      add_extension(certificate.get(), NID_subject_alt_name, alternative_names(address)) &&
      add_extension(certificate.get(), NID_ext_key_usage, "serverAuth") &&
      X509_sign(certificate.get(), key, EVP_sha256()) != 0;
  return complete ? std::move(certificate) : nullptr;
}

std::string to_pem(X509* certificate) {
  const Bio bio{BIO_new(BIO_s_mem())};
  PEM_write_bio_X509(bio.get(), certificate);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace

std::expected<std::unique_ptr<TlsIdentity>, std::string> load_tls_identity(
    const std::string& certificate_file, const std::string& key_file) {
  auto identity = std::make_unique<TlsIdentity>();
  harden(identity->context);
  auto text = read_file(certificate_file);
  if (!text) return std::unexpected{text.error()};
  boost::system::error_code error;
  identity->context.use_certificate_chain_file(certificate_file, error);
  if (error) return std::unexpected{fmt::format("{}: {}", certificate_file, error.message())};
  identity->context.use_private_key_file(key_file, ssl::context::pem, error);
  if (error) return std::unexpected{fmt::format("{}: {}", key_file, error.message())};
  identity->certificate = std::move(*text);
  return identity;
}

std::expected<std::unique_ptr<TlsIdentity>, std::string> make_tls_identity(
    const std::string& address) {
  auto identity = std::make_unique<TlsIdentity>();
  harden(identity->context);
  const Key key{EVP_EC_gen("P-256")};
  if (!key) return openssl_error("no key could be made");
  const Certificate certificate = make_certificate(key.get(), address);
  if (!certificate) return openssl_error("no certificate could be made");
  SSL_CTX* context = identity->context.native_handle();
  if (SSL_CTX_use_certificate(context, certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return openssl_error("the certificate cannot be used");
  }
  identity->certificate = to_pem(certificate.get());
  return identity;
}

std::string make_token() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) {
    throw std::system_error{std::make_error_code(std::errc::io_error), "no random numbers"};
  }
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

}  // namespace rockpool::native
