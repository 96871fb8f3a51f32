// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "core/node/images/process.h"
#include "core/pki/certificate.h"

namespace rockpool::node {

/// The key pair of a server that is written in Go, from two PEM files; the error is that of
/// crypto/tls's LoadX509KeyPair.
std::expected<pki::SharedChain, std::string> load_go_key_pair(ProcessContext& context,
                                                              const std::string& certificate_file,
                                                              const std::string& key_file);

/// The files `localhost.crt` and `localhost.key` that agnhost brings, if the given ones are those
/// and nobody has put others in their place; else null.
pki::SharedChain agnhost_own_chain(ProcessContext& context, const std::string& certificate_file);

}  // namespace rockpool::node
