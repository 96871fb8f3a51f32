// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/net/address.h"
#include "core/net/dns/message.h"
#include "core/node/images/process.h"

namespace rockpool::node {

/// What a name server has answered.
struct DnsReply {
  net::dns::Message message;
  /// How many bytes the answer took.
  std::size_t size = 0;
};

/// How long a program waits for one answer, and how often it asks.
struct DnsPatience {
  sim::Duration timeout;
  int tries;
};

/// One question to one server, as dig and nslookup put it: over `transport`, and over TCP once an
/// answer has not fitted into a datagram. `name` ends with a dot. Empty if nobody answers.
sim::Task<std::optional<DnsReply>> ask_server(ProcessContext& context, net::SocketAddress server,
                                              std::string name, net::dns::RecordType type,
                                              net::dns::Transport transport, DnsPatience patience);

}  // namespace rockpool::node
