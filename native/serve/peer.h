// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "native/serve/asio.h"

namespace rockpool::native {

/// Waits until the other side of a connection says something or ends it; true if it is the end.
/// What it says stays to be read. Also ends, with false, when the socket's operations are cancelled
/// or it is closed. The socket must outlive the wait.
asio::awaitable<bool> wait_for_end(tcp::socket& socket);

}  // namespace rockpool::native
