// SPDX-License-Identifier: Apache-2.0
#pragma once

// Asio's coroutines use std::exchange without including it.
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace rockpool::native {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

/// Awaits an operation and puts its error into `error` instead of throwing it.
inline auto into(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

}  // namespace rockpool::native
