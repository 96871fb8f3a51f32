// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// agnhost's `porter`: for every variable SERVE_PORT_X, SERVE_TCP_PORT_X and SERVE_TLS_PORT_X an
/// HTTP server on port X that answers everything with the variable's value, for SERVE_UDP_PORT_X
/// the same with datagrams; with --json-response as `{"Method":"…","Body":"…"}`
/// (test/images/agnhost/porter). TLS by the files that CERT_FILE and KEY_FILE name, or its own.
sim::Task<std::int32_t> run_agnhost_porter(ProcessContext& context);

}  // namespace rockpool::node
