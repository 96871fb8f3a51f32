// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/print/iptables_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace rockpool::net::proxy {
namespace {

std::string address_part(std::string_view option, std::string_view address) {
  if (address.starts_with("! ")) return fmt::format(" ! {} {}", option, address.substr(2));
  return fmt::format(" {} {}", option, address);
}

}  // namespace

void IptablesTable::add(const std::string& chain, const IptablesRule& rule) {
  std::string text = fmt::format("-A {}", chain);
  if (!rule.source.empty()) text += address_part("-s", rule.source);
  if (!rule.destination.empty()) text += address_part("-d", rule.destination);
  if (!rule.protocol.empty()) text += fmt::format(" -p {}", rule.protocol);
  if (!rule.state.empty()) text += fmt::format(" -m conntrack --ctstate {}", rule.state);
  if (!rule.comment.empty()) text += fmt::format(" -m comment --comment \"{}\"", rule.comment);
  if (!rule.matches.empty()) text += fmt::format(" {}", rule.matches);
  if (!rule.protocol.empty() && rule.names_protocol) text += fmt::format(" -m {}", rule.protocol);
  if (rule.destination_port != 0) text += fmt::format(" --dport {}", rule.destination_port);
  if (!rule.last_matches.empty()) text += fmt::format(" {}", rule.last_matches);
  if (!rule.jump.empty()) text += fmt::format(" -j {}", rule.jump);
  chains_[chain].push_back(std::move(text));
}

std::string IptablesTable::to_string() const {
  std::string text = fmt::format("*{}\n", name_);
  std::string rules;
  const auto write_rules = [&](const std::string& name) {
    const auto found = chains_.find(name);
    if (found == chains_.end()) return;
    for (const std::string& rule : found->second) rules += rule + '\n';
  };
  for (const std::string_view name : own_chains_) {
    text += fmt::format(":{} ACCEPT [0:0]\n", name);
    write_rules(std::string{name});
  }
  for (const auto& [name, lines] : chains_) {
    if (std::ranges::find(own_chains_, name) != own_chains_.end()) continue;
    text += fmt::format(":{} - [0:0]\n", name);
    write_rules(name);
  }
  return text + rules + "COMMIT\n";
}

}  // namespace rockpool::net::proxy
