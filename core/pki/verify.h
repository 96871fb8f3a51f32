// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/pki/certificate.h"
#include "core/sim/time.h"

namespace rockpool::pki {

/// How many certificates may lie between a server's own and the authority that is trusted.
inline constexpr std::size_t kMaxChainLength = 10;

/// Why a chain does not lead to a trusted certificate.
enum class ChainProblem : std::uint8_t {
  none,
  /// The server's own certificate is its own issuer and not trusted.
  self_signed,
  /// The chain leads to a self-signed certificate that is not trusted.
  self_signed_in_chain,
  /// The next issuer is neither trusted nor in the chain.
  unknown_issuer,
  /// The issuer that was found may not issue certificates.
  not_an_authority,
};

/// Whether the moment lies in the time for which a certificate is made out.
enum class TimeProblem : std::uint8_t { none, not_yet_valid, expired };

/// What a client finds when it looks at a server's certificates. Each is found on its own, as
/// programs differ in what they look at first.
struct Findings {
  ChainProblem chain = ChainProblem::none;
  TimeProblem time = TimeProblem::none;
  /// No name or address in the certificate is the one that was asked for.
  bool wrong_name = false;
  /// The certificate has a common name that fits but no alternative names at all: OpenSSL takes
  /// that, Go does not.
  bool only_common_name = false;

  bool is_trusted() const { return chain == ChainProblem::none && time == TimeProblem::none; }
};

/// Whom a client wants to talk to.
struct PeerName {
  /// A host name in small letters, or an address as it was written.
  std::string text;
  /// The address' four or sixteen bytes; empty for a host name.
  std::string address;
};

/// True if the certificate is made out for that peer, by alternative names only.
bool covers(const Certificate& certificate, const PeerName& peer);
/// True if a name of a certificate, which may begin with `*.`, stands for that host.
bool name_matches(std::string_view pattern, std::string_view host);

/// Looks at a chain as a client does that trusts `roots` and no others. A chain is trusted if one
/// of its certificates is among the roots or was issued by one; signatures are not computed, so an
/// issuer is who has the name, the key identifier if both tell it, and may issue.
Findings examine(std::span<const Certificate> chain, std::span<const Certificate> roots,
                 const PeerName& peer, sim::Time now);

}  // namespace rockpool::pki
