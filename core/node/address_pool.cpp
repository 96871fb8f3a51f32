// SPDX-License-Identifier: Apache-2.0
#include "core/node/address_pool.h"

namespace rockpool::node {

std::optional<net::IpAddress> AddressPool::take() {
  const std::uint64_t size = block_.size();
  if (size < kFirst + 2 || used_.size() >= size - kFirst - 1) return std::nullopt;
  for (;;) {
    if (next_ >= size - 1) next_ = kFirst;
    const std::optional<net::IpAddress> address = block_.nth(next_++);
    if (address && used_.insert(*address).second) return address;
  }
}

void AddressPool::release(const net::IpAddress& address) {
  used_.erase(address);
}

}  // namespace rockpool::node
