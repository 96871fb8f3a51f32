// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/pki/certificate.h"

namespace rockpool::pki {

/// Reads the content of a SubjectPublicKeyInfo; empty if it is broken.
std::optional<PublicKey> read_public_key(std::string_view content);

/// Why a certificate and a key cannot be used together.
enum class KeyPairProblem : std::uint8_t {
  /// The text holds no certificate.
  no_certificate,
  /// The text holds no private key that can be read; encrypted ones cannot.
  no_key,
  /// The key is another certificate's.
  mismatch,
};

/// The public half that the first private key of a PEM text holds: PKCS #8 (`PRIVATE KEY`), PKCS #1
/// (`RSA PRIVATE KEY`) or SEC 1 (`EC PRIVATE KEY`). Its identity is empty if the file leaves it
/// out, as those for Ed25519 do. Empty if there is no key that can be read.
std::optional<PublicKey> read_private_key(std::string_view pem);

/// The chain of a server: its certificates, if the key belongs to the first one. A key whose file
/// holds no public half is taken to belong to any certificate of its kind.
std::expected<Chain, KeyPairProblem> read_key_pair(std::string_view certificates,
                                                   std::string_view key);

}  // namespace rockpool::pki
