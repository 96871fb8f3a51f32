// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/http.h"
#include "core/net/ref.h"
#include "core/pki/certificate.h"
#include "core/pki/verify.h"

// TLS between simulated programs: who presents which certificates, and who believes them. Nothing
// is encrypted and no signature is computed; what can go wrong between two ends does, in the order
// in which it would, one round trip after the connection (TLS 1.3).
namespace rockpool::net {

/// Go's answer to a request that comes to a port of TLS without encryption.
HttpResponse go_answer_to_plain_request();

/// The server's end, for a listening port. Must outlive the Listener.
class TlsServer {
 public:
  virtual ~TlsServer() = default;
  /// What to present to a client that asks for that name (server name indication, empty if it asks
  /// for none or for an address). Null refuses the handshake with the alert `handshake_failure`.
  virtual pki::SharedChain certificates_for(std::string_view server_name) = 0;
  /// The answer to a request that comes without encryption, after which the connection is closed.
  /// Empty hands it to the port's handler like any other, for servers that take both.
  virtual std::optional<HttpResponse> answer_plain(const HttpRequest&) {
    return go_answer_to_plain_request();
  }
};

/// A server with one chain for everybody that answers plain requests as Go's net/http does.
class SingleChainServer : public TlsServer {
 public:
  explicit SingleChainServer(pki::SharedChain chain) : chain_{std::move(chain)} {}
  pki::SharedChain certificates_for(std::string_view) override { return chain_; }

 private:
  pki::SharedChain chain_;
};

class Host;
/// Who serves TLS on a TCP port of a host; null if nobody does.
TlsServer* find_tls_server(const Host& host, std::uint16_t port);

/// How a client handles TLS.
struct TlsClient : Counted<TlsClient> {
  /// False takes any certificate (`curl -k`).
  bool verifies = true;
  /// Whom to trust, beside nobody: there are no public authorities in this world.
  pki::Chain roots;
  /// The name to ask and check for instead of the URL's host; empty for that.
  std::string server_name;
  /// Called when nobody holds it any more.
  void dispose() { delete this; }
};

/// One that takes any certificate.
Ref<const TlsClient> insecure_tls();
/// One that trusts the certificates of a PEM text.
Ref<const TlsClient> trusting_tls(std::string_view pem);

/// Why a handshake came to nothing.
struct TlsFailure {
  /// What was wrong at first, as far as the client's end knows.
  enum class Cause : std::uint8_t {
    /// The client does not believe the certificate; `findings` says why.
    certificate,
    /// The other side answered in plain HTTP.
    plain_http,
    /// The other side sent the alert `handshake_failure`: it has no certificate.
    alert,
    /// The connection ended in the middle.
    interrupted,
  };
  Cause cause = Cause::interrupted;
  pki::Findings findings;
  /// What was presented first, and whom the client wanted.
  std::optional<pki::Certificate> certificate;
  pki::PeerName peer;
  /// When the client looked.
  sim::Time at;
};

/// The name to check for a URL's host.
pki::PeerName peer_name(std::string_view host);

/// What curl and OpenSSL say of it, without `curl: (60) `.
std::string curl_tls_message(const TlsFailure& failure);
/// 60 for a certificate, 35 for the rest.
int curl_tls_exit_code(const TlsFailure& failure);
/// What Go's net/http and crypto/tls say of it.
std::string go_tls_message(const TlsFailure& failure);
/// One line for people who look at a request's way: what was presented, what is wrong with it.
std::string describe_certificate(const pki::Certificate& certificate);

}  // namespace rockpool::net
