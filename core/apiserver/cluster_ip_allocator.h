// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/ip.h"
#include "core/apiserver/band_bitmap.h"
#include "core/sim/random.h"

namespace rockpool::apiserver {

/// Gives out the addresses of Services (pkg/registry/core/service/ipallocator). The network's first
/// address is never given, nor the last one of IPv4; the first min(max(16, size/16), 256) are left
/// for those who ask for one by name, as long as there are others (KEP-3070). Of a large IPv6
/// network only the first 65,536 are used. Errors are upstream's words.
class ClusterIpAllocator {
 public:
  /// Requires a network of at least four addresses.
  ClusterIpAllocator(api::Cidr range, sim::Random random);

  /// Takes that address. Errors: not in the range, already allocated.
  std::expected<void, std::string> allocate(const api::IpAddress& address);
  /// Takes any free address. Error: the range is full.
  std::expected<api::IpAddress, std::string> allocate_next();
  /// Gives an address back; does nothing for one that is free or not of the range.
  void release(const api::IpAddress& address);
  bool is_allocated(const api::IpAddress& address) const;
  /// The address that the `kubernetes` Service gets.
  api::IpAddress first_address() const { return base_; }
  api::IpFamily family() const { return base_.family; }
  std::int64_t free_count() const { return addresses_.free_count(); }
  void clear() { addresses_.clear(); }

 private:
  // Where the address stands in the bitmap, or -1.
  std::int64_t offset_of(const api::IpAddress& address) const;

  api::Cidr range_;
  // The address of the bitmap's number 0: the network's .1.
  api::IpAddress base_;
  BandBitmap addresses_;
};

/// The ranges of a cluster's Services: one, or one of each family.
class ClusterIpAllocators {
 public:
  /// Reads one range, or two with a comma between them (--service-cluster-ip-range); the first
  /// one's family is the default. A text that is none counts as kubeadm's default.
  ClusterIpAllocators(std::string_view ranges, const sim::Random& random);

  /// Whatever family is not asked for.
  ClusterIpAllocator& primary() { return by_family_.front(); }
  const ClusterIpAllocator& primary() const { return by_family_.front(); }
  /// That family's, or nullptr.
  ClusterIpAllocator* find(api::IpFamily family);
  const ClusterIpAllocator* find(api::IpFamily family) const;
  bool is_dual_stack() const { return by_family_.size() == 2; }
  /// Gives an address back; does nothing for one that is of no range.
  void release(const api::IpAddress& address);
  void clear();

 private:
  std::vector<ClusterIpAllocator> by_family_;
};

}  // namespace rockpool::apiserver
