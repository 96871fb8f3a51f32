// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/userland_ip.h"

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/network.h"

namespace rockpool::node {
namespace {

std::string loopback(bool has_v4, bool has_v6) {
  std::string text =
      "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\n"
      "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n";
  if (has_v4) {
    text +=
        "    inet 127.0.0.1/8 scope host lo\n"
        "       valid_lft forever preferred_lft forever\n";
  }
  if (has_v6) {
    text +=
        "    inet6 ::1/128 scope host \n"
        "       valid_lft forever preferred_lft forever\n";
  }
  return text;
}

// A Pod's interface gets its hardware address from its first IPv4 address, as the CNI bridge gives
// it.
std::string hardware_address(std::span<const net::IpAddress> addresses) {
  std::string text = "0a:58";
  for (const net::IpAddress& address : addresses) {
    if (!address.is_v4()) continue;
    for (const char byte : address.to_bytes()) {
      text += fmt::format(":{:02x}", static_cast<unsigned char>(byte));
    }
    return text;
  }
  return "0a:58:00:00:00:00";
}

// How much of an address is the network's: of a Pod's the part that its node has.
int prefix_length(const net::Host& host, const net::IpAddress& address) {
  constexpr int kNodeNetwork = 24;
  constexpr int kNodeNetworkV6 = 64;
  if (host.kind() == net::HostKind::pod && host.node() != nullptr) {
    for (const net::Cidr& range : host.node()->pod_cidrs()) {
      if (range.contains(address)) return range.prefix_length();
    }
  }
  return address.is_v4() ? kNodeNetwork : kNodeNetworkV6;
}

bool is_short_for(std::string_view word, std::string_view whole) {
  return !word.empty() && whole.starts_with(word);
}

}  // namespace

sim::Task<std::int32_t> run_ip(ProcessContext& context) {
  const std::vector<std::string>& arguments = context.arguments();
  std::vector<std::string_view> words;
  bool has_v4 = true;
  bool has_v6 = true;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "-4") has_v6 = false;
    if (arguments[i] == "-6") has_v4 = false;
    if (!arguments[i].starts_with('-')) words.emplace_back(arguments[i]);
  }
  const std::string_view what = words.empty() ? std::string_view{} : words[0];
  const std::string_view verb = words.size() < 2 ? std::string_view{"show"} : words[1];
  // `show eth0` and `show dev eth0`
  std::string_view device;
  if (words.size() > 2) device = words.back();
  const bool is_understood = is_short_for(what, "address") && words.size() < 5 &&
                             (words.size() < 4 || words[2] == "dev") &&
                             (is_short_for(verb, "show") || is_short_for(verb, "list"));
  if (!is_understood) {
    context.print_error(
        "BusyBox v1.37.0 multi-call binary.\n\nUsage: ip addr [show [dev IFACE]]\n");
    co_return 1;
  }
  if (!device.empty() && device != "lo" && device != "eth0") {
    context.print_error(fmt::format("ip: can't find device '{}'\n", device));
    co_return 1;
  }
  const net::Host& host = context.host();
  std::string text;
  if (device != "eth0") text = loopback(has_v4, has_v6);
  if (device != "lo") {
    text += fmt::format(
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue \n"
        "    link/ether {} brd ff:ff:ff:ff:ff:ff\n",
        hardware_address(host.addresses()));
    for (const net::IpAddress& address : host.addresses()) {
      if (!(address.is_v4() ? has_v4 : has_v6)) continue;
      text += fmt::format(
          "    inet{} {}/{} scope global eth0\n       valid_lft forever preferred_lft forever\n",
          address.is_v4() ? "" : "6", address.to_string(), prefix_length(host, address));
    }
  }
  context.print(text);
  co_return 0;
}

}  // namespace rockpool::node
