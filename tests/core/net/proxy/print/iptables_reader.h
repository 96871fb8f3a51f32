// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/core/net/proxy/print/packet.h"

namespace rockpool::net::testing {

/// Reads what `iptables-save` printed and follows packets through it, knowing nothing of Services:
/// only matches and targets.
class IptablesReader {
 public:
  explicit IptablesReader(const std::string& text) {
    std::istringstream lines{text};
    std::string table;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with('*')) table = line.substr(1);
      if (line.starts_with(':')) tables_[table][line.substr(1, line.find(' ') - 1)];
      if (line.starts_with("-A ")) {
        const std::vector<std::string> words = split(line);
        tables_[table][words[1]].push_back(words);
      }
    }
  }

  Fate follow(const Packet& packet) const {
    Fate fate;
    bool may_go_on = true;
    enter("nat", packet.is_from_here ? "OUTPUT" : "PREROUTING", packet, fate, may_go_on);
    if (!fate.endpoints.empty()) return fate;
    // Where its address is not changed, the filter sees it as it came.
    may_go_on = true;
    if (packet.is_from_here) enter("filter", "OUTPUT", packet, fate, may_go_on);
    if (may_go_on && packet.is_to_here) enter("filter", "INPUT", packet, fate, may_go_on);
    if (!packet.is_from_here && !packet.is_to_here) {
      enter("filter", "FORWARD", packet, fate, may_go_on);
    }
    return fate;
  }

 private:
  using Words = std::vector<std::string>;

  // In words; what stands in quotation marks is one.
  static Words split(const std::string& line) {
    Words words{{}};
    bool is_quoted = false;
    for (const char c : line) {
      if (c == '"') {
        is_quoted = !is_quoted;
      } else if (c == ' ' && !is_quoted) {
        words.emplace_back();
      } else {
        words.back() += c;
      }
    }
    return words;
  }

  // Adds what may come of the packet in that chain; `may_go_on` becomes false when it has found its
  // end there for certain.
  void enter(const std::string& table, const std::string& chain, const Packet& packet, Fate& fate,
             bool& may_go_on) const {
    for (const Words& rule : tables_.at(table).at(chain)) {
      bool is_by_chance = false;
      if (!matches(rule, packet, is_by_chance)) continue;
      const auto jump = std::find(rule.begin(), rule.end(), "-j");
      if (jump == rule.end()) continue;
      const std::string& target = jump[1];
      if (target == "DNAT") {
        fate.endpoints.insert(jump[3]);
        may_go_on = false;
      } else if (target == "DROP" || target == "REJECT") {
        fate.refusal = target;
        may_go_on = false;
      } else if (target == "KUBE-MARK-MASQ") {
        // An endpoint that is sent to itself is another matter.
        fate.is_masqueraded = fate.is_masqueraded || !chain.starts_with("KUBE-SEP-");
      } else if (target.starts_with("KUBE-")) {
        bool goes_on = true;
        enter(table, target, packet, fate, goes_on);
        if (!is_by_chance) may_go_on = goes_on;
      }
      if (!may_go_on) return;
    }
  }

  static bool matches(const Words& rule, const Packet& packet, bool& is_by_chance) {
    for (std::size_t i = 2; i < rule.size() && rule[i] != "-j"; ++i) {
      const bool is_negated = rule[i] == "!";
      if (is_negated) ++i;
      bool holds = true;
      if (rule[i] == "-s") {
        holds = Cidr::parse(rule[++i])->contains(packet.source);
      } else if (rule[i] == "-d") {
        holds = Cidr::parse(rule[++i])->contains(packet.destination.ip);
      } else if (rule[i] == "-p") {
        holds = rule[++i] == packet.protocol;
      } else if (rule[i] == "--dport") {
        holds = rule[++i] == std::to_string(packet.destination.port);
      } else if (rule[i] == "--src-type") {
        holds = packet.is_from_here;
      } else if (rule[i] == "--dst-type") {
        holds = packet.is_to_here;
      } else if (rule[i] == "--ctstate") {
        holds = rule[++i] == "NEW";
      } else if (rule[i] == "--mark" || rule[i] == "--rcheck") {
        holds = false;
      } else if (rule[i] == "--probability") {
        is_by_chance = true;
      } else {
        continue;
      }
      if (holds == is_negated) return false;
    }
    return true;
  }

  std::map<std::string, std::map<std::string, std::vector<Words>>> tables_;
};

}  // namespace rockpool::net::testing
