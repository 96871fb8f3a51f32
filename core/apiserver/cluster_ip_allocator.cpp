// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/cluster_ip_allocator.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/api/object.h"
#include "core/api/resource.h"

namespace rockpool::apiserver {
namespace {

using namespace doc::literals;

constexpr std::string_view kDefaultRange = "10.96.0.0/12";
// ipallocator.NewIPAllocator: "shortest allowed prefix length for service CIDR is 64".
constexpr int kShortestIpv6Prefix = 64;
constexpr std::string_view kMismatch = "the provided network does not match the current range";
constexpr std::string_view kFull = "range is full";

int address_bits(api::IpFamily family) {
  return family == api::IpFamily::ipv4 ? 32 : 128;
}

// How many addresses a network has behind its first one. Requires no more than 64 bits of them.
std::uint64_t count_behind_first(const api::Cidr& network) {
  const int bits = address_bits(network.address.family) - network.prefix_length;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  return bits == std::numeric_limits<std::uint64_t>::digits ? kMost
                                                            : (std::uint64_t{1} << bits) - 1;
}

// ipallocator.calculateRangeOffset, for a network of one address more than that.
std::uint64_t static_band_of(std::uint64_t behind_first) {
  constexpr std::uint64_t kMin = 16, kMax = 256, kStep = 16;
  if (behind_first < kMin) return 0;
  const std::uint64_t steps = behind_first / kStep + (behind_first % kStep == kStep - 1 ? 1 : 0);
  return std::clamp(steps, kMin, kMax);
}

// ipallocator's isReady, of one that is not being deleted.
bool is_ready(const doc::Value& service_cidr) {
  if (api::is_being_deleted(service_cidr)) return false;
  for (const doc::Value& condition : service_cidr["status"_key]["conditions"_key].items()) {
    if (condition["type"_key].as_string() == "Ready") {
      return condition["status"_key].as_string() == "True";
    }
  }
  return true;
}

}  // namespace

ClusterIpRange::ClusterIpRange(const api::Cidr& network) : network_{network} {
  if (family() == api::IpFamily::ipv6 && network.prefix_length < kShortestIpv6Prefix) return;
  const std::uint64_t behind_first = count_behind_first(network);
  const bool keeps_last = family() == api::IpFamily::ipv4 && behind_first != 0;
  size_ = behind_first - (keeps_last ? 1 : 0);
  static_band_ = std::min(static_band_of(behind_first), size_);
}

bool ClusterIpRange::contains(const api::IpAddress& address) const {
  if (!network_.contains(address)) return false;
  // The difference is below the network's size, which need not fit into 64 bits.
  const std::uint64_t number = address.low() - at(0).low();
  return address != network_.network() && number < size_;
}

api::IpAddress ClusterIpRange::at(std::uint64_t number) const {
  return network_.network().plus(1).plus(number);
}

ClusterIpAllocator::ClusterIpAllocator(std::string_view ranges, const sim::Random& random,
                                       const store::Store& store)
    : store_{store},
      primary_random_{random.stream("cluster-ips")},
      secondary_random_{random.stream("secondary-cluster-ips")} {
  const std::size_t comma = std::min(ranges.find(','), ranges.size());
  const auto first = api::parse_cidr(ranges.substr(0, comma));
  configured_.push_back(first ? *first : *api::parse_cidr(kDefaultRange));
  if (comma == ranges.size()) return;
  const auto second = api::parse_cidr(ranges.substr(comma + 1));
  if (second && second->address.family != default_family()) configured_.push_back(*second);
}

bool ClusterIpAllocator::has_family(api::IpFamily family) const {
  return std::ranges::any_of(
      configured_, [&](const api::Cidr& network) { return network.address.family == family; });
}

void ClusterIpAllocator::reload() {
  entries_.clear();
  const doc::Value* const own = store_.find(api::ResourceId::servicecidrs, {}, kDefaultServiceCidr);
  if (own != nullptr) add_networks(*own);
  store_.visit(api::ResourceId::servicecidrs, {}, [&](const doc::Value& service_cidr) {
    if (api::name(service_cidr) != kDefaultServiceCidr) add_networks(service_cidr);
    return true;
  });
}

void ClusterIpAllocator::add_networks(const doc::Value& service_cidr) {
  for (const doc::Value& text : service_cidr["spec"_key]["cidrs"_key].items()) {
    const auto network = api::parse_cidr(text.as_string());
    if (!network) continue;
    const auto same = std::ranges::find_if(entries_, [&](const Entry& entry) {
      return entry.range.network().to_string() == network->to_string();
    });
    if (same == entries_.end()) {
      entries_.push_back({ClusterIpRange{*network}, is_ready(service_cidr)});
    } else {
      same->is_ready = same->is_ready || is_ready(service_cidr);
    }
  }
}

bool ClusterIpAllocator::is_taken(const api::IpAddress& address) const {
  return store_.find(api::ResourceId::ipaddresses, {}, address.to_string()) != nullptr;
}

std::expected<void, std::string> ClusterIpAllocator::check(const api::IpAddress& address) const {
  const bool is_of_range = std::ranges::any_of(entries_, [&](const Entry& entry) {
    return entry.is_ready && entry.range.contains(address);
  });
  if (!is_of_range) return std::unexpected{std::string{kMismatch}};
  if (is_taken(address)) return std::unexpected{"provided IP is already allocated"};
  return {};
}

std::expected<api::IpAddress, std::string> ClusterIpAllocator::find_free(api::IpFamily family) {
  api::IpAddress found;
  for (const Entry& entry : entries_) {
    if (!entry.is_ready || entry.range.family() != family) continue;
    const ClusterIpRange& range = entry.range;
    if (find_free_in(range, range.static_band(), range.size(), found)) return found;
    if (find_free_in(range, 0, range.static_band(), found)) return found;
  }
  return std::unexpected{std::string{kFull}};
}

// Looks among the addresses of the numbers [first, last), from a random one on.
bool ClusterIpAllocator::find_free_in(const ClusterIpRange& range, std::uint64_t first,
                                      std::uint64_t last, api::IpAddress& found) {
  if (first >= last) return false;
  sim::Random& random = range.family() == default_family() ? primary_random_ : secondary_random_;
  const std::uint64_t span = last - first;
  const std::uint64_t start = random.below(span);
  for (std::uint64_t step = 0; step < span; ++step) {
    // Without adding up what might not fit.
    const std::uint64_t to_end = span - start;
    found = range.at(first + (step < to_end ? start + step : step - to_end));
    if (!is_taken(found)) return true;
  }
  return false;
}

std::expected<void, std::string> ClusterIpAllocator::check_dry_run(
    const api::IpAddress& address) const {
  const Entry* first = nullptr;
  for (const Entry& entry : entries_) {
    if (!entry.is_ready || entry.range.family() != address.family) continue;
    if (entry.range.contains(address)) return {};
    if (first == nullptr) first = &entry;
  }
  if (first == nullptr) return std::unexpected{"allocator not ready"};
  return std::unexpected{
      fmt::format("the provided IP ({}) is not in the valid range. The range of valid IPs is {}",
                  address.to_string(), first->range.network().to_string())};
}

std::expected<api::IpAddress, std::string> ClusterIpAllocator::find_dry_run(
    api::IpFamily family) const {
  for (const Entry& entry : entries_) {
    if (entry.is_ready && entry.range.family() == family) return entry.range.network().network();
  }
  return std::unexpected{"allocator not ready"};
}

}  // namespace rockpool::apiserver
