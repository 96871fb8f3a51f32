// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/sim/time.h"

// What certificates and keys say (X.509, RFC 5280). The handshakes of simulated programs are
// modelled, not their ciphers: nothing here computes or checks a signature. Whether one certificate
// has issued another is told by names and key identifiers, and whether a private key belongs to a
// certificate by comparing the public halves that both files hold.
namespace rockpool::pki {

/// A certificate with more of these has no further ones read.
inline constexpr std::size_t kMaxNames = 1000;
/// The longest certificate or key that is read, in bytes.
inline constexpr std::size_t kMaxEncoded = std::size_t{1} << 18;

/// A subject or an issuer.
struct DistinguishedName {
  /// The bytes that are compared.
  std::string encoded;
  /// Its attributes by short name (`CN`, `O`) or by number, in their order.
  std::vector<std::pair<std::string, std::string>> attributes;

  /// The last common name; empty if there is none.
  std::string_view common_name() const;
  /// `CN=web; O=team`, as curl prints it.
  std::string to_string() const;
};

/// A public key, as far as it is to be told from others.
struct PublicKey {
  /// Of `other` kinds nothing is known but the bytes.
  enum class Kind : std::uint8_t { rsa, elliptic, ed25519, other };
  Kind kind = Kind::other;
  /// What is equal for equal keys; empty if a private key's file does not hold the public half.
  std::string identity;

  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

/// What a certificate says.
struct Certificate {
  /// The whole of it; two certificates are the same if these bytes are. Programs that make their
  /// own certificate at start have any text here that nobody else has.
  std::string encoded;
  DistinguishedName subject;
  DistinguishedName issuer;
  sim::Time not_before = sim::Time::min();
  sim::Time not_after = sim::Time::max();
  /// True if it has alternative names; its common name then counts for nothing.
  bool has_alternative_names = false;
  std::vector<std::string> dns_names;
  /// Four or sixteen bytes each.
  std::vector<std::string> ip_addresses;
  /// True if it may issue others.
  bool is_authority = false;
  /// Empty if it does not say.
  std::string subject_key_id;
  std::string authority_key_id;
  PublicKey public_key;

  /// Reads one from its DER. The error says in a few words what is broken.
  static std::expected<Certificate, std::string> read(std::string_view der);

  /// True if subject and issuer are the same, so that it is taken to be signed by its own key.
  bool is_self_issued() const { return subject.encoded == issuer.encoded; }
  bool is_same_as(const Certificate& other) const { return encoded == other.encoded; }
};

/// A server's certificate, followed by those that lead from it to an authority.
using Chain = std::vector<Certificate>;
/// One that several hold.
using SharedChain = std::shared_ptr<const Chain>;

/// The certificates of a PEM text in their order; those that cannot be read are left out.
Chain read_certificates(std::string_view pem);

/// A chain of one certificate that a program makes for itself at start: for these names, from a
/// year before the start of virtual time for a hundred years. `maker` goes into its identity.
SharedChain make_self_signed(std::string_view maker, DistinguishedName subject,
                             std::vector<std::string> dns_names,
                             std::vector<std::string> ip_addresses = {});
/// A name from short names and values.
DistinguishedName make_name(std::vector<std::pair<std::string, std::string>> attributes);

}  // namespace rockpool::pki
