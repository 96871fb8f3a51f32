// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "native/serve/sessions/protocol.h"

namespace rockpool::native {

/// exec and attach: each message begins with the number of its channel (v4.channel.k8s.io); with
/// v5 the client may also end a channel.
class RemoteCommandChannels : public SessionProtocol {
 public:
  RemoteCommandChannels(bool can_end, Put put, Send send)
      : can_end_{can_end}, put_{std::move(put)}, send_{std::move(send)} {}

  bool receive(std::string_view message) override;
  void deliver(const apiserver::SessionOutput& output) override;

 private:
  bool can_end_;
  Put put_;
  Send send_;
};

/// portforward: for each port of the request a channel of bytes and one of errors, each of which
/// begins with the port's number.
class PortChannels : public SessionProtocol {
 public:
  PortChannels(std::vector<std::int32_t> ports, Put put, Send send)
      : ports_{std::move(ports)}, put_{std::move(put)}, send_{std::move(send)} {}

  void begin() override;
  bool receive(std::string_view message) override;
  void deliver(const apiserver::SessionOutput& output) override;

 private:
  std::vector<std::int32_t> ports_;
  Put put_;
  Send send_;
};

}  // namespace rockpool::native
