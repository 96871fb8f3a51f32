// SPDX-License-Identifier: Apache-2.0
#include "core/pki/private_key.h"

#include <fmt/format.h>

#include "core/pki/der.h"
#include "core/pki/pem.h"

namespace rockpool::pki {
namespace {

using std::string_view;

constexpr string_view kRsa = "1.2.840.113549.1.1.1";
constexpr string_view kElliptic = "1.2.840.10045.2.1";
constexpr string_view kEd25519 = "1.3.101.112";

// An AlgorithmIdentifier: its number, and that of the curve if it names one.
struct Algorithm {
  std::string number;
  std::string curve;
};

std::optional<Algorithm> read_algorithm(DerReader& reader) {
  const auto whole = reader.next(kSequence);
  DerReader parts{whole ? whole->content : string_view{}};
  const auto number = parts.next(kObjectIdentifier);
  if (!number) return {};
  Algorithm algorithm{object_identifier_text(number->content), {}};
  if (const auto curve = parts.next(kObjectIdentifier)) {
    algorithm.curve = object_identifier_text(curve->content);
  }
  return algorithm;
}

PublicKey rsa_key(string_view modulus, string_view exponent) {
  std::string identity{magnitude(modulus)};
  identity.append(1, '/').append(magnitude(exponent));
  return {PublicKey::Kind::rsa, std::move(identity)};
}

PublicKey elliptic_key(const std::string& curve, string_view point) {
  return {PublicKey::Kind::elliptic,
          point.empty() ? std::string{} : curve + "/" + std::string{point}};
}

// PKCS #1: version, modulus, public exponent, and the secret rest.
std::optional<PublicKey> read_rsa(string_view der) {
  DerReader outer{der};
  const auto whole = outer.next(kSequence);
  DerReader reader{whole ? whole->content : string_view{}};
  const auto version = reader.next(kInteger);
  const auto modulus = reader.next(kInteger);
  const auto exponent = reader.next(kInteger);
  if (!version || !modulus || !exponent || modulus->content.empty()) return {};
  return rsa_key(modulus->content, exponent->content);
}

// SEC 1: version, secret, [0] curve, [1] public point.
std::optional<PublicKey> read_elliptic(string_view der, std::string curve) {
  DerReader outer{der};
  const auto whole = outer.next(kSequence);
  DerReader reader{whole ? whole->content : string_view{}};
  if (!reader.next(kInteger) || !reader.next(kOctetString)) return {};
  string_view point;
  while (const auto part = reader.next()) {
    DerReader inner{part->content};
    if (part->tag == kContextConstructed) {
      if (const auto number = inner.next(kObjectIdentifier)) {
        curve = object_identifier_text(number->content);
      }
    } else if (part->tag == kContextConstructed + 1) {
      const auto bits = inner.next(kBitString);
      if (bits) point = whole_bytes(*bits).value_or(string_view{});
    }
  }
  return elliptic_key(curve, point);
}

// PKCS #8: version, algorithm, and the key in the form that the algorithm has.
std::optional<PublicKey> read_pkcs8(string_view der) {
  DerReader outer{der};
  const auto whole = outer.next(kSequence);
  DerReader reader{whole ? whole->content : string_view{}};
  if (!reader.next(kInteger)) return {};
  const auto algorithm = read_algorithm(reader);
  const auto key = reader.next(kOctetString);
  if (!algorithm || !key) return {};
  if (algorithm->number == kRsa) return read_rsa(key->content);
  if (algorithm->number == kElliptic) return read_elliptic(key->content, algorithm->curve);
  if (algorithm->number == kEd25519) return PublicKey{PublicKey::Kind::ed25519, {}};
  return PublicKey{};
}

}  // namespace

std::optional<PublicKey> read_public_key(string_view content) {
  DerReader reader{content};
  const auto algorithm = read_algorithm(reader);
  const auto bits = reader.next(kBitString);
  const auto bytes = bits ? whole_bytes(*bits) : std::nullopt;
  if (!algorithm || !bytes) return {};
  if (algorithm->number == kElliptic) return elliptic_key(algorithm->curve, *bytes);
  if (algorithm->number == kEd25519) {
    return PublicKey{PublicKey::Kind::ed25519, std::string{*bytes}};
  }
  if (algorithm->number != kRsa) return PublicKey{PublicKey::Kind::other, std::string{*bytes}};
  DerReader outer{*bytes};
  const auto pair = outer.next(kSequence);
  DerReader numbers{pair ? pair->content : string_view{}};
  const auto modulus = numbers.next(kInteger);
  const auto exponent = numbers.next(kInteger);
  if (!modulus || !exponent || modulus->content.empty()) return {};
  return rsa_key(modulus->content, exponent->content);
}

std::optional<PublicKey> read_private_key(string_view pem) {
  for (const PemBlock& block : read_pem(pem)) {
    if (block.bytes.size() > kMaxEncoded) continue;
    if (block.label == "PRIVATE KEY") return read_pkcs8(block.bytes);
    if (block.label == "RSA PRIVATE KEY") return read_rsa(block.bytes);
    if (block.label == "EC PRIVATE KEY") return read_elliptic(block.bytes, {});
  }
  return {};
}

std::expected<Chain, KeyPairProblem> read_key_pair(string_view certificates, string_view key) {
  Chain chain = read_certificates(certificates);
  if (chain.empty()) return std::unexpected{KeyPairProblem::no_certificate};
  const auto own = read_private_key(key);
  if (!own) return std::unexpected{KeyPairProblem::no_key};
  const PublicKey& wanted = chain.front().public_key;
  const bool fits =
      own->kind == wanted.kind && (own->identity.empty() || own->identity == wanted.identity);
  if (!fits) return std::unexpected{KeyPairProblem::mismatch};
  return chain;
}

}  // namespace rockpool::pki
