// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "core/net/address.h"
#include "core/net/dns/message.h"
#include "core/net/failure.h"
#include "core/net/ref.h"
#include "core/sim/task.h"

namespace rockpool::net {

class Host;
/// How a Ref counts where Host is only a name.
void retain_ref(Host* host);
/// The same.
void release_ref(Host* host);

namespace dns {

/// Sends one DNS message from `host` to a server, as it is, and waits up to `timeout` for whatever
/// comes back: once, without a second try or another transport. A failure over UDP names both ends.
sim::Task<std::expected<std::string, Failure>> exchange(Ref<Host> host, SocketAddress server,
                                                        Transport transport, std::string message,
                                                        sim::Duration timeout);

}  // namespace dns
}  // namespace rockpool::net
