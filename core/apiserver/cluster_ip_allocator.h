// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/ip.h"
#include "core/doc/value.h"
#include "core/sim/random.h"
#include "core/store/store.h"

namespace rockpool::apiserver {

/// A network that Services' addresses come from: all of its addresses but the network's first one
/// and, of IPv4, its last one. The first min(max(16, size/16), 256) are left for those who ask for
/// one by name, as long as there are others (KEP-3070). Of a network whose prefix is shorter than
/// 64 bits in IPv6 nothing is given (ipallocator.NewIPAllocator).
class ClusterIpRange {
 public:
  explicit ClusterIpRange(const api::Cidr& network);

  const api::Cidr& network() const { return network_; }
  api::IpFamily family() const { return network_.address.family; }
  /// True if the address may be given (servicecidr.PrefixContainsIP).
  bool contains(const api::IpAddress& address) const;
  /// How many addresses there are, and how many of them, from the first, are only given by name
  /// while there are others.
  std::uint64_t size() const { return size_; }
  std::uint64_t static_band() const { return static_band_; }
  /// The address of that number, counted from 0. Requires a number below `size`.
  api::IpAddress at(std::uint64_t number) const;

 private:
  api::Cidr network_;
  std::uint64_t size_ = 0;
  std::uint64_t static_band_ = 0;
};

/// Finds addresses for Services in the networks of the ServiceCIDRs that are ready
/// (pkg/registry/core/service/ipallocator's MetaAllocator). An address is taken exactly while there
/// is an IPAddress of its name, whoever made it: the store is the only record, so that there is
/// none that could disagree with it. Errors are upstream's words.
class ClusterIpAllocator {
 public:
  /// `ranges` is one network, or one of each family with a comma between them
  /// (--service-cluster-ip-range): they are the families that Services may have, the first one by
  /// default. A text that is none counts as kubeadm's default. The store must outlive it.
  ClusterIpAllocator(std::string_view ranges, const sim::Random& random, const store::Store& store);

  /// The networks that the server was started with.
  const std::vector<api::Cidr>& configured() const { return configured_; }
  api::IpFamily default_family() const { return configured_.front().address.family; }
  bool has_family(api::IpFamily family) const;
  bool is_dual_stack() const { return configured_.size() == 2; }

  /// Reads the ServiceCIDRs of the store again; to be called when one of them has changed.
  void reload();

  /// Whether that address can be taken. Errors: it is in no network, or taken.
  std::expected<void, std::string> check(const api::IpAddress& address) const;
  /// A free address of that family. Error: there is none.
  std::expected<api::IpAddress, std::string> find_free(api::IpFamily family);
  /// What a dry run is told: whether the address is of a network, taken or not; and, instead of any
  /// free address, the network's own.
  std::expected<void, std::string> check_dry_run(const api::IpAddress& address) const;
  std::expected<api::IpAddress, std::string> find_dry_run(api::IpFamily family) const;

 private:
  struct Entry {
    ClusterIpRange range;
    // One of the ServiceCIDRs that have it is ready.
    bool is_ready = false;
  };

  void add_networks(const doc::Value& service_cidr);
  bool is_taken(const api::IpAddress& address) const;
  bool find_free_in(const ClusterIpRange& range, std::uint64_t first, std::uint64_t last,
                    api::IpAddress& found);

  const store::Store& store_;
  std::vector<api::Cidr> configured_;
  // One for each family: what one family's Services draw is nothing to the other's.
  sim::Random primary_random_;
  sim::Random secondary_random_;
  // Those of the ServiceCIDR `kubernetes` first, the others by their names.
  std::vector<Entry> entries_;
};

/// The name of the ServiceCIDR that the server makes of the networks that it was started with.
inline constexpr std::string_view kDefaultServiceCidr = "kubernetes";

}  // namespace rockpool::apiserver
