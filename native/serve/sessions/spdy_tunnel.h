// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "native/serve/sessions/protocol.h"
#include "native/serve/sessions/spdy_frame.h"
#include "native/serve/sessions/spdy_headers.h"

namespace rockpool::native {

/// portforward as kubectl does it: a SPDY/3.1 connection inside the WebSocket, in which each
/// connection that is forwarded has a stream for its bytes and one for its errors, tied together by
/// a request's number.
class SpdyTunnel : public SessionProtocol {
 public:
  SpdyTunnel(Put put, Send send) : put_{std::move(put)}, send_{std::move(send)} {}

  bool receive(std::string_view message) override;
  void deliver(const apiserver::SessionOutput& output) override;

 private:
  // How many streams one client may have open.
  static constexpr std::size_t kMaxStreams = 2000;

  bool take(const spdy::Frame& frame);
  bool open_stream(const spdy::Frame& frame);
  bool take_data(const spdy::Frame& frame);
  void end_input(std::uint32_t stream);
  void send(const spdy::Frame& frame) { send_(spdy::encode(frame)); }
  // The channel of a request's bytes; errors have the next one.
  std::uint32_t channel_of(const std::string& request);

  Put put_;
  Send send_;
  spdy::FrameReader frames_;
  spdy::HeaderReader header_reader_;
  spdy::HeaderWriter header_writer_;
  std::map<std::string, std::uint32_t, std::less<>> channels_;
  // Streams by channel and channels by stream, as long as the server may still send.
  std::map<std::uint32_t, std::uint32_t> stream_by_channel_;
  std::map<std::uint32_t, std::uint32_t> channel_by_stream_;
  std::uint32_t next_channel_ = 0;
};

}  // namespace rockpool::native
