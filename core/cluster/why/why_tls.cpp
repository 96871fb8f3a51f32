// SPDX-License-Identifier: Apache-2.0
//
// What keeps two ends from encrypting what they have to say.
#include <fmt/format.h>

#include "core/cluster/why/inquiry.h"
#include "core/net/tls.h"

namespace rockpool::cluster {
namespace {

using pki::ChainProblem;
using pki::TimeProblem;
using TlsCause = net::TlsFailure::Cause;

Explanation verdict(Cause cause, std::string summary, std::string advice) {
  return {cause, summary, std::move(advice), {{false, summary}}};
}

Explanation explain_plain(std::string_view place) {
  return verdict(
      Cause::no_tls,
      fmt::format("The server at {} speaks plain HTTP, and the client wants TLS.", place),
      "Ask with http://, or let the Service's port lead to the port on which the program "
      "speaks TLS.");
}

// Why nobody vouches for it, as a clause.
std::string_view chain_words(ChainProblem problem) {
  switch (problem) {
    case ChainProblem::self_signed:
      return "it vouches only for itself";
    case ChainProblem::self_signed_in_chain:
      return "the authority behind it is not one of those that the client trusts";
    case ChainProblem::not_an_authority:
      return "the one that issued it is no authority";
    case ChainProblem::unknown_issuer:
    case ChainProblem::none:
      break;
  }
  return "the client does not know who issued it";
}

Explanation explain_certificate(const net::TlsFailure& failure) {
  const std::string what = net::describe_certificate(*failure.certificate);
  if (failure.findings.chain != ChainProblem::none) {
    return verdict(
        Cause::certificate_not_trusted,
        fmt::format("The client does not trust the {}: {}.", what,
                    chain_words(failure.findings.chain)),
        "Give the client the authority's certificate (curl --cacert FILE; `authorities` of a "
        "request), or, where that is enough, let it take any certificate (curl -k; `insecure`).");
  }
  if (failure.findings.time != TimeProblem::none) {
    const bool is_late = failure.findings.time == TimeProblem::expired;
    return verdict(Cause::certificate_not_valid_now,
                   fmt::format("The {} {}.", what, is_late ? "has expired" : "is not valid yet"),
                   "Put a new certificate into the Secret and let the server read it again.");
  }
  return verdict(
      Cause::certificate_for_other_name,
      fmt::format("The {} is not for {}, by which the client asks.", what, failure.peer.text),
      "Ask by a name in the certificate, or make one that has this name among its "
      "alternative names (subjectAltName).");
}

}  // namespace

std::optional<Explanation> explain_tls_failure(const net::FetchResult& result) {
  if (result.ok() || !result.outcome.error().tls) return std::nullopt;
  const net::Failure& failure = result.outcome.error();
  switch (failure.tls->cause) {
    case TlsCause::certificate:
      return explain_certificate(*failure.tls);
    case TlsCause::plain_http:
      return explain_plain(failure.remote.to_string());
    case TlsCause::alert:
      return verdict(Cause::no_tls,
                     fmt::format("The server at {} has no certificate for {}.",
                                 failure.remote.to_string(), failure.host),
                     "Give the server a certificate for that name.");
    case TlsCause::interrupted:
      break;
  }
  return std::nullopt;
}

// Whether the server speaks what the client speaks. Whom the client trusts is not known here.
bool Inquiry::ask_tls(const net::Host& host, const net::SocketAddress& server) {
  net::TlsServer* const tls = net::find_tls_server(host, server.port);
  if (is_secure_ && tls == nullptr) {
    Explanation found = explain_plain(server.to_string());
    return blame(found.cause, std::move(found.summary), std::move(found.advice));
  }
  if (!is_secure_) return true;
  const pki::SharedChain chain = tls->certificates_for(host_);
  if (chain) {
    note(fmt::format("{} presents the {}; the client must trust it.", host.name(),
                     net::describe_certificate(chain->front())));
  }
  return true;
}

}  // namespace rockpool::cluster
