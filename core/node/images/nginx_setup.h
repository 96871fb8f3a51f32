// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/tls.h"
#include "core/node/images/nginx_config.h"
#include "core/node/images/nginx_upstream.h"
#include "core/node/images/process.h"
#include "core/sim/task.h"

namespace rockpool::node {

/// A configuration with all that nginx reads and finds out for it before it serves. Requests under
/// way hold it, so that it outlives being replaced.
struct NginxSetup {
  NginxConfig config;
  /// As `config.servers`; null for those without TLS.
  std::vector<pki::SharedChain> chains;
  /// As `config.upstreams`.
  std::vector<std::shared_ptr<NginxUpstream>> upstreams;

  /// The certificates of the server block that answers there.
  pki::SharedChain certificates_for(std::uint16_t port, std::string_view server_name) const;
};

/// Reads the configuration and the certificates, and resolves the names of upstreams: that happens
/// once, and without one of them nginx does not start. The error is nginx's, as it follows
/// `[emerg] `. `context` must outlive it.
sim::Task<std::expected<std::shared_ptr<const NginxSetup>, std::string>> load_nginx_setup(
    ProcessContext& context);

}  // namespace rockpool::node
