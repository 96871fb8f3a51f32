// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// What a client may cost.
namespace rockpool::native {

/// How many connections may be open at once; the rest wait to be accepted.
inline constexpr int kMaxConnections = 2000;
/// How large a request's line and headers may be together.
inline constexpr std::uint32_t kMaxHeaderBytes = 64u << 10;
/// How large a request's body may be; kube-apiserver's limit.
inline constexpr std::uint64_t kMaxBodyBytes = 3u << 20;
/// How long a connection may be open without a request.
inline constexpr std::chrono::seconds kIdleTimeout{120};
/// How long a client may take to agree on keys.
inline constexpr std::chrono::seconds kHandshakeTimeout{10};
/// How long a request may take to arrive, from its first byte.
inline constexpr std::chrono::seconds kRequestTimeout{30};
/// How long a client may take no byte of what it is sent.
inline constexpr std::chrono::seconds kWriteTimeout{60};
/// How much is handed to the system in one piece.
inline constexpr std::size_t kWritePiece = 256u << 10;
/// How much of a stream is written out ahead of its client; what comes after waits in the cluster,
/// as events that cost a few words each, up to its own limit.
inline constexpr std::size_t kMaxStreamAhead = 1u << 20;
/// How long open streams may take to end when the server stops.
inline constexpr std::chrono::seconds kStopTimeout{2};

}  // namespace rockpool::native
