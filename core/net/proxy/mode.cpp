// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/mode.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/net/proxy/ipvs.h"
#include "core/net/proxy/packet_filter.h"
#include "core/net/proxy/userspace.h"

namespace rockpool::net::proxy {
namespace {

using namespace std::string_view_literals;

constexpr std::array kModes = {
    std::pair{ModeKind::userspace, "userspace"sv}, std::pair{ModeKind::iptables, "iptables"sv},
    std::pair{ModeKind::ipvs, "ipvs"sv}, std::pair{ModeKind::nftables, "nftables"sv}};

constexpr std::array kSchedulers = {std::pair{IpvsScheduler::rr, "rr"sv},
                                    std::pair{IpvsScheduler::lc, "lc"sv},
                                    std::pair{IpvsScheduler::sh, "sh"sv}};

template <typename Table, typename Kind>
std::string_view name_in(const Table& table, Kind kind) {
  return std::ranges::find(table, kind, [](const auto& entry) { return entry.first; })->second;
}

template <typename Table>
auto find_in(const Table& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, [](const auto& entry) { return entry.second; });
  return found == table.end() ? std::nullopt : std::optional{found->first};
}

}  // namespace

std::string_view mode_kind_name(ModeKind kind) {
  return name_in(kModes, kind);
}

std::optional<ModeKind> parse_mode_kind(std::string_view name) {
  return find_in(kModes, name);
}

std::string_view ipvs_scheduler_name(IpvsScheduler scheduler) {
  return name_in(kSchedulers, scheduler);
}

std::optional<IpvsScheduler> parse_ipvs_scheduler(std::string_view name) {
  return find_in(kSchedulers, name);
}

std::unique_ptr<Mode> make_mode(ModeKind kind, IpvsScheduler scheduler, sim::Random random) {
  switch (kind) {
    case ModeKind::userspace:
      return std::make_unique<Userspace>(random);
    case ModeKind::iptables:
    case ModeKind::nftables:
      return std::make_unique<PacketFilter>(kind, random);
    case ModeKind::ipvs:
      return std::make_unique<Ipvs>(scheduler);
  }
  return {};
}

}  // namespace rockpool::net::proxy
