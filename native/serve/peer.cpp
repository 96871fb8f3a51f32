// SPDX-License-Identifier: Apache-2.0
#include "native/serve/peer.h"

#include <sys/socket.h>

namespace rockpool::native {

asio::awaitable<bool> wait_for_end(tcp::socket& socket) {
  error_code error;
  co_await socket.async_wait(tcp::socket::wait_read, into(error));
  if (error || !socket.is_open()) co_return false;
  char byte = 0;
  co_return ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

}  // namespace rockpool::native
