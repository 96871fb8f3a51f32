// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "core/api/ip.h"
#include "core/apiserver/band_bitmap.h"
#include "core/sim/random.h"

namespace rockpool::apiserver {

/// Gives out the addresses of Services (pkg/registry/core/service/ipallocator). The network's first
/// and last address are never given; the first min(max(16, size/16), 256) are left for those who
/// ask for one by name, as long as there are others (KEP-3070). Errors are upstream's words.
class ClusterIpAllocator {
 public:
  /// Requires an IPv4 network of at least four addresses.
  ClusterIpAllocator(api::Cidr range, sim::Random random);

  /// Takes that address. Errors: not in the range, already allocated.
  std::expected<void, std::string> allocate(const api::IpAddress& address);
  /// Takes any free address. Error: the range is full.
  std::expected<api::IpAddress, std::string> allocate_next();
  /// Gives an address back; does nothing for one that is free or not of the range.
  void release(const api::IpAddress& address);
  bool is_allocated(const api::IpAddress& address) const;
  /// The address that the `kubernetes` Service gets.
  api::IpAddress first_address() const { return api::IpAddress::from_ipv4(base_); }
  std::int64_t free_count() const { return addresses_.free_count(); }
  void clear() { addresses_.clear(); }

 private:
  // Where the address stands in the bitmap, or -1.
  std::int64_t offset_of(const api::IpAddress& address) const;

  api::Cidr range_;
  // The address of the bitmap's number 0: the network's .1.
  std::uint32_t base_;
  BandBitmap addresses_;
};

}  // namespace rockpool::apiserver
