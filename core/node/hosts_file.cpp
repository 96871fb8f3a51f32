// SPDX-License-Identifier: Apache-2.0
#include "core/node/hosts_file.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace rockpool::node {
namespace {

using Entry = std::pair<std::string, net::IpAddress>;

// What every file begins with; the addresses are as kubelets spell them.
constexpr std::string_view kPodHeader =
    "# Kubernetes-managed hosts file.\n"
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::0\tip6-localnet\n"
    "fe00::0\tip6-mcastprefix\n"
    "fe00::1\tip6-allnodes\n"
    "fe00::2\tip6-allrouters\n";
// The same of a node: the file of kind's, which Docker has made.
constexpr std::string_view kNodeHeader =
    "# Kubernetes-managed hosts file (host network).\n"
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::0\tip6-localnet\n"
    "ff00::0\tip6-mcastprefix\n"
    "ff02::1\tip6-allnodes\n"
    "ff02::2\tip6-allrouters\n";
constexpr std::string_view kAliasHeader = "\n# Entries added by HostAliases.\n";

// One line for all names of an address that follow one another.
void write_lines(std::span<const Entry> entries, std::string& text) {
  const net::IpAddress* last = nullptr;
  for (const auto& [name, address] : entries) {
    if (last == nullptr || *last != address) {
      if (last != nullptr) text += '\n';
      text += address.to_string();
    }
    text += '\t';
    text += name;
    last = &address;
  }
  if (last != nullptr) text += '\n';
}

}  // namespace

std::string hosts_file(const net::dns::ResolverConfig& config, std::span<const net::IpAddress> own,
                       std::string_view hostname) {
  std::span<const Entry> entries{config.hosts};
  const auto is_own = [&](const Entry& entry) {
    return std::ranges::find(own, entry.second) != own.end();
  };
  // The headers have it.
  if (!entries.empty() && entries.front().first == "localhost") entries = entries.subspan(1);
  const auto first_alias = std::ranges::find_if_not(entries, is_own);
  const auto names = static_cast<std::size_t>(first_alias - entries.begin());
  std::string text{names == 0 ? kNodeHeader : kPodHeader};
  if (names == 0) {
    for (const net::IpAddress& address : own) {
      text.append(address.to_string()).append("\t").append(hostname).append("\n");
    }
  }
  write_lines(entries.first(names), text);
  if (names == entries.size()) return text;
  text += kAliasHeader;
  write_lines(entries.subspan(names), text);
  return text;
}

}  // namespace rockpool::node
