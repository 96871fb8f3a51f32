// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "core/net/address.h"

namespace rockpool::node {

/// Gives out the Pod addresses of one node as the host-local IPAM plug-in does: the next free one
/// after the last that was given out, round and round, so that an address is used again as late as
/// possible. The block's first address, the gateway after it and the last one are never given out.
class AddressPool {
 public:
  explicit AddressPool(net::Cidr block) : block_{block} {}

  /// Empty if all are in use.
  std::optional<net::IpAddress> take();
  void release(const net::IpAddress& address);
  /// The number of addresses in use.
  std::size_t in_use() const { return used_.size(); }

 private:
  static constexpr std::uint64_t kFirst = 2;

  net::Cidr block_;
  std::uint64_t next_ = kFirst;
  std::set<net::IpAddress> used_;
};

}  // namespace rockpool::node
