// SPDX-License-Identifier: Apache-2.0
#include "native/serve/sessions/protocol.h"

#include <algorithm>
#include <utility>

#include "core/doc/trim.h"
#include "native/serve/sessions/channels.h"
#include "native/serve/sessions/spdy_tunnel.h"

namespace rockpool::native {
namespace {

using Kind = apiserver::Session::Kind;

constexpr std::string_view kRemoteCommandV5 = "v5.channel.k8s.io";
constexpr std::string_view kRemoteCommandV4 = "v4.channel.k8s.io";
// kubectl speaks SPDY inside a WebSocket, client libraries open a channel for each port.
constexpr std::string_view kSpdyTunnel = "SPDY/3.1+portforward.k8s.io";
constexpr std::string_view kPortChannels = "v4.channel.k8s.io";

bool carries(Kind kind, std::string_view subprotocol) {
  if (kind == Kind::remote_command) {
    return subprotocol == kRemoteCommandV5 || subprotocol == kRemoteCommandV4;
  }
  return subprotocol == kSpdyTunnel || subprotocol == kPortChannels;
}

}  // namespace

std::string choose_subprotocol(Kind kind, std::string_view offered) {
  while (!offered.empty()) {
    const std::size_t end = std::min(offered.find(','), offered.size());
    const std::string_view each = doc::trim(offered.substr(0, end), doc::kBlanks);
    if (carries(kind, each)) return std::string{each};
    offered.remove_prefix(std::min(end + 1, offered.size()));
  }
  return {};
}

std::unique_ptr<SessionProtocol> make_session_protocol(Kind kind, std::string_view subprotocol,
                                                       const std::vector<std::int32_t>& ports,
                                                       SessionProtocol::Put put,
                                                       SessionProtocol::Send send) {
  if (kind == Kind::remote_command) {
    return std::make_unique<RemoteCommandChannels>(subprotocol == kRemoteCommandV5, std::move(put),
                                                   std::move(send));
  }
  if (subprotocol == kSpdyTunnel) {
    return std::make_unique<SpdyTunnel>(std::move(put), std::move(send));
  }
  return std::make_unique<PortChannels>(ports, std::move(put), std::move(send));
}

}  // namespace rockpool::native
