// SPDX-License-Identifier: Apache-2.0
#include "native/serve/sessions/channels.h"

#include <utility>

namespace rockpool::native {
namespace {

using apiserver::SessionInput;

// The channel whose message names a channel that the client ends (v5).
constexpr std::uint8_t kEndChannel = 255;

SessionInput input(SessionInput::Kind kind, std::uint32_t channel, std::string_view data = {}) {
  SessionInput result;
  result.kind = kind;
  result.channel = channel;
  result.data = data;
  return result;
}

std::string on_channel(std::uint32_t channel, std::string_view data) {
  std::string message;
  message += static_cast<char>(channel);
  message += data;
  return message;
}

}  // namespace

bool RemoteCommandChannels::receive(std::string_view message) {
  if (message.empty()) return false;
  const auto channel = static_cast<std::uint8_t>(message.front());
  message.remove_prefix(1);
  if (channel == kEndChannel && can_end_) {
    if (message.empty()) return false;
    put_(input(SessionInput::Kind::end, static_cast<std::uint8_t>(message.front())));
    return true;
  }
  const bool is_clients =
      channel == apiserver::channel::kInput || channel == apiserver::channel::kResize;
  if (is_clients) put_(input(SessionInput::Kind::data, channel, message));
  // What comes on the server's channels is ignored, as upstream does.
  return true;
}

void RemoteCommandChannels::deliver(const apiserver::SessionOutput& output) {
  if (!output.ends) send_(on_channel(output.channel, output.data));
}

void PortChannels::begin() {
  std::uint32_t channel = 0;
  for (const std::int32_t port : ports_) {
    const std::string number{static_cast<char>(port & 0xff), static_cast<char>(port >> 8)};
    send_(on_channel(channel, number));
    send_(on_channel(channel + 1, number));
    SessionInput open = input(SessionInput::Kind::open, channel);
    open.port = port;
    put_(open);
    channel += 2;
  }
}

bool PortChannels::receive(std::string_view message) {
  if (message.empty()) return false;
  const auto channel = static_cast<std::uint8_t>(message.front());
  if (channel % 2 == 0) put_(input(SessionInput::Kind::data, channel, message.substr(1)));
  return true;
}

void PortChannels::deliver(const apiserver::SessionOutput& output) {
  if (!output.ends) send_(on_channel(output.channel, output.data));
}

}  // namespace rockpool::native
