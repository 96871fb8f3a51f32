// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "core/doc/ascii.h"
#include "core/net/address.h"

namespace rockpool::net {
namespace {

using Cause = TlsFailure::Cause;
using pki::ChainProblem;
using pki::TimeProblem;

constexpr std::string_view kCurlAdvice =
    "\nMore details here: https://curl.se/docs/sslcerts.html\n\n"
    "curl failed to verify the legitimacy of the server and therefore could not\n"
    "establish a secure connection to it. To learn more about this situation and\n"
    "how to fix it, please visit the web page mentioned above.";

// X509_verify_cert_error_string: the chain comes first, then the time.
std::string_view openssl_words(const pki::Findings& findings) {
  switch (findings.chain) {
    case ChainProblem::self_signed:
      return "self-signed certificate";
    case ChainProblem::self_signed_in_chain:
      return "self-signed certificate in certificate chain";
    case ChainProblem::unknown_issuer:
      return "unable to get local issuer certificate";
    case ChainProblem::not_an_authority:
      return "invalid CA certificate";
    case ChainProblem::none:
      break;
  }
  switch (findings.time) {
    case TimeProblem::expired:
      return "certificate has expired";
    case TimeProblem::not_yet_valid:
      return "certificate is not yet valid";
    case TimeProblem::none:
      break;
  }
  return {};
}

std::string curl_certificate_message(const TlsFailure& failure) {
  if (const std::string_view words = openssl_words(failure.findings); !words.empty()) {
    return fmt::format("SSL certificate problem: {}", words);
  }
  const pki::Certificate& certificate = *failure.certificate;
  if (certificate.has_alternative_names) {
    return fmt::format("SSL: no alternative certificate subject name matches target host name '{}'",
                       failure.peer.text);
  }
  const std::string_view common = certificate.subject.common_name();
  if (common.empty()) return "SSL: unable to obtain common name from peer certificate";
  return fmt::format("SSL: certificate subject name '{}' does not match target host name '{}'",
                     common, failure.peer.text);
}

std::string address_text(std::string_view bytes) {
  std::uint64_t halves[2] = {0, 0};
  const bool is_v4 = bytes.size() == 4;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::uint64_t& half = halves[i / 8];
    half = half << 8 | static_cast<std::uint8_t>(bytes[i]);
  }
  return is_v4 ? IpAddress::v4(static_cast<std::uint32_t>(halves[0])).to_string()
               : IpAddress::v6(halves[0], halves[1]).to_string();
}

// x509.HostnameError.
std::string go_name_message(const pki::Certificate& certificate, const pki::PeerName& peer) {
  std::vector<std::string> valid;
  if (!peer.address.empty()) {
    for (const std::string& bytes : certificate.ip_addresses) valid.push_back(address_text(bytes));
    if (valid.empty()) {
      return fmt::format(
          "x509: cannot validate certificate for {} because it doesn't contain any IP SANs",
          peer.text);
    }
  } else {
    valid = certificate.dns_names;
  }
  if (valid.empty()) {
    return fmt::format("x509: certificate is not valid for any names, but wanted to match {}",
                       peer.text);
  }
  return fmt::format("x509: certificate is valid for {}, not {}", fmt::join(valid, ", "),
                     peer.text);
}

// Go looks at the time first, then at the name, then at the chain (x509.Certificate.Verify).
std::string go_certificate_message(const TlsFailure& failure) {
  const pki::Certificate& certificate = *failure.certificate;
  const pki::Findings& findings = failure.findings;
  if (findings.time != TimeProblem::none) {
    const bool is_late = findings.time == TimeProblem::expired;
    return fmt::format(
        "x509: certificate has expired or is not yet valid: current time {} is {} {}",
        sim::format_rfc3339(failure.at), is_late ? "after" : "before",
        sim::format_rfc3339(is_late ? certificate.not_after : certificate.not_before));
  }
  if (findings.only_common_name && failure.peer.address.empty()) {
    return "x509: certificate relies on legacy Common Name field, use SANs instead";
  }
  if (findings.wrong_name || findings.only_common_name) {
    return go_name_message(certificate, failure.peer);
  }
  return "x509: certificate signed by unknown authority";
}

}  // namespace

HttpResponse go_answer_to_plain_request() {
  HttpResponse response =
      HttpResponse::plain(400, "Client sent an HTTP request to an HTTPS server.\n");
  response.headers.remove("Content-Type");
  return response;
}

Ref<const TlsClient> insecure_tls() {
  auto* client = new TlsClient;
  client->verifies = false;
  return Ref<const TlsClient>{client};
}

Ref<const TlsClient> trusting_tls(std::string_view pem) {
  auto* client = new TlsClient;
  client->roots = pki::read_certificates(pem);
  return Ref<const TlsClient>{client};
}

pki::PeerName peer_name(std::string_view host) {
  pki::PeerName name{doc::to_lower(host), {}};
  if (const auto address = IpAddress::parse(host)) name.address = address->to_bytes();
  return name;
}

int curl_tls_exit_code(const TlsFailure& failure) {
  constexpr int kBadCertificate = 60;
  constexpr int kNoHandshake = 35;
  return failure.cause == Cause::certificate ? kBadCertificate : kNoHandshake;
}

std::string curl_tls_message(const TlsFailure& failure) {
  switch (failure.cause) {
    case Cause::certificate:
      return curl_certificate_message(failure).append(kCurlAdvice);
    case Cause::plain_http:
      return "TLS connect error: error:0A00010B:SSL routines::wrong version number";
    case Cause::alert:
      return "TLS connect error: error:0A000410:SSL routines::ssl/tls alert handshake failure";
    case Cause::interrupted:
      break;
  }
  return "TLS connect error: error:0A000126:SSL routines::unexpected eof while reading";
}

std::string go_tls_message(const TlsFailure& failure) {
  switch (failure.cause) {
    case Cause::certificate:
      return "tls: failed to verify certificate: " + go_certificate_message(failure);
    case Cause::plain_http:
      return "http: server gave HTTP response to HTTPS client";
    case Cause::alert:
      return "remote error: tls: handshake failure";
    case Cause::interrupted:
      break;
  }
  return "EOF";
}

std::string describe_certificate(const pki::Certificate& certificate) {
  std::vector<std::string> names = certificate.dns_names;
  for (const std::string& bytes : certificate.ip_addresses) names.push_back(address_text(bytes));
  std::string text = fmt::format("certificate of {}", certificate.subject.to_string());
  if (!names.empty()) text += fmt::format(" for {}", fmt::join(names, ", "));
  text += certificate.is_self_issued()
              ? std::string{", self-signed"}
              : fmt::format(", issued by {}", certificate.issuer.to_string());
  return text;
}

}  // namespace rockpool::net
