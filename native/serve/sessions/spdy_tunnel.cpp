// SPDX-License-Identifier: Apache-2.0
#include "native/serve/sessions/spdy_tunnel.h"

#include <charconv>
#include <utility>

namespace rockpool::native {
namespace {

using apiserver::SessionInput;
using spdy::Frame;
using spdy::FrameType;

// The parts of SYN_STREAM before its headers: the stream, the one it belongs to, priority, slot.
constexpr std::size_t kSynStreamBytes = 10;

std::int32_t read_port(std::string_view text) {
  std::int32_t port = 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

std::string_view value_of(const spdy::Headers& headers, std::string_view name) {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

}  // namespace

bool SpdyTunnel::receive(std::string_view message) {
  if (!frames_.add(message)) return false;
  while (const auto frame = frames_.next()) {
    if (!take(*frame)) return false;
  }
  return !frames_.is_damaged();
}

bool SpdyTunnel::take(const Frame& frame) {
  switch (frame.type) {
    case FrameType::data:
      return take_data(frame);
    case FrameType::syn_stream:
      return open_stream(frame);
    case FrameType::ping:
      // Sent back as it is.
      send(frame);
      return true;
    case FrameType::rst_stream:
      if (const auto stream = spdy::read_stream_id(frame.payload)) end_input(*stream);
      return true;
    case FrameType::goaway: {
      SessionInput close;
      close.kind = SessionInput::Kind::close;
      put_(close);
      return true;
    }
    default:
      return true;
  }
}

std::uint32_t SpdyTunnel::channel_of(const std::string& request) {
  const auto [found, is_new] = channels_.try_emplace(request, next_channel_);
  if (is_new) next_channel_ += 2;
  return found->second;
}

bool SpdyTunnel::open_stream(const Frame& frame) {
  const auto stream = spdy::read_stream_id(frame.payload);
  if (!stream || frame.payload.size() < kSynStreamBytes) return false;
  if (channel_by_stream_.size() >= kMaxStreams) return false;
  const auto headers = header_reader_.read(std::string_view{frame.payload}.substr(kSynStreamBytes));
  if (!headers) return false;
  Frame reply;
  reply.type = FrameType::syn_reply;
  reply.payload = spdy::stream_id_bytes(*stream) + header_writer_.write({});
  send(reply);
  const bool is_error = value_of(*headers, "streamtype") == "error";
  const std::string request{value_of(*headers, "requestid")};
  const std::uint32_t channel = channel_of(request) + (is_error ? 1 : 0);
  stream_by_channel_[channel] = *stream;
  channel_by_stream_[*stream] = channel;
  if (is_error) return true;
  // The stream of bytes comes last: now there is a way for both.
  channels_.erase(request);
  SessionInput open;
  open.kind = SessionInput::Kind::open;
  open.channel = channel;
  open.port = read_port(value_of(*headers, "port"));
  put_(open);
  return true;
}

bool SpdyTunnel::take_data(const Frame& frame) {
  const auto found = channel_by_stream_.find(frame.stream);
  const bool is_bytes = found != channel_by_stream_.end() && found->second % 2 == 0;
  if (is_bytes && !frame.payload.empty()) {
    SessionInput data;
    data.channel = found->second;
    data.data = frame.payload;
    put_(data);
  }
  if ((frame.flags & spdy::kFlagFinish) != 0) end_input(frame.stream);
  return true;
}

void SpdyTunnel::end_input(std::uint32_t stream) {
  const auto found = channel_by_stream_.find(stream);
  if (found == channel_by_stream_.end() || found->second % 2 != 0) return;
  SessionInput end;
  end.kind = SessionInput::Kind::end;
  end.channel = found->second;
  put_(end);
}

void SpdyTunnel::deliver(const apiserver::SessionOutput& output) {
  const auto found = stream_by_channel_.find(output.channel);
  if (found == stream_by_channel_.end()) return;
  Frame frame;
  frame.stream = found->second;
  frame.payload = output.data;
  if (output.ends) {
    frame.flags = spdy::kFlagFinish;
    channel_by_stream_.erase(found->second);
    stream_by_channel_.erase(found);
  }
  send(frame);
}

}  // namespace rockpool::native
