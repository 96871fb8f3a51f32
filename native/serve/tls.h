// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <expected>
#include <memory>
#include <string>

namespace rockpool::native {

/// How the server proves itself.
struct TlsIdentity {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
  /// What clients trust to believe it, as PEM.
  std::string certificate;
};

/// An identity from files in PEM: a certificate with its chain, and its key. The error names the
/// file.
std::expected<std::unique_ptr<TlsIdentity>, std::string> load_tls_identity(
    const std::string& certificate_file, const std::string& key_file);

/// A new identity, signed by itself, for this machine's names and addresses, and `address`.
std::expected<std::unique_ptr<TlsIdentity>, std::string> make_tls_identity(
    const std::string& address);

/// A bearer token that nobody can guess.
std::string make_token();

}  // namespace rockpool::native
